//! Tests of the language, from outside: text in, rendered diagnostics out.
#![allow(clippy::disallowed_methods, reason = "tests read their own fixtures")]

mod accepted;
mod hostile;
mod markdown;
mod properties;
mod secrets;
