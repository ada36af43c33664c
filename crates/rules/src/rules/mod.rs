//! The rules, one file each.

mod alt_gap;
mod alt_target_overlap;
mod alt_too_late;
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
mod bak_space;
mod bak_target_size;
mod cap_growth;
mod cap_n1;
mod cap_one_number;
mod cap_overcommit;
mod cap_sum;
mod cap_terms;
mod cap_unit;
mod chg_leadtime;
mod claim_config;
mod claim_evidence;
mod claim_req;
mod claim_state;
mod claim_term;
mod cost_complete;
mod dr_circular;
mod dr_drill_capacity;
mod dr_rto_feasible;
mod dr_rto_procure;
mod dr_rto_response;
mod dr_unattended_boot;
mod eol_component;
mod eol_os;
mod fin_breakeven;
mod fin_double;
mod fin_one_number;
mod fin_sum;
mod ha_cpu_domain;
mod ha_device_pin;
mod ha_drain;
mod ha_quorum;
mod ha_spof;
mod ha_storage;
mod inv_dates;
mod inv_openwrt_url;
mod inv_planned;
mod inv_same_attr;
mod inv_unknown;
mod met_sample;
mod ops_hours;
mod ops_staffing;
mod patch_coverage;
mod patch_sla_window;
mod plan_date;
mod plat_support;
pub(crate) mod rule_setting;
mod sec_clear_text;
mod sec_openwrt_clear;
mod sec_rotation;
mod sec_snmp_clear;
mod slo_actual;
mod slo_compose;
mod slo_consistent;
mod slo_source;
mod slo_spof;
mod sto_fit;
mod sto_monitor;
mod sto_thin;
mod sto_units;
mod svc_no_tier;
pub(crate) mod waiver_invalid;
pub(crate) mod waiver_unused;

use crate::Rule;
use native::{
    bak_unencrypted, cap_feed_load, cap_memory_slots, cap_ups_load, cap_ups_runtime,
    chg_backup_before, chg_bypass, cmp_dup_key, cmp_exposure, cmp_hardening, cmp_macvlan_host,
    cmp_mode_ports, cmp_net_claim, cmp_port_open, cmp_public_cert, cmp_replicas_port, doc_diagram,
    doc_encoding, doc_link, doc_residue, fw_conflict, fw_default, fw_docker_bypass, fw_scope,
    fw_syntax, ha_expected_votes, img_pin, img_updater, inv_guest_id, inv_rack, inv_serial,
    plat_cmd, ref_container, ref_path, run_destructive, run_exec, run_ref, sec_default_password,
    sec_guest_privileged, ssh_lockout, ssh_no_login, ssh_password_login, ssh_root_login,
    sto_dev_name, sto_disk_owner, sto_fs_selfheal, sto_fstab, sto_guest_pool, sto_raid_usable,
    sto_rebuild_ure, sto_replica_fit, sto_scrub_layer, sto_tier_value, sto_writehole,
    sudo_nopassword, ups_unwatched,
};
use network::{
    exposure_review, net_any_source, net_cable_ends, net_cgnat, net_container_address,
    net_dns_address, net_dns_record, net_dns_secondary, net_dns_tld, net_double_nat, net_egress,
    net_exposure_denied, net_flow_conflict, net_flow_missing, net_guest_network, net_gw, net_link,
    net_matrix, net_overlap, net_portcount, net_reserved_range, net_tailnet_funnel,
    net_tailnet_route, net_tailnet_ssh, net_transitive, net_tunnel, net_wireguard,
};

