//! WireGuard: which peer has which addresses, and what their routes take away from the networks at this end.
//!
//! Source: wireguard.com, "Cryptokey Routing" (an address belongs to one peer of an interface), `wg-quick(8)` (a route for each of `AllowedIPs`).

use super::RULE;
use crate::addresses::{is_inner, subnet};
use crate::{Context, Findings};
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::network::NetworkKind;
use model::lab::tunnel::WireGuardPeer;
use model::lab::{Host, Lab, Network};
use std::collections::{BTreeMap, BTreeSet};

/// Addresses that a peer may use, by an interface of a machine.
struct Route<'a> {
    interface: &'a str,
    peer: &'a str,
    declared: &'a WireGuardPeer,
    range: IpNet,
    span: Span,
}

impl Route<'_> {
    fn title(&self) -> String {
        format!("peer '{}' of '{}'", self.peer, self.interface)
    }
}

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let routes = routes(machine);
        let object = ctx.lab.machine_ref(name);
        for d in twice(&object, &routes) {
            out.add(object.clone(), d);
        }
        for route in &routes {
            let found =
                around(ctx.lab, &object, route).or_else(|| at_home(ctx.lab, &object, route));
            found.into_iter().for_each(|d| out.add(object.clone(), d));
        }
    }
}

fn routes(machine: &Host) -> Vec<Route<'_>> {
    let mut out = Vec::new();
    for (interface, tunnel) in &machine.about.wireguard {
        for (peer, declared) in &tunnel.peers {
            for allowed in &declared.allowed {
                out.push(Route {
                    interface: &interface.0,
                    peer: &peer.0,
                    declared,
                    range: allowed.value.net(),
                    span: allowed.span,
                });
            }
        }
    }
    out
}

/// Two peers of an interface with the same addresses: only the last of them has them.
fn twice(object: &ObjectRef, routes: &[Route<'_>]) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<(&str, IpNet), &Route<'_>> = BTreeMap::new();
    let mut out = Vec::new();
    for route in routes {
        let key = (route.interface, route.range);
        let Some(first) = seen.get(&key) else {
            seen.insert(key, route);
            continue;
        };
        if first.peer == route.peer {
            continue;
        }
        let d = RULE
            .finding(format!(
                "{} '{}': {} and {} are both allowed {}",
                object.kind.word(),
                object.name,
                first.title(),
                route.title(),
                route.range
            ))
            .at(route.span, "allowed here, too")
            .and_at(first.span, "allowed here")
            .note("peers that have an address: 1; WireGuard takes it from the first, which is reached no more")
            .help("give each peer addresses of its own; one may lie in the range of the other");
        out.push(d);
    }
    out
}

/// The peer is reached at an address that goes through the tunnel to it.
fn around(lab: &Lab, object: &ObjectRef, route: &Route<'_>) -> Option<Diagnostic> {
    let given = route.declared.endpoint.as_ref()?;
    let (host, _) = given.value()?.0.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: IpAddr = host.parse().ok()?;
    // What takes everything keeps its own packets out of it (wg-quick marks them).
    if route.range.prefix_len() == 0 || !route.range.contains(&address) {
        return None;
    }
    // The route of a network that the machine stands in is the nearer one.
    let near = crate::reach::networks(lab, object).into_iter();
    let mut near = near.filter_map(|n| subnet(lab.networks.get(n)?));
    if near.any(|n| n.contains(&address) && n.prefix_len() > route.range.prefix_len()) {
        return None;
    }
    let d = RULE
        .finding(format!(
            "{} '{}': the tunnel to {} leads through itself",
            object.kind.word(),
            object.name,
            route.title()
        ))
        .at(route.span, "goes through the tunnel")
        .and_at(given.span, "and this end of it lies there")
        .note(format!("{address} lies in {}", route.range));
    Some(d.help(
        "leave the address of the endpoint out of 'allowed', or give an endpoint outside of it",
    ))
}

/// A network that is at this end, and whose addresses are sent through the tunnel.
fn at_home(lab: &Lab, object: &ObjectRef, route: &Route<'_>) -> Option<Diagnostic> {
    let peer = machine_of(lab, route.declared);
    let far = peer.as_ref().map(|p| crate::reach::networks(lab, p));
    let near = crate::reach::networks(lab, object);
    let beside = beside(lab, object);
    lab.networks.iter().find_map(|(name, net)| {
        let name = name.as_str();
        let range = subnet(net).filter(|_| !is_inner(net))?;
        let both = far.as_ref().is_some_and(|far| far.contains(name));
        // A wider route leaves a network alone that the machine stands in.
        let hit = match near.contains(name) {
            true => range.contains(&route.range),
            false => beside.contains(name) && overlap(range, route.range),
        };
        if both || !hit || route.range.prefix_len() == 0 {
            return None;
        }
        let stands = near.contains(name);
        match is_tunnelled(lab, name, net) {
            Some(true) => None,
            Some(false) => Some(finding(object, route, (name, net, range), stands)),
            // One address of a tunnel's network is what a peer of it has.
            None => route
                .range
                .contains(&range)
                .then(|| open(route, (name, net))),
        }
    })
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

fn finding(
    object: &ObjectRef,
    route: &Route<'_>,
    (name, net, range): (&str, &Network, IpNet),
    stands: bool,
) -> Diagnostic {
    let why = match stands {
        true => format!("'{}' stands in it", object.name),
        false => "it is at the same site, and not at the other end".to_owned(),
    };
    let severity = match route.range == range {
        true => RULE.severity,
        // A single address of it may be answered for on purpose.
        false => Severity::Warning,
    };
    let message = format!(
        "{} '{}' sends what is for {} of network '{name}' through the tunnel to {}",
        object.kind.word(),
        object.name,
        match route.range.contains(&range) {
            true => "all".to_owned(),
            false => route.range.to_string(),
        },
        route.title()
    );
    RULE.with(severity, message)
        .at(route.span, "allowed")
        .and_at(
            net.subnet.as_ref().map_or(net.span, |s| s.span),
            format!("of '{name}'"),
        )
        .note(format!("{} and {range} have addresses in common; {why}", route.range))
        .help("allow the peer what is at its end alone; two sites with the same addresses need other ones at one of them. A network of tunnels is told apart by 'kind: vpn'")
}

fn open(route: &Route<'_>, (name, net): (&str, &Network)) -> Diagnostic {
    RULE.unknown(format!(
        "whether network '{name}' is that of the tunnel to {}, or one that is cut off by it",
        route.title()
    ))
    .at(route.span, "all of it goes through the tunnel")
    .and_at(net.span, "does not say what it is")
    .help(format!(
        "write 'kind: vpn' or 'kind: lan' for network '{name}'"
    ))
}

/// Networks at the site of a machine, by who stands in them.
fn beside<'a>(lab: &'a Lab, object: &ObjectRef) -> BTreeSet<&'a str> {
    let site = |name: &str| lab.hosts.get(name).and_then(|h| h.site.known());
    let Some(here) = site(&object.name) else {
        return BTreeSet::new();
    };
    let hosts = lab.hosts.iter();
    let hosts = hosts.filter(|(name, _)| site(name) == Some(here));
    let networks = hosts.flat_map(|(_, h)| h.addresses.keys().map(String::as_str));
    networks.collect()
}

