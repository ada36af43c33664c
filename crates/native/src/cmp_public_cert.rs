//! A certificate that is asked of a public authority, for a name that none may vouch for.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Sources: CA/Browser Forum, Baseline Requirements, "Internal Name"; RFC 6762 (.local), RFC 8375 (home.arpa), RFC 6761 (.test and others);
/// doc.traefik.io, "ACME" (`caServer` is Let's Encrypt if nothing is said).
pub const RULE: Rule = Rule {
    id: "cmp-public-cert",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A proxy asks a public authority for the certificate of a name that exists in no public DNS.",
    rationale: "A public authority signs only names that it can look up from outside: not .local, .internal or home.arpa, and no suffix that somebody made up. Traefik asks in vain, again and again, and serves a \
        certificate that no browser trusts, until people have learnt to click warnings away.",
    example: "labels: {'traefik.http.routers.wiki.rule': 'Host(`wiki.home.arpa`)', 'traefik.http.routers.wiki.tls.certresolver': letsencrypt}",
    controls: &["ISO 27001:2022 A.8.24"],
    mend: Mend::None(
        "a name of a domain of one's own, or an authority of one's own, is a decision",
    ),
    run,
};

/// Suffixes that no public authority can look up.
const PRIVATE: [&str; 15] = [
    "local",
    "internal",
    "home.arpa",
    "lan",
    "home",
    "corp",
    "intranet",
    "private",
    "localdomain",
    "homelab",
    "domain",
    "localhost",
    "test",
    "invalid",
    "example",
];

/// Whom a resolver of Traefik asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Authority {
    /// One whose certificates browsers trust.
    Public,
    /// One of the lab's own.
    Own,
}

/// A router of Traefik, as labels have it.
#[derive(Debug, Default)]
struct Router<'a> {
    resolver: Option<(&'a str, Span)>,
    names: Vec<(String, Span)>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut resolvers: Option<FxHashMap<String, Authority>> = None;
    for container in ctx.containers() {
        let routers = routers(&container);
        if routers.is_empty() {
            continue;
        }
        let resolvers = resolvers.get_or_insert_with(|| self::resolvers(ctx));
        for (name, router) in &routers {
            if let Some(d) = judge(&container, name, router, resolvers) {
                out.add(container.object(), d);
            }
        }
    }
}

/// Those of its labels that name both a resolver and hosts.
fn routers<'a>(container: &Container<'a>) -> BTreeMap<&'a str, Router<'a>> {
    let mut out: BTreeMap<&str, Router<'_>> = BTreeMap::new();
    for (label, value) in &container.service.labels {
        let of = ["traefik.http.routers.", "traefik.tcp.routers."];
        let rest = of.iter().find_map(|start| label.strip_prefix(start));
        let Some((name, key)) = rest.and_then(|r| r.split_once('.')) else {
            continue;
        };
        if value.value.is_hidden() || !container.project.is_settled(value.span) {
            continue;
        }
        let (text, router) = (value.value.expose(), out.entry(name).or_default());
        match key.to_ascii_lowercase().as_str() {
            "tls.certresolver" => router.resolver = Some((text, value.span)),
            "rule" => router.names.extend(hosts(text).map(|h| (h, value.span))),
            key if key.starts_with("tls.domains[") => {
                let names = text.split(',').map(|n| n.trim().to_owned());
                router.names.extend(names.map(|n| (n, value.span)));
            }
            _ => {}
        }
    }
    out.retain(|_, r| r.resolver.is_some() && !r.names.is_empty());
    out
}

