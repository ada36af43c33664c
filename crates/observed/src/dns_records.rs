//! Declared DNS records that their name server answers otherwise.

use crate::look::part;
use crate::names::{KIND, NameServer, all, texts};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::Severity;
use graph::context::dns_zone;
use graph::observation::plain;
use graph::reach::machines;
use model::declare::OptExt as _;
use model::lab::network::{DnsRecord, DnsZone, RecordType};

pub const RULE: Rule = Rule {
    id: "dns-records",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A declared DNS record is missing in the server that has its zone, or leads to another address.",
    rationale: "Names are what everything else of a lab is reached by. A record that was changed by hand in the server, or in the lab tree alone, sends people and backups to a machine that is not there any more, or to another one.",
    example: "dns: {home.arpa: {primary: pihole, records: [{name: nas, type: A, value: 192.168.1.5}]}}   # and the Pi-hole has nas.home.arpa as 192.168.1.9",
    controls: &["CIS v8 4.9", "ISO 27001:2022 A.8.9"],
    mend: Mend::None("which of the two is right is known to who changed it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    if ctx.lab.dns.values().all(|z| z.records.is_empty()) {
        return;
    }
    let servers = all(ctx, |_| {});
    for (name, zone) in &ctx.lab.dns {
        let answering = zone.primary.known().map(|p| machines(ctx.lab, &p.0.object));
        let Some(answering) = answering else { continue };
        for machine in &answering {
            let asked = |s: &&NameServer<'_, '_>| s.look.object == *machine && s.is_asked();
            let here: Vec<&NameServer<'_, '_>> = servers.iter().filter(asked).collect();
            held_against(name, zone, &here, out);
        }
        unseen(ctx, name, &answering, out);
    }
}

/// A machine that has a zone, and whose name server is not known.
fn unseen(
    ctx: &Context<'_>,
    zone: &str,
    answering: &std::collections::BTreeSet<model::id::ObjectRef>,
    out: &mut Findings,
) {
    for (look, _) in crate::look::hosts(ctx) {
        if answering.contains(&look.object) {
            let what = format!("answers the names of DNS zone '{zone}' as they are declared");
            look.unseen(&RULE, KIND, &what, out);
        }
    }
}

/// A record is there if one of the servers of a machine has it: which of them is asked, the others may hide.
fn held_against(
    zone_name: &str,
    zone: &DnsZone,
    servers: &[&NameServer<'_, '_>],
    out: &mut Findings,
) {
    // Whoever it is passed on to answers for it.
    let passed_on = |server: &NameServer<'_, '_>| {
        texts(server.value, "forwards").into_iter().any(|f| {
            let domain = f.split(' ').next().unwrap_or(f);
            domain.eq_ignore_ascii_case(zone_name.trim_end_matches('.'))
        })
    };
    if servers.iter().any(|s| passed_on(s)) {
        return;
    }
    for record in &zone.records {
        let (Some(name), Some(kind), Some(value)) = (
            record.name.known(),
            record.r#type.known(),
            record.value.known(),
        ) else {
            continue;
        };
        let name = full(name, zone_name);
        let of = |server: &NameServer<'_, '_>| match kind {
            RecordType::A | RecordType::Aaaa => addresses(server, &name, value),
            RecordType::Cname => alias(server, &name, &full(value, zone_name)),
            _ => None,
        };
        let seen: Option<Vec<Vec<String>>> = servers.iter().map(|s| of(s)).collect();
        let Some(seen) = seen else { continue };
        let mut each = servers.iter().zip(&seen);
        let other = each.clone().find(|(_, seen)| !seen.is_empty());
        let Some((server, seen)) = other.or_else(|| each.next()) else {
            continue;
        };
        if server.look.gap(KIND).is_some() && seen.is_empty() {
            continue;
        }
        tell(
            zone_name,
            record,
            (&name, kind.word(), value),
            (server, seen),
            out,
        );
    }
}

/// What an address record is in place of the declared one; empty if the name is not there.
fn addresses(server: &NameServer<'_, '_>, name: &str, value: &str) -> Option<Vec<String>> {
    let wanted: IpAddr = value.parse().ok()?;
    let Some(all) = server.addresses(name) else {
        return Some(Vec::new());
    };
    let parsed: Vec<IpAddr> = all.iter().filter_map(|a| a.parse().ok()).collect();
    let others = parsed.iter().filter(|a| a.is_ipv4() == wanted.is_ipv4());
    let others: Vec<String> = others.map(ToString::to_string).collect();
    (!parsed.contains(&wanted)).then_some(others)
}

fn alias(server: &NameServer<'_, '_>, name: &str, target: &str) -> Option<Vec<String>> {
    match server.target(name) {
        Some(is) if is == target => None,
        Some(is) => Some(vec![is.to_owned()]),
        // An address of its own answers as the alias would, where both lead to the same.
        None => match (server.addresses(name), server.addresses(target)) {
            (Some(own), Some(of_target)) if own == of_target => None,
            (own, _) => Some(
                own.unwrap_or_default()
                    .into_iter()
                    .map(ToOwned::to_owned)
                    .collect(),
            ),
        },
    }
}

fn tell(
    zone: &str,
    record: &DnsRecord,
    (name, kind, value): (&str, &str, &str),
    (server, seen): (&NameServer<'_, '_>, &[String]),
    out: &mut Findings,
) {
    let message = match seen {
        [] => format!(
            "{} has no {kind} record of '{name}', which is declared",
            server.title()
        ),
        seen => format!(
            "{} answers '{name}' with {}, and {value} is declared",
            server.title(),
            plain(&seen.join(", "))
        ),
    };
    let d = RULE
        .finding(message)
        .at(record.span, format!("declared: {value}"))
        .help("change the record in the server, or the declaration");
    out.add(
        dns_zone(zone),
        server.look.dated(d.of(part(name)), KIND, server.key),
    );
}

/// A name with its zone, without the dot at its end.
fn full(name: &str, zone: &str) -> String {
    let zone = zone.trim_end_matches('.').to_ascii_lowercase();
    match name {
        "@" => zone,
        name if name.ends_with('.') => name.trim_end_matches('.').to_ascii_lowercase(),
        name => format!("{}.{zone}", name.to_ascii_lowercase()),
    }
}
