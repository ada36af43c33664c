//! A job of the backup server that failed, or that does not get its turn.

use crate::backups::{DAY, JOB, Server, all, flag, number, text};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use model::fact::FactKind;
use model::units::Seconds;
use model::value::Value;

const KIND: FactKind = JOB;
/// So long a turn may wait: jobs of one datastore wait for each other.
const LATE: i64 = DAY;

pub const RULE: Rule = Rule {
    id: "pbs-job-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A job of Proxmox Backup Server that prunes, verifies or synchronises failed the last time, or its turn passed without it.",
    rationale: "A synchronisation that fails is the copy away from home that is not made; a prune job that fails fills the datastore; a verification that fails says nothing of the backups. The server says so in a list that nobody opens.",
    example: "hosts: {pbs: {os: proxmox-backup-server, api: {…}}}   # and the last run of sync job offsite ended with an error",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("why it failed stands in the log of its task"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let look = &server.look;
        look.unseen(&RULE, KIND, "has other jobs that fail", out);
        for (key, job) in look.items(KIND) {
            if let Some(d) = one(&server, key, job, out) {
                let d = look.dated(d.of(part(key)), KIND, key);
                out.add(look.object.clone(), d);
            }
        }
    }
}

/// `verify job nightly`.
fn title(key: &str) -> String {
    match key.split_once('/') {
        Some((kind, id)) => format!("{} job {}", plain(kind), plain(id)),
        None => format!("job {}", plain(key)),
    }
}

fn one(server: &Server<'_, '_>, key: &str, job: &Value, out: &mut Findings) -> Option<Diagnostic> {
    let shown = title(key);
    let last = server.time(job, "last");
    let on = flag(job, "enabled").unwrap_or(true) && text(job, "schedule").is_some();
    let late = number(job, "next")
        .map(|next| server.look.ago(next))
        .filter(|late| on && *late > LATE);
    let failed = text(job, "result") == Some("failed");
    let message = match (failed, late, last, text(job, "result")) {
        (true, _, Some(last), _) => {
            let age = Seconds(server.look.ago(last).max(0));
            format!("{shown} failed {age} before the look")
        }
        (true, _, None, _) => format!("{shown} failed the last time"),
        (false, Some(late), ..) => {
            let late = Seconds(late);
            format!("{shown} did not run: its turn was {late} before the look")
        }
        // It has not run yet, or only when somebody asked it to.
        (false, None, None, None) => return None,
        (false, None, Some(_), Some("ok" | "warnings")) => return None,
        (false, None, ..) => {
            let what = format!("runs its {shown} without an error");
            server.look.untold(&RULE, KIND, &what, out);
            return None;
        }
    };
    let mut d = RULE.finding(message);
    if let Some(store) = text(job, "store") {
        d = d.note(format!("of datastore {}", plain(store)));
    }
    let log = "proxmox-backup-manager task list --all names its tasks, and proxmox-backup-manager task log UPID says why";
    Some(d.help(log))
}
