//! The driver of Proxmox Backup Server: it reads what the API tells a token, and changes nothing.
//!
//! It speaks as Proxmox VE does, and is asked by the same client ([`crate::proxmox`]). What may be concluded from a list is in [`rights`]. It
//! was tested on a simulator made from the published schema, and says so (`schema`).

mod datastore;
mod driver;
mod group;
mod job;
mod observe;
mod rights;
mod task;

pub use driver::{PbsDriver, scope};
