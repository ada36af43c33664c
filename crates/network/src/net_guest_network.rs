//! A guest in a network that its host has no way into.

use crate::addresses::{is_inner, standing};
use crate::context::guest;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::load::hosts_of;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::Guest;
use model::lab::network::NetworkKind;
use model::lab::{Host, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// Source: pve.proxmox.com, "Network Configuration" (a guest is in a network by a bridge, and the bridge by an interface of its host, tagged or not).
pub const RULE: Rule = Rule {
    id: "net-guest-network",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A guest, or its host, has an address in a network that no interface of the host is in, tagged or not; or one of the members of its cluster has none there.",
    rationale: "Frames of a guest leave by a bridge, and the bridge by an interface of the host. If that carries other networks alone, or the tag is missing there, the guest has an address \
        and reaches nobody; it starts without an error. A guest of a cluster does so on the one member that was forgotten.",
    example: "hosts: {pve: {hardware: {nics: {eno1: {network: lan}}}}}   # and a guest on it with 'addresses: {dmz: 10.0.20.5}'",
    controls: &["CIS v8 12.2"],
    mend: Mend::DisplayOnly("the tag is set on the interface, and on the port of the switch"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut members: BTreeMap<&str, Vec<ObjectRef>> = BTreeMap::new();
    for (object, network) in standing(lab) {
        members.entry(network).or_default().push(object);
    }
    let mut known: BTreeMap<&str, Option<BTreeSet<&str>>> = BTreeMap::new();
    let leaves = |host: &str, network: &str| {
        let beside = members.get(network).map_or(&[][..], Vec::as_slice);
        beside.iter().any(|m| !is_at(lab, m, host)) && is_carried(lab, network)
    };
    for (name, of) in &lab.guests {
        let (hosts, cluster) = homes(lab, of);
        for (network, _) in of.addresses.iter() {
            let network = network.name();
            let mut without = hosts.iter().filter_map(|host| {
                let (host, declared) = lab.hosts.get_key_value(*host)?;
                let own = known.entry(host).or_insert_with(|| carried(lab, declared));
                let lacks = !own.as_ref()?.contains(network);
                let has = declared.addresses.keys().any(|n| n == network);
                (lacks && !has && leaves(host, network)).then_some((host.as_str(), declared))
            });
            if let Some(host) = without.next() {
                out.add(guest(name), finding((name, of), host, (network, cluster)));
            }
        }
    }
    for (name, host) in &lab.hosts {
        let own = known.entry(name).or_insert_with(|| carried(lab, host));
        let Some(own) = own else { continue };
        for (network, address) in host.addresses.iter() {
            if !own.contains(network.as_str()) && leaves(name, network) {
                let d = of_host(name, host, network, address.span);
                out.add(crate::context::host(name), d);
            }
        }
    }
}

/// The hosts that a guest runs on or may run on, with the cluster that these are the members of.
fn homes<'a>(lab: &'a Lab, guest: &'a Guest) -> (Vec<&'a str>, Option<&'a str>) {
    let Some(on) = guest.on.known() else {
        return (Vec::new(), None);
    };
    match on.kind() {
        Kind::Host => (vec![on.name()], None),
        _ => match lab.clusters.get(on.name()) {
            Some(cluster) => (hosts_of(lab, cluster), Some(on.name())),
            None => (Vec::new(), None),
        },
    }
}

/// The host says itself that it is there.
fn of_host(name: &str, host: &Host, network: &str, at: Span) -> Diagnostic {
    let first = nics(host).first().copied().unwrap_or("NIC");
    RULE.finding(format!(
        "host '{name}' has an address in network '{network}', and no interface of it is there"
    ))
    .at(at, "on no interface")
    .note(format!(
        "interfaces of '{name}': {}, with '{network}': 0",
        nics(host).len()
    ))
    .help(format!(
        "write 'tagged: [{network}]' or 'network: {network}' at the interface that has it ('{first}'), or remove the address"
    ))
}

/// The names of its interfaces.
fn nics(host: &Host) -> Vec<&str> {
    let hardware = host.about.hardware.iter();
    let nics = hardware.flat_map(|h| &h.nics);
    nics.map(|(nic, _)| nic.0.as_str()).collect()
}

/// The networks of the interfaces of a host; `None` if one of them is not declared.
fn carried<'a>(lab: &Lab, host: &'a Host) -> Option<BTreeSet<&'a str>> {
    let nics = &host.about.hardware.as_ref()?.nics;
    let mut out: BTreeSet<&str> = BTreeSet::new();
    for nic in nics.values() {
        let own = nic.network.known().map(|n| n.name());
        if own.is_none() && nic.tagged.is_empty() {
            return None;
        }
        out.extend(own);
        out.extend(nic.tagged.iter().map(|n| n.value.name()));
    }
    let known = out
        .iter()
        .all(|network| lab.networks.contains_key(*network));
    (known && !nics.is_empty()).then_some(out)
}

/// It is a host, or a guest on it: a bridge without an interface connects these.
fn is_at(lab: &Lab, machine: &ObjectRef, host: &str) -> bool {
    match machine.kind {
        Kind::Host => machine.name == host,
        Kind::Guest => {
            let guest = lab.guests.get(&machine.name);
            let on = guest.and_then(|g| g.on.known());
            let other = |on: &str| on != host && lab.hosts.contains_key(on);
            // What may be here is no sign that the network leads elsewhere.
            !on.is_some_and(|on| on.kind() == Kind::Host && other(on.name()))
        }
        _ => false,
    }
}

/// It comes by a cable: bridges of engines and tunnels do not.
fn is_carried(lab: &Lab, network: &str) -> bool {
    lab.networks.get(network).is_some_and(|n| {
        let tunnel = n.about.kind.known() == Some(&NetworkKind::Vpn);
        !is_inner(n) && !tunnel && n.about.on.is_none()
    })
}

fn finding(
    (name, of): (&str, &Guest),
    (host, declared): (&str, &Host),
    (network, cluster): (&str, Option<&str>),
) -> Diagnostic {
    let mut addresses = of.addresses.iter();
    let given = addresses.find(|(n, _)| n.name() == network);
    let nics = nics(declared);
    let first = nics.first().copied().unwrap_or("NIC");
    let (message, runs) = match cluster {
        Some(cluster) => (
            format!(
                "guest '{name}' of cluster '{cluster}' is in network '{network}', and no interface of its member '{host}' is"
            ),
            "may run here",
        ),
        None => (
            format!(
                "guest '{name}' is in network '{network}', and no interface of host '{host}' is"
            ),
            "runs here",
        ),
    };
    RULE.finding(message)
    .at(
        given.map_or(of.span, |(_, address)| address.span),
        "reaches nobody",
    )
    .and_at(declared.span, runs)
    .note(format!(
        "interfaces of '{host}': {}, with '{network}': 0",
        nics.len()
    ))
    .help(format!(
        "write 'tagged: [{network}]' at the interface that its bridge stands on ('{first}'), and at the port of the switch"
    ))
}
