//! A firewall rule that lets in more than the lab needs.

use crate::call::object;
use crate::netfilter::{Entry, Line, Parsed, Range, Verdict, lines};
use crate::reach::machines;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::service::Outside;
use model::lab::{Lab, Protocol};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "fw-scope",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A firewall command of a document allows any source, or far more addresses than the lab's networks have.",
    rationale: "Who can reach a service decides how much its next flaw costs. 'Any' also means the guest network, the television and, one forwarded \
        port later, the internet.",
    example: "ufw allow from 192.168.0.0/16 to any port 22   # while the lab has 192.168.10.0/24",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::DisplayOnly("who uses the port is known to its owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut world: Option<World<'_>> = None;
    for line in lines(ctx) {
        let Parsed::Rule(entry) = &line.parsed else {
            continue;
        };
        if entry.verdict != Verdict::Allow || entry.bounded {
            continue;
        }
        let world = world.get_or_insert_with(|| World::of(ctx.lab));
        let d = match &entry.source {
            None => any(world, &line, entry),
            Some(range) => wide(world, &line, range),
        };
        if let Some(d) = d {
            out.add(object(line.document), d);
        }
    }
}

fn said(line: &Line<'_>) -> String {
    let number = line.document.line(line.call.command.span);
    format!("line {number} of document '{}'", line.document.name)
}

/// Ports with their protocol, from the first to the last.
type Open = (Protocol, u16, u16);

/// What of the lab commands are held against; read once for all of them.
struct World<'a> {
    lab: &'a Lab,
    /// By machine the ports that its exposures, or those of services that are reached there, have for everybody.
    open: BTreeMap<ObjectRef, Vec<Open>>,
    /// Subnets, as written and as addresses.
    networks: Vec<(&'a str, Range)>,
}

impl<'a> World<'a> {
    fn of(lab: &'a Lab) -> Self {
        let subnets = lab.networks.values().filter_map(|n| n.subnet.known());
        let networks = subnets.filter_map(|s| Some((s.as_str(), Range::parse(s)?)));
        Self {
            lab,
            open: open(lab),
            networks: networks.collect(),
        }
    }
}

fn open(lab: &Lab) -> BTreeMap<ObjectRef, Vec<Open>> {
    let mut out: BTreeMap<ObjectRef, Vec<Open>> = BTreeMap::new();
    for (name, machine) in lab.machines() {
        let all = machine.exposures.iter().filter(|e| {
            let from = e.from.as_ref();
            from.is_some_and(|f| matches!(f.value.as_str(), "any" | "internet"))
        });
        let ports: Vec<Open> = all
            .map(|e| (e.protocol, e.port.value, e.port.value))
            .collect();
        if !ports.is_empty() {
            out.insert(lab.machine_ref(name), ports);
        }
    }
    for (name, service) in &lab.services {
        for e in service.exposures.iter() {
            let all = |f| matches!(f, &Or::Word(Outside::Internet | Outside::Any));
            let Some(ports) = e.port.known().filter(|_| e.from.known().is_some_and(all)) else {
                continue;
            };
            let own = ObjectRef::new(Kind::Service, name);
            let at = e.via.known().map_or(own, |v| v.0.object.clone());
            for machine in machines(lab, &at) {
                let span = (ports.protocol(), ports.first(), ports.last());
                out.entry(machine).or_default().push(span);
            }
        }
    }
    out
}

/// Each port of a rule is one of those.
fn is_open(open: &[Open], entry: &Entry) -> bool {
    let Some(ports) = &entry.ports else {
        return false;
    };
    let fits = |protocol: Protocol| match entry.protocol.as_deref() {
        Some("tcp") => protocol == Protocol::Tcp,
        Some("udp") => protocol == Protocol::Udp,
        _ => true,
    };
    ports.ranges().iter().all(|(first, last)| {
        let mut next = u32::from(*first);
        while next <= u32::from(*last) {
            let here = open.iter().filter(|(protocol, ..)| fits(*protocol));
            let here = here.map(|(_, a, b)| (u32::from(*a), u32::from(*b)));
            let reach = here
                .filter(|(a, b)| *a <= next && next <= *b)
                .map(|(_, b)| b);
            let Some(reach) = reach.max() else {
                return false;
            };
            next = reach + 1;
        }
        true
    })
}

/// The machines of the lab that a command is for.
fn named(lab: &Lab, line: &Line<'_>) -> Vec<ObjectRef> {
    let machine = |name: &String| {
        let host = lab.hosts.contains_key(name);
        let kind = if host { Kind::Host } else { Kind::Guest };
        (host || lab.guests.contains_key(name)).then(|| ObjectRef::new(kind, name))
    };
    line.groups.iter().filter_map(machine).collect()
}

/// Any source; justified if an exposure of the port says so.
fn any(world: &World<'_>, line: &Line<'_>, entry: &Entry) -> Option<Diagnostic> {
    let named = named(world.lab, line);
    let is_machine = |m: &ObjectRef| matches!(m.kind, Kind::Host | Kind::Guest);
    let mut open = world.open.iter().filter(|(m, _)| is_machine(m));
    // Each machine that the command is for has to say so itself.
    let justified = match named.as_slice() {
        [] => open.any(|(_, ports)| is_open(ports, entry)),
        all => all
            .iter()
            .all(|m| world.open.get(m).is_some_and(|o| is_open(o, entry))),
    };
    if justified {
        return None;
    }
    let what = entry
        .ports
        .as_ref()
        .map_or("every port".to_owned(), |p| format!("port {}", p.shown()));
    let d = RULE
        .finding(format!("{} opens {what} to any source: '{}'", said(line), line.call.shown()))
        .at(line.call.command.span, "from anywhere")
        .note("no exposure of the lab says that everybody may reach it")
        .help("name the network it is used from, as in 'ufw allow from 192.168.10.0/24 to any port 22'; if everybody is meant, declare the exposure with its reason");
    Some(d)
}

/// More addresses than the lab's networks have.
fn wide(world: &World<'_>, line: &Line<'_>, range: &Range) -> Option<Diagnostic> {
    let networks = &world.networks;
    let known = networks.iter().any(|(_, n)| n.covers(range));
    let told = range.is_vast() || range.is_private() && !networks.is_empty();
    if known || !told {
        return None;
    }
    let covered = networks.iter().filter(|(_, net)| range.covers(net));
    let covered: Vec<&(&str, Range)> = covered.collect();
    let inside = covered.iter().enumerate().filter(|(n, (_, net))| {
        // What lies in another one is counted with it.
        let mut others = covered.iter().enumerate();
        !others.any(|(m, (_, o))| m != *n && o.covers(net) && (o != net || m < *n))
    });
    let inside: Vec<&(&str, Range)> = inside.map(|(_, net)| *net).collect();
    let count: u128 = inside.iter().map(|(_, n)| n.count()).sum();
    let list: Vec<&str> = inside.iter().map(|(s, _)| *s).collect();
    let total = range.count();
    if count >= total {
        return None;
    }
    let note = match list.is_empty() {
        true => format!("{total} addresses, none of which is in a network of the lab"),
        false => format!(
            "{total} addresses; in networks of the lab: {count} ({})",
            list.join(", ")
        ),
    };
    let d = RULE
        .finding(format!(
            "{} lets in more addresses than the lab has: '{}'",
            said(line),
            line.call.shown()
        ))
        .at(line.call.command.span, "wider than the networks of the lab")
        .note(note)
        .help(match list.first() {
            Some(first) => format!("name the network that needs it, e.g. 'from {first}'"),
            None => "name a network of the lab, or declare the one that is meant".to_owned(),
        });
    Some(d)
}