use observed::{
    cert_expiry, cron_dead_man, cron_failed, cron_never_ran, cron_overlap, cron_update_first,
    ctr_database_open, ctr_env_secret, ctr_hardening, ctr_health, ctr_image, ctr_limits,
    ctr_rights, ctr_shared_network, cve_known_exploited, dhcp_two_servers, disk_filesystem_full,
    disk_not_mounted, disk_pool_degraded, disk_scrub_overdue, disk_smart, disk_storage_full,
    disk_thin_full, dns_loop, dns_records, dns_upstream, eol_observed, guest_no_agent,
    guest_no_autostart, guest_no_job, guest_privileged, guest_snapshot_old, guest_start_order,
    job_replication_failed, job_task_failed, kube_claim_unbound, kube_cron_no_success,
    kube_node_not_ready, kube_version_skew, kube_workload_unready, obs_stale, patch_pending,
    patch_reboot, pbs_backup_old, pbs_datastore_full, pbs_garbage, pbs_job_failed, pbs_task_failed,
    pbs_unverified, pbs_verify_failed, port_missing, port_unjustified, pve_quorum,
    pve_user_no_second_factor, ssh_forwarding, ssh_key_unowned, ssh_key_weak, ssh_weak_algorithms,
    sudo_undeclared, tailnet_key_expiry, time_off, time_unsynced, truenas_alert,
    truenas_share_open, truenas_task_failed, unit_failed, ups_no_protection, ups_nobody_told,
    ups_on_battery, ups_replace_battery, ups_runtime, user_undeclared,
};

