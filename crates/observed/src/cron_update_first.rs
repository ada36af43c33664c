//! Updates that a host makes before its backup.

use crate::look::{Look, hosts, listed, part};
use crate::scheduled::{Job, jobs, unread};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use jiff::Unit;
use jiff::civil::DateTime;
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::units::Seconds;

pub const RULE: Rule = Rule {
    id: "cron-update-first",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A host updates itself shortly before its backup, instead of after it.",
    rationale: "An update that migrates a database has no way back but the copy from before. Where the backup comes an hour after the update, that copy is a day old, and the newest one has the damage in it.",
    example: "hosts: {nas: {}}   # and apt-daily-upgrade.timer fires at 06:00, restic.timer at 07:00",
    controls: &["CIS v8 11.2", "ISO 27001:2022 A.8.32"],
    mend: Mend::None("when the machine may be busy is a decision"),
    run,
};

const UPDATES: &[&str] = &[
    "dist-upgrade",
    "dnf-automatic",
    "full-upgrade",
    "unattended-upgrade",
    "unattended-upgrades",
    "upgrade",
    "watchtower",
];
/// A copy of this age is fresh (s).
const FRESH: i64 = 6 * 3600;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let what = "updates itself before its backup";
        look.unseen(&RULE, FactKind::Timer, what, out);
        look.unseen(&RULE, FactKind::Cron, what, out);
        unread(&look, &RULE, what, out);
        one(&look, what, out);
    }
}

fn one(look: &Look<'_, '_>, what: &str, out: &mut Findings) {
    let (mut backups, mut unread) = (Vec::new(), Vec::new());
    let all = jobs(look);
    for job in all.iter().filter(|j| j.is_backup()) {
        match job.starts(look) {
            Some(starts) => backups.extend(starts.into_iter().map(|s| (s, job))),
            None => unread.push(job.title()),
        }
    }
    backups.sort_by_key(|(at, _)| *at);
    for job in all.iter().filter(|j| !j.is_backup()) {
        match is_update(look, job) {
            Ok(false) => continue,
            Ok(true) => {}
            Err(why) => {
                look.unknown(&RULE, FactKind::Package, what, &why, out);
                continue;
            }
        }
        match job.starts(look) {
            Some(starts) => judge(look, job, &starts, &backups, out),
            None => unread.push(job.title()),
        }
        if !unread.is_empty() {
            let why = Reason::new(format!(
                "when these start does not stand in a calendar that is understood: {}",
                listed(&unread)
            ));
            look.unknown(&RULE, FactKind::Timer, what, &why, out);
            unread.clear();
        }
    }
}

/// Debian's own timer updates nothing unless unattended-upgrades is there.
fn is_update(look: &Look<'_, '_>, job: &Job<'_>) -> Result<bool, Reason> {
    if job.key == "apt-daily-upgrade.timer" {
        return match look.seen(FactKind::Package, "unattended-upgrades") {
            Seen::Present(_) => Ok(true),
            Seen::Absent => Ok(false),
            Seen::Unknown(why) => Err(why),
        };
    }
    let own = job.is_by_hand() || job.key.starts_with("dnf-automatic");
    Ok(own && job.has(UPDATES))
}

fn judge(
    look: &Look<'_, '_>,
    update: &Job<'_>,
    starts: &[DateTime],
    backups: &[(DateTime, &Job<'_>)],
    out: &mut Findings,
) {
    for at in starts {
        let split = backups.partition_point(|(b, _)| b <= at);
        let before = split.checked_sub(1).and_then(|i| backups.get(i));
        let (Some((before, _)), Some((after, backup))) = (before, backups.get(split)) else {
            continue;
        };
        let (age, wait) = (between(*before, *at), between(*at, *after));
        if age <= FRESH || wait >= age {
            continue;
        }
        let d = RULE
            .finding(format!("{} of {} updates before the backup", update.title(), look.title()))
            .of(part(update.key))
            .note(format!(
                "on {} at {} the newest copy is {} old, and {} comes {} later, by the clock of the host",
                at.date(),
                at.strftime("%H:%M"),
                Seconds(age),
                backup.title(),
                Seconds(wait)
            ))
            .help("let the update start after the backup has ended, or the backup earlier");
        return out.add(look.object.clone(), look.dated(d, update.kind, update.key));
    }
}

fn between(a: DateTime, b: DateTime) -> i64 {
    let span = a.until((Unit::Second, b));
    span.map_or(i64::MAX, |s| s.get_seconds())
}
