//! The cluster: who belongs to it, whether it has a quorum, HA, replication, firewall.

use super::{Answers, Look};
use model::fact::FactKind;
use model::kleene::Reason;
use reading::found::{Fields, Found};
use reading::wire::{Lax, flag_or, rows};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const HA: &[&str] = &["/cluster/ha/resources", "/cluster/ha/status/current"];
pub(super) const REPLICATION: &[&str] = &["/cluster/replication"];
pub(super) const FIREWALL: &[&str] = &[
    "/cluster/firewall/options",
    "/cluster/firewall/rules",
    "/cluster/firewall/groups",
];
const STATUS: &str = "/cluster/status";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Member {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    pub(super) online: Lax<bool>,
    #[serde(default)]
    pub(super) ip: Lax<String>,
    #[serde(default)]
    pub(super) local: Lax<bool>,
    #[serde(default)]
    quorate: Lax<bool>,
    #[serde(default)]
    nodes: Lax<i64>,
}

#[derive(Debug, Clone, Deserialize)]
struct NodeRow {
    node: String,
    #[serde(default)]
    status: Lax<String>,
}

fn members(answers: &Answers) -> Result<(Vec<Member>, usize), Reason> {
    let list = answers.get(STATUS)?;
    rows(list).ok_or_else(|| Reason::new(format!("{STATUS}: the answer is not understood")))
}

/// Members of the cluster by name.
pub(super) fn by_name(answers: &Answers) -> BTreeMap<String, Member> {
    let all = members(answers).map(|(rows, _)| rows).unwrap_or_default();
    all.into_iter()
        .filter(|m| m.kind == "node")
        .map(|m| (m.name.clone(), m))
        .collect()
}

/// The cluster's name, else that of the node that answered.
pub(super) fn name(answers: &Answers) -> String {
    let all = members(answers).map(|(rows, _)| rows).unwrap_or_default();
    let cluster = all.iter().find(|m| m.kind == "cluster");
    let local = all
        .iter()
        .find(|m| m.kind == "node" && m.local.0 == Some(true));
    cluster
        .or(local)
        .map_or_else(|| "unknown".to_owned(), |m| m.name.clone())
}

/// Nodes, and why that list or what they share may be wrong.
pub(super) fn nodes(answers: &Answers) -> (BTreeMap<String, Option<bool>>, Option<Reason>) {
    let mut nodes = BTreeMap::new();
    if let Some((list, _)) = answers.get("/nodes").ok().and_then(rows::<NodeRow>) {
        for row in list {
            let online = row.status.0.as_deref().and_then(|s| match s {
                "online" => Some(true),
                "offline" => Some(false),
                _ => None,
            });
            nodes.insert(row.node, online);
        }
    }
    let (rows, lost) = match members(answers) {
        Ok(read) => read,
        Err(why) => return (nodes, Some(why)),
    };
    for row in rows.iter().filter(|r| r.kind == "node") {
        let known = nodes.entry(row.name.clone()).or_default();
        *known = row.online.0.or(*known);
    }
    let cluster = rows.iter().find(|r| r.kind == "cluster");
    let doubt = match cluster {
        _ if lost > 0 => Some("some of the members are not understood".to_owned()),
        _ if nodes.is_empty() => Some("no node is listed".to_owned()),
        Some(c) if c.quorate.0 == Some(false) => {
            Some("the cluster has no quorum: what changed elsewhere is not seen".to_owned())
        }
        Some(c) if c.quorate.0.is_none() => {
            Some("whether the cluster has a quorum is not told".to_owned())
        }
        Some(c)
            if c.nodes
                .0
                .is_some_and(|n| usize::try_from(n) != Ok(nodes.len())) =>
        {
            Some("not all nodes of the cluster are listed".to_owned())
        }
        _ => None,
    };
    (nodes, doubt.map(Reason::new))
}

