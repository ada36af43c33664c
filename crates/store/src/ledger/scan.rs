//! Reads a ledger's directory: every record, every defect, and the unfinished bytes at the end. Changes nothing.

use super::key;
use super::record::{BadLine, Envelope, decode, is_signed};
use crate::error::StoreError;
use crate::files;
use ed25519_dalek::VerifyingKey;
use model::digest::Digest;
use model::evidence::{Body, Damage, Epoch, FORMAT, Pin};
use model::realm::Realm;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Said of half a line that cannot be set aside any more because the chain goes on after it.
pub(crate) const UNFINISHED: &str = "an unfinished line before the last segment";

/// What lies in a ledger's directory.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Authentic records by number.
    pub(crate) records: BTreeMap<u64, Envelope>,
    /// What is wrong, accepted or not, in the order of the files.
    pub(crate) defects: Vec<Damage>,
    /// Unfinished bytes after the last line of the last segment.
    pub(crate) torn: Option<Torn>,
    /// Number of the last segment; 0 if there is none.
    pub(crate) last_segment: u64,
    /// Number that the next record gets: damaged lines keep theirs.
    pub(crate) next_seq: u64,
    /// Epoch of the newest record; 0 if there is none.
    pub(crate) epoch: u64,
}

/// Bytes of an append that was cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Torn {
    /// The segment's file.
    pub(crate) path: PathBuf,
    /// Line in it, from 1.
    pub(crate) line: u64,
    /// Its length without them.
    pub(crate) keep: u64,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

/// Whose ledger is expected.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) realm: &'a Realm,
    pub(crate) key: &'a VerifyingKey,
}

impl Scan {
    /// The newest record's place, as it is pinned elsewhere.
    pub(crate) fn head(&self) -> Option<Pin> {
        self.records.values().next_back().map(pin_of)
    }

    /// Beginnings of epochs, oldest first.
    pub(crate) fn epochs(&self) -> impl Iterator<Item = &Epoch> {
        self.records.values().filter_map(|e| match &e.record.body {
            Body::Epoch(epoch) => Some(epoch),
            Body::Measured(_) | Body::Run { .. } | Body::Recovered { .. } | Body::Note { .. } => {
                None
            }
        })
    }

    /// Damage that no epoch has named.
    pub(crate) fn unaccepted(&self) -> impl Iterator<Item = &Damage> {
        let same = |a: &Damage, b: &Damage| {
            a.segment == b.segment && a.line == b.line && a.found == b.found
        };
        self.defects.iter().filter(move |d| {
            !self
                .epochs()
                .any(|e| e.damaged.iter().any(|known| same(known, d)))
        })
    }
}

/// Place of a record.
pub(crate) fn pin_of(envelope: &Envelope) -> Pin {
    Pin {
        realm: envelope.record.realm.clone(),
        writer: envelope.writer.clone(),
        seq: envelope.record.seq,
        hash: envelope.hash.clone(),
        at: envelope.record.at,
    }
}

/// File name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number:08}.jsonl")
}

/// Reads and checks everything. Hashes and links are checked in every line; signatures in the last segment and in the first
/// record of each epoch, which covers the rest through the chain.
pub(crate) fn scan(dir: &Path, expected: &Expected<'_>) -> Result<Scan, StoreError> {
    let mut numbers: Vec<u64> = Vec::new();
    for name in files::names(dir)? {
        let number = name.strip_suffix(".jsonl").and_then(|n| n.parse().ok());
        numbers.extend(number.filter(|n| segment_name(*n) == name));
    }
    let mut reader = Reader {
        dir,
        expected,
        writer: key::fingerprint(expected.key),
        scan: Scan::default(),
        last: None,
        damaged_since: 0,
    };
    for number in &numbers {
        let is_last = Some(number) == numbers.last();
        reader.segment(*number, is_last)?;
    }
    reader.scan.last_segment = numbers.last().copied().unwrap_or(0);
    reader.scan.next_seq =
        reader.last.as_ref().map_or(0, |(seq, _)| seq + 1) + reader.damaged_since;
    Ok(reader.scan)
}

struct Reader<'a> {
    dir: &'a Path,
    expected: &'a Expected<'a>,
    writer: String,
    scan: Scan,
    /// Number and hash of the last authentic record.
    last: Option<(u64, Digest)>,
    /// Damaged lines after it.
    damaged_since: u64,
}

