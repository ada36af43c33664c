//! The plan that takes a finished run back. Three-way: what is there now must be what the run left; then it is made what
//! it was before.

use crate::decide::{self, same, show};
use crate::exec::{WayBack, way_back};
use crate::settle::{BadJournal, Situation, StepState, settle};
use model::fact::{FactPath, Facts, TargetFacts};
use model::id::StepId;
use model::kleene::{Reason, Truth};
use model::plan::{Action, Cond, FORMAT, Plan, Purpose, Reading, Step, Undo};
use model::realm::{HasRealm, Realm};
use model::run::{Entry, StepOutcome};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why a run cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefused {
    /// Its journal is damaged.
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] BadJournal),
    /// It was interrupted: `takeover` brings it to an end first.
    #[error("the run has not ended; resume or unwind it first")]
    NotEnded,
    /// The facts are of another realm.
    #[error("the run belongs to realm {run}, the facts to {facts}")]
    OtherRealm {
        /// Of the run.
        run: Realm,
        /// Of the facts.
        facts: Realm,
    },
    /// Steps stand in the way; all of them are listed.
    #[error("{} of its steps cannot be taken back: {}", .0.len(), list(.0))]
    Conflicts(Vec<Conflict>),
}

fn list(conflicts: &[Conflict]) -> String {
    let texts: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// Why one step cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Something else changed it since.
    Changed {
        /// The step.
        step: StepId,
        /// Which fact.
        path: FactPath,
        /// As the run left it.
        was: String,
        /// As it is.
        is: String,
    },
    /// It cannot be told whether something else changed it.
    Unknown {
        /// The step.
        step: StepId,
        /// Which fact.
        path: FactPath,
        /// Why it is not known.
        why: Reason,
    },
    /// There is no way back.
    Irreversible {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// The step ended torn, or its end is not known: what the run made of it cannot be told.
    Undecided {
        /// The step.
        step: StepId,
        /// What was found then.
        why: String,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conflict::Changed {
                step,
                path,
                was,
                is,
            } => write!(f, "{step}: {path} was left as {was} and is {is}"),
            Conflict::Unknown { step, path, why } => {
                write!(f, "{step}: {path} cannot be read ({why})")
            }
            Conflict::Irreversible { step, why } => {
                write!(f, "{step}: there is no way back: {why}")
            }
            Conflict::Undecided { step, why } => {
                write!(f, "{step}: what the run made of it cannot be told: {why}")
            }
        }
    }
}

/// Plans the way back from a finished run: inverse steps in reverse order, for what it did and what still stands. A step
/// whose original facts hold again needs nothing, so undoing twice gives an empty plan.
///
/// # Errors
/// [`UndoRefused`], naming every step that stands in the way.
pub fn undo_plan(entries: &[Entry], now: &Facts) -> Result<Plan, UndoRefused> {
    let situation = settle(entries)?;
    if situation.finished.is_none() {
        return Err(UndoRefused::NotEnded);
    }
    if *now.realm() != situation.plan.realm {
        return Err(UndoRefused::OtherRealm {
            run: situation.plan.realm,
            facts: now.realm.clone(),
        });
    }
    let newest = newest(&situation);
    let mut steps = Vec::new();
    let mut conflicts = Vec::new();
    for step in situation.plan.steps.iter().rev() {
        match inverse(&situation, step, &newest, now) {
            Ok(inverse) => steps.extend(inverse),
            Err(found) => conflicts.extend(found),
        }
    }
    if !conflicts.is_empty() {
        return Err(UndoRefused::Conflicts(conflicts));
    }
    order(&situation.plan, &mut steps);
    Ok(Plan {
        format: FORMAT,
        realm: situation.plan.realm,
        purpose: Purpose::Undo(situation.run),
        steps,
        blocked: Vec::new(),
    })
}

/// What the run left, by host and path; the last step that touched a path decides.
type Newest<'a> = BTreeMap<(&'a str, &'a FactPath), &'a Reading>;

fn newest(situation: &Situation) -> Newest<'_> {
    let mut newest = Newest::new();
    for step in &situation.plan.steps {
        let Some(state) = situation.steps.get(&step.id).filter(|s| s.done.is_some()) else {
            continue;
        };
        let left = state.left.iter();
        newest.extend(left.map(|(p, r)| ((step.target.name.as_str(), p), r)));
    }
    newest
}

