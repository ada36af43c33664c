//! A task of the backup server that nobody watches, and that failed.

use crate::backups::{TASK, all, number, text};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::units::Seconds;
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = TASK;
/// Tasks that run by themselves or from another machine, by their types in the server's task list; jobs and garbage collection have rules of their own, and what people start, they see fail.
const UNWATCHED: &[&str] = &[
    "acme-renew-cert",
    "aptupdate",
    "backup",
    "logrotate",
    "tape-backup",
    "tape-backup-job",
];
const DAYS: i64 = 7;

pub const RULE: Rule = Rule {
    id: "pbs-task-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A backup that was sent to Proxmox Backup Server, or a task of its own, failed within the last seven days.",
    rationale: "A backup that breaks off leaves nothing that could be restored, and the one before it looks as good as ever. What sent it wrote its error somewhere else, where perhaps nobody looks either.",
    example: "hosts: {pbs: {os: proxmox-backup-server, api: {…}}}   # and the backup of vm/100 broke off last night",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::None("why it failed stands in the log of the task"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let look = &server.look;
        look.unseen(&RULE, KIND, "has other tasks that failed", out);
        let mut failed: BTreeMap<(&str, &str), Vec<(i64, &str)>> = BTreeMap::new();
        for (upid, task) in look.items(KIND) {
            let Some(of) = text(task, "type").filter(|of| UNWATCHED.contains(of)) else {
                continue;
            };
            let Some(start) = number(task, "start") else {
                look.untold(&RULE, KIND, &format!("had its {of} fail lately"), out);
                continue;
            };
            if server.look.ago(start) <= DAYS * crate::backups::DAY && has_failed(task) {
                let id = text(task, "id").unwrap_or_default();
                failed.entry((of, id)).or_default().push((start, upid));
            }
        }
        for ((of, id), tasks) in failed {
            let Some((start, upid)) = tasks.iter().max().copied() else {
                continue;
            };
            let about = match id.is_empty() {
                true => of.to_owned(),
                false => format!("{of} of {}", plain(id)),
            };
            let times = match tasks.len() {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            };
            let ago = Seconds(server.look.ago(start).max(0));
            let d = RULE
                .finding(format!(
                    "{about} failed {times} within {DAYS} days of the look"
                ))
                .of(part(&format!("{of} {id}")))
                .note(format!("the newest began {ago} before the look"))
                .help(format!(
                    "its log, on the server: proxmox-backup-manager task log {}",
                    plain(upid)
                ));
            out.add(look.object.clone(), look.dated(d, KIND, upid));
        }
    }
}

/// Only tasks with an error are asked for; one whose end is not known is among them.
fn has_failed(task: &Value) -> bool {
    !matches!(text(task, "result"), Some("ok" | "warnings"))
}
