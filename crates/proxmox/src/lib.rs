//! The drivers of Proxmox VE ([`pve`]) and Proxmox Backup Server ([`pbs`]), and what both have in common: HTTPS with a token, and one dialect
//! of answers.
//!
//! What differs between them is [`client::Product`]. Which lists are whole is each driver's own affair, since rights differ.

mod answers;
mod client;
mod dump;
pub mod pbs;
pub mod pve;
mod state;
mod target;

pub use target::ApiTarget;
