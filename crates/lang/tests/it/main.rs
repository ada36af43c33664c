//! Tests of the language, from outside: text in, rendered diagnostics out.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read their own fixtures and may fail"
)]

mod accepted;
mod compose;
mod compose_hostile;
mod compose_newer;
mod depth;
mod forms;
mod fuzzed;
mod hostile;
mod kept;
mod knowledge;
mod markdown;
mod mixup;
mod properties;
mod schema;
mod secrets;
mod slips;
mod stacks;
mod typos;
mod unfinished;
mod whole;