pub(super) fn read(look: &Look<'_>, version: &Value, found: &mut Found) {
    let kind = FactKind::PveCluster;
    if let Some(version) = version.get("version").and_then(Value::as_str) {
        found.add(kind, "version", version, "/version");
    }
    match members(&look.answers) {
        Ok((rows, lost)) => {
            if let Some(cluster) = rows.iter().find(|r| r.kind == "cluster") {
                found.add(kind, "name", cluster.name.as_str(), STATUS);
                if let Some(quorate) = cluster.quorate.0 {
                    found.add(kind, "quorate", quorate, STATUS);
                }
            }
            let nodes = rows.iter().filter(|r| r.kind == "node").count();
            found.add(
                kind,
                "nodes",
                i64::try_from(nodes).unwrap_or(i64::MAX),
                STATUS,
            );
            let whole = match lost {
                0 => Ok(format!("{STATUS} was allowed")),
                _ => Err(Reason::new("some of the members are not understood")),
            };
            found.complete(kind, whole);
        }
        Err(why) => found.complete(kind, Err(why)),
    }
    ha(look, found);
    replication(look, found);
    firewall(look, found);
}

#[derive(Debug, Deserialize)]
struct HaRow {
    sid: String,
    #[serde(default)]
    state: Lax<String>,
    #[serde(default)]
    group: Lax<String>,
    #[serde(default)]
    max_restart: Lax<i64>,
}

#[derive(Debug, Deserialize)]
struct HaState {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    sid: Lax<String>,
    #[serde(default)]
    state: Lax<String>,
    #[serde(default)]
    status: Lax<String>,
    #[serde(default)]
    node: Lax<String>,
}

fn ha(look: &Look<'_>, found: &mut Found) {
    let kind = FactKind::PveHa;
    let [resources, status] = [HA[0], HA[1]];
    let current = look.answers.get(status).ok().and_then(rows::<HaState>);
    let current = current.map(|(rows, _)| rows).unwrap_or_default();
    if let Some(master) = current.iter().find(|s| s.kind == "master") {
        let value = Fields::default()
            .lax("node", master.node.clone())
            .lax("state", master.status.clone());
        found.add(kind, "manager", value, status);
    }
    match list::<HaRow>(look, resources) {
        Ok((list, whole)) => {
            for row in list {
                let now = current.iter().find(|s| s.sid.0.as_ref() == Some(&row.sid));
                let value = Fields::default()
                    .lax("wanted", row.state)
                    .lax("group", row.group)
                    .lax("max_restart", row.max_restart)
                    .set("state", now.and_then(|s| s.state.0.clone()))
                    .set("node", now.and_then(|s| s.node.0.clone()));
                found.add(kind, row.sid, value, resources);
            }
            found.complete(kind, whole);
        }
        Err(why) => found.complete(kind, Err(why)),
    }
}

/// A list that is refused, not shortened, to who may not see it.
pub(super) fn list<T: serde::de::DeserializeOwned>(
    look: &Look<'_>,
    path: &str,
) -> Result<(Vec<T>, Result<String, Reason>), Reason> {
    let garbage = || Reason::new(format!("{path}: the answer is not understood"));
    let (list, lost) = rows(look.answers.get(path)?).ok_or_else(garbage)?;
    let whole = match (lost, &look.doubt) {
        (0, None) => Ok(format!("{path} was allowed")),
        (0, Some(doubt)) => Err(doubt.clone()),
        _ => Err(Reason::new(format!(
            "{path}: {lost} rows are not understood"
        ))),
    };
    Ok((list, whole))
}

#[derive(Debug, Deserialize)]
struct Replicated {
    id: String,
    #[serde(default)]
    guest: Lax<i64>,
    #[serde(default)]
    target: Lax<String>,
    #[serde(default)]
    schedule: Lax<String>,
    #[serde(default)]
    disable: Option<Lax<bool>>,
    #[serde(default)]
    fail_count: Lax<i64>,
    #[serde(default)]
    last_sync: Lax<i64>,
}

