//! A container offers a database or an administration to whole networks, and nobody said to whom.

use crate::addresses::is_private;
use crate::budget::is_rented;
use crate::containers::Container;
use crate::context::called;
use crate::loopback::{self, Elsewhere, Ends};
use crate::traffic::{self, Spot, names_ports, verdict};
use crate::{Context, Findings, Mend, Rule, sensitive};
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use graph::beside::Beside;
use graph::wording::names;
use model::compose::{Port, PortRange};
use model::declare::{OptExt as _, Or, Value as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::{NetworkKind, Trust};
use model::lab::service::{Outside, ServiceExposure};
use model::units::net::Ports;
use std::collections::BTreeSet;

/// Who reaches what the internet reaches.
const INTERNET: &str = "the internet";

pub const RULE: Rule = Rule {
    id: "cmp-port-open",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container publishes a database or an administration on all addresses of its machine, and nothing declares who is to reach it there.",
    rationale: "A port without an address is published in every network that the machine has a leg in: to people's machines, to guests, to things. A database \
        and an administration trust whoever has their one password. Containers of one project reach each other without any published port. In a zone whose trust is \
        `high` or `critical` stand servers and administration: who is in such a network with the machine is not told, nor who comes from such a zone; whoever a flow for all ports lets in from another zone is.",
    example: "services: {db: {image: postgres:17, ports: ['5432:5432']}}",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::Unsafe(
        "publishes the port on the loopback address, where nothing else of the lab leads to its service",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let elsewhere = Elsewhere::default();
    for container in ctx.containers() {
        let beside = ctx.beside(&container);
        let own = match (&container.service.network_mode, beside) {
            // It publishes nothing: what it listens on are ports of its machine.
            (Some(mode), _) if mode.value == "host" => own(&container, mode.span),
            // The bridge of the engine, and the network that is taken where none is named.
            (Some(mode), _) if matches!(mode.value.as_str(), "bridge" | "default") => None,
            (Some(_), _) => continue,
            (None, Some(_)) => own(&container, container.service.span),
            (None, None) => None,
        };
        let published = match &own {
            Some(_) => &[][..],
            None => container.service.ports.as_slice(),
        };
        let mut said = BTreeSet::new();
        // Beside the machine it answers on its own ports, once for all that lead there.
        let ports = own.iter().chain(published);
        let ports: Vec<&Port> = ports
            .filter(|port| beside.is_none() || said.insert(port.target))
            .collect();
        for entry in ports.chunk_by(|a, b| a.span == b.span) {
            let all = entry
                .iter()
                .map(|port| check(ctx, &container, port, beside));
            let all: Vec<Judged<'_>> = all.collect();
            for d in told(ctx, &container, (entry, &all), &elsewhere) {
                out.add(container.object(), d);
            }
        }
    }
}

/// What is said of one entry, of which a range has many ports: once of those that follow each other and are open to the same.
fn told<'a>(
    ctx: &Context<'a>,
    container: &Container<'_>,
    (entry, all): (&[&Port], &[Judged<'_>]),
    elsewhere: &Elsewhere<'a>,
) -> Vec<Diagnostic> {
    let pairs: Vec<(&Port, &Judged<'_>)> = entry.iter().copied().zip(all).collect();
    let mut out = Vec::new();
    for run in pairs.chunk_by(|(_, a), (_, b)| a.is_as(b)) {
        let [(first, judged), ..] = run else { continue };
        let last = run.last().map_or(*first, |(port, _)| *port);
        match judged {
            Judged::Closed => {}
            Judged::Unknown(d) => out.push((**d).clone()),
            Judged::Open(open) => {
                let mut d = finding(container, (first, last), open);
                let whole = run.len() == entry.len();
                let written =
                    open.target.beside.is_none() && container.service.network_mode.is_none();
                if whole && written && !elsewhere.counts_on(ctx, container) {
                    d.fix = loopback::fix((first, last));
                }
                out.push(d);
            }
        }
    }
    out
}

/// What is known of one port.
enum Judged<'a> {
    /// Nobody reaches it, or whoever does has a reason.
    Closed,
    /// It cannot be told.
    Unknown(Box<Diagnostic>),
    /// Somebody reaches it.
    Open(Box<Opened<'a>>),
}

/// A port with those who reach it.
struct Opened<'a> {
    subject: String,
    target: Target<'a>,
    legs: Vec<Leg>,
}

impl Judged<'_> {
    /// The same is said of both.
    fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Judged::Closed, Judged::Closed) => true,
            (Judged::Unknown(a), Judged::Unknown(b)) => a.message == b.message,
            (Judged::Open(a), Judged::Open(b)) => {
                let legs = |o: &Opened<'_>| -> Vec<(String, Option<Span>)> {
                    o.legs.iter().map(|l| (l.words.clone(), l.by)).collect()
                };
                a.subject == b.subject && legs(a) == legs(b)
            }
            _ => false,
        }
    }
}

