//! Something is needed from another zone, and not permitted.

use crate::context::{backup, service};
use crate::traffic::{Spot, Verdict, verdict};
use crate::{Context, Findings, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt;
use model::id::{Kind, ObjectRef};
use model::lab::protection::BackupKind;
use model::lab::service::{Dependency, Service};
use model::lab::{Backup, Lab};
use model::units::net::Ports;

pub(crate) const RULE: Rule = Rule {
    id: "net-flow-missing",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service needs, or a backup or probe reaches for, something in another zone to which no flow leads.",
    rationale: "The list of permitted flows and the list of dependencies are two views of one thing. Where they differ, either the firewall is stricter than written and the service fails, or it is laxer than written and \
        the matrix describes another network.",
    example: "services: {wiki: {runs: {guest: k3s-m}, needs: [dns]}}   # and no flow from zone k8s to zone ops",
    controls: &["CIS v8 3.8", "CIS v8 12.2", "ISO 27001:2022 A.8.22"],
    run,
};

/// What is wanted, in words, and from where to where.
struct Wish<'a> {
    words: String,
    span: Span,
    from: &'a Spot<'a>,
    to: Spot<'a>,
    ports: Vec<Ports>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    if lab.flows.is_empty() {
        return;
    }
    for (name, s) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let here = Spot::of(lab, &service(name));
        let mut needs = Vec::new();
        s.needs.iter().for_each(|n| flatten(n, &mut needs));
        for (object, span) in needs {
            let wish = Wish {
                words: format!("service '{name}' needs '{}'", object.name),
                span,
                from: &here,
                to: target(lab, &object),
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
    for (name, b) in &lab.backups {
        let Some(to) = b.to.as_ref() else { continue };
        let store = ObjectRef::new(Kind::Repository, &to.value);
        for data in &b.datasets {
            let here = Spot::of(lab, &carrier(lab, b, &data.value));
            let wish = Wish {
                words: format!("backup '{name}' carries '{}' to '{}'", data.value, to.value),
                span: to.span,
                from: &here,
                to: Spot::of(lab, &store),
                ports: Vec::new(),
            };
            judge(lab, &wish)
                .into_iter()
                .for_each(|d| out.add(backup(name), d));
        }
    }
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

/// Who sends the data: its own machine, or for an image the host or cluster that the guest is on.
fn carrier(lab: &Lab, backup: &Backup, dataset: &str) -> ObjectRef {
    let image = backup.about.kind.known() == Some(&BackupKind::Image);
    let on = lab
        .datasets
        .get(dataset)
        .and_then(|d| d.about.on.known())
        .filter(|on| image && on.kind() == Kind::Guest)
        .and_then(|on| lab.guests.get(on.name())?.on.known());
    match on {
        Some(host) => host.0.object.clone(),
        None => ObjectRef::new(Kind::Dataset, dataset),
    }
}

fn flatten(need: &Dependency, out: &mut Vec<(ObjectRef, Span)>) {
    if let Some(given) = need.need.as_ref() {
        let object = given.value().filter(|r| r.kind() != Kind::Network);
        out.extend(object.map(|r| (r.0.object.clone(), given.span)));
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

/// The ports that a service is reached by.
fn listening(service: Option<&Service>) -> Vec<Ports> {
    let exposures = service.into_iter().flat_map(|s| &s.exposures);
    exposures.filter_map(|e| e.port.known().copied()).collect()
}

fn judge(lab: &Lab, wish: &Wish<'_>) -> Option<Diagnostic> {
    if !wish.from.is_apart(&wish.to) {
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
