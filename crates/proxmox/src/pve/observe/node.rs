//! Nodes: what each says of itself, its failed tasks, its pending updates.

use super::Look;
use super::cluster::by_name;
use crate::client::segment;
use crate::state::result;
use model::fact::FactKind;
use model::kleene::Reason;
use reading::found::{Fields, Found};
use reading::wire::{FromJson as _, Lax, rows};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Failed tasks of a node that are asked for.
const TASKS: usize = 200;
/// Clocks that differ by less are taken for equal: asking takes time too.
const CLOCK: i64 = 5;

fn at(node: &str, rest: &str) -> String {
    format!("/nodes/{}/{rest}", segment(node))
}

pub(super) fn replication(node: &str) -> String {
    at(node, "replication")
}

pub(super) fn storage(node: &str) -> String {
    at(node, "storage")
}

pub(super) fn thin(node: &str) -> String {
    at(node, "disks/lvmthin")
}

fn tasks(node: &str) -> String {
    at(node, &format!("tasks?errors=1&limit={TASKS}"))
}

fn updates(node: &str) -> String {
    at(node, "apt/update")
}

/// What is asked of every node that is not offline.
pub(super) fn questions(look: &Look<'_>, asked: &BTreeSet<FactKind>) -> Vec<String> {
    let mut out = Vec::new();
    for node in look.reachable() {
        let mut ask = |kind: FactKind, path: String| {
            if asked.contains(&kind) {
                out.push(path);
            }
        };
        ask(FactKind::PveNode, at(node, "status"));
        ask(FactKind::PveNode, at(node, "time"));
        ask(FactKind::PveReplication, replication(node));
        ask(FactKind::PveStorage, storage(node));
        ask(FactKind::PveThin, thin(node));
        ask(FactKind::PveTask, tasks(node));
        ask(FactKind::PveUpdate, updates(node));
    }
    out
}

pub(super) fn read(look: &Look<'_>, found: &mut Found) {
    let members = by_name(&look.answers);
    for (name, online) in &look.nodes {
        let status = look.answers.get(&at(name, "status")).ok();
        let within = |pointer: &str| status.and_then(|s| s.pointer(pointer));
        let number = |pointer: &str| within(pointer).and_then(i64::from_json);
        let time = look
            .answers
            .get(&at(name, "time"))
            .ok()
            .and_then(|t| t.get("time"))
            .and_then(i64::from_json);
        let off = time
            .map(|t| t.saturating_sub(look.now))
            .map(|off| if off.abs() < CLOCK { 0 } else { off });
        let version = within("/pveversion").and_then(Value::as_str);
        let value = Fields::default()
            .set("online", *online)
            .set("address", members.get(name).and_then(|m| m.ip.0.clone()))
            .set("cpus", number("/cpuinfo/cpus"))
            .set("memory", number("/memory/total"))
            .set("memory_used", number("/memory/used"))
            .set("root_size", number("/rootfs/total"))
            .set("root_used", number("/rootfs/used"))
            .set("uptime", number("/uptime"))
            .set("version", version.and_then(|v| v.split('/').nth(1)))
            .set(
                "kernel",
                within("/current-kernel/release").and_then(Value::as_str),
            )
            .set("clock_off", off);
        found.add(FactKind::PveNode, name.as_str(), value, "/cluster/status");
    }
    let whole = match look.answers.get("/cluster/status") {
        Ok(_) if look.doubt.is_none() => Ok("/cluster/status was allowed".to_owned()),
        Ok(_) => Err(look
            .doubt
            .clone()
            .unwrap_or_else(|| Reason::new("in doubt"))),
        Err(why) => Err(why),
    };
    found.complete(FactKind::PveNode, whole);
    read_tasks(look, found);
    read_updates(look, found);
}

#[derive(Debug, Deserialize)]
struct Task {
    upid: String,
    #[serde(rename = "type", default)]
    kind: Lax<String>,
    #[serde(default)]
    id: Lax<String>,
    #[serde(default)]
    user: Lax<String>,
    #[serde(default)]
    starttime: Lax<i64>,
    #[serde(default)]
    endtime: Lax<i64>,
    #[serde(default)]
    status: Lax<String>,
}

fn read_tasks(look: &Look<'_>, found: &mut Found) {
    let kind = FactKind::PveTask;
    for node in look.reachable() {
        let path = tasks(node);
        let list = look.answers.get(&path).map(rows::<Task>);
        let (list, lost) = match list {
            Ok(Some(read)) => read,
            Ok(None) => {
                found.partial(
                    kind,
                    format!("{}: the answer is not understood", super::place(&path)),
                );
                continue;
            }
            Err(why) => {
                found.complete(kind, Err(why));
                continue;
            }
        };
        if lost > 0 {
            let place = super::place(&path);
            found.partial(kind, format!("{place}: {lost} rows are not understood"));
        }
        if list.len() + lost >= TASKS {
            found.partial(
                kind,
                format!("node {node}: there are {TASKS} or more, and only the newest {TASKS} were asked for"),
            );
        }
        for task in list {
            let status = task.status.0.as_deref();
            let result = status.map(result);
            if matches!(result, Some("ok" | "warnings")) {
                continue;
            }
            let value = Fields::default()
                .set("node", Some(node))
                .lax("type", task.kind)
                .lax("id", task.id)
                .lax("user", task.user)
                .lax("start", task.starttime)
                .lax("end", task.endtime)
                .set("result", result);
            found.add(kind, task.upid, value, super::place(&path));
        }
    }
    let whole = look.rights.below("/nodes", "Sys.Audit");
    found.complete(
        kind,
        whole.and_then(|proof| look.silent().map_or(Ok(proof), Err)),
    );
}

#[derive(Debug, Deserialize)]
struct Update {
    #[serde(rename = "Package")]
    package: String,
    #[serde(rename = "OldVersion", default)]
    old: Lax<String>,
    #[serde(rename = "Version", default)]
    new: Lax<String>,
}

/// The product tells pending updates only to who may install them.
fn read_updates(look: &Look<'_>, found: &mut Found) {
    let kind = FactKind::PveUpdate;
    for node in look.reachable() {
        let path = updates(node);
        match look.answers.get(&path).map(rows::<Update>) {
            Ok(Some((list, lost))) => {
                if lost > 0 {
                    found.partial(kind, format!("{path}: {lost} rows are not understood"));
                }
                for update in list {
                    let value = Fields::default()
                        .lax("installed", update.old)
                        .lax("candidate", update.new);
                    found.add(kind, format!("{node}/{}", update.package), value, &path);
                }
            }
            Ok(None) => found.partial(kind, format!("{path}: the answer is not understood")),
            Err(_) if look.answers.is_forbidden(&path) => {
                found.partial(kind, "Proxmox VE tells it only to who has Sys.Modify on the node; a token that only reads has not");
            }
            Err(why) => found.complete(kind, Err(why)),
        }
    }
    let whole = Ok("apt/update was allowed on every node".to_owned());
    found.complete(
        kind,
        whole.and_then(|proof| look.silent().map_or(Ok(proof), Err)),
    );
}
