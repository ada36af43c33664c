//! What holds for one node.

use crate::VERSION;
use crate::call::{Call, Refused};
use crate::state::Node;
use serde_json::{Value, json};

type Answered = Result<Value, Refused>;

fn node<'a>(call: &'a Call<'_>) -> Result<&'a Node, Refused> {
    let name = call.arg("node");
    call.state
        .nodes
        .get(name)
        .ok_or_else(|| Refused::new(500, format!("no such node '{name}'")))
}

pub(crate) fn list(call: &mut Call<'_>) -> Answered {
    let row = |(name, node): (&String, &Node)| {
        let status = if node.online { "online" } else { "offline" };
        let mut row =
            json!({"id": format!("node/{name}"), "type": "node", "node": name, "status": status});
        let audit = call.may(&format!("/nodes/{name}"), &["Sys.Audit"]);
        if let (true, Some(row)) = (audit && node.online, row.as_object_mut()) {
            row.insert("maxcpu".to_owned(), json!(node.cpus));
            row.insert("maxmem".to_owned(), json!(node.memory));
            row.insert("mem".to_owned(), json!(node.memory / 3));
            row.insert("cpu".to_owned(), json!(0.07));
            row.insert("uptime".to_owned(), json!(864_000));
        }
        row
    };
    Ok(call.state.nodes.iter().map(row).collect())
}

pub(crate) fn status(call: &mut Call<'_>) -> Answered {
    let node = node(call)?;
    let total = 100_u64 << 30;
    Ok(json!({
        "cpu": 0.07, "uptime": 864_000, "loadavg": ["0.40", "0.35", "0.30"],
        "cpuinfo": {"cpus": node.cpus, "cores": node.cpus, "sockets": 1, "model": "Simulated", "mhz": "3000.000"},
        "memory": {"total": node.memory, "used": node.memory / 3, "free": node.memory - node.memory / 3, "available": node.memory - node.memory / 3},
        "rootfs": {"total": total, "used": total / 4, "free": total - total / 4, "avail": total - total / 4},
        "pveversion": format!("pve-manager/{VERSION}/d1a2c3b4e5f60718"),
        "current-kernel": {"release": node.kernel, "sysname": "Linux", "machine": "x86_64", "version": "#1 SMP"},
        "boot-info": {"mode": "efi", "secureboot": 0},
    }))
}

pub(crate) fn time(call: &mut Call<'_>) -> Answered {
    let now = call.state.now + node(call)?.clock_off;
    Ok(json!({"time": now, "localtime": now + 3600, "timezone": "Europe/Berlin"}))
}

pub(crate) fn network(call: &mut Call<'_>) -> Answered {
    let ip = &node(call)?.ip;
    Ok(json!([
        {"iface": "eno1", "type": "eth", "active": 1, "exists": 1, "method": "manual", "method6": "manual", "families": ["inet"], "priority": 3},
        {"iface": "vmbr0", "type": "bridge", "active": 1, "autostart": 1, "method": "static", "method6": "manual", "families": ["inet"], "priority": 4,
         "address": ip, "cidr": format!("{ip}/24"), "netmask": "24", "gateway": "192.0.2.1", "bridge_ports": "eno1", "bridge_stp": "off", "bridge_fd": "0"},
    ]))
}

pub(crate) fn disks(call: &mut Call<'_>) -> Answered {
    Ok(Value::Array(node(call)?.disks.clone()))
}

pub(crate) fn thin(call: &mut Call<'_>) -> Answered {
    let all = node(call)?.thin.iter();
    Ok(all
        .map(|t| json!({"lv": t.lv, "vg": t.vg, "lv_size": t.size, "used": t.used, "metadata_size": t.metadata_size, "metadata_used": t.metadata_used}))
        .collect())
}

fn package(name: &str, old: &str, new: &str) -> Value {
    json!({"Package": name, "Title": name, "Description": name, "Section": "admin", "Priority": "optional", "Arch": "amd64", "Origin": "Proxmox", "Version": new, "OldVersion": old})
}

pub(crate) fn updates(call: &mut Call<'_>) -> Answered {
    let all = node(call)?.updates.iter();
    Ok(all
        .map(|(name, old, new)| package(name, old, new))
        .collect())
}

pub(crate) fn versions(call: &mut Call<'_>) -> Answered {
    let mut row = package("pve-manager", VERSION, VERSION);
    if let Some(map) = row.as_object_mut() {
        map.insert("CurrentState".to_owned(), json!("Installed"));
    }
    node(call).map(|_| json!([row]))
}

/// How replication jobs of guests on this node went.
pub(crate) fn replication(call: &mut Call<'_>) -> Answered {
    let here = |guest: &Value| {
        let id = guest.as_u64().and_then(|n| u32::try_from(n).ok());
        let guest = id.and_then(|id| call.state.guests.get(&id));
        guest.is_some_and(|g| g.node == call.arg("node"))
    };
    let jobs = call.state.replication.iter().filter(|(_, v)| {
        here(&v["guest"]) && call.may(&format!("/vms/{}", v["guest"]), &["VM.Audit"])
    });
    let row = |(id, job): (&String, &Value)| {
        let failures = call
            .state
            .replication_failures
            .get(id)
            .copied()
            .unwrap_or(0);
        let mut row = job.clone();
        if let Some(map) = row.as_object_mut() {
            map.insert("fail_count".to_owned(), json!(failures));
            map.insert("last_sync".to_owned(), json!(call.state.now - 900));
            map.insert("duration".to_owned(), json!(4.2));
        }
        row
    };
    let rows: Vec<Value> = jobs.map(row).collect();
    Ok(Value::Array(rows))
}
