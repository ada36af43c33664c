//! Guests: the list of the cluster, which knows of those on silent nodes as well, and the configuration of each.

use super::{Look, keys};
use crate::client::segment;
use crate::pve::rights::sees;
use model::fact::{Completeness, FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;
use reading::found::{Fields, Found};
use reading::wire::{FromJson as _, Lax, rows};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const LIST: &str = "/cluster/resources?type=vm";
/// Guests whose configuration is asked for.
const MOST: usize = 2_000;
/// Single guests that are asked for where the list is not whole.
const SINGLE: usize = 100;
/// Keys of a configuration that are no free text.
const PLAIN: &[&str] = &[
    "agent",
    "arch",
    "balloon",
    "bios",
    "boot",
    "cmode",
    "cpu",
    "cpulimit",
    "features",
    "hotplug",
    "machine",
    "numa",
    "ostype",
    "parent",
    "protection",
    "scsihw",
    "startup",
    "unprivileged",
    "vga",
];

#[derive(Debug, Clone, Deserialize)]
struct Row {
    #[serde(rename = "type")]
    kind: String,
    vmid: i64,
    node: String,
    #[serde(default)]
    name: Lax<String>,
    #[serde(default)]
    status: Lax<String>,
    #[serde(default)]
    template: Lax<bool>,
    #[serde(default)]
    tags: Lax<String>,
    #[serde(default)]
    pool: Lax<String>,
    #[serde(default)]
    lock: Lax<String>,
    #[serde(default)]
    maxcpu: Lax<i64>,
    #[serde(default)]
    maxmem: Lax<i64>,
}

fn list(look: &Look<'_>) -> Result<(Vec<Row>, usize), Reason> {
    let all = look.answers.get(LIST)?;
    let read = rows::<Row>(all)
        .ok_or_else(|| Reason::new("/cluster/resources: the answer is not understood"))?;
    let known = |r: &Row| matches!(r.kind.as_str(), "qemu" | "lxc");
    let (rows, other): (Vec<Row>, Vec<Row>) = read.0.into_iter().partition(known);
    Ok((rows, read.1 + other.len()))
}

fn config(row: &Row) -> String {
    format!(
        "/nodes/{}/{}/{}/config",
        segment(&row.node),
        row.kind,
        row.vmid
    )
}

fn snapshots(row: &Row) -> String {
    format!(
        "/nodes/{}/{}/{}/snapshot",
        segment(&row.node),
        row.kind,
        row.vmid
    )
}

/// The configuration and the snapshots of every guest whose node answers.
pub(super) fn questions(look: &Look<'_>) -> Vec<String> {
    let rows = list(look).map(|(rows, _)| rows).unwrap_or_default();
    let silent = |row: &&Row| look.nodes.get(&row.node).copied().flatten() == Some(false);
    let here = rows.iter().filter(|r| !silent(r)).take(MOST);
    let configs = here.flat_map(|r| [config(r), snapshots(r)]);
    let lists = look.reachable().flat_map(own_lists);
    lists.chain(configs).collect()
}

/// The lists of one node, which the cluster's is compared with.
fn own_lists(node: &str) -> [String; 2] {
    ["qemu", "lxc"].map(|kind| format!("/nodes/{}/{kind}", segment(node)))
}

#[derive(Debug, Deserialize)]
struct Own {
    vmid: i64,
}

/// One thing is asked in two ways, because a list that is short for a reason that nobody thought of looks like any other.
fn doubted(look: &Look<'_>, rows: &[Row]) -> Option<Reason> {
    for node in look.reachable() {
        let mut own = BTreeSet::new();
        for path in own_lists(node) {
            match look.answers.get(&path).map(reading::wire::rows::<Own>) {
                Ok(Some((list, 0))) => own.extend(list.iter().map(|g| g.vmid)),
                Ok(_) => return Some(Reason::new(format!("{path}: the answer is not understood"))),
                Err(why) => return Some(why),
            }
        }
        let listed: BTreeSet<i64> = rows
            .iter()
            .filter(|r| r.node == node)
            .map(|r| r.vmid)
            .collect();
        if let Some(one) = listed.symmetric_difference(&own).next() {
            return Some(Reason::new(format!(
                "the list of the cluster and that of node {node} differ about guest {one}"
            )));
        }
    }
    None
}

pub(super) fn read(look: &Look<'_>, found: &mut Found) {
    let kind = FactKind::PveGuest;
    let rows = match list(look) {
        Ok((rows, 0)) => {
            let whole = look.rights.below("/vms", "VM.Audit");
            let doubt = look.doubt.clone().or_else(|| doubted(look, &rows));
            found.complete(kind, whole.and_then(|proof| doubt.map_or(Ok(proof), Err)));
            rows
        }
        Ok((rows, lost)) => {
            found.partial(
                kind,
                format!("/cluster/resources: {lost} rows are not understood"),
            );
            rows
        }
        Err(why) => {
            found.complete(kind, Err(why));
            return;
        }
    };
    let mut refused: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in &rows {
        let configured = look.answers.get(&config(row)).and_then(|c| {
            c.as_object()
                .ok_or_else(|| Reason::new("its configuration is not understood"))
        });
        if let Err(why) = &configured
            && look.nodes.get(&row.node).copied().flatten() != Some(false)
            && look.scope.collections.contains(&kind)
        {
            refused
                .entry(why.to_string().replace(&row.vmid.to_string(), "ID"))
                .or_default()
                .push(row.vmid);
        }
        let value = fields(look, row, configured.ok());
        let taken = look.answers.get(&snapshots(row)).ok().and_then(taken);
        let value = value.set("snapshots", taken.map(Value::Map));
        found.add(kind, row.vmid.to_string(), value, "/cluster/resources");
    }
    for (why, guests) in refused {
        let first: Vec<String> = guests.iter().take(5).map(ToString::to_string).collect();
        let more = if guests.len() > 5 {
            format!(" and {} more", guests.len() - 5)
        } else {
            String::new()
        };
        found.errors.push(format!(
            "configuration of {}{more}: {why}",
            first.join(", ")
        ));
    }
    let listed: BTreeSet<String> = rows.iter().map(|r| r.vmid.to_string()).collect();
    single(look, &listed, found);
}

/// One of a guest's snapshots; what runs now is listed among them, without a time.
#[derive(Debug, Deserialize)]
struct Taken {
    name: String,
    #[serde(default)]
    snaptime: Lax<i64>,
}

/// Snapshots by name with the second in which each was taken, if all of them are understood.
fn taken(answer: &Json) -> Option<BTreeMap<String, Value>> {
    let (all, lost) = rows::<Taken>(answer)?;
    let real = all.into_iter().filter(|t| t.name != "current");
    let time = |at: Option<i64>| at.map_or(Value::Text("no time told".to_owned()), Value::Int);
    let map = real.map(|t| (t.name, time(t.snaptime.0)));
    (lost == 0).then(|| map.collect())
}

/// Where the list is not whole for lack of rights: those that somebody asks for and the token would see are not there.
fn single(look: &Look<'_>, listed: &BTreeSet<String>, found: &mut Found) {
    let kind = FactKind::PveGuest;
    let partial = matches!(found.collections.get(&kind), Some(Completeness::No(_)));
    let trusted = look.doubt.is_none()
        && list(look).is_ok_and(|(rows, lost)| lost == 0 && doubted(look, &rows).is_none());
    if !partial || !trusted {
        return;
    }
    let wanted =
        keys(look.scope, kind).filter(|p| !listed.contains(&p.key) && p.key.parse::<u32>().is_ok());
    for path in wanted.take(SINGLE) {
        if sees(look.client, &format!("/vms/{}", path.key), "VM.Audit") {
            found.put(kind, path.key.as_str(), Seen::Absent, "/access/permissions");
        }
    }
}

fn fields(look: &Look<'_>, row: &Row, config: Option<&serde_json::Map<String, Json>>) -> Fields {
    let word = if row.kind == "qemu" { "vm" } else { "lxc" };
    let of = |key: &str| config.and_then(|c| c.get(key));
    let number = |key: &str| of(key).and_then(i64::from_json);
    let cores = match row.kind.as_str() {
        "qemu" => number("cores").map(|c| c.saturating_mul(number("sockets").unwrap_or(1))),
        _ => number("cores"),
    };
    // `2048`, or `current=2048` with newer versions.
    let text = of("memory").and_then(String::from_json);
    let mib = text.and_then(|m| {
        m.trim_start_matches("current=")
            .split(',')
            .next()?
            .parse::<i64>()
            .ok()
    });
    let bytes = |mib: i64| mib.checked_mul(1 << 20);
    let name_key = if row.kind == "qemu" {
        "name"
    } else {
        "hostname"
    };
    let name = of(name_key)
        .and_then(String::from_json)
        .or(row.name.0.clone());
    // Where the configuration leaves it to the product, the product's own figure is in the list.
    let fields = Fields::default()
        .set("kind", Some(word))
        .set("node", Some(row.node.as_str()))
        .set("name", name)
        .lax("status", row.status.clone())
        .lax("template", row.template.clone())
        .lax("tags", row.tags.clone())
        .lax("pool", row.pool.clone())
        .lax("lock", row.lock.clone())
        .set("cores", cores.or(row.maxcpu.0))
        .set("memory", mib.and_then(bytes).or(row.maxmem.0))
        .set("swap", number("swap").and_then(bytes));
    match config {
        Some(config) => with_config(look, fields, config),
        None => fields,
    }
}

/// What the configuration says beyond that. A key that is written only where it differs from the product's default is left out.
fn with_config(
    look: &Look<'_>,
    mut fields: Fields,
    config: &serde_json::Map<String, Json>,
) -> Fields {
    let flag = |key: &str| config.get(key).and_then(bool::from_json);
    fields = fields.set("autostart", flag("onboot"));
    let (mut disks, mut nets, mut devices, mut hidden) = (
        BTreeMap::new(),
        BTreeMap::new(),
        BTreeMap::new(),
        BTreeMap::new(),
    );
    for (key, value) in config {
        let Some(text) = String::from_json(value) else {
            continue;
        };
        let slot = key.trim_end_matches(|c: char| c.is_ascii_digit());
        let numbered = slot.len() < key.len();
        match slot {
            "scsi" | "virtio" | "sata" | "ide" | "efidisk" | "tpmstate" | "mp" | "unused"
                if numbered =>
            {
                drop(disks.insert(key.clone(), Value::from(disk(&text))))
            }
            "rootfs" => drop(disks.insert(key.clone(), Value::from(disk(&text)))),
            "net" if numbered => drop(nets.insert(key.clone(), Value::from(net(&text)))),
            "hostpci" | "usb" | "dev" | "serial" | "parallel" | "virtiofs" if numbered => {
                drop(devices.insert(key.clone(), Value::from(text)))
            }
            "smbios" if numbered => fields = fields.set("smbios", uuid(&text)),
            _ if PLAIN.contains(&key.as_str()) => fields = fields.set(key, Some(text)),
            "description" | "args" | "hookscript" | "cicustom" | "ciuser" | "cipassword"
            | "sshkeys" | "env" | "entrypoint" | "lxc" | "ipconfig" | "nameserver"
            | "searchdomain" => {
                drop(hidden.insert(
                    key.clone(),
                    Value::from(look.redactor.redact(&text).to_string()),
                ));
            }
            _ => {}
        }
    }
    let map = |m: BTreeMap<String, Value>| (!m.is_empty()).then_some(Value::Map(m));
    fields
        .set("disks", map(disks))
        .set("nets", map(nets))
        .set("devices", map(devices))
        .set("hidden", map(hidden))
}

/// The UUID among the settings of the SMBIOS; the others are free text.
fn uuid(text: &str) -> Option<String> {
    let uuid = text.split(',').find_map(|p| p.strip_prefix("uuid="))?;
    let is_digit = |c: char| c.is_ascii_hexdigit() || c == '-';
    (uuid.len() == 36 && uuid.chars().all(is_digit)).then(|| uuid.to_lowercase())
}

/// `local-lvm:vm-100-disk-0,size=32G,…`.
fn disk(text: &str) -> Fields {
    let mut parts = text.split(',');
    let volume = parts.next().filter(|v| !v.contains('='));
    let storage = volume.and_then(|v| v.split_once(':')).map(|(s, _)| s);
    let option = |name: &str| {
        text.split(',')
            .find_map(|p| p.strip_prefix(name)?.strip_prefix('='))
    };
    Fields::default()
        .set("volume", volume)
        .set("storage", storage)
        .set("size", option("size").and_then(size))
        .set("mount", option("mp"))
        .set("backup", option("backup").and_then(flag))
        .set("media", option("media"))
}

/// A truth value within a text, as Proxmox VE takes it.
fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "on" | "yes" | "true" => Some(true),
        "0" | "off" | "no" | "false" => Some(false),
        _ => None,
    }
}

