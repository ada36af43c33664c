//! A way in from the internet to a site whose provider translates addresses as well.

use crate::addresses::{Held, is_private};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use graph::budget::is_rented;
use ipnet::IpNet;
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::DeviceKind;
use model::lab::hardware::HostKind;
use model::lab::network::NetworkKind;
use model::lab::service::{Outside, ServiceExposure};
use std::collections::BTreeMap;

/// Source: RFC 6598, "IANA-Reserved IPv4 Prefix for Shared Address Space"; RFC 6888, "Common Requirements for Carrier-Grade NATs".
pub const RULE: Rule = Rule {
    id: "net-cgnat",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service is declared to be open to the internet at a site whose only ways out are behind a translation of its provider (CGNAT).",
    rationale: "With CGNAT many customers share one public IPv4 address, and only the provider could forward a port of it: a port forward on the own router is never reached. A router that has an address of 100.64.0.0/10 (RFC 6598) on its \
        outer side is behind one, and so is most of what goes out by a mobile network or a satellite. Tunnels that are dialled from within and IPv6 are not affected.",
    example: "sites: {home: {uplinks: {lte: {kind: lte, cgnat: true}}}}   # and 'exposures: [{port: 443/tcp, from: internet}]' of a service there",
    controls: &["NIST CSF 2.0 PR.IR-01"],
    mend: Mend::None("whether a tunnel, IPv6 or another provider is taken is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let shut = shut(ctx);
    if shut.is_empty() {
        return;
    }
    let addresses = addresses(ctx);
    for (name, service) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        let ways = service
            .exposures
            .iter()
            .filter(|way| is_forwarded(ctx.lab, way));
        let ways: Vec<&ServiceExposure> = ways.collect();
        if ways.is_empty() {
            continue;
        }
        let object = ObjectRef::new(Kind::Service, name);
        let Some((site, at)) = only_site(ctx.lab, &object, &addresses, &shut) else {
            continue;
        };
        for way in ways {
            out.add(object.clone(), finding(name, way, site, at));
        }
    }
}

/// Why nobody gets into a site, and where that is written.
struct Shut {
    span: Span,
    label: &'static str,
    why: String,
}

/// The sites whose uplinks are all behind a translation; of a lab without sites, all of it.
fn shut(ctx: &Context<'_>) -> BTreeMap<Option<String>, Shut> {
    let mut out = BTreeMap::new();
    for (name, site) in &ctx.lab.sites {
        let uplinks = &site.about.uplinks;
        let behind = |u: &model::lab::site::Uplink| u.cgnat.known() == Some(&true);
        let first = uplinks.values().find(|u| behind(u));
        if let Some(first) = first.filter(|_| uplinks.values().all(behind)) {
            let why = format!(
                "uplinks of site '{name}' with 'cgnat: true': {0} of {0}",
                uplinks.len()
            );
            let span = first.cgnat.as_ref().map_or(first.span, |c| c.span);
            let label = "the provider translates addresses";
            out.insert(Some(name.to_owned()), Shut { span, label, why });
        }
    }
    for held in ctx.held().iter().filter(|h| is_shared(ctx.lab, h)) {
        let site = site(ctx.lab, &held.owner);
        let declared = site.as_ref().and_then(|s| ctx.lab.sites.get(s));
        // Beside another uplink it is one way of several.
        let several = declared.is_some_and(|s| s.about.uplinks.len() > 1);
        if !several {
            let why = format!(
                "'{}' has {} towards its provider, an address of 100.64.0.0/10 (RFC 6598)",
                held.owner.name, held.address
            );
            let label = "an address that its provider translates";
            out.entry(site).or_insert(Shut {
                span: held.span,
                label,
                why,
            });
        }
    }
    out
}

/// An address of CGNAT on the outer side of a router.
fn is_shared(lab: &Lab, held: &Held<'_>) -> bool {
    let net = lab.networks.get(held.network);
    let wan = net.is_some_and(|n| n.about.kind.known() == Some(&NetworkKind::Wan));
    let shared = "100.64.0.0/10".parse::<IpNet>();
    wan && shared.is_ok_and(|net| net.contains(&held.address))
}

