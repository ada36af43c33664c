//! The rules, one file each.

mod alt_gap;
mod alt_target_overlap;
mod alt_too_late;
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
mod bak_space;
mod bak_target_size;
mod cap_growth;
mod cap_n1;
mod cap_one_number;
mod cap_overcommit;
mod cap_sum;
mod cap_terms;
mod cap_unit;
mod cost_complete;
mod dr_drill_capacity;
mod dr_rto_response;
mod exposure_review;
mod fin_breakeven;
mod fin_double;
mod fin_one_number;
mod fin_sum;
mod fw_default;
mod inv_same_attr;
mod met_sample;
mod net_any_source;
mod ops_staffing;
mod slo_actual;
mod slo_source;
mod ssh_lockout;
mod ssh_no_login;
mod ssh_password_login;
mod ssh_root_login;
mod sto_replica_fit;
mod sto_units;
mod sudo_nopassword;
mod svc_no_tier;
pub(crate) mod waiver_invalid;
pub(crate) mod waiver_unused;

use crate::Rule;

/// Every rule, sorted by id.
pub const RULES: &[Rule] = &[
    alt_gap::RULE,
    alt_target_overlap::RULE,
    alt_too_late::RULE,
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
    bak_space::RULE,
    bak_target_size::RULE,
    cap_growth::RULE,
    cap_n1::RULE,
    cap_one_number::RULE,
    cap_overcommit::RULE,
    cap_sum::RULE,
    cap_terms::RULE,
    cap_unit::RULE,
    cost_complete::RULE,
    dr_drill_capacity::RULE,
    dr_rto_response::RULE,
    exposure_review::RULE,
    fin_breakeven::RULE,
    fin_double::RULE,
    fin_one_number::RULE,
    fin_sum::RULE,
    fw_default::RULE,
    inv_same_attr::RULE,
    met_sample::RULE,
    net_any_source::RULE,
    ops_staffing::RULE,
    slo_actual::RULE,
    slo_source::RULE,
    ssh_lockout::RULE,
    ssh_no_login::RULE,
    ssh_password_login::RULE,
    ssh_root_login::RULE,
    sto_replica_fit::RULE,
    sto_units::RULE,
    sudo_nopassword::RULE,
    svc_no_tier::RULE,
    waiver_invalid::RULE,
    waiver_unused::RULE,
];