/// The machine whose tunnel has the key of a peer.
fn machine_of(lab: &Lab, peer: &WireGuardPeer) -> Option<ObjectRef> {
    let key = peer.key.known()?;
    let mut all = lab.machines();
    let found = all.find(|(_, machine)| {
        let mut tunnels = machine.about.wireguard.values();
        tunnels.any(|t| t.key.known() == Some(key))
    });
    found.map(|(name, _)| lab.machine_ref(name))
}

/// Whether a network is that of a tunnel; `None` where only machines with tunnels are in it, and nothing says what it is.
fn is_tunnelled(lab: &Lab, name: &str, net: &Network) -> Option<bool> {
    match net.about.kind.known() {
        Some(NetworkKind::Vpn) => return Some(true),
        Some(_) => return Some(false),
        None => {}
    }
    let said = net.vlan.is_some() || net.about.dhcp.is_some() || net.gateway.is_some();
    let plain = |object: &ObjectRef| {
        let machine = lab.machine(&object.name);
        machine.is_none_or(|m| m.about.wireguard.is_empty())
    };
    let standing = crate::addresses::standing(lab);
    let mut here = standing.iter().filter(|(_, network)| *network == name);
    let segment = said || is_cabled(lab, name) || here.any(|(object, _)| plain(object));
    segment.then_some(false)
}

/// A card or a port is in it.
fn is_cabled(lab: &Lab, name: &str) -> bool {
    let nics = lab.hosts.values();
    let nics = nics.flat_map(|h| h.about.hardware.iter().flat_map(|w| w.nics.values()));
    let mut of_nics = nics.filter_map(|n| Some(n.network.known()?.name()));
    let ports = lab.devices.values().flat_map(|d| d.ports.values());
    let mut of_ports = ports.filter_map(|p| Some(p.network.known()?.name()));
    of_nics.any(|n| n == name) || of_ports.any(|n| n == name)
}
