//! Promises and what is known of them.

use crate::digest::Digest;
use crate::evidence::Grade;
use crate::id::{ObjectRef, PromiseId};
use crate::lab::FaultScope;
use crate::units::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A claim with a threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Stable id.
    pub id: PromiseId,
    /// What it is about.
    pub subject: ObjectRef,
    /// The claim in a sentence.
    pub statement: String,
    /// Figures that must hold, all of them.
    pub thresholds: BTreeMap<String, Threshold>,
    /// The fault it holds under.
    pub scope: Option<FaultScope>,
    /// A failure breaks it only after so long without a record that satisfies it: the time in which it may be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Seconds>,
    /// Oldest acceptable record.
    pub max_age: Seconds,
    /// Fewest acceptable records within the age.
    pub min_samples: usize,
    /// Digests of what it depends on, today.
    pub inputs: BTreeMap<String, Digest>,
    /// What an assumption-free computation says, if there is one.
    pub computed: Option<Computed>,
    /// Inputs that had to be assumed, with their source.
    pub assumed: Vec<String>,
    /// The command that would prove it.
    pub prove_with: String,
    /// Place in the lab tree.
    pub cause: String,
}

/// The most or least that a figure may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// At most.
    AtMost(i64),
    /// At least.
    AtLeast(i64),
}

impl Threshold {
    /// Whether a figure satisfies it.
    pub fn holds(self, figure: i64) -> bool {
        match self {
            Threshold::AtMost(n) => figure <= n,
            Threshold::AtLeast(n) => figure >= n,
        }
    }
}

/// Result of a computation without assumptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Computed {
    /// It cannot hold, and why.
    Contradicted(String),
    /// It can hold.
    Possible,
}

/// What is known of a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "reason")]
pub enum State {
    /// The newest conclusive record fails, or a computation contradicts it.
    Broken(String),
    /// Nothing shows it.
    Unproven(String),
    /// It was shown, but not of today's lab.
    Stale(String),
    /// Shown by real records, in scope, in age, with unchanged inputs.
    Proven,
}

impl State {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            State::Broken(_) => "broken",
            State::Unproven(_) => "unproven",
            State::Stale(_) => "stale",
            State::Proven => "proven",
        }
    }
}

/// A promise with its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The promise.
    pub promise: Promise,
    /// Its state.
    #[serde(flatten)]
    pub state: State,
    /// Grade of the newest conclusive record.
    pub grade: Option<Grade>,
    /// When that was written.
    pub at: Option<Timestamp>,
    /// Its figures.
    pub figures: BTreeMap<String, i64>,
    /// A twin's record that satisfies the thresholds: shown beside the state, never instead of it.
    pub rehearsed: Option<Timestamp>,
    /// Accepted until this date, by a waiver.
    pub waived_until: Option<String>,
}
