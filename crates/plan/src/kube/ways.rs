//! Ways into a cluster that no socket of a machine shows: load balancers, ports of nodes, Ingresses, and ports that pods take of their node;
//! each with the exposure of a service in that namespace that answers for it.

use super::apps::{App, apps};
use super::nodes::machines_of;
use super::{cluster, text, texts};
use crate::Context;
use crate::filter::{Judged, Passes};
use crate::interface::{By, Interface, all};
use crate::ports::{Justification, Port, describe_way};
use model::declare::OptExt as _;
use model::fact::{FactKind, TargetFacts};
use model::id::Kind;
use model::lab::Protocol;
use model::lab::service::ServiceExposure;
use model::value::Value;
use std::collections::BTreeMap;

/// Every way into the clusters that were asked.
pub fn ways(ctx: &Context<'_>) -> Vec<Port> {
    let all = all(ctx.lab).into_iter();
    let mut rows = Vec::new();
    for interface in all.filter(|i| matches!(i.by, By::Kubernetes(_))) {
        if let Some(facts) = ctx.facts.targets.get(&interface.key()) {
            rows.extend(of(ctx, &interface, facts));
        }
    }
    rows
}

/// One way in, as it was told.
struct Way<'f> {
    socket: String,
    process: String,
    namespace: &'f str,
    /// What it leads to, or belongs to.
    names: Vec<&'f str>,
    protocol: Option<Protocol>,
    port: u16,
    /// The name by which it is asked for; an Ingress has one.
    host: Option<&'f str>,
    /// From where it is let in, where that is said.
    sources: Vec<&'f str>,
}

/// What somebody declared in a cluster, by namespace; under `None` what may be in any.
type Declared<'a> = BTreeMap<Option<&'a str>, Vec<App<'a>>>;

fn of(ctx: &Context<'_>, interface: &Interface<'_>, facts: &TargetFacts) -> Vec<Port> {
    let mut declared: Declared<'_> = BTreeMap::new();
    for app in apps(ctx.lab, &interface.object) {
        declared.entry(app.namespace).or_default().push(app);
    }
    let key = interface.key();
    let services = facts.items(FactKind::KubeService);
    let ingresses = facts.items(FactKind::KubeIngress);
    let workloads = facts.items(FactKind::KubeWorkload);
    let mut found: Vec<Way<'_>> = services.flat_map(|(k, v)| of_service(k, v)).collect();
    found.extend(ingresses.flat_map(|(k, v)| of_ingress(k, v)));
    found.extend(workloads.flat_map(|(k, v)| of_workload(k, v)));
    let mut rows: Vec<Port> = found.iter().map(|way| row(&key, &declared, way)).collect();
    let unknown = |process: String, reason: String| Port {
        host: key.clone(),
        socket: "*".to_owned(),
        process,
        unit: None,
        package: None,
        state: Justification::Unknown,
        reason,
        reach: Vec::new(),
    };
    for (kind, what) in [
        (FactKind::KubeService, "Services of the cluster"),
        (FactKind::KubeIngress, "Ingresses of the cluster"),
        (FactKind::KubeWorkload, "ports that pods take of nodes"),
    ] {
        rows.extend(facts.gap(kind).map(|why| unknown(what.to_owned(), why)));
    }
    let shared = shared(facts);
    if let (false, Some(why)) = (shared.is_empty(), unseen(ctx, interface, facts)) {
        let what = format!("pods in the network of their node: {}", shared.join(", "));
        rows.push(unknown(what, why));
    }
    rows
}

fn split(port: &str) -> Option<(&str, u16)> {
    let (protocol, number) = port.split_once('/')?;
    Some((protocol, number.parse().ok()?))
}

fn protocol(word: &str) -> Option<Protocol> {
    match word {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        _ => None,
    }
}

fn of_service<'f>(key: &'f str, value: &'f Value) -> Vec<Way<'f>> {
    let namespace = text(value, "namespace").unwrap_or_default();
    let own = text(value, "name").unwrap_or(key);
    let sort = text(value, "type").unwrap_or("Service");
    let way = |at: &str, word: &str, port: u16, what: String| Way {
        socket: format!("{word}/{at}:{port}"),
        process: what,
        namespace,
        names: vec![own],
        protocol: protocol(word),
        port,
        host: None,
        sources: texts(value, "sources"),
    };
    let mut out = Vec::new();
    for (word, port) in texts(value, "ports").into_iter().filter_map(split) {
        for address in texts(value, "addresses") {
            out.push(way(address, word, port, format!("{sort} {key}")));
        }
    }
    for (word, port) in texts(value, "node_ports").into_iter().filter_map(split) {
        out.push(way(
            "*",
            word,
            port,
            format!("port of all nodes of {sort} {key}"),
        ));
    }
    out
}

