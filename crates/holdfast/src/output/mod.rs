//! What people see of verbs; the means are those of `console`.

pub(crate) mod ended;
pub(crate) mod report;
pub(crate) mod twin;

pub(crate) use console::{
    Paint, Table, Tone, calendar, drift, plan, progress, reasons, scoreboard, sheet, stream, words,
    wrap,
};
