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
    for line in lines(ctx) {
        let Parsed::Rule(entry) = &line.parsed else {
            continue;
        };
        if entry.verdict != Verdict::Allow || entry.bounded {
            continue;
        }
        let d = match &entry.source {
            None => any(ctx.lab, &line, entry),
            Some(range) => wide(ctx.lab, &line, range),
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

/// Ports that exposures of a machine, or of a service that is reached there, have for everybody.
fn open(lab: &Lab, machine: &ObjectRef) -> Vec<(Protocol, u16, u16)> {
    let mut out = Vec::new();
    let own = lab.machine(&machine.name).map(|h| &h.exposures);
    for e in own.into_iter().flatten() {
        let all = e.from.as_ref();
        if all.is_some_and(|f| matches!(f.value.as_str(), "any" | "internet")) {
            out.push((e.protocol, e.port.value, e.port.value));
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
            if machines(lab, &at).contains(machine) {
                out.push((ports.protocol(), ports.first(), ports.last()));
            }
        }
    }
    out
}

/// Each port of a rule is one of those.
fn is_open(lab: &Lab, machine: &ObjectRef, entry: &Entry) -> bool {
    let Some(ports) = &entry.ports else {
        return false;
    };
    let mut open = open(lab, machine);
    open.retain(|(protocol, ..)| match entry.protocol.as_deref() {
        Some("tcp") => *protocol == Protocol::Tcp,
        Some("udp") => *protocol == Protocol::Udp,
        _ => true,
    });
    ports.ranges().iter().all(|(first, last)| {
        let mut next = u32::from(*first);
        while next <= u32::from(*last) {
            let here = open.iter().map(|(_, a, b)| (u32::from(*a), u32::from(*b)));
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
fn any(lab: &Lab, line: &Line<'_>, entry: &Entry) -> Option<Diagnostic> {
    let named = named(lab, line);
    // Each machine that the command is for has to say so itself.
    let justified = match named.as_slice() {
        [] => lab
            .machines()
            .any(|(m, _)| is_open(lab, &lab.machine_ref(m), entry)),
        all => all.iter().all(|h| is_open(lab, h, entry)),
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
fn wide(lab: &Lab, line: &Line<'_>, range: &Range) -> Option<Diagnostic> {
    let networks: Vec<(&str, Range)> = lab
        .networks
        .values()
        .filter_map(|n| n.subnet.known())
        .filter_map(|s| Some((s.as_str(), Range::parse(s)?)))
        .collect();
    let known = networks.iter().any(|(_, n)| n.covers(range));
    let told = range.is_vast() || range.is_private() && !networks.is_empty();
    if known || !told {
        return None;
    }
    let inside = networks.iter().enumerate().filter(|(n, (_, net))| {
        // What lies in another one is counted with it.
        let mut others = networks.iter().enumerate();
        let within = others.any(|(m, (_, o))| m != *n && o.covers(net) && (o != net || m < *n));
        range.covers(net) && !within
    });
    let inside: Vec<&(&str, Range)> = inside.map(|(_, net)| net).collect();
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
