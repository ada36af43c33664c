//! A job of the hypervisor that failed, and nobody noticed.

use crate::look::part;
use crate::product::all;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::units::Seconds;
use model::value::Value;
use std::collections::BTreeMap;

/// Tasks that a schedule starts, by their types in Proxmox VE's task list; what people start, they see fail.
const SCHEDULED: &[&str] = &[
    "vzdump",
    "aptupdate",
    "acmerenew",
    "acmenewcert",
    "hamigrate",
    "startall",
    "replication",
];
const DAYS: i64 = 7;

/// When it began (unix s), its UPID, and what is known of it.
type Failed<'a> = (i64, &'a str, &'a Value);

pub const RULE: Rule = Rule {
    id: "job-task-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A scheduled task of Proxmox VE failed within the last seven days.",
    rationale: "The hypervisor lists a failed backup among thousands of tasks, and its mail goes to root. Three nights without a backup look like three quiet nights.",
    example: "clusters: {main: {kind: proxmox, api: {…}}}   # and pvenode task list --errors names vzdump",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::None("why it failed stands in the log of the task"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveTask;
    for pve in all(ctx) {
        let look = &pve.look;
        look.unseen(&RULE, kind, "has other scheduled tasks that failed", out);
        let since = look.facts.at.as_second() - DAYS * 86_400;
        let mut failed: BTreeMap<(String, String), Vec<Failed<'_>>> = BTreeMap::new();
        for (upid, task) in look.items(kind) {
            let text = |field: &str| {
                task.field(field)
                    .and_then(Value::as_text)
                    .unwrap_or_default()
            };
            let start = task
                .field("start")
                .and_then(Value::as_int)
                .unwrap_or_default();
            if SCHEDULED.contains(&text("type")) && start >= since {
                let of = (text("type").to_owned(), text("id").to_owned());
                failed.entry(of).or_default().push((start, upid, task));
            }
        }
        for ((of, id), mut tasks) in failed {
            tasks.sort_by_key(|(start, _, _)| *start);
            let Some((start, upid, newest)) = tasks.last().copied() else {
                continue;
            };
            let node = newest.field("node").and_then(Value::as_text).unwrap_or("?");
            let ago = Seconds(look.ago(start).max(0));
            let about = match id.is_empty() {
                true => of.clone(),
                false => format!("{of} of {}", plain(&id)),
            };
            let times = match tasks.len() {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            };
            let d = RULE
                .finding(format!(
                    "{about} failed {times} within {DAYS} days of the look"
                ))
                .of(part(&format!("{of} {id}")))
                .note(format!(
                    "the newest on node {}, {ago} before the look",
                    plain(node)
                ))
                .help(format!(
                    "its log, on the node: pvenode task log {}",
                    plain(upid)
                ));
            out.add(look.object.clone(), look.dated(d, kind, upid));
        }
    }
}
