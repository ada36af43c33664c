//! The evidence ledger: signed, hash-chained records in segments of JSON lines; see `docs/formats/ledger.md`.
//!
//! Stored bytes never change. An append that was cut short is moved aside when the ledger is opened; anything else that is
//! wrong stops the opening, and the chain can go on only in a new epoch that names the damage. The head file is a cache that
//! may be lost; the segments are the truth.

mod epoch;
mod key;
mod record;
mod scan;
#[cfg(test)]
mod tests;
mod torn;

pub use epoch::PinNote;
pub(crate) use torn::put_copy;

use crate::clock::Stamp;
use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::medium::LineFile;
use data_encoding::HEXLOWER;
use ed25519_dalek::{SigningKey, VerifyingKey};
use model::digest::Digest;
use model::evidence::{Body, Epoch, Pin, Record};
use model::realm::Realm;
use record::Place;
use scan::{Expected, Scan};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A segment takes no record that would make it longer than this.
const SEGMENT_MAX: u64 = 1 << 20;
const HEAD_FILE: &str = "head.json";
const KEY_FILE: &str = "writer.pub";
const HEAD_FORMAT: u32 = 1;

/// One writer's chain, open for appending; the only one that is.
#[derive(Debug)]
pub struct Ledger {
    dir: PathBuf,
    realm: Realm,
    key: SigningKey,
    writer: String,
    segment: u64,
    file: LineFile,
    epoch: u64,
    next_seq: u64,
    head: Option<Pin>,
    hashes: BTreeMap<u64, Digest>,
    epochs: Vec<Epoch>,
    _lock: files::Locked,
}

impl Ledger {
    /// Opens the chain of the key in `key_file` under `parent`, creating both if there are none. Unfinished bytes of an earlier
    /// writer are set aside and recorded; if the head file names a record that is gone, a new epoch says so.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if it is open elsewhere, [`StoreError::LedgerDamaged`] if a stored record is not as written,
    /// [`StoreError::KeyExposed`], [`StoreError::KeyMismatch`], [`StoreError::UnknownFormat`], or what the system refuses.
    pub fn open(
        parent: &Path,
        key_file: &Path,
        realm: &Realm,
        stamp: impl Fn() -> Stamp,
    ) -> Result<Self, StoreError> {
        let (mut ledger, scan) = Self::prepare(parent, key_file, realm)?;
        if let Some(damage) = scan.unaccepted().next() {
            let (dir, damage) = (ledger.dir, Box::new(damage.clone()));
            return Err(StoreError::LedgerDamaged { dir, damage });
        }
        ledger.recover(&scan, &stamp)?;
        Ok(ledger)
    }

    /// Opens a chain whose stored records are damaged, leaving every byte as it is, and goes on in a new epoch that names what
    /// was found. On an undamaged chain it only begins an epoch.
    ///
    /// # Errors
    /// As [`Ledger::open`], except for the damage.
    pub fn open_new_epoch(
        parent: &Path,
        key_file: &Path,
        realm: &Realm,
        reason: &str,
        stamp: impl Fn() -> Stamp,
    ) -> Result<Self, StoreError> {
        let (mut ledger, scan) = Self::prepare(parent, key_file, realm)?;
        let mut damaged: Vec<_> = scan.unaccepted().cloned().collect();
        let mut lost = None;
        if damaged.is_empty() {
            ledger.recover(&scan, &stamp)?;
        } else {
            damaged.extend(scan.torn.as_ref().map(torn::as_damage));
            lost = read_head(&ledger.dir).filter(|pin| !ledger.has(pin));
        }
        ledger.begin_epoch(reason, lost, damaged, &stamp())?;
        Ok(ledger)
    }

    /// Locks, reads and checks; the chain is as found.
    fn prepare(parent: &Path, key_file: &Path, realm: &Realm) -> Result<(Self, Scan), StoreError> {
        let key = match key::load(key_file)? {
            Some(key) => key,
            // A chain whose key is gone must not be silently replaced by an empty one.
            None if files::names(parent)?.is_empty() => key::create(key_file)?,
            None => {
                return Err(StoreError::KeyMissing {
                    path: key_file.to_path_buf(),
                });
            }
        };
        let public = key.verifying_key();
        let writer = key::fingerprint(&public);
        let dir = parent.join(&writer);
        files::make_dir(&dir)?;
        let lock = files::lock_dir(&dir)?;
        put_public(&dir.join(KEY_FILE), &public)?;
        let scan = scan::scan(
            &dir,
            &Expected {
                realm,
                key: &public,
            },
        )?;
        let segment = scan.last_segment.max(1);
        let path = dir.join(scan::segment_name(segment));
        let hashes = scan.records.iter().map(|(seq, e)| (*seq, e.hash.clone()));
        let ledger = Self {
            file: LineFile::open(&path)?,
            realm: realm.clone(),
            key,
            writer,
            segment,
            epoch: scan.epoch,
            next_seq: scan.next_seq,
            head: scan.head(),
            hashes: hashes.collect(),
            epochs: scan.epochs().cloned().collect(),
            dir,
            _lock: lock,
        };
        files::sync_dir(&ledger.dir)?;
        Ok((ledger, scan))
    }

    /// Sets unfinished bytes aside, begins the chain if it is empty, and records what was set aside now or, if a crash came
    /// between, earlier. Then holds the chain against its own head file.
    fn recover(&mut self, scan: &Scan, stamp: &impl Fn() -> Stamp) -> Result<(), StoreError> {
        let cached = read_head(&self.dir);
        if let Some(torn) = &scan.torn {
            torn::set_aside(&self.dir, torn, scan.next_seq)?;
            let path = self.dir.join(scan::segment_name(self.segment));
            self.file = LineFile::open(&path)?;
        }
        if self.head.is_none() {
            self.begin_epoch("first record of this chain", None, Vec::new(), &stamp())?;
        }
        for (torn, bytes) in torn::unrecorded(&self.dir, scan)? {
            self.append(Body::Recovered { torn, bytes }, &stamp())?;
        }
        if let Some(pin) = cached {
            self.note_pin(&pin, stamp)?;
        }
        Ok(())
    }

