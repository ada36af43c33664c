//! Ways into a cluster that no socket of a machine shows: load balancers, ports of nodes, Ingresses, and ports that pods take of their node;
//! each with the exposure of a service in that namespace that answers for it. What is served by kinds that are not read is a row of its own.

use super::answers::{Answers, Asked};
use super::apps::{App, apps};
use super::nodes::machines_of;
use super::{cluster, text, texts};
use crate::Context;
use crate::filter::{Judged, Passes};
use crate::interface::{By, Interface, all};
use crate::ports::{Justification, Port};
use core::net::{IpAddr, SocketAddr};
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::lab::Protocol;
use model::value::Value;
use std::collections::BTreeSet;

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
    protocol: Option<Protocol>,
    port: u16,
    /// The name by which it is asked for; an Ingress has one.
    host: Option<&'f str>,
    /// The port at which an exposure of this name may be declared as well.
    also: Option<u16>,
    /// From where it is let in, where that is said.
    sources: Vec<&'f str>,
    /// No other machine reaches it.
    is_local: bool,
}

/// What lets nobody in by itself, in the words of a reach.
const UNREAD: &str = "packet filters of nodes and policies of the cluster are not looked at";
/// The same of an Ingress, which says names and no ports.
const UNREAD_INGRESS: &str = "packet filters of nodes, policies of the cluster and the ports that its controller of Ingresses takes are not looked at";

fn of(ctx: &Context<'_>, interface: &Interface<'_>, facts: &TargetFacts) -> Vec<Port> {
    let apps: Vec<App<'_>> = apps(ctx.lab, &interface.object, facts);
    let answers = Answers::of(&apps);
    let key = interface.key();
    let services = facts.items(FactKind::KubeService);
    let ingresses = facts.items(FactKind::KubeIngress);
    let mut found: Vec<Way<'_>> = services.flat_map(|(k, v)| of_service(k, v)).collect();
    found.extend(ingresses.flat_map(|(k, v)| of_ingress(k, v)));
    found.extend(of_workloads(facts));
    let mut rows: Vec<Port> = found.iter().map(|way| row(&key, &answers, way)).collect();
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
    rows.extend(
        unread(facts)
            .into_iter()
            .map(|(what, why)| unknown(what, why)),
    );
    let shared = shared(facts);
    if let (false, Some(why)) = (shared.is_empty(), unseen(ctx, interface, facts)) {
        let shared: Vec<&str> = shared.into_iter().collect();
        let what = format!("pods in the network of their node: {}", shared.join(", "));
        rows.push(unknown(what, why));
    }
    rows
}

/// Kinds that let in and are not read, by the group of the API that has them.
fn unread(facts: &TargetFacts) -> Vec<(String, String)> {
    let path = FactPath::new(FactKind::KubeCluster, "apis");
    let open = |why: String| vec![("other ways into the cluster".to_owned(), why)];
    match facts.seen(&path) {
        Seen::Present(Value::List(groups)) => {
            let groups = groups.iter().filter_map(Value::as_text);
            let each = groups.map(|group| {
                let what = match group {
                    "traefik.io" | "traefik.containo.us" => "IngressRoutes of Traefik",
                    "gateway.networking.k8s.io" => "Gateways and their routes",
                    "networking.istio.io" => "Gateways of Istio",
                    "projectcontour.io" => "HTTPProxies of Contour",
                    "route.openshift.io" => "Routes of OpenShift",
                    "k8s.nginx.org" => "VirtualServers and TransportServers of NGINX",
                    "configuration.konghq.com" => "Ingresses for TCP and UDP of Kong",
                    _ => "ways in",
                };
                let why = format!("the cluster serves {group}, which is not read");
                (what.to_owned(), why)
            });
            each.collect()
        }
        Seen::Unknown(why) => open(why.to_string()),
        Seen::Present(_) | Seen::Absent => open(format!("{path} was not observed")),
    }
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
    let sort = text(value, "type").unwrap_or("Service");
    let external = texts(value, "external");
    let way = |at: &str, word: &str, port: u16, what: String| Way {
        socket: format!("{word}/{at}:{port}"),
        process: what,
        namespace,
        protocol: protocol(word),
        port,
        host: None,
        also: None,
        sources: Vec::new(),
        is_local: false,
    };
    let mut out = Vec::new();
    for (word, port) in texts(value, "ports").into_iter().filter_map(split) {
        for address in texts(value, "addresses") {
            let mut way = way(address, word, port, format!("{sort} {key}"));
            // They are kept where the load balancer lets in; ports of nodes and external addresses take from everywhere.
            if !external.contains(&address) {
                way.sources = texts(value, "sources");
            }
            out.push(way);
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
    let hosts = texts(value, "hosts").into_iter();
    hosts
        .map(|host| {
            let is_encrypted = tls.iter().any(|name| is_of(host, name));
            // Controllers have certificates of their own, too, and may answer at either.
            let (port, also) = match is_encrypted {
                true => (443, None),
                false => (80, Some(443)),
            };
            Way {
                socket: format!("tcp/{host}:{port}"),
                process: format!("Ingress {key}"),
                namespace: text(value, "namespace").unwrap_or_default(),
                protocol: Some(Protocol::Tcp),
                port,
                host: Some(host),
                also,
                sources: Vec::new(),
                is_local: false,
            }
        })
        .collect()
}

/// A name is that of a certificate, whose first label may stand for any one.
fn is_of(host: &str, name: &str) -> bool {
    let rest = |text: &str| {
        text.split_once('.')
            .map(|(_, rest)| rest.to_ascii_lowercase())
    };
    let is_wild = name.starts_with("*.") && rest(host).is_some() && rest(host) == rest(name);
    host.eq_ignore_ascii_case(name) || is_wild
}

/// Ports that pods take of their node. What a template tells is not told of its pods once more.
fn of_workloads(facts: &TargetFacts) -> Vec<Way<'_>> {
    let all = || facts.items(FactKind::KubeWorkload);
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (_, value) in all().filter(|(_, v)| v.field("owner").is_none()) {
        let namespace = text(value, "namespace").unwrap_or_default();
        told.extend(
            texts(value, "host_ports")
                .into_iter()
                .map(|p| (namespace, p)),
        );
    }
    let mut out = Vec::new();
    for (key, value) in all() {
        let is_owned = value.field("owner").is_some();
        let namespace = text(value, "namespace").unwrap_or_default();
        for port in texts(value, "host_ports") {
            if !is_owned || told.insert((namespace, port)) {
                out.extend(of_port(facts, key, value, port));
            }
        }
    }
    out
}

fn of_port<'f>(
    facts: &TargetFacts,
    key: &'f str,
    value: &'f Value,
    taken: &'f str,
) -> Option<Way<'f>> {
    let (word, rest) = taken.split_once('/')?;
    let at: Option<SocketAddr> = rest.parse().ok();
    let port = at.map_or_else(|| rest.parse().ok(), |at| Some(at.port()))?;
    let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    let service = text(value, "for").filter(|service| is_balanced(facts, service, taken));
    let own = text(value, "namespace").unwrap_or_default();
    let namespace = service.and_then(|s| Some(s.split_once('/')?.0));
    let process = match service {
        Some(service) => format!("port of its nodes of {key}, for Service {service}"),
        None => format!("port of its nodes of {key}"),
    };
    Some(Way {
        socket: match at {
            Some(at) => format!("{word}/{at}"),
            None => format!("{word}/*:{port}"),
        },
        process,
        namespace: namespace.unwrap_or(own),
        protocol: protocol(word),
        port,
        host: None,
        also: None,
        sources: Vec::new(),
        is_local: at.is_some_and(|at| is_loopback(at.ip())),
    })
}

