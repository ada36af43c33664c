//! One line, read from its end: the suffix has a fixed length, everything before it is what was hashed.

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The format that this verifier knows.
const KNOWN: u64 = 1;
const FIELDS: [&str; 10] = [
    "v", "realm", "writer", "epoch", "seq", "prev", "at", "boot_s", "clock", "body",
];

/// A line whose bytes have the hash that it names.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) realm: String,
    pub(crate) writer: String,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) prev: String,
    pub(crate) hash: String,
    pub(crate) body: Value,
    sig: String,
}

/// Why a line is not a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Changed, with what shows it.
    Altered(String),
    /// Whole, but of a version that is not known.
    Version(String),
}

impl Parsed {
    pub(crate) fn kind(&self) -> &str {
        self.body
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Whether `key` signed the hash, by the strict rules that leave only one valid signature.
    pub(crate) fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let Ok(bytes) = BASE64.decode(self.sig.as_bytes()) else {
            return false;
        };
        let Ok(signature) = Signature::from_slice(&bytes) else {
            return false;
        };
        let message = format!("holdfast-ledger-v1\n{}", self.hash);
        key.verify_strict(message.as_bytes(), &signature).is_ok()
    }
}

/// Reads one line without its newline.
pub(crate) fn parse(line: &[u8]) -> Result<Parsed, Bad> {
    let altered = |what: &str| Bad::Altered(what.to_owned());
    let (prefix, hash, sig) =
        cut(line).ok_or_else(|| altered("the line does not end with a hash and a signature"))?;
    let real = HEXLOWER.encode(&Sha256::digest(prefix));
    if real != hash {
        return Err(Bad::Altered(format!(
            "the bytes have the hash {real}, but the line names {hash}"
        )));
    }
    let mut text = prefix.to_vec();
    text.push(b'}');
    let value: Value =
        serde_json::from_slice(&text).map_err(|e| Bad::Altered(format!("it is no JSON: {e}")))?;
    let object = value
        .as_object()
        .ok_or_else(|| altered("it is no JSON object"))?;
    let version = object.get("v").cloned().unwrap_or_default();
    if version.as_u64() != Some(KNOWN) {
        return Err(Bad::Version(version.to_string()));
    }
    fields(object, hash, sig, &text).ok_or_else(|| {
        Bad::Altered(format!(
            "it does not have the fields {}, in this order",
            FIELDS.join(", ")
        ))
    })
}

/// The fields, all of them and no others, written compactly and in order: one record has one form.
fn fields(object: &Map<String, Value>, hash: &str, sig: &str, text: &[u8]) -> Option<Parsed> {
    let as_text = |name: &str| object.get(name)?.as_str().map(str::to_owned);
    let number = |name: &str| object.get(name)?.as_u64();
    if object.len() != FIELDS.len() || as_text("at")?.is_empty() {
        return None;
    }
    if !["synced", "declared", "unsynced", "unknown"].contains(&as_text("clock")?.as_str()) {
        return None;
    }
    number("boot_s")?;
    let mut start = Vec::new();
    for name in FIELDS.iter().filter(|n| **n != "body") {
        let before = if start.is_empty() { '{' } else { ',' };
        start.extend(format!("{before}\"{name}\":{}", object.get(*name)?).bytes());
    }
    start.extend(b",\"body\":{\"kind\":\"");
    if !text.starts_with(&start) {
        return None;
    }
    Some(Parsed {
        realm: as_text("realm")?,
        writer: as_text("writer")?,
        epoch: number("epoch")?,
        seq: number("seq")?,
        prev: as_text("prev")?,
        hash: hash.to_owned(),
        body: object.get("body")?.clone(),
        sig: sig.to_owned(),
    })
}

/// Prefix, hash, signature.
fn cut(line: &[u8]) -> Option<(&[u8], &str, &str)> {
    let line = line.strip_suffix(b"\"}")?;
    let (line, sig) = line.split_at_checked(line.len().checked_sub(88)?)?;
    let line = line.strip_suffix(b"\",\"sig\":\"")?;
    let (line, hash) = line.split_at_checked(line.len().checked_sub(64)?)?;
    let prefix = line.strip_suffix(b",\"hash\":\"")?;
    Some((
        prefix,
        std::str::from_utf8(hash).ok()?,
        std::str::from_utf8(sig).ok()?,
    ))
}
