//! A container offers a database or an administration to whole networks, and nobody said to whom.

use crate::addresses::is_private;
use crate::budget::is_rented;
use crate::containers::Container;
use crate::traffic::{Spot, names_ports};
use crate::{Context, Findings, Mend, Rule, sensitive};
use diag::{Diagnostic, Severity, Span};
use model::compose::{Port, PortRange};
use model::declare::{OptExt as _, Or, Value as _};
use model::id::{Kind, ObjectRef};
use model::lab::network::{NetworkKind, Trust};
use model::lab::service::{Outside, ServiceExposure};
use model::units::net::Ports;

/// Who reaches what the internet reaches.
const INTERNET: &str = "the internet";

pub const RULE: Rule = Rule {
    id: "cmp-port-open",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container publishes a database or an administration on all addresses of its machine, and nothing declares who is to reach it there.",
    rationale: "A port without an address is published in every network that the machine has a leg in: to people's machines, to guests, to things. A database \
        and an administration trust whoever has their one password. Containers of one project reach each other without any published port.",
    example: "services: {db: {image: postgres:17, ports: ['5432:5432']}}",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::DisplayOnly("who uses the port is known to its owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        if let Some(mode) = &container.service.network_mode {
            // It publishes nothing: what it listens on are ports of its machine.
            if let Some(port) = (mode.value == "host")
                .then(|| own(&container, mode.span))
                .flatten()
                && let Some(d) = check(ctx, &container, &port)
            {
                out.add(container.object(), d);
            }
            continue;
        }
        for port in &container.service.ports {
            if let Some(d) = check(ctx, &container, port) {
                out.add(container.object(), d);
            }
        }
    }
}

