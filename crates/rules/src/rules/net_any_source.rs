//! A door for administrators or databases is open to everybody.

use crate::context::{called, service};
use crate::traffic::has_named_ports;
use crate::{Context, Findings, Mend, Rule};
use core::ops::RangeInclusive;
use diag::{Diagnostic, Severity};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::network::Action;
use model::lab::service::Outside;

/// Ports whose service gives away the host or its data (IANA names, and products' default ports).
const SENSITIVE: [(u16, &str); 14] = [
    (22, "ssh"),
    (23, "telnet"),
    (445, "smb"),
    (2375, "the Docker API"),
    (2376, "the Docker API"),
    (2379, "etcd"),
    (3306, "mysql"),
    (3389, "rdp"),
    (5432, "postgresql"),
    (5900, "vnc"),
    (6379, "redis"),
    (6443, "the Kubernetes API"),
    (8006, "the Proxmox API"),
    (27017, "mongodb"),
];

pub(crate) const RULE: Rule = Rule {
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
    containers(ctx, out);
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

/// What containers publish on all addresses of a host without a firewall; past one, `fw-docker-bypass` speaks.
fn containers(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let Some((Kind::Host, name)) = container.machine() else {
            continue;
        };
        let bare = ctx
            .lab
            .hosts
            .get(name)
            .is_some_and(|h| h.firewall.is_none());
        if !bare || container.service.network_mode.is_some() {
            continue;
        }
        for port in &container.service.ports {
            let everywhere = port.host_ip.is_none_or(|ip| ip.is_unspecified());
            let Some(published) = port.published.filter(|_| everywhere) else {
                continue;
            };
            // A whole range is somebody's own numbering: a well-known number in it means nothing.
            if published.start != published.end {
                continue;
            }
            let ports = published.start..=published.end;
            if let Some(d) = open(ctx, &ports, &container.title()) {
                let d = d.at(
                    port.span,
                    format!("on all addresses of host '{name}', which has no firewall"),
                );
                out.add(container.object(), d);
            }
        }
    }
}

/// The finding, if one of the ports is for administration or a database.
fn open(ctx: &Context<'_>, ports: &RangeInclusive<u16>, of: &str) -> Option<Diagnostic> {
    let (number, service) = SENSITIVE.iter().find(|(p, _)| ports.contains(p))?;
    let d = RULE.finding(format!(
        "port {number} ({service}) of {of} is open to any source"
    ));
    Some(d.help(match ctx.lab.networks.keys().next() {
        _ if of.starts_with("container") => "publish it on 127.0.0.1, or on none: containers of one project reach each other without".to_owned(),
        Some(first) => format!("name the network it is used from, e.g. 'from: {first}'"),
        None => "declare the network it is used from, and name it with 'from: …'".to_owned(),
    }))
}
