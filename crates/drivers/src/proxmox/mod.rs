//! What the products of Proxmox have in common: HTTPS with a token, one dialect of answers, and facts as they are gathered.
//!
//! What differs between them is [`Product`]. Who is trusted is in [`tls`], what answers look like in [`wire`]. Which lists are whole is each
//! driver's own affair, since rights differ.

pub(crate) mod answers;
pub(crate) mod client;
pub(crate) mod dump;
pub(crate) mod error;
pub(crate) mod found;
mod http;
pub(crate) mod target;
pub(crate) mod tls;
pub(crate) mod wire;
