//! From a declared lab to what its Proxmox VE would be, if it were as declared.

use crate::state::{Guest, Kind, State, Storage, Thin};
use model::declare::OptExt as _;
use model::id;
use model::lab::Lab;
use model::lab::guest::{ClusterKind, Guest as Declared, GuestKind};
use model::lab::storage::PoolKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Numbers of guests of which none is declared begin here.
const FIRST: u32 = 9_000;

impl State {
    /// The cluster of this name with its guests and pools, or the host of this name alone.
    pub fn of_lab(lab: &Lab, name: &str) -> Self {
        let cluster = lab
            .clusters
            .get(name)
            .filter(|c| c.kind.known() == Some(&ClusterKind::Proxmox));
        let members = members(lab, name);
        let mut state = Self::single(members.first().map_or(name, String::as_str));
        members.iter().skip(1).for_each(|m| state.add_node(m));
        state.cluster = cluster.map(|_| name.to_owned());
        for (node, there) in &mut state.nodes {
            let hardware = lab.hosts.get(node).and_then(|h| h.about.hardware.as_ref());
            let cpu = hardware.and_then(|h| h.cpu.as_ref());
            let threads = cpu.and_then(|c| c.threads.known().or(c.cores.known()));
            there.cpus = threads.copied().unwrap_or(there.cpus);
            there.memory = hardware
                .and_then(|h| h.memory.known())
                .map_or(there.memory, |m| m.bytes());
        }
        state.pools_of(lab, &members, name);
        let first = members.first().map_or(name, String::as_str);
        for (id, guest_name, guest) in guests(lab, name) {
            // A guest of the whole cluster is on its first node.
            let on = guest.on.known().map_or(first, |on| on.name());
            let node = if state.nodes.contains_key(on) {
                on
            } else {
                first
            };
            let there = of_guest(guest_name, guest, node, id);
            if guest.ha.known() == Some(&true) {
                let kind = if there.kind == Kind::Qemu { "vm" } else { "ct" };
                let resource = crate::state::Resource {
                    state: "started".to_owned(),
                    wanted: "started".to_owned(),
                };
                state.ha.insert(format!("{kind}:{id}"), resource);
            }
            state.guests.insert(id, there);
        }
        state
    }

    fn pools_of(&mut self, lab: &Lab, members: &[String], cluster: &str) {
        for (name, pool) in &lab.pools {
            let Some(on) = pool.on.known() else { continue };
            let shared = on.kind() == id::Kind::Cluster && on.name() == cluster;
            if !shared && !members.iter().any(|m| m == on.name()) {
                continue;
            }
            let total = pool
                .usable
                .known()
                .or(pool.raw.known())
                .map_or(500_000_000_000, |s| s.bytes());
            let used = pool.used.known().map_or(total / 3, |s| s.bytes());
            let storage = Storage {
                kind: word(pool.kind.known()).to_owned(),
                content: "images,rootdir".to_owned(),
                shared,
                nodes: if shared {
                    Vec::new()
                } else {
                    vec![on.name().to_owned()]
                },
                total,
                used,
                volumes: Vec::new(),
            };
            self.storages.insert(name.clone(), storage);
            let node = self
                .nodes
                .get_mut(on.name())
                .filter(|_| pool.kind.known() == Some(&PoolKind::LvmThin));
            if let Some(node) = node {
                node.thin.push(Thin {
                    vg: "pve".to_owned(),
                    lv: name.clone(),
                    size: total,
                    used,
                    metadata_size: total / 100,
                    metadata_used: total / 1000,
                });
            }
        }
    }
}

/// The nodes of a cluster, or the host alone.
pub fn members(lab: &Lab, name: &str) -> Vec<String> {
    let cluster = lab.clusters.get(name);
    let cluster = cluster.filter(|c| c.kind.known() == Some(&ClusterKind::Proxmox));
    match cluster {
        Some(cluster) => {
            let members = cluster.members.iter();
            members.map(|m| m.value.name().to_owned()).collect()
        }
        None => vec![name.to_owned()],
    }
}

