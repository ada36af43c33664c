//! A way in that is declared, and that a flow forbids.

use crate::traffic::{Spot, Verdict, ports, verdict};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{OptExt as _, Or, Value as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::Outside;
use model::units::net::Ports;

pub const RULE: Rule = Rule {
    id: "net-exposure-denied",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A port is declared to be open to a network or zone, and a flow denies the traffic from there.",
    rationale: "Of the two, only one is true once the firewall is built. If the exposure is meant, the service is not reached; if the flow is \
        meant, the port stands open on the machine for the day on which somebody changes the router.",
    example: "flows: [{from: zone/iot, to: zone/servers, ports: any, action: deny}]   # and 'exposures: [{port: 443/tcp, from: iot}]' of a server",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::None("which of the two is meant is a decision"),
    run,
};

/// A way in, and from where it is said to be used.
struct Way<'a> {
    object: ObjectRef,
    /// What is asked for its traffic.
    to: ObjectRef,
    asked: Ports,
    from: Spot<'a>,
    words: String,
    span: Span,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    if ctx.lab.flows.is_empty() {
        return;
    }
    let machines = ctx.lab.machines().flat_map(|(name, machine)| {
        let exposures = machine.exposures.iter();
        exposures.filter_map(move |e| of_machine(ctx.lab, name, e))
    });
    let services = ctx.lab.services.iter().filter(|(_, s)| s.is_running());
    let services = services.flat_map(|(name, s)| {
        let exposures = s.exposures.iter();
        exposures.filter_map(move |e| of_service(ctx.lab, name, e))
    });
    for way in machines.chain(services) {
        if let Some(d) = judge(ctx.lab, &way) {
            out.add(way.object.clone(), d);
        }
    }
}

fn of_machine<'a>(lab: &'a Lab, name: &str, exposure: &model::lab::Exposure) -> Option<Way<'a>> {
    let from = exposure.from.as_ref()?;
    let (network, _) = lab.networks.get_key_value(&from.value)?;
    let number = exposure.port.value;
    let object = lab.machine_ref(name);
    Some(Way {
        to: object.clone(),
        object,
        asked: Ports::parse(&format!("{number}/{}", exposure.protocol.word())).ok()?,
        from: Spot::of(lab, &ObjectRef::new(Kind::Network, network)),
        words: format!("network '{network}'"),
        span: from.span,
    })
}

fn of_service<'a>(
    lab: &'a Lab,
    name: &str,
    exposure: &model::lab::service::ServiceExposure,
) -> Option<Way<'a>> {
    let from = exposure.from.as_ref()?;
    // Through a proxy people come in by the proxy's own ways; through a tunnel that is dialled from within, by no flow at all.
    if exposure.via.is_some() {
        return None;
    }
    let object = ObjectRef::new(Kind::Service, name);
    let (spot, words) = match from.value()? {
        Or::Word(Outside::Internet) => (Spot::internet(), "the internet".to_owned()),
        Or::Word(Outside::Any | Outside::Loopback) => return None,
        Or::Ref(r) => {
            let words = format!("{} '{}'", r.kind().word(), r.name());
            match r.kind() {
                Kind::Zone => (Spot::zone(lab, lab.zones.get_key_value(r.name())?.0), words),
                _ => (Spot::of(lab, &r.0.object), words),
            }
        }
    };
    Some(Way {
        to: object.clone(),
        object,
        asked: *exposure.port.known()?,
        from: spot,
        words,
        span: from.span,
    })
}

fn judge(lab: &Lab, way: &Way<'_>) -> Option<Diagnostic> {
    let to = Spot::of(lab, &way.to);
    // Machines of one network meet without a router.
    if !way.from.is_apart(&to) {
        return None;
    }
    let Verdict::Denied(flow) = verdict(lab, &way.from, &to, &[way.asked]) else {
        return None;
    };
    let (what, asked, from) = (
        format!("{} '{}'", way.object.kind.word(), way.object.name),
        way.asked,
        &way.words,
    );
    let d = RULE
        .finding(format!(
            "port {asked} of {what} is open to {from}, and a flow denies what comes from there"
        ))
        .at(way.span, "may come in")
        .and_at(flow.span, "may not pass")
        .note(format!("denied: {} to {}", ports(flow), to.words()));
    Some(d.help(format!(
        "if it is meant, allow it too: '{{from: …, to: …, ports: [{asked}], action: allow}}' is more exact than all ports; else take the exposure away"
    )))
}
