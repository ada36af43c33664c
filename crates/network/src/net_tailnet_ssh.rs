//! SSH by Tailscale, and nothing says that one may log in that way.

use crate::context::called;
use crate::net_tunnel::comes_by;
use crate::reach::machines;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::{OptExt as _, Or};
use model::id::ObjectRef;
use model::lab::service::{Outside, ServiceExposure};
use model::lab::{Host, Lab, Protocol};
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "net-tailnet-ssh",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A machine lets in SSH by Tailscale, and no exposure says that port 22 is open to a tailnet.",
    rationale: "Tailscale's SSH answers on port 22 of the tailnet's address before sshd does. It asks the rules of the tailnet, not 'authorized_keys', sshd_config or the firewall: who may log in is decided where the lab tree cannot see it, by an account with \
        a provider or on the control server, so that it has to be said that this is wanted, by whom and until when.",
    example: "hosts: {web: {tailscale: {ssh: true}}}   # and no exposure of port 22",
    controls: &["CIS v8 5.4", "CIS v8 6.4", "ISO 27001:2022 A.8.2"],
    mend: Mend::DisplayOnly("who is to log in that way is known to the owner"),
    run,
};

const SSH: u16 = 22;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut nodes = Vec::new();
    for (name, machine) in lab.machines() {
        let given = machine
            .about
            .tailscale
            .as_ref()
            .and_then(|n| n.ssh.as_ref());
        nodes.extend(
            given
                .filter(|given| given.value() == Some(&true))
                .map(|given| (lab.machine_ref(name), machine, given.span)),
        );
    }
    if nodes.is_empty() {
        return;
    }
    let told = told(lab);
    for (object, machine, span) in nodes {
        if says(lab, machine) || told.contains(&object) {
            continue;
        }
        let d = RULE
            .finding(format!(
                "{} lets in SSH by Tailscale, and no exposure says so",
                called(&object)
            ))
            .at(span, "by the rules of the tailnet")
            .note(format!(
                "exposures of port {SSH} to a tailnet: 0 of {}",
                machine.exposures.len()
            ));
        let d = d.help("add to 'exposures' of the machine `{port: 22, from: NETWORK, why: …, owner: …, review: …}` with a network of 'kind: vpn', or write 'ssh: false'");
        out.add(object, d);
    }
}

/// An exposure of the machine's own.
fn says(lab: &Lab, machine: &Host) -> bool {
    machine.exposures.iter().any(|e| {
        let from = e.from.as_ref().map(|f| f.value.as_str());
        let wide = from.is_none_or(|f| comes_by(lab, f));
        e.port.value == SSH && e.protocol == Protocol::Tcp && wide
    })
}

/// Machines by which, or by a service on which, an exposure of a service leads to that port.
fn told(lab: &Lab) -> BTreeSet<ObjectRef> {
    let services = lab.services.values().filter(|s| s.is_running());
    let ways = services.flat_map(|s| &s.exposures);
    let mut out = BTreeSet::new();
    for way in ways.filter(|w| is_ssh(lab, w)) {
        if let Some(via) = way.via.known() {
            out.extend(machines(lab, &via.0.object));
        }
    }
    out
}

fn is_ssh(lab: &Lab, way: &ServiceExposure) -> bool {
    let port = way.port.known();
    let wide = match way.from.known() {
        Some(Or::Ref(from)) => comes_by(lab, from.name()),
        Some(Or::Word(Outside::Loopback)) => false,
        _ => true,
    };
    wide && port.is_some_and(|p| p.first() <= SSH && SSH <= p.last())
}
