//! The rules about native files: what runbooks and scripts tell people to run, which paths and links lead nowhere, what firewall listings
//! let in, what Compose projects ask for, who gets in by ssh and sudo; and some about hardware and storage alone. One file per rule; the list of all rules is that of `rules`.

#![expect(missing_docs, reason = "what a rule is about stands in its summary")]

pub mod bak_unencrypted;
pub mod cap_feed_load;
pub mod cap_memory_slots;
pub mod cap_ups_load;
pub mod cap_ups_runtime;
pub mod chg_backup_before;
pub mod chg_bypass;
pub mod cmp_dup_key;
pub mod cmp_exposure;
pub mod cmp_hardening;
pub mod cmp_macvlan_host;
pub mod cmp_mode_ports;
pub mod cmp_net_claim;
pub mod cmp_port_open;
pub mod cmp_public_cert;
pub mod cmp_replicas_port;
pub mod doc_diagram;
pub mod doc_encoding;
pub mod doc_link;
pub mod doc_residue;
pub mod fw_conflict;
pub mod fw_default;
pub mod fw_docker_bypass;
pub mod fw_scope;
pub mod fw_syntax;
pub mod ha_expected_votes;
pub mod img_pin;
pub mod img_updater;
pub mod inv_guest_id;
pub mod inv_rack;
pub mod inv_serial;
mod loopback;
pub mod netfilter;
pub mod plat_cmd;
pub mod ref_container;
pub mod ref_path;
pub mod run_destructive;
pub mod run_exec;
pub mod run_ref;
pub mod sec_default_password;
pub mod sec_guest_privileged;
pub mod ssh_lockout;
pub mod ssh_no_login;
pub mod ssh_password_login;
pub mod ssh_root_login;
pub mod sto_dev_name;
pub mod sto_disk_owner;
pub mod sto_fs_selfheal;
pub mod sto_fstab;
pub mod sto_guest_pool;
pub mod sto_raid_usable;
pub mod sto_rebuild_ure;
pub mod sto_replica_fit;
pub mod sto_scrub_layer;
pub mod sto_tier_value;
pub mod sto_writehole;
pub mod sudo_nopassword;
pub mod ups_unwatched;

use graph::{
    Context, addresses, amounts, attention, bodies, budget, call, containers, context, copies,
    figure, fstab, links, listening, origin, partial, places, pools, reach, sensitive, sizes,
    standing, totals, traffic, wording,
};
use lint::{Findings, Mend, Rule};
