//! A state of Terraform or OpenTofu, version 4: guests of Proxmox by the providers of bpg and Telmate.
//!
//! Of each resource the attributes that are named here are read and no others, so that nothing that is sensitive, and no variable of
//! a container, comes further than this file.

use crate::found::{Disk, Found, Guest, Sort};
use crate::name;
use model::lab::guest::GuestKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The version of states that is read.
const VERSION: u64 = 4;

/// Reads a state.
///
/// # Errors
/// `PATH:LINE: what is wrong`.
pub fn read(source: &str, text: &str) -> Result<Found, String> {
    let state = parsed(source, text)?;
    let resources = state.get("resources").and_then(Value::as_array);
    let resources = resources
        .ok_or_else(|| format!("{source}: it is no state of Terraform: it has no resources"))?;
    let mut found = Found::default();
    let mut other: BTreeMap<String, usize> = BTreeMap::new();
    let mut sensitive = 0;
    for resource in resources {
        let text = |key: &str| {
            resource
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        if text("mode") == "data" {
            continue;
        }
        let kind = text("type").to_owned();
        let instances = resource.get("instances").and_then(Value::as_array);
        for instance in instances.into_iter().flatten() {
            let hidden = instance
                .get("sensitive_attributes")
                .and_then(Value::as_array);
            sensitive += hidden.map_or(0, Vec::len);
            let attributes = instance.get("attributes").unwrap_or(&Value::Null);
            match guest(&kind, attributes) {
                None => *other.entry(kind.clone()).or_default() += 1,
                Some(Some(mut guest)) => {
                    guest.from = BTreeSet::from([source.to_owned()]);
                    found.guests.push(guest);
                }
                Some(None) => {
                    let of = format!("{kind}.{}", text("name"));
                    found.say(Sort::LeftOut, &of, "it has no name or no node");
                }
            }
        }
    }
    for (kind, n) in other {
        let what = match kind.as_str() {
            "docker_container" => {
                "containers without a Compose project have no place in the tree yet"
            }
            _ => "resources of this type are not understood",
        };
        found.say(
            Sort::LeftOut,
            source,
            format!("{n} × {}: {what}", name::shown(&kind)),
        );
    }
    if sensitive > 0 {
        found.say(
            Sort::Hidden,
            source,
            format!("{sensitive} sensitive attributes, not read"),
        );
    }
    Ok(found)
}

/// The document, if it is a state of the version that is read.
fn parsed(source: &str, text: &str) -> Result<Value, String> {
    let state: Value = serde_json::from_str(text).map_err(|e| {
        let what = match e.is_eof() {
            true => "the text ends too early: the state is cut off",
            false => "it is not JSON",
        };
        format!("{source}:{}: {what}", e.line())
    })?;
    if state.get("encrypted_data").is_some() {
        return Err(format!(
            "{source}: the state is encrypted; `tofu state pull` writes it in clear text"
        ));
    }
    match state.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => {
            return Err(format!(
                "{source}: it is a state of version {other}; version {VERSION} is read"
            ));
        }
        None => {
            return Err(format!(
                "{source}: it is no state of Terraform: it has no version"
            ));
        }
    }
    Ok(state)
}

/// A guest, if resources of this type are guests; within, if it has a name and a node.
fn guest(kind: &str, attributes: &Value) -> Option<Option<Guest>> {
    match kind {
        "proxmox_virtual_environment_vm" => Some(bpg(attributes, GuestKind::Vm)),
        "proxmox_virtual_environment_container" => Some(bpg(attributes, GuestKind::Lxc)),
        "proxmox_vm_qemu" => Some(telmate(attributes, GuestKind::Vm)),
        "proxmox_lxc" => Some(telmate(attributes, GuestKind::Lxc)),
        _ => None,
    }
}

/// The only block of this name, or the first of a list of them.
fn block<'a>(of: &'a Value, key: &str) -> &'a Value {
    match of.get(key) {
        Some(Value::Array(all)) => all.first().unwrap_or(&Value::Null),
        Some(one @ Value::Object(_)) => one,
        _ => &Value::Null,
    }
}

fn text(of: &Value, key: &str) -> Option<String> {
    of.get(key)
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
}

/// A number, which some providers write as text.
fn number(of: &Value, key: &str) -> Option<u64> {
    let value = of.get(key)?;
    value
        .as_u64()
        .or_else(|| value.as_str()?.parse().ok())
        .filter(|n| *n > 0)
}

fn flag(of: &Value, key: &str) -> Option<bool> {
    of.get(key).and_then(Value::as_bool)
}

fn mib(n: u64) -> Option<u64> {
    n.checked_mul(1 << 20)
}

fn gib(n: u64) -> Option<u64> {
    n.checked_mul(1 << 30)
}

