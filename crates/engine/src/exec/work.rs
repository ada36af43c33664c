//! Bringing one step about: look, decide, announce, act, look again.

use super::access::{AccessEnd, undone};
use super::{Exec, Way, WayBack, way_back};
use crate::context::{LogError, OnFailure};
use crate::decide::{self, Decision, Standing};
use model::fact::TargetFacts;
use model::id::StepId;
use model::plan::{Action, Plan, Purpose, Step};
use model::realm::RealmTag;
use model::run::{Event, Output, StepOutcome};
use plan::driver::{ActError, Order};

impl<R: RealmTag> Exec<'_, '_, R> {
    /// Goes through the steps that have no outcome yet, in order. Under [`OnFailure::Unwind`] a failure ends it: the
    /// steps after it are skipped.
    pub(crate) fn walk(&mut self, plan: &Plan) -> Result<(), LogError> {
        let mut failed: Option<StepId> = None;
        for step in &plan.steps {
            if self.steps.contains_key(&step.id) {
                continue;
            }
            let outcome = match &failed {
                Some(earlier) => StepOutcome::Skipped(earlier.clone()),
                None => self.perform(step)?,
            };
            let stops = self.is_failure(&outcome);
            self.end(step, outcome)?;
            if stops && self.ctx.policy.on_failure == OnFailure::Unwind {
                failed = Some(step.id.clone());
            }
        }
        Ok(())
    }

    fn succeeded(&self, step: &StepId) -> bool {
        self.steps
            .get(step)
            .is_some_and(|s| self.relied_on(&s.outcome))
    }

    /// Brings one step about; the caller records the outcome.
    fn perform(&mut self, step: &Step) -> Result<StepOutcome, LogError> {
        if let Some(blocker) = step.after.iter().find(|a| !self.succeeded(a)) {
            return Ok(StepOutcome::Skipped(blocker.clone()));
        }
        if let Some(why) = self.lost.get(&step.target) {
            let why = format!("{} is not asked any more: {why}", step.target);
            return Ok(StepOutcome::Unknown(why));
        }
        let facts = self.look_patiently(step);
        match decide::decide(step, &facts) {
            Decision::AlreadyDone => Ok(StepOutcome::AlreadyDone),
            Decision::Stale { path, was, is } => Ok(StepOutcome::Stale {
                path: path.to_string(),
                was,
                is,
            }),
            Decision::Unknown(why) => Ok(StepOutcome::Unknown(why.to_string())),
            Decision::Ready => self.send(step),
        }
    }

    fn send(&mut self, step: &Step) -> Result<StepOutcome, LogError> {
        if let Action::Access(change) = &step.action {
            if !self.holds_revert(step) {
                let why = format!("{} cannot hold a revert", step.target);
                return Ok(StepOutcome::Refused(why));
            }
            self.intent(step)?;
            let end = self.commit_confirm(step, change)?;
            return self.access_outcome(step, end);
        }
        self.intent(step)?;
        let acted = self.act(step, &Order::Do(&step.action));
        if let Err(ActError::Refused(why)) = &acted {
            return Ok(StepOutcome::Refused(why.to_string()));
        }
        let (standing, facts) = self.settle(step, &acted, Way::Do);
        self.outcome(step, acted, standing, &facts)
    }

    fn holds_revert(&mut self, step: &Step) -> bool {
        let driver = self.drivers.get_mut(&step.target);
        driver.is_some_and(|d| d.properties().holds_revert)
    }

    /// The outcome of an action that was sent, by what was observed; the driver's word counts only where there is nothing
    /// to see.
    fn outcome(
        &mut self,
        step: &Step,
        acted: Result<Output, ActError>,
        standing: Standing,
        facts: &TargetFacts,
    ) -> Result<StepOutcome, LogError> {
        // Nothing to look at: the driver's word is all there is.
        if step.post.is_empty() && acted.is_ok() {
            return self.done(step, acted.unwrap_or_default(), facts);
        }
        let said = match &acted {
            Ok(_) => "it reported success".to_owned(),
            Err(e) => e.to_string(),
        };
        Ok(match standing {
            Standing::After => return self.done(step, acted.unwrap_or_default(), facts),
            Standing::Before if self.blind(step) => {
                StepOutcome::Torn(format!("{said}; it names no facts to look at"))
            }
            Standing::Before => StepOutcome::FailedClean(format!("{said}; nothing changed")),
            Standing::Between { found } => StepOutcome::Torn(format!("{said}; found {found}")),
            Standing::Unknown(why) => StepOutcome::Unknown(format!("{said}; {why}")),
        })
    }

    /// A step that is done; what it left is journaled for a later undo.
    pub(super) fn done(
        &mut self,
        step: &Step,
        output: Output,
        facts: &TargetFacts,
    ) -> Result<StepOutcome, LogError> {
        self.write(Event::Left {
            step: step.id.clone(),
            facts: decide::left(step, facts),
        })?;
        Ok(StepOutcome::Done(output))
    }

    /// The outcome of an access step, by what was observed after commit-confirm.
    fn access_outcome(&mut self, step: &Step, end: AccessEnd) -> Result<StepOutcome, LogError> {
        let acted = match &end {
            AccessEnd::NotBegun(why) => return Ok(StepOutcome::Refused(why.clone())),
            AccessEnd::Lost(why) => return Ok(StepOutcome::Unknown(why.clone())),
            AccessEnd::Committed(output) => Ok(output.clone()),
            AccessEnd::Back(why) | AccessEnd::Declined(why) | AccessEnd::Fired(why) => {
                Err(undone(step, why))
            }
        };
        let (standing, facts) = self.settle(step, &acted, Way::Do);
        match (standing, end) {
            (Standing::Before, AccessEnd::Declined(why)) => Ok(StepOutcome::Refused(why)),
            (Standing::Before, AccessEnd::Fired(why)) => Ok(StepOutcome::Reverted(why)),
            // A trial that ended otherwise than by the revert has failed.
            (Standing::Before, AccessEnd::Back(why)) if self.purpose == Purpose::Selftest => {
                Ok(StepOutcome::FailedClean(why))
            }
            (Standing::Before, AccessEnd::Back(why)) => Ok(StepOutcome::Reverted(why)),
            (standing, _) => self.outcome(step, acted, standing, &facts),
        }
    }

    /// Settles a step that was open when the controller died.
    pub(crate) fn settle_open(
        &mut self,
        step: &Step,
        access: bool,
    ) -> Result<StepOutcome, LogError> {
        let why = "the controller was interrupted";
        if access {
            let end = self.resolve(step, why);
            return self.access_outcome(step, end);
        }
        // Whether its order is still at work is not known, as after a lost connection.
        let acted = Err(ActError::Unreachable {
            target: step.target.clone(),
            message: why.to_owned(),
        });
        let (standing, facts) = self.settle(step, &acted, Way::Do);
        self.outcome(step, acted, standing, &facts)
    }

    /// Whether a failed step may have changed something that no fact would show.
    fn blind(&self, step: &Step) -> bool {
        step.post.is_empty()
            && step.reads.is_empty()
            && way_back(&self.ctx.run, step) != WayBack::Nothing
    }
}