/// `32G`, `512M`, `4T`; bytes without a letter.
fn size(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let shift = match unit {
        'K' => 10,
        'M' => 20,
        'G' => 30,
        'T' => 40,
        _ => 0,
    };
    let digits = if shift > 0 {
        text.strip_suffix(unit)?
    } else {
        text
    };
    let whole: Option<i64> = digits.parse().ok();
    whole.and_then(|n| n.checked_mul(1 << shift))
}

/// `virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20`, or `name=eth0,bridge=vmbr0,hwaddr=…`.
fn net(text: &str) -> Fields {
    let option = |name: &str| {
        text.split(',')
            .find_map(|p| p.strip_prefix(name)?.strip_prefix('='))
    };
    let is_mac = |t: &&str| {
        t.len() == 17
            && t.split(':')
                .all(|b| b.len() == 2 && b.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let first = text
        .split(',')
        .next()
        .and_then(|p| p.split_once('='))
        .map(|(_, mac)| mac);
    Fields::default()
        .set("mac", option("hwaddr").or(first).filter(is_mac))
        .set("bridge", option("bridge"))
        .set("tag", option("tag").and_then(|t| t.parse::<i64>().ok()))
        .set("firewall", option("firewall").and_then(flag))
        .set("ip", option("ip"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::value::Value;

    #[test]
    fn truth_has_several_words() {
        for (word, want) in [
            ("1", Some(true)),
            ("yes", Some(true)),
            ("On", Some(true)),
            ("true", Some(true)),
            ("0", Some(false)),
            ("no", Some(false)),
            ("off", Some(false)),
            ("maybe", None),
        ] {
            let told = |fields: Fields, name: &str| Value::from(fields).field(name).cloned();
            let backed = told(disk(&format!("local:1,size=1G,backup={word}")), "backup");
            assert_eq!(backed, want.map(Value::Bool), "{word}");
            let filtered = told(net(&format!("bridge=vmbr0,firewall={word}")), "firewall");
            assert_eq!(filtered, want.map(Value::Bool), "{word}");
        }
    }
}
