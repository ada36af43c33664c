//! Records of one zone that a server refuses, or that lead nowhere.

mod names;

use crate::context::dns_zone;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::network::{DnsKind, DnsZone, RecordType};
use names::{Entry, entries, is_elsewhere, target};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-dns-record",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Records of a DNS zone contradict each other, go round in a circle, lead to a name that is not there, or stand under another name than is meant.",
    rationale: "RFC 1034 (3.6.2) has nothing beside a CNAME record, and the zone's own name has always something beside it: a server refuses the record, or the whole zone with it. \
        Aliases in a circle and aliases of nothing are answered, with no address. In a zone, a name without a dot at its end is completed with that of the zone: \
        'nas.home.arpa' in 'home.arpa' is asked for as 'nas.home.arpa.home.arpa'.",
    example: "dns: {home.arpa: {records: [{name: a, type: CNAME, value: b}, {name: b, type: CNAME, value: a}]}}",
    controls: &["CIS v8 4.9", "ISO 27001:2022 A.8.20"],
    mend: Mend::DisplayOnly("which of the records is meant is known to their owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, zone) in &ctx.lab.dns {
        let all = entries(name, zone);
        let mut found = written(name, zone);
        found.extend(beside(name, &all));
        found.extend(twice(name, &all));
        found.extend(circles(name, &all));
        found.extend(nowhere(ctx.lab, (name, zone), &all));
        for d in found {
            out.add(dns_zone(name), d);
        }
    }
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

/// An alias has nothing else.
fn beside(zone: &str, all: &[Entry<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut told = BTreeSet::new();
    for alias in all.iter().filter(|e| e.kind == RecordType::Cname) {
        if !told.insert(alias.owner.as_str()) {
            continue;
        }
        let of_name = all.iter().filter(|e| e.owner == alias.owner);
        let others: Vec<&Entry<'_>> = of_name.filter(|e| !e.is_same(alias)).collect();
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
fn twice(zone: &str, all: &[Entry<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (at, entry) in all.iter().enumerate() {
        let Some(first) = all.iter().take(at).find(|e| e.is_same(entry)) else {
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
                    "the {} record of '{}' in DNS zone '{zone}' stands there twice",
                    entry.kind.word(),
                    entry.owner
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
fn aliases<'a>(zone: &str, all: &'a [Entry<'a>]) -> BTreeMap<&'a str, (String, &'a Entry<'a>)> {
    let cnames = all.iter().filter(|e| e.kind == RecordType::Cname);
    let led = cnames.filter_map(|e| Some((e.owner.as_str(), (target(zone, e.value, all)?, e))));
    led.collect()
}

fn circles(zone: &str, all: &[Entry<'_>]) -> Vec<Diagnostic> {
    let aliases = aliases(zone, all);
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

/// Aliases of names that the zone does not have.
fn nowhere(lab: &Lab, (name, zone): (&str, &DnsZone), all: &[Entry<'_>]) -> Vec<Diagnostic> {
    // The records are those that differ from what the server elsewhere says.
    if zone.kind.known() == Some(&DnsKind::Forward) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut aliases: Vec<_> = aliases(name, all).into_values().collect();
    aliases.sort_by_key(|(_, e)| e.record.span);
    for (leads, alias) in aliases {
        if names::is_there(&leads, all) || is_elsewhere(lab, name, &leads, all) {
            continue;
        }
        let (owner, span) = (&alias.owner, alias.value_span());
        let leased = lab.networks.iter().find(|(_, net)| {
            let domain = net.about.domain.known();
            net.about.dhcp.is_some() && domain.is_some_and(|d| d.0.eq_ignore_ascii_case(name))
        });
        let incomplete = zone.records.len() > all.len();
        let why = match (leased, zone.kind.known()) {
            (Some((network, _)), _) => Some(format!(
                "network '{network}' hands out addresses, and its names are in this zone"
            )),
            (None, None) => {
                Some("whether the zone is answered from these records alone is not said".to_owned())
            }
            (None, Some(_)) if incomplete => Some("a record of the zone is not known".to_owned()),
            (None, Some(_)) => None,
        };
        let what = format!("'{owner}' in DNS zone '{name}' is another name for '{leads}'");
        let d = match why {
            Some(why) => RULE
                .unknown(format!("whether there is '{leads}', which '{owner}' in DNS zone '{name}' is another name for"))
                .at(span, "not among the records")
                .note(why),
            None => RULE
                .with(Severity::Warning, format!("{what}, which is not there"))
                .at(span, "not among the records")
                .note(format!("records of zone '{name}': {}, of '{leads}': 0", all.len())),
        };
        out.push(d.help(match zone.kind.known() {
            None => "add a record of that name, or correct the value; write 'kind: authoritative' where these are all records of the zone",
            Some(_) => "add a record of that name, or correct the value; the name of something outside of the zone ends in a dot",
        }));
    }
    out
}
