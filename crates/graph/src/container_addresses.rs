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
use model::lab::Lab;

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

    /// The pools that are given, with their subnets; none if a variable in one has no value.
    pub fn pools(&self) -> Option<Vec<(IpNet, &'a Pool)>> {
        let pools = self.declared.map_or(&[][..], |d| &d.pools);
        let read = |pool: &'a Pool| {
            let subnet = pool.subnet.as_ref()?;
            let settled = self.project.is_settled(subnet.span);
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
        is_shared(self.declared)
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
    let stacks = projects.keys();
    stacks.flat_map(|s| joined_of(lab, projects, s)).collect()
}

/// Those of one stack.
pub fn joined_of<'a>(
    lab: &'a Lab,
    projects: &'a Projects,
    stack: &str,
) -> Vec<(Joined<'a>, &'a str, &'a Service)> {
    let mut out = Vec::new();
    let found = projects.get_key_value(stack);
    if let Some((stack, project)) = found.filter(|(s, _)| lab.stacks.contains_key(*s)) {
        for (name, service) in &project.services {
            for key in service.networks.keys() {
                let declared = project.networks.get(key);
                let mut network = Joined {
                    stack,
                    project,
                    key,
                    declared,
                    lan: None,
                };
                network.lan = lan(lab, &network);
                out.push((network, name.as_str(), service));
            }
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

/// The network of the lab that the parent of a network is in; else the one with its addresses.
fn lan<'a>(lab: &'a Lab, network: &Joined<'a>) -> Option<&'a str> {
    if !network.is_shared() {
        return None;
    }
    let Place::Machine(machine) = of_stack(lab, network.stack) else {
        return None;
    };
    let parent = network.declared.and_then(|d| d.driver_opts.get("parent"));
    let parent = parent.map(|p| p.value.expose());
    let (card, vlan) = match parent.and_then(|p| p.rsplit_once('.')) {
        Some((card, vlan)) => (Some(card), vlan.parse::<u16>().ok()),
        None => (parent, None),
    };
    let of_vlan = vlan.and_then(|vlan| {
        let mut all = lab.networks.iter();
        all.find(|(_, n)| n.vlan.known() == Some(&vlan))
    });
    let hardware = || match machine.kind {
        Kind::Host => lab.hosts.get(&machine.name)?.about.hardware.as_ref(),
        _ => None,
    };
    let of_card = || {
        let nics = &hardware().filter(|_| vlan.is_none())?.nics;
        let (_, nic) = nics
            .iter()
            .find(|(name, _)| Some(name.0.as_str()) == card)?;
        lab.networks.get_key_value(nic.network.known()?.name())
    };
    let of_addresses = || {
        let near = crate::reach::networks(lab, &machine);
        let given = network.pools()?;
        let same = |range: IpNet| given.iter().any(|(net, _)| range.contains(net));
        let mut all: Vec<_> = lab.networks.iter().collect();
        // One that the machine stands in before others.
        all.sort_by_key(|(name, _)| !near.contains(name.as_str()));
        all.into_iter()
            .find(|(_, n)| !is_inner(n) && subnet(n).is_some_and(same))
    };
    let found = of_vlan.or_else(of_card).or_else(of_addresses);
    found.map(|(name, _)| name.as_str())
}
