//! Every way in of a host, with its justification or the lack of it, and from where its own packet filter lets in.

use crate::filter::{Connection, Filter, Judged, Passes, Source};
use crate::resource::{is_loopback, serves, socket};
use model::declare::{OptExt as _, Or};
use model::fact::{Completeness, FactKind, Scope, TargetFacts};
use model::kleene::Reason;
use model::lab::service::ServiceExposure;
use model::lab::{Exposure, Host, Lab};
use model::value::Value;
use std::collections::BTreeMap;

/// Whether somebody answers for a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Justification {
    /// An exposure with a reason.
    Declared,
    /// Only this machine can reach it.
    Local,
    /// Nobody.
    None,
    /// Not every socket could be seen.
    Unknown,
}

/// One socket, or one port that is led elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The host.
    pub host: String,
    /// `tcp/0.0.0.0:22`.
    pub socket: String,
    /// What listens.
    pub process: String,
    /// The unit that it belongs to.
    pub unit: Option<String>,
    /// The package that brought the program; `none` if no package did, and nothing if that is not known.
    pub package: Option<String>,
    /// Whether somebody answers for it.
    pub state: Justification,
    /// The reason, with owner and review date.
    pub reason: String,
    /// From where the host lets in, by zone or network; nothing for what only the machine itself can reach.
    pub reach: Vec<(String, Judged)>,
}

impl Port {
    /// Zones and networks of one answer.
    pub fn from(&self, passes: &Passes) -> Vec<&str> {
        let of = self.reach.iter().filter(|(_, j)| j.passes == *passes);
        of.map(|(label, _)| label.as_str()).collect()
    }

    /// Only the machine itself can reach it, whatever is declared of its port.
    pub fn is_local(&self) -> bool {
        is_local(&self.socket)
    }

    /// Where it is led and why that is not stopped by a chain that would: one sentence.
    pub fn past_the_filter(&self) -> Option<&Judged> {
        let each = self.reach.iter().map(|(_, j)| j);
        let mut past = each.filter(|j| j.passes == Passes::Yes && j.input_denies);
        past.next()
    }
}

/// A socket (`tcp/127.0.0.1:22`) that only the machine itself can reach.
fn is_local(key: &str) -> bool {
    socket(key).is_some_and(|(_, address, _)| is_loopback(address))
}

/// Why it is not known of every socket that others can reach which package its program is of. Nothing is asked of programs of containers,
/// which are of none here, and of WireGuard, which has none.
pub fn unattributed(facts: &TargetFacts) -> Option<Reason> {
    match facts.collections.get(&FactKind::Listener) {
        Some(Completeness::Yes(_)) => {}
        Some(Completeness::No(_)) if sockets_and_leads(facts) => {}
        Some(Completeness::No(reason)) => return Some(reason.clone()),
        None => return Some(Reason::new("listeners were not observed")),
    }
    let unknown = |(key, value): &(&str, &Value)| {
        let unit = value.field("unit").and_then(Value::as_text);
        let udp = socket(key).filter(|(protocol, ..)| *protocol == "udp");
        let tunnel = udp.and_then(|(_, _, port)| crate::wireguard::listening(facts, port));
        value.field("package").is_none()
            && !is_local(key)
            && !unit.is_some_and(is_container)
            && tunnel.is_none()
    };
    let mut all = facts.items(FactKind::Listener).filter(unknown);
    let (first, _) = all.next()?;
    Some(Reason::new(match all.count() {
        0 => format!("which package has what listens on {first} is not known"),
        more => format!("which package has what listens on {first} and {more} more is not known"),
    }))
}

/// A unit that an engine of containers made for one.
fn is_container(unit: &str) -> bool {
    let engines = ["docker-", "libpod-", "cri-containerd-", "crio-"];
    unit.ends_with(".scope") && engines.iter().any(|engine| unit.starts_with(engine))
}

/// What is looked at beyond what a plan needs.
pub fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend([
        FactKind::Listener,
        FactKind::Route,
        FactKind::Chain,
        FactKind::Address,
        // It says whose a UDP port is.
        FactKind::WireGuard,
        FactKind::Cloudflared,
        FactKind::Tailscale,
    ]);
    scope
}

