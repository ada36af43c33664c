//! Switches and other devices by SNMP: what they are, their interfaces, their VLANs, and who is at the other end of a port (LLDP).
//!
//! Only GET and GETBULK are sent. The protocol itself, with the cryptography of version 3, is `async-snmp`'s; this module has no
//! asynchronous code but the one place that waits for it, with a deadline for a whole look, and counts what arrives.

mod agent;
mod driver;
mod error;
mod mib;
mod neighbours;
mod ports;
mod system;
mod target;
mod text;
mod vlans;

pub use driver::{SnmpDriver, identity, scope};
pub use target::{Login, SnmpTarget, commands};
