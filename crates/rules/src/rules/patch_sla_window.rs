//! Patches are promised sooner than a window comes.

use crate::lead::{Promise, promises, wait, within};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::protection::{Approval, JobKind};
use model::lab::watch::WindowKind;

pub(crate) const RULE: Rule = Rule {
    id: "patch-sla-window",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Security updates are promised within a time that is shorter than the wait for the next maintenance window or run of the update job.",
    rationale: "A weakness that becomes known on Saturday morning waits for the next Saturday. A promise of 24 hours beside a weekly window is kept \
        only by breaking one of the two.",
    example: "metrics: {remediation-critical: {target: 24h}}   # and windows: {saturday: {schedule: 'Sat 02:00..06:00'}}",
    controls: &[
        "CIS v8 7.2",
        "NIST CSF 2.0 ID.RA-08",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("another window or another promise is a decision"),
    run,
};

/// What is said of the closing of weaknesses.
const WORDS: [&str; 6] = [
    "patch",
    "vulnerab",
    "weakness",
    "remediat",
    "security update",
    "cve",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let promises = promised(ctx.lab);
    late_jobs(ctx, &promises, out);
    let Some(window) = wait(ctx.lab, WindowKind::Maintenance) else {
        return;
    };
    for promise in promises {
        let least = promise.target.seconds() / 60;
        if window.minutes <= least {
            continue;
        }
        // An emergency window that comes in time, or updates that go in without one, keep the promise.
        let emergency = wait(ctx.lab, WindowKind::Emergency).is_some_and(|w| w.minutes <= least);
        if emergency {
            continue;
        }
        let jobs = ctx.lab.jobs.iter().filter(|(_, j)| {
            matches!(j.kind.known(), Some(JobKind::Update | JobKind::ImageUpdate))
        });
        let in_time: Vec<&str> = jobs
            .filter(|(_, j)| {
                j.automatic.known() == Some(&true) && j.approval.known() != Some(&Approval::Person)
            })
            .filter(|(_, j)| {
                j.schedule
                    .known()
                    .and_then(|s| s.longest_interval())
                    .is_some_and(|m| m <= least)
            })
            .map(|(n, _)| n.as_str())
            .collect();
        let d = finding(&promise, &window.text);
        let d = d.and_at(window.span, "the window that it waits for");
        if in_time.is_empty() {
            out.add_about(promise.object, d);
        }
    }
}

/// What metrics promise, and what the lab does by `patch_within`.
fn promised(lab: &Lab) -> Vec<Promise<'_>> {
    let mut out = promises(lab, &WORDS);
    if let Some(within) = &lab.head.patch_within
        && let Some(target) = within.value()
    {
        out.push(Promise {
            object: None,
            name: "patch_within",
            target: target.clone(),
            span: within.span,
        });
    }
    out
}

fn finding(promise: &Promise<'_>, wait: &str) -> diag::Diagnostic {
    RULE.finding(format!("'{}' promises {}, but a patch can wait longer for a maintenance window", promise.name, promise.target))
        .at(promise.span, format!("{} is promised", promise.target))
        .note(format!("{wait}, promised {}", promise.target))
        .help("open a window for urgent updates (kind: emergency), let security updates go in by themselves every day, or promise what the window allows")
}

/// Update jobs whose own interval is longer than every promise.
fn late_jobs(ctx: &Context<'_>, promises: &[Promise<'_>], out: &mut Findings) {
    let Some(loosest) = promises.iter().max_by_key(|p| p.target.seconds()) else {
        return;
    };
    for (name, job) in &ctx.lab.jobs {
        let update = matches!(
            job.kind.known(),
            Some(JobKind::Update | JobKind::ImageUpdate)
        );
        let interval = job.schedule.known().and_then(|s| s.longest_interval());
        let (Some(schedule), Some(minutes)) = (job.schedule.as_ref().filter(|_| update), interval)
        else {
            continue;
        };
        if minutes * 60 > loosest.target.seconds() {
            let d = RULE
                .finding(format!(
                    "job '{name}' runs less often than patches are promised: '{}' says {}",
                    loosest.name, loosest.target
                ))
                .at(schedule.span, format!("every {}", within(minutes)))
                .and_at(loosest.span, "the promise")
                .note(format!(
                    "longest time between two runs: {}, promised {}",
                    within(minutes),
                    loosest.target
                ))
                .help("run it more often, or promise what it keeps");
            out.add(ObjectRef::new(Kind::Job, name), d);
        }
    }
}
