//! Names that lead nowhere, or to something else.

mod machine;

use crate::addresses::{Held, Subnets, is_private, reserved, standing};
use crate::context::{called, dns_zone, network};
use crate::standing::called_away;
use crate::{Context, Findings, Mend, Rule};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use diag::Severity;
use model::declare::{OptExt as _, Or};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::network::RecordType;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-dns-address",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A DNS record is no address of its type, another one than that of the machine of its name, that of a machine that is planned or gone, or one of no network of the lab or of nothing declared; or a network asks a name server that nothing in the lab is.",
    rationale: "RFC 1035 has an IPv4 address in an A record, RFC 3596 an IPv6 address in an AAAA record; a server refuses anything else, some with \
        the whole zone. A record that was left behind when a machine moved leads to whatever has the address now. A name server that nobody is makes every look-up wait until it has timed out.",
    example: "dns: {home.arpa: {records: [{name: nas, type: A, value: 10.30.0.999}]}}",
    controls: &["CIS v8 4.9", "ISO 27001:2022 A.8.20"],
    mend: Mend::None("which address is meant is known to its owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, zone) in &ctx.lab.dns {
        for record in &zone.records {
            let Some((kind, value)) = record.r#type.known().zip(record.value.known()) else {
                continue;
            };
            let wanted = match kind {
                RecordType::A if value.parse::<Ipv4Addr>().is_err() => "an IPv4 address",
                RecordType::Aaaa if value.parse::<Ipv6Addr>().is_err() => "an IPv6 address",
                _ => continue,
            };
            let (who, kind) = (record.name.known().map_or("?", String::as_str), kind.word());
            let span = record.value.as_ref().map_or(record.span, |v| v.span);
            let d = RULE
                .finding(format!("the {kind} record of '{who}' in DNS zone '{name}' is '{value}', which is not {wanted}"))
                .at(span, format!("{wanted} belongs here"))
                .help(match (kind, value.parse::<IpAddr>()) {
                    ("A", Ok(_)) => "make it an AAAA record, or give the IPv4 address",
                    ("AAAA", Ok(_)) => "make it an A record, or give the IPv6 address",
                    _ => "give the address, or make it a CNAME record if another name is meant",
                });
            out.add(dns_zone(name), d);
        }
    }
    machine::run(&RULE, ctx, out);
    servers(ctx, out);
}

/// Private name servers within the lab's own networks, whose machines are all declared with addresses.
fn servers(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let held = ctx.held();
    let subnets = Subnets::of(lab);
    let told = told(ctx);
    let kept = kept(lab, held);
    let open = without_address(lab, held);
    for (name, asked) in &lab.networks {
        for server in &asked.about.dns {
            let Or::Word(address) = &server.value else {
                continue;
            };
            let ip = address.0;
            let gone = kept.get(&ip);
            if let Some((there, who)) = gone.and_then(|h| Some((h, called_away(lab, &h.owner)?))) {
                let d = RULE
                    .with(
                        Severity::Warning,
                        format!("network '{name}' asks name server {ip}, the address of {who}"),
                    )
                    .at(server.span, "answers nobody")
                    .and_at(there.span, "has this address")
                    .help("name the server that is asked today");
                out.add(network(name), d);
                continue;
            }
            let inside = subnets.with(ip).next();
            let Some(there) = inside.filter(|_| is_private(ip) && !told.contains(&ip)) else {
                continue;
            };
            if let Some(who) = open.get(there).map(called) {
                let d = RULE
                    .unknown(format!(
                        "whether {ip}, the name server that network '{name}' asks, is {who}"
                    ))
                    .at(server.span, format!("an address of network '{there}'"))
                    .help(format!("declare the address of {who} in network '{there}'"));
                out.add(network(name), d);
                continue;
            }
            let d = RULE
                .with(Severity::Warning, format!("network '{name}' asks name server {ip}, and nothing declared has that address"))
                .at(server.span, format!("an address of network '{there}'"))
                .note(format!("addresses declared: {}, this one among them: 0", held.len()))
                .help("correct the address, or declare what has it ('addresses', or 'resolvers')");
            out.add(network(name), d);
        }
    }
}

/// Addresses that only something has which is not in use.
fn kept<'a>(lab: &'a Lab, held: &[Held<'_>]) -> BTreeMap<IpAddr, Held<'a>> {
    let kept = reserved(lab).into_iter().map(|h| (h.address, h));
    let mut kept: BTreeMap<IpAddr, Held<'a>> = kept.collect();
    if !kept.is_empty() {
        held.iter().for_each(|h| {
            kept.remove(&h.address);
        });
    }
    kept
}

/// Addresses that something declared has, or that a container answers on.
fn told(ctx: &Context<'_>) -> BTreeSet<IpAddr> {
    let lab = ctx.lab;
    let resolvers = lab.resolvers.iter().filter_map(|r| r.address.known());
    let mut out: BTreeSet<IpAddr> = resolvers.map(|a| a.0).collect();
    out.extend(lab.networks.values().filter_map(crate::addresses::gateway));
    out.extend(ctx.held().iter().map(|h| h.address));
    let fixed = crate::container_addresses::fixed(lab, ctx.projects).into_iter();
    let own = fixed.filter(|f| f.active && f.network.lan.is_some());
    out.extend(own.filter_map(|f| f.address));
    let ports = ctx.containers().flat_map(|c| &c.service.ports);
    out.extend(ports.filter_map(|p| p.host_ip));
    out
}

/// Somebody who stands in a network with an address there that is not known.
fn without_address<'a>(lab: &'a Lab, held: &[Held<'_>]) -> BTreeMap<&'a str, ObjectRef> {
    let has: BTreeSet<(&ObjectRef, &str)> = held.iter().map(|h| (&h.owner, h.network)).collect();
    let mut out = BTreeMap::new();
    for (owner, network) in standing(lab) {
        if !has.contains(&(&owner, network)) {
            out.entry(network).or_insert(owner);
        }
    }
    out
}
