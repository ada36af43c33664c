//! A simulator of Proxmox Backup Server: datastores, namespaces, backups, jobs and tasks, as far as somebody who only reads asks for them.
//!
//! Rights follow the product's own rules, since a token without them gets shorter lists and 200 OK. What is wrong is said in a body of plain
//! text, not in the status line.

mod answer;
mod lab;
mod rights;
mod state;
pub mod table;

pub use state::{Backup, Collection, Datastore, Grant, Job, JobKind, Server, Task};

/// The version that is simulated.
pub const VERSION: &str = "4.0";
