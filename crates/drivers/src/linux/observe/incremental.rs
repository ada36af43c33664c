//! What need not be read again: kinds that are dear to read and rest on files, or on what is cheap to ask for.
//!
//! The host makes a digest of names, times, sizes and inodes of those files, and of that, with its machine-id, its key, its start and its
//! clock. If that is the one that a reading left, the facts of that reading hold still: they keep the time at which they were read.
//!
//! A reading is kept for that only if the digest was the same before and after it, if all of the kind was seen, and if no file was so new
//! that its next change could bear the same time; see `sh/unless.sh`. It counts only as long as the same version asks for the same, and the
//! facts are those that were found. Whoever asks decides how old a reading may be.

use super::frame::Sections;
use super::gather::Gathered;
use super::{Part, host, part};
use jiff::Timestamp;
use model::digest::Digest;
use model::fact::{Before, Completeness, Fact, FactKind, FactPath, NativeIdentity, Reading, Scope};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const SH: &str = include_str!("sh/unless.sh");

/// What a kind rests on: the function that makes its digest, the sections that it is for, and which of the kind's facts these make (all
/// of them if none is named).
struct Kept {
    inputs: &'static str,
    sections: &'static [&'static str],
    only: Option<&'static [&'static str]>,
}

fn kept(kind: FactKind) -> Option<Kept> {
    let whole = |inputs, sections| Kept {
        inputs,
        sections,
        only: None,
    };
    Some(match kind {
        FactKind::Package => whole("package_inputs", &["package"]),
        FactKind::Source => whole("package_inputs", &["source"]),
        FactKind::Patch => Kept {
            only: Some(&["security", "lists"]),
            ..whole("patch_inputs", &["patch"])
        },
        FactKind::Unit => whole("units_inputs", &["units"]),
        FactKind::User => whole("config_inputs", &["user", "user-password", "user-group"]),
        FactKind::Sshd => whole("config_inputs", &["sshd"]),
        FactKind::Key => whole("config_inputs", &["key"]),
        FactKind::Sudoer => whole("config_inputs", &["sudoer"]),
        FactKind::Cron => whole("config_inputs", &["cron"]),
        _ => return None,
    })
}

impl Kept {
    /// Those of a kind's facts that are not read again: what is asked for by its path always is.
    fn carried<'a>(
        &self,
        kind: FactKind,
        scope: &Scope,
        facts: &'a BTreeMap<FactPath, Fact>,
    ) -> BTreeMap<&'a FactPath, &'a Fact> {
        let is_its = |path: &FactPath| {
            path.kind == kind
                && !scope.paths.contains(path)
                && self.only.is_none_or(|only| only.contains(&&*path.key))
        };
        facts.iter().filter(|(path, _)| is_its(path)).collect()
    }
}

/// The call of a part, if need be around a question for the digest: `package package` becomes
/// `package unless package_inputs DIGEST package`.
pub(super) fn call(kind: FactKind, call: &str, scope: &Scope) -> String {
    let (Some(kept), Some(known)) = (kept(kind), &scope.before) else {
        return call.to_owned();
    };
    match call.split_once(' ') {
        Some((section, function)) if kept.sections.contains(&section) => {
            let known = known.get(&kind).filter(|b| counts(kind, scope, b));
            let known = known.map_or("-", |b| b.reading.inputs.as_str());
            format!("{section} unless {} {known} {function}", kept.inputs)
        }
        _ => call.to_owned(),
    }
}

/// Whether parts of a kind need [`SH`].
pub(super) fn is_kept(kind: FactKind, scope: &Scope) -> bool {
    scope.before.is_some() && kept(kind).is_some()
}

/// Which function may be left out because of which digest, `INPUTS:FUNCTION`.
pub(super) fn pairs() -> Vec<String> {
    let mut pairs = Vec::new();
    for kind in FactKind::ALL {
        let (Some(kept), Part::Whole(whole) | Part::Both(whole, _)) = (kept(*kind), part(*kind))
        else {
            continue;
        };
        let calls = whole.calls.iter().filter_map(|c| c.split_once(' '));
        let own = calls.filter(|(section, _)| kept.sections.contains(section));
        pairs.extend(own.map(|(_, function)| format!("{}:{function}", kept.inputs)));
    }
    pairs
}

/// Whether a reading is of the same question, by the same version, and its facts are those that were found.
fn counts(kind: FactKind, scope: &Scope, before: &Before) -> bool {
    let inputs = &before.reading.inputs;
    inputs.len() == 64
        && inputs.bytes().all(|b| b.is_ascii_hexdigit())
        && before.reading.basis == basis(kind, scope, before.identity.as_ref(), &before.facts)
        && matches!(before.completeness, Completeness::Yes(_))
}

