//! What only the whole lab can show: addresses against their networks, renames against the names in use.

use crate::lower::{Cidr, kept};
use crate::sink::Sink;
use core::net::{IpAddr, Ipv6Addr};
use diag::{Diagnostic, Span, Spanned};
use litemap::LiteMap;
use model::declare::{Given, OptExt as _, Ref, set};
use model::id::{Kind, ObjectRef};
use model::lab::service::Dependency;
use model::lab::{Lab, Network};
use model::units::net::Address;
use std::collections::BTreeMap;

/// Holds the objects of a lab against each other.
pub(crate) fn check(lab: &Lab, sink: &mut Sink) {
    for (name, network) in &lab.networks {
        for_machines(sink, name, network);
        if let Some(gateway) = network.gateway.as_deref().and_then(spanned) {
            let what = format!("the gateway of network '{name}'");
            if !is_of_link(&gateway.value, network) {
                within(sink, &what, &gateway, name, network);
            }
            of_a_machine(sink, &what, &gateway, network);
        }
        given_out(sink, name, network);
    }
    addresses(lab, sink);
    renames(lab, sink);
    crate::lower::namesakes(lab)
        .into_iter()
        .for_each(|d| sink.report(d));
    for (name, service) in &lab.services {
        service.needs.iter().for_each(|n| need(n, name, sink));
    }
}

/// Reports a need that says in two ways what is needed, or needs more than there is.
fn need(dependency: &Dependency, service: &str, sink: &mut Sink) {
    let ways = [
        dependency.need.is_some(),
        !dependency.all.is_empty(),
        !dependency.any.is_empty(),
        dependency.of.is_some() || !dependency.among.is_empty(),
    ];
    let count = ways.iter().filter(|given| **given).count();
    // None of them may be one that could not be read, which has been reported.
    if count > 1 {
        let message = format!(
            "a need of service '{service}' is one of 'need', 'all', 'any' and 'of' with 'among'"
        );
        let d = Diagnostic::invalid("conflicting-keys", message)
            .at(dependency.span, "")
            .help("write NAME, {need: NAME, kind: soft}, {all: [A, B]}, {any: [A, B]} or {of: 2, among: [A, B, C]}");
        sink.report(d);
    } else if let Some(of) = dependency.of.known()
        && (*of == 0 || *of as usize > dependency.among.len())
    {
        let message = format!(
            "service '{service}' needs {of} of {}, which cannot be",
            dependency.among.len()
        );
        sink.report(Diagnostic::invalid("invalid-value", message).at(dependency.span, ""));
    }
    let below = [&dependency.all, &dependency.any, &dependency.among];
    below
        .into_iter()
        .flatten()
        .for_each(|n| need(n, service, sink));
}

/// An address of an object in a network.
struct Taken<'a> {
    object: ObjectRef,
    network: &'a str,
    address: Spanned<String>,
}

/// A text that is known, with its place.
fn spanned(given: &Given<String>) -> Option<Spanned<String>> {
    Some(Spanned::new(given.value()?.clone(), given.span))
}

/// Every declared address, of hosts first.
fn all_addresses(lab: &Lab) -> Vec<Taken<'_>> {
    type Declared = LiteMap<Ref<{ set::NETWORK }>, Given<Address>>;
    let mut out = Vec::new();
    for (name, host) in &lab.hosts {
        out.extend(host.addresses.iter().filter_map(|(network, address)| {
            Some(Taken {
                object: ObjectRef::new(Kind::Host, name),
                network,
                address: spanned(address)?,
            })
        }));
    }
    fn of<'a>(kind: Kind, name: &str, declared: &'a Declared, out: &mut Vec<Taken<'a>>) {
        for (network, given) in declared {
            out.extend(given.value().map(|address| Taken {
                object: ObjectRef::new(kind, name),
                network: network.name(),
                address: Spanned::new(address.to_string(), given.span),
            }));
        }
    }
    for (name, guest) in &lab.guests {
        of(Kind::Guest, name, &guest.addresses, &mut out);
    }
    for (name, device) in &lab.devices {
        of(Kind::Device, name, &device.addresses, &mut out);
    }
    out
}

fn addresses(lab: &Lab, sink: &mut Sink) {
    for taken in all_addresses(lab) {
        let (object, address) = (&taken.object, &taken.address);
        let (word, name) = (object.kind.word(), &object.name);
        if let Some(network) = lab.networks.get(taken.network) {
            let what = format!("the address of {word} '{name}'");
            within(sink, &what, address, taken.network, network);
            possible(sink, &what, address, taken.network, network);
            of_a_machine(sink, &what, address, network);
        }
    }
}

/// Reports addresses that two of those in use have; that one is kept for something else as well contradicts nothing, and is a rule's to tell.
pub(crate) fn twice(lab: &Lab, sink: &mut Sink) {
    let all = all_addresses(lab);
    let mut first: BTreeMap<(&str, &str), &Taken<'_>> = BTreeMap::new();
    for taken in &all {
        let (object, address) = (&taken.object, &taken.address);
        let (word, name) = (object.kind.word(), &object.name);
        let Some(other) = first.insert((taken.network, &address.value), taken) else {
            continue;
        };
        let (other_word, other_name) = (other.object.kind.word(), &other.object.name);
        let message = match other_word == word {
            true => format!(
                "{word}s '{other_name}' and '{name}' both have the address {}",
                address.value
            ),
            false => format!(
                "{other_word} '{other_name}' and {word} '{name}' both have the address {}",
                address.value
            ),
        };
        let d = Diagnostic::invalid("duplicate-address", message)
            .at(address.span, format!("of {word} '{name}'"))
            .and_at(
                other.address.span,
                format!("of {other_word} '{other_name}'"),
            );
        sink.report(d);
    }
}

