//! Which ports of which machine containers, services and tunnels take, as declared, and where two want what only one can have.
//!
//! Rules judge it and views show it, so that both speak of the same.

use crate::addresses::meet;
use crate::beside::{apart, is_apart};
use core::net::IpAddr;
use diag::Span;
use model::compose::{Port, Project, Projects, Service as Composed};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::service::{Outside, Service};
use model::lab::{Lab, Protocol};
use std::collections::{BTreeMap, BTreeSet};

/// Where ports are taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A host, guest, device or cluster.
    Machine(ObjectRef),
    /// Nobody says where this stack or service runs.
    Unknown(ObjectRef),
}

/// What listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By<'a> {
    /// A container of a stack.
    Container {
        /// The stack.
        stack: &'a str,
        /// Its name in the Compose file.
        name: &'a str,
    },
    /// A service whose Compose file says nothing, because it has none or it could not be read.
    Service(&'a str),
    /// An interface of WireGuard of the machine itself.
    Tunnel {
        /// The host or guest.
        machine: &'a str,
        /// Its name there.
        name: &'a str,
    },
}

impl By<'_> {
    /// `container 'db' of stack 'wiki'`, `service 'wiki'`.
    pub fn title(&self) -> String {
        match self {
            Self::Container { stack, name } => format!("container '{name}' of stack '{stack}'"),
            Self::Service(name) => format!("service '{name}'"),
            Self::Tunnel { name, .. } => format!("WireGuard interface '{name}'"),
        }
    }

    /// What a waiver names.
    pub fn object(&self, lab: &Lab) -> ObjectRef {
        match self {
            Self::Container { stack, .. } => ObjectRef::new(Kind::Stack, *stack),
            Self::Service(name) => ObjectRef::new(Kind::Service, *name),
            Self::Tunnel { machine, .. } => lab.machine_ref(machine),
        }
    }
}

/// Ports that something takes.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// What takes them.
    pub by: By<'a>,
    /// First.
    pub first: u16,
    /// Last.
    pub last: u16,
    /// As many of them as this; all if nothing is said. The engine takes one of a range for each container.
    pub some: Option<u32>,
    /// `tcp`, `udp`, …
    pub protocol: &'a str,
    /// None is every address.
    pub address: Option<IpAddr>,
    /// The port of the container that it leads to.
    pub target: Option<u16>,
    /// Where it is written.
    pub span: Span,
}

/// Two claims that cannot both be had, or not at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The place of the first in the list that was asked about.
    pub first: usize,
    /// That of the other.
    pub other: usize,
    /// Why.
    pub kind: ConflictKind,
}

/// Why two claims cannot both be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// Both want one port.
    Same,
    /// One takes whichever is free of a range in which the other's port lies.
    Within,
    /// Ranges with fewer ports than are taken of them.
    TooFew,
}

/// How many containers of a service are started; `None` if a variable decides that has no value here.
pub fn copies(project: &Project, service: &Composed) -> Option<i64> {
    let scale = service.amounts.scale.as_ref();
    let replicas = || service.deploy.as_ref()?.replicas.as_ref();
    match scale.or_else(replicas) {
        Some(number) => project.is_settled(number.span).then_some(number.value),
        None => Some(1),
    }
}

/// It has no network of its own that published ports could lead into, or stands beside the machine: the engine leaves them out, or does not start it.
fn is_without_ports(project: &Project, service: &Composed) -> bool {
    let mode = service.network_mode.as_ref().map(|m| m.value.as_str());
    mode.is_some_and(|mode| {
        ["host", "none"].contains(&mode)
            || mode.starts_with("service:")
            || mode.starts_with("container:")
    }) || is_apart(project, service)
}

/// The ports that a service of a project publishes, if it is started. Of networks that are made elsewhere nothing is known here: [`crate::beside`].
pub fn published<'a>(
    project: &'a Project,
    service: &'a Composed,
) -> impl Iterator<Item = &'a Port> {
    let starts = service.active && copies(project, service) != Some(0);
    let all = service.ports.iter();
    all.filter(move |_| starts && !is_without_ports(project, service))
}

