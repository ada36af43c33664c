//! A guest that shall be restarted elsewhere, and a disk that is not elsewhere.

use crate::context::{cluster, guest};
use crate::failover::{Failover, failovers};
use crate::shared_storage::{Reach, reach};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt;
use model::id::ObjectRef;
use model::lab::guest::{Cluster, ClusterKind};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "ha-storage",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A guest shall be restarted on another host, which does not reach its disks.",
    rationale: "High availability moves the right to run a guest, not its data. If a disk lies on the host that has failed, nothing can be started anywhere else. \
        The disk must be on storage that all members reach, or be replicated to the member that takes over; then up to one interval of replication is lost.",
    example: "guests: {wiki: {kind: vm, on: pve1, ha: true, disks: {root: {pool: local-of-pve1, size: 20GB}}}}",
    controls: &["ISO 27001:2022 A.8.14", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("storage that all members reach has to be there first"),
    run,
};

/// What is found of a guest.
struct Found<'a> {
    failover: Failover<'a>,
    /// Disk, its place, pool and the one host that reaches it.
    local: Vec<(&'a str, Span, &'a str, &'a str)>,
    /// What is not declared.
    open: Vec<String>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut told = BTreeSet::new();
    // Guests for which it is said once, of their cluster, are told together.
    let mut by_claim: BTreeMap<(&str, Option<&str>), Vec<Found<'_>>> = BTreeMap::new();
    for failover in failovers(ctx.lab) {
        let Some((name, cluster)) = failover.cluster else {
            continue;
        };
        if !failover.guest.disks.is_empty() {
            told.insert(name);
        }
        let own = failover.guest.ha.is_some().then_some(failover.name);
        let found = disks(ctx, failover, (name, cluster));
        by_claim.entry((name, own)).or_default().push(found);
    }
    for ((name, own), found) in &by_claim {
        let object = own.map_or_else(|| cluster(name), guest);
        report(&object, found, out);
    }
    for (name, c) in &ctx.lab.clusters {
        let hypervisors = c.kind.known() == Some(&ClusterKind::Proxmox);
        if hypervisors && !told.contains(name.as_str()) {
            nothing_shared(ctx, name, c, out);
        }
    }
}

fn disks<'a>(
    ctx: &Context<'a>,
    failover: Failover<'a>,
    cluster: (&'a str, &'a Cluster),
) -> Found<'a> {
    let (mut local, mut open) = (Vec::new(), Vec::new());
    let name = failover.name;
    if failover.guest.disks.is_empty() {
        open.push(format!("no disk of '{name}' is declared"));
    }
    for (label, disk) in &failover.guest.disks {
        let Some(pool) = disk.pool.known() else {
            open.push(format!(
                "the pool of disk '{label}' of '{name}' is not declared"
            ));
            continue;
        };
        match reach(ctx.lab, pool.name(), cluster, name) {
            Reach::Shared | Reach::Replicated | Reach::Outside => {}
            Reach::Local(host) => local.push((label.0.as_str(), disk.span, pool.name(), host)),
            Reach::Unknown => open.push(format!(
                "nothing says on which machine pool '{}' is",
                pool.name()
            )),
        }
    }
    Found {
        failover,
        local,
        open,
    }
}

fn report(object: &ObjectRef, all: &[Found<'_>], out: &mut Findings) {
    let Some(said) = all.first().map(|f| f.failover.said) else {
        return;
    };
    let bad: Vec<&Found<'_>> = all.iter().filter(|f| !f.local.is_empty()).collect();
    let who: Vec<&str> = bad.iter().map(|f| f.failover.name).collect();
    if !bad.is_empty() {
        let message = match bad.as_slice() {
            [one] => {
                let place = one
                    .local
                    .first()
                    .map(|(_, _, pool, host)| format!("pool '{pool}' is on '{host}' alone"));
                format!(
                    "guest '{}' cannot be restarted elsewhere: {}",
                    one.failover.name,
                    place.unwrap_or_default()
                )
            }
            _ => format!(
                "guests {} cannot be restarted elsewhere: each has a disk that only one host reaches",
                names(&who)
            ),
        };
        let mut d = RULE
            .finding(message)
            .at(said, "shall be restarted elsewhere");
        for found in bad.iter().take(3) {
            if let Some((_, span, _, host)) = found.local.first() {
                d = d.and_at(*span, format!("lost, or out of reach, with '{host}'"));
            }
        }
        let disks: usize = all.iter().map(|f| f.failover.guest.disks.len()).sum();
        let local: Vec<&(&str, Span, &str, &str)> = bad.iter().flat_map(|f| &f.local).collect();
        let mut pools: Vec<&str> = local.iter().map(|(_, _, pool, _)| *pool).collect();
        pools.sort_unstable();
        pools.dedup();
        d = d
            .note(format!("disks: {disks}, of which only one host reaches: {} (on {})", local.len(), names(&pools)))
            .help("move the disk to storage that all members reach, replicate it (`replications: {…: {from: GUEST, to: OTHER}}`), or write 'ha: false' and plan for a restore");
        out.add(object.clone(), d);
    }
    let open: Vec<&Found<'_>> = all
        .iter()
        .filter(|f| f.local.is_empty() && !f.open.is_empty())
        .collect();
    if !open.is_empty() {
        let who: Vec<&str> = open.iter().map(|f| f.failover.name).collect();
        let why: Vec<&str> = open
            .iter()
            .flat_map(|f| f.open.iter().map(String::as_str))
            .take(3)
            .collect();
        let word = if who.len() == 1 { "guest" } else { "guests" };
        let message = format!(
            "whether another host reaches the disks of {word} {}",
            names(&who)
        );
        out.add(
            object.clone(),
            RULE.unknown(message)
                .at(said, "restarted elsewhere")
                .note(why.join("; ")),
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
