//! A CronJob of Kubernetes that never succeeded, or not for long.

use crate::backups::{flag, number, text};
use crate::kube::all;
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use jiff::SignedDuration;
use model::declare::Value as _;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::units::calendar::Calendar;
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::KubeWorkload;
/// So long a run may take (s), beside missing its turn once.
const SLACK: i64 = 3_600;

pub const RULE: Rule = Rule {
    id: "kube-cron-no-success",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A CronJob of Kubernetes never succeeded, or not within twice its interval and an hour.",
    rationale: "A dump of a database that fails each night, or is never started because its last run still hangs, leaves pods that are tidied away. What counts is when it last succeeded.",
    example: "clusters: {k8s: {kind: k3s, members: [m1], api: {…}}}   # and the CronJob dump, each night, last succeeded nine days ago",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("why it fails stands in the log of its pods"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, KIND, "has other CronJobs that do not succeed", out);
        let mut intervals = Intervals::default();
        for (key, job) in look.items(KIND) {
            if text(job, "kind") != Some("cronjob") || flag(job, "suspended") == Some(true) {
                continue;
            }
            if let Some(d) = one(&look, (key, job), intervals.of(job), out) {
                let d = look.dated(d.of(part(key)), KIND, key);
                out.add(look.object.clone(), d);
            }
        }
    }
}

/// What stands between two turns, in seconds, of each schedule that was met: many jobs run at one time.
#[derive(Default)]
struct Intervals<'v>(BTreeMap<&'v str, Option<i64>>);

impl<'v> Intervals<'v> {
    fn of(&mut self, job: &'v Value) -> Option<i64> {
        let schedule = text(job, "schedule")?;
        *self.0.entry(schedule).or_insert_with(|| interval(schedule))
    }
}

/// As the controller reads it: five fields, or a word behind `@`.
fn interval(schedule: &str) -> Option<i64> {
    let schedule = match schedule.split_once(' ') {
        // A zone moves the turns, and not what stands between them.
        Some((zone, rest)) if zone.starts_with("TZ=") || zone.starts_with("CRON_TZ=") => rest,
        _ => schedule,
    };
    let schedule = schedule.trim();
    if let Some(every) = schedule.strip_prefix("@every ") {
        let every: SignedDuration = every.trim().parse().ok()?;
        // Less than a second is a second.
        return Some(every)
            .filter(|e| e.is_positive())
            .map(|e| e.as_secs().max(1));
    }
    let words = match schedule.strip_prefix('@') {
        Some("midnight") => "daily".to_owned(),
        Some(word) => word.to_owned(),
        None => schedule.replace('?', "*"),
    };
    let minutes = Calendar::parse(&words).ok()?.longest_interval()?;
    i64::try_from(minutes).ok()?.checked_mul(60)
}

fn one(
    look: &Look<'_, '_>,
    (key, job): (&str, &Value),
    every: Option<i64>,
    out: &mut Findings,
) -> Option<Diagnostic> {
    let namespace = plain(text(job, "namespace").unwrap_or_default());
    let name = plain(text(job, "name").unwrap_or(key));
    let unknown = |why: &str, out: &mut Findings| {
        let what = format!("has a CronJob {} that succeeds", plain(key));
        look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
    };
    let schedule = text(job, "schedule").map(plain);
    let Some((every, schedule)) = every.zip(schedule.as_ref()) else {
        match &schedule {
            Some(said) => {
                let why = format!("how often it is to run is not understood: '{said}'");
                unknown(&why, out);
            }
            None => unknown("how often it is to run is not told", out),
        }
        return None;
    };
    let limit = every.saturating_mul(2).saturating_add(SLACK);
    let start = number(job, "last_start").unwrap_or(0);
    let age = number(job, "created").map(|at| look.ago(at));
    let is = match (number(job, "last_success"), age) {
        (None, _) => {
            unknown("when it last succeeded is not told", out);
            return None;
        }
        (Some(0), None) => {
            unknown(
                "it never succeeded, and since when it is there is not told",
                out,
            );
            return None;
        }
        // It has not had its turn yet.
        (Some(0), Some(age)) if age <= every.saturating_add(SLACK) => return None,
        (Some(0), _) if start == 0 => "was never started".to_owned(),
        (Some(0), _) => "never succeeded".to_owned(),
        (Some(at), _) if look.is_future(at) => {
            unknown("its cluster dates the last success after the look", out);
            return None;
        }
        (Some(at), _) if look.ago(at) <= limit => return None,
        (Some(at), _) => format!("has not succeeded for {}", Seconds(look.ago(at))),
    };
    let message = format!(
        "CronJob {name} in namespace {namespace} of {} {is}",
        look.title()
    );
    let mut d = RULE.finding(message).note(format!(
        "it is to run each {} ('{schedule}'); {} are allowed",
        Seconds(every),
        Seconds(limit)
    ));
    if start > 0 {
        let ago = Seconds(look.ago(start).max(0));
        d = d.note(format!("it was last started {ago} before the look"));
    }
    Some(d.help(format!(
        "kubectl get jobs --namespace {namespace}, and kubectl logs of the newest one of {name}"
    )))
}

#[cfg(test)]
mod tests {
    #[test]
    fn schedules_as_the_controller_reads_them() {
        let rows = [
            ("0 3 * * *", Some(86_400)),
            ("0 3 ? * *", Some(86_400)),
            ("@daily", Some(86_400)),
            ("@midnight", Some(86_400)),
            ("@hourly", Some(3_600)),
            ("@weekly", Some(7 * 86_400)),
            ("@every 6h", Some(21_600)),
            ("@every 1h30m", Some(5_400)),
            ("@every 10ms", Some(1)),
            ("TZ=Europe/Berlin 0 3 * * *", Some(86_400)),
            ("@every 0s", None),
            ("@every", None),
            ("@never", None),
            ("", None),
        ];
        for (schedule, expected) in rows {
            assert_eq!(super::interval(schedule), expected, "{schedule}");
        }
    }
}
