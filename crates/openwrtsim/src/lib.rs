//! A stateful simulator of an OpenWrt router as uhttpd and rpcd show it: `POST /ubus`, logins with rights, calls, and what goes wrong.
//!
//! Why it is here: rights decide what a login is told, and a test has to be able to take them away, to lie and to fall silent. The forms of
//! requests, answers and codes follow the published sources of uhttpd (`ubus.c`), rpcd (`session.c`, `uci.c`), netifd and firewall4.

mod lab;
mod router;
mod server;

pub use pvesim::Fault;
pub use router::Router;
pub use server::Simulator;
