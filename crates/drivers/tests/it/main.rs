//! Tests of the drivers on real hosts.
// Tests wait for real hosts, with deadlines.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod access;
mod act;
mod conformance;
mod docker;
mod observe;
mod observer;
mod rig;
mod transport;
mod wireguard;
