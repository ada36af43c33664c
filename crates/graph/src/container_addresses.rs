//! Fixed addresses of containers, and which of them lie in a network of the lab: a container in a `macvlan` or `ipvlan` network has a place among
//! the machines beside the parent.
//!
//! Source: docs.docker.com, "Macvlan network driver", "IPvlan network driver" (`parent`, also with a VLAN: `eth0.20`).

use crate::addresses::{is_inner, subnet};
use crate::listening::{Place, copies, of_stack};
use core::net::IpAddr;
use diag::Span;
use ipnet::IpNet;
use model::compose::{Network, Pool, Project, Projects, Service};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::{self, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// A network of a Compose project that containers are in.
#[derive(Clone, Copy)]
pub struct Joined<'a> {
    /// The stack of those containers.
    pub stack: &'a str,
    /// Its project.
    pub project: &'a Project,
    /// Its name in the project.
    pub key: &'a str,
    /// What is said of it; `None` for the default network where nothing is.
    pub declared: Option<&'a Network>,
    /// The project that makes it, and what it says of it: this one, or for an external network that of another stack.
    pub made: Option<(&'a Project, &'a Network)>,
    /// The network of the lab that an external one is declared as.
    pub bridge: Option<&'a str>,
    /// The network of the lab that its containers are in as machines are.
    pub lan: Option<&'a str>,
}

/// The address that a container is given in a network.
pub struct Fixed<'a> {
    /// The network.
    pub network: Joined<'a>,
    /// The container's name in the project.
    pub name: &'a str,
    /// What the project says of it.
    pub service: &'a Service,
    /// It runs with the profiles that were asked for.
    pub active: bool,
    /// As written.
    pub text: &'a str,
    /// `None` if it is none of its family.
    pub address: Option<IpAddr>,
    /// Where it is written.
    pub span: Span,
}

impl Fixed<'_> {
    /// `container 'web' of stack 'wiki'`.
    pub fn title(&self) -> String {
        format!(
            "container '{}' of stack '{}'",
            self.name, self.network.stack
        )
    }

    /// As a table names it.
    pub fn short(&self) -> String {
        format!("container {}/{}", self.network.stack, self.name)
    }

    /// How many containers would have it.
    pub fn copies(&self) -> Option<i64> {
        copies(self.network.project, self.service)
    }
}

impl<'a> Joined<'a> {
    /// The machine and the name there, which two stacks can have in common.
    pub fn at_engine(&self, lab: &Lab) -> (Place, String) {
        let place = of_stack(lab, self.stack);
        let named = self.declared.and_then(|d| d.name.as_ref());
        let name = match named {
            Some(name) => name.value.clone(),
            None if self.declared.is_some_and(|d| d.external) => self.key.to_owned(),
            None => {
                let project = self.project.name.as_ref();
                let project = project.map_or(self.stack, |n| n.value.as_str());
                format!("{project}_{}", self.key)
            }
        };
        (place, name)
    }

    /// Whether something written in the project that makes it is known.
    pub fn is_settled(&self, place: Span) -> bool {
        self.made
            .is_none_or(|(project, _)| project.is_settled(place))
    }

    /// The pools that are given, with their subnets; none if a variable in one has no value.
    pub fn pools(&self) -> Option<Vec<(IpNet, &'a Pool)>> {
        let pools = self.made.map_or(&[][..], |(_, network)| &network.pools);
        let read = |pool: &'a Pool| {
            let subnet = pool.subnet.as_ref()?;
            let settled = self.is_settled(subnet.span);
            let net: IpNet = subnet.value.parse().ok().filter(|_| settled)?;
            Some((net.trunc(), pool))
        };
        pools
            .iter()
            .filter(|p| p.subnet.is_some())
            .map(read)
            .collect()
    }

    /// Its containers stand beside the machines.
    pub fn is_shared(&self) -> bool {
        is_shared(self.made.map(|(_, network)| network))
    }
}

fn is_shared(network: Option<&Network>) -> bool {
    let driver = network.and_then(|n| n.driver.as_ref());
    let mode = network.and_then(|n| n.driver_opts.get("ipvlan_mode"));
    match driver.map(|d| d.value.as_str()) {
        Some("macvlan") => true,
        // In these the host routes to its containers, whose addresses are no neighbours of the machines.
        Some("ipvlan") => !mode.is_some_and(|m| ["l3", "l3s"].contains(&m.value.expose())),
        _ => false,
    }
}

