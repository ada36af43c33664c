//! The driver of Proxmox VE: it reads what the API tells a token, and changes nothing.
//!
//! What may be concluded from a list is in [`rights`]; how it is asked, and who is trusted, in [`crate::proxmox`]. It was
//! tested on a simulator made from the published schema, and says so (`schema`).

mod driver;
mod observe;
mod rights;

pub use driver::{PveDriver, meet, scope};