fn of_ingress<'f>(key: &'f str, value: &'f Value) -> Vec<Way<'f>> {
    let tls = texts(value, "tls");
    let mut names = texts(value, "services");
    names.extend(text(value, "name"));
    let hosts = texts(value, "hosts").into_iter();
    hosts
        .map(|host| {
            let port = if tls.contains(&host) { 443 } else { 80 };
            Way {
                socket: format!("tcp/{host}:{port}"),
                process: format!("Ingress {key}"),
                namespace: text(value, "namespace").unwrap_or_default(),
                names: names.clone(),
                protocol: Some(Protocol::Tcp),
                port,
                host: Some(host),
                sources: Vec::new(),
            }
        })
        .collect()
}

fn of_workload<'f>(key: &'f str, value: &'f Value) -> Vec<Way<'f>> {
    let ports = texts(value, "host_ports").into_iter().filter_map(split);
    ports
        .map(|(word, port)| Way {
            socket: format!("{word}/*:{port}"),
            process: format!("port of its nodes of {key}"),
            namespace: text(value, "namespace").unwrap_or_default(),
            names: text(value, "name").into_iter().collect(),
            protocol: protocol(word),
            port,
            host: None,
            sources: Vec::new(),
        })
        .collect()
}

fn row(cluster: &str, declared: &Declared<'_>, way: &Way<'_>) -> Port {
    let (state, reason) = answer(declared, way);
    let from = match way.sources.as_slice() {
        [] => "wherever its network leads".to_owned(),
        sources => sources.join(", "),
    };
    let judged = Judged {
        passes: Passes::Unknown,
        why: "packet filters of nodes and policies of the cluster are not looked at".to_owned(),
        led_to: None,
        input_denies: false,
    };
    Port {
        host: cluster.to_owned(),
        socket: way.socket.clone(),
        process: way.process.clone(),
        unit: None,
        package: None,
        state,
        reason,
        reach: vec![(from, judged)],
    }
}

/// The reason that is declared for it, or the lack of one.
fn answer(declared: &Declared<'_>, way: &Way<'_>) -> (Justification, String) {
    let mut why = "not declared".to_owned();
    let mut open = None;
    let own = declared.get(&Some(way.namespace)).into_iter().flatten();
    let anywhere = declared.get(&None).into_iter().flatten();
    for app in own.chain(anywhere) {
        let mut ways = app.service.exposures.iter().filter(|w| covers(w, way));
        let Some(first) = ways.next() else {
            continue;
        };
        if app.namespace.is_none() && !way.names.contains(&app.workload) {
            open.get_or_insert_with(|| {
                format!(
                    "declared for {}, and nothing says in which namespace that runs",
                    app.name
                )
            });
            continue;
        }
        match std::iter::once(first).chain(ways).find_map(describe_way) {
            Some(reason) => {
                return (Justification::Declared, format!("{}: {reason}", app.name));
            }
            None => why = format!("declared for {} without a reason", app.name),
        }
    }
    match open {
        Some(open) => (Justification::Unknown, open),
        None => (Justification::None, why),
    }
}

/// A port that a router leads in is the router's.
fn covers(declared: &ServiceExposure, way: &Way<'_>) -> bool {
    let via = declared.via.known();
    let Some(port) = declared.port.known() else {
        return false;
    };
    let host = declared.host.known();
    let is_named = match (host, way.host) {
        (Some(host), Some(asked)) => host.0.eq_ignore_ascii_case(asked),
        (Some(_), None) | (None, _) => true,
    };
    via.is_none_or(|v| v.kind() != Kind::Device)
        && way.protocol == Some(port.protocol())
        && port.first() <= way.port
        && way.port <= port.last()
        && is_named
}

/// Workloads whose pods share the network of their node.
fn shared(facts: &TargetFacts) -> Vec<&str> {
    let all = facts.items(FactKind::KubeWorkload);
    let shared =
        all.filter(|(_, v)| v.field("host_network").and_then(Value::as_bool) == Some(true));
    shared.map(|(key, _)| key).collect()
}

/// Why sockets of nodes were not all seen; none if each node is a machine that told all of its own.
fn unseen(ctx: &Context<'_>, interface: &Interface<'_>, facts: &TargetFacts) -> Option<String> {
    let machines = cluster(ctx.lab, &interface.object).map(|c| machines_of(ctx.lab, c, facts));
    let machines = machines.unwrap_or_default();
    let is_seen = |node: &str| {
        let machine = machines.get(node).map(|m| m.name.as_str());
        let told = machine.and_then(|m| ctx.facts.targets.get(m));
        told.is_some_and(|t| t.gap(FactKind::Listener).is_none())
    };
    let dark: Vec<&str> = facts
        .items(FactKind::KubeNode)
        .map(|(node, _)| node)
        .filter(|node| !is_seen(node))
        .collect();
    match dark.as_slice() {
        [] => facts.gap(FactKind::KubeNode),
        dark => Some(format!(
            "which ports they take only the nodes themselves tell, and these were not all seen: {}",
            dark.join(", ")
        )),
    }
}
