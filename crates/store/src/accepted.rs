//! What was accepted of each host without being declared: `accepted.json`.

use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::store::{ReadStore, Store};
use model::accepted::Accepted;
use model::realm::{Realm, RealmTag};
use serde::{Deserialize, Serialize};

/// Version of `accepted.json`.
const FORMAT: u32 = 1;
const FILE: &str = "accepted.json";
const HELP: &str =
    "remove the file and observe again; what stands then is taken as the new starting point";

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    realm: Realm,
    hosts: Accepted,
}

impl<R: RealmTag> ReadStore<R> {
    /// Everything that was accepted, by host.
    ///
    /// # Errors
    /// [`StoreError::RealmMismatch`], a file that cannot be understood, or what the system refuses.
    pub fn accepted(&self) -> Result<Accepted, StoreError> {
        let path = self.path(FILE);
        let Some(file) = files::read_json::<File>(&path, FORMAT, HELP)? else {
            return Ok(Accepted::new());
        };
        self.same_realm(&path, &file.realm)?;
        Ok(file.hosts)
    }
}

impl<R: RealmTag> Store<R> {
    /// Changes what was accepted; writes only if that makes a difference, and says whether it did.
    ///
    /// # Errors
    /// As [`ReadStore::accepted`].
    pub fn change_accepted(&self, change: impl FnOnce(&mut Accepted)) -> Result<bool, StoreError> {
        let _one_at_a_time = self.small_files();
        let before = self.accepted()?;
        let mut hosts = before.clone();
        change(&mut hosts);
        if hosts == before {
            return Ok(false);
        }
        let file = File {
            format: FORMAT,
            realm: self.realm().clone(),
            hosts,
        };
        files::write_json(&self.path(FILE), &file, PRIVATE)?;
        Ok(true)
    }
}
