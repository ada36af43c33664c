//! Tests of the drivers against simulators.
// Tests wait for other threads, with deadlines.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod pve;
