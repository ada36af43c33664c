//! Ports that a node of a tailnet opens to the internet, and nobody says so.

use crate::context::called;
use crate::reach::machines;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::service::Outside;
use model::lab::tailnet::{ServePort, TailnetNode, TailnetServed};
use model::lab::{Host, Lab};
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "net-tailnet-funnel",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A machine opens a port to the internet by Tailscale's Funnel and no exposure says so, or it opens one that Funnel does not take (error), or has a control server of its own, which has no Funnel.",
    rationale: "Funnel is a way in from the whole internet that no router and no firewall shows: it needs a reason, an owner and a review as any other one. It takes the ports 443, 8443 and 10000 alone, and Headscale does not offer it.",
    example: "hosts: {web: {tailscale: {serve: {443: {to: 'http://127.0.0.1:3000', funnel: true}}}}}   # and no exposure 'from: internet' of port 443",
    controls: &["CIS v8 4.4", "CIS v8 12.3", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("why it is open is known to whoever opened it"),
    run,
};

/// tailscale.com/kb/1223: what Funnel listens on.
const PORTS: [u16; 3] = [443, 8443, 10_000];
/// Tailscale's own control servers.
const OWN: [&str; 2] = ["controlplane.tailscale.com", "login.tailscale.com"];

/// What exposures of services that run say is open to the internet, of ports of funnels alone.
#[derive(Default)]
struct Ways {
    /// By the whole name.
    named: BTreeSet<(u16, String)>,
    /// By the first part of a longer name.
    first: BTreeSet<(u16, String)>,
    /// By machine, of those that say no name.
    nameless: BTreeSet<(u16, ObjectRef)>,
    /// By machine.
    by: BTreeSet<(u16, ObjectRef)>,
}

impl Ways {
    fn add(&mut self, port: u16, host: Option<&str>, machines: &BTreeSet<ObjectRef>) {
        if let Some(host) = host {
            let host = host.to_ascii_lowercase();
            if let Some((first, _)) = host.split_once('.') {
                self.first.insert((port, first.to_owned()));
            }
            self.named.insert((port, host));
        }
        for machine in machines {
            self.by.insert((port, machine.clone()));
            if host.is_none() {
                self.nameless.insert((port, machine.clone()));
            }
        }
    }

    /// One has the node's name, of which either may be the first part of the other, or goes by this machine.
    fn has(&self, port: u16, object: &ObjectRef, name: Option<&str>) -> bool {
        let place = (port, object.clone());
        let Some(name) = name else {
            return self.by.contains(&place);
        };
        let name = name.to_ascii_lowercase();
        let first = name.split('.').next().unwrap_or_default().to_owned();
        self.nameless.contains(&place)
            || self.named.contains(&(port, first))
            || self.first.contains(&(port, name.clone()))
            || self.named.contains(&(port, name))
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let ways = ways(lab);
    for (name, machine) in lab.machines() {
        let Some(node) = &machine.about.tailscale else {
            continue;
        };
        let object = lab.machine_ref(name);
        for (port, served) in funnels(node) {
            let told = is_said((&object, machine), node, port, &ways);
            for d in judge(&object, node, port, served, told) {
                out.add(object.clone(), d);
            }
        }
    }
}

fn funnels(node: &TailnetNode) -> impl Iterator<Item = (ServePort, &TailnetServed)> {
    let all = node.serve.iter();
    all.filter(|(_, served)| served.funnel.known() == Some(&true))
        .map(|(port, served)| (*port, served))
}

fn ways(lab: &Lab) -> Ways {
    let nodes = lab.machines();
    let nodes = nodes.filter_map(|(_, m)| m.about.tailscale.as_ref());
    let taken: BTreeSet<u16> = nodes.flat_map(funnels).map(|(port, _)| port.0).collect();
    let mut out = Ways::default();
    if taken.is_empty() {
        return out;
    }
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        for way in &service.exposures {
            let outside = matches!(
                way.from.known(),
                Some(Or::Word(Outside::Internet | Outside::Any))
            );
            let Some(ports) = way.port.known().filter(|_| outside) else {
                continue;
            };
            let by = match way.via.known() {
                Some(via) => via.0.object.clone(),
                None => ObjectRef::new(Kind::Service, name),
            };
            let host = way.host.known().map(|h| h.0.as_str());
            for port in taken.range(ports.first()..=ports.last()) {
                out.add(*port, host, &machines(lab, &by));
            }
        }
    }
    out
}

/// An exposure of a service says so, or the machine itself.
fn is_said(
    (object, machine): (&ObjectRef, &Host),
    node: &TailnetNode,
    port: ServePort,
    ways: &Ways,
) -> bool {
    let own = machine.exposures.iter().any(|e| {
        let from = e.from.as_ref().map(|f| f.value.as_str());
        e.port.value == port.0 && matches!(from, None | Some("any"))
    });
    let name = node.name.known().map(|n| n.0.as_str());
    own || ways.has(port.0, object, name)
}

fn judge(
    object: &ObjectRef,
    node: &TailnetNode,
    port: ServePort,
    served: &TailnetServed,
    told: bool,
) -> Vec<Diagnostic> {
    let span: Span = served.funnel.as_ref().map_or(served.span, |f| f.span);
    let mut out = Vec::new();
    if !PORTS.contains(&port.0) {
        let message = format!(
            "{} opens port {port} by Funnel, which does not take it",
            called(object)
        );
        let d = RULE
            .with(Severity::Error, message)
            .at(span, "from the internet")
            .note("ports that Funnel takes: 443, 8443, 10000");
        out.push(d.help("serve it on one of these ports"));
    }
    let foreign = node.server.as_ref().filter(|given| {
        let url = given.value().map(ToString::to_string);
        url.is_some_and(|url| !OWN.iter().any(|own| url.contains(own)))
    });
    if let Some(server) = foreign {
        let d = RULE
            .finding(format!(
                "{} opens port {port} by Funnel, and its control server is not Tailscale's",
                called(object)
            ))
            .at(span, "from the internet")
            .and_at(server.span, "Headscale has no Funnel");
        out.push(d.help("serve it to the tailnet alone, or by another way in"));
    }
    if !told {
        let d = RULE
            .finding(format!(
                "{} opens port {port} to the internet by Funnel, and no exposure says so",
                called(object)
            ))
            .at(span, "from the internet")
            .note(format!(
                "exposures of port {port} from the internet by this machine: 0"
            ));
        let host = node.name.known().map_or("NAME.ts.net", |n| n.0.as_str());
        out.push(d.help(format!(
            "add to the service that it leads to: `exposures: [{{port: {port}, from: internet, via: {}, host: {host}, why: …, owner: …, review: …}}]`",
            object.name
        )));
    }
    out
}