/// Every rule, sorted by id.
pub const RULES: &[Rule] = &[
    alt_gap::RULE,
    alt_target_overlap::RULE,
    alt_too_late::RULE,
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
    bak_space::RULE,
    bak_target_size::RULE,
    bak_unencrypted::RULE,
    cap_feed_load::RULE,
    cap_growth::RULE,
    cap_memory_slots::RULE,
    cap_n1::RULE,
    cap_one_number::RULE,
    cap_overcommit::RULE,
    cap_sum::RULE,
    cap_terms::RULE,
    cap_unit::RULE,
    cap_ups_load::RULE,
    cap_ups_runtime::RULE,
    cert_expiry::RULE,
    chg_backup_before::RULE,
    chg_bypass::RULE,
    chg_leadtime::RULE,
    claim_config::RULE,
    claim_evidence::RULE,
    claim_req::RULE,
    claim_state::RULE,
    claim_term::RULE,
    cmp_dup_key::RULE,
    cmp_exposure::RULE,
    cmp_hardening::RULE,
    cmp_macvlan_host::RULE,
    cmp_mode_ports::RULE,
    cmp_net_claim::RULE,
    cmp_port_open::RULE,
    cmp_public_cert::RULE,
    cmp_replicas_port::RULE,
    cost_complete::RULE,
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
    dhcp_two_servers::RULE,
    disk_filesystem_full::RULE,
    disk_not_mounted::RULE,
    disk_pool_degraded::RULE,
    disk_scrub_overdue::RULE,
    disk_smart::RULE,
    disk_storage_full::RULE,
    disk_thin_full::RULE,
    dns_loop::RULE,
    dns_records::RULE,
    dns_upstream::RULE,
    doc_diagram::RULE,
    doc_encoding::RULE,
    doc_link::RULE,
    doc_residue::RULE,
    dr_circular::RULE,
    dr_drill_capacity::RULE,
    dr_rto_feasible::RULE,
    dr_rto_procure::RULE,
    dr_rto_response::RULE,
    dr_unattended_boot::RULE,
    eol_component::RULE,
    eol_observed::RULE,
    eol_os::RULE,
    exposure_review::RULE,
    fin_breakeven::RULE,
    fin_double::RULE,
    fin_one_number::RULE,
    fin_sum::RULE,
    fw_conflict::RULE,
    fw_default::RULE,
    fw_docker_bypass::RULE,
    fw_scope::RULE,
    fw_syntax::RULE,
    guest_no_agent::RULE,
    guest_no_autostart::RULE,
    guest_no_job::RULE,
    guest_privileged::RULE,
    guest_snapshot_old::RULE,
    guest_start_order::RULE,
    ha_cpu_domain::RULE,
    ha_device_pin::RULE,
    ha_drain::RULE,
    ha_expected_votes::RULE,
    ha_quorum::RULE,
    ha_spof::RULE,
    ha_storage::RULE,
    img_pin::RULE,
    img_updater::RULE,
    inv_dates::RULE,
    inv_guest_id::RULE,
    inv_openwrt_url::RULE,
    inv_planned::RULE,
    inv_rack::RULE,
    inv_same_attr::RULE,
    inv_serial::RULE,
    inv_unknown::RULE,
    job_replication_failed::RULE,
    job_task_failed::RULE,
    kube_claim_unbound::RULE,
    kube_cron_no_success::RULE,
    kube_node_not_ready::RULE,
    kube_version_skew::RULE,
    kube_workload_unready::RULE,
    met_sample::RULE,
    net_any_source::RULE,
    net_cable_ends::RULE,
    net_cgnat::RULE,
    net_container_address::RULE,
    net_dns_address::RULE,
    net_dns_record::RULE,
    net_dns_secondary::RULE,
    net_dns_tld::RULE,
    net_double_nat::RULE,
    net_egress::RULE,
    net_exposure_denied::RULE,
    net_flow_conflict::RULE,
    net_flow_missing::RULE,
    net_guest_network::RULE,
    net_gw::RULE,
    net_link::RULE,
    net_matrix::RULE,
    net_overlap::RULE,
    net_portcount::RULE,
    net_reserved_range::RULE,
    net_tailnet_funnel::RULE,
    net_tailnet_route::RULE,
    net_tailnet_ssh::RULE,
    net_transitive::RULE,
    net_tunnel::RULE,
    net_wireguard::RULE,
    obs_stale::RULE,
    ops_hours::RULE,
    ops_staffing::RULE,
    patch_coverage::RULE,
    patch_pending::RULE,
    patch_reboot::RULE,
    patch_sla_window::RULE,
    pbs_backup_old::RULE,
    pbs_datastore_full::RULE,
    pbs_garbage::RULE,
    pbs_job_failed::RULE,
    pbs_task_failed::RULE,
    pbs_unverified::RULE,
    pbs_verify_failed::RULE,
    plan_date::RULE,
    plat_cmd::RULE,
    plat_support::RULE,
    port_missing::RULE,
    port_unjustified::RULE,
    pve_quorum::RULE,
    pve_user_no_second_factor::RULE,
    ref_container::RULE,
    ref_path::RULE,
    rule_setting::RULE,
    run_destructive::RULE,
    run_exec::RULE,
    run_ref::RULE,
    sec_clear_text::RULE,
    sec_default_password::RULE,
    sec_guest_privileged::RULE,
    sec_openwrt_clear::RULE,
    sec_rotation::RULE,
    sec_snmp_clear::RULE,
    slo_actual::RULE,
    slo_compose::RULE,
    slo_consistent::RULE,
    slo_source::RULE,
    slo_spof::RULE,
    ssh_forwarding::RULE,
    ssh_key_unowned::RULE,
    ssh_key_weak::RULE,
    ssh_lockout::RULE,
    ssh_no_login::RULE,
    ssh_password_login::RULE,
    ssh_root_login::RULE,
    ssh_weak_algorithms::RULE,
    sto_dev_name::RULE,
    sto_disk_owner::RULE,
    sto_fit::RULE,
    sto_fs_selfheal::RULE,
    sto_fstab::RULE,
    sto_guest_pool::RULE,
    sto_monitor::RULE,
    sto_raid_usable::RULE,
    sto_rebuild_ure::RULE,
    sto_replica_fit::RULE,
    sto_scrub_layer::RULE,
    sto_thin::RULE,
    sto_tier_value::RULE,
    sto_units::RULE,
    sto_writehole::RULE,
    sudo_nopassword::RULE,
    sudo_undeclared::RULE,
    svc_no_tier::RULE,
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
    ups_unwatched::RULE,
    user_undeclared::RULE,
    waiver_invalid::RULE,
    waiver_unused::RULE,
];
