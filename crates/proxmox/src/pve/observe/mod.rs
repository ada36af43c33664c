//! Observing a cluster: two rounds of questions, the second about the nodes and guests that the first found.

mod access;
mod backup;
mod cluster;
mod guest;
mod node;
mod storage;

use super::rights::Rights;
use crate::answers::{Answers, place};
use crate::client::Client;
use model::fact::{FactKind, FactPath, Scope};
use model::kleene::Reason;
use model::secret::Redactor;
use reading::found::Found;
use reading::https::ApiError;
use reading::told::Told;
use serde_json::Value;
use std::collections::BTreeMap;

/// What every part is told.
pub(super) struct Look<'a> {
    pub(super) client: &'a Client,
    pub(super) answers: Answers,
    pub(super) rights: Rights,
    pub(super) scope: &'a Scope,
    pub(super) redactor: &'a Redactor,
    /// By the controller's clock, in seconds since 1970.
    pub(super) now: i64,
    /// Names of nodes, with whether each is online; `None` if that is not known.
    pub(super) nodes: BTreeMap<String, Option<bool>>,
    /// Why the list of nodes may not be whole, or why what the cluster says may be old.
    pub(super) doubt: Option<Reason>,
}

impl Look<'_> {
    /// Nodes that can be asked.
    pub(super) fn reachable(&self) -> impl Iterator<Item = &str> {
        self.nodes
            .iter()
            .filter(|(_, online)| **online != Some(false))
            .map(|(name, _)| name.as_str())
    }

    /// Why lists that are made node by node are not whole, if they are not.
    pub(super) fn silent(&self) -> Option<Reason> {
        let offline = self
            .nodes
            .iter()
            .find(|(_, online)| **online == Some(false));
        let offline = offline.map(|(name, _)| Reason::new(format!("node {name} is offline")));
        offline.or_else(|| self.doubt.clone())
    }
}

/// What is asked for in any case.
const FIRST: &[&str] = &[
    "/access/permissions",
    "/access/acl",
    "/cluster/status",
    "/nodes",
    guest::LIST,
];

/// Asks for everything in the scope. An error means that nothing can be told.
pub(super) fn observe(
    client: &Client,
    scope: &Scope,
    redactor: &Redactor,
    now: i64,
) -> Result<Told, ApiError> {
    let version = client.get("/version")?;
    if !version.get("version").is_some_and(Value::is_string) {
        let why = "it is no version of Proxmox VE".to_owned();
        return Err(ApiError::Garbage(why));
    }
    let asked = scope.kinds();
    let wants = |kind: FactKind| asked.contains(&kind);
    let mut first: Vec<String> = FIRST.iter().map(|p| (*p).to_owned()).collect();
    let parts: [(FactKind, &[&str]); 6] = [
        (FactKind::PveBackup, backup::ASKED),
        (FactKind::PveUncovered, backup::ASKED),
        (FactKind::PveHa, cluster::HA),
        (FactKind::PveReplication, cluster::REPLICATION),
        (FactKind::PveFirewall, cluster::FIREWALL),
        (FactKind::PveUser, access::ASKED),
    ];
    for path in parts
        .iter()
        .filter(|(kind, _)| wants(*kind))
        .flat_map(|(_, paths)| *paths)
    {
        if !first.iter().any(|p| p == path) {
            first.push((*path).to_owned());
        }
    }
    let answers = Answers::ask(client, first);
    let text = |path: &str| answers.get(path).cloned().map_err(|r| r.to_string());
    let rights = Rights::of(text("/access/permissions"), text("/access/acl"));
    let (nodes, doubt) = cluster::nodes(&answers);
    let mut look = Look {
        client,
        answers,
        rights,
        scope,
        redactor,
        now,
        nodes,
        doubt,
    };
    let mut second = Vec::new();
    if wants(FactKind::PveGuest) {
        second.extend(guest::questions(&look));
    }
    second.extend(node::questions(&look, &asked));
    let more = Answers::ask(client, second);
    look.answers.add(more);
    let mut found = Found::by("GET");
    cluster::read(&look, &version, &mut found);
    node::read(&look, &mut found);
    guest::read(&look, &mut found);
    storage::read(&look, &mut found);
    backup::read(&look, &mut found);
    access::read(&look, &mut found);
    found.only(&asked, scope);
    let machine_id = format!("proxmox-ve:{}", cluster::name(&look.answers));
    Ok(found.told(client.met(), machine_id))
}

/// Single paths of a kind that somebody asks for.
fn keys(scope: &Scope, kind: FactKind) -> impl Iterator<Item = &FactPath> {
    scope.paths.iter().filter(move |p| p.kind == kind)
}
