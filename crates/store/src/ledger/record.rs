//! One line of a ledger: encoding, and decoding of exactly the bytes that were stored.
//!
//! `PREFIX,"hash":"…","sig":"…"}` where `PREFIX` is the record without its closing brace. Hash and signature are over the
//! stored bytes of `PREFIX`, never over a value that was read and written again.

use crate::clock::Stamp;
use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use model::digest::Digest;
use model::evidence::{Body, ClockState, FORMAT, Record};
use model::realm::Realm;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a signature is made over, before the hash: it can be mistaken for nothing else that this key might sign.
const DOMAIN: &str = "holdfast-ledger-v1\n";
const HASH_FIELD: &str = ",\"hash\":\"";
const SIG_FIELD: &str = "\",\"sig\":\"";
const END: &str = "\"}";
/// Length of everything after the prefix.
const SUFFIX: usize = HASH_FIELD.len() + 64 + SIG_FIELD.len() + 88 + END.len();

/// A record with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) writer: String,
    pub(crate) epoch: u64,
    pub(crate) prev: Digest,
    pub(crate) hash: Digest,
    pub(crate) record: Record,
}

/// Why a line is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadLine {
    /// Its version is not known; the line itself may be good.
    Version(u64),
    /// It was changed or never was a record.
    Damaged(String),
}

/// What a record says about its place in the chain.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) realm: &'a Realm,
    pub(crate) writer: &'a str,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) prev: &'a Digest,
}

#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    realm: &'a Realm,
    writer: &'a str,
    epoch: u64,
    seq: u64,
    prev: &'a Digest,
    at: Timestamp,
    boot_s: u64,
    clock: ClockState,
    body: &'a Body,
}

#[derive(Deserialize)]
struct Version {
    v: u64,
}

#[derive(Deserialize)]
struct Stored {
    realm: Realm,
    writer: String,
    epoch: u64,
    seq: u64,
    prev: Digest,
    at: Timestamp,
    clock: ClockState,
    body: Body,
}

/// Encodes and signs one record; the line ends with its newline.
pub(crate) fn encode(
    place: &Place<'_>,
    stamp: &Stamp,
    body: &Body,
    key: &SigningKey,
) -> Result<(Vec<u8>, Digest), serde_json::Error> {
    let mut line = serde_json::to_vec(&Line {
        v: FORMAT,
        realm: place.realm,
        writer: place.writer,
        epoch: place.epoch,
        seq: place.seq,
        prev: place.prev,
        at: stamp.at,
        boot_s: stamp.boot_s,
        clock: stamp.clock,
        body,
    })?;
    line.pop();
    let hash = Digest::of(&line);
    let signature = key.sign(&signed(&hash.0));
    let sig = BASE64.encode(&signature.to_bytes());
    line.extend_from_slice(format!("{HASH_FIELD}{hash}{SIG_FIELD}{sig}{END}\n").as_bytes());
    Ok((line, hash))
}

/// Reads one line without its newline and checks that its hash is that of its bytes. The signature is checked apart.
pub(crate) fn decode(line: &[u8]) -> Result<Envelope, BadLine> {
    let damaged = |what: &str| BadLine::Damaged(what.to_owned());
    let (prefix, hash, _) = split(line).ok_or_else(|| damaged("is not a record"))?;
    if HEXLOWER.encode(&Sha256::digest(prefix)) != hash {
        return Err(damaged("its bytes do not have the hash that it names"));
    }
    let json = [prefix, b"}"].concat();
    let version: Version =
        serde_json::from_slice(&json).map_err(|e| damaged(&format!("is not a record: {e}")))?;
    if version.v != u64::from(FORMAT) {
        return Err(BadLine::Version(version.v));
    }
    let stored: Stored =
        serde_json::from_slice(&json).map_err(|e| damaged(&format!("is not a record: {e}")))?;
    Ok(Envelope {
        writer: stored.writer,
        epoch: stored.epoch,
        prev: stored.prev,
        hash: Digest(hash.to_owned()),
        record: Record {
            seq: stored.seq,
            realm: stored.realm,
            at: stored.at,
            clock: stored.clock,
            body: stored.body,
        },
    })
}

/// Whether a line that [`decode`] accepted is signed with this key.
pub(crate) fn is_signed(line: &[u8], key: &VerifyingKey) -> bool {
    let Some((_, hash, sig)) = split(line) else {
        return false;
    };
    let bytes = BASE64.decode(sig.as_bytes()).ok();
    let signature = bytes.and_then(|b| Signature::from_slice(&b).ok());
    signature.is_some_and(|s| key.verify_strict(&signed(hash), &s).is_ok())
}

fn signed(hash: &str) -> Vec<u8> {
    [DOMAIN.as_bytes(), hash.as_bytes()].concat()
}

/// Prefix, hash and signature of a line that has the right shape.
fn split(line: &[u8]) -> Option<(&[u8], &str, &str)> {
    let (prefix, suffix) = line.split_at_checked(line.len().checked_sub(SUFFIX)?)?;
    let suffix = std::str::from_utf8(suffix).ok()?;
    let rest = suffix.strip_prefix(HASH_FIELD)?;
    let (hash, rest) = rest.split_at_checked(64)?;
    let sig = rest.strip_prefix(SIG_FIELD)?.strip_suffix(END)?;
    Some((prefix, hash, sig))
}
