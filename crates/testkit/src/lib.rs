//! Test support: the faulty fake world, the conformance suite, the real host.

pub mod conformance;
pub mod fake;
pub mod host;
pub mod lab;
pub mod nut;
pub mod snmp;
pub mod tools;
