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
mod cmp_dup_key;
mod cmp_hardening;
mod cmp_net_claim;
mod dr_rto_response;
mod eol_component;
mod eol_os;
mod exposure_review;
mod fw_default;
mod fw_docker_bypass;
mod img_pin;
mod img_updater;
mod net_any_source;
mod plat_cmd;
mod plat_support;
pub(crate) mod rule_setting;
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
    cmp_dup_key::RULE,
    cmp_hardening::RULE,
    cmp_net_claim::RULE,
    dr_rto_response::RULE,
    eol_component::RULE,
    eol_os::RULE,
    exposure_review::RULE,
    fw_default::RULE,
    fw_docker_bypass::RULE,
    img_pin::RULE,
    img_updater::RULE,
    net_any_source::RULE,
    plat_cmd::RULE,
    plat_support::RULE,
    rule_setting::RULE,
    ssh_lockout::RULE,
    ssh_no_login::RULE,
    ssh_password_login::RULE,
    ssh_root_login::RULE,
    sudo_nopassword::RULE,
    svc_no_tier::RULE,
    waiver_invalid::RULE,
    waiver_unused::RULE,
];
