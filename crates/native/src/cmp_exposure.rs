//! A service is declared to be open on a port that its Compose project does not publish.

mod via;

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::container_addresses::{Joined, joined};
use graph::listening::{Claim, Place, claims, of_stack};
use graph::partial::listed;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::Stack;
use model::lab::service::{Service, ServiceExposure};
use model::units::net::Ports;
use std::collections::{BTreeMap, BTreeSet};

/// Source: Compose specification, "ports": what is not published is reached by containers of the same network alone.
pub const RULE: Rule = Rule {
    id: "cmp-exposure",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service is declared to be open on a port that nothing in its stack publishes, or by way of a proxy whose containers have no network in common with its own.",
    rationale: "What the Compose file does not publish, nobody outside of the engine reaches: either the service does not answer where people \
        are told to look for it, or it is reached by a port that no exposure gives a reason for. A proxy in a container reaches others by a network that both are in.",
    example: "exposures: [{port: 8081, from: lan}]   # and the Compose file of its stack has 'ports: ['8080:80']'",
    controls: &["NIST CSF 2.0 ID.AM-03", "ISO 27001:2022 A.8.20"],
    mend: Mend::None("whether the port or the exposure is meant is known to its owner"),
    run,
};

/// What is looked at once for all services.
struct World<'a> {
    /// Ports that are taken.
    taken: BTreeMap<Place, Vec<Claim<'a>>>,
    /// The networks of each stack that its containers are in.
    joined: BTreeMap<&'a str, Vec<Joined<'a>>>,
    /// Of some stack nobody knows where it runs.
    lost: bool,
}

impl<'a> World<'a> {
    fn of(ctx: &Context<'a>) -> Self {
        let lost = |stack: &Stack| stack.on.as_ref().is_some_and(|on| on.value().is_none());
        let mut networks: BTreeMap<&str, Vec<Joined<'a>>> = BTreeMap::new();
        for (network, ..) in joined(ctx.lab, ctx.projects) {
            networks.entry(network.stack).or_default().push(network);
        }
        Self {
            taken: claims(ctx.lab, ctx.projects),
            joined: networks,
            lost: ctx.lab.stacks.values().any(lost),
        }
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut world: Option<World<'_>> = None;
    for (name, service) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        let Some(stacks) = stacks(ctx, service) else {
            continue;
        };
        // Through a proxy or tunnel people come in by its ports; that reaches the container in a network of theirs.
        let ways = service.exposures.iter().filter(|way| way.via.is_none());
        for way in ways {
            let world = world.get_or_insert_with(|| World::of(ctx));
            let found = judge(ctx, (name, way), &stacks, world);
            found
                .into_iter()
                .for_each(|d| out.add(ObjectRef::new(Kind::Service, name), d));
        }
    }
    via::run(ctx, out);
}

/// The stacks that a service runs in, if it runs nowhere else and all of them were read.
fn stacks<'a>(ctx: &Context<'a>, service: &'a Service) -> Option<BTreeSet<&'a str>> {
    let of = |r: &'a model::lab::service::Runs| {
        let only = crate::reach::parts(r).iter().all(|p| p.kind == Kind::Stack);
        let stack = r.stack.known()?.name();
        (only && ctx.projects.contains_key(stack)).then_some(stack)
    };
    let all: Option<BTreeSet<&str>> = service.runs.iter().map(of).collect();
    all.filter(|stacks| !stacks.is_empty())
}