/// Every network that a service of a project is in, with those services.
pub fn joined<'a>(lab: &'a Lab, projects: &'a Projects) -> Vec<(Joined<'a>, &'a str, &'a Service)> {
    let makers = makers(lab, projects);
    let mut out = Vec::new();
    for (stack, project) in projects.iter().filter(|(s, _)| lab.stacks.contains_key(*s)) {
        let mut known: BTreeMap<&str, Joined<'a>> = BTreeMap::new();
        for (name, service) in &project.services {
            for key in service.networks.keys() {
                let network = known
                    .entry(key)
                    .or_insert_with(|| join(lab, &makers, (stack, project, key)));
                out.push((*network, name.as_str(), service));
            }
        }
    }
    out
}

/// Who makes networks, by their name at the engine.
type Makers<'a> = BTreeMap<String, Vec<(Place, &'a Project, &'a Network)>>;

fn makers<'a>(lab: &'a Lab, projects: &'a Projects) -> Makers<'a> {
    let mut out = Makers::new();
    for (stack, project) in projects.iter().filter(|(s, _)| lab.stacks.contains_key(*s)) {
        for (key, network) in project.networks.iter().filter(|(_, n)| !n.external) {
            let mine = of_own(stack, project, key);
            let (place, name) = mine.at_engine(lab);
            out.entry(name).or_default().push((place, project, network));
        }
    }
    out
}

fn of_own<'a>(stack: &'a str, project: &'a Project, key: &'a str) -> Joined<'a> {
    let declared = project.networks.get(key);
    Joined {
        stack,
        project,
        key,
        declared,
        made: declared.map(|network| (project, network)),
        bridge: None,
        lan: None,
    }
}

fn join<'a>(
    lab: &'a Lab,
    makers: &Makers<'a>,
    (stack, project, key): (&'a str, &'a Project, &'a str),
) -> Joined<'a> {
    let mut network = of_own(stack, project, key);
    if network.declared.is_some_and(|d| d.external) {
        let (place, name) = network.at_engine(lab);
        let all = makers.get(&name).map_or(&[][..], Vec::as_slice);
        let here = all.iter().find(|(p, ..)| *p == place);
        // Where one of them runs nobody says, the only one of that name is meant.
        let open = |p: &Place| matches!(p, Place::Unknown(_));
        let only = match all {
            [one] if open(&one.0) || open(&place) => Some(one),
            _ => None,
        };
        network.made = here
            .or(only)
            .map(|(_, project, network)| (*project, *network));
        network.bridge = match network.made {
            Some(_) => None,
            None => bridge(lab, &place, &name),
        };
    }
    network.lan = lan(lab, &network);
    network
}

/// The network of an engine that is declared by this name, on this machine or on none.
fn bridge<'a>(lab: &'a Lab, place: &Place, name: &str) -> Option<&'a str> {
    let (key, network) = lab.networks.get_key_value(name)?;
    let here = match (network.about.on.known(), place) {
        (Some(on), Place::Machine(machine)) => on.0.object == *machine,
        (Some(_), Place::Unknown(_)) => false,
        (None, _) => network.about.on.is_none(),
    };
    (is_inner(network) && here).then_some(key.as_str())
}

/// An address that the engine gives to nobody in a network that its containers share with machines.
pub struct Kept<'a> {
    /// The network of the lab.
    pub lan: &'a str,
    /// The address.
    pub address: IpAddr,
    /// As a table names what has it.
    pub of: String,
}

/// Networks of engines with a place among the machines, each once for every stack that is in it.
fn shared<'a>(lab: &'a Lab, projects: &'a Projects) -> Vec<(Joined<'a>, &'a str)> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (network, ..) in joined(lab, projects) {
        if let Some(lan) = network.lan
            && seen.insert((network.stack, network.key))
        {
            out.push((network, lan));
        }
    }
    out
}

