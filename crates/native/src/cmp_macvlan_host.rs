//! A service needs another one that runs on the machine which its own container cannot talk to.

use crate::containers::Container;
use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::beside::Beside;
use graph::wording::names;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::service::{Dependency, Service};

/// Source: docs.docker.com, "Macvlan network driver" ("you can't communicate with the host directly") and "IPvlan network driver" ("the default
/// namespace is not reachable per ipvlan design").
pub const RULE: Rule = Rule {
    id: "cmp-macvlan-host",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container is only in networks of 'macvlan' or 'ipvlan', and its service needs, or is needed by, another service on the machine that it runs on.",
    rationale: "The kernel keeps an interface of macvlan or ipvlan apart from the one that it hangs on: every machine of the network reaches the container, but its own host does not, and it does not reach the host. \
        What the host publishes for containers in other networks is an address of the host, too. It looks like a firewall, and no rule of one is to be found.",
    example: "networks: {lan: {driver: macvlan}}   # and 'dns: {networks: [lan]}', which needs a database on its own host",
    controls: &["NIST CSF 2.0 PR.IR-01"],
    mend: Mend::DisplayOnly("which network the two share is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    if !ctx.containers().any(|c| ctx.beside(&c).is_some()) {
        return;
    }
    for (name, service) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        if service.needs.is_empty() {
            continue;
        }
        let Some(own) = place(ctx, name, service) else {
            continue;
        };
        let mut needed = Vec::new();
        service.needs.iter().for_each(|n| flatten(n, &mut needed));
        for (target, span) in needed {
            // Of a machine it is no question of networks: whoever names one may mean that it has to be up.
            let found = ctx.lab.services.get(&target.name);
            let found = found.filter(|_| target.kind == Kind::Service);
            let Some(other) = found.and_then(|s| place(ctx, &target.name, s)) else {
                continue;
            };
            let apart = match (own.beside, other.beside) {
                (Some(beside), None) | (None, Some(beside)) if own.machine == other.machine => {
                    beside
                }
                _ => continue,
            };
            let d = finding(name, (&target, span), &own, apart);
            out.add(ObjectRef::new(Kind::Service, name), d);
        }
    }
}

/// Where something answers: at its machine, or beside it.
struct Place<'a> {
    machine: ObjectRef,
    beside: Option<&'a Beside<'a>>,
}

/// The one place of a service; of one that runs in several nobody knows which is meant.
fn place<'a>(ctx: &'a Context<'_>, name: &str, service: &Service) -> Option<Place<'a>> {
    let [runs] = service.runs.as_slice() else {
        return None;
    };
    let machine = runs.host.known().map(|h| h.0.object.clone());
    let machine = machine.or_else(|| Some(runs.guest.known()?.0.object.clone()));
    if let Some(machine) = machine {
        return Some(Place {
            machine,
            beside: None,
        });
    }
    let stack = runs.stack.known()?.name();
    let named = runs.service.known().map_or(name, |n| n.0.as_str());
    let all = ctx.containers_of(stack);
    let mut meant: Vec<&Container<'_>> = all.iter().filter(|c| c.name == named).collect();
    if meant.is_empty() {
        meant = all.iter().collect();
    }
    let (first, rest) = meant.split_first()?;
    let (kind, machine) = first.machine()?;
    let beside = ctx.beside(first);
    let same = |c: &&Container<'_>| ctx.beside(c).is_some() == beside.is_some();
    rest.iter().all(same).then(|| Place {
        machine: ObjectRef::new(kind, machine),
        beside,
    })
}

fn flatten(need: &Dependency, out: &mut Vec<(ObjectRef, Span)>) {
    if let Some((given, known)) = need.need.as_ref().zip(need.need.known()) {
        out.push((known.0.object.clone(), given.span));
    }
    let parts = need.all.iter().chain(&need.any).chain(&need.among);
    parts.for_each(|part| flatten(part, out));
}

fn finding(
    name: &str,
    (target, span): (&ObjectRef, Span),
    own: &Place<'_>,
    apart: &Beside<'_>,
) -> Diagnostic {
    let at = called(&own.machine);
    let other = called(target);
    let (inner, outer) = match own.beside {
        Some(_) => (format!("service '{name}'"), other.clone()),
        None => (other.clone(), format!("service '{name}'")),
    };
    let networks: Vec<&str> = apart.networks.keys().copied().collect();
    RULE.finding(format!(
        "service '{name}' needs {other}, and neither reaches the other: {inner} stands beside {at}, which keeps it from {outer} on it"
    ))
    .at(span, "not reached from there")
    .note(format!(
        "{inner} is only in {} of its project, of {}",
        names(&networks),
        apart.networks.values().next().copied().unwrap_or("macvlan")
    ))
    .help(format!(
        "put both into one network of a bridge as well, run {outer} on another machine, or give {at} an interface of its own in that network ('ip link add … type macvlan mode bridge') and a route by it"
    ))
}
