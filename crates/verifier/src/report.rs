//! What was found, for people and as JSON.

use serde_json::{Value, json};
use std::fmt::Write as _;

/// What is wrong. Each is told apart because each calls for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A stored line is not what was written.
    Altered,
    /// The bytes are whole, but this key did not sign them.
    BadSignature,
    /// Written by another key.
    ForeignKey,
    /// Of another realm than the chain.
    WrongRealm,
    /// Numbers are missing between records.
    Missing,
    /// The end is missing: a pin is ahead of the head.
    Truncated,
    /// Records stand in another order than they were written in.
    Reordered,
    /// A record stands there twice.
    Duplicated,
    /// Two histories share their beginning.
    Forked,
    /// An epoch begins without its record, or its record is not what it has to be.
    Epoch,
    /// Written by a version that this one does not know.
    UnknownFormat,
    /// A pin is not of this chain.
    ForeignPin,
}

impl Kind {
    /// The word in JSON and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Altered => "altered",
            Kind::BadSignature => "bad-signature",
            Kind::ForeignKey => "foreign-key",
            Kind::WrongRealm => "wrong-realm",
            Kind::Missing => "missing",
            Kind::Truncated => "truncated",
            Kind::Reordered => "reordered",
            Kind::Duplicated => "duplicated",
            Kind::Forked => "forked",
            Kind::Epoch => "epoch",
            Kind::UnknownFormat => "unknown-format",
            Kind::ForeignPin => "foreign-pin",
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// Segment and line, if it is about a line.
    pub place: Option<(String, u64)>,
    /// Number of the record, if it can be told.
    pub seq: Option<u64>,
    /// Stands alone.
    pub message: String,
}

/// Something to know that is not wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Unfinished bytes at the end of a segment; nothing that was acknowledged is in them.
    Torn {
        /// The segment.
        segment: String,
        /// How many.
        bytes: u64,
    },
    /// Unfinished bytes that the writer set aside earlier.
    Recovered {
        /// Record that says so.
        seq: u64,
        /// How many.
        bytes: u64,
    },
    /// An epoch that says that the chain was restored from a backup.
    Restored {
        /// The epoch.
        epoch: u64,
        /// Its first record.
        seq: u64,
        /// Records known to be missing.
        gap: u64,
    },
    /// An epoch that says that another chain shares this one's beginning.
    KnownFork {
        /// The epoch.
        epoch: u64,
        /// Its first record.
        seq: u64,
    },
    /// Anything else.
    Other(String),
}

impl Note {
    /// A sentence that stands alone.
    pub fn message(&self) -> String {
        match self {
            Note::Torn { segment, bytes } => format!(
                "{segment} ends with {bytes} bytes of an unfinished record; harmless, it was never acknowledged"
            ),
            Note::Recovered { seq, bytes } => {
                format!("record {seq}: the writer set {bytes} unfinished bytes aside")
            }
            Note::Restored { epoch, seq, gap } => format!(
                "epoch {epoch} begins at record {seq}: the controller was restored from a backup, {gap} records are gone"
            ),
            Note::KnownFork { epoch, seq } => format!(
                "epoch {epoch} begins at record {seq}: it names a pin of another chain with the same beginning"
            ),
            Note::Other(message) => message.clone(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Note::Torn { .. } => "torn",
            Note::Recovered { .. } => "recovered",
            Note::Restored { .. } => "restored",
            Note::KnownFork { .. } => "known-fork",
            Note::Other(_) => "note",
        }
    }
}

/// The newest good record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

/// Everything about one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Realm of the chain.
    pub realm: String,
    /// Fingerprint of its key.
    pub writer: String,
    /// Good records.
    pub records: u64,
    /// Epochs.
    pub epochs: u64,
    /// The newest good record.
    pub head: Option<Head>,
    /// What is wrong; none means that the chain is what was written.
    pub findings: Vec<Finding>,
    /// What else there is to know.
    pub notes: Vec<Note>,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.findings.is_empty()
    }

    /// For people.
    pub fn text(&self) -> String {
        let verdict = if self.is_ok() { "ok" } else { "NOT OK" };
        let head = match &self.head {
            Some(h) => format!("head is record {} with hash {}", h.seq, h.hash),
            None => "there is no good record".to_owned(),
        };
        let mut text = format!(
            "{verdict}: {} good records in {} epochs of writer {} in realm {}; {head}\n",
            self.records, self.epochs, self.writer, self.realm
        );
        for finding in &self.findings {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}: {}", finding.kind.word(), finding.message);
        }
        for note in &self.notes {
            let _ = writeln!(text, "note: {}", note.message());
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let findings = self.findings.iter().map(|f| {
            json!({
                "kind": f.kind.word(),
                "segment": f.place.as_ref().map(|p| &p.0),
                "line": f.place.as_ref().map(|p| p.1),
                "seq": f.seq,
                "message": f.message,
            })
        });
        let notes = self
            .notes
            .iter()
            .map(|n| json!({"kind": n.word(), "message": n.message()}));
        json!({
            "format": 1,
            "verdict": if self.is_ok() { "ok" } else { "problem" },
            "realm": self.realm,
            "writer": self.writer,
            "records": self.records,
            "epochs": self.epochs,
            "head": self.head.as_ref().map(|h| json!({"seq": h.seq, "hash": h.hash})),
            "findings": findings.collect::<Vec<_>>(),
            "notes": notes.collect::<Vec<_>>(),
        })
    }
}
