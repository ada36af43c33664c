//! Fixed addresses of containers that they cannot have, or that something else has.

mod pool;

use crate::addresses::{Held, above, gateway, is_usable, subnet};
use crate::container_addresses::{Fixed, Joined, fixed, joined};
use crate::context::called;
use crate::listening::copies;
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use ipnet::IpNet;
use model::compose::Pool;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use std::collections::{BTreeMap, BTreeSet};

/// Source: docs.docker.com, "docker network connect" (`--ip`: only in a network with a subnet that was given), "Macvlan network driver"
/// (`ip_range`: what the engine gives out in a network that it shares). What the engine refuses: `ValidateIPAM` of moby's `daemon/libnetwork/ipams`.
pub const RULE: Rule = Rule {
    id: "net-container-address",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A container has a fixed address that lies outside of its network, that another one or the gateway has, or, in a network that it shares with machines, that one of them has or DHCP hands out; or the addresses of its network contradict each other.",
    rationale: "Docker does not start a container whose address is not of its network or is taken there. In a network of 'macvlan' or 'ipvlan' nobody refuses: the container \
        stands beside the machines of the house, and of two with one address each is reached now and then.",
    example: "networks: {inner: {ipam: {config: [{subnet: 10.5.0.0/24}]}}}   # and 'web: {networks: {inner: {ipv4_address: 10.6.0.7}}}'",
    controls: &["CIS v8 12.4"],
    mend: Mend::None("which address is meant is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let all = fixed(ctx.lab, ctx.projects);
    let owners = owners(ctx);
    let mut seen: BTreeMap<_, &Fixed<'_>> = BTreeMap::new();
    for one in &all {
        let object = || ObjectRef::new(Kind::Stack, one.network.stack);
        let found = alone(ctx.lab, one)
            .or_else(|| beside(ctx.lab, &owners, one))
            .or_else(|| handed_out(ctx, one));
        found.into_iter().for_each(|d| out.add(object(), d));
        let Some(address) = one.address.filter(|_| one.active) else {
            continue;
        };
        // One segment of the house, whichever machine leads into it.
        let key = match one.network.lan {
            Some(lan) => (None, lan.to_owned(), address),
            None => {
                let (place, name) = one.network.at_engine(ctx.lab);
                (Some(place), name, address)
            }
        };
        match seen.get(&key) {
            Some(first) => out.add(object(), twice(first, one)),
            None => {
                seen.insert(key, one);
            }
        }
    }
    let mut done = BTreeSet::new();
    for (network, ..) in joined(ctx.lab, ctx.projects) {
        if done.insert((network.stack, network.key)) {
            let object = ObjectRef::new(Kind::Stack, network.stack);
            let found = engine(ctx, &network);
            let found = found
                .into_iter()
                .chain(pool::run(ctx.lab, &owners, &network));
            found.for_each(|d| out.add(object.clone(), d));
        }
    }
}

/// Who has which address in which network.
type Owners<'a> = BTreeMap<(&'a str, IpAddr), &'a Held<'a>>;

fn owners<'a>(ctx: &'a Context<'_>) -> Owners<'a> {
    let held = ctx.held().iter();
    held.map(|h| ((h.network, h.address), h)).collect()
}

/// What the address cannot be in its network, whatever else there is.
fn alone(lab: &Lab, one: &Fixed<'_>) -> Option<Diagnostic> {
    let Some(address) = one.address else {
        return Some(no_address(one));
    };
    let copies = one.copies();
    if let Some(copies) = copies.filter(|n| *n > 1 && one.active) {
        let d = RULE
            .finding(format!(
                "{} is to run {copies} times with one address, {address}",
                one.title()
            ))
            .at(one.span, "of each of them")
            .note("containers that can have it: 1");
        return Some(d.help("run one, or let the engine give out the addresses"));
    }
    let network = one.network;
    if let Some(name) = network.bridge {
        return at_bridge(lab, one, address, name);
    }
    let Some((_, made)) = network.made else {
        let external = network.declared.is_some_and(|n| n.external);
        return (!external).then(|| no_subnet(one, address, one.span));
    };
    let pools = network.pools()?;
    let mut own = pools
        .iter()
        .filter(|(net, _)| net.addr().is_ipv4() == address.is_ipv4());
    let place = made.span;
    if own.clone().next().is_none() {
        return Some(no_subnet(one, address, place));
    }
    let Some((net, pool)) = own.find(|(net, _)| net.contains(&address)) else {
        let (net, pool) = pools
            .iter()
            .find(|(net, _)| net.addr().is_ipv4() == address.is_ipv4())?;
        let subnet = pool.subnet.as_ref().map_or(place, |s| s.span);
        return Some(outside(one, address, (*net, subnet)));
    };
    taken(one, address, (*net, pool), place)
}

