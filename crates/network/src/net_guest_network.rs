//! A guest in a network that its host has no way into.

use crate::addresses::{is_inner, standing};
use crate::context::guest;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
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
    summary: "A guest has an address in a network that no interface of its host is in, tagged or not.",
    rationale: "Frames of a guest leave by a bridge, and the bridge by an interface of the host. If that carries other networks alone, or the tag is missing there, the guest has an address \
        and reaches nobody; it starts without an error.",
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
    for (name, of) in &lab.guests {
        let Some(on) = of.on.known().filter(|on| on.kind() == Kind::Host) else {
            continue;
        };
        let Some((host, declared)) = lab.hosts.get_key_value(on.name()) else {
            continue;
        };
        let carried = known.entry(host).or_insert_with(|| carried(lab, declared));
        let Some(carried) = carried else { continue };
        for (network, _) in of.addresses.iter() {
            let network = network.name();
            let beside = members.get(network).map_or(&[][..], Vec::as_slice);
            let leaves = beside.iter().any(|m| !is_at(lab, m, host));
            if !carried.contains(network) && leaves && is_carried(lab, network) {
                out.add(guest(name), finding((name, of), (host, declared), network));
            }
        }
    }
}

/// The networks of the interfaces of a host; `None` if one of them is not declared.
fn carried<'a>(lab: &Lab, host: &'a Host) -> Option<BTreeSet<&'a str>> {
    let nics = &host.about.hardware.as_ref()?.nics;
    let mut out: BTreeSet<&str> = host.addresses.keys().map(String::as_str).collect();
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
    network: &str,
) -> Diagnostic {
    let mut addresses = of.addresses.iter();
    let given = addresses.find(|(n, _)| n.name() == network);
    let hardware = declared.about.hardware.as_ref();
    let nics = hardware.into_iter().flat_map(|h| &h.nics);
    let nics: Vec<&str> = nics.map(|(nic, _)| nic.0.as_str()).collect();
    let first = nics.first().copied().unwrap_or("NIC");
    RULE.finding(format!(
        "guest '{name}' is in network '{network}', and no interface of host '{host}' is"
    ))
    .at(
        given.map_or(of.span, |(_, address)| address.span),
        "reaches nobody",
    )
    .and_at(declared.span, "runs here")
    .note(format!(
        "interfaces of '{host}': {}, with '{network}': 0",
        nics.len()
    ))
    .help(format!(
        "write 'tagged: [{network}]' at the interface that its bridge stands on ('{first}'), and at the port of the switch"
    ))
}
