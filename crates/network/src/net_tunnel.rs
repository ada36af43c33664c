//! A tunnel out of the lab, and nothing said of what comes in by it.

use crate::context::service;
use crate::reach::machines;
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::compose::{Project, Service as Composed};
use model::declare::{OptExt, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::NetworkKind;
use model::lab::service::{Outside, Service};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-tunnel",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A tunnel runs, and no exposure says what is reached through it.",
    rationale: "cloudflared, Tailscale, Pangolin and their like open a connection from inside, so no port of the router is open and no port scan shows anything. What they lead to is nevertheless reached by others: from the internet, or by \
        everybody in the tunnel's network. Each route is a way in like an open port, with a reason, an owner and a review.",
    example: "services: {cloudflared: {image: cloudflare/cloudflared, runs: {host: nas}}}   # and no exposure with 'via: cloudflared'",
    controls: &["CIS v8 4.4", "CIS v8 12.3", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("what is reached through it is known to the provider of the tunnel"),
    run,
};

/// Which end of a tunnel a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It stands where the services are, and opens the connection.
    Inner,
    /// It stands where people come in.
    Outer,
    /// The same program is at both.
    Any,
}

/// A program that carries connections into the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Program {
    product: &'static str,
    end: End,
}

impl Program {
    /// The way in by one of them may be the way in by the other: two of one end have ways of their own.
    fn meets(self, other: Self) -> bool {
        let far = self.end != other.end || self.end == End::Any;
        self.product == other.product && far
    }
}

const TAILSCALE: &str = "Tailscale";

/// By the words that images, packages and units consist of. Of products whose other end stands at their provider there are only inner ones.
const TUNNELS: [(&str, &str, End); 34] = [
    ("cloudflared", "Cloudflare Tunnel", End::Inner),
    ("tailscale", TAILSCALE, End::Inner),
    ("tailscaled", TAILSCALE, End::Inner),
    ("headscale", TAILSCALE, End::Outer),
    ("pangolin", "Pangolin", End::Outer),
    ("newt", "Pangolin", End::Inner),
    ("gerbil", "Pangolin", End::Outer),
    ("ngrok", "ngrok", End::Inner),
    ("zerotier", "ZeroTier", End::Any),
    ("netbird", "NetBird", End::Any),
    ("netmaker", "Netmaker", End::Outer),
    ("netclient", "Netmaker", End::Inner),
    ("firezone", "Firezone", End::Any),
    ("nebula", "Nebula", End::Any),
    ("frpc", "frp", End::Inner),
    ("frps", "frp", End::Outer),
    ("rathole", "rathole", End::Any),
    ("chisel", "chisel", End::Any),
    ("inlets", "inlets", End::Any),
    ("sish", "sish", End::Outer),
    ("zrok", "zrok", End::Any),
    ("ziti", "OpenZiti", End::Any),
    ("playit", "playit.gg", End::Inner),
    ("localtunnel", "localtunnel", End::Inner),
    ("localtonet", "LocaltoNet", End::Inner),
    ("pagekite", "PageKite", End::Inner),
    ("wireguard", "WireGuard", End::Any),
    ("wg", "WireGuard", End::Any),
    ("openvpn", "OpenVPN", End::Any),
    ("strongswan", "IPsec", End::Any),
    ("libreswan", "IPsec", End::Any),
    ("softether", "SoftEther", End::Any),
    ("tinc", "tinc", End::Any),
    ("twingate", "Twingate", End::Inner),
];

fn tunnel(text: &str) -> Option<Program> {
    let text = text.to_lowercase();
    let words = || text.split(|c: char| !c.is_ascii_alphanumeric());
    // What only counts what others carry, and nebula-sync, which copies settings of Pi-hole.
    if words().any(|word| ["exporter", "sync"].contains(&word)) {
        return None;
    }
    words().find_map(|word| {
        let (_, product, end) = TUNNELS.iter().find(|(t, ..)| *t == word)?;
        Some(Program { product, end: *end })
    })
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let world = World::of(ctx);
    services(ctx, &world, out);
    containers(ctx, &world, out);
    hosts(ctx, &world, out);
}

