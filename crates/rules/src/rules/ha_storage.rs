//! A guest that shall be restarted elsewhere, and a disk that is not elsewhere.

use crate::context::{cluster, guest};
use crate::failover::{Failover, failovers};
use crate::shared_storage::{Reach, reach};
use crate::wording::names;
use crate::{Context, Findings, Rule};
use diag::Severity;
use model::declare::OptExt;
use model::lab::guest::{Cluster, ClusterKind};
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "ha-storage",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A guest shall be restarted on another host, which does not reach its disks.",
    rationale: "High availability moves the right to run a guest, not its data. If a disk lies on the host that has failed, nothing can be started anywhere else. \
        The disk must be on storage that all members reach, or be replicated to the member that takes over; then up to one interval of replication is lost.",
    example: "guests: {wiki: {kind: vm, on: pve1, ha: true, disks: {root: {pool: local-of-pve1, size: 20GB}}}}",
    controls: &["ISO 27001:2022 A.8.14", "NIST CSF 2.0 PR.IR-04"],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut told = BTreeSet::new();
    for f in failovers(ctx.lab) {
        disks(ctx, &f, out);
        if !f.guest.disks.is_empty() {
            told.extend(f.cluster.map(|(name, _)| name));
        }
    }
    for (name, c) in &ctx.lab.clusters {
        let hypervisors = c.kind.known() == Some(&ClusterKind::Proxmox);
        if hypervisors && !told.contains(name.as_str()) {
            nothing_shared(ctx, name, c, out);
        }
    }
}

fn disks(ctx: &Context<'_>, f: &Failover<'_>, out: &mut Findings) {
    let Some((key, cluster)) = f.cluster else {
        return;
    };
    if f.guest.disks.is_empty() {
        let message = format!(
            "whether another host reaches the disks of guest '{}': none is declared",
            f.name
        );
        out.add(
            guest(f.name),
            RULE.unknown(message).at(f.said, "restarted elsewhere"),
        );
        return;
    }
    let (mut local, mut open) = (Vec::new(), Vec::new());
    for (label, disk) in &f.guest.disks {
        let Some(pool) = disk.pool.known() else {
            open.push(format!("the pool of disk '{label}' is not declared"));
            continue;
        };
        match reach(ctx.lab, pool.name(), (key, cluster), f.name) {
            Reach::Shared | Reach::Replicated | Reach::Outside => {}
            Reach::Local(host) => local.push((label, disk.span, pool.name(), host)),
            Reach::Unknown => open.push(format!(
                "nothing says on which machine pool '{}' is",
                pool.name()
            )),
        }
    }
    if let Some((_, span, pool, host)) = local.first() {
        let labels: Vec<&str> = local.iter().map(|(l, ..)| l.0.as_str()).collect();
        let d = RULE
            .finding(format!(
                "guest '{}' cannot be restarted elsewhere: pool '{pool}' is on '{host}' alone",
                f.name
            ))
            .at(f.said, "shall be restarted elsewhere")
            .and_at(*span, format!("lost, or out of reach, with '{host}'"))
            .note(format!(
                "disks: {}, of which only one host reaches: {} ({})",
                f.guest.disks.len(),
                local.len(),
                names(&labels)
            ))
            .help("move the disk to storage that all members reach, replicate it (`replications: {…: {from: GUEST, to: OTHER}}`), or write 'ha: false' and plan for a restore");
        out.add(guest(f.name), d);
    } else if !open.is_empty() {
        let message = format!(
            "whether another host reaches the disks of guest '{}'",
            f.name
        );
        out.add(
            guest(f.name),
            RULE.unknown(message)
                .at(f.said, "restarted elsewhere")
                .note(open.join("; ")),
        );
    }
}

/// A cluster claims it, and no guest of it shows with what.
fn nothing_shared(ctx: &Context<'_>, name: &str, c: &Cluster, out: &mut Findings) {
    let Some(ha) = c.ha.as_ref().filter(|h| h.value() == Some(&true)) else {
        return;
    };
    let pools: Vec<&str> = ctx.lab.pools.keys().map(String::as_str).collect();
    let shared = |p: &&str| matches!(reach(ctx.lab, p, (name, c), ""), Reach::Shared);
    if !c.storage.is_empty() || pools.iter().any(shared) {
        return;
    }
    let d = RULE
        .finding(format!("cluster '{name}' shall restart guests elsewhere, but has no storage that all members reach"))
        .at(ha.span, "shall restart guests elsewhere")
        .note(format!("pools that all members reach: 0 of {} declared", pools.len()))
        .help("declare the shared or replicated pool (`storage: […]`), or write 'ha: false' until there is one");
    out.add(cluster(name), d);
}
