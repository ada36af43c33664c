//! What holds for the cluster as a whole.

use super::{flag, record};
use crate::VERSION;
use crate::call::{Call, Refused};
use serde_json::{Value, json};

type Answered = Result<Value, Refused>;

pub(crate) fn version(_: &mut Call<'_>) -> Answered {
    Ok(json!({"version": VERSION, "release": "9.1", "repoid": "d1a2c3b4e5f60718"}))
}

pub(crate) fn status(call: &mut Call<'_>) -> Answered {
    let state = &call.state;
    let mut rows = Vec::new();
    if let Some(name) = &state.cluster {
        rows.push(json!({
            "type": "cluster", "id": "cluster", "name": name, "nodes": state.nodes.len(), "version": state.nodes.len(), "quorate": flag(state.quorate()),
        }));
    }
    for (nth, (name, node)) in state.nodes.iter().enumerate() {
        rows.push(json!({
            "type": "node", "id": format!("node/{name}"), "name": name, "nodeid": if state.cluster.is_some() { nth + 1 } else { 0 }, "ip": node.ip,
            "online": flag(node.online), "local": flag(name == state.local()), "level": "",
        }));
    }
    Ok(Value::Array(rows))
}

pub(crate) fn resources(call: &mut Call<'_>) -> Answered {
    let only = call.args.get("type").map(String::as_str);
    let wants = |kind: &str| only.is_none_or(|o| o == kind);
    let mut rows = Vec::new();
    if wants("vm") {
        for (id, guest) in &call.state.guests {
            if call.may(&format!("/vms/{id}"), &["VM.Audit"]) {
                let pool = call
                    .state
                    .pools
                    .iter()
                    .find(|(_, m)| m.contains(id))
                    .map(|(p, _)| p);
                let reached = call.state.nodes.get(&guest.node).is_some_and(|n| n.online);
                let status = match (reached, guest.running) {
                    (false, _) => "unknown",
                    (true, true) => "running",
                    (true, false) => "stopped",
                };
                rows.push(record([
                    ("id", json!(format!("{}/{id}", guest.kind.word()))),
                    ("type", json!(guest.kind.word())),
                    ("vmid", json!(id)),
                    ("node", json!(guest.node)),
                    ("name", json!(guest.name())),
                    ("status", json!(status)),
                    ("pool", json!(pool)),
                    ("maxcpu", json!(super::guest::cpus(guest))),
                    ("maxmem", json!(super::guest::memory(guest))),
                    ("template", flag(guest.number("template") == Some(1))),
                    ("tags", json!(guest.config.get("tags"))),
                    ("lock", json!(guest.config.get("lock"))),
                ]));
            }
        }
    }
    if wants("node") {
        for (name, node) in &call.state.nodes {
            let status = if node.online { "online" } else { "offline" };
            let mut row = json!({"id": format!("node/{name}"), "type": "node", "node": name, "status": status});
            if let (true, Some(row)) = (
                call.may(&format!("/nodes/{name}"), &["Sys.Audit"]),
                row.as_object_mut(),
            ) {
                row.insert("maxcpu".to_owned(), json!(node.cpus));
                row.insert("maxmem".to_owned(), json!(node.memory));
            }
            rows.push(row);
        }
    }
    if wants("storage") {
        rows.extend(super::storage::resources(call));
    }
    Ok(Value::Array(rows))
}

pub(crate) fn nextid(call: &mut Call<'_>) -> Answered {
    let taken = |id: u32| call.state.guests.contains_key(&id);
    match call.args.get("vmid") {
        Some(text) => {
            let id: u32 = text
                .parse()
                .map_err(|_| Refused::argument("vmid", "type check ('integer') failed"))?;
            match taken(id) {
                true => Err(Refused::argument(
                    "vmid",
                    &format!("VM {id} already exists"),
                )),
                false => Ok(json!(id.to_string())),
            }
        }
        None => Ok(json!(
            (100..).find(|id| !taken(*id)).unwrap_or(100).to_string()
        )),
    }
}

pub(crate) fn ha_resources(call: &mut Call<'_>) -> Answered {
    let all = call.state.ha.iter();
    let row = |(sid, r): (&String, &crate::state::Resource)| {
        let kind = sid.split(':').next().unwrap_or("vm");
        json!({"sid": sid, "type": kind, "state": r.wanted, "max_restart": 1, "max_relocate": 1, "digest": "6d1a0b5d3f"})
    };
    Ok(all.map(row).collect())
}

pub(crate) fn ha_status(call: &mut Call<'_>) -> Answered {
    let state = &call.state;
    let local = state.local();
    let mut rows = vec![
        json!({"id": "quorum", "type": "quorum", "node": local, "status": if state.quorate() { "OK" } else { "No quorum!" }, "quorate": flag(state.quorate())}),
    ];
    if !state.ha.is_empty() {
        rows.push(json!({"id": "master", "type": "master", "node": local, "status": format!("{local} (active)"), "timestamp": state.now}));
    }
    for (sid, resource) in &state.ha {
        let id: u32 = sid
            .split(':')
            .nth(1)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let node = state.guests.get(&id).map_or(local, |g| g.node.as_str());
        rows.push(json!({
            "id": format!("service:{sid}"), "type": "service", "sid": sid, "node": node, "status": format!("{sid} ({node}, {})", resource.state),
            "state": resource.state, "crm_state": resource.state, "request_state": resource.wanted,
        }));
    }
    Ok(Value::Array(rows))
}

pub(crate) fn ha_rules(_: &mut Call<'_>) -> Answered {
    Ok(json!([]))
}

pub(crate) fn replication(call: &mut Call<'_>) -> Answered {
    let visible = |v: &&Value| call.may(&format!("/vms/{}", v["guest"]), &["VM.Audit"]);
    Ok(call
        .state
        .replication
        .values()
        .filter(visible)
        .cloned()
        .collect())
}

pub(crate) fn firewall_options(call: &mut Call<'_>) -> Answered {
    let fields = call.state.firewall.clone().into_iter();
    Ok(Value::Object(
        fields
            .chain([("digest".to_owned(), json!("da39a3ee5e"))])
            .collect(),
    ))
}

pub(crate) fn firewall_rules(call: &mut Call<'_>) -> Answered {
    let rules = call.state.rules.iter().enumerate();
    let numbered = rules.map(|(pos, rule)| {
        let mut rule = rule.clone();
        if let Some(map) = rule.as_object_mut() {
            map.insert("pos".to_owned(), json!(pos));
        }
        rule
    });
    Ok(numbered.collect())
}

pub(crate) fn firewall_groups(_: &mut Call<'_>) -> Answered {
    Ok(json!([]))
}

pub(crate) fn pools(call: &mut Call<'_>) -> Answered {
    let visible =
        |(name, _): &(&String, &Vec<u32>)| call.may(&format!("/pool/{name}"), &["Pool.Audit"]);
    let named = call.args.get("poolid");
    let pools = call
        .state
        .pools
        .iter()
        .filter(|(n, _)| named.is_none_or(|w| w == *n))
        .filter(visible);
    let row = |(name, members): (&String, &Vec<u32>)| {
        let mut row = json!({ "poolid": name });
        if let (true, Some(map)) = (named.is_some(), row.as_object_mut()) {
            let members = members.iter().filter_map(|id| {
                let kind = call.state.guests.get(id)?.kind;
                Some(json!({"id": format!("{}/{id}", kind.word()), "type": kind.word(), "vmid": id, "node": call.state.guests.get(id)?.node}))
            });
            map.insert("members".to_owned(), members.collect());
        }
        row
    };
    Ok(pools.map(row).collect())
}
