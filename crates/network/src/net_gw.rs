//! A gateway that cannot be one.

use crate::addresses::{Held, above, below, gateway, is_inner, is_usable, reserved, subnet};
use crate::context::network;
use crate::standing::called_away;
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Edit, Fix, Severity};
use ipnet::IpNet;
use model::declare::OptExt;
use model::id::{Kind, ObjectRef};
use model::lab::device::DeviceKind;
use model::lab::hardware::HostKind;
use model::lab::{Lab, Network};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "net-gw",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A network's gateway is an address that no machine can have, is handed out to others, is that of a router that is planned or gone, or is not the one thing that routes.",
    rationale: "Everything in a network that wants out of it sends to one address. If that address can be nobody's, belongs to two machines, or is handed out to a phone, the network works for \
        some, sometimes.",
    example: "networks: {lan: {subnet: 10.0.1.0/24, gateway: 10.0.1.1, dhcp: 10.0.1.1-10.0.1.99}}",
    controls: &["CIS v8 12.4"],
    mend: Mend::Unsafe("begins the range behind the gateway's address"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let held = ctx.held();
    let mut by_network: BTreeMap<&str, Vec<&Held<'_>>> = BTreeMap::new();
    for h in held {
        by_network.entry(h.network).or_default().push(h);
    }
    let kept = reserved(ctx.lab);
    let kept = kept.iter().map(|h| ((h.network, h.address), h));
    let kept: BTreeMap<(&str, IpAddr), &Held<'_>> = kept.collect();
    for (name, net) in &ctx.lab.networks {
        let Some(ip) = gateway(net) else {
            continue;
        };
        let found = place(name, net, ip)
            .or_else(|| handed_out(name, net, ip))
            .or_else(|| {
                let held = by_network.get(name.as_str()).map_or(&[][..], Vec::as_slice);
                let nobody = held.iter().all(|h| h.address != ip);
                let kept = kept.get(&(name.as_str(), ip)).filter(|_| nobody);
                kept.and_then(|kept| gone(ctx.lab, name, net, kept))
                    .or_else(|| owners(ctx.lab, name, net, ip, held))
            });
        found.into_iter().for_each(|d| out.add(network(name), d));
    }
}

fn at(net: &Network, d: Diagnostic, label: &str) -> Diagnostic {
    match &net.gateway {
        Some(gateway) => d.at(gateway.span, label),
        None => d.at(net.span, label),
    }
}

/// An address outside of the network is invalid already.
fn place(name: &str, net: &Network, ip: IpAddr) -> Option<Diagnostic> {
    let range = subnet(net)?;
    // The first address of IPv6 is that of any router.
    if !range.contains(&ip) || is_usable(range, ip) || ip.is_ipv6() {
        return None;
    }
    let d = RULE.finding(format!(
        "the gateway {ip} of network '{name}' is its first or last address, which no machine can have"
    ));
    let d = at(net, d, "the gateway").note(format!(
        "{range} has machines from {} to {}",
        first(range)?,
        last(range)?
    ));
    Some(d.help("write the router's address in this network"))
}

/// The first address that a machine can have.
fn first(range: IpNet) -> Option<IpAddr> {
    let first = range.network();
    match is_usable(range, first) {
        true => Some(first),
        false => above(first),
    }
}

fn last(range: IpNet) -> Option<IpAddr> {
    let last = range.broadcast();
    match is_usable(range, last) {
        true => Some(last),
        false => below(last),
    }
}

fn handed_out(name: &str, net: &Network, ip: IpAddr) -> Option<Diagnostic> {
    let given = net.about.dhcp.as_ref()?.range.as_ref()?;
    let range = given.value()?;
    if !range.contains(ip) {
        return None;
    }
    let d = RULE.finding(format!(
        "the gateway {ip} of network '{name}' is handed out by DHCP"
    ));
    let d = at(net, d, "the gateway")
        .and_at(given.span, "handed out to whoever asks")
        .note(format!("{} <= {ip} <= {}", range.first(), range.last()));
    let d = match above(ip).filter(|next| range.contains(*next)) {
        Some(next) => {
            let edit = Edit::replace(given.span, format!("{next}-{}", range.last()));
            d.fix(Fix::doubtful(format!("hand out from {next} on"), edit))
        }
        None => d,
    };
    Some(d.help("begin the range above the gateway's address"))
}

/// Only what is not in use has the address of the gateway.
fn gone(lab: &Lab, name: &str, net: &Network, kept: &Held<'_>) -> Option<Diagnostic> {
    let (ip, who) = (kept.address, called_away(lab, &kept.owner)?);
    let d = RULE.with(
        Severity::Warning,
        format!("the gateway {ip} of network '{name}' is {who}"),
    );
    let d = at(net, d, "the gateway")
        .and_at(kept.span, "has this address")
        .note("routers in use with this address: 0");
    Some(d.help("declare what routes today, with this address or with another gateway"))
}

fn owners(
    lab: &Lab,
    name: &str,
    net: &Network,
    ip: IpAddr,
    held: &[&Held<'_>],
) -> Option<Diagnostic> {
    let owners: Vec<&Held<'_>> = held.iter().copied().filter(|h| h.address == ip).collect();
    match owners.as_slice() {
        [] if is_inner(net)
            || is_of_link(ip)
            || held.iter().all(|h| h.owner.kind != Kind::Device) =>
        {
            None
        }
        [] => {
            let message = format!("what has the address {ip}, the gateway of network '{name}'");
            let d = RULE.unknown(message);
            Some(at(net, d, "").help("declare it among the 'addresses' of the router"))
        }
        // Two with one address are invalid already.
        [one, ..] => no_router(lab, name, net, ip, one),
    }
}

/// What a router of IPv6 has beside the addresses that are declared of it.
fn is_of_link(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(six) if six.is_unicast_link_local())
}

fn no_router(
    lab: &Lab,
    name: &str,
    net: &Network,
    ip: IpAddr,
    owner: &Held<'_>,
) -> Option<Diagnostic> {
    let kind = ends_only(lab, &owner.owner)?;
    let who = &owner.owner.name;
    let d = RULE.with(
        Severity::Warning,
        format!("the gateway {ip} of network '{name}' is '{who}', {kind}"),
    );
    let d = at(net, d, "the gateway")
        .and_at(owner.span, "has this address")
        .note("routers with this address: 0");
    Some(d.help(
        "write the router's address as the gateway, or say by 'kind' that this machine routes",
    ))
}

/// What it is, if that does not route.
fn ends_only(lab: &Lab, owner: &ObjectRef) -> Option<&'static str> {
    match owner.kind {
        Kind::Device => match lab.devices.get(&owner.name)?.kind.known()? {
            DeviceKind::Printer => Some("a printer"),
            DeviceKind::Phone => Some("a phone"),
            DeviceKind::Camera => Some("a camera"),
            DeviceKind::Tv => Some("a television"),
            DeviceKind::Nas => Some("a storage appliance"),
            DeviceKind::Pdu => Some("a power distribution unit"),
            _ => None,
        },
        Kind::Host => {
            let about = &lab.hosts.get(&owner.name)?.about;
            let routes = about
                .roles
                .iter()
                .any(|r| ["router", "gateway", "firewall"].contains(&r.value.0.as_str()));
            match about.kind.known()? {
                _ if routes => None,
                HostKind::Nas => Some("a storage appliance"),
                HostKind::Workstation => Some("a workstation"),
                HostKind::Laptop => Some("a laptop"),
                _ => None,
            }
        }
        _ => None,
    }
}
