//! Copies are taken more rarely than the objective allows.

use crate::bodies::Body;
use crate::copies::unhurt;
use crate::faults;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity, Spanned};
use graph::newest::{Newest, Point, newest};
use jiff::civil::Date;
use model::declare::{OptExt as _, Value as _};
use model::lab::{DataClass, FaultScope};
use model::units::Seconds;
use model::units::calendar::Calendar;
use model::units::timezone::{Clock, TimeZone};
use std::collections::BTreeMap;

mod away;

pub(crate) const RULE: Rule = Rule {
    id: "bak-rpo-schedule",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Data is copied more rarely than its recovery point objective allows.",
    rationale: "Right before the next copy, everything since the last one is lost: the worst loss is the interval of the most \
        frequent copy that survives the fault, and the time that one takes on its way. If that exceeds the objective, the promise \
        is broken on paper. Backups, replications and jobs count where they lie outside of what the fault destroys; snapshots on \
        the same pool count against damage and deletion only. Where the lab has a `timezone`, a schedule is held against the change of its clocks, too: \
        between two runs at 03:00 are 25 hours when they are set back. That is told as an info, once a year being what it is. A copy that begins while planned downtime has taken away what it is of, or where it goes, does not come at all.",
    example: "tiers: {gold: {rpo: {corruption: 24h}}}   # with a backup 'every: 1w'",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::Unsafe("runs the backup as often as the objective asks"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let copies = ctx.copies();
    let undos = ctx.snapshots();
    let mut clocks = Clocks::of(ctx);
    for body in ctx.bodies() {
        if body.class == Some(DataClass::Scratch) {
            continue;
        }
        let mut late = Vec::new();
        let mut open = Vec::new();
        let mut untimed = Vec::new();
        let mut set_back: Option<Diagnostic> = None;
        for scope in FaultScope::ALL {
            let Some((tier, rpo)) = body.rpo(scope) else {
                continue;
            };
            if unhurt(ctx.lab, body, scope) {
                continue;
            }
            match newest(ctx.lab, (copies, undos), body, scope, rpo.value) {
                Newest::None => {}
                Newest::Unknown((by, span)) => {
                    let why = format!("how often {by} runs is not declared");
                    open.push((scope, span, why));
                }
                Newest::Unplaced((by, span), why) => {
                    open.push((scope, span, format!("whether {by} is left: {why}")));
                }
                Newest::Untimed(point) => untimed.push((scope, rpo.value, point)),
                Newest::Known(point) if point.total() > rpo.value => late.push(Late {
                    scope,
                    tier,
                    rpo,
                    point,
                }),
                Newest::Known(point) => {
                    set_back =
                        set_back.or_else(|| clocks.finding(body, (scope, tier, rpo), &point));
                }
            }
        }
        if let Some(d) = set_back {
            out.add(body.object.clone(), d);
        }
        if let Some((_, span, why)) = open.first() {
            let scopes: Vec<FaultScope> = open.iter().map(|(s, ..)| *s).collect();
            let lost = faults::words(&scopes);
            let message = format!("how much of {} can be lost by {lost}", body.what);
            let d = RULE.unknown(message).at(*span, why.clone());
            out.add(body.object.clone(), d);
        }
        if let Some(d) = not_timed(body, &untimed) {
            out.add(body.object.clone(), d);
        }
        if let Some(d) = finding(body, &late) {
            out.add(body.object.clone(), d);
        }
    }
    away::run(ctx, out);
}

/// The clocks of the lab, and what they make of each schedule.
struct Clocks<'a> {
    zone: Option<(&'a TimeZone, Clock)>,
    today: Date,
    /// By schedule.
    longest: BTreeMap<String, Option<(Seconds, Date)>>,
}

impl<'a> Clocks<'a> {
    fn of(ctx: &Context<'a>) -> Self {
        let zone = ctx.lab.head.timezone.known();
        Self {
            zone: zone.and_then(|z| Some((z, z.clock()?))),
            today: ctx.today,
            longest: BTreeMap::new(),
        }
    }

    /// The longest interval of a schedule around a change of the clock, and the day of that.
    fn longest(&mut self, schedule: &str) -> Option<(Seconds, Date)> {
        let (_, clock) = self.zone.as_ref()?;
        let today = self.today;
        let longest = || {
            let calendar = Calendar::parse(schedule).ok()?;
            let (minutes, day) = clock.longest_interval(&calendar, today)?;
            Some((Seconds(i64::try_from(minutes).ok()?.checked_mul(60)?), day))
        };
        let kept = self.longest.entry(schedule.to_owned());
        *kept.or_insert_with(longest)
    }

    /// What is copied often enough on every day but the one on which the clocks are set back. Nobody plans for that hour, and whoever promises
    /// it should know.
    fn finding(
        &mut self,
        body: &Body<'_>,
        (scope, tier, rpo): (FaultScope, &str, &Spanned<Seconds>),
        point: &Point,
    ) -> Option<Diagnostic> {
        /// What comes every hour or two is run in both of the hours that the clock shows twice.
        const SELDOM: i64 = 3 * 3_600;
        let schedule = point
            .schedule
            .as_ref()
            .filter(|_| point.every.0 >= SELDOM)?;
        let (longest, day) = self.longest(schedule)?;
        let total = Seconds(point.total().0 - point.every.0 + longest.0);
        if total.0 <= rpo.value.0 {
            return None;
        }
        let (what, by, zone) = (&body.what, &point.by, self.zone.as_ref()?.0);
        let (lost, allowed) = (faults::words(&[scope]), rpo.value);
        let d = RULE
            .with(
                Severity::Info,
                format!("{what} can lose {} by {lost} around {day}, when the clocks of {zone} are set, and tier '{tier}' allows {allowed}", exact(total)),
            )
            .at(point.span, format!("{by} runs '{schedule}', by the clock"))
            .and_at(rpo.span, format!("the RPO for {}", scope.word()))
            .note(format!(
                "between two runs are {} around {day}, and {} at other times",
                exact(longest),
                exact(point.every)
            ));
        Some(d.help(format!(
            "allow {}, run {by} more often, or say 'timezone: UTC' if that is what the machines keep",
            exact(total)
        )))
    }
}

/// What is left of an objective for the copy itself may be enough or not: nobody said how long one takes.
fn not_timed(body: &Body<'_>, untimed: &[(FaultScope, Seconds, Point)]) -> Option<Diagnostic> {
    let left = |(_, allowed, point): &&(FaultScope, Seconds, Point)| allowed.0 - point.every.0;
    let least = untimed.iter().min_by_key(left)?;
    let (_, allowed, point) = least;
    let scopes: Vec<FaultScope> = untimed.iter().map(|(s, ..)| *s).collect();
    let (what, by) = (&body.what, &point.by);
    let lost = faults::words(&scopes);
    let d = RULE
        .unknown(format!(
            "whether {what} can lose more than {allowed} by {lost}"
        ))
        .at(point.span, format!("how long {by} takes is not declared"))
        .note(format!(
            "{} - {} = {} left for the run of {by}",
            exact(*allowed),
            exact(point.every),
            exact(Seconds(left(&least)))
        ));
    Some(d.help("say how long one takes, as its log has it: 'took: 20m' of a backup"))
}

/// A fault by which more is lost than is allowed.
struct Late<'a> {
    scope: FaultScope,
    tier: &'a str,
    rpo: &'a Spanned<Seconds>,
    point: Point,
}