/// The guests of a cluster, or of a host alone, with their numbers, by the order of their names.
pub fn guests<'a>(lab: &'a Lab, name: &str) -> Vec<(u32, &'a str, &'a Declared)> {
    let members = members(lab, name);
    let mut next = FIRST;
    let here = lab.guests.iter().filter(|(_, guest)| {
        let on = guest.on.known().map(|on| on.name());
        on.is_some_and(|on| on == name || members.iter().any(|m| m == on))
    });
    let numbered = here.map(|(guest_name, guest)| {
        let id = guest.id.known().copied().unwrap_or_else(|| {
            next += 1;
            next
        });
        (id, guest_name.as_str(), guest)
    });
    numbered.collect()
}

/// The product's word for a kind of storage.
fn word(kind: Option<&PoolKind>) -> &'static str {
    match kind {
        Some(PoolKind::Zfs) => "zfspool",
        Some(PoolKind::Lvm) => "lvm",
        Some(PoolKind::LvmThin) => "lvmthin",
        Some(PoolKind::Ceph) => "rbd",
        Some(PoolKind::Btrfs) => "btrfs",
        Some(PoolKind::Nfs) => "nfs",
        Some(PoolKind::Smb) => "cifs",
        Some(PoolKind::Iscsi) => "iscsi",
        Some(PoolKind::Md | PoolKind::Directory) | None => "dir",
    }
}

/// A configuration as the product writes it: memory in MiB, as text for virtual machines and as number for containers.
fn of_guest(name: &str, guest: &Declared, node: &str, id: u32) -> Guest {
    let kind = match guest.kind.known() {
        Some(GuestKind::Lxc) => Kind::Lxc,
        _ => Kind::Qemu,
    };
    let mut config: BTreeMap<String, Value> = BTreeMap::new();
    let mut set = |key: &str, value: Value| drop(config.insert(key.to_owned(), value));
    let own = guest.name.known().map_or(name, String::as_str);
    set(kind.name_key(), json!(own));
    if let Some(cores) = guest.cores.known() {
        set("cores", json!(cores));
    }
    let mib = guest.memory.known().map_or(512, |m| m.bytes() >> 20);
    let mac = format!("BC:24:11:00:{:02X}:{:02X}", id >> 8 & 0xFF, id & 0xFF);
    match kind {
        Kind::Qemu => {
            set("memory", json!(mib.to_string()));
            set("sockets", json!(1));
            set(
                "smbios1",
                json!(format!("uuid=5d1c6f0e-0000-4000-8000-{id:012x}")),
            );
            set("scsihw", json!("virtio-scsi-single"));
            set(
                "net0",
                json!(format!("virtio={mac},bridge=vmbr0,firewall=1")),
            );
        }
        Kind::Lxc => {
            set("memory", json!(mib));
            set(
                "swap",
                json!(guest.swap.known().map_or(512, |m| m.bytes() >> 20)),
            );
            set(
                "unprivileged",
                json!(u8::from(guest.privileged.known() != Some(&true))),
            );
            set(
                "net0",
                json!(format!(
                    "name=eth0,bridge=vmbr0,hwaddr={mac},ip=dhcp,type=veth"
                )),
            );
        }
    }
    set(
        "onboot",
        json!(u8::from(guest.autostart.known() == Some(&true))),
    );
    for (nth, disk) in guest.disks.values().enumerate() {
        let pool = disk.pool.known().map_or("local-lvm", |p| p.name());
        let gib = disk.size.known().map_or(8, |s| s.bytes() >> 30);
        let key = match (kind, nth) {
            (Kind::Qemu, nth) => format!("scsi{nth}"),
            (Kind::Lxc, 0) => "rootfs".to_owned(),
            (Kind::Lxc, nth) => format!("mp{}", nth - 1),
        };
        let volume = if kind == Kind::Qemu { "vm" } else { "subvol" };
        set(
            &key,
            json!(format!("{pool}:{volume}-{id}-disk-{nth},size={gib}G")),
        );
    }
    Guest {
        kind,
        node: node.to_owned(),
        running: guest.template.known() != Some(&true),
        config,
        snapshots: BTreeMap::new(),
    }
}
