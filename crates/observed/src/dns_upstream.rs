//! A name server asks a machine of the lab that nobody declared.

use crate::look::part;
use crate::names::{KIND, all, owner};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::Severity;
use graph::addresses::{is_private, subnet};
use model::declare::OptExt as _;

pub const RULE: Rule = Rule {
    id: "dns-upstream",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A name server asks an address within the lab's networks that nothing declared has.",
    rationale: "Whoever is asked for names decides where everybody is sent. An upstream that is in nobody's books is a machine that was replaced (then every look-up waits for it), or one that answers and is neither updated nor looked at.",
    example: "networks: {lan: {subnet: 192.168.1.0/24}}   # and the Pi-hole has the upstream 192.168.1.77",
    controls: &["CIS v8 1.1", "CIS v8 4.9", "ISO 27001:2022 A.8.20"],
    mend: Mend::None("which machine that is has to be found first"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let what = "has a name server that asks an undeclared machine";
    let servers = all(ctx, |look| look.unseen(&RULE, KIND, what, out));
    for server in &servers {
        for (address, port) in server.upstreams() {
            if server.is_at(ctx, (address, port)) || address.is_loopback() {
                continue;
            }
            let Some(network) = undeclared(ctx, address) else {
                continue;
            };
            let d = RULE
                .finding(format!("{} asks {address}, and nothing declared has that address", server.title()))
                .note(format!("an address of network '{network}'; addresses declared: {}, this one among them: 0", ctx.held().len()))
                .help("declare what has it ('addresses', or 'resolvers'), or let the name server ask another one");
            let d = d.of(part(&address.to_string()));
            out.add(
                server.look.object.clone(),
                server.look.dated(d, KIND, server.key),
            );
        }
    }
}

/// The network of an address that nobody has.
fn undeclared<'a>(ctx: &Context<'a>, address: IpAddr) -> Option<&'a str> {
    let lab = ctx.lab;
    let mut known = lab.resolvers.iter();
    let is_resolver = known.any(|r| r.address.known().is_some_and(|a| a.0 == address));
    if !is_private(address) || is_resolver || owner(ctx, address).is_some() {
        return None;
    }
    let mut networks = lab.networks.iter();
    let inside = networks.find(|(_, n)| subnet(n).is_some_and(|s| s.contains(&address)));
    inside.map(|(name, _)| name.as_str())
}
