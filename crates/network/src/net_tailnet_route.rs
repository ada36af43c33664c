//! Routes of a tailnet that lead elsewhere than they seem to.
//!
//! Source: tailscale.com/kb/1019 ("Subnet routers"), and the rules of routing that its client sets on Linux: the table with the tailnet's routes is
//! asked before the main one.

use crate::addresses::{is_inner, standing, subnet};
use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use core::ops::Bound;
use diag::{Diagnostic, Severity, Span};
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::tailnet::TailnetNode;
use model::lab::{Lab, Network};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-tailnet-route",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A machine offers a tailnet a way to everything or to the tailnet's own addresses as a route (error), to a network of another site, or to addresses that a machine of another site offers as well; or a \
        machine takes routes of others, and stands itself in a network that one of them leads to.",
    rationale: "A tailnet has one way to an address. Where two sites have the same addresses and both offer them, whoever comes in reaches one of the two, and which one changes when a machine restarts. A machine that takes routes asks them \
        before its own network: what it sends to its neighbours goes to the machine that offers their network, or nowhere when that is off.",
    example: "hosts: {a: {site: home, tailscale: {routes: [192.168.1.0/24]}}, b: {site: cabin, tailscale: {routes: [192.168.1.0/24]}}}",
    controls: &["CIS v8 12.2", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("which of the networks gets other addresses has to be decided"),
    run,
};

/// Addresses that are the tailnet's own.
const OWN: [&str; 2] = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"];

/// Of these the addresses that stand for networks behind a node, by the number of its site (tailscale.com/kb/1201, "4via6 subnet routers").
const BEHIND: &str = "fd7a:115c:a1e0:b1a::/64";

/// A route that is offered.
struct Route<'a> {
    object: ObjectRef,
    node: &'a TailnetNode,
    site: Option<&'a str>,
    range: IpNet,
    span: Span,
}

/// Things by their addresses: which of them have some in common with others is looked up, not sought.
struct Ranges<T>(BTreeMap<IpNet, Vec<T>>);

impl<T> Ranges<T> {
    fn of(all: impl Iterator<Item = (IpNet, T)>) -> Self {
        let mut out: BTreeMap<IpNet, Vec<T>> = BTreeMap::new();
        for (net, what) in all {
            out.entry(net.trunc()).or_default().push(what);
        }
        Self(out)
    }

    /// Those that hold the whole of a range, then those that lie in it.
    fn meeting(&self, net: IpNet) -> impl Iterator<Item = &T> {
        let net = net.trunc();
        let around = (0..=net.prefix_len()).filter_map(move |bits| {
            let wider = IpNet::new(net.addr(), bits).ok()?.trunc();
            self.0.get(&wider)
        });
        let last = IpNet::from(net.broadcast());
        let within = self.0.range((Bound::Excluded(net), Bound::Included(last)));
        around.chain(within.map(|(_, all)| all)).flatten()
    }
}

/// Networks with their sites, by address; `None` among the sites where somebody's is not known.
type Sited<'a> = Ranges<(&'a str, &'a Network, BTreeSet<Option<&'a str>>)>;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let nodes: Vec<(ObjectRef, &TailnetNode)> = lab
        .machines()
        .filter_map(|(name, m)| Some((lab.machine_ref(name), m.about.tailscale.as_ref()?)))
        .collect();
    let routes = routes(lab, &nodes);
    if routes.is_empty() {
        return;
    }
    let sites = sites(lab);
    let told = twice(&routes, out);
    for route in &routes {
        match wide(route).or_else(|| own(route)) {
            Some(d) => out.add(route.object.clone(), d),
            None if told.contains(&key(route)) => {}
            None => elsewhere(lab, &sites, route, out),
        }
    }
    let routes = Ranges::of(routes.iter().map(|r| (r.range, r)));
    for (object, node) in &nodes {
        if node.accepts_routes.known() == Some(&true) {
            taken(lab, object, node, &routes, out);
        }
    }
}

