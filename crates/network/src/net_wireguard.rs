//! Tunnels of WireGuard that cannot come up, or that nobody can reach.

use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::tunnel::{WireGuard, WireGuardKey};
use model::lab::{Exposure, Host, Lab, Protocol};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-wireguard",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Two WireGuard interfaces of a machine listen on one port, two peers have one key, a peer is the machine itself, its firewall keeps the peers out, or the port is declared open for TCP.",
    rationale: "The second interface on a port does not come up. A peer is its key: of two peers with one key, WireGuard keeps one, with the addresses of the last that was set; a peer \
        with the key of the interface itself is ignored. WireGuard speaks UDP alone: what is let in by TCP reaches nothing. What the firewall does not let in is dropped without an answer, which looks like a wrong key.",
    example: "hosts: {gw: {wireguard: {wg0: {port: 51820}, wg1: {port: 51820}}}}",
    controls: &["CIS v8 12.7", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("which port or key is meant stands on the machines"),
    run,
};

/// Exposures of one port of services that run, by that port and the machine; those of ports of tunnels alone.
type Ways = BTreeMap<(u16, ObjectRef), Vec<(Protocol, Span)>>;

fn ways(lab: &Lab) -> Ways {
    let tunnels = lab.machines().flat_map(|(_, m)| m.about.wireguard.values());
    let taken: BTreeSet<u16> = tunnels.filter_map(port).map(|(port, _)| port).collect();
    let mut out = Ways::new();
    for service in lab.services.values().filter(|s| s.is_running()) {
        for e in &service.exposures {
            let Some((given, ports)) = e.port.as_ref().zip(e.port.known()) else {
                continue;
            };
            if ports.first() != ports.last() || !taken.contains(&ports.first()) {
                continue;
            }
            let parts = service.runs.iter().flat_map(crate::reach::parts);
            let here: BTreeSet<ObjectRef> = parts
                .flat_map(|p| on(lab, &p).into_iter().chain([p]))
                .collect();
            for machine in here {
                let way = (ports.protocol(), given.span);
                out.entry((ports.first(), machine)).or_default().push(way);
            }
        }
    }
    out
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let ways = ways(ctx.lab);
    for (name, machine) in ctx.lab.machines() {
        let object = ctx.lab.machine_ref(name);
        let mut found = ports(&object, machine);
        found.extend(twice(&object, machine));
        found.extend(itself(&object, machine));
        found.extend(shut(&object, machine));
        found.extend(tcp(&ways, &object, machine));
        for d in found {
            out.add(object.clone(), d);
        }
    }
}

fn ports(object: &ObjectRef, machine: &Host) -> Vec<Diagnostic> {
    let mut first: BTreeMap<u16, (&str, Span)> = BTreeMap::new();
    let all = machine.about.wireguard.values();
    let taken: BTreeSet<u16> = all.filter_map(port).map(|(port, _)| port).collect();
    let free = (51_820..=u16::MAX).find(|p| !taken.contains(p));
    let free = free.map_or_else(String::new, |p| format!(", such as {p}"));
    let mut out = Vec::new();
    for (name, tunnel) in &machine.about.wireguard {
        let Some((port, span)) = port(tunnel) else {
            continue;
        };
        let Some((other, there)) = first.get(&port) else {
            first.insert(port, (&name.0, span));
            continue;
        };
        let d = RULE
            .finding(format!(
                "interfaces '{other}' and '{name}' of {} listen on one UDP port, {port}",
                called(object)
            ))
            .at(span, format!("of '{name}'"))
            .and_at(*there, format!("of '{other}'"))
            .note("interfaces that can have a port: 1; the second one does not come up")
            .help(format!("give one of them another port{free}"));
        out.push(d);
    }
    out
}

fn port(tunnel: &WireGuard) -> Option<(u16, Span)> {
    let given = tunnel.port.as_ref()?;
    Some((given.value()?.0, given.span))
}

fn twice(object: &ObjectRef, machine: &Host) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (name, tunnel) in &machine.about.wireguard {
        let mut first: BTreeMap<&WireGuardKey, (&str, Span)> = BTreeMap::new();
        for (who, peer) in &tunnel.peers {
            let given = peer.key.as_ref();
            let Some((key, span)) = given.and_then(|k| Some((k.value()?, k.span))) else {
                continue;
            };
            let Some((other, there)) = first.get(key) else {
                first.insert(key, (&who.0, span));
                continue;
            };
            let d = RULE
                .finding(format!(
                    "peers '{other}' and '{who}' of '{name}' of {} have one key",
                    called(object)
                ))
                .at(span, format!("of '{who}'"))
                .and_at(*there, format!("of '{other}'"))
                .note("peers that WireGuard makes of one key: 1")
                .help(format!("give '{who}' the key that 'wg show' prints there, or make one peer of the two ('allowed' takes several addresses)"));
            out.push(d);
        }
    }
    out
}

/// A peer with a key of the machine that it is a peer of.
fn itself(object: &ObjectRef, machine: &Host) -> Vec<Diagnostic> {
    let tunnels = &machine.about.wireguard;
    let mut out = Vec::new();
    for (name, tunnel) in tunnels {
        for (who, peer) in &tunnel.peers {
            let Some(key) = peer.key.known() else {
                continue;
            };
            let has = |t: &WireGuard| t.key.known() == Some(key);
            // Its own interface before another one of the machine.
            let own = has(tunnel).then_some((name, tunnel));
            let Some((of, there)) = own.or_else(|| tunnels.iter().find(|(_, t)| has(t))) else {
                continue;
            };
            // Another interface of the machine may stand in a network namespace of its own.
            let severity = match own {
                Some(_) => RULE.severity,
                None => Severity::Warning,
            };
            let d = RULE
                .with(
                    severity,
                    format!(
                        "peer '{who}' of '{name}' of {} has the key of the machine's own interface '{of}'",
                        called(object)
                    ),
                )
                .at(peer.key.as_ref().map_or(peer.span, |k| k.span), "the key of this end")
                .and_at(there.key.as_ref().map_or(there.span, |k| k.span), format!("of '{of}'"))
                .help(format!("run 'wg show' where '{who}' is, and write its public key"));
            out.push(d);
        }
    }
    out
}

