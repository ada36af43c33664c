//! What the declared flows say of traffic from one place to another.
//!
//! Of the flows that fit, the most exact one decides: an object is more exact than its network, a network more than its zone, a zone more than `any`; with
//! equal ends, named ports are more exact than all of them. Of two that are equally exact, the one that denies wins.

use crate::reach::{machines, networks, zone_of};
use model::declare::{OptExt, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::{Action, AnyPort, End, Flow};
use model::lab::service::Outside;
use model::units::net::Ports;
use std::collections::BTreeSet;

/// Where traffic comes from or goes to.
#[derive(Debug, Clone, Default)]
pub struct Spot<'a> {
    objects: BTreeSet<ObjectRef>,
    /// Networks it is in.
    pub networks: BTreeSet<&'a str>,
    /// Zones it is in.
    pub zones: BTreeSet<&'a str>,
    internet: bool,
}

impl<'a> Spot<'a> {
    /// Where an object is.
    pub fn of(lab: &'a Lab, object: &ObjectRef) -> Self {
        let networks = networks(lab, object);
        let mut objects = machines(lab, object);
        objects.insert(object.clone());
        Self {
            zones: networks.iter().filter_map(|n| zone_of(lab, n)).collect(),
            networks,
            objects,
            internet: false,
        }
    }

    /// The internet.
    pub fn internet() -> Self {
        Self {
            internet: true,
            ..Self::default()
        }
    }

    /// A whole zone.
    pub fn zone(lab: &'a Lab, zone: &'a str) -> Self {
        let inside = lab.networks.keys().map(String::as_str);
        Self {
            networks: inside.filter(|n| zone_of(lab, n) == Some(zone)).collect(),
            zones: BTreeSet::from([zone]),
            ..Self::default()
        }
    }

    /// What is said of a zone as a whole: what is said of one of several networks is not.
    pub fn whole(&self) -> Self {
        Self {
            networks: match self.networks.len() {
                1 => self.networks.clone(),
                _ => BTreeSet::new(),
            },
            ..self.clone()
        }
    }

    /// In another zone, as far as both are known; machines of one network meet without a router.
    pub fn is_apart(&self, other: &Self) -> bool {
        let known = |s: &Self| s.internet || !s.zones.is_empty();
        known(self)
            && known(other)
            && self.zones.is_disjoint(&other.zones)
            && self.networks.is_disjoint(&other.networks)
    }

    /// What comes from the other one passes a router, and a flow can be of it: they are in no zone and in no network together, as far as both are known.
    pub fn is_routed(&self, other: &Self) -> bool {
        let known = |s: &Self| s.internet || !s.zones.is_empty() || !s.networks.is_empty();
        known(self)
            && known(other)
            && self.zones.is_disjoint(&other.zones)
            && self.networks.is_disjoint(&other.networks)
    }

    /// `zone 'dmz'`, or the internet.
    pub fn words(&self) -> String {
        match self.internet {
            true => "the internet".to_owned(),
            false => {
                let (of, word) = match self.zones.is_empty() {
                    true => (&self.networks, "network"),
                    false => (&self.zones, "zone"),
                };
                let all: Vec<&str> = of.iter().copied().collect();
                let end = if all.len() == 1 { "" } else { "s" };
                format!("{word}{end} {}", crate::wording::names(&all))
            }
        }
    }
}

/// What is said.
#[derive(Debug, Clone, Copy)]
pub enum Verdict<'a> {
    /// It may pass.
    Allowed,
    /// It may not.
    Denied(&'a Flow),
    /// Nothing.
    Silent,
}

impl Verdict<'_> {
    /// It may pass.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Verdict::Allowed)
    }
}

/// What is said of traffic to some of these ports; to any port if there are none.
pub fn verdict<'a>(lab: &'a Lab, from: &Spot<'_>, to: &Spot<'_>, ports: &[Ports]) -> Verdict<'a> {
    let mut best: Option<(u8, bool, &Flow)> = None;
    for flow in &lab.flows {
        let Some(action) = flow.action.known() else {
            continue;
        };
        let ends = exactness(&flow.from, from).zip(exactness(&flow.to, to));
        let Some((a, b)) = ends else { continue };
        let named = has_named_ports(flow);
        if named && !covers(flow, ports, *action) {
            continue;
        }
        let rank = (a + b) * 2 + u8::from(named);
        let denies = *action == Action::Deny;
        if best.is_none_or(|(r, d, _)| (rank, denies) > (r, d)) {
            best = Some((rank, denies, flow));
        }
    }
    match best {
        Some((_, true, flow)) => Verdict::Denied(flow),
        Some((_, false, _)) => Verdict::Allowed,
        None => Verdict::Silent,
    }
}