fn basis(
    kind: FactKind,
    scope: &Scope,
    who: Option<&NativeIdentity>,
    facts: &BTreeMap<FactPath, Fact>,
) -> String {
    let paths: Vec<String> = scope
        .paths
        .iter()
        .filter(|p| p.kind == kind)
        .map(FactPath::to_string)
        .collect();
    // What is declared need not be hidden from who asks.
    let known: Vec<(String, &BTreeSet<Value>)> = scope
        .known
        .iter()
        .filter(|(p, _)| p.kind == kind)
        .map(|(p, v)| (p.to_string(), v))
        .collect();
    let found: Vec<(String, &Fact)> = kept(kind)
        .into_iter()
        .flat_map(|kept| kept.carried(kind, scope, facts))
        .map(|(path, fact)| (path.to_string(), fact))
        .collect();
    let script = match part(kind) {
        Part::Whole(whole) | Part::Both(whole, _) => whole.sh,
        _ => &[],
    };
    let version = (env!("CARGO_PKG_VERSION"), SH, script);
    let who = who.map(|i| (&i.machine_id, &i.host_key));
    Digest::of_json(&(version, who, paths, known, found)).0
}

/// What was taken out of an answer.
#[derive(Default)]
pub(super) struct Taken {
    /// Kinds that need no reader any more.
    pub(super) settled: BTreeSet<FactKind>,
    /// Of kinds that are unchanged, their reading.
    unchanged: BTreeMap<FactKind, Reading>,
    /// Of kinds that were read, the digest before that.
    read: BTreeMap<FactKind, String>,
}

/// Takes the digests out of the sections, and the facts of kinds that are unchanged from what was known before.
pub(super) fn take(
    kinds: &[FactKind],
    scope: &Scope,
    sections: &mut Sections<'_>,
    to: &mut Gathered,
) -> Taken {
    let mut taken = Taken::default();
    let Some(known) = &scope.before else {
        return taken;
    };
    let who = host::identity(sections).ok();
    for kind in kinds {
        let Some(kept) = kept(*kind) else {
            continue;
        };
        let marks: Vec<_> = kept
            .sections
            .iter()
            .map(|s| (*s, sections.take_mark(s)))
            .collect();
        let one = |want: bool| match marks.first() {
            Some((_, Some((unchanged, digest)))) if *unchanged == want => {
                let all = marks
                    .iter()
                    .all(|(_, m)| m.as_ref().is_some_and(|m| m.0 == want && m.1 == *digest));
                all.then(|| digest.clone())
            }
            _ => None,
        };
        if let Some(digest) = one(false) {
            taken.read.insert(*kind, digest);
            continue;
        }
        let same = |b: &&Before| {
            let them = b.identity.as_ref().map(|i| (&i.machine_id, &i.host_key));
            them.is_some() && them == who.as_ref().map(|i| (&i.machine_id, &i.host_key))
        };
        let before = known
            .get(kind)
            .filter(|b| counts(*kind, scope, b))
            .filter(same);
        let Some(before) = before.filter(|b| one(true).as_ref() == Some(&b.reading.inputs)) else {
            for (section, mark) in &marks {
                if mark.as_ref().is_some_and(|m| m.0) {
                    sections.refuse(
                        section,
                        "it is said to be unchanged, and nobody asked whether it is that",
                    );
                }
            }
            continue;
        };
        for (path, fact) in kept.carried(*kind, scope, &before.facts) {
            to.facts.insert(path.clone(), fact.clone());
            to.carried.insert(path.clone());
        }
        if kept.only.is_none() {
            to.collections.insert(*kind, before.completeness.clone());
            taken.settled.insert(*kind);
        }
        taken.unchanged.insert(*kind, before.reading.clone());
    }
    taken
}

/// The readings that a later observation may rest on.
pub(super) fn readings(
    taken: Taken,
    scope: &Scope,
    sections: &Sections<'_>,
    now: Timestamp,
    gathered: &Gathered,
) -> BTreeMap<FactKind, Reading> {
    let mut readings = taken.unchanged;
    let who = host::identity(sections).ok();
    let after = sections
        .get("settled")
        .map(|s| s.text().into_owned())
        .unwrap_or_default();
    let after: BTreeMap<&str, &str> = after.lines().filter_map(|l| l.split_once(' ')).collect();
    for (kind, inputs) in taken.read {
        let whole = matches!(gathered.collections.get(&kind), Some(Completeness::Yes(_)));
        let stood = kept(kind).is_some_and(|k| after.get(k.inputs) == Some(&&*inputs));
        if whole && stood {
            let basis = basis(kind, scope, who.as_ref(), &gathered.facts);
            readings.insert(
                kind,
                Reading {
                    at: now,
                    inputs,
                    basis,
                },
            );
        }
    }
    readings
}

#[cfg(test)]
mod tests {
    use super::super::{Request, parse};
    use super::*;
    use model::fact::{Seen, TargetFacts};
    use model::id::{Kind, ObjectRef};
    use model::secret::Redactor;
    use std::time::Duration;

