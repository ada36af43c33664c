//! A guest's disk where its hypervisor cannot reach it.

use crate::context::guest;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::{OptExt as _, Ref};
use model::id::Kind;
use model::lab::Lab;
use model::lab::storage::PoolKind;
use std::fmt;

pub const RULE: Rule = Rule {
    id: "sto-guest-pool",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A disk of a guest lies on a pool of another machine, and nothing leads there.",
    rationale: "A local pool is seen by its own machine. A guest that runs on another one has its disk elsewhere than is written, so that what is \
        computed of its room, its copies and its loss is about the wrong disks; or it runs elsewhere. The same holds for a cluster that the machine is no member of.",
    example: "pools: {tank: {kind: zfs, on: pve1}}   guests: {web: {kind: vm, on: pve2, disks: {root: {pool: tank}}}}",
    controls: &["CIS v8 1.1", "NIST CSF 2.0 ID.AM-01"],
    mend: Mend::None("which of the two is meant is known to the hypervisor"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, declared) in &ctx.lab.guests {
        let Some(home) = declared.on.known().and_then(|on| Home::of(ctx.lab, on)) else {
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
            if home.has(at.name()) || home.reaches(ctx.lab, pool.name()) {
                continue;
            }
            let d = RULE
                .finding(format!(
                    "disk '{}' of guest '{name}' lies on pool '{}' of host '{}', and the guest runs on {home}",
                    disk.0,
                    pool.name(),
                    at.name()
                ))
                .at(span, "")
                .and_at(on.span, format!("a local pool ({kind})"))
                .help("correct one of them; a share or volume over the network is a pool of its own: `kind: nfs` or `iscsi`, with `from` the pool that it comes from");
            out.add(guest(name), d);
        }
    }
}

/// Where a guest runs.
enum Home<'a> {
    Host(&'a str),
    /// On any member, all of which are known.
    Cluster(&'a str, Vec<&'a str>),
}

impl<'a> Home<'a> {
    fn of<const SET: u64>(lab: &'a Lab, on: &'a Ref<SET>) -> Option<Self> {
        match on.kind() {
            Kind::Host => Some(Self::Host(on.name())),
            Kind::Cluster => {
                let members = &lab.clusters.get(on.name())?.members;
                let members: Vec<&str> = members.iter().map(|m| m.value.name()).collect();
                (!members.is_empty()).then(|| Self::Cluster(on.name(), members))
            }
            _ => None,
        }
    }

    /// It is said to be storage of the whole cluster.
    fn reaches(&self, lab: &Lab, pool: &str) -> bool {
        let Self::Cluster(name, _) = self else {
            return false;
        };
        let cluster = lab.clusters.get(*name);
        cluster.is_some_and(|c| c.storage.iter().any(|p| p.value.name() == pool))
    }

    fn has(&self, host: &str) -> bool {
        match self {
            Self::Host(name) => *name == host,
            Self::Cluster(_, members) => members.contains(&host),
        }
    }
}

impl fmt::Display for Home<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "host '{name}'"),
            Self::Cluster(name, members) => {
                let members = members.join(", ");
                write!(f, "cluster '{name}', whose members are {members}")
            }
        }
    }
}
