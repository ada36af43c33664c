//! Pins: heads of the chain that were kept elsewhere. The only thing that shows that the end of a chain is gone.

use crate::line::Parsed;
use crate::report::{Finding, Kind, Note};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A head that was seen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// File it was read from.
    pub(crate) source: String,
    realm: String,
    writer: String,
    seq: u64,
    hash: String,
}

impl Pin {
    /// Reads a pin; `None` if the text is none.
    pub(crate) fn parse(source: &str, text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let field = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            source: source.to_owned(),
            realm: field("realm")?,
            writer: field("writer")?,
            seq: value.get("seq")?.as_u64()?,
            hash: field("hash")?,
        })
    }

    /// Whether it is a pin of this chain at all.
    pub(crate) fn is_of(&self, realm: &str, writer: &str) -> bool {
        self.writer == writer && (realm.is_empty() || self.realm == realm)
    }

    /// It was named as a pin of another chain.
    pub(crate) fn foreign(&self) -> Finding {
        let message = format!(
            "{} pins a chain of writer {} in realm {}, which is not this one",
            self.source, self.writer, self.realm
        );
        Finding {
            kind: Kind::ForeignPin,
            place: None,
            seq: None,
            message,
        }
    }

    /// Holds the good records against the pin.
    pub(crate) fn check(
        &self,
        records: &BTreeMap<u64, &Parsed>,
        altered: &BTreeSet<u64>,
    ) -> Result<Option<Note>, Finding> {
        let (source, seq) = (&self.source, self.seq);
        if records.get(&seq).is_some_and(|r| r.hash == self.hash) {
            return Ok(None);
        }
        if altered.contains(&seq) && !records.contains_key(&seq) {
            // The line is there and has been told to be altered; nothing is cut off.
            return Ok(None);
        }
        if let Some(at) = self.acknowledged_at(records) {
            let message = format!("{source} pins record {seq} of what record {at} says is gone");
            return Ok(Some(Note::Other(message)));
        }
        let head = records.keys().next_back();
        let (kind, message) = match (records.get(&seq), head) {
            (Some(record), _) => {
                let message = format!(
                    "{source} pins record {seq} with hash {}, the chain has {} there: two histories",
                    self.hash, record.hash
                );
                (Kind::Forked, message)
            }
            (None, Some(head)) if *head > seq => {
                let message = format!("{source} pins record {seq}, of which no good copy is there");
                (Kind::Missing, message)
            }
            (None, Some(head)) => {
                let message = format!(
                    "{source} pins record {seq}, but the chain ends at {head}: {} records are cut off",
                    seq - head
                );
                (Kind::Truncated, message)
            }
            (None, None) => {
                let message = format!("{source} pins record {seq}, but there is no record at all");
                (Kind::Truncated, message)
            }
        };
        Err(Finding {
            kind,
            place: None,
            seq: Some(seq),
            message,
        })
    }

    /// The record that begins an epoch and names this very pin.
    fn acknowledged_at(&self, records: &BTreeMap<u64, &Parsed>) -> Option<u64> {
        let names = |r: &Parsed| {
            let pin = r.body.get("newest_pin")?;
            let same = pin.get("seq")?.as_u64()? == self.seq
                && pin.get("hash")?.as_str()? == self.hash
                && r.kind() == "epoch";
            same.then_some(())
        };
        records
            .iter()
            .find(|(_, r)| names(r).is_some())
            .map(|(seq, _)| *seq)
    }
}