fn finding(body: &Body<'_>, late: &[Late<'_>]) -> Option<Diagnostic> {
    // The one that is missed by most is told in full.
    let worst = late
        .iter()
        .max_by_key(|l| (l.point.total().0 - l.rpo.value.0, l.scope))?;
    let Late {
        tier, rpo, point, ..
    } = worst;
    let scopes: Vec<FaultScope> = late
        .iter()
        .filter(|l| l.point.by == point.by && l.rpo.value == rpo.value)
        .map(|l| l.scope)
        .collect();
    let (what, lost, allowed) = (&body.what, faults::words(&scopes), rpo.value);
    let total = exact(point.total());
    let label = match &point.schedule {
        Some(schedule) => format!(
            "{} runs '{schedule}', at the longest every {}",
            point.by, point.every
        ),
        None => format!("{} runs every {}", point.by, point.every),
    };
    let mut d = RULE
        .with(
            severity(worst),
            format!("{what} can lose {total} by {lost}, and tier '{tier}' allows {allowed}"),
        )
        .at(point.span, label)
        .and_at(rpo.span, format!("the RPO for {}", worst.scope.word()))
        .note(arithmetic(worst));
    for other in late.iter().filter(|l| !scopes.contains(&l.scope)) {
        d = d.note(format!(
            "by {}: {}",
            faults::words(&[other.scope]),
            arithmetic(other)
        ));
    }
    if let Some((_, words)) = &point.transfer {
        d = d.note(words.clone());
    } else {
        d = d.note("the time that a copy takes comes on top; it is not known yet");
    }
    let by = &point.by;
    Some(match &point.transfer {
        Some((time, _)) if time.0 >= allowed.0 => d.help("send less, get a faster uplink, or raise the objective: the transfer alone takes too long"),
        Some((time, _)) => {
            let left = Seconds(allowed.0 - time.0);
            d.help(format!("run {by} at least every {left}, or raise the objective"))
        }
        None => {
            let d = match point.schedule {
                Some(_) => d,
                None => d.fix(Fix::doubtful(
                    format!("run {by} every {allowed}"),
                    Edit::replace(point.span, allowed.to_string()),
                )),
            };
            d.help(format!("run {by} at least every {allowed}, or raise the objective"))
        }
    })
}

/// An interval as long as the objective is what people mean by "daily, and one day": seconds of its run are told, and are no
/// broken promise. Up to one part in a hundred of the objective counts as such, if the interval alone keeps it.
fn severity(late: &Late<'_>) -> Severity {
    let over = late.point.total().0 - late.rpo.value.0;
    match late.point.every <= late.rpo.value && over.saturating_mul(100) <= late.rpo.value.0 {
        true => Severity::Info,
        false => RULE.severity,
    }
}

/// All units down to seconds, so that sums can be checked: `1d16s`.
fn exact(time: Seconds) -> String {
    let mut rest = time.0.max(0);
    let mut out = String::new();
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= size {
            out.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

fn arithmetic(late: &Late<'_>) -> String {
    let (every, allowed, total) = (late.point.every, late.rpo.value, late.point.total());
    let over = exact(Seconds(total.0 - allowed.0));
    let (every, allowed, total) = (exact(every), exact(allowed), exact(total));
    let by = &late.point.by;
    match &late.point.transfer {
        Some((time, _)) if time.0 > 0 => format!(
            "worst loss = interval of {by} + its transfer = {every} + {} = {total}; {total} - {allowed} = {over} too much",
            exact(*time)
        ),
        _ => format!(
            "worst loss = interval of {by}, the most frequent copy that survives = {every}; {every} - {allowed} = {over} too much"
        ),
    }
}
