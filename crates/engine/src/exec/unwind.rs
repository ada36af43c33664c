//! Taking back what a run did, newest first.

use super::access::{AccessEnd, undone};
use super::{Exec, Way};
use crate::context::LogError;
use crate::decide::Standing;
use model::id::{RunId, StepId};
use model::kleene::Reason;
use model::plan::{AccessChange, Action, Plan, Step, Undo};
use model::realm::RealmTag;
use model::run::{Output, StepOutcome};
use plan::driver::{ActError, Order};
use std::collections::BTreeSet;

/// How a step that a run did is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WayBack {
    /// It changed nothing.
    Nothing,
    /// By this action.
    By(Action),
    /// Not at all.
    None(String),
}

/// Whether the way back can be gone.
enum ReadyBack {
    /// The step stands as it was left.
    Go,
    /// It is as before already.
    Already,
    /// It stays as it is, for this reason.
    Keep(String),
}

/// The way back from a step of this run.
pub(crate) fn way_back(run: &RunId, step: &Step) -> WayBack {
    if matches!(
        step.action,
        Action::CheckRestored { .. } | Action::VerifyArchive { .. }
    ) {
        return WayBack::Nothing;
    }
    match &step.undo {
        Undo::Exact(action) | Undo::Compensate { action, .. } => WayBack::By((**action).clone()),
        Undo::Saved => {
            let (run, id) = (run.clone(), step.id.clone());
            WayBack::By(match step.action {
                Action::Access(_) => Action::Access(AccessChange::Restore { run, step: id }),
                _ => Action::RestoreSaved { run, step: id },
            })
        }
        Undo::Irreversible(why) => WayBack::None(why.clone()),
    }
}

impl<R: RealmTag> Exec<'_, '_, R> {
    /// Takes back every step that this run did, newest first. What a step that stays rests on, stays too.
    pub(crate) fn unwind(&mut self, plan: &Plan) -> Result<(), LogError> {
        let mut needed: BTreeSet<StepId> = BTreeSet::new();
        for step in plan.steps.iter().rev() {
            if needed.contains(&step.id) {
                if self.stays_done(step) {
                    self.note_kept(step, "a step that stays rests on it");
                }
                needed.extend(step.after.iter().cloned());
                continue;
            }
            let half_back = self.began_back.contains(&step.id) && self.stays(step);
            if self.stays_done(step) || half_back {
                self.undo_step(step)?;
            }
            if self.stays(step) {
                needed.extend(step.after.iter().cloned());
            }
        }
        Ok(())
    }

    fn undo_step(&mut self, step: &Step) -> Result<(), LogError> {
        let action = match way_back(&self.ctx.run, step) {
            WayBack::By(action) => action,
            WayBack::Nothing => return Ok(()),
            WayBack::None(why) => {
                self.note_kept(step, &format!("there is no way back: {why}"));
                return Ok(());
            }
        };
        if self.lost.contains_key(&step.target) && !self.found_again(step) {
            self.note_kept(step, &format!("{} is lost", step.target));
            return Ok(());
        }
        match self.ready_to_undo(step) {
            ReadyBack::Go => {}
            ReadyBack::Already => {
                self.intent(step)?;
                return self.end_undo(step, &Ok(Output::default()), Standing::Before);
            }
            ReadyBack::Keep(why) => {
                self.note_kept(step, &why);
                return Ok(());
            }
        }
        self.send_back(step, &action)
    }

    fn note_kept(&mut self, step: &Step, why: &str) {
        self.kept.insert(step.id.clone(), why.to_owned());
    }

    /// Looks before taking back: what somebody else made of it since is not overwritten.
    fn ready_to_undo(&mut self, step: &Step) -> ReadyBack {
        let facts = self.look_patiently(step);
        if step.post.is_empty() || self.began_back.contains(&step.id) {
            return ReadyBack::Go;
        }
        match Way::Undo.standing(step, &facts) {
            Standing::After => ReadyBack::Go,
            Standing::Before => ReadyBack::Already,
            Standing::Between { found } => {
                ReadyBack::Keep(format!("something else changed it since; found {found}"))
            }
            Standing::Unknown(why) => ReadyBack::Keep(why.to_string()),
        }
    }

