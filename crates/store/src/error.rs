//! What can go wrong with the store: every message names the place and what to do.

use model::evidence::Damage;
use model::id::{ObjectRef, RunId};
use model::realm::Realm;
use std::io;
use std::path::{Path, PathBuf};

/// An operation of the store failed. Nothing that was acknowledged before is lost by it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {what} {path}: {source}; check that the path exists and that you may use it", path = .path.display())]
    Io {
        /// Verb and object, e.g. `write`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk, the quota or the allowed file size is used up. What is stored stays whole.
    #[error("no space to {what} {path}: {source}; make room there and try again, nothing stored was damaged", path = .path.display())]
    NoSpace {
        /// Verb and object.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has it open for writing.
    #[error("{path} is in use by {holder}; wait until it has ended, or stop it", path = .path.display())]
    Busy {
        /// What is locked.
        path: PathBuf,
        /// Who holds it, as far as it says.
        holder: String,
    },
    /// The place belongs to another realm.
    #[error("{path} belongs to realm {found}, not {wanted}; realms never share a store, name the right one with --on", path = .path.display())]
    RealmMismatch {
        /// Which file or directory.
        path: PathBuf,
        /// Asked for.
        wanted: Realm,
        /// Found.
        found: Realm,
    },
    /// A name cannot be made a directory safely.
    #[error(
        "'{name}' cannot name a {what}; use lower-case letters, digits and '-', at most 32 for a twin"
    )]
    BadName {
        /// `lab` or `realm`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The signing key can be read by other accounts.
    #[error("{path} has mode {mode:04o}: others could sign in its name; if you are sure that nobody did, run: chmod 600 {path}", path = .path.display())]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is a ledger, but not the key that signs it.
    #[error("{path} is gone, but a ledger that it signed is there; bring the key back from a backup, or move the ledger's directory away to begin a new one", path = .path.display())]
    KeyMissing {
        /// Where the key belongs.
        path: PathBuf,
    },
    /// The ledger beside the key was written with another key.
    #[error("{path} names another public key than the signing key has; bring back the key that belongs to this ledger, or move the ledger away to begin a new one", path = .path.display())]
    KeyMismatch {
        /// `writer.pub`.
        path: PathBuf,
    },
    /// A stored record was changed, lost or put elsewhere. It is never mended.
    #[error("the ledger {dir} is damaged: {segment} line {line}: {what}; nothing was changed. Look at it with holdfast-verify, restore it from a backup, or go on in a new epoch that names the damage", dir = .dir.display(), segment = .damage.segment, line = .damage.line, what = .damage.what)]
    LedgerDamaged {
        /// The ledger's directory.
        dir: PathBuf,
        /// The first damage found.
        damage: Box<Damage>,
    },
    /// An earlier write failed half-way and could not be taken back.
    #[error("{path}: an earlier write failed and what is on disk is not known; open it again, which sets unfinished bytes aside", path = .path.display())]
    Poisoned {
        /// The file.
        path: PathBuf,
    },
    /// Written by a version that this one does not know.
    #[error("{path} has format {found}, this version knows {known}; use a newer holdfast", path = .path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Format found.
        found: u64,
        /// Formats known.
        known: u32,
    },
    /// The content cannot be understood.
    #[error("{path}: {message}; {help}", path = .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line where it is known.
        message: String,
        /// What to do.
        help: &'static str,
    },
    /// There is no such run.
    #[error("there is no run {run} in {dir}; the runs are listed by: holdfast runs", dir = .dir.display())]
    NoSuchRun {
        /// The run.
        run: RunId,
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// A journal that has ended takes no further line.
    #[error("run {run} has finished; nothing can be added to its journal")]
    RunFinished {
        /// The run.
        run: RunId,
    },
    /// An event that cannot stand where it was to be written.
    #[error(
        "run {run} cannot record this event: {message}; this is a defect of holdfast, the journal was not touched"
    )]
    JournalOrder {
        /// The run.
        run: RunId,
        /// What is wrong.
        message: String,
    },
    /// A rename that cannot be followed.
    #[error("cannot rename {old} to {new} in the lock file: {message}")]
    Rename {
        /// The name before.
        old: ObjectRef,
        /// The name after.
        new: ObjectRef,
        /// Why, and what to do.
        message: String,
    },
    /// Identities of the real lab are committed, not kept in the store.
    #[error("identities of realm real belong into holdfast.lock beside the declaration, not into {path}", path = .path.display())]
    IdentitiesOfReal {
        /// Where they were to be written.
        path: PathBuf,
    },
    /// No random bytes or no time could be had.
    #[error("the system gives no random bytes: {0}; the kernel's random source has to work")]
    Random(#[source] io::Error),
}

impl StoreError {
    /// From a failed system call, telling a full disk from everything else.
    pub(crate) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => StoreError::NoSpace { what, path, source },
            _ => StoreError::Io { what, path, source },
        }
    }
}

/// For `map_err`: names the operation and the path.
pub(crate) fn at<E: Into<io::Error>>(
    what: &'static str,
    path: &Path,
) -> impl FnOnce(E) -> StoreError {
    move |source| StoreError::io(what, path, source.into())
}
