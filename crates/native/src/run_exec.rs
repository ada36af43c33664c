//! A document tells people to run what the platform does not have.

use crate::call::{Call, calls, object};
use crate::standing::away;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::{Given, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{ClusterKind, StackKind};
use model::lab::network::NetworkKind;
use model::lab::protection::RepositoryKind;
use model::lab::storage::{Filesystem, Pool, PoolKind};
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "run-exec",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A runbook has a command of a product that the lab does not have.",
    rationale: "A step that cannot be run is found when it is needed, by somebody who is in a hurry. Such steps come from guides for other \
        systems, and show that nobody has gone through the runbook.",
    example: "`ceph -s` in a runbook of a lab whose pools are ZFS and iSCSI",
    controls: &["CIS v8 11.5", "ISO 27001:2022 A.5.37"],
    mend: Mend::None("the command of the system that is there is another one"),
    run,
};

/// Whether a lab has a product.
enum Has {
    Yes,
    /// It does not; what it has instead.
    No(String),
    Unknown,
}

/// Programs that come with a product, from its manual.
struct Tool {
    product: &'static str,
    programs: &'static [&'static str],
    has: fn(&Lab) -> Has,
}

const TOOLS: &[Tool] = &[
    Tool {
        product: "Ceph",
        programs: &["ceph", "rbd", "rados", "cephadm", "ceph-volume", "pveceph"],
        has: |lab| match cluster(lab, &[ClusterKind::Ceph]) {
            Has::Yes => Has::Yes,
            _ => pool(lab, |p| kind(p) == Some(PoolKind::Ceph)),
        },
    },
    Tool {
        product: "Proxmox VE",
        programs: &[
            "pvecm",
            "pvesm",
            "pvesh",
            "pveversion",
            "qm",
            "pct",
            "vzdump",
            "ha-manager",
            "qmrestore",
        ],
        has: proxmox,
    },
    Tool {
        product: "ZFS",
        programs: &["zpool", "zfs"],
        has: zfs,
    },
    Tool {
        product: "Linux software RAID",
        programs: &["mdadm"],
        has: |lab| pool(lab, |p| kind(p) == Some(PoolKind::Md)),
    },
    Tool {
        product: "Btrfs",
        programs: &["btrfs"],
        has: |lab| {
            pool(lab, |p| {
                kind(p) == Some(PoolKind::Btrfs) || p.filesystem.known() == Some(&Filesystem::Btrfs)
            })
        },
    },
    Tool {
        product: "LVM",
        programs: &[
            "lvs",
            "vgs",
            "pvs",
            "lvcreate",
            "lvextend",
            "lvremove",
            "vgextend",
            "lvconvert",
        ],
        has: |lab| {
            pool(lab, |p| {
                matches!(kind(p), Some(PoolKind::Lvm | PoolKind::LvmThin))
            })
        },
    },
    Tool {
        product: "Kubernetes",
        programs: &["kubectl", "helm", "k3s", "kustomize", "flux", "velero"],
        has: |lab| {
            cluster(
                lab,
                &[ClusterKind::K3s, ClusterKind::Rke2, ClusterKind::Kubernetes],
            )
        },
    },
    Tool {
        product: "Docker",
        programs: &["docker", "docker-compose"],
        has: docker,
    },
    Tool {
        product: "Proxmox Backup Server",
        programs: &["proxmox-backup-client", "proxmox-backup-manager"],
        has: |lab| repository(lab, RepositoryKind::Pbs),
    },
    Tool {
        product: "Borg",
        programs: &["borg", "borgmatic"],
        has: |lab| repository(lab, RepositoryKind::Borg),
    },
    Tool {
        product: "restic",
        programs: &["restic"],
        has: |lab| repository(lab, RepositoryKind::Restic),
    },
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for document in ctx.documents.by_name.values() {
        let mut seen = BTreeSet::new();
        for call in calls(document) {
            let program = call.program();
            let tool = TOOLS.iter().find(|t| t.programs.contains(&program));
            // What a container brings along is its own.
            let Some(tool) = tool.filter(|_| !call.inside) else {
                continue;
            };
            let verdict = on_host(ctx.lab, &call, tool).unwrap_or_else(|| (tool.has)(ctx.lab));
            let Has::No(instead) = verdict else { continue };
            if !seen.insert(program) {
                continue;
            }
            let line = document.line(call.command.span);
            let d = RULE
                .finding(format!(
                    "document '{}' runs '{}' in line {line}, but the lab has no {}",
                    document.name,
                    call.shown(),
                    tool.product
                ))
                .at(call.command.span, format!("'{program}' comes with {}", tool.product))
                .note(instead)
                .help("write the command of the system that is there, and go through the runbook once");
            out.add(object(document), d);
        }
    }
}

/// A command of Proxmox on a machine that has another system.
fn on_host(lab: &Lab, call: &Call<'_>, tool: &Tool) -> Option<Has> {
    let name = call.host.filter(|_| tool.product == "Proxmox VE")?;
    let os = lab.hosts.get(name)?.os.known()?;
    Some(match os.starts_with("proxmox") {
        true => Has::Yes,
        false => Has::No(format!("host '{name}' has '{os}'")),
    })
}

