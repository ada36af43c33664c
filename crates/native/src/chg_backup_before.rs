//! Updates that run before the backup that would undo them.

use crate::bodies::Body;
use crate::copies::Copy;
use crate::standing::away;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use jiff::civil::{Date, DateTime};
use model::declare::{About, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::protection::{Approval, Job, JobKind};
use model::lab::{DataClass, Lab};
use model::units::Seconds;
use model::units::calendar::Calendar;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "chg-backup-before",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An automatic update runs without a fresh backup of what it updates.",
    rationale: "Updates migrate databases, and there is no way back but the copy from before. It has to be taken, finished and \
        verified first: order by the clock is right until the backup fails or takes longer, so the update names the backup that it \
        needs.",
    example: "jobs: {images: {kind: image-update, on: [wiki], schedule: 'Sun 02:00', automatic: true}}   # backup daily at 03:00",
    controls: &["CIS v8 11.2", "ISO 27001:2022 A.8.32"],
    mend: Mend::None("when the machines may be busy is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut known = Known::new();
    let lab = ctx.lab;
    let copies = ctx.copies();
    let bodies = ctx.bodies();
    let within = within(bodies);
    for (name, job) in &lab.jobs {
        let update = matches!(
            job.kind.known(),
            Some(JobKind::Update | JobKind::ImageUpdate)
        );
        let alone = job.automatic.known() != Some(&false)
            && job.approval.known() != Some(&Approval::Person);
        if !update || !alone || named(lab, job) {
            continue;
        }
        let Some(schedule) = job.schedule.known() else {
            continue;
        };
        let touched: Vec<&Body<'_>> = touched(lab, job, bodies, &within);
        if touched.is_empty() {
            continue;
        }
        let start = schedule.next(first_minute(ctx.today));
        let Some(start) = start else { continue };
        let mut worst: Option<Verdict<'_>> = None;
        for body in touched {
            let own = copies.copies(body);
            let verdict = judge(body, &own, start, &mut known);
            if worst.as_ref().is_none_or(|w| verdict.rank() > w.rank()) {
                worst = Some(verdict);
            }
        }
        if let Some(d) = worst.and_then(|w| finding(name, job, schedule, w)) {
            out.add(ObjectRef::new(Kind::Job, name), d);
        }
    }
}

/// How long before and after a time calendars come, by how they are written.
type Known = BTreeMap<(String, DateTime), Option<(Seconds, Seconds)>>;

fn first_minute(today: Date) -> DateTime {
    today.at(0, 0, 0, 0)
}

/// It waits for a backup, itself or by way of another job.
fn named(lab: &Lab, job: &Job) -> bool {
    job.needs.iter().any(|n| {
        n.value.kind() == Kind::Backup && away(lab, &n.value.0.object).is_none()
            || lab
                .jobs
                .get(n.value.name())
                .is_some_and(|j| matches!(j.kind.known(), Some(JobKind::Backup | JobKind::Dump)))
    })
}

/// Bodies by the things whose copies have them in them.
type Within<'a> = BTreeMap<(Kind, &'a str), Vec<usize>>;

fn within<'a>(bodies: &[Body<'a>]) -> Within<'a> {
    let mut out: Within<'_> = BTreeMap::new();
    for (n, body) in bodies.iter().enumerate() {
        for key in &body.within {
            out.entry(*key).or_default().push(n);
        }
    }
    out
}

/// What is kept by what the job changes.
fn touched<'b, 'a>(
    lab: &'a Lab,
    job: &'a Job,
    bodies: &'b [Body<'a>],
    within: &Within<'a>,
) -> Vec<&'b Body<'a>> {
    let on = job.on.iter().map(|o| (o.value.kind(), o.value.name()));
    let covers = job.covers.iter().filter_map(|c| match &c.value {
        About::Ref(r) => Some((r.kind(), r.name())),
        About::Text(_) => None,
    });
    let on: BTreeSet<(Kind, &str)> = on.chain(covers).collect();
    let mut found: BTreeSet<usize> = on
        .iter()
        .filter_map(|key| within.get(key))
        .flatten()
        .copied()
        .collect();
    // A hypervisor's guests are changed with it.
    for (_, name) in on.iter().filter(|(kind, _)| *kind == Kind::Cluster) {
        let machines = crate::places::of(lab, Kind::Cluster, name).machines;
        let guests = bodies
            .iter()
            .enumerate()
            .filter(|(_, b)| b.object.kind == Kind::Guest);
        found.extend(
            guests
                .filter(|(_, b)| !b.place.machines.is_disjoint(&machines))
                .map(|(n, _)| n),
        );
    }
    let found = found.into_iter().filter_map(|n| bodies.get(n));
    found.filter(|b| !b.is_scratch()).collect()
}

