//! Records of one zone that a server refuses, or that lead nowhere.

mod names;
mod target;

use crate::context::dns_zone;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::network::{DnsZone, RecordType};
use names::{Entry, Zone, Zones};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-dns-record",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Records of a DNS zone contradict each other, go round in a circle, lead to a name that is not there or may not be led to, or stand under another name than is meant.",
    rationale: "RFC 1034 (3.6.2) has nothing beside a CNAME record, and the zone's own name has always something beside it: a server refuses the record, or the whole zone with it. \
        Aliases in a circle, and names of nothing in CNAME, MX, NS, SRV and PTR records, are answered, with no address; MX, NS and SRV lead to names that have an address themselves, and to no alias (RFC 2181, 10.3, RFC 2782). In a zone, a name without a dot at its end is completed with that of the zone: \
        'nas.home.arpa' in 'home.arpa' is asked for as 'nas.home.arpa.home.arpa'.",
    example: "dns: {home.arpa: {records: [{name: a, type: CNAME, value: b}, {name: b, type: CNAME, value: a}]}}",
    controls: &["CIS v8 4.9", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("which of the records is meant is known to their owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let zones = Zones::of(ctx.lab);
    let leased = leased(ctx.lab);
    for zone in zones.iter() {
        let mut found = written(zone.name, zone.declared);
        found.extend(beside(zone));
        found.extend(zone.entries.iter().filter_map(|e| numbers(zone.name, e)));
        found.extend(twice(zone));
        found.extend(circles(&zones, zone));
        let mut values: Vec<&Entry<'_>> = zone.entries.iter().collect();
        values.sort_by_key(|e| e.record.span);
        found.extend(values.into_iter().filter_map(|e| {
            target::address(zone, e)
                .or_else(|| target::nowhere(&zones, &leased, zone, e))
                .or_else(|| target::alias(&zones, zone, e))
                .or_else(|| target::another(&zones, zone, e))
        }));
        for d in found {
            out.add(dns_zone(zone.name), d);
        }
    }
}

/// The networks that hand out addresses, by the domain of their names.
fn leased(lab: &Lab) -> BTreeMap<String, &str> {
    let all = lab
        .networks
        .iter()
        .filter(|(_, net)| net.about.dhcp.is_some());
    let of = all.filter_map(|(name, net)| {
        Some((net.about.domain.known()?.0.to_lowercase(), name.as_str()))
    });
    of.collect()
}

/// Names that are completed to others, and names of other zones.
fn written(zone: &str, of: &DnsZone) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for record in &of.records {
        let Some(given) = record.name.as_ref() else {
            continue;
        };
        let Some(name) = given.value() else { continue };
        let short = names::within(zone, name);
        let d = match (short, name.ends_with('.')) {
            (Some(short), false) => RULE
                .with(
                    Severity::Warning,
                    format!("the record '{name}' in DNS zone '{zone}' is one for '{name}.{zone}'"),
                )
                .at(given.span, "is completed with the name of the zone")
                .help(format!(
                    "write '{short}', or '{name}.' with a dot at its end"
                )),
            (None, true) => RULE
                .finding(format!("the record '{name}' is not in DNS zone '{zone}'"))
                .at(given.span, "the dot at its end makes it the whole name")
                .help("declare it in the zone that it belongs to, or leave the dot away"),
            _ => continue,
        };
        out.push(d);
    }
    out
}

/// The numbers before the name in an MX or SRV record are such.
fn numbers(zone: &str, entry: &Entry<'_>) -> Option<Diagnostic> {
    let form: &[&str] = match entry.kind {
        RecordType::Mx => &["preference"],
        RecordType::Srv => &["priority", "weight", "port"],
        _ => return None,
    };
    let parts: Vec<&str> = entry.value.split_whitespace().collect();
    let (_, given) = parts.split_last()?;
    let bad = form.iter().zip(given);
    let mut bad = bad.filter(|(_, text)| text.parse::<u16>().is_err());
    let what = match bad.next() {
        Some((what, text)) => format!("whose {what} is '{text}'"),
        None if given.len() > form.len() => format!("with {} numbers before the name", given.len()),
        // Of mail alone the number is often left out.
        None if given.len() < form.len() && entry.kind == RecordType::Srv => {
            format!("without {}", form.get(given.len()..)?.join(" and "))
        }
        None => return None,
    };
    let kind = entry.kind.word();
    let d = RULE.finding(format!(
        "'{}' in DNS zone '{zone}' has a record of type {kind} {what}",
        entry.owner
    ));
    let d = d.at(entry.value_span(), "a server refuses it");
    Some(d.help(format!(
        "write '{} NAME', each a number from 0 to 65535",
        form.join(" ").to_uppercase()
    )))
}

