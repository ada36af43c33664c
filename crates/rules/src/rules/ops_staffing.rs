//! A response is promised that nobody is there for.

use crate::claims::subject;
use crate::figure::{decimal, percent};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::people::Person;
use model::units::Seconds;

pub(crate) const RULE: Rule = Rule {
    id: "ops-staffing",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A response time is promised that the declared people and hours cannot keep.",
    rationale: "A week has 168 hours. Whoever is there for nine of them answers within 15 minutes by luck: at night, at work and on \
        holiday nobody does, unless somebody is on call. Better an honest objective than one that is missed by design.",
    example: "alerts: {down: {severity: P1, response: 15m}}   # with 'people: {owner: {hours: 9h/week}}'",
    controls: &["ISO 27001:2022 A.5.26", "ISO 27001:2022 A.5.30"],
    mend: Mend::None("people have to agree"),
    run,
};

/// Longer than this can wait until somebody comes home.
const CAN_WAIT: i64 = 86_400;

/// A response that is promised.
struct Promise {
    object: ObjectRef,
    seconds: i64,
    span: Span,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut promises: Vec<Promise> = Vec::new();
    for (name, alert) in &ctx.lab.alerts {
        let Some(given) = &alert.response else {
            continue;
        };
        let seconds = given.value().and_then(|d| i64::try_from(d.seconds()).ok());
        let object = ObjectRef::new(Kind::Alert, name);
        promises.extend(seconds.map(|seconds| Promise {
            object,
            seconds,
            span: given.span,
        }));
    }
    for (name, tier) in &ctx.lab.tiers {
        let object = ObjectRef::new(Kind::Tier, name);
        let given = tier.response.as_ref();
        promises.extend(given.and_then(|r| {
            Some(Promise {
                object,
                seconds: r.value()?.0,
                span: r.span,
            })
        }));
    }
    promises.retain(|p| p.seconds < CAN_WAIT);
    promises.sort_by_key(|p| p.seconds);
    let Some(first) = promises.first() else {
        return;
    };
    let staff: Vec<(&str, &Person)> = ctx
        .lab
        .people
        .iter()
        .filter(|(_, p)| p.is_staff())
        .map(|(n, p)| (n.as_str(), p))
        .collect();
    // Where nobody is declared, nobody has said who answers.
    if staff.is_empty() {
        return;
    }
    if let Some(d) = judge(first, promises.len(), &staff) {
        out.add(first.object.clone(), d);
    }
}

fn judge(first: &Promise, count: usize, staff: &[(&str, &Person)]) -> Option<Diagnostic> {
    let on_call = |p: &Person| p.on_call.known() == Some(&true);
    let on_call: Vec<(&str, &Person)> = staff.iter().filter(|(_, p)| on_call(p)).copied().collect();
    let mut d = match on_call.is_empty() {
        true => by_hours(first, staff),
        false => by_response(first, &on_call),
    }?;
    if count > 1 {
        d.notes.push(format!(
            "promises of less than a day: {count}; this is the shortest"
        ));
    }
    Some(d)
}

/// `unknown: whether …, as alert 'down' promises`.
fn unknown(first: &Promise, whether: &str, missing: &str) -> Diagnostic {
    let (what, promised) = (subject(Some(&first.object)), Seconds(first.seconds));
    let d = RULE.unknown(format!(
        "whether {whether} within {promised}, as {what} promises"
    ));
    d.at(first.span, "")
        .note(format!("not declared: {missing}"))
}

/// Nobody is on call: there is only the time that people have.
fn by_hours(first: &Promise, staff: &[(&str, &Person)]) -> Option<Diagnostic> {
    let hours = staff.iter().map(|(n, p)| {
        let given = p.hours.as_ref()?;
        Some((*n, given.value()?.minutes_per_week(), given.span))
    });
    let Some(hours) = hours.collect::<Option<Vec<_>>>() else {
        let missing = "'on_call' or 'hours' of every person";
        return Some(unknown(first, "anybody is there to respond", missing));
    };
    let (what, promised) = (subject(Some(&first.object)), Seconds(first.seconds));
    let minutes: u64 = hours.iter().map(|(_, m, _)| m).sum();
    let term = |(n, m, _): &(&str, u64, Span)| format!("{}h ({n})", decimal(i128::from(*m), 60, 1));
    let terms: Vec<String> = hours.iter().map(term).collect();
    let share = percent(i128::from(minutes), 168 * 60)?;
    let mut d = RULE
        .finding(format!("{what} promises a response within {promised}, and somebody is there for {share} of the week"))
        .at(first.span, "promised at any time")
        .note(format!("{} of 168h in a week = {share}; on call: nobody", terms.join(" + ")));
    for (_, _, span) in &hours {
        d = d.and_at(*span, "the time there is");
    }
    Some(d.help(
        "promise what can be kept, e.g. '1d', automate the response, or declare who is on call",
    ))
}

/// The quickest of those on call must be quick enough.
fn by_response(first: &Promise, on_call: &[(&str, &Person)]) -> Option<Diagnostic> {
    let response = |(n, p): &(&'_ str, &Person)| {
        let given = p.response.as_ref()?;
        let seconds = i64::try_from(given.value()?.seconds()).ok()?;
        Some((seconds, (*n).to_owned(), given.span))
    };
    let Some((best, who, span)) = on_call.iter().filter_map(response).min_by_key(|(s, ..)| *s)
    else {
        let missing = "'response' of the people on call";
        return Some(unknown(first, "who is on call responds", missing));
    };
    if best <= first.seconds {
        return None;
    }
    let (what, promised) = (subject(Some(&first.object)), Seconds(first.seconds));
    let (best, late) = (Seconds(best), Seconds(best - first.seconds));
    let d = RULE
        .finding(format!(
            "{what} promises a response within {promised}, and '{who}' begins within {best}"
        ))
        .at(first.span, "promised")
        .and_at(span, "the quickest of those on call")
        .note(format!("{best} - {promised} = {late} too late"));
    Some(d.help("promise what can be kept, or shorten the way to whoever is on call"))
}