/// What an update finds when it begins.
enum Verdict<'a> {
    /// A finished backup, and none that should have come first.
    Fine,
    /// It cannot be told.
    Unknown(&'a Body<'a>, String),
    /// The newest is old, and the next one comes soon after.
    Inverted(&'a Body<'a>, &'a Copy<'a>, Seconds, Seconds),
    /// It is still being taken.
    Running(&'a Body<'a>, &'a Copy<'a>, Seconds, Seconds),
    /// There is none.
    None(&'a Body<'a>),
}

impl Verdict<'_> {
    fn rank(&self) -> u8 {
        match self {
            Verdict::Fine => 0,
            Verdict::Unknown(..) => 1,
            Verdict::Running(..) => 2,
            Verdict::Inverted(..) => 3,
            Verdict::None(_) => 4,
        }
    }
}

fn judge<'a>(
    body: &'a Body<'a>,
    own: &[&'a Copy<'a>],
    start: DateTime,
    known: &mut Known,
) -> Verdict<'a> {
    if own.is_empty() {
        // It can be had again, and nobody takes copies of it.
        if body.class == Some(DataClass::Replaceable) {
            return Verdict::Fine;
        }
        return Verdict::None(body);
    }
    let mut best = Verdict::Unknown(body, "no backup runs at a fixed time".to_owned());
    let mut newest: Option<Seconds> = None;
    for copy in own {
        let Some((since, until)) = copy.calendar.and_then(|c| {
            let entry = known.entry((c.to_string(), start));
            *entry.or_insert_with(|| around(c, start))
        }) else {
            continue;
        };
        if newest.is_some_and(|n| n <= since) {
            continue;
        }
        newest = Some(since);
        best = match copy.took {
            Some(took) if took > since => Verdict::Running(body, copy, since, took),
            _ if since > until => Verdict::Inverted(body, copy, since, until),
            _ => Verdict::Fine,
        };
    }
    // One whose time nobody knows may be newer, and done.
    let open = own.iter().find(|copy| copy.calendar.is_none());
    match (&best, open) {
        (Verdict::Inverted(..) | Verdict::Running(..), Some(copy)) => {
            Verdict::Unknown(body, format!("when {} runs is not declared", copy.by))
        }
        _ => best,
    }
}

/// How long before a time the last one was, and how long after it the next one is.
fn around(calendar: &Calendar, at: DateTime) -> Option<(Seconds, Seconds)> {
    let minutes = i64::try_from(calendar.longest_interval()?).ok()?;
    let back = jiff::Span::new()
        .try_minutes(minutes.checked_add(1)?)
        .ok()?;
    let mut last = calendar.next(at.checked_sub(back).ok()?)?;
    let mut next = last;
    while next <= at {
        last = next;
        next = calendar.next(next)?;
    }
    let seconds = |from: DateTime, to: DateTime| {
        let span = from.until((jiff::Unit::Second, to)).ok()?;
        Some(Seconds(span.get_seconds()))
    };
    Some((seconds(last, at)?, seconds(at, next)?))
}

fn finding(name: &str, job: &Job, schedule: &Calendar, verdict: Verdict<'_>) -> Option<Diagnostic> {
    let span = job.schedule.as_ref().map_or(job.span, |s| s.span);
    let help = |by: &str| {
        format!(
            "write 'needs: [{by}]' on job '{name}' and start it after the backup has been verified"
        )
    };
    let d = match verdict {
        Verdict::Fine => return None,
        Verdict::Unknown(body, why) => RULE
            .unknown(format!("whether a fresh backup of {} exists when job '{name}' runs", body.what))
            .at(span, "")
            .note(why)
            .help("name the backup that must have gone well: 'needs: […]'"),
        Verdict::None(body) => RULE
            .finding(format!("job '{name}' updates what keeps {}, of which there is no backup", body.what))
            .at(span, format!("runs '{schedule}'"))
            .and_at(body.span, "copies: 0")
            .help("back it up first; an update that migrates data cannot be taken back"),
        Verdict::Inverted(body, copy, since, until) => RULE
            .finding(format!("job '{name}' runs {until} before the backup, not after it"))
            .at(span, format!("runs '{schedule}'"))
            .and_at(copy.span, runs(copy))
            .note(format!(
                "when it runs, the newest copy of {} is {since} old, and the next one comes {until} later",
                body.what
            ))
            .help(help(copy.taker.1)),
        Verdict::Running(body, copy, since, took) => RULE
            .finding(format!("job '{name}' runs while the backup of {} is still being taken", body.what))
            .at(span, format!("runs '{schedule}'"))
            .and_at(copy.span, runs(copy))
            .note(format!("{} begins {since} earlier and takes {took}: {since} < {took}", copy.by))
            .help(help(copy.taker.1)),
    };
    Some(d)
}

fn runs(copy: &Copy<'_>) -> String {
    match &copy.schedule {
        Some(schedule) => format!("{} runs '{schedule}'", copy.by),
        None => copy.by.clone(),
    }
}
