//! A change is promised, or made, sooner than people must be told of it.

use crate::lead::{promises, within};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::protection::Approval;
use model::lab::watch::WindowKind;

pub(crate) const RULE: Rule = Rule {
    id: "chg-leadtime",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A change is promised or scheduled sooner than its window gives notice.",
    rationale: "If people are told two days before each change, what is decided today cannot be changed tomorrow. Either the notice is not given, or the \
        promise is not kept.",
    example: "windows: {saturday: {schedule: 'Sat 02:00..06:00', notice: 2d}}   # and metrics: {remediation-critical: {target: 24h}}",
    controls: &["ISO 27001:2022 A.8.32"],
    mend: Mend::None("a way for what is urgent has to be agreed upon"),
    run,
};

/// What is said of changes and updates.
const WORDS: [&str; 8] = [
    "patch",
    "vulnerab",
    "weakness",
    "remediat",
    "security update",
    "lead time",
    "change is in",
    "deploy",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let urgent = ctx
        .lab
        .windows
        .values()
        .any(|w| w.kind.known() == Some(&WindowKind::Emergency));
    for (name, window) in &ctx.lab.windows {
        let Some(notice) = window.notice.as_ref() else {
            continue;
        };
        let Some(length) = notice.value().filter(|n| n.seconds() > 0) else {
            continue;
        };
        let planned = window
            .kind
            .known()
            .is_none_or(|k| *k == WindowKind::Maintenance);
        if !planned {
            continue;
        }
        // With a way for what is urgent, only what is planned must wait for the notice.
        for promise in promises(ctx.lab, &WORDS).into_iter().filter(|_| !urgent) {
            if promise.target.seconds() < length.seconds() {
                let d = RULE
                    .finding(format!("'{}' promises {}, but window '{name}' is announced {length} before", promise.name, promise.target))
                    .at(promise.span, "sooner than the notice")
                    .and_at(notice.span, "the notice")
                    .note(format!("promised {}, notice {length}", promise.target))
                    .help("declare a window of kind emergency without notice for what is urgent, or promise a longer time");
                out.add_about(promise.object, d);
            }
        }
        for (job_name, job) in &ctx.lab.jobs {
            let asked = job.approval.known() == Some(&Approval::Person);
            let minutes = job.schedule.known().and_then(|s| s.longest_interval());
            let (Some(schedule), Some(minutes)) =
                (job.schedule.as_ref().filter(|_| asked), minutes)
            else {
                continue;
            };
            let applies = window.r#for.is_empty()
                || window
                    .r#for
                    .iter()
                    .any(|w| job.on.iter().any(|o| o.value.0 == w.value.0));
            if applies && !job.on.is_empty() && minutes * 60 < length.seconds() {
                let d = RULE
                    .finding(format!("job '{job_name}' runs more often than it can be announced: window '{name}' gives {length} of notice"))
                    .at(schedule.span, format!("every {}", within(minutes)))
                    .and_at(notice.span, "the notice")
                    .note(format!("longest time between two runs: {}, notice {length}", within(minutes)))
                    .help("run it less often, or approve it once for all runs (approval: none) and say so in the change policy");
                out.add(ObjectRef::new(Kind::Job, job_name), d);
            }
        }
    }
}
