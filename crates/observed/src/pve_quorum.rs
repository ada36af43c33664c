//! A cluster without a majority, or with a node less.

use crate::look::{Look, part};
use crate::presence::presence;
use crate::product::all;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use graph::votes::Presence;
use model::fact::{FactKind, Seen};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "pve-quorum",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A node of a Proxmox VE cluster is offline, or the cluster has no quorum.",
    rationale: "Without quorum nothing can be started, changed or moved, and with high availability switched on nodes reset themselves. With a node less the next failure may be the one too many.",
    example: "clusters: {main: {kind: proxmox, members: [pve1, pve2, pve3], api: {…}}}   # and pvecm status says: Quorate: No",
    controls: &["NIST CSF 2.0 PR.IR-03", "ISO 27001:2022 A.8.14"],
    mend: Mend::None("the node has to come back"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for pve in all(ctx) {
        let look = &pve.look;
        if look.object.kind != Kind::Cluster {
            continue;
        }
        let (kind, key) = (FactKind::PveCluster, "quorate");
        match look.seen(kind, key) {
            Seen::Present(Value::Bool(true)) => {}
            Seen::Present(Value::Bool(false)) => {
                let d = RULE
                    .finding(format!("{} has no quorum", look.title()))
                    .of("quorum")
                    .help("bring nodes back; `pvecm status` on one of them says who is missing");
                out.add(look.object.clone(), look.dated(d, kind, key));
            }
            Seen::Unknown(reason) => look.unknown(&RULE, kind, "has a quorum", &reason, out),
            Seen::Present(_) | Seen::Absent => look.untold(&RULE, kind, "has a quorum", out),
        }
        let kind = FactKind::PveNode;
        look.unseen(&RULE, kind, "has other nodes that are offline", out);
        for (node, value) in look.items(kind) {
            match value.field("online").and_then(Value::as_bool) {
                Some(true) => {}
                Some(false) if at(look, node) == Presence::OnDemand => {}
                Some(false) if at(look, node) == Presence::Unknown => {
                    let why = Reason::new(
                        "it is offline, and whether it is always on is not known ('on_demand')",
                    );
                    let what = format!("has node {} online", plain(node));
                    look.unknown(&RULE, kind, &what, &why, out);
                }
                Some(false) => {
                    let d = RULE
                        .finding(format!(
                            "node {} of {} is offline",
                            plain(node),
                            look.title()
                        ))
                        .of(part(node))
                        .help("its power and its network; `pvecm status` on another node");
                    out.add(look.object.clone(), look.dated(d, kind, node));
                }
                None => look.untold(
                    &RULE,
                    kind,
                    &format!("has node {} online", plain(node)),
                    out,
                ),
            }
        }
    }
}

/// When a node is to be on.
fn at(look: &Look<'_, '_>, node: &str) -> Presence {
    presence(look.lab(), &ObjectRef::new(Kind::Host, node))
}