fn no_subnet(one: &Fixed<'_>, address: IpAddr, place: Span) -> Diagnostic {
    let (family, example) = match address {
        IpAddr::V4(_) => ("IPv4", "10.213.7.0/24"),
        IpAddr::V6(_) => ("IPv6", "fd00:213:7::/64"),
    };
    let key = one.network.key;
    RULE.finding(format!(
        "{} has the fixed address {address} in network '{key}', which is given no subnet of {family}",
        one.title()
    ))
    .at(one.span, "Docker refuses to start it")
    .and_at(place, "without a subnet")
    .note(format!("subnets of {family} of '{key}': 0"))
    .help(format!(
        "write 'ipam: {{config: [{{subnet: {example}}}]}}' for network '{key}', with the address in it, or leave the address out"
    ))
}

fn outside(one: &Fixed<'_>, address: IpAddr, (net, subnet): (IpNet, Span)) -> Diagnostic {
    RULE.finding(format!(
        "the address {address} of {} is outside of network '{}', {net}",
        one.title(),
        one.network.key
    ))
    .at(one.span, "Docker refuses to start it")
    .and_at(subnet, "the subnet")
    .note(format!("{net} is {} to {}", net.network(), net.broadcast()))
    .help("write an address of the subnet, or leave it out")
}

/// In an external network that no stack makes, and that the lab declares.
fn at_bridge(lab: &Lab, one: &Fixed<'_>, address: IpAddr, name: &str) -> Option<Diagnostic> {
    let network = lab.networks.get(name)?;
    let net = subnet(network).filter(|n| n.addr().is_ipv4() == address.is_ipv4())?;
    let span = network.subnet.as_ref().map_or(network.span, |s| s.span);
    if !net.contains(&address) {
        return Some(outside(one, address, (net, span)));
    }
    if !is_usable(net, address) {
        return Some(at_the_end(one, address, (net, span)));
    }
    (gateway(network) == Some(address)).then(|| {
        let span = network.gateway.as_ref().map_or(span, |g| g.span);
        of_gateway(one, address, (span, "the gateway"))
    })
}

fn at_the_end(one: &Fixed<'_>, address: IpAddr, (net, subnet): (IpNet, Span)) -> Diagnostic {
    RULE.finding(format!(
        "the address {address} of {} is one that nothing can have: the first or last of {net}",
        one.title()
    ))
    .at(one.span, "Docker refuses to start it")
    .and_at(subnet, "the subnet")
    .help("write another address of the subnet")
}

fn of_gateway(one: &Fixed<'_>, address: IpAddr, (place, label): (Span, &str)) -> Diagnostic {
    RULE.finding(format!(
        "the address {address} of {} is that of the gateway of network '{}'",
        one.title(),
        one.network.key
    ))
    .at(one.span, "Docker refuses to start it")
    .and_at(place, label)
    .help("write another address of the subnet")
}

fn no_address(one: &Fixed<'_>) -> Diagnostic {
    let key = match one.service.networks.get(one.network.key) {
        Some(m) if m.ipv6_address.as_ref().is_some_and(|a| a.span == one.span) => "ipv6_address",
        _ => "ipv4_address",
    };
    RULE.finding(format!(
        "'{}', the {key} of {}, is no such address",
        one.text,
        one.title()
    ))
    .at(one.span, "Docker refuses to start it")
    .help(match key {
        "ipv6_address" => "write an address such as fd00:213:7::5",
        _ => "write an address such as 10.213.7.5, without a prefix",
    })
}

/// The engine keeps some addresses of a subnet to itself.
fn taken(
    one: &Fixed<'_>,
    address: IpAddr,
    (net, pool): (IpNet, &Pool),
    place: Span,
) -> Option<Diagnostic> {
    let subnet = pool.subnet.as_ref().map_or(place, |s| s.span);
    if !is_usable(net, address) {
        return Some(at_the_end(one, address, (net, subnet)));
    }
    let mut kept = pool.aux_addresses.iter();
    if let Some((name, kept)) = kept.find(|(_, a)| a.value.parse() == Ok(address)) {
        let d = RULE
            .finding(format!(
                "the address {address} of {} is kept for '{name}' in network '{}'",
                one.title(),
                one.network.key
            ))
            .at(one.span, "Docker refuses to start it")
            .and_at(kept.span, "given to no container ('aux_addresses')");
        return Some(d.help(
            "write another address of the subnet, or leave this one out of 'aux_addresses'",
        ));
    }
    let written = pool.gateway.as_ref();
    let given: Option<IpAddr> = written.and_then(|g| g.value.parse().ok());
    // Without one, the engine takes the first address for the bridge; of what is shared with machines, a router has its own.
    let first = || above(net.network()).filter(|_| written.is_none() && pool.ip_range.is_none());
    let gateway = given.or_else(|| first().filter(|_| !one.network.is_shared()));
    let place = match written {
        Some(given) => (given.span, "the gateway"),
        None => (
            subnet,
            "without 'gateway' it is the first address of the subnet",
        ),
    };
    (gateway == Some(address)).then(|| of_gateway(one, address, place))
}

fn twice(first: &Fixed<'_>, again: &Fixed<'_>) -> Diagnostic {
    let address = again.text;
    let network = match again.network.lan {
        Some(lan) => format!("network '{lan}'"),
        None => format!("network '{}'", again.network.key),
    };
    RULE.finding(format!(
        "{} and {} have one address in {network}: {address}",
        first.title(),
        again.title()
    ))
    .at(again.span, "given again")
    .and_at(first.span, "given here")
    .note("that can have it: 1")
    .help("give one of them another address")
}

