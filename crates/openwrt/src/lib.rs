//! The driver of OpenWrt: it asks ubus by JSON-RPC over HTTP what a login of rpcd may see, and changes nothing.
//!
//! What is asked is [`question::ALL`], from which the login's rights (`acl`) are made too. What has keys in it is not asked for at all: the
//! configurations `network` (WireGuard, PPPoE) and `wireless`, and `network.wireless status`. rpcd grants configurations as a whole, so that a
//! login that cannot read keys has to do without them.

mod acl;
mod driver;
mod error;
mod observe;
mod question;
mod target;
mod ubus;

pub use acl::{GROUP, acl};
pub use driver::{OpenWrtDriver, scope};
pub use target::{OpenWrtTarget, identity};
