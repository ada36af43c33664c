//! Runs: what the journal says, one event per line, written before the effect it announces.

use crate::digest::Digest;
use crate::fact::FactPath;
use crate::id::{ControllerId, RunId, StepId};
use crate::plan::{Plan, Reading};
use crate::value::Value;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the journal's layout; see `docs/formats/journal.md`.
pub const FORMAT: u32 = 1;

/// One line of a run's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position, from 0, without gaps.
    pub seq: u64,
    /// Controller's clock.
    pub at: Timestamp,
    /// What is about to happen or has happened.
    pub event: Event,
}

/// What a journal line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// The run begins; holds the whole plan.
    Started {
        /// [`FORMAT`].
        format: u32,
        /// The run.
        run: RunId,
        /// Who runs it.
        controller: ControllerId,
        /// Fencing number of the controller.
        epoch: u64,
        /// Digest that was approved.
        digest: Digest,
        /// What is run.
        plan: Box<Plan>,
    },
    /// The step's action is about to be sent.
    Intent {
        /// The step.
        step: StepId,
    },
    /// An access step is about to enter this phase.
    Phase {
        /// The step.
        step: StepId,
        /// Which.
        phase: AccessPhase,
    },
    /// What was observed after the step, of the paths it read or promised; an undo compares with this.
    Left {
        /// The step.
        step: StepId,
        /// By path; what could not be read is left out.
        facts: BTreeMap<FactPath, Reading>,
    },
    /// The step ended.
    Ended {
        /// The step.
        step: StepId,
        /// How.
        outcome: StepOutcome,
    },
    /// The run ended; no line follows.
    Finished {
        /// How.
        outcome: RunOutcome,
    },
    /// Another process took the run up after a crash.
    Resumed {
        /// Its fencing number.
        epoch: u64,
    },
}

/// Phases of commit-confirm, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessPhase {
    /// Test the admin paths before anything is touched.
    Pretest,
    /// Save what is there, install the revert, check that it is armed.
    Arm,
    /// Change the running system only.
    Live,
    /// Test the admin paths through new connections.
    Test,
    /// Write the form that a reboot loads, and load it dry.
    Persist,
    /// Test again, then disarm.
    Disarm,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// Done, and `post` was observed to hold.
    Done(Output),
    /// `post` held already.
    AlreadyDone,
    /// A fact differs from what it was planned from.
    Stale {
        /// Which fact.
        path: String,
        /// As planned.
        was: String,
        /// As found.
        is: String,
    },
    /// A precondition could not be read.
    Unknown(String),
    /// A step before it did not succeed.
    Skipped(StepId),
    /// The driver refused before doing anything.
    Refused(String),
    /// It failed and `reads` still hold: nothing changed.
    FailedClean(String),
    /// The access change was reverted by the target.
    Reverted(String),
    /// It failed and neither `post` nor `reads` hold.
    Torn(String),
    /// Taken back in the same run after a later failure.
    Undone,
}

impl StepOutcome {
    /// Later steps may rely on it.
    pub fn is_success(&self) -> bool {
        matches!(self, StepOutcome::Done(_) | StepOutcome::AlreadyDone)
    }

    /// The word for it, as reports have it.
    pub const fn word(&self) -> &'static str {
        match self {
            StepOutcome::Done(_) => "done",
            StepOutcome::AlreadyDone => "already done",
            StepOutcome::Stale { .. } => "stale",
            StepOutcome::Unknown(_) => "unknown",
            StepOutcome::Skipped(_) => "skipped",
            StepOutcome::Refused(_) => "refused",
            StepOutcome::FailedClean(_) => "failed",
            StepOutcome::Reverted(_) => "reverted",
            StepOutcome::Torn(_) => "torn",
            StepOutcome::Undone => "undone",
        }
    }
}

/// What an action reports: measurements and identifiers, never secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Output {
    /// Duration on the target, in milliseconds.
    pub took_ms: u64,
    /// Named results, e.g. `archive`, `bytes`, `answer`.
    pub values: BTreeMap<String, Value>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// Every step succeeded.
    Succeeded,
    /// Something failed; what had been done was taken back.
    FailedUndone,
    /// Something failed; part of it stays.
    FailedChanged,
    /// Nothing failed, but some steps could not be decided.
    PartlyUnknown,
    /// Refused before the first effect.
    Refused,
}