/// The port of the machine that a database listens on which has no network of its own, unless it is told to listen on the machine alone.
fn own(container: &Container<'_>, span: Span) -> Option<Port> {
    let image = container.service.image.as_ref()?;
    let port = sensitive::database_port(&image.value.name)?;
    let told = [&container.service.command, &container.service.entrypoint];
    let told = told.into_iter().flatten().flat_map(|c| &c.words);
    let told: Vec<&str> = told.map(|word| word.expose()).collect();
    if listens_to_itself(&told) {
        return None;
    }
    Some(Port {
        span,
        host_ip: None,
        published: Some(PortRange {
            start: port,
            end: port,
        }),
        target: port,
        protocol: "tcp".to_owned(),
        mode: Some("host".to_owned()),
        long: None,
    })
}

/// Options by which databases are given the addresses to listen on, without dashes.
const LISTENS: [&str; 13] = [
    "address",
    "bind",
    "bind-address",
    "bind_address",
    "bind_ip",
    "bindaddress",
    "host",
    "http.host",
    "listen",
    "listen-address",
    "listen_addresses",
    "network.bind_host",
    "network.host",
];

/// The options of these words that give addresses to listen on give none but the machine's own: `--bind 127.0.0.1`, `-c listen_addresses=localhost`.
fn listens_to_itself(words: &[&str]) -> bool {
    let words: Vec<&str> = words.iter().flat_map(|w| w.split_whitespace()).collect();
    let asks = |option: &str| {
        let option = option.trim_start_matches('-').to_ascii_lowercase();
        LISTENS.contains(&option.as_str())
    };
    let is_own = |value: &str| {
        let mut each = value
            .split(',')
            .map(|a| a.trim_matches(['"', '\'', '[', ']']));
        each.all(|a| ["127.0.0.1", "localhost", "::1", "-::1"].contains(&a))
    };
    let is_address = |word: &str| word.trim_start_matches('-').parse::<IpAddr>().is_ok();
    // How many words were read behind an option; Redis takes several addresses.
    let mut behind = None;
    let mut given = Vec::new();
    for word in words {
        match (word.split_once('='), behind) {
            (Some((option, value)), _) if asks(option) => given.push(value),
            (None, _) if asks(word) && word.starts_with('-') => behind = Some(0),
            (None, Some(n)) if n == 0 || is_address(word) => {
                given.push(word);
                behind = Some(n + 1);
            }
            _ => behind = None,
        }
    }
    !given.is_empty() && given.iter().all(|value| is_own(value))
}

/// What could be reached, and where.
struct Target<'a> {
    at: ObjectRef,
    asked: Ports,
    /// What flows to it lead to: the machine or its networks, or a service of the stack on it.
    ends: Vec<Spot<'a>>,
    /// It has an address of its own.
    beside: Option<&'a Beside<'a>>,
}

fn check<'a>(
    ctx: &'a Context<'_>,
    container: &Container<'_>,
    port: &Port,
    beside: Option<&'a Beside<'a>>,
) -> Judged<'a> {
    let Some(what) = what(container, port) else {
        return Judged::Closed;
    };
    let subject = format!("{what} in {}", container.title());
    if !container.project.is_settled(port.span) {
        let d = RULE
            .unknown(format!("who reaches {subject}"))
            .at(port.span, "");
        return Judged::Unknown(Box::new(container.unsettled(d, &[port.span])));
    }
    if beside.is_none() && port.host_ip.is_some_and(|ip| !ip.is_unspecified()) {
        return Judged::Closed;
    }
    let Some((kind, machine)) = container.machine() else {
        let d = RULE
            .unknown(format!("who reaches {subject}"))
            .at(port.span, "on all addresses");
        let stack = container.stack;
        let d = d.note(format!(
            "stack '{stack}' does not say on which machine it runs"
        ));
        return Judged::Unknown(Box::new(d.help(format!(
            "write where it runs: '{stack}: {{file: …, on: HOST}}'"
        ))));
    };
    let Some(asked) = asked(port, beside) else {
        return Judged::Closed;
    };
    let at = ObjectRef::new(kind, machine);
    let target = Target {
        asked,
        ends: ends(ctx, container, (&at, beside)),
        at,
        beside,
    };
    let mut legs = match beside {
        Some(own) => own.lans.iter().map(|n| Leg::network(ctx.lab, n)).collect(),
        None => legs(ctx, &target.at),
    };
    legs.extend(let_in(ctx, &target, &legs));
    let known = !legs.is_empty();
    legs.retain(|l| !l.is_for_servers && !is_declared_in_all(ctx, container, &target, l));
    // Every network that it is reached from has a reason; of a machine without any, nobody knows.
    if legs.is_empty() && known {
        return Judged::Closed;
    }
    Judged::Open(Box::new(Opened {
        subject,
        target,
        legs,
    }))
}

