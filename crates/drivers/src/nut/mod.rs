//! The driver of UPSs, by upsd of Network UPS Tools (RFC 9271): it asks what everybody may ask, logs in nowhere, and changes nothing.
//!
//! upsd speaks in clear text and proves nothing: what answers at the address is believed as far as it is understood, and no further.
//! Which variables are kept is listed in [`variable`]: upsd also tells parameters of drivers, and passwords are among them.

mod driver;
mod error;
mod session;
mod variable;
mod words;

pub use driver::{NutDriver, identity, scope};
