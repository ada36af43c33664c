//! What a journal says about a run: read strictly, decided nowhere. What holds is observed afterwards.

use model::digest::Digest;
use model::fact::FactPath;
use model::id::{ControllerId, RunId, StepId};
use model::plan::{Plan, Reading};
use model::run::{AccessPhase, Entry, Event, FORMAT, Output, RunOutcome, StepOutcome};
use std::collections::BTreeMap;

/// Where a run stands, by its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// The run.
    pub run: RunId,
    /// Who began it.
    pub controller: ControllerId,
    /// The newest fencing number in the journal.
    pub epoch: u64,
    /// The plan, whole.
    pub plan: Plan,
    /// By step; one that is not listed was not come to.
    pub steps: BTreeMap<StepId, StepState>,
    /// How it ended; `None` if it was interrupted.
    pub finished: Option<RunOutcome>,
}

impl Situation {
    /// The step that was begun and has not ended; there is at most one, since steps follow each other.
    pub fn open(&self) -> Option<(&StepId, Open)> {
        let mut open = self
            .steps
            .iter()
            .filter_map(|(id, s)| s.open.map(|o| (id, o)));
        open.next()
    }
}

/// Where a step stands, by the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepState {
    /// An action was announced and its end is not recorded.
    pub open: Option<Open>,
    /// Its action was announced at some time.
    pub begun: bool,
    /// The last phase of commit-confirm that was entered, if it is an access change.
    pub phase: Option<AccessPhase>,
    /// The last recorded end.
    pub ended: Option<StepOutcome>,
    /// It was done, and not taken back since; what its action reported.
    pub done: Option<Output>,
    /// It was taken back, or that was begun.
    pub going_back: bool,
    /// What it left, as observed.
    pub left: BTreeMap<FactPath, Reading>,
}

impl StepState {
    /// What is to be settled: it is open, or the target was lost before its end could be told.
    pub fn unsettled(&self) -> Option<Open> {
        let lost = matches!(self.ended, Some(StepOutcome::Unknown(_)));
        let lost = self.begun && lost && self.done.is_none();
        self.open.or(lost.then_some(Open::Doing))
    }
}

/// What an interrupted step was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Its action.
    Doing,
    /// Its way back.
    Undoing,
}

/// A journal that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadJournal {
    /// It has no first line.
    #[error("it does not begin with the start of a run")]
    NoStart,
    /// It is of another version.
    #[error("it has format {found}; this program reads format {FORMAT}")]
    Format {
        /// Its format.
        found: u32,
    },
    /// The plan in it is not the one that was approved.
    #[error("the plan in it is not the approved one")]
    OtherPlan {
        /// What was approved.
        approved: Digest,
        /// What is in it.
        found: Digest,
    },
    /// A line is missing.
    #[error("line {expected} is missing; {found} comes instead")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that comes.
        found: u64,
    },
    /// A line cannot follow the ones before it.
    #[error("line {seq}: {why}")]
    Impossible {
        /// Its number.
        seq: u64,
        /// Why.
        why: String,
    },
}

/// Reads a journal. Pure.
///
/// # Errors
/// [`BadJournal`] if its lines cannot have been written by one run, in this order.
pub fn settle(entries: &[Entry]) -> Result<Situation, BadJournal> {
    let mut situation = start(entries.first().ok_or(BadJournal::NoStart)?)?;
    for (expected, entry) in (0_u64..).zip(entries) {
        if entry.seq != expected {
            return Err(BadJournal::Gap {
                expected,
                found: entry.seq,
            });
        }
        if expected > 0 {
            follow(&mut situation, &entry.event).map_err(|why| BadJournal::Impossible {
                seq: entry.seq,
                why,
            })?;
        }
    }
    Ok(situation)
}

fn start(first: &Entry) -> Result<Situation, BadJournal> {
    let Event::Started {
        format,
        run,
        controller,
        epoch,
        digest,
        plan,
    } = &first.event
    else {
        return Err(BadJournal::NoStart);
    };
    if *format != FORMAT {
        return Err(BadJournal::Format { found: *format });
    }
    let found = plan.digest();
    if found != *digest {
        return Err(BadJournal::OtherPlan {
            approved: digest.clone(),
            found,
        });
    }
    Ok(Situation {
        run: run.clone(),
        controller: controller.clone(),
        epoch: *epoch,
        plan: (**plan).clone(),
        steps: BTreeMap::new(),
        finished: None,
    })
}

fn follow(situation: &mut Situation, event: &Event) -> Result<(), String> {
    if situation.finished.is_some() {
        return Err("it follows the end of the run".to_owned());
    }
    match event {
        Event::Started { .. } => Err("the run begins a second time".to_owned()),
        Event::Resumed { epoch } => {
            if *epoch < situation.epoch {
                return Err(format!("epoch {epoch} is older than {}", situation.epoch));
            }
            situation.epoch = *epoch;
            Ok(())
        }
        Event::Finished { outcome } => {
            if let Some((step, _)) = situation.open() {
                return Err(format!("the run ends while {step} is open"));
            }
            situation.finished = Some(*outcome);
            Ok(())
        }
        Event::Intent { step } => intent(situation, step),
        Event::Phase { step, phase } => {
            let state = state(situation, step)?;
            if state.open.is_none() {
                return Err(format!(
                    "{step} enters a phase without having been announced"
                ));
            }
            state.phase = Some(*phase);
            Ok(())
        }
        Event::Left { step, facts } => {
            state(situation, step)?.left.clone_from(facts);
            Ok(())
        }
        Event::Ended { step, outcome } => ended(situation, step, outcome),
    }
}

/// An announcement is one of the way back if the step is done.
fn intent(situation: &mut Situation, step: &StepId) -> Result<(), String> {
    if let Some((other, _)) = situation.open() {
        return Err(format!("{step} begins while {other} is open"));
    }
    let state = state(situation, step)?;
    state.going_back = state.done.is_some();
    state.open = Some(if state.going_back {
        Open::Undoing
    } else {
        Open::Doing
    });
    state.begun = true;
    state.phase = None;
    Ok(())
}

fn ended(situation: &mut Situation, step: &StepId, outcome: &StepOutcome) -> Result<(), String> {
    let state = state(situation, step)?;
    let open = state.unsettled();
    state.open = None;
    match (outcome, open) {
        (StepOutcome::Done(output), Some(Open::Doing)) => state.done = Some(output.clone()),
        // Its way back did not take: it is still done.
        (StepOutcome::Done(_), Some(Open::Undoing)) => {}
        (StepOutcome::Undone, Some(Open::Undoing)) => {
            state.done = None;
            state.left.clear();
        }
        (StepOutcome::Done(_) | StepOutcome::Undone, _) => {
            return Err(format!("{step} ends without having been announced"));
        }
        _ => {}
    }
    state.ended = Some(outcome.clone());
    Ok(())
}

fn state<'a>(situation: &'a mut Situation, step: &StepId) -> Result<&'a mut StepState, String> {
    if !situation.plan.steps.iter().any(|s| s.id == *step) {
        return Err(format!("{step} is not in the plan"));
    }
    Ok(situation.steps.entry(step.clone()).or_default())
}
