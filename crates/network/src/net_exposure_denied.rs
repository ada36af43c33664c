//! A way in that is declared, and that a flow forbids.

use crate::traffic::{Spot, denied, ports};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::partial::listed;
use model::declare::{OptExt as _, Or, Value as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::{Action, Flow};
use model::lab::service::Outside;
use model::units::net::Ports;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The network or zone that this is.
    of: Option<ObjectRef>,
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
    let named = Named::of(ctx.lab);
    for way in machines.chain(services) {
        if let Some(d) = judge(ctx.lab, &named, &way) {
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
        of: Some(ObjectRef::new(Kind::Network, network)),
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
    let (spot, of, words) = match from.value()? {
        Or::Word(Outside::Internet) => (Spot::internet(), None, "the internet".to_owned()),
        Or::Word(Outside::Any | Outside::Loopback) => return None,
        Or::Ref(r) => {
            let words = format!("{} '{}'", r.kind().word(), r.name());
            let spot = match r.kind() {
                Kind::Zone => Spot::zone(lab, lab.zones.get_key_value(r.name())?.0),
                _ => Spot::of(lab, &r.0.object),
            };
            (spot, Some(r.0.object.clone()), words)
        }
    };
    Some(Way {
        to: object.clone(),
        object,
        asked: *exposure.port.known()?,
        from: spot,
        of,
        words,
        span: from.span,
    })
}

/// What flows keep out by name, by the networks and zones that it is in.
#[derive(Default)]
struct Named<'a> {
    all: Vec<(Spot<'a>, &'a ObjectRef)>,
    of: BTreeMap<(Kind, &'a str), BTreeSet<usize>>,
}

impl<'a> Named<'a> {
    fn of(lab: &'a Lab) -> Self {
        let mut out = Self::default();
        let mut seen: BTreeSet<&ObjectRef> = BTreeSet::new();
        for flow in &lab.flows {
            let Some(Or::Ref(from)) = flow.from.known() else {
                continue;
            };
            let object = &from.0.object;
            let denies = flow.action.known() == Some(&Action::Deny);
            if !denies || object.kind == Kind::Zone || !seen.insert(object) {
                continue;
            }
            let spot = Spot::of(lab, object);
            let at = out.all.len();
            let networks = spot.networks.iter().map(|n| (Kind::Network, *n));
            for key in networks.chain(spot.zones.iter().map(|z| (Kind::Zone, *z))) {
                out.of.entry(key).or_default().insert(at);
            }
            out.all.push((spot, object));
        }
        out
    }

    /// What is in one of these, and is not all of it.
    fn within(&self, from: &ObjectRef) -> impl Iterator<Item = &(Spot<'a>, &'a ObjectRef)> {
        let found = self
            .of
            .iter()
            .find(|((kind, name), _)| *kind == from.kind && *name == from.name);
        let found = found.into_iter().flat_map(|(_, all)| all);
        let all = found.filter_map(|at| self.all.get(*at));
        all.filter(move |(_, object)| *object != from)
    }
}

fn judge(lab: &Lab, named: &Named<'_>, way: &Way<'_>) -> Option<Diagnostic> {
    let to = Spot::of(lab, &way.to);
    // Machines of one network meet without a router.
    if !way.from.is_routed(&to) {
        return None;
    }
    let parts = denied(lab, &way.from.whole(), &to, way.asked);
    let Some((_, flow)) = parts.first() else {
        return of_some(lab, named, way, &to);
    };
    let (what, asked, from) = (&way.object, way.asked, &way.words);
    let what = format!("{} '{}'", what.kind.word(), what.name);
    let shut: Vec<String> = parts.iter().map(|(ports, _)| ports.to_string()).collect();
    let message = match parts.as_slice() {
        [(ports, _)] if *ports == asked => {
            format!(
                "port {asked} of {what} is open to {from}, and a flow denies what comes from there"
            )
        }
        _ => format!(
            "ports {asked} of {what} are open to {from}, and a flow denies {} of them from there",
            listed(&shut)
        ),
    };
    let d = RULE
        .finding(message)
        .at(way.span, "may come in")
        .and_at(flow.span, "may not pass")
        .note(format!("denied: {} to {}", ports(flow), to.words()));
    Some(d.help(format!(
        "if it is meant, allow it too: '{{from: …, to: …, ports: [{}], action: allow}}' is more exact than all ports; else take the exposure away",
        shut.join(", ")
    )))
}

/// It passes, but not from everything in there.
fn of_some(lab: &Lab, named: &Named<'_>, way: &Way<'_>, to: &Spot<'_>) -> Option<Diagnostic> {
    let inside = named.within(way.of.as_ref()?);
    let shut: Vec<(&ObjectRef, &Flow)> = inside
        .filter_map(|(spot, object)| {
            let (_, flow) = *denied(lab, spot, to, way.asked).first()?;
            Some((*object, flow))
        })
        .collect();
    let (first, flow) = shut.first()?;
    let called = |o: &ObjectRef| format!("{} '{}'", o.kind.word(), o.name);
    let names: Vec<String> = shut.iter().map(|(o, _)| called(o)).collect();
    // A whole network is more than an exception.
    let severity = match shut.iter().any(|(o, _)| o.kind == Kind::Network) {
        true => Severity::Warning,
        false => Severity::Info,
    };
    let message = format!(
        "port {} of {} is open to all of {}, and a flow denies it to {}, which {} there",
        way.asked,
        called(&way.object),
        way.words,
        listed(&names),
        if shut.len() == 1 { "is" } else { "are" }
    );
    let d = RULE
        .with(severity, message)
        .at(way.span, "may come in")
        .and_at(flow.span, format!("{} may not", called(first)))
        .note(format!("denied: {} to {}", ports(flow), to.words()));
    Some(d.help("if the exception is meant, waive this; else name in 'from' what may come in, or take the flow away"))
}
