//! Storages and what lies in them.

use super::flag;
use crate::call::{Call, Refused};
use crate::state::Storage;
use serde_json::{Value, json};

type Answered = Result<Value, Refused>;

const SEE: &[&str] = &["Datastore.Audit", "Datastore.AllocateSpace"];

fn visible(call: &Call<'_>, name: &str) -> bool {
    call.may(&format!("/storage/{name}"), SEE)
}

fn on(storage: &Storage, node: &str) -> bool {
    storage.nodes.is_empty() || storage.nodes.iter().any(|n| n == node)
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a Storage, Refused> {
    let name = call.arg("storage");
    let found = call
        .state
        .storages
        .get(name)
        .filter(|s| on(s, call.arg("node")));
    found.ok_or_else(|| {
        Refused::new(
            500,
            format!(
                "storage '{name}' is not available on node '{}'",
                call.arg("node")
            ),
        )
    })
}

fn row(storage: &Storage) -> Value {
    json!({
        "type": storage.kind, "content": storage.content, "shared": flag(storage.shared), "active": 1, "enabled": 1,
        "total": storage.total, "used": storage.used, "avail": storage.total.saturating_sub(storage.used),
    })
}

pub(crate) fn list(call: &mut Call<'_>) -> Answered {
    let all = call
        .state
        .storages
        .iter()
        .filter(|(name, s)| on(s, call.arg("node")) && visible(call, name));
    let row = |(name, storage): (&String, &Storage)| {
        let mut row = row(storage);
        if let Some(map) = row.as_object_mut() {
            map.insert("storage".to_owned(), json!(name));
        }
        row
    };
    Ok(all.map(row).collect())
}

pub(crate) fn status(call: &mut Call<'_>) -> Answered {
    find(call).map(row)
}

pub(crate) fn content(call: &mut Call<'_>) -> Answered {
    let wanted = call.args.get("content");
    let of = call.args.get("vmid");
    let volumes = find(call)?.volumes.iter();
    let fits = |v: &&Value| {
        wanted.is_none_or(|w| v["content"] == **w)
            && of.is_none_or(|id| v["vmid"].as_u64() == id.parse().ok())
    };
    Ok(volumes.filter(fits).cloned().collect())
}

pub(crate) fn configured(call: &mut Call<'_>) -> Answered {
    let all = call
        .state
        .storages
        .iter()
        .filter(|(name, _)| visible(call, name));
    Ok(all.map(|(name, s)| json!({"storage": name, "type": s.kind, "content": s.content, "shared": flag(s.shared), "digest": "5a0c"})).collect())
}

/// Rows of `/cluster/resources`.
pub(super) fn resources(call: &Call<'_>) -> Vec<Value> {
    let mut rows = Vec::new();
    for (name, storage) in call
        .state
        .storages
        .iter()
        .filter(|(name, _)| visible(call, name))
    {
        for (node, _) in call.state.nodes.iter().filter(|(n, _)| on(storage, n)) {
            rows.push(json!({
                "id": format!("storage/{node}/{name}"), "type": "storage", "storage": name, "node": node, "status": "available", "plugintype": storage.kind,
                "content": storage.content, "shared": flag(storage.shared), "maxdisk": storage.total, "disk": storage.used,
            }));
        }
    }
    rows
}