    const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222222222222222222222222222";
    const HOST: &str = "machine-id 0 cddf58507b834999b78275cb390229b0\nssh-host-key 0 ssh-ed25519 \
        AAAAC3NzaC1lZDI1NTE5AAAAIPiaQkl6rnvFfGJ8WKIZPbXWZECEBOFWLSfRSDQ2c6cG root@one\n\
        realm-marker 1 cat: /etc/holdfast/realm: No such file or directory\n";

    fn section(name: &str, body: &str) -> String {
        format!("\n@begin 7 {name}\n{body}\n@end 7 {name} 0 \n")
    }

    fn answer(host: &str, package: &str, settled: &str) -> String {
        let meta = section("meta", "uid 0\n") + &section("host", host);
        meta + &section("package", package) + &section("settled", settled)
    }

    fn read(output: &str, scope: &Scope, at: i64) -> TargetFacts {
        let request = Request {
            scope,
            nonce: "7",
            redactor: &Redactor::new([0; 32]),
        };
        let at = Timestamp::from_second(at).unwrap();
        let target = ObjectRef::new(Kind::Host, "web");
        parse(target, output.as_bytes(), &request, at, Duration::ZERO)
    }

    fn scope(before: BTreeMap<FactKind, Before>) -> Scope {
        let mut scope = Scope::default();
        scope.collections.insert(FactKind::Package);
        scope.before = Some(before);
        scope
    }

    fn listed(digest: &str) -> String {
        format!("native amd64\nii |bash|amd64|5.2\ninputs {digest}\n")
    }

    fn bash(facts: &TargetFacts) -> Seen {
        facts.seen(&FactPath::new(FactKind::Package, "bash"))
    }

    #[test]
    fn a_reading_counts_only_if_the_digest_stood_until_the_end() {
        let none = scope(BTreeMap::new());
        let whole = answer(HOST, &listed(ONE), &format!("package_inputs {ONE}\n"));
        assert_eq!(read(&whole, &none, 1).readings.len(), 1);
        for settled in ["", "package_inputs -\n", &format!("package_inputs {TWO}\n")] {
            let facts = read(&answer(HOST, &listed(ONE), settled), &none, 1);
            assert!(
                facts.readings.is_empty() && bash(&facts).value().is_some(),
                "{settled}"
            );
        }
        // Cut off anywhere: what was read may be known, but never as a reading to rest on.
        for (end, _) in whole.char_indices() {
            let facts = read(&whole[..end], &none, 1);
            assert!(facts.readings.is_empty(), "{end}");
            assert_ne!(bash(&facts), Seen::Absent, "{end}");
        }
    }

    #[test]
    fn what_is_unchanged_keeps_its_age() {
        let whole = answer(HOST, &listed(ONE), &format!("package_inputs {ONE}\n"));
        let first = read(&whole, &scope(BTreeMap::new()), 1);
        let asked = scope(first.since(Timestamp::UNIX_EPOCH));
        let call = call(FactKind::Package, "package package", &asked);
        assert_eq!(call, format!("package unless package_inputs {ONE} package"));
        let same = read(&answer(HOST, &format!("unchanged {ONE}\n"), ""), &asked, 9);
        assert_eq!(
            (&same.facts, &same.collections),
            (&first.facts, &first.collections)
        );
        assert_eq!(same.readings, first.readings);
        // Another digest, another machine, or nobody asked.
        let other = HOST.replace("cddf", "abcd");
        let none = scope(BTreeMap::new());
        for (host, digest, asked) in [
            (HOST, TWO, &asked),
            (&*other, ONE, &asked),
            (HOST, ONE, &none),
        ] {
            let facts = read(
                &answer(host, &format!("unchanged {digest}\n"), ""),
                asked,
                9,
            );
            let seen = bash(&facts);
            assert!(
                matches!(&seen, Seen::Unknown(why) if why.0.contains("nobody asked")),
                "{seen:?}"
            );
            assert!(facts.readings.is_empty());
        }
    }

    #[test]
    fn another_question_or_other_facts_make_the_digest_unknown() {
        let whole = answer(HOST, &listed(ONE), &format!("package_inputs {ONE}\n"));
        let before = read(&whole, &scope(BTreeMap::new()), 1).since(Timestamp::UNIX_EPOCH);
        let known = |scope: &Scope| call(FactKind::Package, "package package", scope).contains(ONE);
        assert!(known(&scope(before.clone())));
        let mut declared = scope(before.clone());
        declared.knows(FactPath::new(FactKind::Package, "bash"), Value::from("5.3"));
        assert!(!known(&declared));
        let changes: [fn(&mut Before); 5] = [
            |b| b.facts.clear(),
            |b| b.identity = None,
            |b| b.reading.basis.clear(),
            |b| b.reading.inputs = "$(id)".to_owned(),
            |b| b.completeness = Completeness::No(model::kleene::Reason::new("cut off")),
        ];
        for change in changes {
            let mut before = before.clone();
            change(before.get_mut(&FactKind::Package).unwrap());
            assert!(!known(&scope(before)));
        }
    }
}