fn replication(look: &Look<'_>, found: &mut Found) {
    let kind = FactKind::PveReplication;
    let path = REPLICATION[0];
    let mut states: BTreeMap<String, Replicated> = BTreeMap::new();
    for node in look.reachable() {
        let told = look.answers.get(&super::node::replication(node)).ok();
        let told = told
            .and_then(rows::<Replicated>)
            .map(|(rows, _)| rows)
            .unwrap_or_default();
        states.extend(told.into_iter().map(|r| (r.id.clone(), r)));
    }
    match list::<Replicated>(look, path) {
        Ok((list, whole)) => {
            for row in list {
                let state = states.get(&row.id);
                let value = Fields::default()
                    .lax("guest", row.guest)
                    .lax("target", row.target)
                    .lax("schedule", row.schedule)
                    // The flag is written only where it is on; the row itself is there.
                    .set(
                        "enabled",
                        flag_or(row.disable.as_ref(), false).map(|off| !off),
                    )
                    .set("failures", state.and_then(|s| s.fail_count.0))
                    .set("last_sync", state.and_then(|s| s.last_sync.0));
                found.add(kind, row.id, value, path);
            }
            found.complete(
                kind,
                whole.and_then(|_| look.rights.below("/vms", "VM.Audit")),
            );
        }
        Err(why) => found.complete(kind, Err(why)),
    }
}

#[derive(Debug, Default, Deserialize)]
struct Options {
    #[serde(default)]
    enable: Lax<bool>,
    #[serde(default)]
    policy_in: Lax<String>,
    #[serde(default)]
    policy_out: Lax<String>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    pos: i64,
    #[serde(rename = "type", default)]
    kind: Lax<String>,
    #[serde(default)]
    action: Lax<String>,
    #[serde(default)]
    enable: Lax<bool>,
    #[serde(rename = "macro", default)]
    named: Lax<String>,
    #[serde(default)]
    source: Lax<String>,
    #[serde(default)]
    dest: Lax<String>,
    #[serde(default)]
    proto: Lax<String>,
    #[serde(default)]
    dport: Lax<String>,
}

#[derive(Debug, Deserialize)]
struct Group {
    group: String,
}

fn firewall(look: &Look<'_>, found: &mut Found) {
    let kind = FactKind::PveFirewall;
    let [options, rules, groups] = [FIREWALL[0], FIREWALL[1], FIREWALL[2]];
    let told = look.answers.get(options).and_then(|v| {
        Options::deserialize(v)
            .map_err(|_| Reason::new(format!("{options}: the answer is not understood")))
    });
    match told {
        Ok(told) => {
            let value = Fields::default()
                .lax("enabled", told.enable)
                .lax("policy_in", told.policy_in)
                .lax("policy_out", told.policy_out);
            found.add(kind, "cluster", value, options);
        }
        Err(why) => found.complete(kind, Err(why)),
    }
    match list::<Rule>(look, rules) {
        Ok((list, whole)) => {
            for rule in list {
                let value = Fields::default()
                    .lax("type", rule.kind)
                    .lax("action", rule.action)
                    .lax("enabled", rule.enable)
                    .lax("macro", rule.named)
                    .lax("source", rule.source)
                    .lax("dest", rule.dest)
                    .lax("proto", rule.proto)
                    .lax("dport", rule.dport);
                found.add(kind, format!("rule/{}", rule.pos), value, rules);
            }
            found.complete(kind, whole);
        }
        Err(why) => found.complete(kind, Err(why)),
    }
    match list::<Group>(look, groups) {
        Ok((list, whole)) => {
            for group in list {
                found.add(
                    kind,
                    format!("group/{}", group.group),
                    Fields::default(),
                    groups,
                );
            }
            found.complete(kind, whole);
        }
        Err(why) => found.complete(kind, Err(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_flag_that_is_none_says_nothing() {
        for (row, on) in [
            (json!({"id": "100-0"}), Some(true)),
            (json!({"id": "100-0", "disable": 0}), Some(true)),
            (json!({"id": "100-0", "disable": "1"}), Some(false)),
            (json!({"id": "100-0", "disable": [1]}), None),
            (json!({"id": "100-0", "disable": "perhaps"}), None),
        ] {
            let read: Replicated = serde_json::from_value(row.clone()).expect("a row");
            let told = flag_or(read.disable.as_ref(), false).map(|off| !off);
            assert_eq!(told, on, "{row}");
        }
    }
}
