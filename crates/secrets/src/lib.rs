//! Secrets at rest as values: SOPS documents, and clear text that should not be.
//!
//! Pure: texts and keys go in, values and texts come out. Files, the keys of people and the environment are the concern of
//! `vault`; nothing here knows where a text comes from.

pub mod policy;
pub mod scan;
pub mod shown;
pub mod sops;
pub mod veil;