/// The step that takes one back; none if there is nothing to do.
fn inverse(
    situation: &Situation,
    step: &Step,
    newest: &Newest<'_>,
    now: &Facts,
) -> Result<Option<Step>, Vec<Conflict>> {
    let Some(state) = situation.steps.get(&step.id).filter(|s| s.begun) else {
        return Ok(None);
    };
    let facts = now.targets.get(&step.target.name).cloned();
    let facts = facts.unwrap_or_else(|| {
        let never = jiff::Timestamp::UNIX_EPOCH;
        TargetFacts::unreachable(step.target.clone(), never, "it was not observed")
    });
    let untouched = !step.reads.is_empty() && decide::restored(step, &facts) == Truth::True;
    if untouched {
        return Ok(None);
    }
    if state.done.is_none() {
        return match &state.ended {
            Some(StepOutcome::Torn(why) | StepOutcome::Unknown(why)) => {
                Err(vec![Conflict::Undecided {
                    step: step.id.clone(),
                    why: why.clone(),
                }])
            }
            _ => Ok(None),
        };
    }
    let action = match way_back(&situation.run, step) {
        WayBack::Nothing => return Ok(None),
        WayBack::By(action) => action,
        WayBack::None(why) => {
            let step = step.id.clone();
            return Err(vec![Conflict::Irreversible { step, why }]);
        }
    };
    let conflicts = compare(step, state, newest, &facts);
    if conflicts.is_empty() {
        Ok(Some(turned(situation, step, state, action)))
    } else {
        Err(conflicts)
    }
}

/// Whether what is there is what the run left. Paths that could not be read after the step are judged by its promise.
fn compare(
    step: &Step,
    state: &StepState,
    newest: &Newest<'_>,
    facts: &TargetFacts,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut note = |path: &FactPath, truth: Truth, was: String| match truth {
        Truth::True => {}
        Truth::False => found.push(Conflict::Changed {
            step: step.id.clone(),
            path: path.clone(),
            was,
            is: facts.seen(path).to_string(),
        }),
        Truth::Unknown(why) => found.push(Conflict::Unknown {
            step: step.id.clone(),
            path: path.clone(),
            why,
        }),
    };
    for (path, left) in &state.left {
        let left = newest
            .get(&(step.target.name.as_str(), path))
            .copied()
            .unwrap_or(left);
        note(path, same(path, left, facts), show(left));
    }
    for cond in step
        .post
        .iter()
        .filter(|c| !state.left.contains_key(c.path()))
    {
        note(cond.path(), cond.holds(facts), format!("{cond:?}"));
    }
    found
}

/// The step turned round: it reads what was left and promises what was read.
fn turned(situation: &Situation, step: &Step, state: &StepState, action: Action) -> Step {
    let loose = matches!(step.undo, Undo::Compensate { .. });
    let reads = step.reads.iter();
    let post = reads.map(|(path, reading)| match reading {
        Reading::Present(value) if !loose => Cond::Is(path.clone(), value.clone()),
        Reading::Present(_) => Cond::Present(path.clone()),
        Reading::Absent => Cond::Absent(path.clone()),
    });
    let again = Box::new(step.action.clone());
    Step {
        id: step.id.clone(),
        target: step.target.clone(),
        summary: format!("take back: {}", step.summary),
        action,
        reads: state.left.clone(),
        post: post.collect(),
        undo: match &step.undo {
            Undo::Compensate { .. } => Undo::Compensate {
                action: again,
                remains: "it is made anew, not brought back".to_owned(),
            },
            Undo::Exact(_) | Undo::Saved | Undo::Irreversible(_) => Undo::Exact(again),
        },
        risk: step.risk,
        cause: format!("undo of run {}", situation.run),
        after: BTreeSet::new(),
    }
}

/// Turns the order round: what rested on a step, also by way of others, is taken back before it.
fn order(plan: &Plan, turned: &mut [Step]) {
    let mut below: BTreeMap<&StepId, BTreeSet<&StepId>> = BTreeMap::new();
    for step in &plan.steps {
        let mut all: BTreeSet<&StepId> = step.after.iter().collect();
        for under in &step.after {
            all.extend(below.get(under).into_iter().flatten());
        }
        below.insert(&step.id, all);
    }
    let present: BTreeSet<StepId> = turned.iter().map(|s| s.id.clone()).collect();
    for step in turned {
        let above = below
            .iter()
            .filter(|(id, under)| present.contains(**id) && under.contains(&step.id));
        step.after = above.map(|(id, _)| (*id).clone()).collect();
    }
}
