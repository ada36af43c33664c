//! Something will be full soon.

use crate::claims::{figures, subject};
use crate::figure::percent;
use crate::sizes;
use crate::terms::{Terms, terms};
use crate::totals::{bytes, fits, place};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use jiff::civil::Date;
use model::declare::{Known, Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::road::{Probability, Risk};
use model::lab::storage::{Pool, PoolKind};
use model::units::size::Size;

pub(crate) const RULE: Rule = Rule {
    id: "cap-growth",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "By its declared growth something is full within a year, or already is.",
    rationale: "Space runs out on a day that can be computed, and it takes weeks to buy more. A pool that is full stops every \
        program that writes, and ZFS gets slow from 90 % on; a risk register that calls this unlikely is a register nobody computed.",
    example: "pools: {tank: {usable: 4TB, used: 3TB, growth: 50%}}",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::None("more space has to be bought, or data removed"),
    run,
};

/// What fills, and when.
struct Course {
    what: String,
    used: String,
    limit: String,
    growth: String,
    day: Date,
    /// From today; less than nothing if that day is past.
    days: i64,
    /// Which share of a year it takes from the day of the figure.
    share: Option<String>,
    /// The day of the figure, where it was measured.
    from: Option<Date>,
}

/// From here on ZFS looks for free blocks in another way. Source: OpenZFS, "Workload Tuning", "Free Space": keep it above 10 %.
const CROWDED: i128 = 90;

/// A ZFS that is not full, and slow all the same; whoever declares a limit has thought of it.
fn crowded(name: &str, pool: &Pool, used: i128, room: i128) -> Option<Diagnostic> {
    let zfs = pool.kind.known() == Some(&PoolKind::Zfs) && pool.fill_limit.is_none();
    if !zfs || used >= room || used * 100 <= room * CROWDED {
        return None;
    }
    let say = sizes::storage;
    let share = percent(used, room).unwrap_or_default();
    let d = RULE
        .finding(format!(
            "pool '{name}' is {share} full, and ZFS gets slow above {CROWDED}%"
        ))
        .at(place(&pool.used).unwrap_or(pool.span), "used")
        .note(format!(
            "{} / {} = {share}; {CROWDED}% are {}",
            say(used),
            say(room),
            say(room * CROWDED / 100)
        ));
    Some(d.help("remove what need not be kept, add space, or declare how full it may get: 'fill_limit: 80%'"))
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let object = ObjectRef::new(Kind::Pool, name);
        let (Some(used), Some(space)) = (bytes(&pool.used), fits(ctx.lab, name, pool)) else {
            continue;
        };
        let share = pool
            .fill_limit
            .known()
            .map_or(1_000_000, |p| i128::from(p.ppm()));
        let limit = space.value * share / 1_000_000;
        let what = match pool.fill_limit.known() {
            Some(fill) => format!("pool '{name}' is filled to its limit of {fill}"),
            None => format!("pool '{name}' is full"),
        };
        if let Some(d) = crowded(name, pool, used, space.value) {
            out.add(object.clone(), d);
        }
        let Some(growth) = pool
            .growth
            .known()
            .map(|g| (i128::from(g.ppm()), g.to_string()))
        else {
            // What is full is so without growing.
            if used >= limit {
                let (used, limit) = (sizes::storage(used), sizes::storage(limit));
                let d = RULE
                    .finding(format!("{what} now"))
                    .at(place(&pool.used).unwrap_or(pool.span), "used")
                    .note(format!("used: {used}; limit {limit}; reached already"))
                    .help("add space now, or remove what need not be kept");
                out.add(object, d);
                continue;
            }
            let d = RULE
                .unknown(format!("when {what}"))
                .at(place(&pool.used).unwrap_or(pool.span), "");
            out.add(
                object,
                d.note("not declared: its growth per year ('growth')"),
            );
            continue;
        };
        let (used, limit) = ((used, sizes::storage(used)), (limit, sizes::storage(limit)));
        let from = measured_on(&pool.used);
        if let Some(course) = course((ctx.today, from), what, used, limit, growth) {
            let span = place(&pool.growth).unwrap_or(pool.span);
            out.add(
                object,
                finding(ctx, &course, "storage").at(span, "at this growth"),
            );
        }
    }
    let said = figures(ctx.lab);
    for of in terms(ctx.lab, &said) {
        if let Some((course, span)) = claimed(ctx.today, &of) {
            out.add_about(
                of.about.clone(),
                finding(ctx, &course, of.resource.name).at(span, "at this growth"),
            );
        }
    }
}

