//! Virtual machines and containers.

use super::{flag, record};
use crate::call::{Call, Refused};
use crate::state::{Guest, Kind};
use crate::task::Work;
use serde_json::{Map, Value, json};

type Answered = Result<Value, Refused>;

/// Processors: of virtual machines, cores of all sockets.
pub(super) fn cpus(guest: &Guest) -> u64 {
    let sockets = guest.number("sockets").unwrap_or(1);
    guest.number("cores").unwrap_or(1) * sockets
}

/// Bytes; the configuration has MiB.
pub(super) fn memory(guest: &Guest) -> u64 {
    guest.number("memory").unwrap_or(512) << 20
}

pub(crate) fn vms(call: &mut Call<'_>) -> Answered {
    list(call, Kind::Qemu)
}

pub(crate) fn containers(call: &mut Call<'_>) -> Answered {
    list(call, Kind::Lxc)
}

fn list(call: &Call<'_>, kind: Kind) -> Answered {
    let here = call
        .state
        .guests
        .iter()
        .filter(|(_, g)| g.kind == kind && g.node == call.arg("node"));
    let seen = here.filter(|(id, _)| call.may(&format!("/vms/{id}"), &["VM.Audit"]));
    Ok(seen.map(|(id, guest)| row(*id, guest)).collect())
}

fn row(id: u32, guest: &Guest) -> Value {
    record([
        ("vmid", json!(id)),
        ("name", json!(guest.name())),
        (
            "status",
            json!(if guest.running { "running" } else { "stopped" }),
        ),
        ("cpus", json!(cpus(guest))),
        ("maxmem", json!(memory(guest))),
        ("maxdisk", json!(8_u64 << 30)),
        ("uptime", json!(if guest.running { 86_400 } else { 0 })),
        (
            "template",
            guest.config.get("template").cloned().unwrap_or(Value::Null),
        ),
        (
            "tags",
            guest.config.get("tags").cloned().unwrap_or(Value::Null),
        ),
        (
            "lock",
            guest.config.get("lock").cloned().unwrap_or(Value::Null),
        ),
    ])
}

fn find(call: &Call<'_>) -> Result<(u32, Guest), Refused> {
    let missing = || {
        let (node, id) = (call.arg("node"), call.arg("vmid"));
        Refused::new(
            500,
            format!("Configuration file 'nodes/{node}/qemu-server/{id}.conf' does not exist"),
        )
    };
    let id: u32 = call
        .arg("vmid")
        .parse()
        .map_err(|_| Refused::argument("vmid", "type check ('integer') failed"))?;
    let guest = call
        .state
        .guests
        .get(&id)
        .filter(|g| g.node == call.arg("node"));
    guest.map(|g| (id, g.clone())).ok_or_else(missing)
}

pub(crate) fn config(call: &mut Call<'_>) -> Answered {
    let (_, guest) = find(call)?;
    let mut config: Map<String, Value> = guest.config.into_iter().collect();
    config.insert("digest".to_owned(), json!("b4e1c8f02d"));
    Ok(Value::Object(config))
}

pub(crate) fn current(call: &mut Call<'_>) -> Answered {
    let (id, guest) = find(call)?;
    let sid = format!(
        "{}:{id}",
        if guest.kind == Kind::Qemu { "vm" } else { "ct" }
    );
    let mut row = row(id, &guest);
    if let Some(map) = row.as_object_mut() {
        map.insert(
            "ha".to_owned(),
            json!({"managed": flag(call.state.ha.contains_key(&sid))}),
        );
    }
    Ok(row)
}

pub(crate) fn firewall(call: &mut Call<'_>) -> Answered {
    find(call)?;
    Ok(json!({"enable": 0, "digest": "da39a3ee5e"}))
}

pub(crate) fn snapshots(call: &mut Call<'_>) -> Answered {
    let (_, guest) = find(call)?;
    let named = guest
        .snapshots
        .iter()
        .map(|(name, at)| json!({"name": name, "description": "", "snaptime": at}));
    let current = json!({"name": "current", "description": "You are here!", "digest": "b4e1", "running": flag(guest.running)});
    Ok(named.chain([current]).collect())
}

/// A guest that something works on is left alone by others.
pub(super) fn lock(guest: &mut Guest, word: &str) -> Result<(), Refused> {
    if let Some(held) = guest.config.get("lock").and_then(Value::as_str) {
        let kind = if guest.kind == Kind::Qemu { "VM" } else { "CT" };
        return Err(Refused::new(500, format!("{kind} is locked ({held})")));
    }
    guest.config.insert("lock".to_owned(), json!(word));
    Ok(())
}

fn work(call: &mut Call<'_>, verb: &str, seconds: i64, work: Work) -> Answered {
    let (id, guest) = find(call)?;
    if let Some(held) = guest.config.get("lock").and_then(Value::as_str) {
        return Err(Refused::new(500, format!("VM is locked ({held})")));
    }
    let kind = format!(
        "{}{verb}",
        if guest.kind == Kind::Qemu { "qm" } else { "vz" }
    );
    let who = call.who.clone();
    Ok(json!(call.state.begin(
        &guest.node,
        &kind,
        &id.to_string(),
        &who,
        seconds,
        work
    )))
}

pub(crate) fn start(call: &mut Call<'_>) -> Answered {
    let (id, guest) = find(call)?;
    if guest.running && guest.kind == Kind::Qemu {
        return Err(Refused::new(500, format!("VM {id} already running")));
    }
    work(call, "start", 3, Work::Start)
}

pub(crate) fn stop(call: &mut Call<'_>) -> Answered {
    work(call, "stop", 2, Work::Stop { gently: false })
}

pub(crate) fn shutdown(call: &mut Call<'_>) -> Answered {
    work(call, "shutdown", 20, Work::Stop { gently: true })
}

pub(crate) fn reboot(call: &mut Call<'_>) -> Answered {
    work(call, "reboot", 30, Work::Reboot)
}

pub(crate) fn snapshot(call: &mut Call<'_>) -> Answered {
    let name = call.arg("snapname").to_owned();
    let (id, guest) = find(call)?;
    if guest.snapshots.contains_key(&name) {
        return Err(Refused::new(
            500,
            format!("snapshot name '{name}' already used"),
        ));
    }
    let answer = work(call, "snapshot", 5, Work::Snapshot(name))?;
    if let Some(guest) = call.state.guests.get_mut(&id) {
        guest.config.insert("lock".to_owned(), json!("snapshot"));
    }
    Ok(answer)
}