/// A machine, or the gateway, of the network that it shares.
fn beside(lab: &Lab, owners: &Owners<'_>, one: &Fixed<'_>) -> Option<Diagnostic> {
    let (address, lan) = (one.address?, one.network.lan?);
    let network = lab.networks.get(lan)?;
    let whole = subnet(network);
    if let Some(all) =
        whole.filter(|n| n.addr().is_ipv4() == address.is_ipv4() && !n.contains(&address))
    {
        let d = RULE
            .finding(format!(
                "the address {address} of {} is none of network '{lan}', {all}, which it shares",
                one.title()
            ))
            .at(one.span, "reached by nobody")
            .and_at(
                network.subnet.as_ref().map_or(network.span, |s| s.span),
                format!("of '{lan}'"),
            );
        return Some(d.help(format!(
            "give network '{}' of the stack the subnet {all} and the container an address of it, or another 'parent'",
            one.network.key
        )));
    }
    let (who, place) = match owners.get(&(lan, address)) {
        Some(owner) => (called(&owner.owner), owner.span),
        None => {
            gateway(network).filter(|g| *g == address)?;
            let span = network.gateway.as_ref().map_or(network.span, |g| g.span);
            ("the gateway".to_owned(), span)
        }
    };
    let d = RULE
        .finding(format!(
            "{} and {who} have one address in network '{lan}': {address}",
            one.title()
        ))
        .at(one.span, "given again")
        .and_at(place, "given here")
        .note(format!(
            "network '{}' of the stack is one with '{lan}': its containers stand beside the machines",
            one.network.key
        ));
    Some(d.help(
        "give the container an address that nothing else has: 'holdfast show networks' lists them",
    ))
}

fn handed_out(ctx: &Context<'_>, one: &Fixed<'_>) -> Option<Diagnostic> {
    let (address, lan) = (one.address?, one.network.lan?);
    let given = ctx
        .lab
        .networks
        .get(lan)?
        .about
        .dhcp
        .as_ref()?
        .range
        .as_ref()?;
    let range = given.value().filter(|r| r.contains(address))?;
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "the address {address} of {} is also handed out by DHCP in network '{lan}'",
                one.title()
            ),
        )
        .at(one.span, "fixed")
        .and_at(given.span, "handed out to whoever asks")
        .note(format!(
            "{} <= {address} <= {}",
            range.first(),
            range.last()
        ));
    Some(d.help("take an address outside of the range"))
}

/// What the engine gives out by itself in a network that it shares, asking nobody.
fn engine(ctx: &Context<'_>, network: &Joined<'_>) -> Option<Diagnostic> {
    let lan = network.lan?;
    let (net, pool) = network
        .pools()?
        .into_iter()
        .find(|(net, _)| net.addr().is_ipv4())?;
    let services = network.project.services.iter();
    let (name, _) = services.into_iter().find(|(_, s)| {
        let member = s.networks.get(network.key);
        let starts = s.active && s.provider.is_none() && copies(network.project, s) != Some(0);
        starts && member.is_some_and(|m| m.ipv4_address.is_none())
    })?;
    let range = pool.ip_range.as_ref();
    if range.is_some_and(|r| !network.is_settled(r.span)) {
        return None;
    }
    let given: IpNet = range.map_or(Some(net), |r| r.value.parse().ok())?;
    let declared = ctx.lab.networks.get(lan)?;
    let dhcp = declared.about.dhcp.as_ref().and_then(|d| d.range.as_ref());
    let dhcp = dhcp.and_then(|d| Some((d.value()?, d.span)));
    let leased =
        dhcp.filter(|(r, _)| r.first() <= given.broadcast() && given.network() <= r.last());
    let mut held = ctx.held().iter();
    let (what, place) = match leased {
        Some((range, span)) => (format!("{range}, which DHCP hands out"), span),
        None => {
            // The gateway of the pool is not given out, and neither is what is kept.
            let aux = pool.aux_addresses.values();
            let kept = aux
                .chain(&pool.gateway)
                .filter_map(|a| a.value.parse().ok());
            let kept: BTreeSet<IpAddr> = kept.collect();
            let out = |a: IpAddr| given.contains(&a) && !kept.contains(&a);
            let h = held.find(|h| h.network == lan && out(h.address))?;
            (
                format!("{}, which {} has", h.address, called(&h.owner)),
                h.span,
            )
        }
    };
    let at = range
        .or(pool.subnet.as_ref())
        .map_or(network.made?.1.span, |s| s.span);
    let d = RULE
        .with(
            Severity::Warning,
            format!(
                "Docker gives container '{name}' of stack '{}' any address of {given} in network '{lan}', among them {what}",
                network.stack
            ),
        )
        .at(at, "given out by Docker, which asks nobody")
        .and_at(place, "taken");
    Some(d.help(format!(
        "give it a fixed address ('ipv4_address'), or network '{}' an 'ip_range' in which nothing else is; single addresses can be kept back by 'aux_addresses'",
        network.key
    )))
}