    /// Appends one record; when this returns, it is on disk.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`] and other failures of the system: the chain is then as before, and appending may be tried again
    /// unless the next call says [`StoreError::Poisoned`].
    pub fn append(&mut self, body: Body, stamp: &Stamp) -> Result<Pin, StoreError> {
        let epoch = self.epoch;
        self.append_in(epoch, body, stamp)
    }

    fn append_in(&mut self, epoch: u64, body: Body, stamp: &Stamp) -> Result<Pin, StoreError> {
        let zeros = Digest("0".repeat(64));
        let place = Place {
            realm: &self.realm,
            writer: &self.writer,
            epoch,
            seq: self.next_seq,
            prev: self.head.as_ref().map_or(&zeros, |h| &h.hash),
        };
        let (line, hash) = record::encode(&place, stamp, &body, &self.key)
            .map_err(|e| malformed(&self.dir, &format!("a record cannot be written: {e}")))?;
        self.make_place(epoch, line.len() as u64)?;
        self.file.append(&line)?;
        let pin = Pin {
            realm: self.realm.clone(),
            writer: self.writer.clone(),
            seq: self.next_seq,
            hash: hash.clone(),
            at: stamp.at,
        };
        if let Body::Epoch(begun) = body {
            self.epochs.push(begun);
        }
        self.epoch = epoch;
        self.hashes.insert(pin.seq, hash);
        self.next_seq += 1;
        self.head = Some(pin.clone());
        // The record is stored whatever becomes of the cache; an old head is as good as none.
        let _ = write_head(&self.dir, &pin);
        Ok(pin)
    }

    /// Goes to a new segment if the epoch changes or the present one is full.
    fn make_place(&mut self, epoch: u64, len: u64) -> Result<(), StoreError> {
        let full = self.file.len() + len > SEGMENT_MAX;
        if self.file.len() == 0 || (!full && epoch == self.epoch) {
            return Ok(());
        }
        let path = self.dir.join(scan::segment_name(self.segment + 1));
        let file = LineFile::open(&path)?;
        files::sync_dir(&self.dir)?;
        (self.file, self.segment) = (file, self.segment + 1);
        Ok(())
    }

    /// The newest record's place; pin it outside the lab.
    pub fn head(&self) -> Option<&Pin> {
        self.head.as_ref()
    }

    /// Fingerprint of the signing key: 32 hexadecimal digits.
    pub fn writer(&self) -> &str {
        &self.writer
    }

    /// The directory that holds this chain, as the stand-alone verifier reads it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether the chain has this very record.
    fn has(&self, pin: &Pin) -> bool {
        self.hashes.get(&pin.seq) == Some(&pin.hash)
    }

    #[cfg(test)]
    fn medium(&mut self) -> &mut LineFile {
        &mut self.file
    }
}

/// Every authentic record of the chain in `dir`, oldest first; takes no lock.
///
/// # Errors
/// [`StoreError::LedgerDamaged`] for damage that no epoch names, [`StoreError::UnknownFormat`], or what the system refuses.
pub fn records(dir: &Path, realm: &Realm) -> Result<Vec<Record>, StoreError> {
    let scan = read(dir, realm)?;
    Ok(scan.records.into_values().map(|e| e.record).collect())
}

/// Head of the chain in `dir`, from its segments; takes no lock.
///
/// # Errors
/// As [`records`].
pub fn head(dir: &Path, realm: &Realm) -> Result<Option<Pin>, StoreError> {
    Ok(read(dir, realm)?.head())
}

fn read(dir: &Path, realm: &Realm) -> Result<Scan, StoreError> {
    let Some(key) = key::load_public(&dir.join(KEY_FILE))? else {
        return Ok(Scan::default());
    };
    let scan = scan::scan(dir, &Expected { realm, key: &key })?;
    if let Some(damage) = scan.unaccepted().next() {
        let (dir, damage) = (dir.to_path_buf(), Box::new(damage.clone()));
        return Err(StoreError::LedgerDamaged { dir, damage });
    }
    Ok(scan)
}

/// Writes the public key beside the chain, or compares it with the one that is there.
fn put_public(path: &Path, key: &VerifyingKey) -> Result<(), StoreError> {
    match key::load_public(path)? {
        Some(there) if there == *key => Ok(()),
        Some(_) => Err(StoreError::KeyMismatch {
            path: path.to_path_buf(),
        }),
        None => {
            let text = format!("{}\n", HEXLOWER.encode(key.as_bytes()));
            files::write_atomic(path, text.as_bytes(), PRIVATE)
        }
    }
}

#[derive(Serialize)]
struct Head<'a> {
    format: u32,
    #[serde(flatten)]
    pin: &'a Pin,
}

fn write_head(dir: &Path, pin: &Pin) -> Result<(), StoreError> {
    let head = Head {
        format: HEAD_FORMAT,
        pin,
    };
    files::write_json(&dir.join(HEAD_FILE), &head, PRIVATE)
}

/// The cached head; a file that is missing or cannot be read is no head.
fn read_head(dir: &Path) -> Option<Pin> {
    files::read_json(&dir.join(HEAD_FILE), HEAD_FORMAT, "")
        .ok()
        .flatten()
}

fn malformed(path: &Path, message: &str) -> StoreError {
    StoreError::Malformed {
        path: path.to_path_buf(),
        message: message.to_owned(),
        help: "this is a defect of holdfast",
    }
}
