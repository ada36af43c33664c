//! What people see: calm, aligned, readable without colour and on a narrow screen.

#[macro_use]
pub(crate) mod stream;

mod paint;
mod table;

pub(crate) mod words;
pub(crate) mod wrap;

pub(crate) mod calendar;
pub(crate) mod drift;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod reasons;
pub(crate) mod report;
pub(crate) mod scoreboard;
pub(crate) mod sheet;
pub(crate) mod twin;

pub(crate) use paint::{Paint, Tone};
pub(crate) use table::Table;