fn routes<'a>(lab: &'a Lab, nodes: &[(ObjectRef, &'a TailnetNode)]) -> Vec<Route<'a>> {
    let of = nodes.iter().flat_map(|(object, node)| {
        node.routes.iter().map(move |route| Route {
            object: object.clone(),
            node,
            site: site(lab, object),
            range: route.value.net(),
            span: route.span,
        })
    });
    of.collect()
}

/// Where a machine stands; of a guest, its host.
fn site<'a>(lab: &'a Lab, object: &ObjectRef) -> Option<&'a str> {
    let said = match object.kind {
        Kind::Host => lab
            .hosts
            .get(&object.name)?
            .site
            .known()
            .map(String::as_str),
        Kind::Device => Some(lab.devices.get(&object.name)?.site.known()?.name()),
        Kind::Guest => {
            let on = lab.guests.get(&object.name)?.on.known()?;
            match on.kind() {
                Kind::Cluster => {
                    let members = &lab.clusters.get(on.name())?.members;
                    site(lab, &members.first()?.value.0.object)
                }
                _ => lab.hosts.get(on.name())?.site.known().map(String::as_str),
            }
        }
        _ => None,
    };
    // A name of no site may be a slip of another one.
    said.filter(|site| lab.sites.contains_key(*site))
}

/// Networks in which somebody stands.
fn sites(lab: &Lab) -> Sited<'_> {
    let mut of: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for (object, network) in standing(lab) {
        of.entry(network).or_default().insert(site(lab, &object));
    }
    let all = of.into_iter().filter_map(|(name, sites)| {
        let net = lab.networks.get(name).filter(|net| !is_inner(net))?;
        Some((subnet(net)?, (name, net, sites)))
    });
    Ranges::of(all)
}

fn wide(route: &Route<'_>) -> Option<Diagnostic> {
    let d = RULE.with(
        Severity::Error,
        format!(
            "{} offers a tailnet {} as a route, which is an exit node",
            called(&route.object),
            route.range
        ),
    );
    (route.range.prefix_len() == 0).then(|| {
        d.at(route.span, "the way to everything")
            .help("write 'exit: true' in the place of this route")
    })
}

fn own(route: &Route<'_>) -> Option<Diagnostic> {
    let behind: Option<IpNet> = BEHIND.parse().ok();
    if behind.is_some_and(|behind| behind.contains(&route.range)) {
        return None;
    }
    let mut all = OWN.iter().filter_map(|o| o.parse::<IpNet>().ok());
    let own = all.find(|own| overlap(*own, route.range))?;
    let d = RULE.with(
        Severity::Error,
        format!(
            "{} offers a tailnet a route to the tailnet's own addresses, {}",
            called(&route.object),
            route.range
        ),
    );
    let d = d
        .at(route.span, "offered")
        .note(format!("nodes of a tailnet have addresses of {own}"));
    Some(d.help("offer the networks alone that this machine stands in"))
}

/// A network of another site.
fn elsewhere(lab: &Lab, sites: &Sited<'_>, route: &Route<'_>, out: &mut Findings) {
    let Some(here) = route.site else { return };
    let near = crate::reach::networks(lab, &route.object);
    for (name, net, there) in sites.meeting(route.range) {
        if near.contains(name) || there.contains(&Some(here)) {
            continue;
        }
        let known: Vec<&str> = there.iter().copied().flatten().collect();
        let d = match (known.as_slice(), there.contains(&None)) {
            ([], _) | (_, true) => RULE
                .unknown(format!(
                    "whether network '{name}', to which {} offers a route, is at its site",
                    called(&route.object)
                ))
                .help("write 'site' for the machines that stand in it"),
            (all, false) => far(route, name, net, all),
        };
        let d = d.at(route.span, "offered");
        out.add(route.object.clone(), d.and_at(at(net), "its addresses"));
    }
}

fn far(route: &Route<'_>, name: &str, net: &Network, sites: &[&str]) -> Diagnostic {
    let d = RULE.finding(format!(
        "{} offers a tailnet a route to {}, and network '{name}' with these addresses is at site {}",
        called(&route.object),
        route.range,
        crate::wording::names(sites)
    ));
    let d = d.note(format!(
        "{} and {} have addresses in common; {} is at site '{}'",
        route.range,
        net.subnet.known().map_or("it", String::as_str),
        called(&route.object),
        route.site.unwrap_or_default()
    ));
    d.help("let a machine of that site offer it; where two sites have the same addresses, give one of them other ones, or offer them as 4via6 routes")
}