fn kind(pool: &Pool) -> Option<PoolKind> {
    pool.kind.known().copied()
}

/// Whether some pool is of a sort; what pools there are, if none is.
fn pool(lab: &Lab, fits: fn(&Pool) -> bool) -> Has {
    let said = |p: &Pool| kind(p).map_or("unknown", PoolKind::word);
    if lab.pools.values().any(fits) {
        return Has::Yes;
    }
    let apart = &lab.apart.pools;
    let mut all = lab.pools.values().chain(apart.values()).peekable();
    if all.peek().is_none() || all.any(|p| kind(p).is_none()) {
        return Has::Unknown;
    }
    let there = lab.pools.iter();
    let there = there.map(|(name, p)| format!("{name} ({})", said(p)));
    let apart = apart.iter().map(|(name, p)| {
        let object = ObjectRef::new(Kind::Pool, name);
        let status = away(lab, &object).unwrap_or("planned");
        format!("{name} ({}, {status})", said(p))
    });
    let list: Vec<String> = there.chain(apart).collect();
    Has::No(format!("pools of the lab: {}", list.join(", ")))
}

fn cluster(lab: &Lab, kinds: &[ClusterKind]) -> Has {
    let known: Vec<Option<ClusterKind>> = lab
        .clusters
        .values()
        .map(|c| c.kind.known().copied())
        .collect();
    if known.iter().flatten().any(|k| kinds.contains(k)) {
        return Has::Yes;
    }
    let stacks = lab.stacks.values().filter_map(|s| s.kind.known());
    let on_kubernetes = stacks.into_iter().any(|k| *k != StackKind::Compose);
    let nothing = known.is_empty() && lab.stacks.is_empty() && lab.guests.is_empty();
    if nothing || on_kubernetes || known.contains(&None) {
        return Has::Unknown;
    }
    let list: Vec<String> = lab
        .clusters
        .iter()
        .filter_map(|(n, c)| Some(format!("{n} ({})", c.kind.known()?)))
        .collect();
    Has::No(match list.is_empty() {
        true => "the lab has no clusters".to_owned(),
        false => format!("clusters of the lab: {}", list.join(", ")),
    })
}

fn proxmox(lab: &Lab) -> Has {
    let of = |os: &str| os.starts_with("proxmox") || os == "pve";
    let systems: Vec<Option<&str>> = lab
        .hosts
        .values()
        .map(|h| h.os.known().map(String::as_str))
        .collect();
    let clustered = lab
        .clusters
        .values()
        .any(|c| c.kind.known() == Some(&ClusterKind::Proxmox));
    if clustered || systems.iter().flatten().any(|os| of(os)) {
        return Has::Yes;
    }
    if systems.is_empty() || systems.contains(&None) {
        return Has::Unknown;
    }
    let list: BTreeSet<&str> = systems.into_iter().flatten().collect();
    Has::No(format!(
        "systems of its hosts: {}",
        Vec::from_iter(list).join(", ")
    ))
}

fn zfs(lab: &Lab) -> Has {
    let nas = |os: &str| os.contains("truenas") || os.contains("freebsd");
    match lab
        .hosts
        .values()
        .filter_map(|h| h.os.known())
        .any(|os| nas(os))
    {
        true => Has::Yes,
        false => pool(lab, |p| kind(p) == Some(PoolKind::Zfs)),
    }
}

fn docker(lab: &Lab) -> Has {
    let compose = lab
        .stacks
        .values()
        .any(|s| s.kind.known().is_none_or(|k| *k == StackKind::Compose));
    let bridge = lab
        .networks
        .values()
        .any(|n| n.about.kind.known() == Some(&NetworkKind::Docker));
    let images = lab.services.values().any(|s| s.image.is_some());
    match (compose || bridge || images, lab.stacks.is_empty()) {
        (true, _) => Has::Yes,
        (false, true) => Has::Unknown,
        (false, false) => Has::No("none of its stacks is a Compose project".to_owned()),
    }
}

fn repository(lab: &Lab, wanted: RepositoryKind) -> Has {
    let of = |k: &Given<RepositoryKind>| k.value().copied();
    let kinds: Vec<Option<RepositoryKind>> = lab
        .repositories
        .values()
        .map(|r| {
            r.about
                .kind
                .as_deref()
                .map_or(Some(RepositoryKind::Restic), of)
        })
        .collect();
    if kinds.contains(&Some(wanted)) {
        return Has::Yes;
    }
    if kinds.is_empty() || kinds.contains(&None) {
        return Has::Unknown;
    }
    let list: BTreeSet<&str> = kinds
        .into_iter()
        .flatten()
        .map(RepositoryKind::word)
        .collect();
    Has::No(format!(
        "kinds of its repositories: {}",
        Vec::from_iter(list).join(", ")
    ))
}