/// Whatever lets in connections from outside, by the exposures of others.
struct Way {
    object: ObjectRef,
    /// Where it runs.
    machines: BTreeSet<ObjectRef>,
    /// Connections from the internet come by it.
    outside: bool,
}

/// What is looked at once for all tunnels.
struct World<'a> {
    ways: Vec<Way>,
    /// Services that are tunnels, with what they carry, whether or not they run.
    tunnels: BTreeMap<&'a str, (&'a Service, Program)>,
    /// Those of a product that run, and of which something says what is reached through them.
    told: BTreeMap<&'static str, Vec<(&'a str, Program)>>,
}

impl<'a> World<'a> {
    fn of(ctx: &Context<'a>) -> Self {
        let lab = ctx.lab;
        let services = lab.services.iter();
        let tunnels = services.filter_map(|(n, s)| Some((n.as_str(), (s, program(ctx, n, s)?))));
        let mut out = Self {
            ways: ways(lab),
            tunnels: tunnels.collect(),
            told: BTreeMap::new(),
        };
        for (name, (s, program)) in &out.tunnels {
            let told = || !s.exposures.is_empty() || covered(lab, &service(name), s, &out.ways);
            if s.is_running() && told() {
                let told = out.told.entry(program.product).or_default();
                told.push((*name, *program));
            }
        }
        out
    }
}

fn services(ctx: &Context<'_>, world: &World<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    for (name, (s, what)) in world.tunnels.iter().filter(|(_, (s, _))| s.is_running()) {
        let told = says(lab, s)
            || covered(lab, &service(name), s, &world.ways)
            || is_node(lab, &service(name), *what);
        if told || other_end(world, Some(name), *what) {
            continue;
        }
        let is = match containers_of(ctx, name, s).len() {
            0 | 1 => "is a tunnel",
            _ => "has a tunnel in it",
        };
        let d = RULE
            .finding(format!(
                "service '{name}' {is}, and no exposure says what is reached through it"
            ))
            .at(
                s.span,
                format!("carries connections into the lab ({})", what.product),
            );
        out.add(service(name), rest(d, &world.ways, name));
    }
}

/// Containers that are no service of the lab: by their images alone, whatever they are called.
fn containers(ctx: &Context<'_>, world: &World<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    for container in ctx.containers() {
        let found = tunnel_of(container.project, container.service);
        let Some((what, span)) = found else { continue };
        let is_service = ctx.services_in(container.stack).any(|(name, s)| {
            let of = containers_of(ctx, name, s);
            s.is_running() && of.iter().any(|(_, c)| core::ptr::eq(*c, container.service))
        });
        if is_service || beside(lab, container.stack, &world.ways) || other_end(world, None, what) {
            continue;
        }
        let (stack, name) = (container.stack, container.name);
        let d = RULE
            .finding(format!(
                "{} is a tunnel, and no exposure says what is reached through it",
                container.title()
            ))
            .at(span, format!("carries connections into the lab ({})", what.product))
            .help(format!(
                "make it a service of the lab: `services: {{{name}: {{runs: {{stack: {stack}, service: {name}}}}}}}`"
            ));
        out.add(container.object(), rest(d, &world.ways, name));
    }
}

