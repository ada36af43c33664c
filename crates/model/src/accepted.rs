//! What somebody has accepted of a host without declaring it: the state that later news are told from.
//!
//! Of collections that hold what is declared *at least*, all else is fine as long as it stays as it is. How it was is kept here, by kind:
//! from the first whole observation of the kind, and from then on what a person accepts.

use crate::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use crate::value::Value;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Kinds that are kept. What only says how things go at the moment is none of them.
pub const KINDS: [FactKind; 9] = [
    FactKind::Package,
    FactKind::Unit,
    FactKind::Sshd,
    FactKind::File,
    FactKind::User,
    FactKind::Key,
    FactKind::Sudoer,
    FactKind::Listener,
    FactKind::Cron,
];

/// One kind of one host, as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// When it was observed first or accepted last.
    pub at: Timestamp,
    /// Values by key.
    pub facts: BTreeMap<String, Value>,
}

/// By host.
pub type Accepted = BTreeMap<String, BTreeMap<FactKind, Baseline>>;

/// The state of every kind that was seen whole, to begin with. Files are never seen whole: of them those count that were looked at.
pub fn starting_point(facts: &TargetFacts) -> BTreeMap<FactKind, Baseline> {
    let whole = |kind: FactKind| {
        let yes = matches!(facts.collections.get(&kind), Some(Completeness::Yes(_)));
        yes || kind == FactKind::File && facts.identity.is_some()
    };
    let kinds = KINDS.into_iter().filter(|k| whole(*k));
    let of = |kind| Baseline {
        at: facts.at,
        facts: facts
            .items(kind)
            .map(|(k, v)| (k.to_owned(), v.clone()))
            .collect(),
    };
    kinds.map(|kind| (kind, of(kind))).collect()
}

/// What was accepted of a path: `None` if nothing of its kind was, else whether and how it was there.
pub fn seen<'a>(
    of_host: &'a BTreeMap<FactKind, Baseline>,
    path: &FactPath,
) -> Option<Option<&'a Value>> {
    of_host.get(&path.kind).map(|b| b.facts.get(&path.key))
}

/// Takes one path as it is now. What could not be read is not accepted.
pub fn accept(
    of_host: &mut BTreeMap<FactKind, Baseline>,
    path: &FactPath,
    now: &Seen,
    at: Timestamp,
) {
    let baseline = of_host.entry(path.kind).or_insert_with(|| Baseline {
        at,
        facts: BTreeMap::new(),
    });
    baseline.at = at;
    match now {
        Seen::Present(value) => {
            baseline.facts.insert(path.key.clone(), value.clone());
        }
        Seen::Absent => {
            baseline.facts.remove(&path.key);
        }
        Seen::Unknown(_) => {}
    }
}
