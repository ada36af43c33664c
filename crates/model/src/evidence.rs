//! Evidence: the bodies of ledger records. The envelope (chain, signature) belongs to the store.

use crate::digest::Digest;
use crate::id::{ObjectRef, PromiseId, RunId};
use crate::realm::Realm;
use crate::run::RunOutcome;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the bodies; readers know all versions, stored bytes are never migrated. See `docs/formats/ledger.md`.
pub const FORMAT: u32 = 1;

/// What a record was obtained on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The real thing.
    Real,
    /// Real copies on the lab's real hardware, cut off.
    Isolated,
    /// A twin, with what was stood in for.
    Twin {
        /// Names of the stand-ins.
        stand_ins: Vec<String>,
    },
    /// Somebody says so.
    Declared,
}

impl Grade {
    /// Only real and isolated records can prove.
    pub fn can_prove(&self) -> bool {
        matches!(self, Grade::Real | Grade::Isolated)
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Grade::Real => "real",
            Grade::Isolated => "isolated",
            Grade::Twin { .. } => "twin",
            Grade::Declared => "declared",
        }
    }
}

/// Whether the clock that stamped a record can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockState {
    /// Synchronised by a time service.
    Synced,
    /// No time service can be asked; the owner declares who keeps the clock.
    Declared,
    /// A time service runs but is not synchronised, or none runs.
    Unsynced,
    /// Could not be read.
    Unknown,
}

/// Body of a ledger record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Body {
    /// A new chain begins, or goes on after a restore of the controller.
    Epoch(Epoch),
    /// A measurement that promises are held against.
    Measured(Measured),
    /// A run ended.
    Run {
        /// The run.
        run: RunId,
        /// What was approved.
        digest: Digest,
        /// `apply`, `undo`, …
        purpose: String,
        /// How it ended.
        outcome: RunOutcome,
        /// Counts by step outcome.
        steps: BTreeMap<String, u64>,
    },
    /// The writer found bytes after the last whole record and set them aside.
    Recovered {
        /// Digest of the bytes set aside.
        torn: Digest,
        /// How many.
        bytes: u64,
    },
    /// Something was given up for good, by whom and why.
    Note {
        /// What.
        text: String,
    },
}

/// Beginning of an epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// Why it was opened.
    pub reason: String,
    /// The newest pin known, if it is ahead of or beside this chain.
    pub newest_pin: Option<Pin>,
    /// Records known to be missing, if that can be told: pin's number minus last head's.
    pub gap: Option<u64>,
    /// Head of the chain before this epoch; `None` in the first record of a chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_head: Option<Pin>,
    /// The writer's ed25519 public key in hexadecimal; in the first record of a chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Damage in stored lines that was found and left as it is when this epoch was opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damaged: Vec<Damage>,
}

/// One damaged line of a ledger, named so that it can be told from later damage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// File name of the segment.
    pub segment: String,
    /// Line in it, from 1.
    pub line: u64,
    /// Digest of the line's bytes as they were found.
    pub found: Digest,
    /// What is wrong with it.
    pub what: String,
}

/// A head of a chain, kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Realm of the chain.
    pub realm: Realm,
    /// Fingerprint of the writer's key.
    pub writer: String,
    /// Number of the record.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// When it was pinned.
    pub at: Timestamp,
}

/// Figures that were measured, with what they rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The promise it was measured for.
    pub promise: PromiseId,
    /// What it is about.
    pub subject: ObjectRef,
    /// What it was obtained on.
    pub grade: Grade,
    /// Whether the run says anything; inconclusive ones never prove, break or refresh.
    pub conclusion: Conclusion,
    /// Named figures, e.g. `restore_s`, `archive_age_s`, `unjustified`; integers in the unit of the suffix.
    pub figures: BTreeMap<String, i64>,
    /// Digests of what the promise depends on; if one changes, the record is stale.
    pub inputs: BTreeMap<String, Digest>,
    /// What was found, in a line, for people.
    pub summary: String,
}

/// What a measurement concludes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// The check itself was good; the figures decide.
    Conclusive,
    /// The thing itself failed (a restore that does not start, a query that answers wrongly).
    Failed(String),
    /// Something else went wrong; nothing is said about the promise.
    Inconclusive(String),
}

/// A record as history gives it to pure code: body with the envelope's times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Number in its chain.
    pub seq: u64,
    /// Realm of its chain.
    pub realm: Realm,
    /// Wall clock when written.
    pub at: Timestamp,
    /// State of that clock.
    pub clock: ClockState,
    /// The body.
    pub body: Body,
}
