//! What need not be read again: kinds that are dear to read and rest on files alone.
//!
//! The host makes a digest of names, times, sizes and inodes of those files, with its machine-id. If that is the one that a reading left, the
//! facts of that reading hold still: they keep the time at which they were read. A digest counts only if it is the same before and
//! after the reading, and only for root, since others do not see all of the files. Whoever asks decides how old a reading may be.

use super::frame::Sections;
use super::gather::Gathered;
use jiff::Timestamp;
use model::fact::{FactKind, Reading, Scope};
use std::collections::BTreeMap;

pub(super) const SH: &str = include_str!("sh/unless.sh");

/// A kind whose section rests on files: the section, and which of the kind's facts it makes (all of them if none is named).
struct Cached {
    section: &'static str,
    only: Option<&'static [&'static str]>,
}

fn cached(kind: FactKind) -> Option<Cached> {
    match kind {
        FactKind::Package => Some(Cached {
            section: "package",
            only: None,
        }),
        FactKind::Patch => Some(Cached {
            section: "patch",
            only: Some(&["security", "lists"]),
        }),
        _ => None,
    }
}

/// The call of a part, if need be around a question for the digest: `package package` becomes
/// `package unless package_inputs DIGEST package`.
pub(super) fn call(kind: FactKind, call: &str, scope: &Scope) -> String {
    match (cached(kind), call.split_once(' ')) {
        (Some(cached), Some((section, function))) if section == cached.section => {
            let before = scope.before.get(&kind);
            let known = before.map_or("-", |b| b.reading.inputs.as_str());
            let is_digest = known.len() == 64 && known.bytes().all(|b| b.is_ascii_hexdigit());
            let known = if is_digest { known } else { "-" };
            format!("{section} unless {function}_inputs {known} {function}")
        }
        _ => call.to_owned(),
    }
}

/// Whether a part's text needs [`SH`].
pub(super) fn is_cached(kind: FactKind) -> bool {
    cached(kind).is_some()
}

/// Takes the digests out of the sections, and the facts of kinds whose files are unchanged from what was known before. Gives the
/// kinds that need no reader any more, and the reading of each kind that had a digest.
pub(super) fn take(
    kinds: &[FactKind],
    scope: &Scope,
    sections: &mut Sections<'_>,
    now: Timestamp,
    to: &mut Gathered,
) -> (Vec<FactKind>, BTreeMap<FactKind, Reading>) {
    let mut settled = Vec::new();
    let mut readings = BTreeMap::new();
    for kind in kinds {
        let Some(cached) = cached(*kind) else {
            continue;
        };
        let (unchanged, inputs) = match sections.take_mark(cached.section) {
            Some(mark) => mark,
            None => continue,
        };
        if !unchanged {
            readings.insert(*kind, Reading { at: now, inputs });
            continue;
        }
        let before = scope.before.get(kind);
        let Some(before) = before.filter(|b| b.reading.inputs == inputs) else {
            // Nobody asked whether it is that one.
            sections.drop(cached.section);
            continue;
        };
        let is_its = |key: &str| cached.only.is_none_or(|only| only.contains(&key));
        for (path, fact) in before.facts.iter().filter(|(p, _)| is_its(&p.key)) {
            to.facts.insert(path.clone(), fact.clone());
        }
        if cached.only.is_none() {
            to.collections.insert(*kind, before.completeness.clone());
            settled.push(*kind);
        }
        readings.insert(*kind, before.reading.clone());
    }
    (settled, readings)
}
