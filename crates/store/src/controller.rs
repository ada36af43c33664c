//! The controller itself: its fencing number, and the lease that keeps its own processes apart.

use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::store::Store;
use model::id::ControllerId;
use model::realm::RealmTag;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Version of `controller.json`.
const FORMAT: u32 = 1;
const FILE: &str = "controller.json";
const LEASE_FILE: &str = "lease";
const HELP: &str =
    "bring it back from a backup; its number must exceed every epoch that a target has seen";

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Controller {
    format: u32,
    /// Fingerprint of the ledger key.
    pub(crate) controller: ControllerId,
    /// Newest fencing number that was given out.
    epoch: u64,
}

/// The right to run plans from this machine; given back when dropped, or by the kernel when the process ends.
#[derive(Debug)]
pub struct Lease {
    _lock: files::Locked,
}

impl<R: RealmTag> Store<R> {
    /// Takes the right to run plans in this realm.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another run of this controller has it.
    pub fn lease(&self) -> Result<Lease, StoreError> {
        files::lock_file(&self.path(LEASE_FILE)).map(|lock| Lease { _lock: lock })
    }

    /// The newest fencing number that was given out; 0 if none was.
    ///
    /// # Errors
    /// What the system refuses, or a file that cannot be understood.
    pub fn epoch(&self) -> Result<u64, StoreError> {
        Ok(read(self.dir())?.map_or(0, |c| c.epoch))
    }

    /// Gives out the next fencing number; it is on disk before this returns, so none is given out twice.
    ///
    /// # Errors
    /// What the system refuses, or a file that cannot be understood.
    pub fn next_epoch(&self) -> Result<u64, StoreError> {
        let _one_at_a_time = self.small_files();
        let epoch = self
            .epoch()?
            .checked_add(1)
            .ok_or_else(|| StoreError::Malformed {
                path: self.path(FILE),
                message: "the fencing number cannot grow any more".to_owned(),
                help: HELP,
            })?;
        write(self.dir(), self.controller(), epoch)?;
        Ok(epoch)
    }

    /// Makes sure that the next fencing number exceeds `seen`, which a target has seen.
    ///
    /// # Errors
    /// What the system refuses, or a file that cannot be understood.
    pub fn raise_epoch(&self, seen: u64) -> Result<(), StoreError> {
        let _one_at_a_time = self.small_files();
        if self.epoch()? < seen {
            write(self.dir(), self.controller(), seen)?;
        }
        Ok(())
    }
}

/// Notes who the controller is, keeping the number.
pub(crate) fn enrol(dir: &Path, controller: &ControllerId) -> Result<(), StoreError> {
    match read(dir)? {
        Some(c) if c.controller == *controller => Ok(()),
        Some(c) => write(dir, controller, c.epoch),
        None => write(dir, controller, 0),
    }
}

pub(crate) fn read(dir: &Path) -> Result<Option<Controller>, StoreError> {
    let path = dir.join(FILE);
    let read: Option<Controller> = files::read_json(&path, FORMAT, HELP)?;
    // The name becomes a path; only a fingerprint may.
    let plain = |c: &Controller| c.controller.0.bytes().all(|b| b.is_ascii_hexdigit());
    match read {
        Some(c) if !plain(&c) => Err(StoreError::Malformed {
            path,
            message: format!("'{}' is no fingerprint of a key", c.controller),
            help: HELP,
        }),
        read => Ok(read),
    }
}

fn write(dir: &Path, controller: &ControllerId, epoch: u64) -> Result<(), StoreError> {
    let value = Controller {
        format: FORMAT,
        controller: controller.clone(),
        epoch,
    };
    files::write_json(&dir.join(FILE), &value, PRIVATE)
}