fn uuid(text: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_hexdigit() || c == '-';
    (text.len() == 36 && text.chars().all(good)).then(|| text.to_lowercase())
}

fn mac(text: &str) -> Option<String> {
    let bytes: Vec<&str> = text.split(':').collect();
    let byte = |b: &&str| b.len() == 2 && b.chars().all(|c| c.is_ascii_hexdigit());
    (bytes.len() == 6 && bytes.iter().all(byte)).then(|| text.to_uppercase())
}

fn empty(name: String, node: String, kind: GuestKind) -> Guest {
    Guest {
        name,
        from: BTreeSet::new(),
        cluster: None,
        node,
        id: None,
        smbios: None,
        kind: Some(kind),
        cores: None,
        memory: None,
        swap: None,
        autostart: None,
        template: false,
        ha: None,
        privileged: None,
        os: None,
        mac: None,
        disks: BTreeMap::new(),
    }
}

/// `bpg/proxmox`: blocks are lists, sizes of disks are in GiB, memory in MiB.
fn bpg(of: &Value, kind: GuestKind) -> Option<Guest> {
    let lxc = kind == GuestKind::Lxc;
    let (cpu, memory) = (block(of, "cpu"), block(of, "memory"));
    let called = match lxc {
        true => text(block(of, "initialization"), "hostname"),
        false => text(of, "name"),
    };
    let mut guest = empty(called?, text(of, "node_name")?, kind);
    guest.id = number(of, "vm_id").and_then(|n| n.try_into().ok());
    guest.smbios = text(block(of, "smbios"), "uuid").and_then(|t| uuid(&t));
    let sockets = number(cpu, "sockets").unwrap_or(1);
    guest.cores = number(cpu, "cores").and_then(|c| c.checked_mul(sockets));
    guest.memory = number(memory, "dedicated").and_then(mib);
    guest.swap = memory
        .get("swap")
        .and_then(Value::as_u64)
        .filter(|_| lxc)
        .and_then(mib);
    guest.autostart = flag(of, if lxc { "start_on_boot" } else { "on_boot" });
    guest.template = flag(of, "template") == Some(true);
    guest.privileged = flag(of, "unprivileged").filter(|_| lxc).map(|u| !u);
    guest.os = text(block(of, "operating_system"), "type")
        .filter(|_| lxc)
        .and_then(|t| system(&t));
    guest.mac = text(
        block(
            of,
            if lxc {
                "network_interface"
            } else {
                "network_device"
            },
        ),
        "mac_address",
    )
    .and_then(|t| mac(&t));
    let disks = of.get("disk").and_then(Value::as_array);
    for disk in disks.into_iter().flatten() {
        let slot = match lxc {
            true => Some("rootfs".to_owned()),
            false => text(disk, "interface").and_then(|s| name::of(&s)),
        };
        if let Some(slot) = slot {
            guest.disks.insert(
                slot,
                Disk {
                    storage: text(disk, "datastore_id"),
                    size: number(disk, "size").and_then(gib),
                    ..Disk::default()
                },
            );
        }
    }
    Some(guest)
}

/// `Telmate/proxmox`: one level, memory in MiB, sizes as `32G`.
fn telmate(of: &Value, kind: GuestKind) -> Option<Guest> {
    let lxc = kind == GuestKind::Lxc;
    let mut guest = empty(
        text(of, if lxc { "hostname" } else { "name" })?,
        text(of, "target_node")?,
        kind,
    );
    guest.id = number(of, "vmid").and_then(|n| n.try_into().ok());
    guest.smbios = text(block(of, "smbios"), "uuid").and_then(|t| uuid(&t));
    let sockets = number(of, "sockets").filter(|_| !lxc).unwrap_or(1);
    guest.cores = number(of, "cores").and_then(|c| c.checked_mul(sockets));
    guest.memory = number(of, "memory").and_then(mib);
    guest.swap = of
        .get("swap")
        .and_then(Value::as_u64)
        .filter(|_| lxc)
        .and_then(mib);
    guest.autostart = flag(of, "onboot");
    guest.privileged = flag(of, "unprivileged").filter(|_| lxc).map(|u| !u);
    guest.os = text(of, "ostype").filter(|_| lxc).and_then(|t| system(&t));
    guest.mac =
        text(block(of, "network"), if lxc { "hwaddr" } else { "macaddr" }).and_then(|t| mac(&t));
    if lxc {
        let root = block(of, "rootfs");
        let disk = Disk {
            storage: text(root, "storage"),
            size: text(root, "size")
                .and_then(|t| t.strip_suffix('G')?.parse().ok())
                .and_then(gib),
            ..Disk::default()
        };
        if disk != Disk::default() {
            guest.disks.insert("rootfs".to_owned(), disk);
        }
    }
    Some(guest)
}

fn system(text: &str) -> Option<String> {
    name::of(text).filter(|t| t != "unmanaged")
}
