//! A record with the name of a machine, and another address than the machine has there.

use crate::addresses::{Held, standing, subnet};
use crate::container_addresses::fixed;
use crate::context::dns_zone;
use crate::{Context, Findings, Rule};
use core::net::IpAddr;
use diag::Severity;
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::network::{DnsRecord, RecordType};

pub(super) fn run(rule: &Rule, ctx: &Context<'_>, out: &mut Findings) {
    let places = standing(ctx.lab);
    for (zone, of) in &ctx.lab.dns {
        for record in &of.records {
            let Some((name, address)) = read(record) else {
                continue;
            };
            let owner = places.iter().find(|(o, _)| meant(name, zone, &o.name));
            let Some((owner, _)) = owner.filter(|(o, _)| !is_service(ctx.lab, &o.name, zone))
            else {
                continue;
            };
            let d = judge(rule, ctx, (owner, &places), (zone, record, address));
            d.into_iter().for_each(|d| out.add(dns_zone(zone), d));
        }
    }
}

/// The container that has an address beside the machines.
fn container(ctx: &Context<'_>, address: IpAddr) -> Option<String> {
    let all = fixed(ctx.lab, ctx.projects);
    let mut here = all.iter().filter(|f| f.active && f.network.lan.is_some());
    Some(here.find(|f| f.address == Some(address))?.title())
}

fn read(record: &DnsRecord) -> Option<(&str, IpAddr)> {
    let kind = record.r#type.known()?;
    if !matches!(kind, RecordType::A | RecordType::Aaaa) {
        return None;
    }
    Some((record.name.known()?, record.value.known()?.parse().ok()?))
}

/// The record is called as the machine is, with or without the zone.
fn meant(name: &str, zone: &str, machine: &str) -> bool {
    let name = name.trim_end_matches('.').to_lowercase();
    let zone = zone.trim_end_matches('.').to_lowercase();
    let short = name.strip_suffix(&zone).and_then(|n| n.strip_suffix('.'));
    short.unwrap_or(&name).eq_ignore_ascii_case(machine)
}

/// People ask for a service by this name, which may be reached elsewhere (at a proxy).
fn is_service(lab: &Lab, name: &str, zone: &str) -> bool {
    let full = format!("{name}.{}", zone.trim_end_matches('.'));
    lab.services.iter().any(|(service, s)| {
        let url = s.url.known().is_some_and(|u| is_host(&u.0, &full));
        let mut hosts = s.exposures.iter().filter_map(|e| e.host.known());
        service.eq_ignore_ascii_case(name) || url || hosts.any(|h| h.0.eq_ignore_ascii_case(&full))
    })
}

/// The host that a URL names.
fn is_host(url: &str, name: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    host.trim_end_matches('.').eq_ignore_ascii_case(name)
}

fn judge(
    rule: &Rule,
    ctx: &Context<'_>,
    (owner, places): (&ObjectRef, &[(ObjectRef, &str)]),
    (zone, record, address): (&str, &DnsRecord, IpAddr),
) -> Option<diag::Diagnostic> {
    let held = ctx.held();
    let own: Vec<&Held<'_>> = held.iter().filter(|h| h.owner == *owner).collect();
    if own.iter().any(|h| h.address == address) {
        return None;
    }
    let (network, _) = ctx.lab.networks.iter().find(|(name, net)| {
        let mut here = places.iter().filter(|(o, n)| o == owner && n == name);
        here.next().is_some() && subnet(net).is_some_and(|s| s.contains(&address))
    })?;
    let called = format!("{} '{}'", owner.kind.word(), owner.name);
    let span = record.value.as_ref().map_or(record.span, |v| v.span);
    let Some(there) = own.iter().find(|h| h.network == network.as_str()) else {
        let d = rule.unknown(format!(
            "whether {address}, to which '{}' in DNS zone '{zone}' leads, is {called}",
            owner.name
        ));
        return Some(
            d.at(span, format!("in network '{network}'"))
                .note(format!(
                    "the address of {called} in network '{network}' is not known"
                ))
                .help(format!("declare it: 'addresses: {{{network}: {address}}}'")),
        );
    };
    let machine = held.iter().find(|h| h.address == address);
    let machine = machine.map(|h| format!("{} '{}'", h.owner.kind.word(), h.owner.name));
    let other = machine.or_else(|| container(ctx, address));
    let whose = other.clone().unwrap_or("nothing declared".to_owned());
    // What leads to another machine of the lab mostly does so on purpose, to a proxy; an address of nobody is left from before.
    let severity = match other {
        Some(_) => Severity::Info,
        None => Severity::Warning,
    };
    let d = rule
        .with(
            severity,
            format!(
                "'{}' in DNS zone '{zone}' is {address}, and {called} is {}",
                owner.name, there.address
            ),
        )
        .at(span, format!("of {whose}"))
        .and_at(there.span, format!("of {called}"))
        .note(format!("addresses of {called}: {}, this one among them: 0", own.len()))
        .help("correct the record, or the address of the machine; if the name leads elsewhere on purpose (to a proxy), waive this");
    Some(d)
}
