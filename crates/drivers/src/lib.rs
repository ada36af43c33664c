//! Drivers: how facts are read and actions are carried out. One folder each.

// The crate's work is running programs, against the clock; the lint is for crates that must not.
#![allow(clippy::disallowed_methods)]

pub mod linux;
pub mod nut;
pub mod snmp;
