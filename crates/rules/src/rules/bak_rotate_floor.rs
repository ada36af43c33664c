//! Rotation that can delete the last good copy.

use crate::context::backup;
use crate::{Context, Findings, Mend, Rule};
use diag::{Applicability, Diagnostic, Edit, Fix, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Backup;
use model::lab::protection::Job;

/// The newest may be damaged, the one before may have the damage in it already.
const LEAST: u32 = 3;

/// Source: restic manual, "Removing backup snapshots": `--keep-daily n` and its like keep the newest archive of each of the last n days
/// *that have one*, so that they count archives and not days; `--keep-within` counts days.
pub(crate) const RULE: Rule = Rule {
    id: "bak-rotate-floor",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A backup or a job deletes archives by their age alone, so that fewer than three may be left.",
    rationale: "Rotation by age alone deletes the last good archive when backups have failed for long enough. A floor of \
        newest archives keeps something to restore from, and some of them from before damage was noticed.",
    example: "backups: {nightly: {datasets: [photos], to: usb, every: 1d, keep: {within: 30d}}}",
    controls: &["NIST CSF 2.0 PR.DS-11", "ISO 27001:2022 A.8.13"],
    mend: Mend::Unsafe("keeps the newest archives up to the floor, which needs space"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, schedule) in &ctx.lab.backups {
        if let Some(d) = of_backup(name, schedule) {
            out.add(backup(name), d);
        }
    }
    for (name, job) in &ctx.lab.jobs {
        if let Some(d) = of_job(name, job) {
            out.add(ObjectRef::new(Kind::Job, name), d);
        }
    }
}

fn of_backup(name: &str, schedule: &Backup) -> Option<Diagnostic> {
    let last = schedule.keep_last.as_ref();
    let daily = schedule.keep_daily.as_ref().map(|d| d.value);
    let kept = [
        schedule.keep.weekly.known(),
        schedule.keep.monthly.known(),
        schedule.keep.yearly.known(),
    ];
    let kept = kept.into_iter().flatten().copied();
    let floor = kept.chain(daily).chain(last.map(|l| l.value)).max();
    if floor.is_some_and(|floor| floor >= LEAST) {
        return None;
    }
    let within = schedule.keep.within.known();
    let d = match (last, floor, within) {
        (Some(last), ..) => {
            let kept = last.value;
            let message = format!("backup '{name}' keeps only the newest {kept}, and {LEAST} are the floor");
            RULE.finding(message)
                .at(last.span, format!("{kept} < {LEAST}"))
                .fix(Fix {
                    message: format!("keep {LEAST}"),
                    applicability: Applicability::Unsafe,
                    edits: vec![Edit::replace(last.span, LEAST.to_string())],
                })
        }
        (None, Some(floor), _) => RULE
            .finding(format!("backup '{name}' may be left with {floor} of its archives, and {LEAST} are the floor"))
            .at(schedule.span, format!("{floor} < {LEAST}"))
            .help(format!("add 'last: {LEAST}' or more to its 'keep'")),
        (None, None, Some(within)) => RULE
            .finding(format!("backup '{name}' keeps archives by their age alone"))
            .at(schedule.span, format!("after {within} without a good run none is left"))
            .note(format!("archives that are kept whatever their age: 0 < {LEAST}"))
            .help(format!("add 'last: {LEAST}' or more to its 'keep'")),
        (None, None, None) => RULE
            .finding(format!("backup '{name}' keeps no fixed number of newest archives"))
            .at(schedule.span, "no 'keep: {last: …}'")
            .help(format!("add 'last: {LEAST}' or more to its 'keep'")),
    };
    Some(d)
}

/// `find DIR -mtime +30 -delete`, whatever else it does.
fn of_job(name: &str, job: &Job) -> Option<Diagnostic> {
    let command = job.command.as_ref()?;
    let text = command.value()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let by_age = words.windows(2).find_map(|pair| match pair {
        ["-mtime" | "-ctime" | "-mmin" | "-cmin", age] if age.starts_with('+') => Some(*age),
        _ => None,
    })?;
    let deletes = words.contains(&"-delete") || words.contains(&"rm");
    if !words.contains(&"find") || !deletes {
        return None;
    }
    let d = RULE
        .finding(format!("job '{name}' deletes by age alone: when backups have failed for long enough, none is left"))
        .at(command.span, format!("everything older than {by_age}"))
        .note(format!("files that are kept whatever their age: 0 < {LEAST}"))
        .help("let the backup program rotate with a number to keep (restic forget --keep-last 3), or delete only if newer ones exist and were verified");
    Some(d)
}
