//! A firewall rule that lets in more than the lab needs.

use crate::call::object;
use crate::netfilter::{Entry, Line, Parsed, Range, Verdict, lines};
use crate::reach::machines;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::Outside;

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
        if entry.verdict != Verdict::Allow || entry.narrower {
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

/// An exposure of the host, or of a service that is reached there, is for everybody and has this port alone.
fn is_open(lab: &Lab, host: &str, entry: &Entry) -> bool {
    let ports = entry.ports.as_ref().filter(|p| !p.is_several());
    let Some(ports) = ports else { return false };
    let own = lab.hosts.get(host).is_some_and(|h| {
        let to_all = |f: &str| matches!(f, "any" | "internet");
        let ways = h.exposures.iter();
        ways.into_iter()
            .filter(|e| ports.contains(e.port.value))
            .any(|e| e.from.as_ref().is_some_and(|f| to_all(&f.value)))
    });
    let here = ObjectRef::new(Kind::Host, host);
    own || lab.services.iter().any(|(name, service)| {
        let ways = service.exposures.iter();
        ways.into_iter()
            .filter(|e| e.port.known().is_some_and(|p| ports.contains(p.first())))
            .filter(|e| {
                let from = e.from.known();
                from.is_some_and(|f| matches!(f, Or::Word(Outside::Internet | Outside::Any)))
            })
            .any(|e| {
                let own = ObjectRef::new(Kind::Service, name);
                let at = e.via.known().map_or(own, |v| v.0.object.clone());
                machines(lab, &at).contains(&here)
            })
    })
}

/// Any source; justified if an exposure of the port says so.
fn any(lab: &Lab, line: &Line<'_>, entry: &Entry) -> Option<Diagnostic> {
    let hosts = line.groups.iter().filter(|g| lab.hosts.contains_key(*g));
    let named: Vec<&str> = hosts.map(String::as_str).collect();
    // Each machine that the command is for has to say so itself.
    let justified = match named.as_slice() {
        [] => lab.hosts.keys().any(|h| is_open(lab, h, entry)),
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
    if networks.is_empty() || known || !range.is_private() {
        return None;
    }
    let inside: Vec<&(&str, Range)> = networks.iter().filter(|(_, n)| range.covers(n)).collect();
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