/// An alias has nothing else.
fn beside(of: &Zone<'_>) -> Vec<Diagnostic> {
    let zone = of.name;
    let mut out = Vec::new();
    let mut told = BTreeSet::new();
    for alias in of.entries.iter().filter(|e| e.kind == RecordType::Cname) {
        if !told.insert(alias.owner.as_str()) {
            continue;
        }
        let others: Vec<&Entry<'_>> = of.of(&alias.owner).filter(|e| !e.is_same(alias)).collect();
        let d = match (others.first(), alias.owner.as_str()) {
            (Some(other), owner) => RULE
                .finding(format!(
                    "'{owner}' in DNS zone '{zone}' is another name for '{}', and has a record of type {} beside it",
                    alias.value,
                    other.kind.word()
                ))
                .at(alias.span(), "nothing else may stand beside it")
                .and_at(other.span(), "stands beside it")
                .note(format!("records of '{owner}': 1 CNAME + {} = {}", others.len(), others.len() + 1))
                .help(format!("keep the CNAME record alone, or the others without it; for both, give '{}' and '{owner}' the same records", alias.value)),
            (None, "@") => RULE
                .finding(format!("DNS zone '{zone}' itself is made another name for '{}'", alias.value))
                .at(alias.span(), "a zone has records of its own (SOA, NS), and nothing may stand beside a CNAME")
                .help("give the zone the address itself (A, AAAA)"),
            _ => continue,
        };
        out.push(d);
    }
    out
}

/// One record, written twice.
fn twice(of: &Zone<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut seen: BTreeMap<(&str, &str, &str), &Entry<'_>> = BTreeMap::new();
    for entry in &of.entries {
        let key = (
            entry.owner.as_str(),
            entry.kind.word(),
            entry.means.as_str(),
        );
        let Some(first) = seen.get(&key) else {
            seen.insert(key, entry);
            continue;
        };
        let ttl = |e: &Entry<'_>| e.record.ttl.known().map(|t| t.seconds());
        let note = match (ttl(first), ttl(entry)) {
            (one, other) if one == other => "the same record twice is one record (RFC 2181, 5)",
            _ => {
                "they may be remembered for different times, and a server knows one for all of a name and type (RFC 2181, 5.2)"
            }
        };
        let d = RULE
            .with(
                Severity::Warning,
                format!(
                    "the {} record of '{}' in DNS zone '{}' stands there twice",
                    entry.kind.word(),
                    entry.owner,
                    of.name
                ),
            )
            .at(entry.span(), "once more")
            .and_at(first.span(), "first here")
            .note(note)
            .help("take one of them away, or correct its name or value");
        out.push(d);
    }
    out
}

/// Where each alias leads within the zone.
fn aliases<'z>(zones: &Zones<'_>, of: &'z Zone<'_>) -> BTreeMap<&'z str, (String, &'z Entry<'z>)> {
    let cnames = of.entries.iter().filter(|e| e.kind == RecordType::Cname);
    let led = cnames.filter_map(|e| {
        let target = zones.target(of, e.value)?;
        let own = core::ptr::eq(target.zone, of);
        own.then_some((e.owner.as_str(), (target.name, e)))
    });
    led.collect()
}

fn circles(zones: &Zones<'_>, of: &Zone<'_>) -> Vec<Diagnostic> {
    let (zone, aliases) = (of.name, aliases(zones, of));
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    for start in aliases.keys() {
        let mut way: Vec<&str> = Vec::new();
        let mut at = *start;
        while !done.contains(at)
            && let Some((owner, (next, _))) = aliases.get_key_value(at)
        {
            done.insert(owner);
            way.push(owner);
            at = next;
        }
        let Some(from) = way.iter().position(|w| *w == at) else {
            continue;
        };
        let round = way.get(from..).unwrap_or_default();
        let Some((_, entry)) = aliases.get(at) else {
            continue;
        };
        let mut d = RULE
            .finding(match round {
                [one] => format!("'{one}' in DNS zone '{zone}' is another name for itself"),
                _ => format!(
                    "aliases in DNS zone '{zone}' go round in a circle, from '{at}' to '{at}'"
                ),
            })
            .at(entry.span(), "leads back to itself");
        for (_, next) in round.iter().skip(1).filter_map(|w| aliases.get(w)) {
            d = d.and_at(next.span(), "by way of this");
        }
        let mut words: Vec<&str> = round.to_vec();
        words.push(at);
        out.push(
            d.note(words.join(" -> "))
                .help("give one of them the address (A, AAAA), or the name of what has it"),
        );
    }
    out
}
