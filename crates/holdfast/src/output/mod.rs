//! What people see of verbs; the means are those of `console`.

pub(crate) mod drift;
pub(crate) mod ended;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod scoreboard;
pub(crate) mod twin;

pub(crate) use console::{
    Paint, Table, Tone, calendar, progress, reasons, sheet, stream, words, wrap,
};
