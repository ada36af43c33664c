//! A task of TrueNAS that keeps copies, and that failed, is held up, or has never run.

use crate::appliance::{TASK, all, flag, number, text, texts};
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::units::Seconds;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "truenas-task-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A snapshot, replication or cloud sync task of TrueNAS failed the last time, is on hold, or has never run.",
    rationale: "Snapshots and replicas are the copies that a NAS makes of what everybody keeps there. A task that fails looks like one that works until its copy is needed, and one that was set up and never ran is a promise only.",
    example: "hosts: {nas: {truenas: {url: 'https://192.168.10.20', user: holdfast}}}   # and replication.query tells ERROR of 'photos to attic'",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("why it failed stands in the log of its job"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, TASK, "has other tasks that fail", out);
        for (key, task) in look.items(TASK) {
            // Of scrubs the pool itself tells when they came to their end.
            if !key.starts_with("scrub/") {
                one(&look, key, task, out);
            }
        }
    }
}

fn one(look: &Look<'_, '_>, key: &str, task: &Value, out: &mut Findings) {
    let kind = match key.split_once('/') {
        Some(("cloud", _)) => "cloud sync",
        Some((kind, _)) => kind,
        None => key,
    };
    let name = text(task, "name").unwrap_or(key);
    let shown = format!("{} task '{}'", plain(kind), plain(name));
    let (state, enabled) = (text(task, "state"), flag(task, "enabled"));
    let by_itself = text(task, "schedule").is_some() || flag(task, "follows") == Some(true);
    let of = look.title();
    let last = number(task, "last").filter(|at| !look.is_future(*at));
    let message = match (enabled, state) {
        (Some(false), _) | (Some(true), Some("finished" | "running" | "waiting")) => return,
        (Some(true), Some("failed")) => match last {
            Some(at) => format!(
                "{shown} of {of} failed {} before the look",
                Seconds(look.ago(at).max(0))
            ),
            None => format!("{shown} of {of} failed the last time"),
        },
        (Some(true), Some("held")) => format!("{shown} of {of} is on hold"),
        (Some(true), Some("pending")) if by_itself => format!("{shown} of {of} has never run"),
        // It runs when somebody asks it to.
        (Some(true), Some("pending")) => return,
        _ => {
            let what = format!("runs its {shown} without an error");
            return look.untold(&RULE, TASK, &what, out);
        }
    };
    let d = RULE.finding(message);
    let sources = texts(task, "source").unwrap_or_default().join(", ");
    let d = match text(task, "target") {
        Some(target) => d.note(format!("from {} to {}", plain(&sources), plain(target))),
        None => d.note(format!("of {}", plain(&sources))),
    };
    let d = d.help("Data Protection in its web interface shows the task with its log");
    out.add(look.object.clone(), look.dated(d.of(part(key)), TASK, key));
}
