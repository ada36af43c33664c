//! The miniature lab: hosts made of containers on one Linux machine.
//!
//! A *twin host* has a real Debian userland, systemd, sshd, a package database with a small local repository, nftables
//! and an address of its own; it reboots, loses power and locks people out as a real one does, and its console stays
//! reachable through the container engine. It is a product feature (`holdfast twin up`) and the rig of the tests.
//!
//! | operations at once | what makes it safe |
//! |---|---|
//! | two builds of the image | a lock file in the cache directory; the archive is renamed into place |
//! | two starts of a shared engine | a lock file in the engine's directory; the pid is recorded and verified |
//! | two hosts wanting an address | one lock over all leases under `/run/holdfast-twin` |
//! | a creator killed at any point | the lease is written first, everything else is labelled; [`cleanup::reap`] |
//! | two `up` of one twin | each part is looked for before it is made; a name that is taken is an error, not a second part |
//! | a disk and whoever made it killed | its file lies below its host's name; a loop device is found by the file behind it |
//! | clean-up and a stranger's things | only what carries the owner's label or alias is removed, containers by id |
//!
//! This crate must not know labs, plans or rules: it gets names and addresses, and gives hosts.

#![allow(
    clippy::disallowed_methods,
    reason = "an effect crate: it runs programs and keeps files"
)]

pub mod access;
pub mod cleanup;
pub mod console;
pub mod disk;
pub mod engine;
pub mod error;
pub mod fabric;
pub mod host;
pub mod image;
pub mod lease;
pub mod limits;
pub mod pool;
pub mod seed;
pub mod server;
pub mod stack;
pub mod time;
pub mod vm;

mod lock;
mod mirror;
mod reached;
mod run;
mod wire;

pub use cleanup::{cleanup, cleanup_host};
pub use disk::DiskSpec;
pub use engine::Engine;
pub use error::TwinError;
pub use fabric::{Fabric, Part, Plug, RouterSpec, Standing};
pub use host::{Host, HostGuard, HostSpec};
pub use image::ImageRef;
pub use lease::{Lifetime, Place};
pub use pool::{PoolSpec, PoolState};
pub use reached::reached_name;
pub use vm::{Bus, Vm, VmDisk, VmSpec};
