//! Who has which address in which network.

use core::net::IpAddr;
use diag::Span;
use ipnet::IpNet;
use model::declare::{Given, OptExt};
use model::id::{Kind, ObjectRef};
use model::lab::device::Device;
use model::lab::guest::Guest;
use model::lab::network::Addresses;
use model::lab::{Host, Lab, Network, Objects};
use std::collections::{BTreeMap, BTreeSet};

/// An address that something has.
pub struct Held<'a> {
    /// Who has it.
    pub owner: ObjectRef,
    /// In this network.
    pub network: &'a str,
    /// The address.
    pub address: IpAddr,
    /// Where that is written.
    pub span: Span,
}

/// Every address that is declared of what is in use.
pub fn held(lab: &Lab) -> Vec<Held<'_>> {
    of(&lab.hosts, &lab.guests, &lab.devices)
}

/// Addresses of what is planned, or gone and kept for the record: nobody answers there, and nothing else is to be put there.
pub fn reserved(lab: &Lab) -> Vec<Held<'_>> {
    let apart = &lab.apart;
    of(&apart.hosts, &apart.guests, &apart.devices)
}

fn of<'a>(
    hosts: &'a Objects<Host>,
    guests: &'a Objects<Guest>,
    devices: &'a Objects<Device>,
) -> Vec<Held<'a>> {
    let mut out = Vec::new();
    for (name, host) in hosts {
        for (network, address) in &host.addresses {
            if let Some(ip) = address.value().and_then(|a| a.parse().ok()) {
                out.push(Held {
                    owner: ObjectRef::new(Kind::Host, name),
                    network,
                    address: ip,
                    span: address.span,
                });
            }
        }
    }
    for (kind, name, addresses) in others(guests, devices) {
        for (network, given) in addresses {
            out.extend(given.value().map(|address| Held {
                owner: ObjectRef::new(kind, name),
                network: network.name(),
                address: address.0,
                span: given.span,
            }));
        }
    }
    out
}

/// Guests and devices, which write their addresses alike.
fn others<'a>(
    guests: &'a Objects<Guest>,
    devices: &'a Objects<Device>,
) -> impl Iterator<Item = (Kind, &'a String, &'a Addresses)> {
    let guests = guests.iter().map(|(n, g)| (Kind::Guest, n, &g.addresses));
    let devices = devices.iter().map(|(n, d)| (Kind::Device, n, &d.addresses));
    guests.chain(devices)
}

/// Every network that something stands in, whether or not its address there is known.
pub fn standing(lab: &Lab) -> Vec<(ObjectRef, &str)> {
    let mut out = Vec::new();
    for (name, host) in &lab.hosts {
        let nics = host.about.hardware.iter().flat_map(|h| h.nics.values());
        let nics = nics.filter_map(|n| Some(n.network.known()?.name()));
        let networks = host.addresses.keys().map(String::as_str);
        let networks: BTreeSet<&str> = networks.chain(nics).collect();
        let each = networks.into_iter();
        out.extend(each.map(|n| (ObjectRef::new(Kind::Host, name), n)));
    }
    for (kind, name, addresses) in others(&lab.guests, &lab.devices) {
        let networks = addresses.keys();
        out.extend(networks.map(|n| (ObjectRef::new(kind, name), n.name())));
    }
    out
}

/// The addresses of a network.
pub fn subnet(network: &Network) -> Option<IpNet> {
    network.subnet.known()?.parse().ok()
}

/// The networks of a lab by their addresses, to be asked often.
pub struct Subnets<'a> {
    by_range: BTreeMap<IpNet, Vec<&'a str>>,
    /// Lengths of prefixes that occur, longest first.
    lengths: Vec<u8>,
}

impl<'a> Subnets<'a> {
    /// Those whose subnet is known.
    pub fn of(lab: &'a Lab) -> Self {
        let mut by_range: BTreeMap<IpNet, Vec<&str>> = BTreeMap::new();
        for (name, network) in &lab.networks {
            if let Some(net) = subnet(network) {
                by_range.entry(net.trunc()).or_default().push(name);
            }
        }
        let lengths: BTreeSet<u8> = by_range.keys().map(IpNet::prefix_len).collect();
        Self {
            by_range,
            lengths: lengths.into_iter().rev().collect(),
        }
    }

    /// The networks that have an address, the narrowest first.
    pub fn with(&self, address: IpAddr) -> impl Iterator<Item = &'a str> {
        let nets = self.lengths.iter();
        let nets = nets.filter_map(move |n| Some(IpNet::new(address, *n).ok()?.trunc()));
        nets.filter_map(|net| self.by_range.get(&net))
            .flatten()
            .copied()
    }
}

/// The address of its gateway.
pub fn gateway(network: &Network) -> Option<IpAddr> {
    network.gateway.known()?.parse().ok()
}

/// Not on the internet: private, shared with the provider's other customers, or valid on the link alone.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// It translates addresses, as far as that is declared.
pub fn nat(lab: &Lab, owner: &ObjectRef) -> Option<bool> {
    let name = owner.name.as_str();
    let given: Option<&Given<bool>> = match owner.kind {
        Kind::Host => lab.hosts.get(name)?.about.nat.as_deref(),
        Kind::Guest => lab.guests.get(name)?.nat.as_deref(),
        Kind::Device => lab.devices.get(name)?.nat.as_deref(),
        _ => None,
    };
    given.and_then(Given::value).copied()
}

/// A network that a container engine or a cluster has to itself.
pub fn is_inner(network: &Network) -> bool {
    use model::lab::network::NetworkKind as N;
    matches!(network.about.kind.known(), Some(N::Docker | N::Overlay))
}

/// Without an address it is published on all of both families; `0.0.0.0` and `[::]` are all of one, and an engine binds each family by itself
/// (docs.docker.com, "Port publishing and mapping").
pub fn meet(one: Option<IpAddr>, other: Option<IpAddr>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return true;
    };
    let any = one.is_unspecified() || other.is_unspecified();
    one.is_ipv4() == other.is_ipv4() && (any || one == other)
}

/// A machine can have it: it is neither the network's own, nor for all in it, nor for any of its routers.
pub fn is_usable(net: IpNet, address: IpAddr) -> bool {
    let bits = net.max_prefix_len() - net.prefix_len();
    let own = bits >= 2 && address == net.network();
    let all = bits >= 2 && net.addr().is_ipv4() && address == net.broadcast();
    net.contains(&address) && !own && !all
}

/// The next address.
pub fn above(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => a.to_bits().checked_add(1).map(|b| IpAddr::V4(b.into())),
        IpAddr::V6(a) => a.to_bits().checked_add(1).map(|b| IpAddr::V6(b.into())),
    }
}

/// The one in front of it.
pub fn below(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => a.to_bits().checked_sub(1).map(|b| IpAddr::V4(b.into())),
        IpAddr::V6(a) => a.to_bits().checked_sub(1).map(|b| IpAddr::V6(b.into())),
    }
}
