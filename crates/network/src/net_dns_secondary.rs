//! A second name server that answers otherwise than the first.

use crate::addresses::{Held, is_private};
use crate::context::{dns_zone, network};
use crate::reach::machines;
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Edit, Fix, Severity, Span};
use model::declare::{OptExt, Or};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::network::DnsZone;

pub const RULE: Rule = Rule {
    id: "net-dns-secondary",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The name servers of a network answer differently, or the second one falls with the first.",
    rationale: "A list of name servers is no order of preference: systems ask any of them, and change over when one is slow. A public server beside one of the lab's own is asked all the time, so \
        filters are passed by, names of the lab fail now and then, and what the household looks up leaves the house. A second server of the same kind keeps the promises of the first; one on the same \
        machine is no second one.",
    example: "networks: {lan: {dns: [pihole, 1.1.1.1]}}",
    controls: &["CIS v8 4.9", "CIS v8 9.2"],
    mend: Mend::Unsafe(
        "hands out the server outside of the lab no more; a second one of the lab is the better mend",
    ),
    run,
};

/// A server in a list.
struct Server {
    text: String,
    span: Span,
    own: Option<ObjectRef>,
    filters: Option<bool>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let held = ctx.held();
    for (name, net) in &ctx.lab.networks {
        let servers: Vec<Server> = net
            .about
            .dns
            .iter()
            .map(|given| match &given.value {
                Or::Word(address) => server(ctx.lab, held, address.0, given.span),
                Or::Ref(r) => Server {
                    text: r.name().to_owned(),
                    span: given.span,
                    own: Some(r.0.object.clone()),
                    filters: None,
                },
            })
            .collect();
        let own: Vec<&Server> = servers.iter().filter(|s| s.own.is_some()).collect();
        let foreign: Vec<&Server> = servers.iter().filter(|s| s.own.is_none()).collect();
        if let (Some(first), Some(other)) = (own.first(), foreign.first()) {
            let d = RULE
                .finding(format!(
                    "network '{name}' asks '{}' of the lab and {} outside of it, whichever answers",
                    first.text, other.text
                ))
                .at(other.span, "knows neither the lab's names nor its filters")
                .and_at(first.span, "the lab's own")
                .note(format!("name servers: {} = {} of the lab + {} outside", servers.len(), own.len(), foreign.len()))
                .fix(Fix::doubtful(
                    format!("hand out {} no more", other.text),
                    Edit::remove(other.span),
                ))
                .help("hand out only servers of the lab; let them ask the public one, and run a second of them on another machine");
            out.add(network(name), d);
        }
        let (yes, no): (Vec<&Server>, Vec<&Server>) = foreign
            .iter()
            .copied()
            .filter(|s| s.filters.is_some())
            .partition(|s| s.filters == Some(true));
        if let (Some(yes), Some(no)) = (yes.first(), no.first()) {
            let d = RULE
                .finding(format!(
                    "network '{name}' asks {}, which filters, and {}, which does not",
                    yes.text, no.text
                ))
                .at(no.span, "answers what the other one withholds")
                .and_at(yes.span, "filters")
                .note(format!(
                    "name servers: {} = 1 that filters + 1 that does not",
                    2
                ))
                .help("use two servers with the same policy");
            out.add(network(name), d);
        }
    }
    for (name, zone) in &ctx.lab.dns {
        together(ctx.lab, name, zone, out);
    }
}

fn server(lab: &Lab, held: &[Held<'_>], address: IpAddr, span: Span) -> Server {
    let owner = held.iter().find(|h| h.address == address);
    let owner = owner.map(|h| h.owner.clone());
    let unnamed = is_private(address).then(|| ObjectRef::new(model::id::Kind::Network, "?"));
    let entry = lab
        .resolvers
        .iter()
        .find(|r| r.address.known().is_some_and(|a| a.0 == address));
    Server {
        text: address.to_string(),
        span,
        own: owner.or(unnamed),
        filters: entry.and_then(|r| r.filtering.known().copied()),
    }
}

/// All servers of a zone are on one machine.
fn together(lab: &Lab, name: &str, zone: &DnsZone, out: &mut Findings) {
    let Some(primary) = zone
        .primary
        .as_ref()
        .and_then(|p| Some((p.value()?, p.span)))
    else {
        return;
    };
    let home = machines(lab, &primary.0.0.object);
    let same: Vec<_> = zone
        .secondaries
        .iter()
        .filter(|s| {
            let other = machines(lab, &s.value.0.object);
            !home.is_empty() && home.iter().any(|m| other.contains(m))
        })
        .collect();
    let Some(first) = same.first() else { return };
    let who: Vec<&str> = home.iter().map(|m| m.name.as_str()).collect();
    let d = RULE
        .finding(format!(
            "'{}', a secondary of DNS zone '{name}', is on the same machine as the primary",
            first.value.name()
        ))
        .at(first.span, "fails together with the primary")
        .and_at(primary.1, "the primary")
        .note(format!(
            "servers that outlive the loss of {}: {} - {} = {}",
            names(&who),
            zone.secondaries.len() + 1,
            same.len() + 1,
            zone.secondaries.len() - same.len()
        ))
        .help("run the secondary on another machine");
    out.add(dns_zone(name), d);
}
