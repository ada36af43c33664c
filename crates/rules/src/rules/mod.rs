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
mod chg_bypass;
mod chg_leadtime;
mod claim_config;
mod claim_evidence;
mod claim_req;
mod claim_state;
mod claim_term;
mod doc_diagram;
mod doc_encoding;
mod doc_link;
mod doc_residue;
mod dr_rto_response;
mod exposure_review;
mod fw_conflict;
mod fw_default;
mod fw_scope;
mod fw_syntax;
mod ha_cpu_domain;
mod ha_device_pin;
mod ha_drain;
mod ha_expected_votes;
mod ha_quorum;
mod ha_spof;
mod ha_storage;
mod net_any_source;
mod net_dns_secondary;
mod net_dns_tld;
mod net_double_nat;
mod net_egress;
mod net_flow_missing;
mod net_gw;
mod net_link;
mod net_matrix;
mod net_overlap;
mod net_portcount;
mod net_transitive;
mod net_tunnel;
mod patch_coverage;
mod patch_sla_window;
mod plan_date;
mod ref_container;
mod ref_path;
mod run_destructive;
mod run_exec;
mod run_ref;
mod slo_compose;
mod slo_consistent;
mod slo_spof;
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
    chg_bypass::RULE,
    chg_leadtime::RULE,
    claim_config::RULE,
    claim_evidence::RULE,
    claim_req::RULE,
    claim_state::RULE,
    claim_term::RULE,
    doc_diagram::RULE,
    doc_encoding::RULE,
    doc_link::RULE,
    doc_residue::RULE,
    dr_rto_response::RULE,
    exposure_review::RULE,
    fw_conflict::RULE,
    fw_default::RULE,
    fw_scope::RULE,
    fw_syntax::RULE,
    ha_cpu_domain::RULE,
    ha_device_pin::RULE,
    ha_drain::RULE,
    ha_expected_votes::RULE,
    ha_quorum::RULE,
    ha_spof::RULE,
    ha_storage::RULE,
    net_any_source::RULE,
    net_dns_secondary::RULE,
    net_dns_tld::RULE,
    net_double_nat::RULE,
    net_egress::RULE,
    net_flow_missing::RULE,
    net_gw::RULE,
    net_link::RULE,
    net_matrix::RULE,
    net_overlap::RULE,
    net_portcount::RULE,
    net_transitive::RULE,
    net_tunnel::RULE,
    patch_coverage::RULE,
    patch_sla_window::RULE,
    plan_date::RULE,
    ref_container::RULE,
    ref_path::RULE,
    run_destructive::RULE,
    run_exec::RULE,
    run_ref::RULE,
    slo_compose::RULE,
    slo_consistent::RULE,
    slo_spof::RULE,
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
