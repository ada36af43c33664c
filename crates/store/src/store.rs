//! The data directory of one lab in one realm.

use crate::clock::Stamp;
use crate::controller;
use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::ledger::{self, Ledger, PinNote};
use crate::lockfile;
use model::evidence::{Body, Pin, Record};
use model::id::{ControllerId, ObjectId};
use model::lock::Lock;
use model::realm::{HasRealm, Realm, RealmTag};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const REALM_FILE: &str = "realm";
const LOCK_FILE: &str = "lock";
const KEY_FILE: &str = "key";
const LEDGER_DIR: &str = "ledger";
const IDENTITY_FILE: &str = "identity.json";

/// A store as reading verbs see it: no lock is taken and nothing is written, not even a directory. A store that does not
/// exist reads as an empty one.
#[derive(Debug, Clone)]
pub struct ReadStore<R> {
    tag: R,
    realm: Realm,
    dir: PathBuf,
}

/// A store open for writing; the only one of its lab and realm on this machine as long as it lives.
#[derive(Debug)]
pub struct Store<R> {
    read: ReadStore<R>,
    controller: ControllerId,
    ledger: Mutex<Ledger>,
    small_files: Mutex<()>,
    _lock: files::Locked,
}

impl<R: RealmTag> Store<R> {
    /// Opens the store of `lab` under `root`, creating it if there is none.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::RealmMismatch`], [`StoreError::BadName`], and all that [`Ledger::open`] gives.
    pub fn open(tag: R, root: &Path, lab: &ObjectId) -> Result<Self, StoreError> {
        let (read, lock) = prepare(tag, root, lab)?;
        let (parent, key) = (read.path(LEDGER_DIR), read.path(KEY_FILE));
        let ledger = Ledger::open(&parent, &key, &read.realm, Stamp::now)?;
        Self::assemble(read, lock, ledger)
    }

    /// Opens a store whose ledger is damaged, leaving its bytes as they are: the chain goes on in a new epoch that gives
    /// `reason` and names the damage.
    ///
    /// # Errors
    /// As [`Store::open`], except for the damage.
    pub fn open_new_epoch(
        tag: R,
        root: &Path,
        lab: &ObjectId,
        reason: &str,
    ) -> Result<Self, StoreError> {
        let (read, lock) = prepare(tag, root, lab)?;
        let (parent, key) = (read.path(LEDGER_DIR), read.path(KEY_FILE));
        let ledger = Ledger::open_new_epoch(&parent, &key, &read.realm, reason, Stamp::now)?;
        Self::assemble(read, lock, ledger)
    }

    /// Opens an existing or missing store for reading only.
    ///
    /// # Errors
    /// [`StoreError::RealmMismatch`], [`StoreError::BadName`], or what the system refuses.
    pub fn open_read(tag: R, root: &Path, lab: &ObjectId) -> Result<ReadStore<R>, StoreError> {
        let read = ReadStore::locate(tag, root, lab)?;
        check_realm(&read)?;
        Ok(read)
    }

    fn assemble(
        read: ReadStore<R>,
        lock: files::Locked,
        ledger: Ledger,
    ) -> Result<Self, StoreError> {
        let controller = ControllerId(ledger.writer().to_owned());
        controller::enrol(&read.dir, &controller)?;
        Ok(Self {
            read,
            controller,
            ledger: Mutex::new(ledger),
            small_files: Mutex::new(()),
            _lock: lock,
        })
    }

    /// Appends a record to the ledger; when this returns, it is on disk. Gives the new head, to be pinned elsewhere.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn append(&self, body: Body, stamp: &Stamp) -> Result<Pin, StoreError> {
        self.ledger().append(body, stamp)
    }

    /// Holds the ledger against a pin that was kept elsewhere; opens a new epoch if the chain cannot account for it. Of
    /// several pins note the newest first.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn note_pin(&self, pin: &Pin, stamp: impl Fn() -> Stamp) -> Result<PinNote, StoreError> {
        self.ledger().note_pin(pin, stamp)
    }

    /// This controller: the fingerprint of its ledger key.
    pub fn controller(&self) -> &ControllerId {
        &self.controller
    }

    /// Keeps the identities of a twin; those of the real lab are committed beside the declaration.
    ///
    /// # Errors
    /// [`StoreError::IdentitiesOfReal`], or what the system refuses.
    pub fn save_identities(&self, identities: &Lock) -> Result<(), StoreError> {
        let path = self.path(IDENTITY_FILE);
        match self.realm {
            Realm::Real => Err(StoreError::IdentitiesOfReal { path }),
            Realm::Twin(_) => lockfile::write_with_mode(&path, identities, PRIVATE),
        }
    }

    /// Held while a small file is read, changed and replaced, so that threads do not lose each other's changes.
    pub(crate) fn small_files(&self) -> MutexGuard<'_, ()> {
        self.small_files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // A thread that panicked while appending has left the chain either with or without its record, both of them whole.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Deref for Store<R> {
    type Target = ReadStore<R>;

    fn deref(&self) -> &ReadStore<R> {
        &self.read
    }
}

