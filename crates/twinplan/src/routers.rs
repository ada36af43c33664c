//! Routers: whoever has the address of a gateway, and the ways between them.

use crate::design::{Address, Design, Link, Route, Router, Source};
use crate::machines::{links, slug};
use crate::ruleset;
use core::net::IpAddr;
use graph::addresses;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Adds a router per owner of a gateway's address, with its ways and its ruleset.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
    let mut owners: BTreeMap<Option<ObjectRef>, Vec<(String, IpAddr)>> = BTreeMap::new();
    for segment in &design.segments {
        let Some(gateway) = segment.gateway else {
            continue;
        };
        let held = addresses::held(lab).into_iter();
        let owner = held
            .filter(|h| h.address == gateway && h.network == segment.name)
            .map(|h| h.owner)
            .min();
        let of = owners.entry(owner).or_default();
        of.push((segment.name.clone(), gateway));
    }
    let mut names = BTreeSet::new();
    for (of, gateways) in owners {
        let router = router(lab, design, of, &gateways, &mut names);
        design.routers.push(router);
    }
    say_who(lab, design);
    say_apart(design);
    for at in 0..design.routers.len() {
        let routes = routes(design, at);
        if let Some(router) = design.routers.get_mut(at) {
            router.routes = routes;
        }
    }
    let rulesets: Vec<String> = design
        .routers
        .iter()
        .map(|r| ruleset::render(lab, design, r))
        .collect();
    for (router, ruleset) in design.routers.iter_mut().zip(rulesets) {
        router.ruleset = ruleset;
    }
}

/// A router stands in every network that it has an address in, not only where it is the gateway.
fn router(
    lab: &Lab,
    design: &Design,
    of: Option<ObjectRef>,
    gateways: &[(String, IpAddr)],
    names: &mut BTreeSet<String>,
) -> Router {
    let stands = match &of {
        Some(object) => links(lab, design, object),
        None => gateways
            .iter()
            .filter_map(|(name, ip)| {
                let subnet = design.segment(name)?.subnet;
                let fits = subnet.filter(|n| n.contains(ip));
                let all = if ip.is_ipv4() { 32 } else { 128 };
                let address = Address {
                    ip: *ip,
                    prefix: fits.map_or(all, |n| n.prefix_len()),
                    source: Source::Declared,
                };
                Some(Link {
                    segment: name.clone(),
                    address: Some(address),
                })
            })
            .collect(),
    };
    let base = of.as_ref().map_or("gateway".to_owned(), |o| slug(&o.name));
    let mut all = std::iter::once(base.clone()).chain((2..100).map(|n| format!("{base}-{n}")));
    let name = all.find(|n| names.insert(n.clone())).unwrap_or(base);
    Router {
        name,
        of,
        links: stands,
        routes: Vec::new(),
        ruleset: String::new(),
    }
}

/// What stands for a router is said where the router itself is missing; a router that is also a machine routes in its namespace alone.
fn say_who(lab: &Lab, design: &mut Design) {
    for router in &design.routers {
        match &router.of {
            None => design.notes.push(format!(
                "nothing is declared to have the address of the gateway of {}; router {} has it",
                router
                    .links
                    .iter()
                    .map(|l| l.segment.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                router.name
            )),
            Some(object) => {
                let about = format!("; router {} stands for what it routes", router.name);
                if let Some(absent) = design.absent.iter_mut().find(|a| a.of == *object) {
                    absent.why.push_str(&about);
                }
                if object.kind != Kind::Device && addresses::nat(lab, object) == Some(true) {
                    design.notes.push(format!(
                        "router {} does not translate addresses: there is nothing outside",
                        router.name
                    ));
                }
            }
        }
    }
    // A machine that routes would have the router's addresses twice.
    let routing: Vec<ObjectRef> = design.routers.iter().filter_map(|r| r.of.clone()).collect();
    for object in routing {
        let before = design.machines.len();
        design.machines.retain(|m| m.of != object);
        if design.machines.len() < before {
            design.absent.push(crate::design::Absent {
                of: object,
                why: "it routes; a namespace with its ruleset stands for it".to_owned(),
            });
        }
    }
    if lab.flows.is_empty() && !design.routers.is_empty() {
        design
            .notes
            .push("no flow is declared: routers pass everything".to_owned());
    }
}

/// Routers that share no segment meet in the internet if at all, and that is not in a twin.
fn say_apart(design: &mut Design) {
    let mut groups: Vec<(BTreeSet<&str>, Vec<&str>)> = Vec::new();
    for router in &design.routers {
        let mut segments: BTreeSet<&str> =
            router.links.iter().map(|l| l.segment.as_str()).collect();
        let mut names = vec![router.name.as_str()];
        let (near, far) = groups
            .into_iter()
            .partition(|(s, _)| !s.is_disjoint(&segments));
        groups = far;
        for (more, others) in near {
            segments.extend(more);
            names.extend(others);
        }
        groups.push((segments, names));
    }
    let names = |names: &[&str]| names.join(" and ");
    if let [(_, first), rest @ ..] = groups.as_slice()
        && !rest.is_empty()
    {
        let rest: Vec<String> = rest.iter().map(|(_, n)| names(n)).collect();
        let (first, rest) = (names(first), rest.join(", nor "));
        design.notes.push(format!(
            "between {first} and {rest} no segment is declared; what meets in the internet does not meet here"
        ));
    }
}

/// Ways to the segments that a router does not stand in: by the fewest other routers.
fn routes(design: &Design, start: usize) -> Vec<Route> {
    let links = |n: usize| design.routers.get(n).map_or(&[][..], |r| &r.links);
    let mut known: BTreeSet<&str> = links(start).iter().map(|l| l.segment.as_str()).collect();
    let mut seen = BTreeSet::from([start]);
    let mut queue: VecDeque<(usize, Option<IpAddr>)> = VecDeque::from([(start, None)]);
    let mut out = Vec::new();
    while let Some((at, first)) = queue.pop_front() {
        for next in 0..design.routers.len() {
            if seen.contains(&next) {
                continue;
            }
            let near = links(at).iter().any(|l| {
                let there = links(next).iter().find(|o| o.segment == l.segment);
                l.address.is_some() && there.is_some_and(|o| o.address.is_some())
            });
            if !near {
                continue;
            }
            let shared = links(next).iter().find(|o| {
                let mut mine = links(at).iter();
                o.address.is_some() && mine.any(|l| l.segment == o.segment)
            });
            let via = first.or_else(|| shared.and_then(|l| Some(l.address.as_ref()?.ip)));
            seen.insert(next);
            queue.push_back((next, via));
            for link in links(next).iter().filter(|l| known.insert(&l.segment)) {
                let to = design.segment(&link.segment).and_then(|s| s.subnet);
                out.extend(to.zip(via).map(|(to, via)| Route { to, via }));
            }
        }
    }
    out.sort_by_key(|r| r.to);
    out
}
