//! A replica that falls behind.

use crate::look::part;
use crate::product::all;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::units::Seconds;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "job-replication-failed",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A replication of a guest fails.",
    rationale: "The copy on the other node is what a failover starts. While replication fails it grows old, and the guest that comes back is that of days ago.",
    example: "clusters: {main: {kind: proxmox, api: {…}}}   # and pvesr status says: FailCount 3",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.14",
    ],
    mend: Mend::None("why it failed stands in the log of the job"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveReplication;
    for pve in all(ctx) {
        let look = &pve.look;
        look.unseen(&RULE, kind, "has other replications that fail", out);
        for (job, value) in look.items(kind) {
            if value.field("enabled") == Some(&Value::Bool(false)) {
                continue;
            }
            let number = |field: &str| value.field(field).and_then(Value::as_int);
            let failures = match number("failures") {
                Some(0) => continue,
                Some(n) => n,
                None => {
                    look.untold(
                        &RULE,
                        kind,
                        &format!("replicates by job {}", plain(job)),
                        out,
                    );
                    continue;
                }
            };
            let d = RULE.finding(match failures {
                1 => format!("replication {} failed the last time", plain(job)),
                n => format!("replication {} failed {n} times in a row", plain(job)),
            });
            let d = match number("last_sync").filter(|at| *at > 0) {
                Some(at) => d.note(format!("the copy is {} old", Seconds(look.ago(at).max(0)))),
                None => d.note("there is no copy yet"),
            };
            let d = d
                .of(part(job))
                .help("on the node of the guest: pvesr status, and the log of the job");
            out.add(look.object.clone(), look.dated(d, kind, job));
        }
    }
}
