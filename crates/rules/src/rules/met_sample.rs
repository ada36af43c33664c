//! Too few events to measure an objective.

use crate::figure::{Dim, decimal};
use crate::objectives::{Objective, objectives};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::protection::JobKind;
use model::units::Seconds;

/// Over how long objectives are measured if nothing is said.
const MONTH: u64 = 30 * 86_400;

/// The same for what hardly ever happens.
const YEAR: u64 = 365 * 86_400;

pub(crate) const RULE: Rule = Rule {
    id: "met-sample",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An objective is finer than what can be told from the number of events in its window.",
    rationale: "Thirty backups in a month succeed by 100 % or by 96.7 %; more than 99 % and all of them are the same. And four \
        drills without a failure leave room for more than half of them to fail (no failure in n leaves up to 1 - 0.05^(1/n), at 95 % confidence, \
        which is close to 3/n from n = 30 on; Hanley and Lippman-Hand, JAMA 1983).",
    example: "metrics: {backup-success: {text: backups that succeed, target: '>99%'}}   # of one backup a day",
    controls: &["ISO 27001:2022 A.8.16"],
    mend: Mend::None("another window or another measure is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for objective in objectives(ctx.lab)
        .iter()
        .filter(|o| o.target.dim == Dim::Share)
    {
        if let Some(d) = check(ctx, objective) {
            out.add_about(objective.object.clone(), d);
        }
    }
}

fn check(ctx: &Context<'_>, objective: &Objective) -> Option<Diagnostic> {
    let window = objective
        .measured
        .as_ref()
        .and_then(|m| m.window)
        .or(objective.window);
    let (what, every) = match events(ctx, objective) {
        Events::Every(what, every) => (what, every),
        Events::Unknown(missing) => {
            let d = RULE.unknown(format!("whether {} can be measured", objective.name));
            return Some(
                d.at(objective.target_span, "")
                    .note(format!("not declared: {missing}")),
            );
        }
        Events::NotSuch => return None,
    };
    let span = window.unwrap_or(if every * 4 > MONTH { YEAR } else { MONTH });
    // A year of 365 days holds what comes four times a year, though its quarters are a few hours longer.
    let count = i128::from(span * 51 / 50 / every.max(1));
    let (days, target) = (days(span), &objective.target);
    let assumed = if window.is_none() {
        ", assumed since no window is given"
    } else {
        ""
    };
    let how = format!(
        "{days}{assumed} / one per {} = {count} {what}",
        interval(every)?
    );
    let allowed = 1_000_000 - target.value();
    let (says, arithmetic) = match allowed {
        ..=0 if count > 6 => return None,
        ..=0 => (
            "says little",
            match count {
                0 => format!("there are no {what} to tell it from"),
                _ => format!(
                    "no failure in {count} leaves up to 1 - 0.05^(1/{count}) = {} failing",
                    share(most_failing(count))
                ),
            },
        ),
        _ if count * allowed >= 1_000_000 => return None,
        _ => (
            "cannot be told from 100%",
            format!(
                "one failure in {count} is {}, and {target} allows {}: 1/{} needed at least",
                share(1_000_000 / count.max(1)),
                share(allowed),
                1_000_000 / allowed
            ),
        ),
    };
    let name = &objective.name;
    let d = RULE
        .finding(format!(
            "the target of {name}, {target}, {says}: there are {count} {what} in {days}"
        ))
        .at(objective.target_span, "not measurable")
        .note(how)
        .note(arithmetic);
    Some(d.help("take a longer window, more events, or count failures: 'at most one in a quarter'"))
}

/// The share, in millionths, that may fail where none of so many did: the exact upper limit for 95 % confidence.
fn most_failing(count: i128) -> i128 {
    let n = u32::try_from(count).map_or(f64::MAX, f64::from);
    ((1.0 - 0.05_f64.powf(1.0 / n)) * 1e6).round() as i128
}

/// `60s`, `91 days`.
fn interval(seconds: u64) -> Option<String> {
    Some(match seconds {
        86_400.. => days(seconds),
        _ => Seconds(i64::try_from(seconds).ok()?).to_string(),
    })
}

/// `1 day`, `30 days`.
fn days(seconds: u64) -> String {
    let days = decimal(i128::from(seconds), 86_400, 0);
    let noun = if days == "1" { "day" } else { "days" };
    format!("{days} {noun}")
}

fn share(ppm: i128) -> String {
    format!("{}%", decimal(ppm.min(1_000_000), 10_000, 2))
}

enum Events {
    /// So many seconds from one to the next.
    Every(&'static str, u64),
    Unknown(String),
    /// Nothing that is counted.
    NotSuch,
}

fn events(ctx: &Context<'_>, objective: &Objective) -> Events {
    let lab = ctx.lab;
    let object = objective.object.as_ref();
    if let Some(service) = object.filter(|o| o.kind == Kind::Service) {
        let of = lab
            .probes
            .values()
            .filter(|p| p.of.known().is_some_and(|r| r.0.object == *service));
        let every = of
            .filter_map(|p| p.every.known())
            .map(|d| d.seconds())
            .min();
        return match (every, objective.measured.is_some()) {
            (Some(every), _) => Events::Every("probes", every),
            (None, true) => Events::Unknown(format!(
                "a probe of service '{}' and how often it looks",
                service.name
            )),
            (None, false) => Events::NotSuch,
        };
    }
    if object.is_none_or(|o| o.kind != Kind::Metric) {
        return Events::NotSuch;
    }
    let has = |any: &[&str]| any.iter().any(|w| objective.about.contains(w));
    if has(&["restore", "drill"]) {
        let tests = lab
            .jobs
            .values()
            .filter(|j| j.kind.known() == Some(&JobKind::RestoreTest));
        let every = tests
            .filter_map(|j| j.schedule.known()?.mean_interval())
            .map(|m| m * 60)
            .min();
        return every.map_or_else(
            || Events::Unknown("a job of kind restore-test with its schedule".to_owned()),
            |e| Events::Every("trial restores", e),
        );
    }
    if has(&["backup"]) {
        let each = lab.backups.values().filter_map(|b| {
            let calendar = b.about.schedule.known();
            let every = calendar.and_then(|c| Some(c.mean_interval()? * 60));
            every.or_else(|| u64::try_from(b.every.as_ref()?.value.0).ok())
        });
        // All backups together: so many in the time of the most frequent one.
        let all: Vec<u64> = each.filter(|e| *e > 0).collect();
        let per_month: u64 = all.iter().map(|e| MONTH / e).sum();
        return match MONTH.checked_div(per_month) {
            Some(every) => Events::Every("backups", every.max(1)),
            None => Events::Unknown("how often any backup runs".to_owned()),
        };
    }
    Events::NotSuch
}
