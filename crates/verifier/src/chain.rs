//! The order of records: numbers, links and epochs of all lines together.

use crate::line::{Bad, Parsed, parse};
use crate::report::{Finding, Kind, Note};
use ed25519_dalek::VerifyingKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One line of the ledger in its place.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) segment: String,
    pub(crate) number: u64,
    /// Its number in the chain: as it says, or where it stands if it cannot be believed.
    pub(crate) seq: u64,
    /// `None` if it is altered.
    pub(crate) parsed: Option<Parsed>,
}

/// What all lines together are.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    pub(crate) lines: Vec<Line>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) notes: Vec<Note>,
}

/// A segment's name and bytes.
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Whose chain it should be.
pub(crate) struct Expected<'a> {
    pub(crate) key: &'a VerifyingKey,
    pub(crate) writer: &'a str,
}

impl Chain {
    /// Reads all segments and judges them.
    pub(crate) fn read(segments: &[Segment], expected: &Expected<'_>) -> Self {
        let mut chain = Chain::default();
        for (n, segment) in segments.iter().enumerate() {
            let next = segments.get(n + 1..).unwrap_or_default();
            chain.segment(segment, next, expected);
        }
        chain.numbers();
        chain.order();
        chain.links();
        chain.epochs();
        chain
    }

    /// Good records by number, the first of each.
    pub(crate) fn records(&self) -> BTreeMap<u64, &Parsed> {
        let mut records = BTreeMap::new();
        for line in &self.lines {
            if let Some(parsed) = &line.parsed {
                records.entry(line.seq).or_insert(parsed);
            }
        }
        records
    }

    /// Numbers of lines that cannot be believed.
    pub(crate) fn altered_places(&self) -> BTreeSet<u64> {
        self.lines
            .iter()
            .filter(|l| l.parsed.is_none())
            .map(|l| l.seq)
            .collect()
    }

    fn segment(&mut self, segment: &Segment, next: &[Segment], expected: &Expected<'_>) {
        let mut rest = segment.bytes.as_slice();
        let mut number = 0;
        while !rest.is_empty() {
            number += 1;
            let newline = rest.iter().position(|b| *b == b'\n');
            let (text, after) = match newline {
                Some(n) => (rest.get(..n).unwrap_or_default(), rest.get(n + 1..)),
                None => (rest, None),
            };
            let after = after.unwrap_or_default();
            if newline.is_none() && may_be_torn(next) {
                let (segment, bytes) = (segment.name.clone(), rest.len() as u64);
                self.notes.push(Note::Torn { segment, bytes });
            } else if newline.is_none() {
                let what = "the line has no end, but the chain goes on after it";
                self.altered(&segment.name, number, Kind::Altered, what);
            } else {
                self.line(segment, number, text, expected);
            }
            rest = after;
        }
    }

    fn line(&mut self, segment: &Segment, number: u64, text: &[u8], expected: &Expected<'_>) {
        let name = &segment.name;
        let parsed = match parse(text) {
            Ok(parsed) => parsed,
            Err(Bad::Altered(what)) => return self.altered(name, number, Kind::Altered, &what),
            Err(Bad::Version(v)) => {
                let what = format!("it has format {v}, this verifier knows 1; use a newer one");
                return self.altered(name, number, Kind::UnknownFormat, &what);
            }
        };
        let seq = parsed.seq;
        match self.stranger(&parsed, expected) {
            Some((Kind::BadSignature, what)) => {
                return self.altered(name, number, Kind::BadSignature, &what);
            }
            Some((kind, what)) => {
                // It is no link of this chain; the links around it are judged without it.
                let message = format!("{name} line {number}, record {seq}: {what}");
                let place = Some((name.clone(), number));
                self.findings.push(Finding {
                    kind,
                    place,
                    seq: Some(seq),
                    message,
                });
                return;
            }
            None => {}
        }
        self.lines.push(Line {
            segment: name.clone(),
            number,
            seq,
            parsed: Some(parsed),
        });
    }

