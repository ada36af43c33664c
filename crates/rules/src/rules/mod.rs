//! The rules, one file each.

mod bak_321;
mod bak_consistency;
mod bak_coverage;
mod bak_feasible;
mod bak_key_escrow;
mod bak_location;
mod bak_no_verify;
mod bak_retention_clash;
mod bak_rotate_floor;
mod bak_rpo_missing;
mod bak_rpo_schedule;
mod bak_same_domain;
mod bak_snapshot_not_copy;
mod dr_rto_response;
mod exposure_review;
mod fw_default;
mod ha_cpu_domain;
mod ha_device_pin;
mod ha_drain;
mod ha_expected_votes;
mod ha_quorum;
mod ha_storage;
mod net_any_source;
mod net_dns_secondary;
mod net_dns_tld;
mod net_double_nat;
mod net_egress;
mod net_flow_missing;
mod net_gw;
mod net_matrix;
mod net_overlap;
mod net_transitive;
mod net_tunnel;
mod ssh_lockout;
mod ssh_no_login;
mod ssh_password_login;
mod ssh_root_login;
mod sto_dev_name;
mod sto_fs_selfheal;
mod sto_fstab;
mod sto_monitor;
mod sto_raid_usable;
mod sto_rebuild_ure;
mod sto_scrub_layer;
mod sto_thin;
mod sto_writehole;
mod sudo_nopassword;
mod svc_no_tier;
pub(crate) mod waiver_invalid;
pub(crate) mod waiver_unused;

use crate::Rule;

/// Every rule, sorted by id.
pub const RULES: &[Rule] = &[
    bak_321::RULE,
    bak_consistency::RULE,
    bak_coverage::RULE,
    bak_feasible::RULE,
    bak_key_escrow::RULE,
    bak_location::RULE,
    bak_no_verify::RULE,
    bak_retention_clash::RULE,
    bak_rotate_floor::RULE,
    bak_rpo_missing::RULE,
    bak_rpo_schedule::RULE,
    bak_same_domain::RULE,
    bak_snapshot_not_copy::RULE,
    dr_rto_response::RULE,
    exposure_review::RULE,
    fw_default::RULE,
    ha_cpu_domain::RULE,
    ha_device_pin::RULE,
    ha_drain::RULE,
    ha_expected_votes::RULE,
    ha_quorum::RULE,
    ha_storage::RULE,
    net_any_source::RULE,
    net_dns_secondary::RULE,
    net_dns_tld::RULE,
    net_double_nat::RULE,
    net_egress::RULE,
    net_flow_missing::RULE,
    net_gw::RULE,
    net_matrix::RULE,
    net_overlap::RULE,
    net_transitive::RULE,
    net_tunnel::RULE,
    ssh_lockout::RULE,
    ssh_no_login::RULE,
    ssh_password_login::RULE,
    ssh_root_login::RULE,
    sto_dev_name::RULE,
    sto_fs_selfheal::RULE,
    sto_fstab::RULE,
    sto_monitor::RULE,
    sto_raid_usable::RULE,
    sto_rebuild_ure::RULE,
    sto_scrub_layer::RULE,
    sto_thin::RULE,
    sto_writehole::RULE,
    sudo_nopassword::RULE,
    svc_no_tier::RULE,
    waiver_invalid::RULE,
    waiver_unused::RULE,
];
