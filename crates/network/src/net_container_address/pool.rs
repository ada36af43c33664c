//! Addresses of a network that a stack makes, held against each other and against the network that its containers share.

use super::{Owners, RULE};
use crate::addresses::{above, gateway, subnet};
use crate::container_addresses::Joined;
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use ipnet::IpNet;
use model::compose::{Membership, Network, Pool};
use model::lab::Lab;

pub(super) fn run(lab: &Lab, owners: &Owners<'_>, network: &Joined<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let own = network
        .made
        .filter(|(p, _)| core::ptr::eq(*p, network.project));
    let (Some((_, made)), Some(pools)) = (own, network.pools()) else {
        return out;
    };
    for (net, pool) in &pools {
        out.extend(written(network, (*net, pool)));
    }
    out.extend(switched_off(network, made, &pools));
    out.extend(road_out(lab, owners, network, &pools));
    out
}

/// What the engine refuses to make a network of.
fn written(network: &Joined<'_>, (net, pool): (IpNet, &Pool)) -> Vec<Diagnostic> {
    let Some(subnet) = &pool.subnet else {
        return Vec::new();
    };
    let (stack, key) = (network.stack, network.key);
    let mut out = Vec::new();
    let given: Option<IpNet> = subnet.value.parse().ok();
    if given.is_some_and(|g| g != net) {
        let d = RULE.finding(format!(
            "the subnet {} of network '{key}' of stack '{stack}' has bits set behind its prefix",
            subnet.value
        ));
        out.push(
            d.at(subnet.span, "the engine refuses it")
                .help(format!("write {net}")),
        );
    }
    let one = |text: &str| text.parse::<IpAddr>().ok().map(IpNet::from);
    let gateway = pool.gateway.iter().map(|g| ("the gateway", g));
    let range = pool.ip_range.iter().map(|r| ("'ip_range'", r));
    let aux = pool.aux_addresses.values().map(|a| ("the kept address", a));
    for (what, given) in gateway.chain(range).chain(aux) {
        let read = one(&given.value).or_else(|| given.value.parse().ok());
        let settled = network.is_settled(given.span);
        if read.is_none_or(|r| net.contains(&r)) || !settled {
            continue;
        }
        let d = RULE
            .finding(format!(
                "{what}, {}, of network '{key}' of stack '{stack}' is outside of its subnet, {net}",
                given.value
            ))
            .at(
                given.span,
                "the engine refuses to make the network: the stack does not start",
            )
            .and_at(subnet.span, "the subnet")
            .note(format!("{net} is {} to {}", net.network(), net.broadcast()));
        out.push(d.help("write one of the subnet, or leave it out"));
    }
    out
}

/// Addresses of IPv6 that nobody gets.
fn switched_off(
    network: &Joined<'_>,
    made: &Network,
    pools: &[(IpNet, &Pool)],
) -> Option<Diagnostic> {
    let (net, pool) = pools.iter().find(|(net, _)| net.addr().is_ipv6())?;
    let on = made.enable_ipv6.as_ref();
    if on.is_some_and(|on| on.value || !network.is_settled(on.span)) {
        return None;
    }
    let (stack, key) = (network.stack, network.key);
    let span = pool.subnet.as_ref().map_or(made.span, |s| s.span);
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "network '{key}' of stack '{stack}' has the subnet {net} and does not turn IPv6 on"
            ),
        )
        .at(span, "no container gets an address of it");
    let d = match on {
        Some(on) => d.and_at(on.span, "turned off"),
        None => d.note("without 'enable_ipv6' the engine gives out IPv4 alone, unless its own settings say otherwise"),
    };
    Some(d.help("write 'enable_ipv6: true', or leave the subnet out"))
}

/// In a network that containers share with machines: its subnet and its gateway are those of the machines.
fn road_out(
    lab: &Lab,
    owners: &Owners<'_>,
    network: &Joined<'_>,
    pools: &[(IpNet, &Pool)],
) -> Option<Diagnostic> {
    let lan = network.lan?;
    let declared = lab.networks.get(lan)?;
    let all = subnet(declared)?;
    let (net, pool) = pools
        .iter()
        .find(|(net, _)| net.addr().is_ipv4() == all.addr().is_ipv4())?;
    let (stack, key) = (network.stack, network.key);
    let span = pool
        .subnet
        .as_ref()
        .map_or(network.made?.1.span, |s| s.span);
    let place = declared.subnet.as_ref().map_or(declared.span, |s| s.span);
    if !all.contains(net) && !net.contains(&all) {
        // Of fixed addresses each is told by itself.
        let mut members = network.project.services.values();
        let given = |m: &Membership| m.ipv4_address.is_none() && m.ipv6_address.is_none();
        if !members.any(|s| s.networks.get(network.key).is_some_and(given)) {
            return None;
        }
        let d = RULE
            .finding(format!(
                "network '{key}' of stack '{stack}' is one with network '{lan}', and gives out {net} instead of {all}"
            ))
            .at(span, "its containers reach nobody there")
            .and_at(place, format!("of '{lan}'"));
        return Some(d.help(format!("write the subnet {all}, or another 'parent'")));
    }
    let router = gateway(declared).filter(|_| !is_internal(network))?;
    let written: Option<(IpAddr, Span)> = match &pool.gateway {
        Some(given) if !network.is_settled(given.span) => return None,
        Some(given) => given.value.parse().ok().map(|a| (a, given.span)),
        // Without one, the engine takes the first address.
        None => above(net.network()).map(|a| (a, span)),
    };
    let (road, at) = written?;
    // Another machine may lead out, too.
    if road == router || !net.contains(&road) || owners.contains_key(&(lan, road)) {
        return None;
    }
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "containers of network '{key}' of stack '{stack}' send what leaves '{lan}' to {road}, and its gateway is {router}"
            ),
        )
        .at(
            at,
            match pool.gateway {
                Some(_) => "nobody has this address",
                None => "without 'gateway' it is the first address of the subnet",
            },
        )
        .and_at(
            declared.gateway.as_ref().map_or(declared.span, |g| g.span),
            format!("the gateway of '{lan}'"),
        );
    Some(d.help(format!("write 'gateway: {router}' beside the subnet")))
}

fn is_internal(network: &Joined<'_>) -> bool {
    let made = network.made.map(|(_, made)| made);
    made.is_some_and(|made| made.internal.as_ref().is_some_and(|i| i.value))
}