fn claimed(today: Date, of: &Terms<'_>) -> Option<(Course, diag::Span)> {
    let growth = of.growth.as_ref()?;
    let whole = of.installed.as_ref().or(of.reserved.as_ref())?;
    let all = whole.figure.value();
    let (used, text) = match (of.in_use(), &of.usage) {
        (_, Some(usage)) => {
            let used = all * usage.figure.value() / 1_000_000;
            (
                used,
                format!(
                    "{} of {} = {}",
                    usage.figure,
                    whole.figure,
                    whole.figure.say(used)
                ),
            )
        }
        (Some((used, how)), None) => (used, how),
        (None, None) => return None,
    };
    let what = format!(
        "the {} of {} is used up",
        of.resource.name,
        subject(of.about.as_ref())
    );
    let rate = (growth.figure.value(), growth.figure.to_string());
    let course = course(
        (today, None),
        what,
        (used, text),
        (all, whole.figure.to_string()),
        rate,
    )?;
    Some((course, growth.said.as_ref()?.span))
}

/// The day of a figure that somebody measured; what is said to be so is so today.
fn measured_on(used: &Opt<Size>) -> Option<Date> {
    match &used.as_deref()?.known {
        Known::Measured { by, .. } => by.on,
        _ => None,
    }
}

/// Growth by a share per year, even within each year, from the day of the figure; none if that day is more than a year away.
fn course(
    (today, from): (Date, Option<Date>),
    what: String,
    used: (i128, String),
    limit: (i128, String),
    growth: (i128, String),
) -> Option<Course> {
    let step = used.0 * growth.0 / 1_000_000;
    let missing = limit.0 - used.0;
    let (days, share) = match missing {
        ..=0 => (0, None),
        _ => ((missing * 365).checked_div(step)?, percent(missing, step)),
    };
    // A day that is still to come is another rule's.
    let from = from.filter(|from| *from <= today && missing > 0);
    // What takes thousands of years to fill is no course.
    let span = jiff::Span::new().try_days(i64::try_from(days).ok()?);
    let day = from.unwrap_or(today).checked_add(span.ok()?).ok()?;
    let days = i64::from(today.until(day).ok()?.get_days());
    if days > 365 {
        return None;
    }
    Some(Course {
        what,
        used: used.1,
        limit: limit.1,
        growth: growth.1,
        day,
        days,
        share,
        from,
    })
}

fn finding(ctx: &Context<'_>, course: &Course, resource: &str) -> Diagnostic {
    let Course {
        what,
        used,
        limit,
        growth,
        day,
        days,
        share,
        from,
    } = course;
    let when = match (days, share) {
        (..=0, None) | (0, _) => "now".to_owned(),
        (..0, Some(_)) => format!("since {day}, if it grew as declared"),
        (1, _) => format!("on {day}, tomorrow"),
        (n, _) => format!("on {day}, in {n} days"),
    };
    let reached = match (share, from) {
        (None, _) => "reached already".to_owned(),
        (Some(share), None) => format!("reached after {share} of a year"),
        (Some(share), Some(from)) => {
            format!("reached after {share} of a year, from {from} when it was measured")
        }
    };
    let mut d = RULE.finding(format!("{what} {when}")).note(format!(
        "used: {used}; growth {growth} per year; limit {limit}; {reached}"
    ));
    let risk = unlikely(ctx, resource);
    if let Some(risk) = risk {
        d = d
            .and_at(risk.span, "the register says: low probability")
            .note("the risk register rates this as unlikely");
    }
    let when = if *days <= 0 {
        "add space now"
    } else {
        "add space before that day"
    };
    let register = if risk.is_some() {
        "; and correct the risk register"
    } else {
        ""
    };
    d.help(format!("{when}, or remove what need not be kept{register}"))
}

/// A risk of running out that is rated as unlikely.
fn unlikely<'a>(ctx: &Context<'a>, resource: &str) -> Option<&'a Risk> {
    ctx.lab.risks.values().find(|risk| {
        let text = risk
            .text
            .known()
            .map_or(String::new(), |t| t.0.to_lowercase());
        let about = ["capacity", "exhaust", "run out", "full", "space", resource]
            .iter()
            .any(|w| text.contains(w));
        about && risk.probability.known() == Some(&Probability::Low)
    })
}