fn finding(container: &Container<'_>, ends: Ends<'_>, opened: &Opened<'_>) -> Diagnostic {
    let (port, open) = (ends.0, &opened.legs);
    let (subject, target) = (&opened.subject, &opened.target);
    let from: Vec<&str> = open.iter().map(|l| l.words.as_str()).collect();
    let nowhere = match target.beside {
        Some(own) => {
            let own: Vec<&str> = own.networks.keys().copied().collect();
            format!("whoever reaches network {} of its project", names(&own))
        }
        None => format!("whoever reaches {}", called(&target.at)),
    };
    let from = match from.as_slice() {
        [] => nowhere,
        from => from.join(", "),
    };
    let severity = match open.iter().any(|l| l.is_strange) {
        true => Severity::Error,
        false => RULE.severity,
    };
    let in_host = container.service.network_mode.is_some();
    let on = match (in_host, target.beside) {
        (true, _) => "in the network of its machine",
        (false, Some(_)) => "at an address of its own",
        (false, None) => "on all addresses",
    };
    let number = number(ends, None);
    let shown = match port.published {
        Some(_) => format!("{number}/{}", port.protocol),
        None => format!("any port for {number}/{}", port.protocol),
    };
    let range = match ends.0.target == ends.1.target {
        true => String::new(),
        false => format!(" at ports {number}"),
    };
    let mut d = RULE
        .with(severity, format!("{subject} is open{range} to {from}"))
        .at(port.span, on)
        .of(format!("{}: {shown}", container.name));
    let flows: BTreeSet<Span> = open.iter().filter_map(|l| l.by).collect();
    for flow in flows {
        d = d.and_at(flow, "lets all ports through");
    }
    if open.is_empty() && target.beside.is_none() {
        d = d.note(format!("no network of {} is declared", called(&target.at)));
    }
    if in_host {
        d = d.note(format!(
            "without a network of its own it listens on the addresses of its machine; {number} is the port of its image, if nothing tells it another"
        ));
    }
    d.help(help(container, ends, target, open))
}

/// The port, or the range of several, by which it is reached.
fn number((first, last): Ends<'_>, beside: Option<&Beside<'_>>) -> String {
    let published = first.published.zip(last.published);
    let (from, to) = match published.filter(|_| beside.is_none()) {
        Some((a, b)) => (a.start, b.end),
        None => (first.target, last.target),
    };
    match from == to {
        true => from.to_string(),
        false => format!("{from}-{to}"),
    }
}

/// How it is closed, or declared.
fn help(container: &Container<'_>, ends: Ends<'_>, target: &Target<'_>, open: &[Leg]) -> String {
    let port = ends.0;
    let number = number(ends, target.beside);
    let close = match (&container.service.network_mode, target.beside) {
        (Some(_), _) => "leave 'network_mode' out: containers of one project reach each other without; or tell it to listen on 127.0.0.1".to_owned(),
        (None, Some(_)) => "leave it in networks of a bridge alone: containers of one project reach each other there".to_owned(),
        (None, None) => format!("write '{}', or no port at all: containers of one project reach each other without", loopback::entry(ends)),
    };
    let (at, protocol) = (called(&target.at), &port.protocol);
    if !open.is_empty() && open.iter().all(|l| l.by.is_some()) {
        return format!(
            "name the ports that are meant in the flow; or {close}. If others are to reach it, let a flow to {at} name {number}/{protocol}"
        );
    }
    let own = open.iter().find(|l| !l.is_strange && l.by.is_none());
    let source = own.and_then(|l| l.network.as_deref()).unwrap_or("NETWORK");
    // A way into a machine is one port, one into a service a range.
    let of = match number.contains('-') {
        true => format!("the service that stack '{}' runs", container.stack),
        false => at,
    };
    format!(
        "{close}. If others are to reach it, declare it: 'exposures: [{{port: {number}/{protocol}, from: {source}, why: …, owner: …, review: …}}]' of {of}"
    )
}

