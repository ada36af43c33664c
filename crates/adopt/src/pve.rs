//! A cluster or a node of Proxmox VE that was looked at.

use crate::found::{Cluster, Disk, Found, Guest, Interface, Machine, Pool, Sort};
use crate::name;
use model::fact::{Completeness, FactKind, FactPath, TargetFacts};
use model::lab::guest::GuestKind;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A cluster and what it answered.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// The source as it was named.
    pub source: &'a str,
    /// As it is asked.
    pub interface: &'a Interface,
    /// What was seen.
    pub facts: &'a TargetFacts,
}

/// Lists that a declaration is made of. Others are for findings.
const NEEDED: [FactKind; 4] = [
    FactKind::PveCluster,
    FactKind::PveNode,
    FactKind::PveGuest,
    FactKind::PveStorage,
];

/// Nodes, guests and storages.
pub fn read(looked: &Looked<'_>) -> Found {
    let facts = looked.facts;
    let key = looked.interface.url.clone();
    let mut found = Found::default();
    let name = FactPath::new(FactKind::PveCluster, "name");
    let name = facts
        .facts
        .get(&name)
        .and_then(|f| f.seen.value()?.as_text());
    let mut cluster = Cluster {
        key: key.clone(),
        name: name.map(str::to_owned),
        from: BTreeSet::from([looked.source.to_owned()]),
        identity: facts.identity.clone(),
        nodes: BTreeSet::new(),
        whole: matches!(
            facts.collections.get(&FactKind::PveGuest),
            Some(Completeness::Yes(_))
        ),
        api: Some(looked.interface.clone()),
    };
    for (node, value) in facts.items(FactKind::PveNode) {
        cluster.nodes.insert(node.to_owned());
        found.hosts.push(machine(looked, node, value));
    }
    let ha: BTreeSet<&str> = facts
        .items(FactKind::PveHa)
        .filter_map(|(k, _)| k.split_once(':').map(|(_, id)| id))
        .collect();
    for (id, value) in facts.items(FactKind::PveGuest) {
        match guest(looked, id, value, ha.contains(id)) {
            Some(guest) => found.guests.push(guest),
            None => found.say(
                Sort::LeftOut,
                &format!("guest {id}"),
                "its number or its node is not understood",
            ),
        }
    }
    storages(facts, &key, &mut found);
    let called = cluster
        .name
        .clone()
        .unwrap_or_else(|| "the node".to_owned());
    gaps(facts, &called, &mut found);
    unread(facts, &called, &mut found);
    found.clusters.push(cluster);
    found
}

fn number(value: &Value, field: &str) -> Option<u64> {
    value.field(field)?.as_int().and_then(|n| n.try_into().ok())
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.field(field)?.as_text().map(str::to_owned)
}

fn machine(looked: &Looked<'_>, node: &str, value: &Value) -> Machine {
    Machine {
        name: node.to_owned(),
        from: BTreeSet::from([looked.source.to_owned()]),
        addresses: text(value, "address").into_iter().collect(),
        node_of: Some(looked.interface.url.clone()),
        os: Some("proxmox-ve".to_owned()),
        version: text(value, "version"),
        threads: number(value, "cpus"),
        memory: number(value, "memory"),
        ..Machine::default()
    }
}

fn guest(looked: &Looked<'_>, id: &str, value: &Value, ha: bool) -> Option<Guest> {
    let flag = |field: &str| value.field(field).and_then(Value::as_bool);
    let kind = match text(value, "kind")?.as_str() {
        "vm" => GuestKind::Vm,
        _ => GuestKind::Lxc,
    };
    let lxc = kind == GuestKind::Lxc;
    let unprivileged = text(value, "unprivileged");
    let nets = match value.field("nets") {
        Some(Value::Map(nets)) => nets.values().collect(),
        _ => Vec::new(),
    };
    Some(Guest {
        name: text(value, "name").unwrap_or_else(|| format!("guest-{id}")),
        from: BTreeSet::from([looked.source.to_owned()]),
        cluster: Some(looked.interface.url.clone()),
        node: text(value, "node")?,
        id: Some(id.parse().ok()?),
        smbios: text(value, "smbios"),
        kind: Some(kind),
        cores: number(value, "cores"),
        memory: number(value, "memory"),
        swap: number(value, "swap").filter(|_| lxc),
        // What is not written down is off; that its configuration was told shows by other parts of it.
        autostart: flag("autostart").or(value.field("disks").map(|_| false)),
        template: flag("template") == Some(true),
        ha: ha.then_some(true),
        privileged: (lxc && value.field("disks").is_some())
            .then(|| unprivileged.as_deref() != Some("1")),
        os: text(value, "ostype")
            .filter(|os| lxc && os != "unmanaged")
            .and_then(|os| name::of(&os)),
        mac: nets.first().and_then(|n| text(n, "mac")),
        disks: disks(value),
    })
}