fn hosts(ctx: &Context<'_>, world: &World<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let known = world.tunnels.keys();
    let mut answered: BTreeSet<ObjectRef> =
        known.flat_map(|n| machines(lab, &service(n))).collect();
    answered.extend(world.ways.iter().flat_map(|w| w.machines.iter().cloned()));
    for (name, machine) in lab.machines() {
        let packages = machine.packages.iter().map(|p| (p.value.as_str(), p.span));
        let units = machine.units.iter().map(|(n, u)| (n.as_str(), u.span));
        let found = packages
            .chain(units)
            .find_map(|(text, span)| Some((tunnel(text)?, span)));
        let Some((what, span)) = found else { continue };
        let me = lab.machine_ref(name);
        let own = machine.exposures.iter().filter_map(|e| e.from.as_ref());
        let told =
            is_node(lab, &me, what) || own.into_iter().any(|from| comes_by(lab, &from.value));
        if told || answered.contains(&me) {
            continue;
        }
        let d = RULE
            .finding(format!(
                "{} '{name}' has a tunnel ({}), and no exposure says what is reached through it",
                me.kind.word(),
                what.product
            ))
            .at(span, "carries connections into the lab");
        out.add(me, rest(d, &world.ways, name));
    }
}

/// It is Tailscale on a machine that says what it offers its tailnet.
fn is_node(lab: &Lab, object: &ObjectRef, what: Program) -> bool {
    let says = |m: &ObjectRef| {
        lab.machine(&m.name)
            .is_some_and(|h| h.about.tailscale.is_some())
    };
    what.product == TAILSCALE && what.end == End::Inner && machines(lab, object).iter().any(says)
}

/// An exposure of it is for those who can come by a tunnel.
fn says(lab: &Lab, s: &Service) -> bool {
    s.exposures.iter().any(|e| match e.from.known() {
        Some(Or::Ref(from)) => comes_by(lab, from.name()),
        Some(Or::Word(Outside::Loopback)) => false,
        _ => true,
    })
}

/// Where somebody who comes by a tunnel can be: anywhere but in a segment of the lab that is no network of a tunnel.
pub(crate) fn comes_by(lab: &Lab, from: &str) -> bool {
    let network = lab.networks.get(from);
    let kind = network.and_then(|n| n.about.kind.known());
    from != "loopback" && (network.is_none() || kind == Some(&NetworkKind::Vpn))
}

fn rest(d: Diagnostic, ways: &[Way], name: &str) -> Diagnostic {
    let others: Vec<&str> = ways.iter().map(|w| w.object.name.as_str()).collect();
    let note = match others.is_empty() {
        true => format!("exposures via '{name}': 0"),
        false => format!(
            "exposures via '{name}': 0; others go via {}",
            names(&others)
        ),
    };
    d.note(note).help(format!(
        "for each route, add to the service that it leads to: `exposures: [{{port: …, from: internet, via: {name}, why: …, owner: …, review: …}}]`; stop the tunnel if there is none"
    ))
}

/// What a service carries: by the images that its stack runs it from; where none is known, by its name and what is declared of it.
fn program(ctx: &Context<'_>, name: &str, s: &Service) -> Option<Program> {
    let containers = containers_of(ctx, name, s);
    let has_image = |p: &Project, c: &Composed| {
        let image = c.image.as_ref();
        image.is_some_and(|image| p.is_settled(image.span))
    };
    let called = match !containers.is_empty() && containers.iter().all(|(p, c)| has_image(p, c)) {
        true => None,
        false => Some(name),
    };
    let image = s.image.known().map(String::as_str);
    let units = s
        .runs
        .iter()
        .filter_map(|r| r.unit.known().map(String::as_str));
    let said = [called, image].into_iter().flatten().chain(units);
    let mut run = containers.iter();
    said.filter_map(tunnel)
        .next()
        .or_else(|| run.find_map(|(p, c)| Some(tunnel_of(p, c)?.0)))
}

/// What a container carries, and where its image is written.
fn tunnel_of(project: &Project, container: &Composed) -> Option<(Program, Span)> {
    let image = container.image.as_ref()?;
    let what = tunnel(&image.value.name).filter(|_| project.is_settled(image.span));
    Some((what?, image.span))
}

