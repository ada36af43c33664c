//! Test support: the faulty fake world, the conformance suite, the real host.

pub mod host;
