//! A proxy that people are to come in by, and that has no network in common with what it is to lead to.

use super::RULE;
use crate::{Context, Findings};
use diag::Diagnostic;
use graph::container_addresses::{Joined, joined};
use graph::listening::{Place, published};
use model::compose::{Project, Service as Composed};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::service::{Service, ServiceExposure};
use std::collections::{BTreeMap, BTreeSet};

/// The networks of the containers of stacks, by stack and container, as their engines know them.
type Names<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<(Place, String)>>;

/// A container that a service runs.
struct Runs<'a> {
    stack: &'a str,
    name: &'a str,
    project: &'a Project,
    composed: &'a Composed,
}

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut known: Option<Names<'_>> = None;
    for (name, service) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        for way in &service.exposures {
            let via = way.via.known().map(|v| &v.0.object);
            let Some(proxy) = via.filter(|v| v.kind == Kind::Service) else {
                continue;
            };
            let Some(front) = ctx.lab.services.get(&proxy.name) else {
                continue;
            };
            let names = known.get_or_insert_with(|| names(ctx));
            if apart(ctx, names, service, front) {
                let d = finding(name, &proxy.name, way);
                out.add(ObjectRef::new(Kind::Service, name), d);
            }
        }
    }
}

fn names<'a>(ctx: &Context<'a>) -> Names<'a> {
    let mut out = Names::new();
    for (network, name, _) in joined(ctx.lab, ctx.projects) {
        let of = out.entry((network.stack, name)).or_default();
        of.insert(network.at_engine(ctx.lab));
    }
    out
}

/// All containers of both run on one machine, in networks of their engine alone, and none of the networks is one of both.
fn apart<'a>(
    ctx: &Context<'a>,
    names: &Names<'_>,
    service: &'a Service,
    front: &'a Service,
) -> bool {
    let (Some(own), Some(front)) = (containers(ctx, service), containers(ctx, front)) else {
        return false;
    };
    let all = || own.iter().chain(&front);
    // In the network of its machine or of another container, or reached by a port of the machine.
    let moved = all().any(|c| c.composed.network_mode.is_some());
    let open = own
        .iter()
        .any(|c| published(c.project, c.composed).next().is_some());
    let networks = |of: &[Runs<'_>]| -> BTreeSet<(Place, String)> {
        of.iter().flat_map(|c| networks(ctx, names, c)).collect()
    };
    let (ours, theirs) = (networks(&own), networks(&front));
    let places: BTreeSet<&Place> = ours.iter().chain(&theirs).map(|(place, _)| place).collect();
    let one = matches!(places.first(), Some(Place::Machine(_))) && places.len() == 1;
    one && !moved && !open && ours.is_disjoint(&theirs)
}

fn networks(ctx: &Context<'_>, names: &Names<'_>, of: &Runs<'_>) -> BTreeSet<(Place, String)> {
    if let Some(own) = names.get(&(of.stack, of.name)) {
        return own.clone();
    }
    // Without one, a container is in the default network of its project.
    let default = Joined {
        stack: of.stack,
        project: of.project,
        key: "default",
        declared: of.project.networks.get("default"),
        made: None,
        bridge: None,
        lan: None,
    };
    BTreeSet::from([default.at_engine(ctx.lab)])
}

/// The containers of a service that runs in stacks alone, all of which were read.
fn containers<'a>(ctx: &Context<'a>, service: &'a Service) -> Option<Vec<Runs<'a>>> {
    let mut out = Vec::new();
    for runs in service.runs.iter() {
        let only = crate::reach::parts(runs)
            .iter()
            .all(|p| p.kind == Kind::Stack);
        let stack = runs.stack.known().filter(|_| only)?.name();
        let (stack, project) = ctx.projects.get_key_value(stack)?;
        let named = runs.service.known().map(|s| s.0.as_str());
        let all = project.services.iter();
        let all = all.filter(|(name, c)| c.active && named.is_none_or(|n| n == name.as_str()));
        out.extend(all.map(|(name, composed)| Runs {
            stack,
            name,
            project,
            composed,
        }));
    }
    (!out.is_empty()).then_some(out)
}

fn finding(name: &str, proxy: &str, way: &ServiceExposure) -> Diagnostic {
    let span = way.via.as_ref().map_or(way.span, |v| v.span);
    RULE.finding(format!(
        "service '{name}' is reached via '{proxy}', and their containers have no network in common"
    ))
    .at(span, "has no way to it")
    .note(format!(
        "networks of '{name}' and of '{proxy}': 0; ports that '{name}' publishes: 0"
    ))
    .help(format!(
        "put the container of '{name}' into a network of '{proxy}': 'networks: {{proxy: {{external: true}}}}', by the name that it has there"
    ))
}
