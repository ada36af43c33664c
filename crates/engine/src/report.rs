//! What a run tells its caller. Everything in it is also in the journal, or can be observed.

use crate::context::LogError;
use model::digest::Digest;
use model::id::{ObjectRef, RunId, StepId};
use model::realm::RealmMismatch;
use model::run::{Output, RunOutcome, StepOutcome};

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub ending: Ending,
    /// Every step that was come to, in the order of the plan.
    pub steps: Vec<StepReport>,
    /// What stays different although it was taken back.
    pub remains: Vec<(StepId, String)>,
    /// What a reader should know besides: a way back that failed, a lease that could not be returned.
    pub notes: Vec<String>,
}

impl RunReport {
    /// The outcome, if the run came to one.
    pub fn outcome(&self) -> Option<RunOutcome> {
        match &self.ending {
            Ending::Finished(outcome) => Some(*outcome),
            Ending::Refused(_) => Some(RunOutcome::Refused),
            Ending::Interrupted(_) => None,
        }
    }

    /// The report of one step.
    pub fn step(&self, id: &StepId) -> Option<&StepReport> {
        self.steps.iter().find(|s| s.step == *id)
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It came to its end.
    Finished(RunOutcome),
    /// It was refused before its first effect.
    Refused(Refused),
    /// The journal failed; nothing was sent after that. `takeover` settles it.
    Interrupted(LogError),
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Which.
    pub step: StepId,
    /// How it ended; `Undone` if it was taken back.
    pub outcome: StepOutcome,
    /// What its action reported, kept when it was taken back.
    pub output: Option<Output>,
    /// Its action may have been sent.
    pub begun: bool,
}

/// Why a run was refused before its first effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Another plan was approved.
    #[error("the approval is for plan {}, this is plan {}", approved.short(), plan.short())]
    NotApproved {
        /// What was approved.
        approved: Digest,
        /// What was to be run.
        plan: Digest,
    },
    /// Plan and drivers belong to different realms.
    #[error("the plan {0}")]
    OtherRealm(#[from] RealmMismatch),
    /// The plan's layout is of another version.
    #[error(
        "the plan has format {found}; this program runs format {}",
        model::plan::FORMAT
    )]
    Format {
        /// Its format.
        found: u32,
    },
    /// Ids or order of the plan are wrong.
    #[error("step {step}: {why}")]
    Malformed {
        /// Where.
        step: StepId,
        /// What.
        why: String,
    },
    /// There is no handle of a target.
    #[error("there is no driver for {target}")]
    NoDriver {
        /// The target.
        target: ObjectRef,
    },
    /// A target did not give its lease.
    #[error("{target} gives no lease: {why}")]
    Lease {
        /// The target.
        target: ObjectRef,
        /// What it said.
        why: plan::driver::Refusal,
    },
    /// The journal cannot be taken up.
    #[error("the journal cannot be taken up: {0}")]
    Journal(#[from] crate::settle::BadJournal),
    /// The run came to its end already.
    #[error("the run has ended; undo it with a run of its own")]
    Ended,
    /// A newer controller took the run up.
    #[error("epoch {ours} is older than epoch {theirs}, which took the run up")]
    OldEpoch {
        /// This controller's.
        ours: u64,
        /// The journal's newest.
        theirs: u64,
    },
}
