//! Interfaces of products that a simulator answers: Proxmox VE, one per cluster or host alone, Proxmox Backup Server, and OpenWrt.

use crate::design::{Absent, Design, InterfaceTwin, Simulated};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::ClusterKind;
use plan::interface::{self, By};
use std::collections::{BTreeMap, BTreeSet};

/// Adds the interfaces of clusters and of hosts that are in none, and those of backup servers.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
    let backup = interface::all(lab).into_iter();
    let backup: Vec<ObjectRef> = backup
        .filter(|i| i.pbs().is_some())
        .map(|i| i.object)
        .collect();
    let mut members = BTreeSet::new();
    let mut wanted = Vec::new();
    for (name, cluster) in &lab.clusters {
        if cluster.kind.known() != Some(&ClusterKind::Proxmox) {
            continue;
        }
        let nodes = cluster.members.iter().map(|m| m.value.name().to_owned());
        let nodes: Vec<String> = nodes.collect();
        members.extend(nodes.iter().cloned());
        wanted.push((ObjectRef::new(Kind::Cluster, name), nodes));
    }
    for (name, host) in &lab.hosts {
        let of = ObjectRef::new(Kind::Host, name);
        let os = host.os.known().map(String::as_str);
        // A host has one interface: what is declared of it says which.
        let is_pve = matches!(os, Some("proxmox-ve" | "pve")) && !backup.contains(&of);
        if is_pve && !members.contains(name) {
            wanted.push((of, vec![name.clone()]));
        }
    }
    for (of, nodes) in wanted {
        let machine = |node: &String| {
            let found = design.machine_of(&ObjectRef::new(Kind::Host, node))?;
            Some((node.clone(), found.name.clone()))
        };
        let nodes: BTreeMap<String, String> = nodes.iter().filter_map(machine).collect();
        let Some(first) = nodes.values().next().cloned() else {
            continue;
        };
        design.interfaces.push(InterfaceTwin {
            of,
            product: Simulated::ProxmoxVe,
            machine: first,
            nodes,
        });
    }
    for of in backup {
        if let Ok(machine) = place(design, &of) {
            design.interfaces.push(InterfaceTwin {
                of,
                product: Simulated::ProxmoxBackupServer,
                machine,
                nodes: BTreeMap::new(),
            });
        }
    }
    add_routers(lab, design);
}

/// Adds those of routers that a namespace stands for.
fn add_routers(lab: &Lab, design: &mut Design) {
    for interface in interface::all(lab) {
        let router = design.router_of(&interface.object).map(|r| r.name.clone());
        if let (By::OpenWrt(_), Some(machine)) = (interface.by, router) {
            design.interfaces.push(InterfaceTwin {
                of: interface.object,
                product: Simulated::OpenWrt,
                machine,
                nodes: BTreeMap::new(),
            });
        }
    }
}

/// The machine that a backup server answers on, or why there is none.
fn place(design: &Design, of: &ObjectRef) -> Result<String, String> {
    let Some(machine) = design.machine_of(of) else {
        let why = design
            .why_absent(of)
            .unwrap_or("its machine is not declared");
        return Err(format!("its machine is not there: {why}"));
    };
    let mut others = design.interfaces.iter().filter(|i| i.of != *of);
    match others.find(|i| i.machine == machine.name) {
        Some(other) => Err(format!("the API of {} answers on its machine", other.of)),
        None => Ok(machine.name.clone()),
    }
}

/// Backup servers and routers that are declared and do not answer in the twin, with the reason.
pub fn absent(lab: &Lab, design: &Design) -> Vec<Absent> {
    let all = interface::all(lab).into_iter();
    all.filter_map(|interface| {
        let of = interface.object;
        let why = match interface.by {
            By::Pbs(_) => place(design, &of).err()?,
            By::OpenWrt(_) if design.router_of(&of).is_some() => return None,
            By::OpenWrt(_) => {
                "no namespace stands for it: it is the gateway of no network".to_owned()
            }
            By::Pve(_)
            | By::Other(_)
            | By::Nut(_)
            | By::Snmp(_)
            | By::Kubernetes(_)
            | By::TrueNas(_) => return None,
        };
        Some(Absent { of, why })
    })
    .collect()
}