impl<R: RealmTag> ReadStore<R> {
    fn locate(tag: R, root: &Path, lab: &ObjectId) -> Result<Self, StoreError> {
        let realm = tag.realm();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if lab.0.is_empty() || lab.0.len() > 64 || !lab.0.bytes().all(plain) {
            let name = lab.0.clone();
            return Err(StoreError::BadName { what: "lab", name });
        }
        // A tag is not checked when it is made, and this name becomes a directory.
        let name = realm.to_string();
        if Realm::parse(&name).as_ref() != Some(&realm) {
            return Err(StoreError::BadName {
                what: "realm",
                name,
            });
        }
        let dir = root.join(&lab.0).join(name.replace(':', "-"));
        Ok(Self { tag, realm, dir })
    }

    /// Every record of this controller's ledger, all epochs, oldest first. Records that an epoch names as damaged are not
    /// among them.
    ///
    /// # Errors
    /// [`StoreError::LedgerDamaged`] for damage that no epoch names, or what the system refuses.
    pub fn records(&self) -> Result<Vec<Record>, StoreError> {
        match self.ledger_dir()? {
            Some(dir) => ledger::records(&dir, &self.realm),
            None => Ok(Vec::new()),
        }
    }

    /// The history that pure code is given: [`ReadStore::records`].
    ///
    /// # Errors
    /// As [`ReadStore::records`].
    pub fn history(&self) -> Result<Vec<Record>, StoreError> {
        self.records()
    }

    /// The ledger's newest record, as it is to be pinned elsewhere.
    ///
    /// # Errors
    /// As [`ReadStore::records`].
    pub fn head(&self) -> Result<Option<Pin>, StoreError> {
        match self.ledger_dir()? {
            Some(dir) => ledger::head(&dir, &self.realm),
            None => Ok(None),
        }
    }

    /// Directory of this controller's chain, as the stand-alone verifier reads it; `None` before the first record.
    ///
    /// # Errors
    /// What the system refuses, or a `controller.json` that cannot be understood.
    pub fn ledger_dir(&self) -> Result<Option<PathBuf>, StoreError> {
        let writer = controller::read(&self.dir)?.map(|c| c.controller.0);
        Ok(writer.map(|w| self.path(LEDGER_DIR).join(w)))
    }

    /// Identities of a twin, as last kept; always `None` in realm real, whose identities are in `holdfast.lock`.
    ///
    /// # Errors
    /// As [`lockfile::read`].
    pub fn identities(&self) -> Result<Option<Lock>, StoreError> {
        match self.realm {
            Realm::Real => Ok(None),
            Realm::Twin(_) => lockfile::read(&self.path(IDENTITY_FILE)),
        }
    }
}

impl<R> ReadStore<R> {
    /// The realm as a type.
    pub fn tag(&self) -> &R {
        &self.tag
    }

    /// The realm as a value.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// The directory of this lab and realm.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Refuses what was written in another realm and copied here.
    pub(crate) fn same_realm(&self, path: &Path, found: &Realm) -> Result<(), StoreError> {
        if *found == self.realm {
            return Ok(());
        }
        let (path, wanted, found) = (path.to_path_buf(), self.realm.clone(), found.clone());
        Err(StoreError::RealmMismatch {
            path,
            wanted,
            found,
        })
    }
}

impl<R> HasRealm for ReadStore<R> {
    fn realm(&self) -> &Realm {
        &self.realm
    }
}

impl<R> HasRealm for Store<R> {
    fn realm(&self) -> &Realm {
        &self.read.realm
    }
}

/// Locates, locks and marks the directory.
fn prepare<R: RealmTag>(
    tag: R,
    root: &Path,
    lab: &ObjectId,
) -> Result<(ReadStore<R>, files::Locked), StoreError> {
    let read = ReadStore::locate(tag, root, lab)?;
    check_realm(&read)?;
    files::make_dir(&read.dir)?;
    let lock = files::lock_file(&read.path(LOCK_FILE))?;
    if !check_realm(&read)? {
        let text = format!("{}\n", read.realm);
        files::write_atomic(&read.path(REALM_FILE), text.as_bytes(), PRIVATE)?;
    }
    files::make_dir(&read.path(LEDGER_DIR))?;
    Ok((read, lock))
}

/// Whether the directory is marked; an error if it is marked otherwise, or holds a store that is not marked at all.
fn check_realm<R: RealmTag>(read: &ReadStore<R>) -> Result<bool, StoreError> {
    let path = read.path(REALM_FILE);
    let malformed = |message: String| StoreError::Malformed {
        path: path.clone(),
        message,
        help: "without it nothing says which realm the directory belongs to; bring it back from a backup",
    };
    let Some(bytes) = files::read(&path)? else {
        return match read.path(KEY_FILE).exists() {
            true => Err(malformed("is missing beside a signing key".to_owned())),
            false => Ok(false),
        };
    };
    let text = String::from_utf8_lossy(&bytes);
    let found = Realm::parse(text.trim());
    let found = found.ok_or_else(|| malformed(format!("'{}' is no realm", text.trim())))?;
    read.same_realm(&path, &found).map(|()| true)
}
