//! What drivers share that only read: how an API is asked ([`https`]), answers as they come ([`wire`]), facts as they are gathered
//! ([`found`]), and the observation they end in ([`told`]).
//!
//! It knows no product. Which answers mean what, and when a list is whole, is each driver's own affair, since rights differ.

// The crate's work is waiting for other machines, against the clock; the lint is for crates that must not.
#![allow(clippy::disallowed_methods)]

pub mod found;
pub mod https;
pub mod told;
pub mod wire;
