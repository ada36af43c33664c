//! A disk that a pool cannot have.

use crate::pools::{self, object};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::Lab;
use model::lab::storage::{Level, Pool, PoolKind};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "sto-disk-owner",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A pool is made of a whole disk that another pool has too, or that is in another machine.",
    rationale: "Space, redundancy and what is lost with a disk are added up from these lines. A disk that two pools claim, or that is in \
        another machine, makes every one of those figures wrong. Pools that share a disk by partitions say so with 'size', 'device' or 'from'.",
    example: "pools: {tank: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b]}, fast: {kind: zfs, on: nas, level: single, devices: [nas/b]}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("which pool has the disk is known to the machine"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str), (&str, Span, bool)> = BTreeMap::new();
    for (name, pool) in &ctx.lab.pools {
        let beside = pools::beside(ctx.lab, pool);
        let members = pools::members(ctx.lab, pool).into_iter();
        for member in members.chain(beside.into_iter().map(|(_, member)| member)) {
            let disk = format!("{}/{}", member.host, member.label);
            if let Some(home) = elsewhere(ctx.lab, pool, member.host) {
                let d = RULE
                    .finding(format!(
                        "pool '{name}' is on {home}, and its disk {disk} is in host '{}'",
                        member.host
                    ))
                    .at(member.span, format!("in host '{}'", member.host))
                    .help("name a disk of the pool's own machine, or correct 'on'");
                out.add(object(name), d);
            }
            if !is_whole(pool) {
                continue;
            }
            let volumes = is_of_volumes(pool);
            if let Some((other, first, also)) = seen.get(&(member.host, member.label)) {
                // Thin pools are parts of the volume group that has the disk.
                if volumes && *also && is_thin(ctx.lab, other, pool) {
                    continue;
                }
                let d = RULE
                    .finding(format!("disk {disk} is in pools '{other}' and '{name}'"))
                    .at(member.span, "named again")
                    .and_at(*first, format!("a whole disk of pool '{other}'"))
                    .help("name another disk; if both are on partitions of it, declare the 'size' or 'device' of each");
                out.add(object(name), d);
            } else {
                seen.insert((member.host, member.label), (name, member.span, volumes));
            }
        }
    }
}

/// The machine of the pool, if the disk cannot be there. Clusters and what goes over a network have disks of many.
fn elsewhere(lab: &Lab, pool: &Pool, host: &str) -> Option<String> {
    let on = pool.on.known()?;
    let remote = matches!(
        pool.kind.known(),
        Some(PoolKind::Ceph | PoolKind::Iscsi | PoolKind::Nfs | PoolKind::Smb)
    );
    let spread = pool.level.known() == Some(&Level::Replicated);
    // A guest may have a disk of its hypervisor passed through.
    let through = on.kind() == Kind::Guest
        && lab
            .guests
            .get(on.name())
            .and_then(|g| g.on.known())
            .is_some_and(|h| h.kind() == Kind::Cluster || h.name() == host);
    let own = on.kind() == Kind::Cluster || (on.kind() == Kind::Host && on.name() == host);
    (!own && !remote && !spread && !through)
        .then(|| format!("{} '{}'", on.kind().word(), on.name()))
}

/// Nothing says that it has a part of its disks only.
fn is_whole(pool: &Pool) -> bool {
    let parts = matches!(
        pool.kind.known(),
        Some(PoolKind::Directory | PoolKind::Iscsi | PoolKind::Nfs | PoolKind::Smb)
    );
    !parts && pool.size.is_none() && pool.device.is_none() && pool.from.is_none()
}

/// It is of LVM.
fn is_of_volumes(pool: &Pool) -> bool {
    matches!(pool.kind.known(), Some(PoolKind::Lvm | PoolKind::LvmThin))
}

/// One of the two is a thin pool.
fn is_thin(lab: &Lab, other: &str, pool: &Pool) -> bool {
    let thin = |pool: &Pool| pool.kind.known() == Some(&PoolKind::LvmThin);
    thin(pool) || lab.pools.get(other).is_some_and(thin)
}
