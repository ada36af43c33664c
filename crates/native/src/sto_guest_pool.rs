//! A guest's disk where its hypervisor cannot reach it.

use crate::context::guest;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::storage::PoolKind;

pub const RULE: Rule = Rule {
    id: "sto-guest-pool",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A disk of a guest lies on a pool of another machine, and nothing leads there.",
    rationale: "A local pool is seen by its own machine. A guest that runs on another one has its disk elsewhere than is written, so that what is \
        computed of its room, its copies and its loss is about the wrong disks; or it runs elsewhere.",
    example: "pools: {tank: {kind: zfs, on: pve1}}   guests: {web: {kind: vm, on: pve2, disks: {root: {pool: tank}}}}",
    controls: &["CIS v8 1.1", "NIST CSF 2.0 ID.AM-01"],
    mend: Mend::None("which of the two is meant is known to the hypervisor"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, declared) in &ctx.lab.guests {
        let Some(host) = declared.on.known().filter(|on| on.kind() == Kind::Host) else {
            continue;
        };
        for (disk, about) in declared.disks.iter() {
            let Some((pool, span)) = about.pool.as_ref().and_then(|p| Some((p.value()?, p.span)))
            else {
                continue;
            };
            let lies = ctx.lab.pools.get(pool.name());
            let Some((on, kind)) = lies.and_then(|p| Some((p.on.as_ref()?, p.kind.known()?)))
            else {
                continue;
            };
            let local = !matches!(
                kind,
                PoolKind::Ceph | PoolKind::Iscsi | PoolKind::Nfs | PoolKind::Smb
            );
            let Some(at) = on.value().filter(|at| local && at.kind() == Kind::Host) else {
                continue;
            };
            if at.name() == host.name() {
                continue;
            }
            let d = RULE
                .finding(format!(
                    "disk '{}' of guest '{name}' lies on pool '{}' of host '{}', and the guest runs on host '{}'",
                    disk.0,
                    pool.name(),
                    at.name(),
                    host.name()
                ))
                .at(span, "")
                .and_at(on.span, format!("a local pool ({kind})"))
                .help("correct one of them; a share or volume over the network is a pool of its own: `kind: nfs` or `iscsi`, with `from` the pool that it comes from");
            out.add(guest(name), d);
        }
    }
}