fn at(net: &Network) -> Span {
    net.subnet.as_ref().map_or(net.span, |s| s.span)
}

/// A tailnet and addresses that are offered there.
type Offer = (Option<String>, IpNet);

fn key(route: &Route<'_>) -> Offer {
    let server = route.node.server.known();
    let server = server.map(|url| url.to_string().trim_end_matches('/').to_ascii_lowercase());
    (server, route.range)
}

/// The same addresses, offered from two sites; which they are.
fn twice(routes: &[Route<'_>], out: &mut Findings) -> BTreeSet<Offer> {
    let mut offers: BTreeMap<Offer, Vec<&Route<'_>>> = BTreeMap::new();
    for route in routes.iter().filter(|r| r.range.prefix_len() > 0) {
        offers.entry(key(route)).or_default().push(route);
    }
    let mut told = BTreeSet::new();
    for (offer, all) in offers {
        let mut sited = all.iter().filter_map(|r| Some((*r, r.site?)));
        let first = sited.next();
        if let Some((first, there)) = first {
            for (route, here) in sited.filter(|(_, here)| *here != there) {
                out.add(route.object.clone(), same(route, here, first, there));
                told.insert(offer.clone());
            }
        }
        for route in all.iter().filter(|r| r.site.is_none()) {
            let beside = first.map(|(first, _)| first);
            let other = beside.or_else(|| all.iter().copied().find(|o| o.object != route.object));
            if let Some(other) = other {
                let d = RULE.unknown(format!(
                    "whether {} and {}, which offer a tailnet the same route, {}, are at one site",
                    called(&other.object),
                    called(&route.object),
                    route.range
                ));
                let d = d.at(route.span, "offered").and_at(other.span, "here, too");
                let d = d.help("write 'site' for both machines");
                out.add(route.object.clone(), d);
            }
        }
    }
    told
}

fn same(route: &Route<'_>, here: &str, other: &Route<'_>, there: &str) -> Diagnostic {
    let d = RULE
        .finding(format!(
            "{} and {} offer a tailnet the same route, {}, from two sites",
            called(&other.object),
            called(&route.object),
            route.range
        ))
        .at(route.span, format!("at site '{here}'"))
        .and_at(other.span, format!("at site '{there}'"))
        .note("ways that a tailnet has to an address: 1; the second machine stands by until the first is off");
    d.help("two machines of one site may stand in for each other; of two sites, give one other addresses, or offer them as 4via6 routes")
}

/// Routes that a machine takes, to a network that it stands in itself.
fn taken(
    lab: &Lab,
    object: &ObjectRef,
    node: &TailnetNode,
    routes: &Ranges<&Route<'_>>,
    out: &mut Findings,
) {
    let near = crate::reach::networks(lab, object);
    for name in near {
        let Some(net) = lab.networks.get(name) else {
            continue;
        };
        let Some(range) = subnet(net) else { continue };
        let mut others = routes.meeting(range).filter(|r| {
            r.object != *object
                && r.node.server.known() == node.server.known()
                && r.range.prefix_len() > 0
        });
        let Some(route) = others.next() else { continue };
        let accepts = node.accepts_routes.as_ref();
        let d = RULE
            .finding(format!(
                "{} takes routes of the tailnet and stands in network '{name}', which {} offers as a route",
                called(object),
                called(&route.object)
            ))
            .at(accepts.map_or(node.span, |a| a.span), "takes them")
            .and_at(route.span, "offered here")
            .note(format!(
                "{} and {range} have addresses in common; Linux asks the tailnet's routes before its own network",
                route.range
            ));
        let d = d.help("write 'accepts_routes: false' and run 'tailscale set --accept-routes=false' on machines that stand in the networks themselves");
        out.add(object.clone(), d);
    }
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}