/// Where connections come from: the networks that are declared, by their zone if it has one of them only, and everywhere else.
pub fn sources(lab: &Lab) -> Vec<(String, Source)> {
    let zone = |name: &str| {
        let zone = lab.networks.get(name)?.about.zone.known()?;
        Some(zone.name().to_owned())
    };
    let mut shared: BTreeMap<String, usize> = BTreeMap::new();
    for name in lab.networks.keys() {
        *shared.entry(zone(name).unwrap_or_default()).or_default() += 1;
    }
    let mut found = Vec::new();
    for (name, network) in &lab.networks {
        let Some(source) = network.subnet.known().and_then(|s| Source::parse(s)) else {
            continue;
        };
        let label = match zone(name) {
            Some(zone) if shared.get(&zone) == Some(&1) => zone,
            Some(zone) if zone != *name => format!("{zone}/{name}"),
            _ => name.clone(),
        };
        found.push((label, source));
    }
    found.push(("elsewhere".to_owned(), Source::Elsewhere));
    found
}

/// All ways in of a host; one row says so if some may be missing.
pub fn ports(lab: &Lab, name: &str, host: &Host, facts: &TargetFacts) -> Vec<Port> {
    let filter = Filter::of(facts);
    let sources = sources(lab);
    let asked = |key: &str| reach(&filter, &sources, key);
    let mut rows: Vec<Port> = facts
        .items(FactKind::Listener)
        .map(|(key, value)| port((name, host), key, value, asked(key)))
        .collect();
    for (key, value) in published(facts).unwrap_or_default() {
        rows.push(port((name, host), &key, &value, asked(&key)));
    }
    for row in &mut rows {
        let udp = socket(&row.socket).filter(|(protocol, ..)| *protocol == "udp");
        if let Some(name) = udp.and_then(|(_, _, port)| crate::wireguard::listening(facts, port)) {
            row.process = name;
        }
    }
    let missing = match facts.collections.get(&FactKind::Listener) {
        Some(Completeness::Yes(_)) => None,
        Some(Completeness::No(_)) if sockets_and_leads(facts) => None,
        Some(Completeness::No(reason)) => Some(reason.0.clone()),
        None => Some(
            facts
                .errors
                .first()
                .cloned()
                .unwrap_or_else(|| "not observed".to_owned()),
        ),
    };
    rows.extend(missing.map(|reason| Port {
        host: name.to_owned(),
        socket: "*".to_owned(),
        process: "-".to_owned(),
        unit: None,
        package: None,
        state: Justification::Unknown,
        reason,
        reach: Vec::new(),
    }));
    rows
}

/// What ports are led elsewhere before any socket is asked, as listeners: `tcp/*:8080`. `None` if that cannot be told.
pub fn published(facts: &TargetFacts) -> Option<Vec<(String, Value)>> {
    let led = Filter::of(facts).ok()?.led_elsewhere()?;
    let listens = |protocol: &str, number: u16| {
        let mut all = facts
            .items(FactKind::Listener)
            .filter_map(|(key, _)| socket(key));
        all.any(|(pr, address, n)| pr == protocol && n == number && !is_loopback(address))
    };
    let rows = led.into_iter().filter_map(|(tcp, number, to)| {
        let protocol = if tcp { "tcp" } else { "udp" };
        let value = Value::map([("process", format!("led to {to}"))]);
        (!listens(protocol, number)).then(|| (format!("{protocol}/*:{number}"), value))
    });
    Some(rows.collect())
}

/// Sockets are not all there is only because ports are led elsewhere, and all of those are known.
pub fn sockets_and_leads(facts: &TargetFacts) -> bool {
    let because = match facts.collections.get(&FactKind::Listener) {
        Some(Completeness::No(reason)) => reason.0.contains(LEADS),
        Some(Completeness::Yes(_)) | None => false,
    };
    because && published(facts).is_some()
}

/// Declared ways in that nothing answers: no socket, and no port that is led elsewhere. `None` if not all of them could be seen.
pub fn unanswered<'a>(host: &'a Host, facts: &TargetFacts) -> Option<Vec<&'a Exposure>> {
    if crate::resource::unseen(facts).is_some() && !sockets_and_leads(facts) {
        return None;
    }
    let led = published(facts)?;
    let served = |e: &&Exposure| {
        let mut sockets = facts.items(FactKind::Listener);
        sockets.any(|(key, _)| serves(key, e)) || led.iter().any(|(key, _)| serves(key, e))
    };
    Some(host.exposures.iter().filter(|e| !served(e)).collect())
}

