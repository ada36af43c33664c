//! Backups that verification found damaged.

use crate::backups::{GROUP, all, number};
use crate::look::{count, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use jiff::Timestamp;
use model::fact::FactKind;

const KIND: FactKind = GROUP;

pub const RULE: Rule = Rule {
    id: "pbs-verify-failed",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Proxmox Backup Server found backups damaged when it verified them.",
    rationale: "A damaged block is in every backup that shares it, and the next backup of the same disk does not send it again. What verification calls failed cannot be restored whole, and the others of its group may be next.",
    example: "hosts: {pbs: {os: proxmox-backup-server, api: {…}}}   # and a backup of vm/100 has the verify state: failed",
    controls: &[
        "CIS v8 11.5",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("somebody has to look at the disks, and make another backup"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let look = &server.look;
        let what = "has other backups that are damaged";
        look.unseen(&RULE, KIND, what, out);
        for (key, group) in server.groups() {
            let shown = plain(key);
            let newest = number(group, "failed_newest");
            let failed = number(group, "failed");
            let all = number(group, "count");
            let message = match (failed, newest) {
                (Some(0), _) => continue,
                (Some(n), _) => {
                    let n = usize::try_from(n).unwrap_or(usize::MAX);
                    let backups = count(n, "backup", "backups");
                    format!("{backups} of {shown} failed verification")
                }
                // Not all of it is understood, and that is.
                (None, Some(_)) => format!("a backup of {shown} failed verification"),
                (None, None) => {
                    let what = format!("has whole backups of {shown}");
                    look.untold(&RULE, KIND, &what, out);
                    continue;
                }
            };
            let mut d = RULE.finding(message);
            if let Some(at) = newest.and_then(|at| Timestamp::from_second(at).ok()) {
                let of = all.map_or_else(String::new, |n| format!(" of {n}"));
                d = d.note(format!("the newest of them{of} was made {at}"));
            }
            let d = d.help("look into the log of the verification, check the disks, make a new backup and verify it, and only then forget the damaged ones");
            out.add(look.object.clone(), look.dated(d.of(part(key)), KIND, key));
        }
    }
}