/// The port of the machine that a database listens on which has no network of its own, unless it is told to listen on the machine alone.
fn own(container: &Container<'_>, span: Span) -> Option<Port> {
    let image = container.service.image.as_ref()?;
    let port = sensitive::database_port(&image.value.name)?;
    let told = [&container.service.command, &container.service.entrypoint];
    let told = told.into_iter().flatten().flat_map(|c| &c.words);
    let mut told = told.map(|word| word.expose());
    if told.any(|word| {
        ["127.0.0.1", "localhost", "::1"]
            .iter()
            .any(|own| word.contains(own))
    }) {
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

fn check(ctx: &Context<'_>, container: &Container<'_>, port: &Port) -> Option<Diagnostic> {
    let what = what(container, port)?;
    let subject = format!("{what} in {}", container.title());
    if !container.project.is_settled(port.span) {
        let d = RULE
            .unknown(format!("who reaches {subject}"))
            .at(port.span, "");
        return Some(container.unsettled(d, &[port.span]));
    }
    if port.host_ip.is_some_and(|ip| !ip.is_unspecified()) {
        return None;
    }
    let Some((kind, machine)) = container.machine() else {
        let d = RULE
            .unknown(format!("who reaches {subject}"))
            .at(port.span, "on all addresses");
        let stack = container.stack;
        let d = d.note(format!(
            "stack '{stack}' does not say on which machine it runs"
        ));
        return Some(d.help(format!(
            "write where it runs: '{stack}: {{file: …, on: HOST}}'"
        )));
    };
    let at = ObjectRef::new(kind, machine);
    let legs = legs(ctx, &at);
    let asked = asked(port)?;
    let open: Vec<&Leg> = legs
        .iter()
        .filter(|l| !l.is_for_servers && !is_declared(ctx, container, (&at, asked), l))
        .collect();
    // Every network that it is reached from has a reason; of a machine without any, nobody knows.
    if open.is_empty() && !legs.is_empty() {
        return None;
    }
    Some(finding(container, port, (&subject, &at), &open))
}

fn finding(
    container: &Container<'_>,
    port: &Port,
    (subject, at): (&str, &ObjectRef),
    open: &[&Leg],
) -> Diagnostic {
    let from: Vec<&str> = open.iter().map(|l| l.words.as_str()).collect();
    let from = match from.as_slice() {
        [] => format!("whoever reaches {} '{}'", at.kind.word(), at.name),
        from => from.join(", "),
    };
    let severity = match open.iter().any(|l| l.is_strange) {
        true => Severity::Error,
        false => RULE.severity,
    };
    let in_host = container.service.network_mode.is_some();
    let on = match in_host {
        true => "in the network of its machine",
        false => "on all addresses",
    };
    let number = port.published.map_or(port.target, |r| r.start);
    let shown = match port.published {
        Some(r) if r.start != r.end => format!("{}-{}/{}", r.start, r.end, port.protocol),
        Some(_) => format!("{number}/{}", port.protocol),
        None => format!("any port for {number}/{}", port.protocol),
    };
    let mut d = RULE
        .with(severity, format!("{subject} is open to {from}"))
        .at(port.span, on)
        .of(format!("{}: {shown}", container.name));
    if open.is_empty() {
        d = d.note(format!(
            "no network of {} '{}' is declared",
            at.kind.word(),
            at.name
        ));
    }
    if in_host {
        d = d.note(format!(
            "without a network of its own it listens on the addresses of its machine; {number} is the port of its image, if nothing tells it another"
        ));
    }
    let own = open.iter().find(|l| !l.is_strange);
    let source = own.and_then(|l| l.network.as_deref()).unwrap_or("NETWORK");
    if in_host {
        return d.help(format!(
            "leave 'network_mode' out: containers of one project reach each other without; or tell it to listen on 127.0.0.1. If others are to reach it, declare it: \
             'exposures: [{{port: {number}/{}, from: {source}, why: …, owner: …, review: …}}]' of {} '{}'",
            port.protocol,
            at.kind.word(),
            at.name
        ));
    }
    d.help(format!(
        "write '127.0.0.1:{number}:{}', or no port at all: containers of one project reach each other without. If others are to reach it, declare it: \
         'exposures: [{{port: {number}/{}, from: {source}, why: …, owner: …, review: …}}]' of {} '{}'",
        port.target,
        port.protocol,
        at.kind.word(),
        at.name
    ))
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

/// The port of the machine; that of the container where the engine takes any.
fn asked(port: &Port) -> Option<Ports> {
    let (first, last) = port
        .published
        .map_or((port.target, port.target), |r| (r.start, r.end));
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
        let zone = crate::reach::zone_of(ctx.lab, name);
        let trust = zone.and_then(|z| ctx.lab.zones.get(z)?.trust.known());
        let of = match zone {
            Some(zone) => format!("network '{name}' (zone '{zone}')"),
            None => format!("network '{name}' (of no zone)"),
        };
        out.push(Leg {
            words: of,
            network: Some(name.to_owned()),
            zone: zone.map(str::to_owned),
            is_for_servers: matches!(trust, Some(Trust::Critical | Trust::High)),
            is_strange: trust == Some(&Trust::Untrusted) || kind == Some(&NetworkKind::Wan),
        });
    }
    let machine = ctx.lab.machine(&at.name);
    let public = machine.is_some_and(|m| {
        let mut all = m.addresses.values().filter_map(|a| a.value());
        all.any(|a| a.parse().is_ok_and(|ip| !is_private(ip)))
    });
    if public || machine.is_some_and(is_rented) {
        out.push(Leg {
            words: INTERNET.to_owned(),
            network: None,
            zone: None,
            is_for_servers: false,
            is_strange: true,
        });
    }
    out
}

/// An exposure, or a flow that names the port, says that it is to be reached from there.
fn is_declared(
    ctx: &Context<'_>,
    container: &Container<'_>,
    (at, asked): (&ObjectRef, Ports),
    leg: &Leg,
) -> bool {
    let meets = |p: Ports| {
        p.protocol() == asked.protocol() && p.first() <= asked.first() && asked.last() <= p.last()
    };
    let network = leg.network.as_deref();
    let machine = ctx.lab.machine(&at.name).into_iter();
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
    }) || network.is_some_and(|n| {
        let from = Spot::of(ctx.lab, &ObjectRef::new(Kind::Network, n));
        // The flow may lead to the machine, or to a service of the stack on it.
        let served = ctx.services_in(container.stack);
        let served = served.map(|(name, _)| ObjectRef::new(Kind::Service, name));
        let mut ends = served.chain([at.clone()]);
        ends.any(|to| names_ports(ctx.lab, &from, &Spot::of(ctx.lab, &to), &[asked]))
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
