//! What Holdfast owns on each target. Only what stands here may ever be deleted.

use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::store::{ReadStore, Store};
use model::id::{ObjectRef, RunId};
use model::realm::{Realm, RealmTag};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of `owned.json`.
const FORMAT: u32 = 1;
const FILE: &str = "owned.json";
const HELP: &str =
    "bring it back from a backup; without it nothing counts as owned and nothing is ever deleted";

/// How a thing came to be Holdfast's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// The run that made it or took it over.
    pub since: RunId,
    /// It was there before: it is released in place, never deleted.
    pub adopted: bool,
}

/// Things by target; a thing is named by its kind, e.g. `file:/etc/x`, `key:anna/SHA256:…`, `nft:inet/holdfast`.
pub type Ownership = BTreeMap<ObjectRef, BTreeMap<String, Owned>>;

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    realm: Realm,
    targets: Ownership,
}

impl<R: RealmTag> ReadStore<R> {
    /// Everything owned or adopted.
    ///
    /// # Errors
    /// [`StoreError::RealmMismatch`], a file that cannot be understood, or what the system refuses.
    pub fn owned(&self) -> Result<Ownership, StoreError> {
        let path = self.path(FILE);
        let Some(file) = files::read_json::<File>(&path, FORMAT, HELP)? else {
            return Ok(Ownership::new());
        };
        self.same_realm(&path, &file.realm)?;
        Ok(file.targets)
    }
}

impl<R: RealmTag> Store<R> {
    /// Notes that a thing on a target is now owned or adopted.
    ///
    /// # Errors
    /// As [`ReadStore::owned`].
    pub fn own(&self, target: &ObjectRef, thing: &str, owned: Owned) -> Result<(), StoreError> {
        self.change_owned(|all| {
            all.entry(target.clone())
                .or_default()
                .insert(thing.to_owned(), owned);
        })
    }

    /// Notes that a thing is no longer Holdfast's, because it was deleted or released. Doing so twice changes nothing.
    ///
    /// # Errors
    /// As [`ReadStore::owned`].
    pub fn disown(&self, target: &ObjectRef, thing: &str) -> Result<(), StoreError> {
        self.change_owned(|all| {
            if let Some(things) = all.get_mut(target) {
                things.remove(thing);
            }
            all.retain(|_, things| !things.is_empty());
        })
    }

    /// Follows a rename of a target. Things noted under both names stay those of the new one.
    ///
    /// # Errors
    /// As [`ReadStore::owned`].
    pub fn rename_target(&self, rename: (&ObjectRef, &ObjectRef)) -> Result<(), StoreError> {
        self.change_owned(|all| {
            for (thing, owned) in all.remove(rename.0).unwrap_or_default() {
                let things = all.entry(rename.1.clone()).or_default();
                things.entry(thing).or_insert(owned);
            }
        })
    }

    fn change_owned(&self, change: impl FnOnce(&mut Ownership)) -> Result<(), StoreError> {
        let _one_at_a_time = self.small_files();
        let before = self.owned()?;
        let mut targets = before.clone();
        change(&mut targets);
        if targets == before {
            return Ok(());
        }
        let file = File {
            format: FORMAT,
            realm: self.realm().clone(),
            targets,
        };
        files::write_json(&self.path(FILE), &file, PRIVATE)
    }
}