fn judge(
    ctx: &Context<'_>,
    (name, way): (&str, &ServiceExposure),
    stacks: &BTreeSet<&str>,
    world: &World<'_>,
) -> Option<Diagnostic> {
    let asked = *way.port.known()?;
    let span = way.port.as_ref().map_or(way.span, |p| p.span);
    // Something else on the machine has the port: a proxy that nobody named.
    let places = stacks.iter().map(|s| of_stack(ctx.lab, s));
    let mut there = places.filter_map(|place| world.taken.get(&place)).flatten();
    if there.any(|c| meets(asked, (c.first, c.last), c.protocol)) {
        return None;
    }
    // What runs nobody knows where may have the port on this machine.
    if world.lost {
        let message = format!("whether port {asked} of service '{name}' is published");
        return Some(RULE.unknown(message).at(span, "declared open"));
    }
    let own = stacks.iter().flat_map(|s| ctx.containers_in(s));
    let own: Vec<Container<'_>> = own.collect();
    if let Some(d) = open(ctx, (name, asked, span), (stacks, &own), world) {
        return d;
    }
    let ports = own.iter().flat_map(|c| ctx.published(c));
    let ports: Vec<(Span, String)> = ports.map(|p| (p.span, shown(p))).collect();
    let list: Vec<&str> = stacks.iter().copied().collect();
    let (stacks, publish) = match list.as_slice() {
        [one] => (format!("stack '{one}'"), "publishes"),
        all => (format!("stacks '{}'", all.join("', '")), "publish"),
    };
    let mut d = RULE
        .finding(format!(
            "port {asked} of service '{name}' is declared open, and {stacks} {publish} nothing there"
        ))
        .at(span, "declared open")
        .of(format!("port {asked}"));
    d = ports
        .iter()
        .take(3)
        .fold(d, |d, (at, what)| d.and_at(*at, what.clone()));
    let all: Vec<String> = ports.into_iter().map(|(_, what)| what).collect();
    d = d.note(match all.is_empty() {
        true => format!("ports that {stacks} {publish}: 0"),
        false => format!("ports that {stacks} {publish}: {}", listed(&all)),
    });
    Some(d.help(format!(
        "correct the port, publish it in the Compose file, or name what lets it in: 'via: PROXY'; if it is not open, remove it from 'exposures' of '{name}'"
    )))
}

/// What cannot be told from the Compose files: outer `None` if they tell it, and nothing where the container has ports of its own.
fn open(
    ctx: &Context<'_>,
    (name, asked, span): (&str, Ports, Span),
    (stacks, own): (&BTreeSet<&str>, &[Container<'_>]),
    world: &World<'_>,
) -> Option<Option<Diagnostic>> {
    // It listens on its machine, or where another container does, or has a place beside the machines.
    let elsewhere = own.iter().any(|c| {
        let mode = c.service.network_mode.as_ref().map(|m| m.value.as_str());
        mode.is_some_and(|mode| mode == "host" || mode.starts_with("container:"))
    });
    let joined = stacks.iter().filter_map(|s| world.joined.get(s));
    let mut networks = joined.flatten();
    if elsewhere || networks.clone().any(Joined::is_shared) {
        return Some(None);
    }
    let unknown = || {
        RULE.unknown(format!(
            "whether port {asked} of service '{name}' is published"
        ))
        .at(span, "declared open")
    };
    let unsettled = own.iter().find_map(|c| {
        let mut ports = c.service.ports.iter();
        Some((c, ports.find(|p| !c.project.is_settled(p.span))?.span))
    });
    if let Some((container, at)) = unsettled {
        return Some(Some(
            container.unsettled(unknown().and_at(at, "not known"), &[at]),
        ));
    }
    let projects = stacks.iter().filter_map(|s| ctx.projects.get(*s));
    let idle = projects.flat_map(|p| p.services.values().filter(|s| !s.active));
    let mut idle = idle.flat_map(|s| &s.ports);
    let in_range = |p: &&model::compose::Port| {
        p.published
            .is_some_and(|r| meets(asked, (r.start, r.end), &p.protocol))
    };
    if let Some(port) = idle.find(in_range) {
        let d = unknown().and_at(port.span, "by a container of a profile");
        return Some(Some(d.help(
            "leave 'profiles' out of what always runs, or remove the exposure",
        )));
    }
    let outer = networks.find(|n| n.declared.is_some_and(|d| d.external))?;
    let d = unknown()
        .note(format!(
            "stack '{}' does not publish it; its network '{}' is made elsewhere, and what is in it may let it in",
            outer.stack, outer.key
        ))
        .help("name what lets it in: 'via: PROXY'");
    Some(Some(d))
}

fn meets(asked: Ports, (first, last): (u16, u16), protocol: &str) -> bool {
    asked.protocol().word() == protocol && first <= asked.last() && asked.first() <= last
}

fn shown(port: &model::compose::Port) -> String {
    match port.published {
        Some(r) if r.start != r.end => format!("{}-{}/{}", r.start, r.end, port.protocol),
        Some(r) if r.start > 0 => format!("{}/{}", r.start, port.protocol),
        _ => format!("any port for {}/{}", port.target, port.protocol),
    }
}
