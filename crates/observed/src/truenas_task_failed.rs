//! A task of TrueNAS that keeps copies, and that failed, is held up, or has not run for longer than its schedule allows.

use crate::appliance::{TASK, all, flag, number, text, texts};
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::declare::Value as _;
use model::kleene::Reason;
use model::units::Seconds;
use model::units::calendar::Calendar;
use model::value::Value;

const DAY: i64 = 86_400;
/// So long a run may take (s), beside missing its turn once.
const SLACK: i64 = 3_600;

pub const RULE: Rule = Rule {
    id: "truenas-task-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A snapshot, replication or cloud sync task of TrueNAS failed the last time, is on hold, has never run, or last ended (or began, and has not ended) longer ago than twice its interval and an hour.",
    rationale: "Snapshots and replicas are the copies that a NAS makes of what everybody keeps there. A task that fails looks like one that works until its copy is needed, and one that was set up and never ran is a promise only. One that ended well half a year ago, and is to run each hour, has stopped.",
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
    let shown = shown(key, task);
    let (state, enabled) = (text(task, "state"), flag(task, "enabled"));
    let by_itself = text(task, "schedule").is_some() || flag(task, "follows") == Some(true);
    let of = look.title();
    let last = number(task, "last").filter(|at| !look.is_future(*at));
    let judged = match (enabled, state) {
        (Some(false), _) => return,
        // It runs when somebody asks it to.
        (Some(true), Some("finished" | "running" | "waiting" | "pending")) if !by_itself => return,
        (Some(true), Some("finished")) => late(look, task, last, |age| {
            format!("last ended well {age} before the look")
        }),
        (Some(true), Some(is @ ("running" | "waiting"))) => {
            let since = number(task, "since").filter(|at| !look.is_future(*at));
            late(look, task, since, |age| format!("has been {is} for {age}"))
        }
        (Some(true), Some("failed")) => match last {
            Some(at) => Ok(Some(format!(
                "failed {} before the look",
                Seconds(look.ago(at).max(0))
            ))),
            None => Ok(Some("failed the last time".to_owned())),
        },
        (Some(true), Some("held")) => Ok(Some("is on hold".to_owned())),
        (Some(true), Some("pending")) => Ok(Some("has never run".to_owned())),
        _ => Err("the observation does not say"),
    };
    let message = match judged {
        Ok(Some(is)) => format!("{shown} of {of} {is}"),
        Ok(None) => return,
        Err(why) => {
            let what = format!("runs its {shown} without an error");
            return look.unknown(&RULE, TASK, &what, &Reason::new(why), out);
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

/// `snapshot task 'snapshots of tank'`.
fn shown(key: &str, task: &Value) -> String {
    let kind = match key.split_once('/') {
        Some(("cloud", _)) => "cloud sync",
        Some((kind, _)) => kind,
        None => key,
    };
    let name = text(task, "name").unwrap_or(key);
    format!("{} task '{}'", plain(kind), plain(name))
}

/// What is said of a task whose time lies further back than its schedule allows; why that cannot be told.
fn late(
    look: &Look<'_, '_>,
    task: &Value,
    at: Option<i64>,
    what: impl Fn(Seconds) -> String,
) -> Result<Option<String>, &'static str> {
    let at = at.ok_or("when it last ran is not told")?;
    let every = interval(task).ok_or("how often it is to run is not understood")?;
    let (age, limit) = (look.ago(at), every.saturating_mul(2).saturating_add(SLACK));
    let said = || {
        format!(
            "{}, and is to run each {}",
            what(Seconds(age)),
            Seconds(every)
        )
    };
    Ok((age > limit).then(said))
}

/// The longest time between two turns, in seconds.
fn interval(task: &Value) -> Option<i64> {
    let own = text(task, "schedule").map(|own| vec![own]);
    let mut all = own.or_else(|| texts(task, "after"))?;
    all.extend(text(task, "only"));
    let minutes = |schedule: &&str| Calendar::parse(schedule).ok()?.longest_interval();
    let all: Option<Vec<u64>> = all.iter().map(minutes).collect();
    let longest = i64::try_from(all?.into_iter().max()?)
        .ok()?
        .checked_mul(60)?;
    // Of the hours of a day it has its turns in some alone.
    let is_windowed = text(task, "window").is_some();
    Some(longest.saturating_add(if is_windowed { DAY } else { 0 }))
}