impl Reader<'_> {
    fn segment(&mut self, number: u64, is_last: bool) -> Result<(), StoreError> {
        let name = segment_name(number);
        let path = self.dir.join(&name);
        let bytes = files::read(&path)?.unwrap_or_default();
        let mut offset = 0;
        let mut line = 0;
        while let Some(rest) = bytes.get(offset..).filter(|r| !r.is_empty()) {
            line += 1;
            let end = rest.iter().position(|b| *b == b'\n');
            let text = end.and_then(|e| rest.get(..e)).unwrap_or(rest);
            // One append is under way at a time and its newline is its last byte, so what has no newline was never acknowledged.
            let unfinished = end.is_none();
            if unfinished && is_last {
                let (keep, bytes) = (offset as u64, rest.to_vec());
                self.scan.torn = Some(Torn {
                    path,
                    line,
                    keep,
                    bytes,
                });
                return Ok(());
            }
            if unfinished {
                self.defect(&name, line, rest, UNFINISHED);
            } else {
                self.line(&name, line, text, is_last, &path)?;
            }
            offset += end.map_or(rest.len(), |e| e + 1);
        }
        Ok(())
    }

    fn line(
        &mut self,
        segment: &str,
        line: u64,
        text: &[u8],
        in_last: bool,
        path: &Path,
    ) -> Result<(), StoreError> {
        let envelope = match decode(text) {
            Ok(envelope) => envelope,
            Err(BadLine::Version(found)) => {
                let (path, known) = (path.to_path_buf(), FORMAT);
                return Err(StoreError::UnknownFormat { path, found, known });
            }
            Err(BadLine::Damaged(what)) => {
                self.damaged_since += 1;
                self.defect(segment, line, text, &what);
                return Ok(());
            }
        };
        let must_verify = in_last || matches!(envelope.record.body, Body::Epoch(_));
        if envelope.writer != self.writer || envelope.record.realm != *self.expected.realm {
            let what = format!(
                "belongs to {} of realm {}",
                envelope.writer, envelope.record.realm
            );
            self.defect(segment, line, text, &what);
            return Ok(());
        }
        if must_verify && !is_signed(text, self.expected.key) {
            self.damaged_since += 1;
            self.defect(segment, line, text, "its signature is not good");
            return Ok(());
        }
        if let Some(what) = self.misplaced(&envelope) {
            self.defect(segment, line, text, &what);
        }
        self.keep(envelope);
        Ok(())
    }

    /// What is wrong with the place of an authentic record.
    fn misplaced(&self, next: &Envelope) -> Option<String> {
        let seq = next.record.seq;
        let wanted = self.last.as_ref().map_or(0, |(s, _)| s + 1) + self.damaged_since;
        if self
            .scan
            .records
            .get(&seq)
            .is_some_and(|e| e.hash == next.hash)
        {
            return Some(format!("record {seq} stands here a second time"));
        }
        if self.scan.records.contains_key(&seq) {
            return Some(format!("there are two different records {seq}"));
        }
        if seq != wanted {
            return Some(format!(
                "record {seq} stands where record {wanted} is expected"
            ));
        }
        let zeros = Digest("0".repeat(64));
        let prev = self.last.as_ref().map_or(&zeros, |(_, hash)| hash);
        if self.damaged_since == 0 && next.prev != *prev {
            return Some(format!("record {seq} does not follow the record before it"));
        }
        let opens = matches!(next.record.body, Body::Epoch(_));
        let epoch = self.scan.epoch + u64::from(opens);
        (next.epoch != epoch).then(|| {
            format!(
                "record {seq} is of epoch {}, expected is {epoch}",
                next.epoch
            )
        })
    }

    fn keep(&mut self, envelope: Envelope) {
        let seq = envelope.record.seq;
        if self.last.as_ref().is_none_or(|(last, _)| seq > *last) {
            self.last = Some((seq, envelope.hash.clone()));
            self.damaged_since = 0;
        }
        self.scan.epoch = self.scan.epoch.max(envelope.epoch);
        self.scan.records.entry(seq).or_insert(envelope);
    }

    fn defect(&mut self, segment: &str, line: u64, text: &[u8], what: &str) {
        self.scan.defects.push(Damage {
            segment: segment.to_owned(),
            line,
            found: Digest::of(text),
            what: what.to_owned(),
        });
    }
}
