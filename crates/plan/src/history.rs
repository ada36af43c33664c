//! What is different between two observations of one target. *Gone* is said only by an observation that would have seen it.

use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::kleene::Reason;
use model::value::Value;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What became of one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not there before.
    Appeared(Value),
    /// It is not there any more.
    Gone(Value),
    /// It is another one; of a map the fields that differ.
    Changed(Value, Value),
}

/// The differences of two observations of a target.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Changes {
    /// What is known to be different.
    pub changes: BTreeMap<FactPath, Change>,
    /// What was known before and is not known now, with the reason.
    pub lost: BTreeMap<FactPath, Reason>,
    /// Known now and not known before: whether it is new cannot be said.
    pub found: BTreeSet<FactPath>,
}

/// Compares; `before` is the older one.
pub fn compare(before: &TargetFacts, after: &TargetFacts) -> Changes {
    let mut to = Changes::default();
    let paths: BTreeSet<&FactPath> = before.facts.keys().chain(after.facts.keys()).collect();
    for path in paths.into_iter().filter(|p| !moves(p)) {
        let change = match (before.seen(path), after.seen(path)) {
            (Seen::Absent, Seen::Present(now)) => Change::Appeared(now),
            (Seen::Present(then), Seen::Absent) => Change::Gone(then),
            (Seen::Present(then), Seen::Present(now)) => match different(path.kind, then, now) {
                Some((then, now)) => Change::Changed(then, now),
                None => continue,
            },
            (Seen::Present(_) | Seen::Absent, Seen::Unknown(why)) => {
                to.lost.insert(path.clone(), why);
                continue;
            }
            (Seen::Unknown(_), Seen::Present(_)) => {
                to.found.insert(path.clone());
                continue;
            }
            (Seen::Unknown(_) | Seen::Absent, Seen::Absent | Seen::Unknown(_)) => continue,
        };
        to.changes.insert(path.clone(), change);
    }
    to
}

/// Paths whose value is another one at every look.
fn moves(path: &FactPath) -> bool {
    path.kind == FactKind::Host && path.key == "uptime"
}

/// What differs; `None` if nothing that counts does.
fn different(kind: FactKind, then: Value, now: Value) -> Option<(Value, Value)> {
    let (Value::Map(then), Value::Map(now)) = (&then, &now) else {
        return (then != now).then_some((then, now));
    };
    let counts = |name: &str| !kind.moving().contains(&name);
    let part = |of: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>| {
        let differs =
            |(name, value): &(&String, &Value)| counts(name) && other.get(*name) != Some(*value);
        let fields = of.iter().filter(differs);
        fields
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (then, now) = (part(then, now), part(now, then));
    (!then.is_empty() || !now.is_empty()).then_some((Value::Map(then), Value::Map(now)))
}
