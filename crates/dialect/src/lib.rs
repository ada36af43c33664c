//! What programs beside a host's own say in files and answers: text to facts.
//!
//! A host is asked by functions of the observer script, which let go on only what is public. What came is taken apart here: one
//! module per product, each a function from text to [`Told`], which never fails. What is not understood is unknown, with the reason.
//!
//! This crate must not know how a host is reached, nor what is declared.

#![warn(clippy::disallowed_methods)]

pub mod cloudflared;
pub mod dns;
pub mod tailscale;
pub mod weakness;

mod adguard;
mod dnsmasq;
mod json;
mod lines;
mod pihole;
mod server;
mod told;
mod unbound;
mod yaml;

pub use told::Told;
