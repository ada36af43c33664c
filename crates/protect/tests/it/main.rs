//! Backups, restores and drills on a real host: real restic, real PostgreSQL, real systemd.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod damage;
mod rig;
mod whole;