/// The parts of a range of ports that may not pass, each with the flow that decides. Within one part the same flows say something.
pub fn denied<'a>(
    lab: &'a Lab,
    from: &Spot<'_>,
    to: &Spot<'_>,
    asked: Ports,
) -> Vec<(Ports, &'a Flow)> {
    let (first, last) = (asked.first(), asked.last());
    let mut starts = BTreeSet::from([first]);
    if first < last {
        let meant =
            |f: &&Flow| exactness(&f.from, from).is_some() && exactness(&f.to, to).is_some();
        for ports in lab.flows.iter().filter(meant).flat_map(|f| f.ports.iter()) {
            if let Or::Ref(ports) = &ports.value
                && ports.protocol() == asked.protocol()
            {
                starts.extend(
                    [Some(ports.first()), ports.last().checked_add(1)]
                        .into_iter()
                        .flatten(),
                );
            }
        }
    }
    let starts: Vec<u16> = starts.range(first..=last).copied().collect();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([last]);
    let parts = starts
        .iter()
        .zip(ends)
        .filter_map(|(a, b)| asked.part(*a, b));
    let mut out: Vec<(Ports, &Flow)> = Vec::new();
    for part in parts {
        let Verdict::Denied(flow) = verdict(lab, from, to, &[part]) else {
            continue;
        };
        match out.last_mut() {
            Some((before, by))
                if before.last().checked_add(1) == Some(part.first()) && by.span == flow.span =>
            {
                let whole = asked.part(before.first(), part.last());
                *before = whole.unwrap_or(*before);
            }
            _ => out.push((part, flow)),
        }
    }
    out
}

/// A flow that names these ports lets them through: somebody meant them.
pub fn names_ports(lab: &Lab, from: &Spot<'_>, to: &Spot<'_>, ports: &[Ports]) -> bool {
    let mut flows = lab.flows.iter();
    let meant = |f: &Flow| {
        let ends = exactness(&f.from, from).zip(exactness(&f.to, to));
        has_named_ports(f) && ends.is_some() && covers(f, ports, Action::Allow)
    };
    flows.any(|f| f.action.known() == Some(&Action::Allow) && meant(f))
        && verdict(lab, from, to, ports).is_allowed()
}

/// It lets all ports through to one of these places: nobody meant a certain one.
pub fn opens(flow: &Flow, to: &[Spot<'_>]) -> bool {
    let named = to.iter().any(|t| exactness(&flow.to, t).is_some());
    flow.action.known() == Some(&Action::Allow) && !has_named_ports(flow) && named
}

/// How exactly an end names a spot, if it does.
fn exactness(end: &model::declare::Opt<End>, spot: &Spot<'_>) -> Option<u8> {
    match end.known()? {
        Or::Word(Outside::Any) => Some(0),
        Or::Word(Outside::Internet) => spot.internet.then_some(1),
        Or::Word(Outside::Loopback) => None,
        Or::Ref(r) => match r.kind() {
            Kind::Zone => spot.zones.contains(r.name()).then_some(1),
            Kind::Network => spot.networks.contains(r.name()).then_some(2),
            _ => spot.objects.contains(&r.0.object).then_some(3),
        },
    }
}

/// Not simply all ports.
pub fn has_named_ports(flow: &Flow) -> bool {
    let all = |p: &Or<AnyPort, Ports>| matches!(p, Or::Word(AnyPort::Any));
    !flow.ports.is_empty() && !flow.ports.iter().any(|p| all(&p.value))
}

/// Whether named ports matter for those that are asked for. If none are, a permission counts and a prohibition of some does not.
fn covers(flow: &Flow, asked: &[Ports], action: Action) -> bool {
    if asked.is_empty() {
        return action == Action::Allow;
    }
    let meets = |a: &Ports, b: &Ports| {
        a.protocol() == b.protocol() && a.first() <= b.last() && b.first() <= a.last()
    };
    flow.ports.iter().any(|p| match &p.value {
        Or::Word(AnyPort::Any) => true,
        Or::Ref(ports) => asked.iter().any(|a| meets(a, ports)),
    })
}

/// `all ports`, or those that are named.
pub fn ports(flow: &Flow) -> String {
    if !has_named_ports(flow) {
        return "all ports".to_owned();
    }
    let named = flow.ports.iter().map(|p| match &p.value {
        Or::Word(AnyPort::Any) => "any".to_owned(),
        Or::Ref(ports) => ports.to_string(),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// Zones that have a network.
pub fn zones(lab: &Lab) -> Vec<&str> {
    let used: BTreeSet<&str> = lab
        .networks
        .keys()
        .filter_map(|n| zone_of(lab, n))
        .collect();
    used.into_iter().collect()
}
