//! Tests of the test support itself.

#![allow(
    clippy::disallowed_methods,
    reason = "these tests run programs against real hosts"
)]

mod host;
