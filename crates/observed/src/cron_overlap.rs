//! Heavy jobs of one machine that run at the same time.

use crate::look::{Look, hosts, listed, part};
use crate::scheduled::{Job, jobs, unread};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use jiff::Unit;
use jiff::civil::DateTime;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "cron-overlap",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Two heavy jobs of a host (backup, dump, scrub, synchronisation) run at the same time.",
    rationale: "Each was measured alone. Together they share one disk, both take several times as long, and a dump may be archived while it is written.",
    example: "hosts: {nas: {}}   # and restic.timer and cron's rsync both start at 03:00",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("which of them may wait is a decision"),
    run,
};

const WHAT: &str = "has heavy jobs at the same time";

/// Of a job whose length nobody knows at least this is taken (s).
const LEAST: i64 = 15 * 60;

/// So many are held against each other; a host that says it has more would be compared for hours.
const MOST: usize = 100;

struct Timed<'a> {
    job: Job<'a>,
    starts: Vec<DateTime>,
    length: i64,
    measured: bool,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let what = "has other heavy jobs at the same time";
        look.unseen(&RULE, FactKind::Timer, what, out);
        look.unseen(&RULE, FactKind::Cron, what, out);
        unread(&look, &RULE, WHAT, out);
        one(&look, out);
    }
}

fn one(look: &Look<'_, '_>, out: &mut Findings) {
    let all = jobs(look).into_iter().filter(Job::is_heavy);
    let (mut timed, mut unread): (Vec<Timed<'_>>, Vec<String>) = (Vec::new(), Vec::new());
    for job in all {
        match job.starts(look) {
            Some(starts) => timed.push(with_length(job, starts)),
            None => unread.push(job.title()),
        }
    }
    if !unread.is_empty() && timed.len() + unread.len() > 1 {
        let why = Reason::new(format!(
            "when these start does not stand in a calendar that is understood: {}",
            listed(&unread)
        ));
        look.unknown(&RULE, FactKind::Timer, WHAT, &why, out);
    }
    if timed.len() > MOST {
        let why = Reason::new(format!(
            "it has {}, of which {MOST} are held against each other",
            timed.len()
        ));
        look.unknown(&RULE, FactKind::Timer, WHAT, &why, out);
        timed.truncate(MOST);
    }
    for (n, a) in timed.iter().enumerate() {
        for b in timed.iter().skip(n + 1) {
            if let Some(at) = meet(a, b) {
                tell(look, a, b, at, out);
            }
        }
    }
}

fn with_length<'a>(job: Job<'a>, starts: Vec<DateTime>) -> Timed<'a> {
    // How long a run took that failed says nothing.
    let well = job.value.field("result") == Some(&Value::from("success"));
    let took = job.value.field("took").and_then(Value::as_int);
    let took = took.filter(|_| well);
    Timed {
        starts,
        length: took.unwrap_or(LEAST),
        measured: took.is_some(),
        job,
    }
}

/// The first start of one of them while the other runs.
fn meet(a: &Timed<'_>, b: &Timed<'_>) -> Option<DateTime> {
    let during = |of: &Timed<'_>, at: DateTime| {
        let before = of.starts.partition_point(|s| *s <= at);
        let start = before.checked_sub(1).and_then(|i| of.starts.get(i));
        start.is_some_and(|s| between(*s, at) < of.length)
    };
    let first = a.starts.iter().copied().find(|at| during(b, *at));
    let second = b.starts.iter().copied().find(|at| during(a, *at));
    [first, second].into_iter().flatten().min()
}

fn between(a: DateTime, b: DateTime) -> i64 {
    let span = a.until((Unit::Second, b));
    span.map_or(i64::MAX, |s| s.get_seconds())
}

fn tell(look: &Look<'_, '_>, a: &Timed<'_>, b: &Timed<'_>, at: DateTime, out: &mut Findings) {
    let length = |t: &Timed<'_>| match t.measured {
        true => format!("{} took {} the last time", t.job.title(), Seconds(t.length)),
        false => format!(
            "how long {} takes is not known, {} are assumed",
            t.job.title(),
            Seconds(t.length)
        ),
    };
    let d = RULE
        .finding(format!(
            "{} and {} of {} run at the same time",
            a.job.title(),
            b.job.title(),
            look.title()
        ))
        .of(part(&format!("{} {}", a.job.key, b.job.key)))
        .note(format!(
            "first on {} at {}, by the clock of the host",
            at.date(),
            at.strftime("%H:%M")
        ))
        .note(format!(
            "{}; {}; delays by chance are not counted",
            length(a),
            length(b)
        ))
        .help(
            "let one start when the other has ended (After= and Before=, or one script for both)",
        );
    out.add(look.object.clone(), look.dated(d, a.job.kind, a.job.key));
}
