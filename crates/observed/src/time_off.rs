//! A hypervisor whose clock is off.

use crate::look::part;
use crate::product::all;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;

/// Seconds; an answer takes up to some of them, so that less cannot be told from the way it took.
const LIMIT: u64 = 5;

pub const RULE: Rule = Rule {
    id: "time-off",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The clock of a node of Proxmox VE is more than five seconds off that of the controller.",
    rationale: "Guests take their clock from the hypervisor when they start. Corosync, Ceph, tickets and one-time passwords fail by seconds, and logs of two nodes no longer tell what came first.",
    example: "clusters: {main: {kind: proxmox, api: {…}}}   # and a node's clock is 40 s ahead",
    controls: &[
        "CIS v8 8.4",
        "NIST CSF 2.0 PR.PS-04",
        "ISO 27001:2022 A.8.17",
    ],
    mend: Mend::None("a time service has to run there"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveNode;
    for pve in all(ctx) {
        let look = &pve.look;
        look.unseen(&RULE, kind, "has other nodes whose clock is off", out);
        for (node, value) in look.items(kind) {
            if value.field("online") == Some(&Value::Bool(false)) {
                continue;
            }
            let Some(off) = value.field("clock_off").and_then(Value::as_int) else {
                let what = format!("has the right time on node {}", plain(node));
                look.untold(&RULE, kind, &what, out);
                continue;
            };
            if off.unsigned_abs() <= LIMIT {
                continue;
            }
            let way = if off > 0 { "ahead of" } else { "behind" };
            let d = RULE
                .finding(format!("the clock of node {} is {} s {way} the controller's", plain(node), off.unsigned_abs()))
                .of(part(node))
                .note(format!("{} s of {LIMIT} s that are asked for at most; which of the two is right was not looked at", off.unsigned_abs()))
                .help("on the node: chronyc tracking; here: timedatectl");
            out.add(look.object.clone(), look.dated(d, kind, node));
        }
    }
}
