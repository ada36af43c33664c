//! What people see in a terminal: calm, aligned, readable without colour and on a narrow screen.
//!
//! Text for people goes out by [`stream`] and by nothing else.

#![allow(
    clippy::disallowed_methods,
    reason = "an effect crate: colours and the width of a screen stand in the environment"
)]

mod table;

pub mod calendar;
pub mod drift;
pub mod hint;
pub mod paint;
pub mod plan;
pub mod progress;
pub mod reasons;
pub mod scoreboard;
pub mod sheet;
pub mod simulation;
pub mod stream;
pub mod words;
pub mod wrap;

pub use paint::{Paint, Tone};
pub use table::Table;