/// A label alone says nothing: the Service has to be one that is balanced at this port, unless Services were not all seen.
fn is_balanced(facts: &TargetFacts, service: &str, port: &str) -> bool {
    let seen = facts.seen(&FactPath::new(FactKind::KubeService, service));
    match seen {
        Seen::Present(value) => {
            text(&value, "type") == Some("LoadBalancer") && texts(&value, "ports").contains(&port)
        }
        Seen::Unknown(_) => true,
        Seen::Absent => false,
    }
}

fn row(cluster: &str, answers: &Answers<'_>, way: &Way<'_>) -> Port {
    let (state, reason) = match way.protocol {
        _ if way.is_local => (Justification::Local, String::new()),
        None => (Justification::None, "not declared".to_owned()),
        Some(protocol) => answers.answer(&Asked {
            namespace: way.namespace,
            protocol,
            port: way.port,
            host: way.host,
            also: way.also,
        }),
    };
    let from = match way.sources.as_slice() {
        [] => "wherever its network leads".to_owned(),
        sources => sources.join(", "),
    };
    let judged = Judged {
        passes: Passes::Unknown,
        why: match way.host {
            Some(_) => UNREAD_INGRESS.to_owned(),
            None => UNREAD.to_owned(),
        },
        led_to: None,
        input_denies: false,
    };
    let reach = vec![(from, judged)];
    Port {
        host: cluster.to_owned(),
        socket: way.socket.clone(),
        process: way.process.clone(),
        unit: None,
        package: None,
        state,
        reason,
        reach: if way.is_local { Vec::new() } else { reach },
    }
}

/// Workloads whose pods share the network of their node; of pods, what they belong to.
fn shared(facts: &TargetFacts) -> BTreeSet<&str> {
    let all = facts.items(FactKind::KubeWorkload);
    let shared =
        all.filter(|(_, v)| v.field("host_network").and_then(Value::as_bool) == Some(true));
    let (pods, own): (Vec<_>, Vec<_>) = shared.partition(|(_, v)| v.field("owner").is_some());
    let mut names: BTreeSet<&str> = own.iter().map(|(key, _)| *key).collect();
    let told: BTreeSet<(&str, &str)> = own
        .iter()
        .filter_map(|(_, v)| text(v, "namespace").zip(text(v, "name")))
        .collect();
    for (key, value) in pods {
        let owner = text(value, "owner").and_then(|o| Some(o.split_once('/')?.1));
        let namespace = text(value, "namespace").unwrap_or_default();
        // A ReplicaSet or Job is called as what made it, and a number more.
        let made = owner.and_then(|o| Some(o.rsplit_once('-')?.0));
        let is_told = |name: Option<&str>| name.is_some_and(|n| told.contains(&(namespace, n)));
        if !is_told(owner) && !is_told(made) {
            names.insert(key);
        }
    }
    names
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
