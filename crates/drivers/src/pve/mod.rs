//! The driver of Proxmox VE: it reads what the API tells a token, and changes nothing.
//!
//! What may be concluded from a list is in [`rights`]; what the answers look like in [`wire`]; who is trusted in [`tls`]. It was
//! tested on a simulator made from the published schema, and says so (`schema`).

mod client;
mod driver;
mod error;
mod http;
mod observe;
mod rights;
mod tls;
mod wire;

pub use client::Limits;
pub use driver::{PveDriver, PveTarget, meet, scope};
pub use error::ApiError;
pub use tls::Trust;
