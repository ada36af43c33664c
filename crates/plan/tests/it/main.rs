//! Planning and proving, through the crate's front door.
#![allow(missing_docs, clippy::unwrap_used)]

mod green;
mod history;
mod machines;
mod planning;
mod proving;
mod stacks;
mod standing;
mod taken;
mod tunnels;
mod world;
