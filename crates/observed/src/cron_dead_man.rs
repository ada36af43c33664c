//! Jobs of which nobody learns that they failed.

use crate::look::{Look, hosts, listed, part};
use crate::scheduled::{Job, jobs};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "cron-dead-man",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Of a job that a timer or cron starts, nobody learns that it failed or did not run; in labs that have alerts, channels or probes.",
    rationale: "Alerts ring for what is measured. A job that stops running measures nothing, and silence looks like success. A dead man's switch turns it round: the job reports each time, and who misses the report rings.",
    example: "channels: {push: {kind: push}}   # and /etc/cron.d/backup runs restic and tells nobody",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::None("whom a job shall tell is a decision"),
    run,
};

/// Programs that tell somebody.
const TELLS: &[&str] = &[
    "apprise",
    "cronitor",
    "gotify",
    "hc-ping",
    "healthchecks",
    "mail",
    "mailx",
    "msmtp",
    "ntfy",
    "runitor",
    "sendmail",
    "telegram-send",
];
/// Programs that may tell somebody, or fetch something.
const MAY: &[&str] = &["curl", "wget"];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let lab = look.lab();
        // Where nothing rings at all, that is what is missing, not the switch of one job.
        if lab.alerts.is_empty() && lab.channels.is_empty() && lab.probes.is_empty() {
            continue;
        }
        let what = "has other jobs of which nobody learns";
        look.unseen(&RULE, FactKind::Timer, what, out);
        look.unseen(&RULE, FactKind::Cron, what, out);
        for kind in [FactKind::Timer, FactKind::Cron] {
            of_kind(&look, kind, out);
        }
    }
}

fn of_kind(look: &Look<'_, '_>, kind: FactKind, out: &mut Findings) {
    let (mut may, mut unread) = (Vec::new(), Vec::new());
    for job in jobs(look) {
        if job.kind != kind || !job.is_by_hand() || tells(look, &job) {
            continue;
        }
        match job.does() {
            None => unread.push(job.key.to_owned()),
            Some(words) if words.iter().any(|w| MAY.contains(w)) => may.push(job.key.to_owned()),
            Some(_) => {
                let d = RULE
                    .finding(format!("nobody learns that {} of {} failed or did not run", job.title(), look.title()))
                    .of(part(job.key))
                    .note("neither OnFailure= nor MAILTO=, and no program that tells somebody stands in its command or in root's scripts that it names")
                    .help("let it report to a dead man's switch at its end (curl to Healthchecks or Uptime Kuma), which rings when the report is missing");
                out.add(look.object.clone(), look.dated(d, kind, job.key));
            }
        }
    }
    let what = "tells somebody when a job fails";
    if !may.is_empty() {
        let why = Reason::new(format!(
            "curl or wget is called, and whom by is not read: {}",
            listed(&may)
        ));
        look.unknown(&RULE, kind, what, &why, out);
    }
    if !unread.is_empty() {
        let why = Reason::new(format!("what they call was not read: {}", listed(&unread)));
        look.unknown(&RULE, kind, what, &why, out);
    }
}

/// It says by itself that it failed.
fn tells(look: &Look<'_, '_>, job: &Job<'_>) -> bool {
    let file = job.key.rsplit_once(':').map_or(job.key, |(file, _)| file);
    let mailed = |(key, v): (&str, &Value)| {
        let text = |f: &str| v.field(f).and_then(Value::as_text).unwrap_or_default();
        let here = key.rsplit_once(':').is_some_and(|(f, _)| f == file);
        here && text("sets") == "MAILTO" && !text("to").is_empty()
    };
    job.value.field("on_failure").is_some()
        || job.has(TELLS)
        || (job.kind == FactKind::Cron && look.items(FactKind::Cron).any(mailed))
}
