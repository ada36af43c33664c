//! Interfaces of products that a simulator answers: Proxmox VE, one per cluster or host alone.

use crate::design::{Design, InterfaceTwin};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::ClusterKind;
use std::collections::{BTreeMap, BTreeSet};

/// The port of the product.
pub const PORT: u16 = 8006;

/// Adds the interfaces of clusters, and of hosts that are in none.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
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
        let os = host.os.known().map(String::as_str);
        if matches!(os, Some("proxmox-ve" | "pve")) && !members.contains(name) {
            wanted.push((ObjectRef::new(Kind::Host, name), vec![name.clone()]));
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
            machine: first,
            nodes,
        });
    }
}
