//! Stand-alone verifier of evidence ledgers.
//!
//! It is written from `docs/formats/ledger.md` alone and shares no code with the writer, so that a mistake in one is not
//! repeated in the other. It reads a directory and a few pins, changes nothing, takes no lock, and says exactly what the
//! chain is: whole, or changed, cut, reordered, duplicated, forked, of another realm or key.

// Its work is reading files; the lint is for crates that must not.
#![allow(clippy::disallowed_methods)]

mod chain;
mod cli;
mod line;
mod pin;
mod report;
mod verify;

pub use cli::{Output, run};
pub use report::{Finding, Head, Kind, Note, Report};
pub use verify::{CannotRead, Options, verify};
