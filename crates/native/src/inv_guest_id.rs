//! Two guests with the same number, and numbers that there are none of.

use crate::context::guest;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::Lab;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "inv-guest-id",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Two guests of one hypervisor or cluster have the same number, or one has a number that Proxmox VE does not give.",
    rationale: "The number is what the hypervisor knows a guest by: its disks, its backups and every command are found by it. Two guests \
        cannot have the same one, and whoever restores by a number that is wrong restores over the other guest.",
    example: "guests: {dns: {kind: lxc, on: pve, id: 103}, web: {kind: lxc, on: pve, id: 103}}",
    controls: &["CIS v8 1.1", "NIST CSF 2.0 ID.AM-01"],
    mend: Mend::None("which of the two has the number is known to the hypervisor"),
    run,
};

/// `pve-vmid` of Proxmox VE's API schema; smaller ones are reserved.
const POSSIBLE: std::ops::RangeInclusive<u32> = 100..=999_999_999;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut seen: BTreeMap<(Home<'_>, u32), (&str, Span)> = BTreeMap::new();
    for (name, declared) in &ctx.lab.guests {
        let Some((on, id)) = declared.on.known().zip(declared.id.known()) else {
            continue;
        };
        let span = declared.id.as_ref().map_or(declared.span, |i| i.span);
        if !POSSIBLE.contains(id) {
            let d = RULE
                .finding(format!(
                    "guest '{name}' has number {id}, and numbers go from {} to {}",
                    POSSIBLE.start(),
                    POSSIBLE.end()
                ))
                .at(span, "")
                .help("look it up with 'qm list' and 'pct list'");
            out.add(guest(name), d);
        }
        let home = cluster_of(ctx.lab, (on.kind(), on.name()));
        if let Some((other, first)) = seen.get(&(home, *id)) {
            let d = RULE
                .finding(format!(
                    "guests '{other}' and '{name}' both have number {id} on {} '{}'",
                    home.0.word(),
                    home.1
                ))
                .at(span, "given again")
                .and_at(*first, format!("number of '{other}'"))
                .help("look it up with 'qm list' and 'pct list', and correct one of them");
            out.add(guest(name), d);
        } else {
            seen.insert((home, *id), (name, span));
        }
    }
}

/// Kind and name of what numbers its guests.
type Home<'a> = (Kind, &'a str);

/// Numbers are unique in a whole cluster.
fn cluster_of<'a>(lab: &'a Lab, on: Home<'a>) -> Home<'a> {
    let member = |name: &str| {
        lab.clusters
            .iter()
            .find(|(_, c)| c.members.iter().any(|m| m.value.name() == name))
    };
    match on {
        (Kind::Host, name) => member(name).map_or(on, |(c, _)| (Kind::Cluster, c.as_str())),
        _ => on,
    }
}
