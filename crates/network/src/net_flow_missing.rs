//! Something is needed from another zone, and not permitted.

use crate::context::{backup, service};
use crate::traffic::{Spot, Verdict, verdict};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{OptExt, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::DeviceKind;
use model::lab::hardware::HostKind;
use model::lab::protection::BackupKind;
use model::lab::service::{Dependency, Service, Status};
use model::units::net::Ports;

pub const RULE: Rule = Rule {
    id: "net-flow-missing",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service needs, or a backup or probe reaches for, something in another zone to which no flow leads.",
    rationale: "The list of permitted flows and the list of dependencies are two views of one thing. Where they differ, either the firewall is stricter than written and the service fails, or it is laxer than written and \
        the matrix describes another network.",
    example: "services: {wiki: {runs: {guest: k3s-m}, needs: [dns]}}   # and no flow from zone k8s to zone ops",
    controls: &["CIS v8 3.8", "CIS v8 12.2", "ISO 27001:2022 A.8.22"],
    mend: Mend::DisplayOnly("the firewall may be right, and the need wrong"),
    run,
};

/// What is wanted, in words, and from where to where.
struct Wish<'a> {
    words: String,
    span: Span,
    from: &'a Spot<'a>,
    to: Spot<'a>,
    ports: Vec<Ports>,
    carrier: bool,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    if lab.flows.is_empty() {
        return;
    }
    // What is planned counts as well: its flows can be planned with it.
    let retired = |s: &Service| s.status.known() == Some(&Status::Retired);
    for (name, s) in lab.services.iter().filter(|(_, s)| !retired(s)) {
        let here = Spot::of(lab, &service(name));
        let mut needs = Vec::new();
        s.needs.iter().for_each(|n| flatten(n, &mut needs));
        for (needed, span) in needs {
            let object = needed.object.clone();
            let part = needed.part.iter().map(|p| format!("/{p}"));
            let label: String = std::iter::once(object.name.clone()).chain(part).collect();
            let wish = Wish {
                words: format!("service '{name}' needs '{label}'"),
                span,
                from: &here,
                to: target(lab, &object),
                carrier: carries(lab, &object) || carries(lab, &service(name)),
                ports: listening(
                    lab.services
                        .get(&object.name)
                        .filter(|_| object.kind == Kind::Service),
                ),
            };
            judge(lab, &wish)
                .into_iter()
                .for_each(|d| out.add(service(name), d));
        }
    }
    backups(lab, out);
    probes(lab, out);
}

fn backups(lab: &Lab, out: &mut Findings) {
    for (name, b) in &lab.backups {
        let Some(to) = b.to.as_ref() else { continue };
        // An image is taken from outside of the guest.
        if b.about.kind.known() == Some(&BackupKind::Image) {
            continue;
        }
        let store = ObjectRef::new(Kind::Repository, &to.value);
        for data in &b.datasets {
            let here = Spot::of(lab, &ObjectRef::new(Kind::Dataset, &data.value));
            let wish = Wish {
                words: format!("backup '{name}' carries '{}' to '{}'", data.value, to.value),
                span: to.span,
                from: &here,
                to: Spot::of(lab, &store),
                carrier: false,
                ports: Vec::new(),
            };
            // A store may also fetch what it keeps.
            if verdict(lab, &wish.to, wish.from, &[]).is_allowed() {
                continue;
            }
            judge(lab, &wish)
                .into_iter()
                .for_each(|d| out.add(backup(name), d));
        }
    }
}

fn probes(lab: &Lab, out: &mut Findings) {
    for (name, p) in &lab.probes {
        let Some((from, of)) = p.from.known().zip(p.of.as_ref()) else {
            continue;
        };
        let Some(object) = of.value().map(|o| o.0.object.clone()) else {
            continue;
        };
        let here = Spot::of(lab, &from.0.object);
        let wish = Wish {
            words: format!(
                "probe '{name}' asks '{}' from '{}'",
                object.name,
                from.name()
            ),
            span: of.span,
            from: &here,
            to: target(lab, &object),
            carrier: false,
            ports: listening(
                lab.services
                    .get(&object.name)
                    .filter(|_| object.kind == Kind::Service),
            ),
        };
        let found = judge(lab, &wish).into_iter();
        found.for_each(|d| out.add(ObjectRef::new(Kind::Probe, name), d));
    }
}

fn flatten(need: &Dependency, out: &mut Vec<(Target, Span)>) {
    if let Some(given) = need.need.as_ref() {
        let object = given.value().filter(|r| r.kind() != Kind::Network);
        out.extend(object.map(|r| (r.0.clone(), given.span)));
    }
    let inner = need.all.iter().chain(&need.any).chain(&need.among);
    inner.for_each(|n| flatten(n, out));
}

/// Uplinks and paid services are on the internet.
fn target<'a>(lab: &'a Lab, object: &ObjectRef) -> Spot<'a> {
    match object.kind {
        Kind::Site | Kind::Subscription => Spot::internet(),
        _ => Spot::of(lab, object),
    }
}

/// Traffic passes through it rather than to it: a switch, a router.
fn carries(lab: &Lab, object: &ObjectRef) -> bool {
    let one = |m: &ObjectRef| match m.kind {
        Kind::Device => lab.devices.get(&m.name).is_some_and(|d| {
            use DeviceKind as D;
            let carriers = [
                D::Switch,
                D::Router,
                D::Modem,
                D::AccessPoint,
                D::Gateway,
                D::Firewall,
                D::Pdu,
            ];
            d.kind.known().is_some_and(|k| carriers.contains(k))
        }),
        Kind::Host => lab
            .hosts
            .get(&m.name)
            .is_some_and(|h| h.about.kind.known() == Some(&HostKind::Router)),
        _ => false,
    };
    let machines = crate::reach::machines(lab, object);
    !machines.is_empty() && machines.iter().all(one)
}

/// The ports that a service is reached by.
fn listening(service: Option<&Service>) -> Vec<Ports> {
    let exposures = service.into_iter().flat_map(|s| &s.exposures);
    exposures.filter_map(|e| e.port.known().copied()).collect()
}

fn judge(lab: &Lab, wish: &Wish<'_>) -> Option<Diagnostic> {
    if !wish.from.is_apart(&wish.to) || wish.carrier {
        return None;
    }
    let (here, there) = (wish.from.words(), wish.to.words());
    let road = format!("from {here} to {there}");
    let d = match verdict(lab, wish.from, &wish.to, &wish.ports) {
        Verdict::Allowed => return None,
        Verdict::Denied(flow) => RULE
            .with(
                Severity::Error,
                format!("{}, but no traffic may pass {road}", wish.words),
            )
            .at(wish.span, "needed")
            .and_at(flow.span, "denied here"),
        Verdict::Silent => RULE
            .finding(format!("{}, but no flow leads {road}", wish.words))
            .at(wish.span, "needed"),
    };
    let asked = match wish.ports.as_slice() {
        [] => "any port (which one is not declared)".to_owned(),
        ports => ports
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    };
    let d = d.note(format!(
        "flows that allow {asked} {road}: 0 of {}",
        lab.flows.len()
    ));
    Some(d.help("add a flow with just this target and its ports, or move one of the two"))
}