/// Every `aux_addresses` of those.
pub fn kept<'a>(lab: &'a Lab, projects: &'a Projects) -> Vec<Kept<'a>> {
    let mut out = Vec::new();
    for (network, lan) in shared(lab, projects) {
        for (_, pool) in network.pools().into_iter().flatten() {
            let known = pool.aux_addresses.iter();
            let known = known.filter(|(_, a)| network.is_settled(a.span));
            out.extend(known.filter_map(|(name, address)| {
                Some(Kept {
                    lan,
                    address: address.value.parse().ok()?,
                    of: format!("kept by {}/{} ({name})", network.stack, network.key),
                })
            }));
        }
    }
    out
}

/// What engines give out by themselves among the machines: the `ip_range` of those networks, by the network of the lab.
pub fn given_out<'a>(lab: &'a Lab, projects: &'a Projects) -> Vec<(&'a str, IpNet)> {
    let mut out = Vec::new();
    for (network, lan) in shared(lab, projects) {
        for (_, pool) in network.pools().into_iter().flatten() {
            let range = pool.ip_range.as_ref();
            let range = range.filter(|r| network.is_settled(r.span));
            out.extend(range.and_then(|r| Some((lan, r.value.parse::<IpNet>().ok()?.trunc()))));
        }
    }
    out
}

/// Every fixed address.
pub fn fixed<'a>(lab: &'a Lab, projects: &'a Projects) -> Vec<Fixed<'a>> {
    let mut out = Vec::new();
    for (network, name, service) in joined(lab, projects) {
        let Some(member) = service.networks.get(network.key) else {
            continue;
        };
        let families = [(&member.ipv4_address, true), (&member.ipv6_address, false)];
        for (given, four) in families {
            let given = given
                .as_ref()
                .filter(|g| network.project.is_settled(g.span));
            out.extend(given.map(|given| {
                Fixed {
                    network,
                    name,
                    service,
                    active: service.active
                        && service.provider.is_none()
                        && copies(network.project, service) != Some(0),
                    text: &given.value,
                    address: given
                        .value
                        .parse()
                        .ok()
                        .filter(|a: &IpAddr| a.is_ipv4() == four),
                    span: given.span,
                }
            }));
        }
    }
    out
}

/// The network of the lab that the parent of a network is in; else the one with its addresses. Where the stack runs need not be known for the
/// last, if only one network can be meant.
fn lan<'a>(lab: &'a Lab, network: &Joined<'a>) -> Option<&'a str> {
    if !network.is_shared() {
        return None;
    }
    let place = of_stack(lab, network.stack);
    let machine = match &place {
        Place::Machine(machine) => Some(machine),
        Place::Unknown(_) => None,
    };
    let near = machine
        .map(|m| crate::reach::networks(lab, m))
        .unwrap_or_default();
    let given = network.pools().unwrap_or_default();
    let same = |range: IpNet| given.iter().any(|(net, _)| range.contains(net));
    let of = |fits: &dyn Fn(&lab::Network) -> bool| {
        let mut all: Vec<_> = lab.networks.iter().filter(|(_, n)| fits(n)).collect();
        // One that the machine stands in before others, and of those one with these addresses.
        all.sort_by_key(|(name, n)| {
            let same = subnet(n).is_some_and(same);
            (!near.contains(name.as_str()), !same)
        });
        match all.as_slice() {
            [_, _, ..] if machine.is_none() => None,
            all => all.first().map(|(name, _)| name.as_str()),
        }
    };
    let options = network.made.map(|(_, made)| &made.driver_opts);
    let parent = options.and_then(|o| o.get("parent"));
    let parent = parent.map(|p| p.value.expose());
    let (card, vlan) = match parent.and_then(|p| p.rsplit_once('.')) {
        Some((card, vlan)) => (Some(card), vlan.parse::<u16>().ok()),
        None => (parent, None),
    };
    let of_vlan = vlan.and_then(|vlan| of(&|n| n.vlan.known() == Some(&vlan)));
    let of_card = || {
        let machine = machine.filter(|m| m.kind == Kind::Host && vlan.is_none())?;
        let nics = &lab.hosts.get(&machine.name)?.about.hardware.as_ref()?.nics;
        let mut nics = nics.iter();
        let (_, nic) = nics.find(|(name, _)| Some(name.0.as_str()) == card)?;
        let (name, _) = lab.networks.get_key_value(nic.network.known()?.name())?;
        Some(name.as_str())
    };
    of_vlan
        .or_else(of_card)
        .or_else(|| of(&|n| !is_inner(n) && subnet(n).is_some_and(same)))
}
