//! What a controller keeps on disk: the evidence ledger, journals of runs, ownership, identities and observations.
//!
//! One [`Store`] belongs to one lab and one realm, and says so on disk and in its type. [`ReadStore`] is the part of it
//! that needs no lock and changes nothing; verbs that only read open that. The lock file that is committed beside the
//! declaration is read and written by [`lockfile`], its ids are minted by [`mint`].
//!
//! This crate must not know what a record or a run means: it keeps bytes safe and gives them back, or says exactly what
//! is wrong with them. Formats are described in `docs/formats/`.
//!
//! | operation × operation | what makes it safe |
//! |---|---|
//! | two processes write one store | an exclusive `flock`, held as long as the [`Store`] lives; the second gets [`StoreError::Busy`] |
//! | read × append | a reader takes whole lines only; half a line at the end is not a record yet |
//! | crash × append | a line counts once it is whole and synced; the rest is set aside when the store is opened next |
//! | crash × rewriting a small file | temporary file, sync, rename, sync of the directory |
//! | threads of one process append | a mutex around the ledger |

// The crate's work is files, the clock and randomness; the lint is for crates that must not touch them.
#![allow(clippy::disallowed_methods)]

mod clock;
mod controller;
mod error;
mod files;
mod journal;
mod medium;
mod observation;
mod owned;
mod random;
mod redaction;
mod store;

pub mod ledger;
pub mod lockfile;
pub mod mint;

pub use clock::Stamp;
pub use controller::Lease;
pub use error::StoreError;
pub use journal::{Journal, Loaded};
pub use observation::saved_at;
pub use owned::{Owned, Ownership};
pub use random::{Random, SystemRandom};
pub use store::{ReadStore, Store};
