//! A certificate that is asked of a public authority, for a name that none may vouch for.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use proxies::{Authority, Proxies};
use std::collections::BTreeMap;

mod proxies;

/// Sources: CA/Browser Forum, Baseline Requirements, "Internal Name"; RFC 6762 (.local), RFC 8375 (home.arpa), RFC 6761 (.test and others);
/// doc.traefik.io, "ACME" (`caServer` is Let's Encrypt if nothing is said; `tls.domains` instead of the rule's hosts), "Router TLS replaces entrypoint TLS" (what an entry point has counts for
/// routers that say nothing of TLS), and `exposedByDefault` of the Docker provider.
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

/// A router of Traefik, as labels have it.
#[derive(Debug, Default)]
struct Router<'a> {
    resolver: Option<(&'a str, Span)>,
    /// Something is said of TLS, which replaces what its entry points have.
    own_tls: bool,
    /// Entry points have nothing for those of TCP.
    http: bool,
    entry_points: Option<&'a str>,
    /// Of its rule.
    hosts: Vec<(String, Span)>,
    /// Where there are some, they are asked for instead.
    domains: Vec<(String, Span)>,
}

/// A certificate that is asked for.
struct Asked<'s> {
    /// Who does.
    who: String,
    resolver: &'s str,
    /// Where the resolver is chosen, and what that is.
    span: Span,
    chosen: String,
    names: &'s [(String, Span)],
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let proxies = Proxies::of(ctx);
    for proxy in &proxies.all {
        for (name, entry) in &proxy.entry_points {
            let Some((resolver, span)) = &entry.resolver else {
                continue;
            };
            let asked = Asked {
                who: format!("entry point '{name}' of {}", proxy.container.title()),
                resolver,
                span: *span,
                chosen: format!("resolver '{resolver}'"),
                names: &entry.domains,
            };
            let d = judge(&asked, &proxies);
            d.into_iter()
                .for_each(|d| out.add(proxy.container.object(), d));
        }
    }
    for container in ctx.containers() {
        let routers = routers(&container);
        if routers.is_empty() || !proxies.sees(&container) {
            continue;
        }
        for (name, router) in &routers {
            let asked = asked(&container, name, router, &proxies);
            let d = asked.and_then(|asked| judge(&asked, &proxies));
            d.into_iter().for_each(|d| out.add(container.object(), d));
        }
    }
}

/// Those of its labels.
fn routers<'a>(container: &Container<'a>) -> BTreeMap<&'a str, Router<'a>> {
    let mut out: BTreeMap<&str, Router<'_>> = BTreeMap::new();
    for (label, value) in &container.service.labels {
        let http = label.strip_prefix("traefik.http.routers.");
        let rest = http.or_else(|| label.strip_prefix("traefik.tcp.routers."));
        let Some((name, key)) = rest.and_then(|r| r.split_once('.')) else {
            continue;
        };
        let router = out.entry(name).or_default();
        router.http |= http.is_some();
        let key = key.to_ascii_lowercase();
        router.own_tls |= key == "tls" || key.starts_with("tls.");
        if value.value.is_hidden() || !container.project.is_settled(value.span) {
            continue;
        }
        let text = value.value.expose();
        match key.as_str() {
            "tls.certresolver" => router.resolver = Some((text, value.span)),
            "entrypoints" => router.entry_points = Some(text),
            "rule" => router.hosts.extend(hosts(text).map(|h| (h, value.span))),
            key if key.starts_with("tls.domains[") => {
                let names = text.split(',').map(|n| n.trim().to_owned());
                router.domains.extend(names.map(|n| (n, value.span)));
            }
            _ => {}
        }
    }
    out
}

/// What is asked for a router: by its own resolver, else by that of an entry point that has no names of its own.
fn asked<'s>(
    container: &Container<'_>,
    name: &str,
    router: &'s Router<'_>,
    proxies: &'s Proxies<'_>,
) -> Option<Asked<'s>> {
    let who = format!("router '{name}' of {}", container.title());
    let names = match router.domains.is_empty() {
        true => &router.hosts,
        false => &router.domains,
    };
    if let Some((resolver, span)) = router.resolver {
        return Some(Asked {
            who,
            resolver,
            span,
            chosen: format!("resolver '{resolver}'"),
            names,
        });
    }
    if router.own_tls || !router.http {
        return None;
    }
    let points = proxies.entry_points(container, router.entry_points);
    let mut points = points.into_iter().filter(|(_, e)| e.domains.is_empty());
    points.find_map(|(point, entry)| {
        let (resolver, span) = entry.resolver.as_ref()?;
        Some(Asked {
            who: who.clone(),
            resolver,
            span: *span,
            chosen: format!("resolver '{resolver}' of entry point '{point}'"),
            names,
        })
    })
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

fn judge(asked: &Asked<'_>, proxies: &Proxies<'_>) -> Option<Diagnostic> {
    let Asked { who, resolver, .. } = asked;
    let bad: Vec<_> = asked
        .names
        .iter()
        .filter_map(|(name, at)| Some((name, *at, private(name)?)))
        .collect();
    let (name, at, why) = bad.first()?;
    match proxies.authority(resolver) {
        Some(Authority::Own) => return None,
        Some(Authority::Public) => {}
        None => {
            let d = RULE.unknown(format!(
                "whether a public authority is asked for a certificate of '{name}'"
            ));
            let d = d.at(asked.span, "").note(format!(
                "no command and no environment of a container says what '{resolver}' is; {who}"
            ));
            return Some(d);
        }
    }
    let d = RULE
        .finding(format!(
            "{who} asks a public authority for a certificate of '{name}', and {why}"
        ))
        .at(*at, "signed by no public authority");
    let d = match asked.span == *at {
        true => d,
        false => d.and_at(asked.span, asked.chosen.clone()),
    };
    let d = d
        .note(format!(
            "names: {}, of which none can be had for {}",
            asked.names.len(),
            bad.len()
        ))
        .of_each(bad.iter().map(|(n, ..)| (*n).clone()));
    Some(d.help("take a name below a domain of your own and prove it by DNS (dnschallenge), or ask an authority of your own: '--certificatesresolvers.….acme.caserver=https://…'"))
}