/// Disks that hold data: no drives of discs, none that nothing uses, no stores of firmware.
fn disks(value: &Value) -> BTreeMap<String, Disk> {
    let Some(Value::Map(all)) = value.field("disks") else {
        return BTreeMap::new();
    };
    let holds = |slot: &str, disk: &Value| {
        let other = ["unused", "efidisk", "tpmstate"];
        text(disk, "media").as_deref() != Some("cdrom")
            && !other.iter().any(|o| slot.starts_with(o))
    };
    let disk = |value: &Value| Disk {
        storage: text(value, "storage"),
        size: number(value, "size"),
        mount: text(value, "mount"),
        no_backup: value.field("backup").and_then(Value::as_bool) == Some(false),
    };
    let kept = all.iter().filter(|(slot, d)| holds(slot, d));
    kept.map(|(slot, d)| (slot.clone(), disk(d))).collect()
}

/// Each storage once per node, or once if all nodes see the same.
fn storages(facts: &TargetFacts, cluster: &str, found: &mut Found) {
    let mut seen = BTreeSet::new();
    for (key, value) in facts.items(FactKind::PveStorage) {
        let Some((node, storage)) = key.split_once('/') else {
            continue;
        };
        let shared = value.field("shared").and_then(Value::as_bool) == Some(true);
        let node = (!shared).then(|| node.to_owned());
        if !seen.insert((node.clone(), storage.to_owned())) {
            continue;
        }
        let word = text(value, "type").unwrap_or_default();
        let kind = match word.as_str() {
            "dir" => Some("directory"),
            "lvm" => Some("lvm"),
            "lvmthin" => Some("lvm-thin"),
            "zfspool" | "zfs" => Some("zfs"),
            "btrfs" => Some("btrfs"),
            "nfs" => Some("nfs"),
            "cifs" => Some("smb"),
            "rbd" | "cephfs" => Some("ceph"),
            "iscsi" | "iscsidirect" => Some("iscsi"),
            _ => None,
        };
        if word == "pbs" || kind.is_none() {
            let text = format!("a storage of type {word} is no pool: declare what it is for");
            found.say(Sort::LeftOut, &format!("storage {storage}"), text);
            continue;
        }
        found.pools.push(Pool {
            name: storage.to_owned(),
            cluster: cluster.to_owned(),
            node,
            kind,
        });
    }
}

/// What the token does not see whole.
fn gaps(facts: &TargetFacts, called: &str, found: &mut Found) {
    for kind in NEEDED {
        if let Some(Completeness::No(why)) = facts.collections.get(&kind) {
            let text = format!("{}: there may be more ({why})", kind.word());
            found.say(Sort::Unseen, called, text);
        }
    }
    for error in &facts.errors {
        found.say(Sort::Unseen, called, error);
    }
}

/// What is seen and has no place in the declaration yet.
fn unread(facts: &TargetFacts, called: &str, found: &mut Found) {
    let kinds = [
        (FactKind::PveBackup, "backup jobs"),
        (FactKind::PveReplication, "replication jobs"),
    ];
    for (kind, what) in kinds {
        let all: Vec<&str> = facts.items(kind).map(|(id, _)| id).collect();
        if !all.is_empty() {
            let text = format!("{what} are observed, not declared: {}", all.join(", "));
            found.say(Sort::LeftOut, called, text);
        }
    }
}
