//! What only the whole lab can show: addresses against their networks, renames against the names in use.

use crate::lower::Cidr;
use crate::sink::Sink;
use core::net::IpAddr;
use diag::{Diagnostic, Span, Spanned};
use model::id::Kind;
use model::lab::{Lab, Network};
use std::collections::BTreeMap;

/// Holds the objects of a lab against each other.
pub(crate) fn check(lab: &Lab, sink: &mut Sink) {
    for (name, network) in &lab.networks {
        if let Some(gateway) = &network.gateway {
            within(
                sink,
                &format!("the gateway of network '{name}'"),
                gateway,
                name,
                network,
            );
        }
    }
    addresses(lab, sink);
    renames(
        sink,
        Kind::Host,
        lab.hosts.iter().map(|(n, h)| (n, h.was.as_ref())),
        |n| lab.hosts.get(n).map(|h| h.span),
    );
    renames(
        sink,
        Kind::Dataset,
        lab.datasets.iter().map(|(n, d)| (n, d.was.as_ref())),
        |n| lab.datasets.get(n).map(|d| d.span),
    );
    renames(
        sink,
        Kind::Repository,
        lab.repositories.iter().map(|(n, r)| (n, r.was.as_ref())),
        |n| lab.repositories.get(n).map(|r| r.span),
    );
}

fn addresses(lab: &Lab, sink: &mut Sink) {
    let mut taken: BTreeMap<(&str, &str), (&str, Span)> = BTreeMap::new();
    for (host, declared) in &lab.hosts {
        for (network, address) in &declared.addresses {
            if let Some(n) = lab.networks.get(network) {
                within(
                    sink,
                    &format!("the address of host '{host}'"),
                    address,
                    network,
                    n,
                );
            }
            let key = (network.as_str(), address.value.as_str());
            let Some((other, span)) = taken.insert(key, (host, address.span)) else {
                continue;
            };
            let message = format!(
                "hosts '{other}' and '{host}' both have the address {}",
                address.value
            );
            let d = Diagnostic::invalid("duplicate-address", message)
                .at(address.span, format!("of host '{host}'"))
                .and_at(span, format!("of host '{other}'"));
            sink.report(d);
        }
    }
}

/// Reports an address that is not in its network's subnet.
fn within(sink: &mut Sink, what: &str, address: &Spanned<String>, name: &str, network: &Network) {
    let Some(subnet) = &network.subnet else {
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

/// Reports a former name that is in use, or that two objects claim.
fn renames<'a>(
    sink: &mut Sink,
    kind: Kind,
    objects: impl Iterator<Item = (&'a String, Option<&'a Spanned<String>>)>,
    place: impl Fn(&str) -> Option<Span>,
) {
    let word = kind.word();
    let mut claimed: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for (name, was) in objects {
        let Some(was) = was else { continue };
        if let Some(span) = place(&was.value) {
            let message = format!(
                "{word} '{name}' cannot have been '{}': that name is in use",
                was.value
            );
            let d = Diagnostic::invalid("rename-conflict", message)
                .at(was.span, "the former name")
                .and_at(span, "in use here");
            sink.report(d);
        }
        if let Some((other, span)) = claimed.insert(&was.value, (name, was.span)) {
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
