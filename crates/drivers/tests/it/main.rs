//! Tests of the drivers on real hosts.
#![allow(clippy::unwrap_used, clippy::panic)]

mod access;
mod act;
mod rig;
