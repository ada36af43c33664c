//! The rules about what was observed: they hold the declared lab against the last answer of each target. One file per rule; the list of
//! all rules is that of `rules`.
//!
//! If nobody looked, they say nothing, and `check` says that they did not. What was looked at and could not be read is unknown with its
//! reason; what is too old is told once per target by `obs-stale`. Every finding says when, in which realm and by what it was read.

#![expect(missing_docs, reason = "what a rule is about stands in its summary")]

mod container;
mod look;

pub mod ctr_database_open;
pub mod ctr_env_secret;
pub mod ctr_hardening;
pub mod ctr_health;
pub mod ctr_image;
pub mod ctr_limits;
pub mod ctr_rights;
pub mod ctr_shared_network;
pub mod eol_observed;
pub mod obs_stale;
pub mod patch_pending;
pub mod patch_reboot;
pub mod port_missing;
pub mod port_unjustified;
pub mod ssh_forwarding;
pub mod ssh_key_unowned;
pub mod ssh_key_weak;
pub mod ssh_weak_algorithms;
pub mod sudo_undeclared;
pub mod time_unsynced;
pub mod unit_failed;
pub mod user_undeclared;

pub use look::{Judged, judged};

use graph::{Context, lifecycle};
use lint::{Findings, Mend, Rule};

/// All of them, by id. They are among the rules of `rules`, too.
pub const RULES: &[Rule] = &[
    ctr_database_open::RULE,
    ctr_env_secret::RULE,
    ctr_hardening::RULE,
    ctr_health::RULE,
    ctr_image::RULE,
    ctr_limits::RULE,
    ctr_rights::RULE,
    ctr_shared_network::RULE,
    eol_observed::RULE,
    obs_stale::RULE,
    patch_pending::RULE,
    patch_reboot::RULE,
    port_missing::RULE,
    port_unjustified::RULE,
    ssh_forwarding::RULE,
    ssh_key_unowned::RULE,
    ssh_key_weak::RULE,
    ssh_weak_algorithms::RULE,
    sudo_undeclared::RULE,
    time_unsynced::RULE,
    unit_failed::RULE,
    user_undeclared::RULE,
];
