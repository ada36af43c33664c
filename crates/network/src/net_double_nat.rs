//! Two routers in a row, both of which translate addresses.

use crate::addresses::{Held, gateway, is_inner, is_private, is_usable, nat, subnet};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::DeviceKind;
use model::lab::hardware::HostKind;
use model::lab::network::NetworkKind;
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "net-double-nat",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A router of the lab stands behind another one, so that addresses are translated twice.",
    rationale: "Behind two translations a forwarded port has to be forwarded twice, tunnels and games that find their way through one translation fail at the second, machines between the two see the whole lab as one \
        address, and what they do is missing from the inner router's logs. Each of the two is also one more thing in a row that must work.",
    example: "networks: {home: {subnet: 192.168.1.0/24, gateway: 192.168.1.1}}   # and the lab's router is 192.168.1.95 in it",
    controls: &["CIS v8 12.2", "CIS v8 12.4"],
    mend: Mend::None("the outer router belongs to the provider"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let held = ctx.held();
    for inner in routers(ctx.lab, held) {
        let Some((outside, outer)) = behind(ctx.lab, held, inner) else {
            continue;
        };
        let inside = networks_of(ctx.lab, held, &inner.owner, outside.network);
        let inside: Vec<&str> = inside.into_iter().collect();
        if inside.is_empty() {
            continue;
        }
        let both = [
            nat(ctx.lab, &inner.owner),
            outer.and_then(|o| nat(ctx.lab, &o.owner)),
        ];
        if both.contains(&Some(false)) {
            continue;
        }
        let first = match outer {
            Some(o) => format!("'{}' ({})", o.owner.name, o.address),
            None => "the provider's router".to_owned(),
        };
        let second = format!("'{}' ({})", inner.owner.name, outside.address);
        let assumed: Vec<&str> = [
            (both[0], inner.owner.name.as_str()),
            (
                both[1],
                outer.map_or("the provider's router", |o| o.owner.name.as_str()),
            ),
        ]
        .into_iter()
        .filter(|(nat, _)| nat.is_none())
        .map(|(_, name)| name)
        .collect();
        let mut d = RULE
            .finding(format!(
                "addresses of {} are translated twice on the way to the internet: by {second} and by {first}",
                crate::wording::names(&inside)
            ))
            .at(outside.span, "a private address on the outer side")
            .note(format!("internet → {first} → {second} → {}: 1 + 1 = 2 translations", inside.join(", ")));
        if let Some(o) = outer {
            d = d.and_at(o.span, "the router before it");
        }
        if !assumed.is_empty() {
            d = d.note(format!(
                "assumed, as is usual for IPv4: translation by {} ('nat' is not declared)",
                crate::wording::names(&assumed)
            ));
        }
        d = d.help("put the outer router into bridge mode, or route: 'nat: false' on the inner one and static routes to its networks on the outer one");
        out.add(inner.owner.clone(), d);
    }
}

/// What is the gateway of a network, or is called a router, once each.
fn routers<'a, 'h>(lab: &'a Lab, held: &'h [Held<'a>]) -> Vec<&'h Held<'a>> {
    let mut seen = BTreeSet::new();
    held.iter()
        .filter(|h| is_gateway(lab, h) || is_router(lab, &h.owner))
        .filter(|h| seen.insert(h.owner.clone()))
        .collect()
}

fn is_router(lab: &Lab, owner: &ObjectRef) -> bool {
    let name = owner.name.as_str();
    match owner.kind {
        Kind::Host => lab
            .hosts
            .get(name)
            .is_some_and(|h| h.about.kind.known() == Some(&HostKind::Router)),
        Kind::Device => lab.devices.get(name).is_some_and(|d| {
            matches!(
                d.kind.known(),
                Some(DeviceKind::Router | DeviceKind::Firewall)
            )
        }),
        _ => false,
    }
}

fn is_gateway(lab: &Lab, h: &Held<'_>) -> bool {
    lab.networks
        .get(h.network)
        .is_some_and(|n| gateway(n) == Some(h.address) && !is_inner(n))
}

/// The networks behind it: those that it is the gateway of, and those that its interfaces are in.
fn networks_of<'a>(
    lab: &'a Lab,
    held: &[Held<'a>],
    router: &ObjectRef,
    outside: &str,
) -> BTreeSet<&'a str> {
    let own = held.iter().filter(|h| h.owner == *router);
    let mut out: BTreeSet<&str> = own.map(|h| h.network).collect();
    match router.kind {
        Kind::Host => {
            let hardware = lab
                .hosts
                .get(&router.name)
                .and_then(|h| h.about.hardware.as_ref());
            for nic in hardware.into_iter().flat_map(|h| h.nics.values()) {
                out.extend(nic.network.known().map(|n| n.name()));
                out.extend(nic.tagged.iter().map(|n| n.value.name()));
            }
        }
        _ => {
            let device = lab.devices.get(&router.name);
            for port in device.into_iter().flat_map(|d| d.ports.values()) {
                out.extend(port.network.known().map(|n| n.name()));
                out.extend(port.tagged.iter().map(|n| n.value.name()));
            }
        }
    }
    out.remove(outside);
    out
}

/// Its address in a private IPv4 network of which another one is the gateway, or which leads to the provider.
fn behind<'a, 'h>(
    lab: &'a Lab,
    held: &'h [Held<'a>],
    router: &Held<'a>,
) -> Option<(&'h Held<'a>, Option<&'h Held<'a>>)> {
    let own = held.iter().filter(|h| {
        h.owner == router.owner
            && h.address.is_ipv4()
            && is_private(h.address)
            && !is_gateway(lab, h)
    });
    own.filter_map(|outside| {
        let net = lab.networks.get(outside.network).filter(|n| !is_inner(n))?;
        // An address that no machine can have is a slip, and says nothing of a router (`net-gw` tells it).
        let range = subnet(net);
        let ip = gateway(net).filter(|ip| range.is_none_or(|range| is_usable(range, *ip)));
        let outer = held
            .iter()
            .find(|h| h.network == outside.network && Some(h.address) == ip);
        let other = outer.filter(|o| o.owner != router.owner);
        let wan = net.about.kind.known() == Some(&NetworkKind::Wan);
        match (other, wan || (ip.is_some() && outer.is_none())) {
            (Some(other), _) if leads_out(lab, other) => Some((outside, Some(other))),
            (None, true) => Some((outside, None)),
            _ => None,
        }
    })
    .next()
}

/// The way to the internet: it stands at an uplink, or no uplink says what does.
fn leads_out(lab: &Lab, router: &Held<'_>) -> bool {
    let uplinks = lab.sites.values().flat_map(|s| s.about.uplinks.values());
    let mut named = uplinks.filter_map(|u| u.gateway.known()).peekable();
    named.peek().is_none() || named.any(|g| g.0.object == router.owner)
}
