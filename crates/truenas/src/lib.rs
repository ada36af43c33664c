//! The driver of TrueNAS: it asks the middleware by JSON-RPC over a WebSocket what a user's key may see, and changes nothing.
//!
//! What is asked is [`question::ALL`] after one `auth.login_ex`. Of lists only the fields that are used are asked for, so that what has keys in it
//! does not travel. By plain http nothing is asked at all: TrueNAS revokes a key that comes that way.

// Its work is waiting for another machine, against the clock; the lint is for crates that must not.
#![allow(clippy::disallowed_methods)]

mod driver;
mod error;
mod observe;
mod question;
mod rpc;
mod target;

pub use driver::{TrueNasDriver, scope};
pub use target::{TrueNasTarget, identity};
