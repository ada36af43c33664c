//! A small world with faults: hosts as maps of facts, a clock that only moves when somebody waits, and everything that goes
//! wrong between a controller and its targets, scripted or by seed.
//!
//! What it must not be is kind: it keeps the driver contract to the letter and nothing beyond it. An order that timed out
//! may still be at work; a session may die between any two changes; an answer may be false.

mod access;
mod driver;
mod fault;
mod identity;
mod journal;
mod machine;
mod ops;
mod prng;
mod world;

pub use driver::FakeDriver;
pub use fault::{Fault, Look, Trigger, Word};
pub use journal::{Die, MemoryLog};
pub use machine::State;
pub use ops::{file_fact, fingerprint, nft_fact, nft_file};
pub use prng::SplitMix64;
pub use world::{FakeWorld, Trace};
