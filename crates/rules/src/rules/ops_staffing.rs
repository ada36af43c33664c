//! A response is promised that nobody is there for.

use crate::figure::{decimal, percent};
use crate::{Context, Findings, Rule};
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
        promises.extend(tier.response.as_ref().map(|r| Promise {
            object,
            seconds: r.value.0,
            span: r.span,
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
        .filter(|(_, p)| p.household.known() != Some(&true))
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
    let what = crate::claims::subject(Some(&first.object));
    let promised = Seconds(first.seconds);
    let on_call: Vec<_> = staff
        .iter()
        .filter(|(_, p)| p.on_call.known() == Some(&true))
        .collect();
    let others =
        (count > 1).then(|| format!("promises of less than a day: {count}; this is the shortest"));
    if on_call.is_empty() {
        let hours: Option<Vec<(&str, u64, Span)>> = staff
            .iter()
            .map(|(n, p)| {
                let given = p.hours.as_ref()?;
                Some((*n, given.value()?.minutes_per_week(), given.span))
            })
            .collect();
        let Some(hours) = hours else {
            let d = RULE.unknown(format!(
                "whether anybody is there to respond within {promised}, as {what} promises"
            ));
            return Some(
                d.at(first.span, "")
                    .note("not declared: 'on_call' or 'hours' of every person"),
            );
        };
        let minutes: u64 = hours.iter().map(|(_, m, _)| m).sum();
        let terms: Vec<String> = hours
            .iter()
            .map(|(n, m, _)| format!("{}h ({n})", decimal(i128::from(*m), 60, 1)))
            .collect();
        let share = percent(i128::from(minutes), 168 * 60)?;
        let mut d = RULE
            .finding(format!("{what} promises a response within {promised}, and somebody is there for {share} of the week"))
            .at(first.span, "promised at any time")
            .note(format!("{} of 168h in a week = {share}; on call: nobody", terms.join(" + ")));
        for (_, _, span) in &hours {
            d = d.and_at(*span, "the time there is");
        }
        d.notes.extend(others);
        return Some(d.help(
            "promise what can be kept, e.g. '1d', automate the response, or declare who is on call",
        ));
    }
    let responses: Vec<(&str, i64, Span)> = on_call
        .iter()
        .filter_map(|(n, p)| {
            let given = p.response.as_ref()?;
            Some((
                *n,
                i64::try_from(given.value()?.seconds()).ok()?,
                given.span,
            ))
        })
        .collect();
    let Some((who, best, span)) = responses.iter().min_by_key(|(_, s, _)| *s) else {
        let d = RULE.unknown(format!(
            "whether who is on call responds within {promised}, as {what} promises"
        ));
        return Some(
            d.at(first.span, "")
                .note("not declared: 'response' of the people on call"),
        );
    };
    if *best <= first.seconds {
        return None;
    }
    let (best, late) = (Seconds(*best), Seconds(best - first.seconds));
    let mut d = RULE
        .finding(format!(
            "{what} promises a response within {promised}, and '{who}' begins within {best}"
        ))
        .at(first.span, "promised")
        .and_at(*span, "the quickest of those on call")
        .note(format!("{best} - {promised} = {late} too late"));
    d.notes.extend(others);
    Some(d.help("promise what can be kept, or shorten the way to whoever is on call"))
}
