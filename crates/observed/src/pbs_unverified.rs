//! Backups that nobody has read back for long, or ever.

use crate::backups::{DAY, GROUP, JOB, Server, all, flag, number, text};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::value::Value;

const KIND: FactKind = GROUP;
/// The product's documentation asks for all backups to be verified again at least monthly; so does the default of its verify jobs.
const DAYS: i64 = 30;
/// Jobs that verify run weekly or more often: so much later it has had its turn.
const TURN: i64 = 7;

pub const RULE: Rule = Rule {
    id: "pbs-unverified",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A backup on Proxmox Backup Server was not verified within a month, or within what its verify job says, and a week.",
    rationale: "Disks lose bits where nobody reads. The server notices only when it reads a backup back, which it does if a verify job tells it to, and then says so of each backup.",
    example: "hosts: {pbs: {os: proxmox-backup-server, api: {…}}}   # and a backup of vm/100 is two months old and has no verify state",
    controls: &[
        "CIS v8 11.5",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("when the disks have time for it is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for server in all(ctx) {
        let look = &server.look;
        let what = "has other backups that were not verified";
        look.unseen(&RULE, KIND, what, out);
        for (key, group) in server.groups() {
            one(&server, key, group, out);
        }
    }
}

fn one(server: &Server<'_, '_>, key: &str, group: &Value, out: &mut Findings) {
    let look = &server.look;
    let shown = plain(key);
    let (days, from) = allowed(server, group);
    let limit = days.saturating_add(TURN).saturating_mul(DAY);
    let untold = |why: &str, out: &mut Findings| {
        let what = format!("has verified all backups of {shown}");
        look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
    };
    let Some((all, never)) = number(group, "count").zip(number(group, "unverified")) else {
        return untold("the observation does not say", out);
    };
    let oldest = server
        .time(group, "unverified_oldest")
        .filter(|_| never > 0);
    let before = server.time(group, "verified_oldest");
    let message = match (oldest, before) {
        (Some(at), _) if server.look.ago(at) > limit => {
            let age = Seconds(server.look.ago(at));
            format!("of {shown} a backup is {age} old and was never verified")
        }
        (_, Some(at)) if server.look.ago(at) > limit => {
            let age = Seconds(server.look.ago(at));
            format!("of {shown} a backup was last verified {age} before the look")
        }
        (None, _) if never > 0 => {
            return untold("the observation does not say how old they are", out);
        }
        (_, None) if never < all => {
            return untold("the observation does not say when they were verified", out);
        }
        _ => return,
    };
    let were = if never == 1 { "was" } else { "were" };
    let allowed = if days == 1 { "day is" } else { "days are" };
    let d = RULE
        .finding(message)
        .note(format!("{never} of {all} {were} never verified; {days} {allowed} allowed ({from}), and {TURN} for its turn"))
        .help("make a verify job that takes what is older again: Datastore > Verify Jobs, `proxmox-backup-manager verify-job create ID --store STORE --schedule weekly --outdated-after 30`");
    out.add(look.object.clone(), look.dated(d.of(part(key)), KIND, key));
}

/// Within how many days a backup is to be verified, and who says so: the most patient of the jobs that verify its datastore.
fn allowed(server: &Server<'_, '_>, group: &Value) -> (i64, String) {
    let store = text(group, "store");
    let jobs = server.look.items(JOB).filter(|(key, job)| {
        key.starts_with("verify/")
            && text(job, "store") == store
            && flag(job, "enabled") != Some(false)
    });
    let said = jobs.filter_map(|(key, job)| Some((number(job, "outdated_after")?, key)));
    match said.filter(|(days, _)| *days > 0).max() {
        Some((days, key)) => (days, format!("by job {}", plain(key))),
        None => (DAYS, "as the product's documentation asks for".to_owned()),
    }
}