    /// A line that cannot be believed keeps its place, so that what follows is not told to be missing.
    fn altered(&mut self, name: &str, number: u64, kind: Kind, what: &str) {
        let seq = self.lines.last().map_or(0, |l| l.seq + 1);
        let message =
            format!("{name} line {number}, which stands where record {seq} is expected: {what}");
        let place = Some((name.to_owned(), number));
        self.findings.push(Finding {
            kind,
            place,
            seq: Some(seq),
            message,
        });
        self.lines.push(Line {
            segment: name.to_owned(),
            number,
            seq,
            parsed: None,
        });
    }

    /// Whether a whole record belongs to another chain, or is not signed.
    fn stranger(&self, parsed: &Parsed, expected: &Expected<'_>) -> Option<(Kind, String)> {
        let realm = self
            .lines
            .iter()
            .find_map(|l| l.parsed.as_ref())
            .map(|p| &p.realm);
        if let Some(realm) = realm.filter(|r| **r != parsed.realm) {
            let what = format!(
                "it is of realm {}, the ledger is of realm {realm}",
                parsed.realm
            );
            return Some((Kind::WrongRealm, what));
        }
        if parsed.writer != expected.writer {
            let what = format!(
                "it is of writer {}, this is the ledger of {}",
                parsed.writer, expected.writer
            );
            return Some((Kind::ForeignKey, what));
        }
        if !parsed.is_signed_by(expected.key) {
            let what = "the signature is not one of this ledger's key".to_owned();
            return Some((Kind::BadSignature, what));
        }
        None
    }

    /// Numbers that are missing, or stand there more than once.
    fn numbers(&mut self) {
        let mut by_seq: BTreeMap<u64, Vec<&Line>> = BTreeMap::new();
        for line in &self.lines {
            by_seq.entry(line.seq).or_default().push(line);
        }
        let mut found = Vec::new();
        let mut expected = 0;
        for (seq, lines) in &by_seq {
            if *seq > expected {
                let count = seq - expected;
                let message = match count {
                    1 => format!("record {expected} is missing before record {seq}"),
                    _ => format!("{count} records are missing: {expected} to {}", seq - 1),
                };
                let (place, seq) = (None, Some(expected));
                found.push(Finding {
                    kind: Kind::Missing,
                    place,
                    seq,
                    message,
                });
            }
            expected = seq + 1;
            found.extend(doubles(*seq, lines));
        }
        self.findings.extend(found);
    }

    /// Records that stand after one with a larger number.
    fn order(&mut self) {
        let mut largest: Option<&Line> = None;
        let mut seen: BTreeSet<u64> = BTreeSet::new();
        let mut found = Vec::new();
        for line in &self.lines {
            let first = seen.insert(line.seq);
            match largest {
                Some(before) if line.seq < before.seq && first => {
                    let message = format!(
                        "{} line {}: record {} stands after record {}",
                        line.segment, line.number, line.seq, before.seq
                    );
                    let place = Some((line.segment.clone(), line.number));
                    let seq = Some(line.seq);
                    found.push(Finding {
                        kind: Kind::Reordered,
                        place,
                        seq,
                        message,
                    });
                }
                Some(before) if line.seq <= before.seq => {}
                Some(_) | None => largest = Some(line),
            }
        }
        self.findings.extend(found);
    }

    /// Records that do not name the hash of the one before.
    fn links(&mut self) {
        let zeros = "0".repeat(64);
        let mut found = Vec::new();
        let records = self.records();
        for (seq, record) in &records {
            let before = match seq.checked_sub(1) {
                None => Some(&zeros),
                Some(n) => records.get(&n).map(|r| &r.hash),
            };
            // A record before that is altered, missing or there twice has been told already.
            let Some(before) = before.filter(|b| **b != record.prev) else {
                continue;
            };
            let same = |l: &&Line| Some(l.seq) == seq.checked_sub(1);
            if self.lines.iter().filter(same).count() > 1 {
                continue;
            }
            let message = format!(
                "record {seq} follows a record with hash {}, but the one before it has {before}: two histories were joined",
                record.prev
            );
            found.push(Finding {
                kind: Kind::Forked,
                place: None,
                seq: Some(*seq),
                message,
            });
        }
        self.findings.extend(found);
    }

