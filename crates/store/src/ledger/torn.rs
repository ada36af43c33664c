//! Unfinished bytes at the end of a ledger: moved to a file of their own, then recorded.
//!
//! Three steps, any of which may be the last before a crash: copy the bytes aside, cut them off, append `Recovered`. The copy
//! is named by the record it would have been, so doing a step twice does no harm, and a copy that no record names is found
//! by its digest when the ledger is opened next.

use super::scan::{Scan, Torn, UNFINISHED};
use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::medium::LineFile;
use model::digest::Digest;
use model::evidence::{Body, Damage};
use std::collections::BTreeSet;
use std::path::Path;

/// Copies the bytes to `torn-SEQ.bin` and cuts them off the segment.
pub(super) fn set_aside(dir: &Path, torn: &Torn, seq: u64) -> Result<(), StoreError> {
    put_copy(dir, &format!("torn-{seq}"), &torn.bytes)?;
    LineFile::cut(&torn.path, torn.keep)
}

/// Writes `STEM.bin`, or `STEM-2.bin` and so on if that name holds other bytes; nothing set aside is ever overwritten.
pub(crate) fn put_copy(dir: &Path, stem: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let mut name = format!("{stem}.bin");
    let mut count = 1_u64;
    loop {
        let path = dir.join(&name);
        match files::read(&path)? {
            Some(there) if there == bytes => return Ok(()),
            Some(_) => {
                count += 1;
                name = format!("{stem}-{count}.bin");
            }
            None => return files::write_atomic(&path, bytes, PRIVATE),
        }
    }
}

/// Digest and length of every copy that no record names yet.
pub(super) fn unrecorded(dir: &Path, scan: &Scan) -> Result<Vec<(Digest, u64)>, StoreError> {
    let mut known: BTreeSet<Digest> = BTreeSet::new();
    for envelope in scan.records.values() {
        if let Body::Recovered { torn, .. } = &envelope.record.body {
            known.insert(torn.clone());
        }
    }
    let mut found = Vec::new();
    for name in files::names(dir)? {
        if !(name.starts_with("torn-") && name.ends_with(".bin")) {
            continue;
        }
        let bytes = files::read(&dir.join(&name))?.unwrap_or_default();
        let digest = Digest::of(&bytes);
        if known.insert(digest.clone()) {
            found.push((digest, bytes.len() as u64));
        }
    }
    Ok(found)
}

/// Unfinished bytes that have to stay where they are because the chain before them is damaged.
pub(super) fn as_damage(torn: &Torn) -> Damage {
    let name = torn.path.file_name().unwrap_or_default();
    Damage {
        segment: name.to_string_lossy().into_owned(),
        line: torn.line,
        found: Digest::of(&torn.bytes),
        what: UNFINISHED.to_owned(),
    }
}
