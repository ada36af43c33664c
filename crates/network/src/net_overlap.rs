//! Two networks, or two machines, that come to have the same addresses.

mod engine;
mod tunnel;

use crate::addresses::{Held, above, below, is_inner, is_usable, subnet};
use crate::context::{called, network};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Severity};
use graph::load::hosts_of;
use ipnet::IpNet;
use model::declare::OptExt;
use model::id::{Kind, ObjectRef};
use model::lab::{Lab, Network};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-overlap",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Subnets overlap (those of networks, Compose projects and tunnels), a VLAN number is given twice, or DHCP hands out a fixed address or one that no machine can have.",
    rationale: "A router sends a packet one way. If two networks have the same addresses, one of them is not reached; a bridge of a container engine that overlaps the network \
        at home cuts its host off from part of the house, and so does a tunnel that is allowed the addresses of the network it is dialled from. A fixed address that is also handed out makes two machines take turns in being reachable.",
    example: "networks: {lan: {subnet: 172.20.0.0/16}, media: {kind: docker, subnet: 172.20.4.0/24}}",
    controls: &["CIS v8 12.4"],
    mend: Mend::None("which of the two moves is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    subnets(ctx.lab, out);
    vlans(ctx.lab, out);
    let held = ctx.held();
    handed_out(ctx.lab, held, out);
    at_the_ends(ctx.lab, out);
    engine::run(ctx, out);
    tunnel::run(ctx, out);
}

fn subnets(lab: &Lab, out: &mut Findings) {
    let mut all: Vec<(IpNet, &str, &Network)> = lab
        .networks
        .iter()
        .filter_map(|(name, net)| Some((subnet(net)?, name.as_str(), net)))
        .collect();
    // By first address, larger before smaller: whatever overlaps the next one encloses it.
    all.sort_by_key(|(range, name, _)| (range.network(), range.prefix_len(), *name));
    let mut open: Vec<(IpNet, &str, &Network)> = Vec::new();
    for (range, name, net) in all {
        open.retain(|(outer, ..)| outer.contains(&range));
        let other = open.iter().rev().find(|(_, _, other)| !apart(net, other));
        if let Some((outer, first, other)) = other {
            let inner = match range == *outer {
                true => format!("of '{name}', the same"),
                false => format!("of '{name}', which lies in it"),
            };
            let d = RULE
                .finding(format!(
                    "networks '{first}' and '{name}' have addresses in common"
                ))
                .at(net.subnet.as_ref().map_or(net.span, |s| s.span), inner)
                .and_at(
                    other.subnet.as_ref().map_or(other.span, |s| s.span),
                    format!("of '{first}'"),
                )
                .note(format!(
                    "{range} ({} to {}) lies in {outer} ({} to {})",
                    range.network(),
                    range.broadcast(),
                    outer.network(),
                    outer.broadcast()
                ))
                .help("move one of them to addresses that nothing else has");
            out.add(network(name), d);
        }
        open.push((range, name, net));
    }
}

/// Bridges inside of different machines never meet.
fn apart(a: &Network, b: &Network) -> bool {
    match (
        is_inner(a),
        is_inner(b),
        a.about.on.known(),
        b.about.on.known(),
    ) {
        (true, true, Some(a), Some(b)) => a != b,
        _ => false,
    }
}

