//! What to do about a step, and what came of it: decided on an observation, never on the journal.

use crate::scope;
use model::fact::{FactPath, Seen, TargetFacts};
use model::kleene::{Reason, Truth};
use model::plan::{Reading, Step, Undo};
use std::collections::BTreeMap;

/// What to do about a step that was not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// What it was planned from still holds: act.
    Ready,
    /// What it promises holds: nothing to do.
    AlreadyDone,
    /// A fact differs from what it was planned from.
    Stale {
        /// Which.
        path: FactPath,
        /// As planned.
        was: String,
        /// As found.
        is: String,
    },
    /// Something needed for the decision could not be read.
    Unknown(Reason),
}

/// Decides about a step. `post` first, then `reads`. A step without `post` leaves nothing to see, so it is never already
/// done. A step of which it cannot be told whether it is done already is not begun.
pub fn decide(step: &Step, facts: &TargetFacts) -> Decision {
    let post = post(step, facts);
    if post.is_true() && !step.post.is_empty() {
        return Decision::AlreadyDone;
    }
    if let Some((path, was, is)) = changed(step, facts) {
        return Decision::Stale { path, was, is };
    }
    match (reads(step, facts), post) {
        (Truth::Unknown(r), _) | (_, Truth::Unknown(r)) => Decision::Unknown(r),
        _ => Decision::Ready,
    }
}

/// Where a step stands that may have acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// `post` holds.
    After,
    /// What it was planned from holds: nothing changed, or it was taken back.
    Before,
    /// Neither holds.
    Between {
        /// The facts that are neither, as `path: value`.
        found: String,
    },
    /// It cannot be told.
    Unknown(Reason),
}

/// Where a step stands. Without `post` only what it was planned from can be compared.
pub fn standing(step: &Step, facts: &TargetFacts) -> Standing {
    standing_against(step, reads(step, facts), facts)
}

/// Where a step stands that is being taken back: a compensation need only restore presence and absence.
pub fn standing_back(step: &Step, facts: &TargetFacts) -> Standing {
    standing_against(step, restored(step, facts), facts)
}

fn standing_against(step: &Step, before: Truth, facts: &TargetFacts) -> Standing {
    let after = if step.post.is_empty() {
        Truth::False
    } else {
        post(step, facts)
    };
    match (after, before) {
        (Truth::True, _) => Standing::After,
        (Truth::Unknown(r), _) | (Truth::False, Truth::Unknown(r)) => Standing::Unknown(r),
        (Truth::False, Truth::True) => Standing::Before,
        (Truth::False, Truth::False) => Standing::Between {
            found: found(step, facts),
        },
    }
}

/// Whether what a step promises holds; true for one that promises nothing.
pub fn post(step: &Step, facts: &TargetFacts) -> Truth {
    Truth::all(step.post.iter().map(|c| c.holds(facts)))
}

/// Whether a step's original facts hold again, as exactly as its way back allows.
pub fn restored(step: &Step, facts: &TargetFacts) -> Truth {
    match step.undo {
        Undo::Compensate { .. } => {
            let same = |(p, r): (&FactPath, &Reading)| match (r, facts.seen(p)) {
                (_, Seen::Unknown(why)) => unknown(p, &why),
                (Reading::Present(_), seen) => Truth::from(seen != Seen::Absent),
                (Reading::Absent, seen) => Truth::from(seen == Seen::Absent),
            };
            Truth::all(step.reads.iter().map(same))
        }
        Undo::Exact(_) | Undo::Saved | Undo::Irreversible(_) => reads(step, facts),
    }
}

/// What an observation says of the paths of a step; those that could not be read are left out.
pub fn left(step: &Step, facts: &TargetFacts) -> BTreeMap<FactPath, Reading> {
    let paths = scope::paths(step).into_iter();
    let known = paths.filter_map(|p| Some((p.clone(), Reading::of(facts.seen(p)).ok()?)));
    known.collect()
}

fn reads(step: &Step, facts: &TargetFacts) -> Truth {
    Truth::all(step.reads.iter().map(|(p, r)| same(p, r, facts)))
}

/// Whether a path still reads the same.
pub(crate) fn same(path: &FactPath, reading: &Reading, facts: &TargetFacts) -> Truth {
    match (reading, facts.seen(path)) {
        (_, Seen::Unknown(why)) => unknown(path, &why),
        (Reading::Present(was), Seen::Present(is)) => Truth::from(*was == is),
        (Reading::Absent, Seen::Absent) => Truth::True,
        (Reading::Present(_), Seen::Absent) | (Reading::Absent, Seen::Present(_)) => Truth::False,
    }
}

fn unknown(path: &FactPath, why: &Reason) -> Truth {
    Truth::Unknown(Reason::new(format!("{path}: {why}")))
}

/// A reading for people.
pub(crate) fn show(reading: &Reading) -> String {
    match reading {
        Reading::Present(v) => v.to_string(),
        Reading::Absent => "absent".to_owned(),
    }
}

fn changed(step: &Step, facts: &TargetFacts) -> Option<(FactPath, String, String)> {
    let mut differing = step
        .reads
        .iter()
        .filter(|(p, r)| same(p, r, facts) == Truth::False);
    let (path, was) = differing.next()?;
    Some((path.clone(), show(was), facts.seen(path).to_string()))
}

fn found(step: &Step, facts: &TargetFacts) -> String {
    let all = scope::paths(step).into_iter();
    let texts: Vec<String> = all.map(|p| format!("{p}: {}", facts.seen(p))).collect();
    texts.join("; ")
}