/// Every claim of a lab, by place.
pub fn claims<'a>(lab: &'a Lab, projects: &'a Projects) -> BTreeMap<Place, Vec<Claim<'a>>> {
    let mut out: BTreeMap<Place, Vec<Claim<'a>>> = BTreeMap::new();
    let mut inside = BTreeSet::new();
    let apart = apart(lab, projects);
    for (stack, project) in projects {
        if !lab.stacks.contains_key(stack) {
            continue;
        }
        for (name, service) in &project.services {
            if apart.contains_key(&(stack.as_str(), name.as_str())) {
                continue;
            }
            let by = By::Container { stack, name };
            let some = copies(project, service).unwrap_or(1);
            let ports = published(project, service);
            let found: Vec<_> = ports.filter_map(|p| of_port(by, p, some)).collect();
            if makes_interfaces(service) {
                let ports = found
                    .iter()
                    .map(|c| (of_stack(lab, stack), c.protocol, c.first));
                inside.extend(ports);
            }
            if !found.is_empty() {
                out.entry(of_stack(lab, stack)).or_default().extend(found);
            }
        }
    }
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let found = of_service(name, service, projects);
        if !found.is_empty() {
            for place in of_running(lab, name, service) {
                out.entry(place).or_default().extend(found.iter().cloned());
            }
        }
    }
    for (place, claim) in tunnels(lab) {
        // The container that publishes the port is the one that brings the tunnel up.
        if !inside.contains(&(place.clone(), claim.protocol, claim.first)) {
            out.entry(place).or_default().push(claim);
        }
    }
    out
}

/// Without this right a container makes no interface, and so no tunnel.
fn makes_interfaces(service: &Composed) -> bool {
    let may = |c: &str| {
        let c = c.strip_prefix("CAP_").unwrap_or(c);
        ["NET_ADMIN", "ALL"].contains(&c)
    };
    let mut added = service.cap_add.iter();
    service.privileged.as_ref().is_some_and(|p| p.value)
        || added.any(|c| may(&c.value.to_ascii_uppercase()))
}

/// The ports of WireGuard, on all addresses of its machine.
fn tunnels(lab: &Lab) -> impl Iterator<Item = (Place, Claim<'_>)> {
    let all = lab.machines();
    let all = all.flat_map(|(name, m)| m.about.wireguard.iter().map(move |t| (name, t)));
    all.filter_map(|(machine, (name, tunnel))| {
        let given = tunnel.port.as_ref()?;
        let port = given.value()?.0;
        let by = By::Tunnel {
            machine,
            name: &name.0,
        };
        let claim = Claim {
            by,
            first: port,
            last: port,
            some: None,
            protocol: Protocol::Udp.word(),
            address: None,
            target: None,
            span: given.span,
        };
        Some((Place::Machine(lab.machine_ref(machine)), claim))
    })
}

/// Port 0 is whichever is free, as if none were written.
fn of_port<'a>(by: By<'a>, port: &'a Port, copies: i64) -> Option<Claim<'a>> {
    let range = port.published.filter(|r| r.start > 0)?;
    let last = range.end.max(range.start);
    Some(Claim {
        by,
        first: range.start,
        last,
        some: (last > range.start).then(|| u32::try_from(copies.max(1)).unwrap_or(u32::MAX)),
        protocol: &port.protocol,
        address: port.host_ip,
        target: Some(port.target),
        span: port.span,
    })
}

/// What a service is declared to listen on where no Compose file says it. What comes in by a proxy or tunnel listens there.
fn of_service<'a>(name: &'a str, service: &'a Service, projects: &Projects) -> Vec<Claim<'a>> {
    if is_composed(service, projects) {
        return Vec::new();
    }
    let ways = service.exposures.iter().filter(|way| way.via.is_none());
    let claims = ways.filter_map(|way| {
        let ports = way.port.known()?;
        let loopback = matches!(way.from.known(), Some(Or::Word(Outside::Loopback)));
        Some(Claim {
            by: By::Service(name),
            first: ports.first(),
            last: ports.last(),
            some: None,
            protocol: ports.protocol().word(),
            address: loopback.then_some(IpAddr::from([127, 0, 0, 1])),
            target: None,
            span: way.span,
        })
    });
    claims.collect()
}

/// What its containers publish stands in a Compose file that was read.
pub fn is_composed(service: &Service, projects: &Projects) -> bool {
    let mut stacks = service.runs.iter().filter_map(|r| r.stack.known());
    stacks.any(|s| projects.contains_key(s.name()))
}

/// Where a stack runs.
pub fn of_stack(lab: &Lab, stack: &str) -> Place {
    let on = lab.stacks.get(stack).and_then(|s| s.on.known());
    match on {
        Some(on) => Place::Machine(on.0.object.clone()),
        None => Place::Unknown(ObjectRef::new(Kind::Stack, stack)),
    }
}

