//! Machines that need the outside, in a zone from which nothing leads there.

use crate::addresses::{Held, standing};
use crate::context::zone;
use crate::reach::zone_of;
use crate::traffic::{Spot, Verdict, verdict, zones};
use crate::wording::{count, names};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::{OptExt, Or, Value};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::hardware::HostKind;
use model::units::net::Ports;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-egress",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Nothing permits the machines of a zone to fetch updates and time, or to ask their name servers.",
    rationale: "Every machine needs names, the time and updates; what raises an alarm needs a way out too. A zone that cannot reach them is patched by nobody, its certificates fail when its clock has drifted, and its \
        alarms are not heard. It need not be the internet: a mirror, a time server and a resolver of the lab do.",
    example: "flows: [{from: iot, to: any, ports: any, action: deny}]   # and 12 machines in iot with no mirror",
    controls: &["CIS v8 7.3", "CIS v8 8.4", "ISO 27001:2022 A.8.8"],
    mend: Mend::DisplayOnly("by which way updates come is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    if lab.flows.is_empty() {
        return;
    }
    let held = ctx.held();
    let mut machines: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    // What routes, and what is rented on the internet, needs no way there.
    let routes = |owner: &ObjectRef| {
        let host = lab
            .hosts
            .get(&owner.name)
            .filter(|_| owner.kind == Kind::Host);
        host.is_some_and(|h| matches!(h.about.kind.known(), Some(HostKind::Router | HostKind::Vps)))
    };
    for (owner, network) in standing(lab) {
        if owner.kind == Kind::Device || routes(&owner) {
            continue;
        }
        if let Some(zone) = zone_of(lab, network) {
            machines.entry(zone).or_default().insert(owner.name);
        }
    }
    let served = with_a_way_out(lab, &machines);
    for name in zones(lab) {
        let Some(declared) = lab.zones.get(name) else {
            continue;
        };
        let inside = machines.get(name).map(|all| all - &served);
        if let Some(inside) = inside.as_ref().filter(|i| !i.is_empty()) {
            updates(lab, name, declared.span, inside, out);
        }
        resolvers(lab, name, held, out);
    }
}

/// Machines that stand in a zone from which the internet is reached, whatever else they stand in.
fn with_a_way_out(lab: &Lab, machines: &BTreeMap<&str, BTreeSet<String>>) -> BTreeSet<String> {
    let open = |zone: &str| {
        let here = Spot::zone(lab, zone);
        verdict(lab, &here, &Spot::internet(), &[]).is_allowed()
    };
    let inside = machines.iter().filter(|(zone, _)| open(zone));
    inside
        .flat_map(|(_, names)| names.iter().cloned())
        .collect()
}

fn updates(lab: &Lab, name: &str, span: Span, inside: &BTreeSet<String>, out: &mut Findings) {
    let here = Spot::zone(lab, name);
    let verdict = verdict(lab, &here, &Spot::internet(), &[]);
    let who: Vec<&str> = inside.iter().map(String::as_str).collect();
    let machines = count(who.len(), "machine");
    let d = match verdict {
        Verdict::Allowed => return,
        Verdict::Denied(_) if has_mirror(lab, &here) => return,
        Verdict::Denied(flow) => RULE
            .with(
                Severity::Info,
                format!("zone '{name}' may not reach the internet, and nothing says where its machines get updates and the time"),
            )
            .at(span, "the zone")
            .and_at(flow.span, "kept in here"),
        Verdict::Silent => RULE
            .finding(format!("nothing says whether machines of zone '{name}' may fetch updates and the time"))
            .at(span, "the zone"),
    };
    let d = d
        .note(format!("in the zone: {} = {machines}; flows from it to the internet: 0", names(&who)))
        .help("allow 443/tcp and 123/udp to the internet, or flows to a mirror, proxy or cache and a time server of the lab");
    out.add(zone(name), d);
}

/// It may reach something that fetches updates for others.
fn has_mirror(lab: &Lab, here: &Spot<'_>) -> bool {
    let serves = |name: &str| {
        let name = name.to_lowercase();
        ["proxy", "mirror", "cache", "registry", "apt-"]
            .iter()
            .any(|w| name.contains(w))
    };
    let services = lab.services.keys().map(|n| (Kind::Service, n));
    let hosts = lab.hosts.keys().map(|n| (Kind::Host, n));
    let guests = lab.guests.keys().map(|n| (Kind::Guest, n));
    let found = services
        .chain(hosts)
        .chain(guests)
        .filter(|(_, n)| serves(n));
    found
        .map(|(kind, name)| Spot::of(lab, &model::id::ObjectRef::new(kind, name)))
        .any(|there| !there.is_apart(here) || verdict(lab, here, &there, &[]).is_allowed())
}

/// Name servers in another zone, or outside.
fn resolvers(lab: &Lab, name: &str, held: &[Held<'_>], out: &mut Findings) {
    let here = Spot::zone(lab, name);
    let asked: Vec<Ports> = Ports::parse("53/udp").into_iter().collect();
    let mut closed: Vec<(String, Span)> = Vec::new();
    for network in &here.networks {
        let Some(net) = lab.networks.get(*network) else {
            continue;
        };
        for given in &net.about.dns {
            let (text, there) = match &given.value {
                Or::Ref(r) => (r.name().to_owned(), Spot::of(lab, &r.0.object)),
                Or::Word(address) => {
                    let owner = held.iter().find(|h| h.address == address.0);
                    let there = match owner {
                        Some(h) => Spot::of(lab, &h.owner),
                        None if crate::addresses::is_private(address.0) => continue,
                        None => Spot::internet(),
                    };
                    (address.to_string(), there)
                }
            };
            if here.is_apart(&there) && !verdict(lab, &here, &there, &asked).is_allowed() {
                closed.push((text, given.span));
            }
        }
    }
    let Some((_, first)) = closed.first() else {
        return;
    };
    let who: Vec<&str> = closed.iter().map(|(t, _)| t.as_str()).collect();
    let d = RULE
        .finding(format!(
            "zone '{name}' asks {} for names, and no flow lets it",
            names(&who)
        ))
        .at(*first, "not reached from this zone")
        .note(format!(
            "flows that allow 53/udp from zone '{name}' to {}: 0 of {}",
            names(&who),
            lab.flows.len()
        ))
        .help("allow 53/udp and 53/tcp to this server");
    out.add(zone(name), d);
}
