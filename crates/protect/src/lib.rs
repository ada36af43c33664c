//! Protection: what is backed up where and when, how it comes back, and what a drill has shown.
//!
//! Pure: lab and facts in, plans, promises and evidence out. Nothing here runs anything; the plans are run by the engine,
//! the actions in them are rendered by a driver. This crate must not know how a host is reached.
//!
//! | arrow | function |
//! |---|---|
//! | lab, facts → what `apply` sets up on a host, so that a dead controller stops no backup | [`setup`], [`scope`] |
//! | lab, facts, datasets → archives now | [`backup_plan`] |
//! | lab → data that is archived here, and that is not | [`archived`], [`elsewhere`] |
//! | lab, request → data elsewhere | [`restore_plan`] |
//! | lab, dataset → a drill, checked against an allow-list | [`drill_plan`], [`isolate`] |
//! | lab, last look → what is promised | [`promises`] |
//! | drills → what they say against other promises | [`hold_against_drills`] |
//! | drill, facts → what was shown | [`drill_evidence`], [`freshness_evidence`] |

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod backup;
mod domain;
mod doubt;
mod drill;
mod evidence;
mod own;
mod path;
mod promise;
mod refused;
mod repository;
mod restore;
mod setup;
mod step;
mod timer;

pub use backup::backup_plan;
pub use doubt::hold_against_drills;
pub use drill::{drill_plan, isolate};
pub use evidence::{drill_evidence, freshness_evidence};
pub use own::{archived, elsewhere};
pub use promise::{promises, rpo_id, rto_id};
pub use refused::Refused;
pub use repository::is_directory;
pub use restore::{RestoreRequest, restore_plan};
pub use setup::{scope, setup};
pub use timer::{script, service_unit, timer_unit};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
