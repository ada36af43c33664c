//! What is drawn, looked at with an independent XML parser and a ruler; and tables, of small labs.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read their own fixtures and may fail"
)]

mod drawings;
mod tables;