fn vlans(lab: &Lab, out: &mut Findings) {
    let mut places: Option<BTreeMap<&str, Stand<'_>>> = None;
    let mut seen: BTreeMap<u16, Vec<(&str, &Network)>> = BTreeMap::new();
    for (name, net) in &lab.networks {
        let Some(vlan) = &net.vlan else { continue };
        let Some(number) = vlan.value().copied() else {
            continue;
        };
        let others = seen.entry(number).or_default();
        if others.is_empty() {
            others.push((name, net));
            continue;
        }
        let places = places.get_or_insert_with(|| sites(lab));
        // What stands at two sites has a segment at each of them.
        let meets = |other: &str| match (places.get(name.as_str()), places.get(other)) {
            (Some(here), Some(there)) if here.has_any() && there.has_any() => {
                !here.sites.is_disjoint(&there.sites)
            }
            _ => true,
        };
        let others_here = || others.iter().filter(|(_, of)| !are_one_segment(net, of));
        let found = others_here().find(|(other, _)| meets(other)).copied();
        let open = match found {
            Some(_) => None,
            None => astray(places, name, others_here().map(|(other, _)| *other)),
        };
        others.push((name, net));
        let Some((first, other)) = found else {
            if let Some((first, owner)) = open {
                let d = RULE
                    .unknown(format!(
                        "whether networks '{first}' and '{name}' have VLAN {number} at one site"
                    ))
                    .at(vlan.span, "given again");
                out.add(network(name), without_site(d, owner));
            }
            continue;
        };
        let d = RULE
            .finding(format!(
                "networks '{first}' and '{name}' are both VLAN {number}"
            ))
            .at(vlan.span, "given again")
            .and_at(
                other.vlan.as_ref().map_or(other.span, |v| v.span),
                "first given here",
            )
            .note(format!(
                "VLAN {number}: 2 networks, which share one segment"
            ))
            .help("give each network a number of its own");
        out.add(network(name), d);
    }
}

/// A machine in one of two networks of which nobody knows at which site it stands, with the other network.
fn astray<'n, 'p>(
    places: &'p BTreeMap<&str, Stand<'_>>,
    name: &str,
    mut others: impl Iterator<Item = &'n str>,
) -> Option<(&'n str, &'p ObjectRef)> {
    let open = |of: &str| places.get(of).and_then(|p| p.open.as_ref());
    others.find_map(|other| Some((other, open(other).or_else(|| open(name))?)))
}

fn without_site(d: Diagnostic, owner: &ObjectRef) -> Diagnostic {
    let who = called(owner);
    d.note(format!("at which site {who} stands is not declared"))
        .help(format!(
            "write the 'site' of {who}, and of every other machine in the two"
        ))
}

/// A segment with addresses of both versions is declared as several networks: each has one subnet.
fn are_one_segment(one: &Network, other: &Network) -> bool {
    let zones = (one.about.zone.known(), other.about.zone.known());
    let together = match zones {
        (Some(one), Some(other)) => one.name() == other.name(),
        _ => true,
    };
    together && matches!((sort(one), sort(other)), (Some(a), Some(b)) if a != b)
}

/// What a segment has one subnet of each.
#[derive(PartialEq, Eq)]
enum Sort {
    Four,
    /// IPv6 of one's own (RFC 4193).
    Own,
    /// IPv6 that a provider gave.
    Given,
}

fn sort(network: &Network) -> Option<Sort> {
    Some(match subnet(network)?.addr() {
        IpAddr::V4(_) => Sort::Four,
        IpAddr::V6(six) if six.is_unique_local() => Sort::Own,
        IpAddr::V6(_) => Sort::Given,
    })
}

/// Where the machines of a network stand.
#[derive(Default)]
struct Stand<'a> {
    sites: BTreeSet<&'a str>,
    /// The first one of which no site is known.
    open: Option<ObjectRef>,
}

impl Stand<'_> {
    fn has_any(&self) -> bool {
        !self.sites.is_empty()
    }
}

/// The sites of the machines that stand in each network.
fn sites(lab: &Lab) -> BTreeMap<&str, Stand<'_>> {
    let mut out: BTreeMap<&str, Stand<'_>> = BTreeMap::new();
    for (owner, network) in crate::addresses::standing(lab) {
        let stand = out.entry(network).or_default();
        let sites = sites_of(lab, &owner);
        if sites.is_empty() {
            stand.open.get_or_insert(owner);
        }
        stand.sites.extend(sites);
    }
    out
}

