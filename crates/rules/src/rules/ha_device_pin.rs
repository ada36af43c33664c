//! A guest that shall move, tied to its host by hardware.

use crate::context::guest;
use crate::failover::{Homes, failovers, host_of};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt;
use model::lab::guest::Guest;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "ha-device-pin",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A guest shall move to other hosts, but uses hardware of the one that it is on.",
    rationale: "Hardware that is passed through stays where it is. A guest with a graphics card, a USB stick or a disk of its host cannot move while it runs, and starts on no \
        host that lacks the same hardware at the same address. High availability then means that it stays off until somebody comes.",
    example: "guests: {ml: {kind: vm, on: main, ha: true, devices: [\"0000:01:00.0\"]}}",
    controls: &["ISO 27001:2022 A.8.14"],
    mend: Mend::None("giving up the hardware or the restart is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut told = BTreeSet::new();
    for f in failovers(ctx.lab) {
        pinned(f.name, f.guest, f.said, "restarted elsewhere", out);
        told.insert(f.name);
    }
    let homes = Homes::of(ctx.lab);
    for (name, g) in &ctx.lab.guests {
        let claim = homes
            .cluster_of(g)
            .and_then(|(_, c)| c.live_migration.as_ref());
        let claim = claim.filter(|l| l.value() == Some(&true));
        if let Some(claim) = claim.filter(|_| !told.contains(name.as_str())) {
            pinned(name, g, claim.span, "moved while it runs", out);
        }
    }
}

fn pinned(name: &str, g: &Guest, said: Span, what: &str, out: &mut Findings) {
    let Some(first) = g.devices.first() else {
        return;
    };
    let devices: Vec<&str> = g.devices.iter().map(|d| d.value.as_str()).collect();
    let place = match (host_of(g), g.on.known()) {
        (Some(host), _) => format!("host '{host}'"),
        (None, Some(on)) => format!("one member of cluster '{}'", on.name()),
        (None, None) => "its host".to_owned(),
    };
    let d = RULE
        .finding(format!("guest '{name}' cannot be {what}: it uses hardware of {place}"))
        .at(first.span, "stays with the host")
        .and_at(said, format!("shall be {what}"))
        .note(format!("hardware passed through: {} ({})", devices.len(), names(&devices)))
        .help("write 'ha: false' and plan for the loss of the host, put the same hardware into another member and map it, or let the hardware serve over the network");
    out.add(guest(name), d);
}
