//! From a directory to a report.

use crate::chain::{Chain, Expected, Segment};
use crate::line::Parsed;
use crate::pin::Pin;
use crate::report::{Finding, Head, Kind, Note, Report};
use data_encoding::HEXLOWER;
use ed25519_dalek::VerifyingKey;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What to hold the chain against.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files with pins that were kept elsewhere.
    pub pins: Vec<PathBuf>,
    /// The public key in hexadecimal; without it the one beside the chain is believed, and that is said.
    pub key: Option<String>,
}

/// There is nothing to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannotRead(String);

impl fmt::Display for CannotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotRead {}

/// Verifies the ledger in `dir`.
///
/// # Errors
/// [`CannotRead`] if the directory, the key or a pin cannot be read, or no ledger is there.
pub fn verify(dir: &Path, options: &Options) -> Result<Report, CannotRead> {
    // The head file before the segments: a writer may be appending, and its head follows its records.
    let cached = read_optional(&dir.join("head.json"))?;
    let segments = segments(dir)?;
    let pins = options.pins.iter().map(|p| read_pin(p));
    let pins: Vec<Pin> = pins.collect::<Result<_, _>>()?;
    let (key, notes) = key(dir, options)?;
    let writer = fingerprint(&key);
    let chain = Chain::read(
        &segments,
        &Expected {
            key: &key,
            writer: &writer,
        },
    );
    if chain.lines.is_empty() && chain.findings.is_empty() && pins.is_empty() && cached.is_none() {
        return Err(CannotRead(format!(
            "{} holds no ledger: there is no whole record in 00000001.jsonl; name the directory of one writer",
            dir.display()
        )));
    }
    let records = chain.records();
    let first = records.values().next();
    let realm = first.map(|r| r.realm.clone()).unwrap_or_default();
    let mut held = Held {
        chain: &chain,
        realm: &realm,
        writer: &writer,
        found: Vec::new(),
        notes,
    };
    held.found.extend(genesis(&records, &key));
    held.against_pins(&pins);
    held.against_cache(cached);
    let (mut findings, mut notes) = (chain.findings.clone(), held.notes);
    findings.extend(held.found);
    notes.extend(chain.notes.iter().cloned());
    let head = records.iter().next_back();
    Ok(Report {
        head: head.map(|(seq, r)| Head {
            seq: *seq,
            hash: r.hash.clone(),
        }),
        epochs: records.values().filter(|r| r.kind() == "epoch").count() as u64,
        records: records.len() as u64,
        realm,
        writer,
        findings,
        notes,
    })
}

/// A chain held against what was kept elsewhere.
struct Held<'a> {
    chain: &'a Chain,
    realm: &'a str,
    writer: &'a str,
    found: Vec<Finding>,
    notes: Vec<Note>,
}

impl Held<'_> {
    fn against_pins(&mut self, pins: &[Pin]) {
        for pin in pins {
            if pin.is_of(self.realm, self.writer) {
                self.against(pin);
            } else {
                self.found.push(pin.foreign());
            }
        }
    }

    fn against_cache(&mut self, cached: Option<Vec<u8>>) {
        match cached.map(|text| Pin::parse("head.json", &text)) {
            Some(Some(pin)) if pin.is_of(self.realm, self.writer) => self.against(&pin),
            Some(_) => self.notes.push(Note::Other(
                "head.json is not the head of this chain; it is only a cache and was left out"
                    .to_owned(),
            )),
            None => {}
        }
    }

    fn against(&mut self, pin: &Pin) {
        match pin.check(&self.chain.records(), &self.chain.altered_places()) {
            Ok(note) => self.notes.extend(note),
            Err(finding) => self.found.push(finding),
        }
    }
}

/// The first record begins epoch 1 and names the key.
fn genesis(records: &BTreeMap<u64, &Parsed>, key: &VerifyingKey) -> Option<Finding> {
    let first = records.get(&0)?;
    let finding = |kind, message: &str| {
        let message = message.to_owned();
        Some(Finding {
            kind,
            place: None,
            seq: Some(0),
            message,
        })
    };
    if first.kind() != "epoch" || first.epoch != 1 {
        return finding(Kind::Epoch, "record 0 does not begin epoch 1");
    }
    let named = first.body.get("key").and_then(Value::as_str);
    if named != Some(HEXLOWER.encode(key.as_bytes()).as_str()) {
        return finding(
            Kind::ForeignKey,
            "record 0 names another public key than the ledger's",
        );
    }
    None
}

/// The key to verify with, and what is to be said about it.
fn key(dir: &Path, options: &Options) -> Result<(VerifyingKey, Vec<Note>), CannotRead> {
    if let Some(text) = &options.key {
        let key = parse_key(text.as_bytes());
        let key = key
            .ok_or_else(|| CannotRead("--key is not 64 hexadecimal digits of a key".to_owned()))?;
        return Ok((key, Vec::new()));
    }
    let path = dir.join("writer.pub");
    let text = std::fs::read(&path).map_err(|e| cannot("read", &path, &e))?;
    let key = parse_key(&text).ok_or_else(|| {
        CannotRead(format!(
            "{} is no public key of 64 hexadecimal digits; give the key with --key",
            path.display()
        ))
    })?;
    let note = "the key was taken from writer.pub beside the chain; give one that you kept elsewhere with --key".to_owned();
    Ok((key, vec![Note::Other(note)]))
}

fn parse_key(text: &[u8]) -> Option<VerifyingKey> {
    let bytes = HEXLOWER.decode(text.trim_ascii()).ok()?;
    let bytes = <[u8; 32]>::try_from(bytes.as_slice()).ok()?;
    VerifyingKey::from_bytes(&bytes)
        .ok()
        .filter(|k| !k.is_weak())
}

fn fingerprint(key: &VerifyingKey) -> String {
    let mut text = HEXLOWER.encode(&Sha256::digest(key.as_bytes()));
    text.truncate(32);
    text
}

/// Segments in the order of their numbers.
fn segments(dir: &Path) -> Result<Vec<Segment>, CannotRead> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| cannot("read", dir, &e))? {
        let entry = entry.map_err(|e| cannot("read", dir, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".jsonl").unwrap_or_default();
        if let (true, Ok(number)) = (stem.len() >= 8, stem.parse::<u64>()) {
            names.push((number, name));
        }
    }
    names.sort();
    let mut segments = Vec::new();
    for (_, name) in names {
        let path = dir.join(&name);
        let bytes = std::fs::read(&path).map_err(|e| cannot("read", &path, &e))?;
        segments.push(Segment { name, bytes });
    }
    Ok(segments)
}

fn read_pin(path: &Path) -> Result<Pin, CannotRead> {
    let text = std::fs::read(path).map_err(|e| cannot("read", path, &e))?;
    let source = path.display().to_string();
    Pin::parse(&source, &text).ok_or_else(|| {
        CannotRead(format!(
            "{source} is no pin: it needs realm, writer, seq and hash"
        ))
    })
}

fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, CannotRead> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(cannot("read", path, &e)),
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> CannotRead {
    CannotRead(format!("cannot {what} {}: {error}", path.display()))
}