    /// A way back may be gone twice, so one that did not arrive is tried again.
    fn send_back(&mut self, step: &Step, action: &Action) -> Result<(), LogError> {
        self.began_back.insert(step.id.clone());
        for _ in 0..self.ctx.policy.attempts.max(1) {
            self.intent(step)?;
            self.going_back = true;
            let went = self.go_back(step, action);
            self.going_back = false;
            let (acted, standing) = went?;
            let arrived = Way::Undo.arrived(&standing);
            self.end_undo(step, &acted, standing)?;
            let again = matches!(
                acted,
                Err(ActError::Failed { .. } | ActError::Unreachable { .. })
            );
            if arrived || !again || self.lost.contains_key(&step.target) {
                break;
            }
            self.pause();
        }
        Ok(())
    }

    fn go_back(
        &mut self,
        step: &Step,
        action: &Action,
    ) -> Result<(Result<Output, ActError>, Standing), LogError> {
        let acted = match action {
            Action::Access(change) => match self.commit_confirm(step, change)? {
                AccessEnd::Committed(output) => Ok(output),
                AccessEnd::Lost(why) => {
                    let unknown = Standing::Unknown(Reason::new(why.clone()));
                    return Ok((Err(undone(step, &why)), unknown));
                }
                AccessEnd::NotBegun(why)
                | AccessEnd::Back(why)
                | AccessEnd::Declined(why)
                | AccessEnd::Fired(why) => Err(undone(step, &why)),
            },
            other => self.act(step, &Order::Do(other)),
        };
        let (standing, _) = self.settle(step, &acted, Way::Undo);
        Ok((acted, standing))
    }

    /// Records where a step stands after its undo was sent; one that could not be taken back is still done.
    fn end_undo(
        &mut self,
        step: &Step,
        acted: &Result<Output, ActError>,
        standing: Standing,
    ) -> Result<(), LogError> {
        let said = match acted {
            Ok(_) => "its undo reported success".to_owned(),
            Err(e) => e.to_string(),
        };
        let before = self.steps.get(&step.id).and_then(|s| s.output.clone());
        let blind = step.post.is_empty() && step.reads.is_empty();
        let outcome = match standing {
            Standing::Before if !blind || acted.is_ok() => StepOutcome::Undone,
            Standing::Before | Standing::After => {
                self.note_kept(step, &said);
                StepOutcome::Done(before.unwrap_or_default())
            }
            Standing::Between { found } => {
                StepOutcome::Torn(format!("while taking it back: {said}; found {found}"))
            }
            Standing::Unknown(why) => {
                StepOutcome::Unknown(format!("while taking it back: {said}; {why}"))
            }
        };
        if outcome == StepOutcome::Undone {
            self.kept.remove(&step.id);
            if let Undo::Compensate { remains, .. } = &step.undo {
                self.remains.push((step.id.clone(), remains.clone()));
            }
        }
        self.end(step, outcome)
    }

    /// Settles an undo that was open when the controller died.
    pub(crate) fn settle_open_undo(&mut self, step: &Step, access: bool) -> Result<(), LogError> {
        let why = "the controller was interrupted";
        let acted = Err(ActError::Unreachable {
            target: step.target.clone(),
            message: why.to_owned(),
        });
        self.going_back = true;
        let lost = match access.then(|| self.resolve(step, why)) {
            Some(AccessEnd::Lost(why)) => Some(Standing::Unknown(Reason::new(why))),
            _ => None,
        };
        let standing = lost.unwrap_or_else(|| self.settle(step, &acted, Way::Undo).0);
        self.going_back = false;
        self.end_undo(step, &acted, standing)
    }
}
