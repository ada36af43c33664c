//! Two servers hand out addresses in one network.

use crate::look::part;
use crate::names::{KIND, NameServer, all};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::Severity;
use graph::addresses::subnet;
use graph::reach::machines;
use model::declare::OptExt as _;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "dhcp-two-servers",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A name server hands out addresses in a network in which another server is declared to, or does.",
    rationale: "A machine takes the first offer that it gets. Two servers that do not know of each other give one address twice, and different gateways and name servers: then it depends on chance whether a filter works, and whether anything is reached at all.",
    example: "networks: {lan: {subnet: 192.168.1.0/24, dhcp: {server: router}}}   # and a Pi-hole has DHCP switched on, from 192.168.1.100",
    controls: &["CIS v8 12.2", "ISO 27001:2022 A.8.20"],
    mend: Mend::None("which of them should is its owner's choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let what = "hands out addresses in a network where another server does";
    let servers = all(ctx, |look| look.unseen(&RULE, KIND, what, out));
    let handing: Vec<Handing<'_, '_, '_>> = servers
        .iter()
        .filter(|s| s.value.field("dhcp").and_then(Value::as_bool) == Some(true))
        .flat_map(|s| s.ranges().into_iter().map(move |range| (s, range)))
        .filter_map(|(s, range)| Some((s, network(ctx, range.0)?, range)))
        .collect();
    for (at, (server, network, range)) in handing.iter().enumerate() {
        let me = &server.look.object;
        let declared = ctx.lab.networks.get(*network);
        let dhcp = declared.and_then(|n| n.about.dhcp.as_ref());
        let by = dhcp.and_then(|d| d.server.known()).map(|s| &s.0.object);
        let other = by.filter(|by| *by != me && !machines(ctx.lab, by).contains(me));
        let rival = handing
            .iter()
            .take(at)
            .find(|(s, n, _)| n == network && s.look.object != *me);
        let (who, span) = match (other, rival) {
            (Some(by), _) => (
                format!("{} '{}' is declared to", by.kind.word(), by.name),
                dhcp.map(|d| d.span),
            ),
            (None, Some((rival, ..))) => (format!("{} does, too", rival.title()), None),
            (None, None) => continue,
        };
        let d = RULE.finding(format!(
            "{} hands out addresses in network '{network}', and {who}",
            server.title()
        ));
        let d = match span {
            Some(span) => d.at(span, "the declared server"),
            None => d,
        };
        let d = d
            .note(format!("range: {} to {}", range.0, range.1))
            .help(format!("switch one of them off; if {} should, say so: `dhcp: {{server: …}}` of the network", server.product()));
        let d = d.of(part(network));
        out.add(me.clone(), server.look.dated(d, KIND, server.key));
    }
}

/// A range that a server hands out, and the declared network that it lies in.
type Handing<'h, 'c, 'a> = (&'h NameServer<'c, 'a>, &'a str, (&'a str, &'a str));

/// The declared network that a range lies in.
fn network<'a>(ctx: &Context<'a>, from: &str) -> Option<&'a str> {
    let from: IpAddr = from.parse().ok()?;
    let mut networks = ctx.lab.networks.iter();
    let of = networks.find(|(_, n)| subnet(n).is_some_and(|s| s.contains(&from)));
    of.map(|(name, _)| name.as_str())
}