fn site(lab: &Lab, object: &ObjectRef) -> Option<String> {
    let name = object.name.as_str();
    match object.kind {
        Kind::Host => lab.hosts.get(name)?.site.known().cloned(),
        Kind::Device => {
            let site = lab.devices.get(name)?.site.known()?;
            Some(site.name().to_owned())
        }
        Kind::Guest => {
            let on = lab.guests.get(name)?.on.known()?;
            let hosts = crate::reach::machines(lab, &on.0.object);
            let mut hosts = hosts.iter().filter(|h| h.kind == Kind::Host);
            site(lab, hosts.next()?)
        }
        _ => None,
    }
}

/// From the internet by a port that a router forwards: by nothing else, such as a proxy that has ways in of its own, or a tunnel.
fn is_forwarded(lab: &Lab, way: &ServiceExposure) -> bool {
    let from = way.from.known();
    let outside = matches!(from, Some(Or::Word(Outside::Internet)));
    let router = || match (&way.via, way.via.known()) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(via)) => match via.kind() {
            Kind::Device => lab.devices.get(via.name()).is_some_and(|d| {
                matches!(
                    d.kind.known(),
                    Some(DeviceKind::Router | DeviceKind::Firewall)
                )
            }),
            Kind::Host => {
                let host = lab.hosts.get(via.name());
                host.is_some_and(|h| h.about.kind.known() == Some(&HostKind::Router))
            }
            _ => false,
        },
    };
    outside && router()
}

/// The addresses of machines.
fn addresses(ctx: &Context<'_>) -> BTreeMap<ObjectRef, Vec<IpAddr>> {
    let mut out: BTreeMap<ObjectRef, Vec<IpAddr>> = BTreeMap::new();
    for held in ctx.held() {
        out.entry(held.owner.clone())
            .or_default()
            .push(held.address);
    }
    out
}

/// The site at which all machines of a service stand, if nobody gets in there and none of them has an address of the internet's own.
fn only_site<'s>(
    lab: &Lab,
    service: &ObjectRef,
    addresses: &BTreeMap<ObjectRef, Vec<IpAddr>>,
    shut: &'s BTreeMap<Option<String>, Shut>,
) -> Option<(Option<&'s str>, &'s Shut)> {
    let machines = crate::reach::machines(lab, service);
    let public = |m: &ObjectRef| {
        let mut all = addresses.get(m).into_iter().flatten();
        // A rented machine stands at its provider's.
        let host = lab.hosts.get(&m.name).filter(|_| m.kind == Kind::Host);
        host.is_some_and(is_rented) || all.any(|ip| !is_private(*ip))
    };
    if machines.is_empty() || machines.iter().any(public) {
        return None;
    }
    let mut found = machines.iter().map(|m| shut.get_key_value(&site(lab, m)));
    let first = found.next()??;
    let all = found.all(|other| other.is_some_and(|(site, _)| site == first.0));
    all.then_some((first.0.as_deref(), first.1))
}

fn finding(name: &str, way: &ServiceExposure, site: Option<&str>, at: &Shut) -> Diagnostic {
    let port = way
        .port
        .known()
        .map_or(String::new(), |p| format!("port {p} of "));
    let place = site.map_or("the lab".to_owned(), |site| format!("site '{site}'"));
    let span = way.from.as_ref().map_or(way.span, |f| f.span);
    RULE.finding(format!(
        "{port}service '{name}' is declared open to the internet, and {place} is behind the translation of its provider (CGNAT): no port forward is reached there"
    ))
    .at(span, "nobody begins a connection from there by IPv4")
    .and_at(at.span, at.label)
    .note(at.why.clone())
    .help("let it in by a tunnel that is dialled from within, and name that: 'via: TUNNEL'; or give the machine a public address of IPv6, or ask the provider for one of IPv4 ('cgnat: false')")
}