/// Reports an address that is not in its network's subnet.
fn within(sink: &mut Sink, what: &str, address: &Spanned<String>, name: &str, network: &Network) {
    let Some(subnet) = network.subnet.as_deref().and_then(spanned) else {
        return;
    };
    let (Some(cidr), Ok(ip)) = (Cidr::parse(&subnet.value), address.value.parse::<IpAddr>()) else {
        return;
    };
    if !cidr.contains(ip) {
        let message = format!("{what}, {ip}, is outside of network '{name}', {cidr}");
        let d = Diagnostic::invalid("invalid-address", message)
            .at(address.span, "outside")
            .and_at(subnet.span, "the subnet");
        sink.report(d);
    }
}

/// Routers of IPv6 announce themselves by an address that is valid on their link alone (RFC 4861, 4.2), which is in no subnet.
fn is_of_link(address: &str, network: &Network) -> bool {
    let subnet = network.subnet.known().and_then(|s| Cidr::parse(s));
    let six = subnet.is_some_and(|s| !s.is_four());
    let address: Option<Ipv6Addr> = address.parse().ok();
    six && address.is_some_and(|a| a.is_unicast_link_local())
}

/// Reports a subnet whose addresses are kept for something that is no machine.
fn for_machines(sink: &mut Sink, name: &str, network: &Network) {
    let Some(subnet) = network.subnet.as_deref().and_then(spanned) else {
        return;
    };
    if let Some(what) = Cidr::parse(&subnet.value).and_then(Cidr::kept) {
        let message = format!(
            "the subnet of network '{name}', {}, is none that machines can have: its addresses mean {what}",
            subnet.value
        );
        let d = Diagnostic::invalid("invalid-address", message)
            .at(subnet.span, "kept for something else");
        sink.report(d.help(
            "write one of your own, from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fd00::/8",
        ));
    }
}

/// Reports an address that no machine can have anywhere; where the subnet is known, that says so already.
fn of_a_machine(sink: &mut Sink, what: &str, address: &Spanned<String>, network: &Network) {
    let read = address.value.parse().ok();
    let Some((means, _)) = read
        .and_then(kept)
        .filter(|_| network.subnet.known().is_none())
    else {
        return;
    };
    let message = format!(
        "{what}, {}, is no address of a machine: it means {means}",
        address.value
    );
    sink.report(Diagnostic::invalid("invalid-address", message).at(address.span, "taken"));
}

/// Reports a range of a DHCP server that is not of its network: nobody could use such a lease.
fn given_out(sink: &mut Sink, name: &str, network: &Network) {
    let dhcp = network.about.dhcp.as_ref();
    let Some(given) = dhcp.and_then(|d| d.range.as_ref()) else {
        return;
    };
    let (Some(range), Some(subnet)) = (given.value(), network.subnet.as_ref()) else {
        return;
    };
    let cidr = subnet.value().and_then(|s| Cidr::parse(s));
    let ends = [("first", range.first()), ("last", range.last())];
    let mut outside = ends
        .iter()
        .filter(|(_, ip)| cidr.as_ref().is_some_and(|c| !c.contains(*ip)));
    if let Some((end, ip)) = outside.next() {
        let what = format!("the {end} address that its DHCP server gives out");
        let address = Spanned::new(ip.to_string(), given.span);
        within(sink, &what, &address, name, network);
    }
}

/// Reports an address that stands for a network or for everybody in it; of gateways, a rule says more.
fn possible(sink: &mut Sink, what: &str, address: &Spanned<String>, name: &str, network: &Network) {
    let Some(subnet) = network.subnet.as_deref().and_then(spanned) else {
        return;
    };
    let (Some(cidr), Ok(ip)) = (Cidr::parse(&subnet.value), address.value.parse::<IpAddr>()) else {
        return;
    };
    if let Some(means) = cidr.reserved(ip) {
        let message = format!(
            "{what}, {ip}, is no address of a machine: in network '{name}', {cidr}, it means {means}"
        );
        let d = Diagnostic::invalid("invalid-address", message)
            .at(address.span, "taken")
            .and_at(subnet.span, "the subnet");
        sink.report(d);
    }
}

/// Reports a former name that is in use, or that two objects claim.
fn renames(lab: &Lab, sink: &mut Sink) {
    let mut claimed: BTreeMap<ObjectRef, (String, Span)> = BTreeMap::new();
    for (object, was) in lab.renames() {
        let (word, name) = (object.kind.word(), &object.name);
        let former = ObjectRef::new(object.kind, &was.value);
        if let Some(span) = lab.span_of(&former) {
            let message = format!(
                "{word} '{name}' cannot have been '{}': that name is in use",
                was.value
            );
            let d = Diagnostic::invalid("rename-conflict", message)
                .at(was.span, "the former name")
                .and_at(span, "in use here");
            sink.report(d);
        }
        if let Some((other, span)) = claimed.insert(former, (name.clone(), was.span)) {
            let message = format!(
                "{word}s '{other}' and '{name}' both claim to have been '{}'",
                was.value
            );
            let d = Diagnostic::invalid("rename-conflict", message)
                .at(was.span, format!("by {word} '{name}'"))
                .and_at(span, format!("by {word} '{other}'"));
            sink.report(d);
        }
    }
}
