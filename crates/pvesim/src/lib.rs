//! A stateful simulator of the Proxmox VE API: nodes, guests, storage, backups, HA, users and tasks, held in memory and served by HTTPS.
//!
//! Why it is here: the product itself cannot run in a container, and its published schema says what it answers. [`table`] is that
//! schema as far as it is needed, written by hand and held against the file (`cargo xtask pve-schema`); every answer is made by the
//! functions it names. Rights follow the product's own rules, because what matters most to who observes is what a token without them
//! gets: *shorter lists, and 200 OK*.
//!
//! [`pbs`] is the same of Proxmox Backup Server, as far as it is read; both are served by [`Simulator`].
//!
//! Time is virtual: tasks run when [`State::pass`] is called, never by themselves. What guests are made of is behind
//! [`Machines`], so that a twin can put real machines there.

mod access;
mod answer;
mod call;
pub mod door;
mod example;
mod fault;
mod http;
mod lab;
mod machines;
pub mod pbs;
mod rights;
mod server;
mod state;
pub mod table;
mod task;
pub mod wire;

pub use access::{Access, Acl, Tfa, Token, User, Whose};
pub use call::{Answer, Asked, Caller, Method};
pub use fault::{Fault, Faults};
pub use lab::{guests, members};
pub use machines::{Imagined, Machines, Running};
pub use server::{Served, Simulator, certificate, no_place};
pub use state::{Guest, Job, Kind, Node, Resource, State, Storage, Thin};
pub use task::Task;

/// The version that is simulated.
pub const VERSION: &str = "9.1.3";