/// The containers that a service is: those that it names, or has the name of; else all of its stack that are no other service's.
fn containers_of<'a>(
    ctx: &Context<'a>,
    name: &str,
    s: &Service,
) -> Vec<(&'a Project, &'a Composed)> {
    let mut out = Vec::new();
    for runs in s.runs.iter() {
        let Some(stack) = runs.stack.known().map(|s| s.name()) else {
            continue;
        };
        let Some(project) = ctx.projects.get(stack) else {
            continue;
        };
        let under = runs.service.known().map_or(name, |n| n.0.as_str());
        match project.services.get(under) {
            Some(one) => out.push((project, one)),
            None if runs.service.is_none() => {
                let others: BTreeSet<&str> = ctx
                    .services_in(stack)
                    .filter(|(n, _)| *n != name)
                    .flat_map(|(n, o)| o.runs.iter().map(move |r| (n, r)))
                    .filter(|(_, r)| r.stack.known().is_some_and(|s| s.name() == stack))
                    .map(|(n, r)| r.service.known().map_or(n, |s| s.0.as_str()))
                    .collect();
                let left = project.services.iter();
                let left = left.filter(|(n, c)| c.active && !others.contains(n.as_str()));
                out.extend(left.map(|(_, c)| (project, c)));
            }
            None => {}
        }
    }
    out
}

/// The service that exposures go by.
fn behind<'a>(lab: &'a Lab, way: &Way) -> Option<&'a Service> {
    let services = (way.object.kind == Kind::Service).then_some(&lab.services)?;
    services.get(&way.object.name)
}

/// Exposures go by the machine of a stack, by what else runs in it, or by what lets in the internet on its machine.
fn beside(lab: &Lab, stack: &str, ways: &[Way]) -> bool {
    let home = machines(lab, &ObjectRef::new(Kind::Stack, stack));
    ways.iter().any(|way| {
        let linked = behind(lab, way).is_some_and(|o| {
            let mut stacks = o.runs.iter().filter_map(|r| r.stack.known());
            stacks.any(|s| s.name() == stack) || way.outside && !home.is_disjoint(&way.machines)
        });
        linked || home.contains(&way.object)
    })
}

/// Whatever lets in connections from outside, by the exposures of others.
fn ways(lab: &Lab) -> Vec<Way> {
    let mut found: BTreeMap<ObjectRef, bool> = BTreeMap::new();
    for e in lab.services.values().flat_map(|s| &s.exposures) {
        let Some(via) = e.via.known() else { continue };
        let outside = matches!(
            e.from.known(),
            Some(Or::Word(Outside::Internet | Outside::Any))
        );
        *found.entry(via.0.object.clone()).or_default() |= outside;
    }
    let way = |(object, outside): (ObjectRef, bool)| Way {
        machines: machines(lab, &object),
        object,
        outside,
    };
    found.into_iter().map(way).collect()
}

/// Exposures go by it, or by its other end: something it needs, that needs it, or that is on the same machine or in the same stack.
fn covered(lab: &Lab, me: &ObjectRef, s: &Service, ways: &[Way]) -> bool {
    let home = machines(lab, me);
    let stacks = |s: &'_ Service| -> BTreeSet<String> {
        let names = s.runs.iter().filter_map(|r| r.stack.known());
        names.map(|r| r.name().to_owned()).collect()
    };
    let own = stacks(s);
    let needs = |s: &Service, other: &ObjectRef| {
        s.needs
            .iter()
            .any(|n| n.need.known().is_some_and(|r| r.0.object == *other))
    };
    ways.iter().any(|way| {
        let linked = behind(lab, way).is_some_and(|o| {
            needs(o, me)
                || needs(s, &way.object)
                || !stacks(o).is_disjoint(&own)
                || (way.outside && !home.is_disjoint(&way.machines))
        });
        way.object == *me || linked || home.contains(&way.object)
    })
}

/// Exposures go by the other end of the same product: the client in the lab and the server on a rented machine.
fn other_end(world: &World<'_>, me: Option<&str>, mine: Program) -> bool {
    let told = world.told.get(mine.product).into_iter().flatten();
    told.into_iter()
        .any(|(name, program)| Some(*name) != me && program.meets(mine))
}
