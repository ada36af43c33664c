//! What the outcomes of the steps make of the run.

use super::{Exec, WayBack, way_back};
use model::plan::{Plan, Purpose, Step};
use model::realm::RealmTag;
use model::run::{RunOutcome, StepOutcome};

impl<R: RealmTag> Exec<'_, '_, R> {
    /// The step failed: it acted in vain, or was refused. A trial of the revert wants to be reverted.
    pub(crate) fn is_failure(&self, outcome: &StepOutcome) -> bool {
        match outcome {
            StepOutcome::FailedClean(_) | StepOutcome::Torn(_) | StepOutcome::Refused(_) => true,
            StepOutcome::Reverted(_) => self.purpose != Purpose::Selftest,
            StepOutcome::Done(_)
            | StepOutcome::AlreadyDone
            | StepOutcome::Stale { .. }
            | StepOutcome::Unknown(_)
            | StepOutcome::Skipped(_)
            | StepOutcome::Undone => false,
        }
    }

    /// Later steps may rely on it.
    pub(crate) fn relied_on(&self, outcome: &StepOutcome) -> bool {
        let trial =
            self.purpose == Purpose::Selftest && matches!(outcome, StepOutcome::Reverted(_));
        outcome.is_success() || trial
    }

    /// Some step failed.
    pub(crate) fn failed(&self) -> bool {
        self.steps.values().any(|s| self.is_failure(&s.outcome))
    }

    /// The outcome of a run whose steps have all ended; `unwound` if its changes were to be taken back.
    pub(crate) fn run_outcome(&self, plan: &Plan, unwound: bool) -> RunOutcome {
        let stays = plan.steps.iter().any(|s| self.stays(s));
        if self.failed() {
            return match (stays, self.touched()) {
                (true, _) => RunOutcome::FailedChanged,
                (false, true) => RunOutcome::FailedUndone,
                (false, false) => RunOutcome::Refused,
            };
        }
        if unwound && plan.steps.iter().any(|s| self.stays_done(s)) {
            return RunOutcome::FailedChanged;
        }
        let undecided = |o: &StepOutcome| {
            matches!(
                o,
                StepOutcome::Unknown(_) | StepOutcome::Stale { .. } | StepOutcome::Skipped(_)
            )
        };
        if self.steps.values().any(|s| undecided(&s.outcome)) {
            return RunOutcome::PartlyUnknown;
        }
        RunOutcome::Succeeded
    }

    /// Whether the step may have left something behind.
    pub(crate) fn stays(&self, step: &Step) -> bool {
        let Some(report) = self.steps.get(&step.id) else {
            return false;
        };
        match &report.outcome {
            StepOutcome::Torn(_) => true,
            StepOutcome::Unknown(_) => report.begun,
            _ => self.stays_done(step),
        }
    }

    pub(super) fn stays_done(&self, step: &Step) -> bool {
        let done = |o: &StepOutcome| matches!(o, StepOutcome::Done(_));
        self.steps.get(&step.id).is_some_and(|r| done(&r.outcome))
            && way_back(&self.ctx.run, step) != WayBack::Nothing
    }

    /// Something was sent that may have had an effect, even if it has none now.
    fn touched(&self) -> bool {
        self.steps.values().any(|s| {
            matches!(
                s.outcome,
                StepOutcome::Done(_)
                    | StepOutcome::Undone
                    | StepOutcome::FailedClean(_)
                    | StepOutcome::Reverted(_)
                    | StepOutcome::Torn(_)
            )
        })
    }
}