/// Ports that the declared firewall does not let in, though peers come in by them.
fn shut(object: &ObjectRef, machine: &Host) -> Vec<Diagnostic> {
    let Some(firewall) = &machine.firewall else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (name, tunnel) in &machine.about.wireguard {
        let Some((port, span)) = port(tunnel) else {
            continue;
        };
        // Who is dialled from here answers to a connection that is known.
        let dialled =
            !tunnel.peers.is_empty() && tunnel.peers.values().all(|p| p.endpoint.is_some());
        let mut ways = machine.exposures.iter();
        // TCP in place of UDP is told by itself.
        if dialled
            || ways.any(|e| opens(e, port) || e.port.value == port && e.protocol == Protocol::Tcp)
        {
            continue;
        }
        let fits = |fit| {
            firewall
                .rules
                .iter()
                .find(|r| letting(&r.value, port) == fit)
        };
        if fits(Letting::In).is_some() {
            continue;
        }
        let what = format!("'{name}' of {} listens on port {port}/udp", called(object));
        let d = match fits(Letting::Perhaps) {
            Some(rule) => RULE
                .unknown(format!("whether the firewall lets in that {what}"))
                .at(span, "no exposure of this port")
                .and_at(rule.span, "may let it in"),
            None => RULE
                .with(
                    Severity::Warning,
                    format!("{what}, which its firewall does not let in"),
                )
                .at(span, "no exposure of this port")
                .and_at(firewall.span, "denies the rest")
                .note(format!(
                    "exposures of {}: {}, of {port}/udp to others than itself: 0",
                    called(object),
                    machine.exposures.len()
                )),
        };
        out.push(d.help(format!(
            "add '{{port: {port}/udp, from: any, why: …}}' to 'exposures', or give each peer that is dialled from here its 'endpoint'"
        )));
    }
    out
}

/// Exposures of the machine, and of services that run on it, that name the port of a tunnel and TCP. Where UDP is open beside it, the other one may be
/// another program's.
fn tcp(theirs: &Ways, object: &ObjectRef, machine: &Host) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (name, tunnel) in &machine.about.wireguard {
        let Some((port, span)) = port(tunnel) else {
            continue;
        };
        let own = machine.exposures.iter().filter(|e| e.port.value == port);
        let own = own.map(|e| (e.protocol, e.port.span));
        let theirs = theirs.get(&(port, object.clone())).into_iter().flatten();
        let ways: Vec<(Protocol, Span)> = own.chain(theirs.copied()).collect();
        if ways.iter().any(|(protocol, _)| *protocol == Protocol::Udp) {
            continue;
        }
        for (_, at) in ways.iter().filter(|(p, _)| *p == Protocol::Tcp) {
            let d = RULE
                .with(
                    Severity::Warning,
                    format!(
                        "port {port} of {} is declared open for TCP, and WireGuard interface '{name}' listens there, on UDP alone",
                        called(object)
                    ),
                )
                .at(*at, "TCP")
                .and_at(span, "UDP")
                .note(format!("exposures of {port}/udp: 0"));
            out.push(d.help(format!("write 'port: {port}/udp'")));
        }
    }
    out
}

/// The machine of a stack.
fn on(lab: &Lab, part: &ObjectRef) -> Option<ObjectRef> {
    let stack = lab.stacks.get(&part.name)?;
    let on = stack.on.known().filter(|_| part.kind == Kind::Stack)?;
    Some(on.0.object.clone())
}

fn opens(way: &Exposure, port: u16) -> bool {
    let from = way.from.as_ref().map(|f| f.value.as_str());
    way.port.value == port && way.protocol == Protocol::Udp && from != Some("loopback")
}

/// Whether a rule of nftables lets in UDP to a port, from wherever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letting {
    In,
    Perhaps,
    Nothing,
}

fn letting(rule: &str, port: u16) -> Letting {
    let words: Vec<&str> = rule.split_whitespace().collect();
    let has = |what: &[&str]| words.iter().any(|w| what.contains(w));
    let elsewhere = has(&["\"lo\"", "lo"]);
    let other = has(&["tcp", "icmp", "icmpv6", "ipv6-icmp"]) && !has(&["udp"]);
    let onward = has(&["jump", "goto"]);
    if elsewhere || other || !onward && !has(&["accept"]) {
        return Letting::Nothing;
    }
    match rule.split_once("dport") {
        Some((_, ports)) => match includes(ports, port) {
            Some(true) if !onward => Letting::In,
            Some(false) => Letting::Nothing,
            Some(true) | None => Letting::Perhaps,
        },
        None => Letting::Perhaps,
    }
}

/// Whether what stands behind `dport` has a port in it: `51820`, `51820-51829`, `{ 53, 51820 }`. `None` for all that is not written in numbers.
fn includes(text: &str, port: u16) -> Option<bool> {
    let text = text.trim_start();
    let list = match text.strip_prefix('{') {
        Some(set) => set.split_once('}')?.0,
        None => text.split_whitespace().next()?,
    };
    let range = |item: &str| {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let number = |t: &str| t.trim().parse::<u16>().ok();
        Some((number(first)?..=number(last)?).contains(&port))
    };
    let all: Option<Vec<bool>> = list.split(',').map(range).collect();
    Some(all?.contains(&true))
}