/// Where a service listens: hosts, guests, devices, clusters.
pub fn of_running(lab: &Lab, name: &str, service: &Service) -> BTreeSet<Place> {
    let mut out = BTreeSet::new();
    for runs in service.runs.iter() {
        out.extend(runs.stack.known().map(|s| of_stack(lab, s.name())));
        let others = crate::reach::parts(runs).into_iter();
        let others = others.filter(|part| part.kind != Kind::Stack);
        out.extend(others.map(Place::Machine));
    }
    if out.is_empty() {
        out.insert(Place::Unknown(ObjectRef::new(Kind::Service, name)));
    }
    out
}

impl Claim<'_> {
    /// Both want ports of the same address, or one of them wants all addresses.
    pub fn meets(&self, other: &Self) -> bool {
        // A service that is open to two networks listens once.
        let apart = self.by != other.by || matches!(self.by, By::Container { .. });
        // Where a tunnel has the port, a service that is declared to listen on it is that tunnel.
        let apart = match (self.by, other.by) {
            (By::Service(_), By::Tunnel { .. }) | (By::Tunnel { .. }, By::Service(_)) => false,
            _ => apart,
        };
        let ports = self.first <= other.last && other.first <= self.last;
        apart && ports && self.protocol == other.protocol && meet(self.address, other.address)
    }
}

/// What of the claims on one machine cannot all be had.
pub fn conflicts(claims: &[Claim<'_>]) -> Vec<Conflict> {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    let of = |n: &usize| claims.get(*n);
    order.sort_by_key(|n| (of(n).map(|c| (c.protocol, c.first)), *n));
    let short = short(claims);
    let mut out = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for n in order {
        let Some(claim) = claims.get(n) else { continue };
        open.retain(|m| {
            of(m).is_some_and(|o| o.protocol == claim.protocol && o.last >= claim.first)
        });
        for m in &open {
            let Some(other) = claims.get(*m).filter(|o| o.meets(claim)) else {
                continue;
            };
            let short = short.contains(&n) || short.contains(m);
            let kind = match (claim.some, other.some) {
                (None, None) => Some(ConflictKind::Same),
                _ if short => Some(ConflictKind::TooFew),
                (Some(_), Some(_)) => None,
                // Of one container the engine takes the ports first of which there is no choice.
                _ if claim.by == other.by => None,
                _ => Some(ConflictKind::Within),
            };
            let (first, other) = (n.min(*m), n.max(*m));
            out.extend(kind.map(|kind| Conflict { first, other, kind }));
        }
        open.push(n);
    }
    out.sort_by_key(|c| (c.other, c.first));
    out
}

/// Claims on some of a range that no choice of ports satisfies. Only ranges of one address are chosen for together: what of several addresses
/// would be left cannot be told without trying all.
fn short(claims: &[Claim<'_>]) -> BTreeSet<usize> {
    let mut groups: BTreeMap<(&str, Option<IpAddr>), Vec<usize>> = BTreeMap::new();
    for (n, claim) in claims.iter().enumerate().filter(|(_, c)| c.some.is_some()) {
        let key = (claim.protocol, claim.address);
        groups.entry(key).or_default().push(n);
    }
    let mut out = BTreeSet::new();
    for group in groups.values() {
        let mut wanted: BTreeMap<usize, u32> = group
            .iter()
            .filter_map(|n| Some((*n, claims.get(*n)?.some?)))
            .collect();
        for port in open_ports(claims, group) {
            // Of those that could have it, the one whose range ends first has the least choice.
            let next = wanted.iter_mut().filter(|(n, left)| {
                **left > 0
                    && claims
                        .get(**n)
                        .is_some_and(|c| c.first <= port && port <= c.last)
            });
            let next = next.min_by_key(|(n, _)| claims.get(**n).map(|c| c.last));
            if let Some((_, left)) = next {
                *left -= 1;
            }
        }
        out.extend(
            wanted
                .into_iter()
                .filter(|(_, left)| *left > 0)
                .map(|(n, _)| n),
        );
    }
    out
}

/// The ports of some ranges that nothing takes which takes all that it names.
fn open_ports(claims: &[Claim<'_>], group: &[usize]) -> BTreeSet<u16> {
    let mut out = BTreeSet::new();
    let ranges = || group.iter().filter_map(|n| claims.get(*n));
    for range in ranges() {
        out.extend(range.first..=range.last);
    }
    for claim in claims.iter().filter(|c| c.some.is_none()) {
        if ranges().any(|r| r.meets(claim)) {
            out.retain(|port| *port < claim.first || claim.last < *port);
        }
    }
    out
}