    /// Epochs grow by one, each by a record that says so.
    fn epochs(&mut self) {
        let mut found = Vec::new();
        let mut notes = Vec::new();
        let mut current = 0;
        let records = self.records();
        for (seq, record) in &records {
            let begins = record.kind() == "epoch";
            let wanted = current + u64::from(begins);
            // The record that began the epoch may be the one before, which has been told to be altered or missing.
            let alone = seq.checked_sub(1).is_none_or(|n| !records.contains_key(&n));
            let excused = alone && record.epoch > current;
            if record.epoch != wanted && !excused {
                let message = format!(
                    "record {seq} is of epoch {}, expected is {wanted}: an epoch begins with a record of its own",
                    record.epoch
                );
                found.push(Finding {
                    kind: Kind::Epoch,
                    place: None,
                    seq: Some(*seq),
                    message,
                });
            }
            current = current.max(record.epoch);
            notes.extend(note(*seq, record));
        }
        self.findings.extend(found);
        self.notes.extend(notes);
    }
}

/// Unfinished bytes are harmless at the very end, or where a later epoch went on after them.
fn may_be_torn(next: &[Segment]) -> bool {
    let Some(next) = next.iter().find(|s| !s.bytes.is_empty()) else {
        return true;
    };
    let first = next.bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    parse(first).is_ok_and(|p| p.kind() == "epoch")
}

fn doubles(seq: u64, lines: &[&Line]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut hashes: BTreeMap<&str, &Line> = BTreeMap::new();
    for line in lines {
        let Some(parsed) = &line.parsed else { continue };
        let here = format!("{} line {}", line.segment, line.number);
        let (kind, message) = if let Some(first) = hashes.get(parsed.hash.as_str()) {
            let message = format!(
                "{here}: record {seq} stands here again; it is also at {} line {}",
                first.segment, first.number
            );
            (Kind::Duplicated, message)
        } else if let Some(first) = hashes.values().next() {
            let message = format!(
                "{here}: another record {seq} than at {} line {}; both are signed, so the key wrote two histories",
                first.segment, first.number
            );
            (Kind::Forked, message)
        } else {
            hashes.insert(&parsed.hash, line);
            continue;
        };
        hashes.entry(&parsed.hash).or_insert(line);
        let place = Some((line.segment.clone(), line.number));
        found.push(Finding {
            kind,
            place,
            seq: Some(seq),
            message,
        });
    }
    found
}

/// What a record says about the chain itself.
fn note(seq: u64, record: &Parsed) -> Vec<Note> {
    let body = &record.body;
    let number = |v: Option<&Value>| v.and_then(Value::as_u64);
    if record.kind() == "recovered" {
        let bytes = number(body.get("bytes")).unwrap_or(0);
        return vec![Note::Recovered { seq, bytes }];
    }
    if record.kind() != "epoch" {
        return Vec::new();
    }
    let epoch = record.epoch;
    let mut notes = Vec::new();
    match (body.get("newest_pin"), number(body.get("gap"))) {
        (Some(pin), Some(gap)) if pin.is_object() => {
            notes.push(Note::Restored { epoch, seq, gap });
        }
        (Some(pin), None) if pin.is_object() => notes.push(Note::KnownFork { epoch, seq }),
        _ => {}
    }
    let damaged = body
        .get("damaged")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if damaged > 0 {
        notes.push(Note::Other(format!(
            "epoch {epoch} begins at record {seq}: the writer knew of {damaged} damaged lines before it and left them as they are"
        )));
    }
    notes
}
