//! What people's time goes to, against the time they have.

use crate::figure::decimal;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::people::{Person, Work};
use model::units::duration::Effort;

pub(crate) const RULE: Rule = Rule {
    id: "ops-hours",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "What somebody's time goes to is more than the time there is, or than a week has, or its hours a week and a month differ.",
    rationale: "A plan that needs more hours than its people have is not kept, and what is left out first is what nobody sees: updates, drills, \
        documents. A month has 52/12 weeks, so two hours a week are 8.7 a month; figures a month are counted to whole hours.",
    example: "people: {owner: {hours: 4h/week, work: {updates: 3h/week, drills: 2h/week}}}",
    controls: &["ISO 27001:2022 A.5.2", "NIST CSF 2.0 GV.RR-03"],
    mend: Mend::None("what to leave out is a decision"),
    run,
};

/// An hour in the unit that is reckoned in: a twelfth of a minute a week, so that both a week and a month are whole numbers of it.
/// `52 × minutes per week = 12 × minutes per month`.
const PER_WEEK: u64 = 52;
const PER_MONTH: u64 = 12;
/// Figures a month are whole hours: as much as this they may be off by rounding.
const ROUNDED: u64 = 60 * PER_MONTH;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, person) in &ctx.lab.people {
        let object = ObjectRef::new(Kind::Person, name);
        let whole = [weekly(name, person), monthly(name, person)];
        let each = person
            .work
            .iter()
            .map(|(on, work)| apart(name, &on.0, work));
        let beyond = beyond(name, person);
        for d in whole.into_iter().chain(each).chain(beyond).flatten() {
            out.add(object.clone(), d);
        }
    }
}

fn minutes(given: &Opt<Effort>) -> Option<(u64, Span)> {
    let given = given.as_ref()?;
    Some((given.value()?.minutes_per_week(), given.span))
}

/// Minutes as hours: `8.7`.
fn hours(minutes: u64, of: u64) -> String {
    decimal(i128::from(minutes), i128::from(60 * of), 1)
}

/// `2h (updates) + 1h (drills) = 3h`.
fn sum(terms: &[(String, &str)], total: &str) -> String {
    let terms: Vec<String> = terms.iter().map(|(h, on)| format!("{h}h ({on})")).collect();
    format!("{} = {total}h", terms.join(" + "))
}

/// More hours than a week or a month has, of which nothing else need be known.
fn beyond(name: &str, person: &Person) -> Vec<Option<Diagnostic>> {
    const WEEK: u64 = 7 * 24;
    const MONTH: u64 = 31 * 24;
    let say = |what: &str, had: &str, (most, of): (u64, &str), at: Span| {
        let d = RULE.finding(format!(
            "{what} takes {had}h a {of}, and a {of} has {most}h"
        ));
        let d = d.at(at, format!("more than {most}h"));
        Some(d.help("correct the hours"))
    };
    let mut out = Vec::new();
    let week = |what: &str, given: &Opt<Effort>| {
        let (had, at) = minutes(given)?;
        (had > WEEK * 60).then(|| say(what, &hours(had, 1), (WEEK, "week"), at))?
    };
    out.push(week(
        &format!("all that '{name}' has time for"),
        &person.hours,
    ));
    for (on, work) in person.work.iter() {
        let what = format!("'{}' of '{name}'", on.0);
        out.push(week(&what, &work.hours).or_else(|| week(&what, &work.most)));
        let monthly = work.monthly.as_ref();
        let monthly = monthly.and_then(|g| Some((u64::from(*g.value()?), g.span)));
        let long = monthly.filter(|(had, _)| *had > MONTH);
        out.push(long.and_then(|(had, at)| say(&what, &had.to_string(), (MONTH, "month"), at)));
    }
    out
}

