//! The vocabulary of Holdfast: ids, units, the typed lab, facts, plans, runs and evidence.
//!
//! Vocabulary only: no function here decides anything about a lab, and nothing here can touch the world. The types that
//! are persisted (facts, plans, journal entries, evidence bodies, the lock file) carry a format version; their layout is
//! documented in `docs/formats/`.

pub mod accepted;
pub mod compose;
pub mod cron;
pub mod declare;
pub mod digest;
pub mod document;
pub mod evidence;
pub mod fact;
pub mod id;
pub mod kleene;
pub mod knowledge;
pub mod lab;
pub mod lock;
pub mod plan;
pub mod promise;
pub mod realm;
pub mod run;
pub mod secret;
pub mod shape;
pub mod units;
pub mod value;
pub mod weakness;
