//! A domain that is not the lab's to use.

use crate::context::{dns_zone, network, service};
use crate::wording::count;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::id::ObjectRef;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "net-dns-tld",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Names of the lab end in .local, which belongs to multicast DNS, or in a suffix that nobody reserved.",
    rationale: "RFC 6762 gives .local to multicast DNS: many systems never ask a name server for it, or wait seconds until they do, and no public authority issues certificates for \
        it. Suffixes that are only unused today can be sold tomorrow. For the home there is home.arpa (RFC 8375), for private networks .internal (reserved by ICANN in 2024), and a subdomain of a domain \
        of one's own, which alone can have public certificates.",
    example: "dns: {homelab.local: {kind: authoritative, primary: dns1}}",
    controls: &["CIS v8 4.9"],
    mend: Mend::None("a new name of the zone changes every machine in it"),
    run,
};

/// Suffixes that are in use but neither delegated nor reserved, among them those of RFC 6762 appendix G.
const UNRESERVED: [&str; 9] = [
    "lan",
    "home",
    "corp",
    "mail",
    "intranet",
    "private",
    "localdomain",
    "homelab",
    "domain",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut domains: BTreeMap<String, Vec<(ObjectRef, Span)>> = BTreeMap::new();
    let mut seen = |text: &str, object: ObjectRef, span: Span| {
        let name = host(text).to_lowercase();
        let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
        let Some(top) = labels.last() else { return };
        let domain = match labels.as_slice() {
            [.., second, top] => format!("{second}.{top}"),
            _ => (*top).to_owned(),
        };
        let whole = labels.len() > 1 || object.kind != model::id::Kind::Service;
        if whole && (*top == "local" || UNRESERVED.contains(top)) {
            domains.entry(domain).or_default().push((object, span));
        }
    };
    for (name, zone) in &ctx.lab.dns {
        seen(name, dns_zone(name), zone.span);
    }
    for (name, net) in &ctx.lab.networks {
        if let Some(domain) = net.about.domain.as_ref() {
            domain
                .value()
                .into_iter()
                .for_each(|d| seen(&d.0, network(name), domain.span));
        }
    }
    for (name, s) in &ctx.lab.services {
        if let Some(url) = s.url.as_ref() {
            url.value()
                .into_iter()
                .for_each(|u| seen(&u.0, service(name), url.span));
        }
        for e in s.exposures.iter().filter_map(|e| e.host.as_ref()) {
            e.value()
                .into_iter()
                .for_each(|h| seen(&h.0, service(name), e.span));
        }
    }
    for (domain, places) in domains {
        let Some((object, span)) = places.first().cloned() else {
            continue;
        };
        let local = domain == "local" || domain.ends_with(".local");
        let (severity, what, label) = match local {
            true => (
                Severity::Warning,
                "which belongs to multicast DNS",
                "RFC 6762: asked by multicast, not of a name server",
            ),
            false => (
                Severity::Info,
                "which nobody reserved for private use",
                "may be given to somebody else",
            ),
        };
        let mut d = RULE
            .with(
                severity,
                format!("names of the lab end in '{domain}', {what}"),
            )
            .at(span, label);
        for (_, other) in places.iter().skip(1).take(3) {
            d = d.and_at(*other, "also used here");
        }
        d = d
            .note(format!("'{domain}' is used in {}", count(places.len(), "place")))
            .help("take home.arpa, .internal, or a subdomain of a domain of your own, which can also have public certificates");
        out.add(object, d);
    }
}

/// The host part of a URL, or the name itself.
fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let name = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    match name.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => name,
    }
}