/// What the port gives away, if it does.
fn what(container: &Container<'_>, port: &Port) -> Option<&'static str> {
    let image = container.service.image.as_ref();
    let image = image.map_or("", |i| i.value.name.as_str());
    if let Some(what) = sensitive::served(image, port.target) {
        return Some(what);
    }
    // A whole range is somebody's own numbering: a well-known number in it means nothing.
    let one = port.published.filter(|r| r.start == r.end)?;
    sensitive::port(&(one.start..=one.end)).map(|(_, what)| what)
}

/// The port of the machine; that of the container where the engine takes any, or has none to publish.
fn asked(port: &Port, beside: Option<&Beside<'_>>) -> Option<Ports> {
    let published = port.published.filter(|_| beside.is_none());
    let (first, last) = published.map_or((port.target, port.target), |r| (r.start, r.end));
    Ports::parse(&format!("{first}-{last}/{}", port.protocol)).ok()
}

/// A network that the machine is in, or the internet.
struct Leg {
    words: String,
    network: Option<String>,
    zone: Option<String>,
    /// Its zone is one of servers and administration.
    is_for_servers: bool,
    /// Strangers are in it.
    is_strange: bool,
    /// The machine is not in it: a flow lets it in.
    by: Option<Span>,
}

impl Leg {
    /// A network of the lab.
    fn network(lab: &Lab, name: &str) -> Self {
        let network = lab.networks.get(name);
        let kind = network.and_then(|n| n.about.kind.known());
        let zone = crate::reach::zone_of(lab, name);
        let trust = zone.and_then(|z| lab.zones.get(z)?.trust.known());
        Self {
            words: match zone {
                Some(zone) => format!("network '{name}' (zone '{zone}')"),
                None => format!("network '{name}' (of no zone)"),
            },
            network: Some(name.to_owned()),
            zone: zone.map(str::to_owned),
            is_for_servers: is_for_servers(trust),
            is_strange: trust == Some(&Trust::Untrusted) || kind == Some(&NetworkKind::Wan),
            by: None,
        }
    }

    /// All networks of a zone.
    fn zone(lab: &Lab, name: &str) -> Self {
        let trust = lab.zones.get(name).and_then(|z| z.trust.known());
        Self {
            words: format!("zone '{name}'"),
            network: None,
            zone: Some(name.to_owned()),
            is_for_servers: is_for_servers(trust),
            is_strange: trust == Some(&Trust::Untrusted),
            by: None,
        }
    }

    fn internet() -> Self {
        Self {
            words: INTERNET.to_owned(),
            network: None,
            zone: None,
            is_for_servers: false,
            is_strange: true,
            by: None,
        }
    }

    /// Where its traffic comes from.
    fn spot<'a>(&self, lab: &'a Lab) -> Spot<'a> {
        match (&self.network, &self.zone) {
            (Some(name), _) => Spot::of(lab, &ObjectRef::new(Kind::Network, name)),
            (None, Some(name)) => match lab.zones.get_key_value(name.as_str()) {
                Some((zone, _)) => Spot::zone(lab, zone).whole(),
                None => Spot::default(),
            },
            (None, None) => Spot::internet(),
        }
    }
}

fn is_for_servers(trust: Option<&Trust>) -> bool {
    matches!(trust, Some(Trust::Critical | Trust::High))
}

fn legs(ctx: &Context<'_>, at: &ObjectRef) -> Vec<Leg> {
    let mut out = Vec::new();
    for name in crate::reach::networks(ctx.lab, at) {
        let network = ctx.lab.networks.get(name);
        let kind = network.and_then(|n| n.about.kind.known());
        // Bridges inside of a machine lead to nobody else.
        if matches!(kind, Some(NetworkKind::Docker | NetworkKind::Overlay)) {
            continue;
        }
        out.push(Leg::network(ctx.lab, name));
    }
    let machine = ctx.lab.machine(&at.name);
    let public = machine.is_some_and(|m| {
        let mut all = m.addresses.values().filter_map(|a| a.value());
        all.any(|a| a.parse().is_ok_and(|ip| !is_private(ip)))
    });
    if public || machine.is_some_and(is_rented) {
        out.push(Leg::internet());
    }
    out
}

