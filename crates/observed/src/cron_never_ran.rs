//! Jobs that nothing ever starts.

use crate::look::{Look, count, hosts, listed, part};
use crate::scheduled::{Job, jobs};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "cron-never-ran",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A timer or a line of cron is there, and nothing starts it.",
    rationale: "A timer that was enabled and never started, one whose time is over, a line that cron does not take, a machine without cron: the job stands in its file, everybody believes in it, and it never ran.",
    example: "hosts: {nas: {}}   # and backup.timer is enabled and not started: systemctl enable without --now",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("whether the job is wanted at all is a decision"),
    run,
};

const DAEMONS: [&str; 4] = [
    "cron.service",
    "crond.service",
    "cronie.service",
    "fcron.service",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        timers(&look, out);
        lines(&look, out);
        daemon(&look, out);
    }
}

fn timers(look: &Look<'_, '_>, out: &mut Findings) {
    let kind = FactKind::Timer;
    look.unseen(&RULE, kind, "has other timers that never fire", out);
    let mut waiting = Vec::new();
    for (key, value) in look.items(kind) {
        let int = |f: &str| value.field(f).and_then(Value::as_int);
        let (active, last) = (value.field("active").and_then(Value::as_bool), int("last"));
        let (Some(active), Some(last), Some(next)) = (active, last, int("next")) else {
            let what = format!("ever starts {}", plain(key));
            look.untold(&RULE, kind, &what, out);
            continue;
        };
        let why = match (active, last, next) {
            (false, ..) => match not_started(key, value) {
                Some(why) => why,
                None => continue,
            },
            (true, 0, 0) => (
                "never fired and never will",
                "its time is over, or what it counts from does not come",
            ),
            (true, 0, _) => {
                let since = int("since").map_or(0, |at| look.ago(at));
                waiting.push(format!(
                    "{} (started {} ago)",
                    plain(key),
                    Seconds(since.max(0))
                ));
                continue;
            }
            (true, ..) => continue,
        };
        let d = RULE
            .finding(format!("timer {} of {} {}", plain(key), look.title(), why.0))
            .of(part(key))
            .note(why.1)
            .help(format!("on the host: systemctl enable --now {0}, or take it away; systemctl list-timers --all shows when it fires", plain(key)));
        out.add(look.object.clone(), look.dated(d, kind, key));
    }
    if !waiting.is_empty() {
        let why = Reason::new(format!("not since they were started: {}", listed(&waiting)));
        look.unknown(
            &RULE,
            kind,
            "has ever run what some timers start",
            &why,
            out,
        );
    }
}

/// What is wrong with a timer that is not started, unless that is as its package left it.
fn not_started(key: &str, value: &Value) -> Option<(&'static str, &'static str)> {
    let enabled = value.field("enabled").and_then(Value::as_text)?;
    let job = Job {
        kind: FactKind::Timer,
        key,
        value,
    };
    match enabled {
        "enabled" | "enabled-runtime" => Some((
            "is enabled and not started",
            "it fires first after the next restart of the host",
        )),
        "disabled" | "linked" if job.is_by_hand() => Some((
            "is there and not enabled",
            "somebody made it on this host, and nothing starts it",
        )),
        _ => None,
    }
}

/// Lines that cron does not understand.
fn lines(look: &Look<'_, '_>, out: &mut Findings) {
    let kind = FactKind::Cron;
    look.unseen(&RULE, kind, "has other lines that cron does not run", out);
    for (key, value) in look.items(kind) {
        let job = value.field("when").is_some() || value.field("sets").is_some();
        if job || value.field("command").is_none() {
            continue;
        }
        let d = RULE
            .finding(format!("cron does not take line {} of {}", plain(key), look.title()))
            .of(part(key))
            .note("it is neither five fields, an account where the table names one, and a command, nor NAME=value; cron may leave out the whole file for it")
            .help("crontab(5) says what a line has to be");
        out.add(look.object.clone(), look.dated(d, kind, key));
    }
}

/// Lines of somebody's own, and nobody who reads them.
fn daemon(look: &Look<'_, '_>, out: &mut Findings) {
    let cron = jobs(look).into_iter().filter(|j| j.kind == FactKind::Cron);
    let own: Vec<String> = cron
        .filter(Job::is_by_hand)
        .map(|j| j.key.to_owned())
        .collect();
    // systemd-cron makes timers of the lines.
    let made = |(key, _): (&str, &Value)| key.starts_with("cron-");
    if own.is_empty() || look.items(FactKind::Timer).any(made) {
        return;
    }
    let kind = FactKind::Unit;
    let runs = |(key, v): (&str, &Value)| {
        DAEMONS.contains(&key) && v.field("active") == Some(&Value::Bool(true))
    };
    if look.items(kind).any(runs) {
        return;
    }
    if let Some(reason) = look.gap(kind) {
        return look.unknown(&RULE, kind, "has a cron that runs", &reason, out);
    }
    let d = RULE
        .finding(format!(
            "{} has {} for cron, and no cron runs",
            look.title(),
            count(own.len(), "job", "jobs")
        ))
        .of("cron")
        .note(format!(
            "none of {} is active, and these wait: {}",
            DAEMONS.join(", "),
            listed(&own)
        ))
        .help("on the host: systemctl enable --now cron");
    out.add(look.object.clone(), look.dated(d, kind, "cron.service"));
}
