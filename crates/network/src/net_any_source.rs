//! A door for administrators or databases is declared open to everybody; what containers publish is [`native::cmp_port_open`]'s.

use crate::context::{called, service};
use crate::traffic::has_named_ports;
use crate::{Context, Findings, Mend, Rule, sensitive};
use core::ops::RangeInclusive;
use diag::{Diagnostic, Severity};
use model::declare::{OptExt as _, Or};
use model::id::ObjectRef;
use model::lab::network::Action;
use model::lab::service::Outside;

pub const RULE: Rule = Rule {
    id: "net-any-source",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A port for administration or a database is open to any source.",
    rationale: "Such services are attacked by everybody who can reach them, and one flaw or one weak password gives away the \
        host or its data. They belong to the networks from which they are used.",
    example: "exposures: [{port: 22/tcp, from: any, why: administration, owner: me, review: 2027-01-01}]",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::DisplayOnly("who uses the port is known to its owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        for exposure in &machine.exposures {
            let number = exposure.port.value;
            let (place, label) = match &exposure.from {
                Some(from) if from.value == "any" => (from.span, "any source"),
                Some(_) => continue,
                None => (exposure.span, "no 'from', which is any source"),
            };
            if let Some(d) = open(ctx, &(number..=number), &called(&of)) {
                out.add(of.clone(), d.at(place, label));
            }
        }
    }
    for (name, s) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        for exposure in &s.exposures {
            let Some(port) = exposure.port.known() else {
                continue;
            };
            let (place, label) = match &exposure.from {
                None => (exposure.span, "no 'from', which is any source"),
                Some(from) => match from.value() {
                    Some(Or::Word(Outside::Any)) => (from.span, "any source"),
                    Some(Or::Word(Outside::Internet)) => (from.span, "the whole internet"),
                    _ => continue,
                },
            };
            let ports = port.first()..=port.last();
            if let Some(d) = open(ctx, &ports, &format!("service '{name}'")) {
                out.add(service(name), d.at(place, label));
            }
        }
    }
    flows(ctx, out);
}

/// All ports, from everywhere.
fn flows(ctx: &Context<'_>, out: &mut Findings) {
    for flow in &ctx.lab.flows {
        let allowed = flow.action.known() == Some(&Action::Allow);
        let (Some(Or::Word(from)), Some(to)) = (flow.from.known(), flow.to.known()) else {
            continue;
        };
        let to = match to {
            Or::Ref(to) => to,
            Or::Word(_) => continue,
        };
        let outside = matches!(from, Outside::Any | Outside::Internet);
        if !allowed || !outside || has_named_ports(flow) {
            continue;
        }
        let d = RULE
            .finding(format!(
                "all ports of {} '{}' are open to '{}'",
                to.kind().word(),
                to.name(),
                from.word()
            ))
            .at(flow.span, "no port is named")
            .help("name the ports that are meant ('ports: 443/tcp'), and let them lead to one machine");
        out.add(ObjectRef::new(to.kind(), to.name()), d);
    }
}

/// The finding, if one of the ports is for administration or a database.
fn open(ctx: &Context<'_>, ports: &RangeInclusive<u16>, of: &str) -> Option<Diagnostic> {
    let (number, service) = sensitive::port(ports)?;
    let d = RULE.finding(format!(
        "port {number} ({service}) of {of} is open to any source"
    ));
    Some(d.help(match ctx.lab.networks.keys().next() {
        Some(first) => format!("name the network it is used from, e.g. 'from: {first}'"),
        None => "declare the network it is used from, and name it with 'from: …'".to_owned(),
    }))
}
