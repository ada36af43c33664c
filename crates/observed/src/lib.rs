//! The rules about what was observed: they hold the declared lab against the last answer of each target. One file per rule; the list of
//! all rules is that of `rules`.
//!
//! If nobody looked, they say nothing, and `check` says that they did not. What was looked at and could not be read is unknown with its
//! reason; what is too old is told once per target by `obs-stale`. Every finding says when, in which realm and by what it was read.

#![expect(missing_docs, reason = "what a rule is about stands in its summary")]

mod appliance;
mod backups;
mod container;
mod debian;
mod kube;
mod look;
mod names;
mod power;
mod presence;
mod product;
mod scheduled;
mod storage;

pub mod cert_expiry;
pub mod cron_dead_man;
pub mod cron_failed;
pub mod cron_never_ran;
pub mod cron_overlap;
pub mod cron_update_first;
pub mod ctr_database_open;
pub mod ctr_env_secret;
pub mod ctr_hardening;
pub mod ctr_health;
pub mod ctr_image;
pub mod ctr_limits;
pub mod ctr_rights;
pub mod ctr_shared_network;
pub mod cve_known_exploited;
pub mod dhcp_two_servers;
pub mod disk_filesystem_full;
pub mod disk_not_mounted;
pub mod disk_pool_degraded;
pub mod disk_scrub_overdue;
pub mod disk_smart;
pub mod disk_storage_full;
pub mod disk_thin_full;
pub mod dns_loop;
pub mod dns_records;
pub mod dns_upstream;
pub mod eol_observed;
pub mod guest_no_agent;
pub mod guest_no_autostart;
pub mod guest_no_job;
pub mod guest_privileged;
pub mod guest_snapshot_old;
pub mod guest_start_order;
pub mod job_replication_failed;
pub mod job_task_failed;
pub mod kube_claim_unbound;
pub mod kube_cron_no_success;
pub mod kube_node_not_ready;
pub mod kube_version_skew;
pub mod kube_workload_unready;
pub mod obs_stale;
pub mod patch_pending;
pub mod patch_reboot;
pub mod pbs_backup_old;
pub mod pbs_datastore_full;
pub mod pbs_garbage;
pub mod pbs_job_failed;
pub mod pbs_task_failed;
pub mod pbs_unverified;
pub mod pbs_verify_failed;
pub mod port_missing;
pub mod port_unjustified;
pub mod pve_quorum;
pub mod pve_user_no_second_factor;
pub mod ssh_forwarding;
pub mod ssh_key_unowned;
pub mod ssh_key_weak;
pub mod ssh_weak_algorithms;
pub mod sudo_undeclared;
pub mod tailnet_key_expiry;
pub mod time_off;
pub mod time_unsynced;
pub mod truenas_alert;
pub mod truenas_share_open;
pub mod truenas_task_failed;
pub mod unit_failed;
pub mod ups_no_protection;
pub mod ups_nobody_told;
pub mod ups_on_battery;
pub mod ups_replace_battery;
pub mod ups_runtime;
pub mod user_undeclared;

pub use look::{Judged, judged};

use graph::{Context, lifecycle};
use lint::{Findings, Mend, Rule};

/// All of them, by id. They are among the rules of `rules`, too.
pub const RULES: &[Rule] = &[
    cert_expiry::RULE,
    cron_dead_man::RULE,
    cron_failed::RULE,
    cron_never_ran::RULE,
    cron_overlap::RULE,
    cron_update_first::RULE,
    ctr_database_open::RULE,
    ctr_env_secret::RULE,
    ctr_hardening::RULE,
    ctr_health::RULE,
    ctr_image::RULE,
    ctr_limits::RULE,
    ctr_rights::RULE,
    ctr_shared_network::RULE,
    cve_known_exploited::RULE,
    disk_filesystem_full::RULE,
    disk_not_mounted::RULE,
    disk_pool_degraded::RULE,
    disk_scrub_overdue::RULE,
    disk_smart::RULE,
    disk_storage_full::RULE,
    disk_thin_full::RULE,
    eol_observed::RULE,
    guest_no_agent::RULE,
    guest_no_autostart::RULE,
    guest_no_job::RULE,
    guest_privileged::RULE,
    guest_snapshot_old::RULE,
    guest_start_order::RULE,
    job_replication_failed::RULE,
    job_task_failed::RULE,
    kube_claim_unbound::RULE,
    kube_cron_no_success::RULE,
    kube_node_not_ready::RULE,
    kube_version_skew::RULE,
    kube_workload_unready::RULE,
    obs_stale::RULE,
    patch_pending::RULE,
    patch_reboot::RULE,
    pbs_backup_old::RULE,
    pbs_datastore_full::RULE,
    pbs_garbage::RULE,
    pbs_job_failed::RULE,
    pbs_task_failed::RULE,
    pbs_unverified::RULE,
    pbs_verify_failed::RULE,
    port_missing::RULE,
    port_unjustified::RULE,
    pve_quorum::RULE,
    pve_user_no_second_factor::RULE,
    ssh_forwarding::RULE,
    ssh_key_unowned::RULE,
    ssh_key_weak::RULE,
    ssh_weak_algorithms::RULE,
    sudo_undeclared::RULE,
    tailnet_key_expiry::RULE,
    time_off::RULE,
    time_unsynced::RULE,
    truenas_alert::RULE,
    truenas_share_open::RULE,
    truenas_task_failed::RULE,
    unit_failed::RULE,
    ups_no_protection::RULE,
    ups_nobody_told::RULE,
    ups_on_battery::RULE,
    ups_replace_battery::RULE,
    ups_runtime::RULE,
    user_undeclared::RULE,
];