/// The least of all work against the hours a week.
fn weekly(name: &str, person: &Person) -> Option<Diagnostic> {
    let (has, span) = minutes(&person.hours)?;
    let parts = person.work.iter().filter_map(|(on, work)| {
        let (least, at) = minutes(&work.hours)?;
        Some((least, at, on.0.as_str()))
    });
    let parts: Vec<(u64, Span, &str)> = parts.collect();
    let total = parts
        .iter()
        .fold(0_u64, |all, (m, ..)| all.saturating_add(*m));
    let (_, at, _) = parts.iter().max_by_key(|(m, ..)| *m)?;
    if total <= has {
        return None;
    }
    let terms: Vec<(String, &str)> = parts.iter().map(|(m, _, on)| (hours(*m, 1), *on)).collect();
    let d = RULE
        .finding(format!(
            "what the time of '{name}' goes to takes {}h a week at least, and there are {}h",
            hours(total, 1),
            hours(has, 1)
        ))
        .at(span, "the time there is")
        .and_at(*at, "the largest part")
        .note(sum(&terms, &hours(total, 1)))
        .note(format!(
            "{}h - {}h = {}h too much",
            hours(total, 1),
            hours(has, 1),
            hours(total - has, 1)
        ));
    Some(d.help("leave something out, automate it, or say how much time there is"))
}

/// The hours a month of all work against the hours a week.
fn monthly(name: &str, person: &Person) -> Option<Diagnostic> {
    let (has, span) = minutes(&person.hours)?;
    let parts = person.work.iter().filter_map(|(on, work)| {
        let given = work.monthly.as_ref()?;
        Some((u64::from(*given.value()?), given.span, on.0.as_str()))
    });
    let parts: Vec<(u64, Span, &str)> = parts.collect();
    let total: u64 = parts.iter().map(|(h, ..)| h).sum();
    let (_, at, _) = parts.iter().max_by_key(|(h, ..)| *h)?;
    let room = has.saturating_mul(PER_WEEK).saturating_add(ROUNDED);
    if total * 60 * PER_MONTH <= room {
        return None;
    }
    let terms: Vec<(String, &str)> = parts
        .iter()
        .map(|(h, _, on)| (h.to_string(), *on))
        .collect();
    let there = hours(has.saturating_mul(PER_WEEK), PER_MONTH);
    let d = RULE
        .finding(format!(
            "what the time of '{name}' goes to takes {total}h a month, and there are {there}h"
        ))
        .at(span, "the time there is")
        .and_at(*at, "the largest part")
        .note(sum(&terms, &total.to_string()))
        .note(format!(
            "{}h/week * 52 / 12 = {there}h a month",
            hours(has, 1)
        ));
    Some(d.help("leave something out, automate it, or say how much time there is"))
}

/// Hours a month beside the hours a week of the same work.
fn apart(name: &str, on: &str, work: &Work) -> Option<Diagnostic> {
    let given = work.monthly.as_ref()?;
    let (least, at) = minutes(&work.hours)?;
    let most = match &work.most {
        None => least,
        // Where the most is not known, no month is too long.
        Some(_) => minutes(&work.most).map_or(u64::MAX, |(m, _)| m),
    };
    let month = u64::from(*given.value()?) * 60 * PER_MONTH;
    let (low, high) = (
        least.saturating_mul(PER_WEEK),
        most.saturating_mul(PER_WEEK),
    );
    if month.saturating_add(ROUNDED) >= low && month <= high.saturating_add(ROUNDED) {
        return None;
    }
    let weeks = match work.most.known() {
        Some(_) => format!("{}h to {}h", hours(low, PER_MONTH), hours(high, PER_MONTH)),
        None => format!("{}h", hours(low, PER_MONTH)),
    };
    let d = RULE
        .finding(format!(
            "'{on}' of '{name}' has {}h a month, and by the week it is {weeks}",
            given.value()?
        ))
        .at(given.span, "hours in a month")
        .and_at(at, "hours in a week")
        .note("a month has 52 / 12 = 4.3 weeks");
    Some(d.help("correct one of the two, or leave one out"))
}