/// Where a machine stands; a guest of a cluster wherever its members do.
fn sites_of<'a>(lab: &'a Lab, owner: &ObjectRef) -> Vec<&'a str> {
    let guest = lab.guests.get(&owner.name);
    let on = guest
        .filter(|_| owner.kind == Kind::Guest)
        .and_then(|g| g.on.known());
    let cluster = on.filter(|on| on.kind() == Kind::Cluster);
    let hosts = match (owner.kind, on, cluster) {
        (Kind::Device, ..) => {
            let device = lab.devices.get(&owner.name);
            let site = device.and_then(|d| d.site.known());
            return site.map(|s| s.name()).into_iter().collect();
        }
        (Kind::Host, ..) => vec![owner.name.as_str()],
        (_, _, Some(cluster)) => lab
            .clusters
            .get(cluster.name())
            .map_or_else(Vec::new, |c| hosts_of(lab, c)),
        (_, Some(host), None) => vec![host.name()],
        _ => Vec::new(),
    };
    let sites = hosts.into_iter().filter_map(|h| lab.hosts.get(h));
    sites
        .filter_map(|h| h.site.known().map(String::as_str))
        .collect()
}

fn handed_out(lab: &Lab, held: &[Held<'_>], out: &mut Findings) {
    for h in held {
        let dhcp = lab
            .networks
            .get(h.network)
            .and_then(|n| n.about.dhcp.as_ref());
        let Some(given) = dhcp.and_then(|d| d.range.as_ref()) else {
            continue;
        };
        let Some(range) = given.value().filter(|r| r.contains(h.address)) else {
            continue;
        };
        let gateway = lab
            .networks
            .get(h.network)
            .and_then(crate::addresses::gateway);
        if gateway == Some(h.address) {
            continue;
        }
        let d = RULE
            .with(
                Severity::Warning,
                format!("the address {} of '{}' is also handed out by DHCP", h.address, h.owner.name),
            )
            .at(h.span, "fixed")
            .and_at(given.span, "handed out to whoever asks")
            .note(format!("{} <= {} <= {}", range.first(), h.address, range.last()))
            .help("take an address outside of the range, or reserve it for this hardware address on the DHCP server and leave it out of 'range'");
        out.add(h.owner.clone(), d);
    }
}

/// Ranges of DHCP with an address in it that stands for a whole network.
fn at_the_ends(lab: &Lab, out: &mut Findings) {
    for (name, net) in &lab.networks {
        let given = net.about.dhcp.as_ref().and_then(|d| d.range.as_ref());
        let (Some(given), Some(all)) = (given, subnet(net)) else {
            continue;
        };
        let Some(range) = given.value() else { continue };
        let is_end = |a: &IpAddr| range.contains(*a) && all.contains(a) && !is_usable(all, *a);
        let own = Some(all.network()).filter(is_end);
        let last = Some(all.broadcast())
            .filter(is_end)
            .filter(|a| Some(*a) != own);
        let what = match (own, last) {
            (None, None) => continue,
            (Some(a), None) => format!("{a}, {}", meaning(all, a)),
            (None, Some(a)) => format!("{a}, {}", meaning(all, a)),
            (Some(a), Some(b)) => {
                format!("{a}, {}, and {b}, {}", meaning(all, a), meaning(all, b))
            }
        };
        let first = own.and_then(above).unwrap_or(range.first());
        let end = last.and_then(below).unwrap_or(range.last());
        let d = RULE
            .with(
                Severity::Warning,
                format!("the range of DHCP of network '{name}' has an address in it that no machine can have: {what}"),
            )
            .at(given.span, "handed out to whoever asks")
            .and_at(net.subnet.as_ref().map_or(net.span, |s| s.span), "the subnet")
            .note("a server that hands it out leaves a machine without a network; one that leaves it out has fewer addresses than are written");
        let d = match first <= end {
            true => d.help(format!("write '{first}-{end}'")),
            false => d.help("write a range that machines can have addresses of"),
        };
        out.add(network(name), d);
    }
}

/// What an address that no machine can have stands for: RFC 919, RFC 4291 2.6.1.
fn meaning(all: IpNet, address: IpAddr) -> &'static str {
    match address {
        IpAddr::V6(_) => "that of any router in it",
        IpAddr::V4(_) if address == all.network() => "that of the network itself",
        IpAddr::V4(_) => "that of all in it (broadcast)",
    }
}
