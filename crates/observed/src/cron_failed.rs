//! Jobs whose last run failed.

use crate::look::{Look, hosts, listed, part};
use crate::scheduled::jobs;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "cron-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "What a timer started last has failed.",
    rationale: "A job that fails at night fails in front of nobody. What counts is that the last run went well, not that there is a timer. Cron keeps no result at all, so of its jobs nobody knows.",
    example: "hosts: {nas: {}}   # and backup.timer fired 5 hours ago, and backup.service ended with exit-code",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::None("why it failed stands in the log of the unit"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        timers(&look, out);
        cron(&look, out);
    }
}

/// Whether this unit is what a timer started, and it failed: then it is told here.
pub(crate) fn tells(look: &Look<'_, '_>, unit: &str) -> bool {
    look.items(FactKind::Timer).any(|(_, v)| {
        v.field("runs").and_then(Value::as_text) == Some(unit) && failure(v).is_some()
    })
}

/// systemd's word for how it ended, if that was not well.
fn failure(timer: &Value) -> Option<&str> {
    let result = timer.field("result").and_then(Value::as_text)?;
    (!matches!(result, "success" | "running" | "none")).then_some(result)
}

fn timers(look: &Look<'_, '_>, out: &mut Findings) {
    let kind = FactKind::Timer;
    look.unseen(&RULE, kind, "has other timers whose last run failed", out);
    let mut forgotten = Vec::new();
    for (key, value) in look.items(kind) {
        let last = value.field("last").and_then(Value::as_int);
        match value.field("result").and_then(Value::as_text) {
            None => {
                let what = format!("has run well what {} starts", plain(key));
                look.untold(&RULE, kind, &what, out);
            }
            Some("none") if last.is_some_and(|l| l > 0) => forgotten.push(plain(key)),
            Some(_) => {}
        }
        let Some(result) = failure(value) else {
            continue;
        };
        let runs = value.field("runs").and_then(Value::as_text).map(plain);
        let runs = runs.unwrap_or_else(|| "its unit".to_owned());
        let when = match last {
            Some(last @ 1..) => {
                let ago = look.ago(last);
                format!("it fired {} before the look", Seconds(ago.max(0)))
            }
            _ => "when it fired is not known".to_owned(),
        };
        let d = RULE
            .finding(format!(
                "the last run of timer {} of {} failed",
                plain(key),
                look.title()
            ))
            .of(part(key))
            .note(format!("{runs} ended with {}; {when}", plain(result)))
            .help(format!("on the host: journalctl -u {runs}"));
        out.add(look.object.clone(), look.dated(d, kind, key));
    }
    if !forgotten.is_empty() {
        let why = Reason::new(format!(
            "they fired before the host started, and systemd keeps no result over a start: {}",
            listed(&forgotten)
        ));
        look.unknown(
            &RULE,
            kind,
            "has run well what some timers start",
            &why,
            out,
        );
    }
}

fn cron(look: &Look<'_, '_>, out: &mut Findings) {
    let kind = FactKind::Cron;
    look.unseen(&RULE, kind, "has run well what cron starts", out);
    let own = jobs(look).into_iter();
    let own: Vec<String> = own
        .filter(|j| j.kind == kind && j.is_by_hand())
        .map(|j| j.key.to_owned())
        .collect();
    if !own.is_empty() {
        let why = Reason::new(format!("cron keeps no result of {}", listed(&own)));
        look.unknown(&RULE, kind, "has run well what cron starts", &why, out);
    }
}