/// Whoever is elsewhere and is let in by a flow for all ports. A flow from a single machine is meant for that machine.
fn let_in(ctx: &Context<'_>, target: &Target<'_>, legs: &[Leg]) -> Vec<Leg> {
    let lab = ctx.lab;
    let mut out: Vec<Leg> = Vec::new();
    let open = lab.flows.iter();
    for flow in open.filter(|f| traffic::opens(f, &target.ends)) {
        let found = match flow.from.known() {
            Some(Or::Word(Outside::Any)) => {
                let zones = traffic::zones(lab).into_iter();
                zones.map(|z| Leg::zone(lab, z)).collect()
            }
            Some(Or::Word(Outside::Internet)) => vec![Leg::internet()],
            Some(Or::Ref(r)) if r.kind() == Kind::Zone => vec![Leg::zone(lab, r.name())],
            Some(Or::Ref(r)) if r.kind() == Kind::Network => vec![Leg::network(lab, r.name())],
            _ => Vec::new(),
        };
        for leg in found {
            // Whoever is in a network with the machine asks no router.
            let known = legs.iter().chain(&out).any(|l| match &leg.zone {
                Some(zone) => l.zone.as_ref() == Some(zone),
                None => l.network == leg.network && l.zone.is_none(),
            });
            let passes = |from: &Spot<'_>| {
                let mut ends = target.ends.iter();
                ends.any(|to| verdict(lab, from, to, &[target.asked]).is_allowed())
            };
            if !known && !leg.is_for_servers && passes(&leg.spot(lab)) {
                let by = Some(flow.span);
                out.push(Leg { by, ..leg });
            }
        }
    }
    out
}

/// What a flow to the container leads to.
fn ends<'a>(
    ctx: &Context<'a>,
    container: &Container<'_>,
    (at, beside): (&ObjectRef, Option<&Beside<'_>>),
) -> Vec<Spot<'a>> {
    let served = ctx.services_in(container.stack);
    let served = served.map(|(name, _)| ObjectRef::new(Kind::Service, name));
    let place = match beside {
        Some(own) => {
            let lans = own.lans.iter();
            lans.map(|n| ObjectRef::new(Kind::Network, *n)).collect()
        }
        None => vec![at.clone()],
    };
    let ends = served.chain(place);
    ends.map(|to| Spot::of(ctx.lab, &to)).collect()
}

/// It is declared of a zone as a whole, or of each of its networks.
fn is_declared_in_all(
    ctx: &Context<'_>,
    container: &Container<'_>,
    target: &Target<'_>,
    leg: &Leg,
) -> bool {
    if is_declared(ctx, container, target, leg) {
        return true;
    }
    let zone = leg.zone.as_deref().filter(|_| leg.network.is_none());
    zone.is_some_and(|zone| {
        let all = ctx.lab.networks.keys();
        let mut all = all.filter(|n| crate::reach::zone_of(ctx.lab, n) == Some(zone));
        all.all(|n| is_declared(ctx, container, target, &Leg::network(ctx.lab, n)))
    })
}

/// An exposure, or a flow that names the port, says that it is to be reached from there.
fn is_declared(
    ctx: &Context<'_>,
    container: &Container<'_>,
    target: &Target<'_>,
    leg: &Leg,
) -> bool {
    let asked = target.asked;
    let meets = |p: Ports| {
        p.protocol() == asked.protocol() && p.first() <= asked.first() && asked.last() <= p.last()
    };
    let network = leg.network.as_deref();
    let machine = ctx.lab.machine(&target.at.name).into_iter();
    let mut exposed = machine.flat_map(|m| &m.exposures).filter(|e| {
        let number = e.port.value;
        Ports::parse(&format!("{number}/{}", e.protocol.word())).is_ok_and(meets)
    });
    let mut services = ctx.services_in(container.stack);
    exposed.any(|e| {
        let from = e.from.as_ref().map(|f| f.value.as_str());
        matches!(from, None | Some("any")) || (from.is_some() && from == network)
    }) || services.any(|(_, s)| {
        let mut all = s.exposures.iter();
        all.any(|e| e.port.known().is_some_and(|p| meets(*p)) && is_from(e, leg))
    }) || (network.or(leg.zone.as_deref())).is_some_and(|_| {
        let from = leg.spot(ctx.lab);
        let mut ends = target.ends.iter();
        ends.any(|to| names_ports(ctx.lab, &from, to, &[asked]))
    })
}

/// The exposure of a service is for who is there.
fn is_from(exposure: &ServiceExposure, leg: &Leg) -> bool {
    let Some(given) = &exposure.from else {
        return true;
    };
    match given.value() {
        None | Some(Or::Word(Outside::Any)) => true,
        Some(Or::Word(Outside::Internet)) => leg.is_strange,
        Some(Or::Word(Outside::Loopback)) => false,
        Some(Or::Ref(r)) => {
            let name = match r.kind() {
                Kind::Zone => leg.zone.as_deref(),
                _ => leg.network.as_deref(),
            };
            name == Some(r.name())
        }
    }
}
