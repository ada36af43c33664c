//! What a run is given from outside: journal, clock, patience, nonces, and its policy.

use jiff::Timestamp;
use model::id::{ControllerId, RunId};
use model::plan::ConfirmPolicy;
use model::run::Event;
use model::units::Seconds;
use std::fmt;

/// The journal of one run, as the engine needs it: durable when `write` returns.
pub trait RunLog {
    /// Appends one event; returns once it will survive a crash.
    ///
    /// # Errors
    /// [`LogError`]; the run then stops at once and sends nothing more, as if the controller had died.
    fn write(&mut self, now: Timestamp, event: Event) -> Result<(), LogError>;
}

/// The journal could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written: {message}")]
pub struct LogError {
    /// What the store said.
    pub message: String,
}

impl LogError {
    /// An error in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// The controller's clock. Only stamps; no decision of a run rests on it.
pub trait Clock: Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// What to do when a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Stop and take back what this run did, newest first.
    Unwind,
    /// Leave what was done; go on with the steps that do not rest on the failed one.
    Continue,
}

/// Time limits and choices of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How long a lease lasts without a further order.
    pub lease: Seconds,
    /// How often a target is asked before it counts as lost; at least 1.
    pub attempts: u32,
    /// Pause between two attempts; at least a second.
    pub pause: Seconds,
    /// Commit-confirm.
    pub confirm: ConfirmPolicy,
    /// How much longer than `confirm.revert_after` the engine waits for a target's own revert.
    pub margin: Seconds,
    /// What to do when a step failed.
    pub on_failure: OnFailure,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lease: Seconds(15 * 60),
            attempts: 5,
            pause: Seconds(2),
            confirm: ConfirmPolicy::default(),
            margin: Seconds(60),
            on_failure: OnFailure::Unwind,
        }
    }
}

/// Everything a run needs besides plan, drivers and journal.
pub struct RunContext<'a> {
    /// This run.
    pub run: RunId,
    /// Who runs it.
    pub controller: ControllerId,
    /// The controller's fencing number.
    pub epoch: u64,
    /// Stamps journal lines and observations.
    pub clock: &'a dyn Clock,
    /// Waits this long; a test advances its clock instead.
    pub wait: &'a mut dyn FnMut(Seconds),
    /// A new unguessable text each time.
    pub nonce: &'a mut dyn FnMut() -> String,
    /// Time limits and choices.
    pub policy: Policy,
}

impl fmt::Debug for RunContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunContext")
            .field("run", &self.run)
            .field("controller", &self.controller)
            .field("epoch", &self.epoch)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