/// How the observer says that sockets are not all there is.
const LEADS: &str = " leads other ports or addresses here: ";

/// From where the host lets in to a socket.
fn reach(
    filter: &Result<Filter, Reason>,
    sources: &[(String, Source)],
    key: &str,
) -> Vec<(String, Judged)> {
    let Some((protocol, address, port)) = socket(key) else {
        return Vec::new();
    };
    if is_loopback(address) {
        return Vec::new();
    }
    let each = sources.iter().map(|(label, from)| {
        let judged = match filter {
            Ok(filter) => filter.judge(&Connection {
                from: *from,
                to: address
                    .parse()
                    .ok()
                    .filter(|a: &core::net::IpAddr| !a.is_unspecified())
                    .or_else(|| filter.own_address(*from)),
                tcp: protocol == "tcp",
                port,
            }),
            Err(reason) => Judged {
                passes: Passes::Unknown,
                why: reason.0.clone(),
                led_to: None,
                input_denies: false,
            },
        };
        (label.clone(), judged)
    });
    each.collect()
}

pub(crate) fn port(
    (name, host): (&str, &Host),
    key: &str,
    value: &Value,
    reach: Vec<(String, Judged)>,
) -> Port {
    let text = |field: &str| {
        let text = value.field(field).and_then(Value::as_text);
        text.map(ToOwned::to_owned)
    };
    let local = is_local(key);
    let exposure = host.exposures.iter().find(|e| serves(key, e));
    let (state, reason) = match (local, exposure) {
        (_, Some(e)) if e.why.is_some() => (Justification::Declared, describe(e)),
        (true, _) => (Justification::Local, String::new()),
        (false, Some(_)) => (Justification::None, "declared without a reason".to_owned()),
        (false, None) => (Justification::None, "not declared".to_owned()),
    };
    Port {
        host: name.to_owned(),
        socket: key.to_owned(),
        process: text("process").unwrap_or_else(|| "-".to_owned()),
        unit: text("unit"),
        package: text("package"),
        state,
        reason,
        reach,
    }
}

fn describe(exposure: &Exposure) -> String {
    let text = |v: &Option<diag::Spanned<String>>| v.as_ref().map(|s| s.value.clone());
    let from = text(&exposure.from).unwrap_or_else(|| "any".to_owned());
    let mut parts = vec![format!(
        "from {from}: {}",
        text(&exposure.why).unwrap_or_default()
    )];
    parts.extend(text(&exposure.owner).map(|o| format!("owner {o}")));
    parts.extend(
        exposure
            .review
            .as_ref()
            .map(|r| format!("review {}", r.value)),
    );
    parts.join(", ")
}

/// A way to a service by a tunnel, a proxy or a router: no host shows it as a socket of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The service.
    pub service: String,
    /// `443/tcp`.
    pub port: String,
    /// Who lets it in.
    pub via: String,
    /// The name by which it is reached.
    pub name: String,
    /// From where; `-` if nothing is said.
    pub from: String,
    /// The reason, with owner and review date; `None` if nobody gives one.
    pub reason: Option<String>,
}

/// The declared ones.
pub fn passages(lab: &Lab) -> Vec<Passage> {
    let mut found = Vec::new();
    for (service, about) in &lab.services {
        for way in &about.exposures {
            let Some(via) = way.via.known() else { continue };
            let from = way.from.known().map(|from| match from {
                Or::Word(outside) => outside.word().to_owned(),
                Or::Ref(reference) => reference.name().to_owned(),
            });
            let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            found.push(Passage {
                service: service.clone(),
                port: or_none(way.port.known().map(ToString::to_string)),
                via: via.name().to_owned(),
                name: or_none(way.host.known().map(ToString::to_string)),
                from: or_none(from),
                reason: describe_way(way),
            });
        }
    }
    found
}

/// Its reason, with owner and review date; `None` if nobody gives one.
pub(crate) fn describe_way(way: &ServiceExposure) -> Option<String> {
    let mut parts = vec![way.why.known()?.0.clone()];
    parts.extend(way.owner.known().map(|o| format!("owner {}", o.name())));
    parts.extend(way.review.known().map(|r| format!("review {r}")));
    Some(parts.join(", "))
}