/// The names in ``Host(`a`, `b`)`` and ``HostSNI(`a`)``.
fn hosts(rule: &str) -> impl Iterator<Item = String> {
    let calls = rule.split("Host").skip(1);
    let inner = calls.filter_map(|call| {
        let call = call.strip_prefix("SNI").unwrap_or(call);
        call.trim_start().strip_prefix('(')?.split(')').next()
    });
    let quoted = inner.flat_map(|inner| inner.split(['`', '"', '\'']).skip(1).step_by(2));
    quoted.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// What the commands and environments of all containers say of resolvers; names are told apart without regard to case, as Traefik has them.
fn resolvers(ctx: &Context<'_>) -> FxHashMap<String, Authority> {
    let mut out = FxHashMap::default();
    let mut add = |key: &str, separator: char, value: &str| {
        let key = key.to_ascii_lowercase();
        let mut parts = key.split(separator);
        if parts.next() != Some("certificatesresolvers") {
            return;
        }
        let (Some(name), Some("acme")) = (parts.next(), parts.next()) else {
            return;
        };
        let server = parts.next() == Some("caserver");
        let entry = out.entry(name.to_owned()).or_insert(Authority::Public);
        if server {
            *entry = authority(value);
        }
    };
    for container in ctx.containers() {
        let told = [&container.service.command, &container.service.entrypoint];
        let words = told.into_iter().flatten().flat_map(|c| &c.words);
        for word in words.map(|w| w.expose()) {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            if let Some(key) = key.strip_prefix("--") {
                add(key, '.', value);
            }
        }
        for (key, value) in &container.service.environment {
            if let (Some(key), Some(value)) = (key.strip_prefix("TRAEFIK_"), &value.value) {
                add(key, '_', value.expose());
            }
        }
    }
    out
}

/// By the address of its directory.
fn authority(server: &str) -> Authority {
    const KNOWN: [&str; 6] = [
        "letsencrypt.org",
        "zerossl.com",
        "pki.goog",
        "buypass.com",
        "ssl.com",
        "sectigo.com",
    ];
    let host = server.split_once("://").map_or(server, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let is = |known: &&str| host == *known || host.ends_with(&format!(".{known}"));
    match server.is_empty() || KNOWN.iter().any(is) {
        true => Authority::Public,
        false => Authority::Own,
    }
}

/// Why no public authority signs it.
fn private(name: &str) -> Option<String> {
    let name = name.trim_end_matches('.').to_lowercase();
    if name.is_empty() || name.parse::<core::net::IpAddr>().is_ok() {
        return None;
    }
    if !name.contains('.') {
        return Some("a name without a domain".to_owned());
    }
    let ends = |suffix: &&str| name.ends_with(&format!(".{suffix}"));
    let suffix = PRIVATE.iter().find(|s| ends(s))?;
    Some(format!("'.{suffix}' is in no public DNS"))
}

fn judge(
    container: &Container<'_>,
    router: &str,
    asked: &Router<'_>,
    resolvers: &FxHashMap<String, Authority>,
) -> Option<Diagnostic> {
    let (resolver, span) = asked.resolver?;
    let bad: Vec<_> = asked
        .names
        .iter()
        .filter_map(|(name, at)| Some((name, *at, private(name)?)))
        .collect();
    let (name, at, why) = bad.first()?;
    let whom = match resolvers.get(&resolver.to_ascii_lowercase()) {
        Some(Authority::Own) => return None,
        Some(Authority::Public) => "a public authority",
        None => {
            let d = RULE.unknown(format!(
                "whether a public authority is asked for a certificate of '{name}'"
            ));
            let d = d.at(span, "").note(format!(
                "no command and no environment of a container says what '{resolver}' is; router '{router}' of {}",
                container.title()
            ));
            return Some(d);
        }
    };
    let d = RULE
        .finding(format!(
            "router '{router}' of {} asks {whom} for a certificate of '{name}', and {why}",
            container.title()
        ))
        .at(*at, "signed by no public authority")
        .and_at(span, format!("resolver '{resolver}'"))
        .note(format!(
            "names: {}, of which none can be had for {}",
            asked.names.len(),
            bad.len()
        ))
        .of_each(bad.iter().map(|(n, ..)| (*n).clone()));
    Some(d.help("take a name below a domain of your own and prove it by DNS (dnschallenge), or ask an authority of your own: '--certificatesresolvers.….acme.caserver=https://…'"))
}
