//! The rules, one file each.

mod bak_consistency;
mod bak_coverage;
mod bak_key_escrow;
mod bak_location;
mod bak_no_verify;
mod bak_retention_clash;
mod bak_rotate_floor;
mod bak_rpo_missing;
mod bak_rpo_schedule;
mod bak_same_domain;
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
mod ha_expected_votes;
mod net_any_source;
mod patch_coverage;
mod patch_sla_window;
mod plan_date;
mod ref_container;
mod ref_path;
mod run_destructive;
mod run_exec;
mod run_ref;
mod ssh_lockout;
mod ssh_no_login;
mod ssh_password_login;
mod ssh_root_login;
mod sudo_nopassword;
mod svc_no_tier;
pub(crate) mod waiver_invalid;
pub(crate) mod waiver_unused;

use crate::Rule;

/// Every rule, sorted by id.
pub const RULES: &[Rule] = &[
    bak_consistency::RULE,
    bak_coverage::RULE,
    bak_key_escrow::RULE,
    bak_location::RULE,
    bak_no_verify::RULE,
    bak_retention_clash::RULE,
    bak_rotate_floor::RULE,
    bak_rpo_missing::RULE,
    bak_rpo_schedule::RULE,
    bak_same_domain::RULE,
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
    ha_expected_votes::RULE,
    net_any_source::RULE,
    patch_coverage::RULE,
    patch_sla_window::RULE,
    plan_date::RULE,
    ref_container::RULE,
    ref_path::RULE,
    run_destructive::RULE,
    run_exec::RULE,
    run_ref::RULE,
    ssh_lockout::RULE,
    ssh_no_login::RULE,
    ssh_password_login::RULE,
    ssh_root_login::RULE,
    sudo_nopassword::RULE,
    svc_no_tier::RULE,
    waiver_invalid::RULE,
    waiver_unused::RULE,
];
