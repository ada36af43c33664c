//! Dates of the roadmap that contradict each other or have passed.

use crate::standing::plain;
use crate::wording::count;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use jiff::civil::Date;
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::road::{Phase, PhaseItem, PhaseStatus};
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "plan-date",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A milestone has two dates, phases or items are out of order, or a date has passed with items open.",
    rationale: "What is planned twice is bought twice or by nobody. A plan whose dates have passed without a word says that nobody looks at it, and so do \
        all the mitigations that refer to it.",
    example: "roadmap: {one: {ends: 2026-02-01, items: [Buy the UPS]}, two: {starts: 2026-04-01, items: [Buy the UPS]}}",
    controls: &["ISO 27001:2022 A.5.8"],
    mend: Mend::None("a new date is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, phase) in &ctx.lab.roadmap {
        let gone = matches!(
            phase.status.known(),
            Some(PhaseStatus::Done | PhaseStatus::Dropped)
        );
        backwards(name, phase, out);
        if !gone {
            overdue(name, phase, ctx.today, out);
        }
        for item in &phase.items {
            outside(name, phase, item, out);
            bought(ctx, name, phase, item, out);
        }
    }
    order(ctx, out);
    early(ctx, out);
    twice(ctx, out);
    claimed(ctx, out);
}

fn object(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Phase, name)
}

fn text(item: &PhaseItem) -> &str {
    item.text.known().map_or("", |t| t.0.as_str())
}

fn is_open(item: &PhaseItem) -> bool {
    item.done.known() != Some(&true)
}

/// `12 days` from one day to another.
fn days(from: Date, to: Date) -> String {
    let days = from.until(to).map(|s| s.get_days()).unwrap_or_default();
    count(usize::try_from(days).unwrap_or_default(), "day")
}

fn backwards(name: &str, phase: &Phase, out: &mut Findings) {
    let (Some(starts), Some(ends)) = (&phase.starts, &phase.ends) else {
        return;
    };
    let (Some(first), Some(last)) = (starts.value(), ends.value()) else {
        return;
    };
    if last < first {
        let d = RULE
            .finding(format!(
                "phase '{name}' ends {} before it starts",
                days(*last, *first)
            ))
            .at(ends.span, "ends")
            .and_at(starts.span, "starts")
            .note(format!("{first} to {last}"))
            .help("correct one of the two dates");
        out.add(object(name), d);
    }
}

fn overdue(name: &str, phase: &Phase, today: Date, out: &mut Findings) {
    let open: Vec<&PhaseItem> = phase.items.iter().filter(|i| is_open(i)).collect();
    if let (Some(given), Some(last)) = (&phase.ends, phase.ends.known())
        && *last < today
        && !open.is_empty()
    {
        let d = RULE
            .finding(format!(
                "phase '{name}' ended {} ago with {} of {} items open",
                days(*last, today),
                open.len(),
                phase.items.len()
            ))
            .at(given.span, "has passed")
            .note(format!(
                "{today} - {last} = {}; open: {}",
                days(*last, today),
                shortened(&open)
            ))
            .help("tick what is done, and give the rest a new date or drop it");
        out.add(object(name), d);
        return;
    }
    for item in open {
        let Some(due) = item
            .due
            .as_ref()
            .and_then(|d| Some((d.value()?, d.span)))
            .filter(|(d, _)| **d < today)
        else {
            continue;
        };
        let d = RULE
            .finding(format!(
                "'{}' of phase '{name}' was due {} ago and is open",
                text(item),
                days(*due.0, today)
            ))
            .at(due.1, "has passed")
            .note(format!("{today} - {} = {}", due.0, days(*due.0, today)))
            .help("tick it, or give it a new date");
        out.add(object(name), d);
    }
}

fn shortened(items: &[&PhaseItem]) -> String {
    let list: Vec<&str> = items.iter().take(4).map(|i| text(i)).collect();
    let more = items.len().saturating_sub(list.len());
    let tail = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    format!("{}{tail}", list.join("; "))
}

fn outside(name: &str, phase: &Phase, item: &PhaseItem, out: &mut Findings) {
    let Some((due, span)) = item.due.as_ref().and_then(|d| Some((d.value()?, d.span))) else {
        return;
    };
    let early = phase
        .starts
        .as_ref()
        .filter(|s| s.value().is_some_and(|s| due < s));
    let late = phase
        .ends
        .as_ref()
        .filter(|e| e.value().is_some_and(|e| due > e));
    if let Some(bound) = early.or(late) {
        let d = RULE
            .finding(format!(
                "'{}' is due on {due}, outside of its phase '{name}'",
                text(item)
            ))
            .at(span, "due")
            .and_at(
                bound.span,
                if early.is_some() {
                    "the phase starts later"
                } else {
                    "the phase has ended"
                },
            )
            .note(range(phase))
            .help("move the item to the phase that it belongs to, or correct the date");
        out.add(object(name), d);
    }
}

fn range(phase: &Phase) -> String {
    let said = |d: Option<&Date>| d.map_or("?".to_owned(), ToString::to_string);
    let weeks = phase
        .weeks
        .known()
        .map(|w| format!(", weeks {w}"))
        .unwrap_or_default();
    format!(
        "the phase goes from {} to {}{weeks}",
        said(phase.starts.known()),
        said(phase.ends.known())
    )
}

/// A cost that begins outside of the phase that buys it.
fn bought(ctx: &Context<'_>, name: &str, phase: &Phase, item: &PhaseItem, out: &mut Findings) {
    let cost = item
        .cost
        .as_ref()
        .and_then(|c| Some((c.value()?.name(), c.span)));
    let Some((cost, span)) = cost else { return };
    let since = ctx.lab.costs.get(cost).and_then(|c| c.since.as_ref());
    let Some((since, at)) = since.and_then(|s| Some((s.value()?, s.span))) else {
        return;
    };
    let early = phase.starts.known().is_some_and(|s| since < s);
    let late = phase.ends.known().is_some_and(|e| since > e);
    if early || late {
        let d = RULE
            .finding(format!(
                "'{}' is planned in phase '{name}', and its cost '{cost}' begins on {since}",
                text(item)
            ))
            .at(span, "planned here")
            .and_at(at, "paid from here")
            .note(range(phase))
            .help("give the milestone one date");
        out.add(object(name), d);
    }
}

/// `phase-1`, `phase-2`: the number behind a common beginning.
fn numbered(name: &str) -> Option<(&str, u32)> {
    let end = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (stem, number) = name.split_at(end);
    Some((stem, number.parse().ok()?))
}

fn order(ctx: &Context<'_>, out: &mut Findings) {
    let mut series: BTreeMap<&str, Vec<(u32, &str, &Phase)>> = BTreeMap::new();
    for (name, phase) in &ctx.lab.roadmap {
        if let Some((stem, number)) = numbered(name) {
            series.entry(stem).or_default().push((number, name, phase));
        }
    }
    for phases in series.values_mut() {
        phases.sort_by_key(|(n, ..)| *n);
        for pair in phases.windows(2) {
            let [(_, a, first), (_, b, second)] = pair else {
                continue;
            };
            let (Some(before), Some(after)) = (&first.starts, &second.starts) else {
                continue;
            };
            let (Some(one), Some(two)) = (before.value(), after.value()) else {
                continue;
            };
            if two < one {
                let d = RULE
                    .finding(format!("phase '{b}' starts before phase '{a}'"))
                    .at(after.span, format!("starts on {two}"))
                    .and_at(before.span, format!("starts on {one}"))
                    .note(format!("{one} - {two} = {}", days(*two, *one)))
                    .help("correct the dates, or number the phases in their order");
                out.add(object(b), d);
            }
        }
    }
}

/// What an item needs comes later than the item itself: it is brought by another that begins, or is due, when this one is to be done.
fn early(ctx: &Context<'_>, out: &mut Findings) {
    let mut brought: BTreeMap<ObjectRef, Vec<Milestone<'_>>> = BTreeMap::new();
    let alive = |p: &Phase| p.status.known() != Some(&PhaseStatus::Dropped);
    for (phase, of) in ctx.lab.roadmap.iter().filter(|(_, p)| alive(p)) {
        for item in &of.items {
            for brings in &item.brings {
                let object = ObjectRef::new(brings.value.kind(), brings.value.name());
                brought.entry(object).or_default().push(Milestone {
                    name: text(item).to_owned(),
                    phase,
                    of,
                    item,
                });
            }
        }
    }
    for (phase, of) in ctx.lab.roadmap.iter().filter(|(_, p)| alive(p)) {
        for item in &of.items {
            for needed in &item.needs {
                let object = ObjectRef::new(needed.value.kind(), needed.value.name());
                let Some(all) = brought.get(&object) else {
                    continue;
                };
                let own = |m: &&Milestone<'_>| !std::ptr::eq(m.item, item);
                // Of several that bring it the first is enough.
                let late = all
                    .iter()
                    .filter(own)
                    .map(|m| (m, later((phase, of, item), m)));
                let late: Option<Vec<_>> = late.map(|(m, why)| Some((m, why?))).collect();
                let Some((by, why)) = late.and_then(|l| l.into_iter().next()) else {
                    continue;
                };
                let d = RULE
                    .finding(format!(
                        "'{}' of phase '{phase}' needs {}, which '{}' of phase '{}' brings later",
                        text(item),
                        graph::context::called(&object),
                        by.name,
                        by.phase
                    ))
                    .at(needed.span, "needed here")
                    .and_at(by.item.span, "brought here")
                    .note(why)
                    .help("put what is needed first, or move the item behind it");
                out.add(self::object(phase), d);
            }
        }
    }
}

/// Why what brings something comes behind an item that needs it; none if it does not, or nobody can say.
fn later((phase, of, item): (&str, &Phase, &PhaseItem), by: &Milestone<'_>) -> Option<String> {
    if !is_open(item) && is_open(by.item) {
        return Some(format!(
            "'{}' is done, and '{}' is open",
            text(item),
            by.name
        ));
    }
    if !is_open(by.item) {
        return None;
    }
    let own = item.due.known().or(of.ends.known());
    let due = by.item.due.known();
    // Within one phase only the days of the items themselves say which is first.
    let begins = by.of.starts.known().filter(|_| by.phase != phase);
    if let (Some(own), Some(brought)) = (own, due.or(begins)) {
        let word = if due.is_some() { "is due" } else { "begins" };
        return (brought > own).then(|| {
            format!(
                "one is to be done by {own}, and the other {word} on {brought}, {} later",
                days(*own, *brought)
            )
        });
    }
    let ((stem, mine), (other, theirs)) = (numbered(phase)?, numbered(by.phase)?);
    (stem == other && theirs > mine).then(|| format!("'{phase}' comes before '{}'", by.phase))
}

/// Where a milestone stands in the roadmap.
struct Milestone<'a> {
    name: String,
    phase: &'a str,
    of: &'a Phase,
    item: &'a PhaseItem,
}

/// The same words, or the same purchase, in two phases.
fn twice(ctx: &Context<'_>, out: &mut Findings) {
    let mut seen: BTreeMap<String, Vec<Milestone<'_>>> = BTreeMap::new();
    for (phase, of) in &ctx.lab.roadmap {
        if of.status.known() == Some(&PhaseStatus::Dropped) {
            continue;
        }
        for item in of.items.iter().filter(|i| !text(i).is_empty()) {
            let name = format!("'{}'", text(item));
            seen.entry(format!("text {}", plain(text(item))))
                .or_default()
                .push(Milestone {
                    name,
                    phase,
                    of,
                    item,
                });
            if let Some(cost) = item.cost.known() {
                let name = format!("what costs '{}'", cost.name());
                seen.entry(format!("cost {}", cost.name()))
                    .or_default()
                    .push(Milestone {
                        name,
                        phase,
                        of,
                        item,
                    });
            }
        }
    }
    for places in seen.values() {
        let Some(first) = places.first() else {
            continue;
        };
        let Some(other) = places.iter().find(|m| m.phase != first.phase) else {
            continue;
        };
        let d = RULE
            .finding(format!(
                "{} is planned twice, in phases '{}' and '{}'",
                first.name, first.phase, other.phase
            ))
            .at(other.item.span, format!("in '{}'", other.phase))
            .and_at(first.item.span, format!("in '{}'", first.phase))
            .note(format!("'{}': {}", first.phase, range(first.of)))
            .note(format!("'{}': {}", other.phase, range(other.of)))
            .help("keep it in one phase");
        out.add(object(other.phase), d);
    }
}

/// Claims `metric: phase` against the roadmap and against each other.
fn claimed(ctx: &Context<'_>, out: &mut Findings) {
    let mut said: BTreeMap<(String, &str), (&str, Span)> = BTreeMap::new();
    for claim in &ctx.lab.claims {
        let metric = claim.metric_text().unwrap_or_default();
        let value = match claim
            .value
            .as_ref()
            .and_then(|v| Some((v.value()?, v.span)))
        {
            Some((Or::Ref(phase), span)) if metric == "phase" || metric.ends_with("-phase") => {
                (phase.as_str(), span)
            }
            _ => continue,
        };
        let about = match claim.about.known() {
            Some(Or::Ref(r)) => Some(&r.0.object),
            _ => None,
        };
        let what = about.map_or("the lab".to_owned(), |o| {
            format!("{} '{}'", o.kind.word(), o.name)
        });
        if let Some((other, span)) = said
            .insert((what.clone(), metric), value)
            .filter(|(o, _)| *o != value.0)
        {
            let d = RULE
                .finding(format!(
                    "{metric} of {what} is claimed twice, as {other} and {}",
                    value.0
                ))
                .at(value.1, value.0)
                .and_at(span, other)
                .help("give the milestone one date");
            out.add(object(value.0), d);
        }
        let Some(about) =
            about.filter(|_| metric == "phase" && ctx.lab.roadmap.contains_key(value.0))
        else {
            continue;
        };
        let brings = |p: &Phase| {
            p.items
                .iter()
                .find(|i| i.brings.iter().any(|b| b.value.0.object == *about))
                .map(|i| i.span)
        };
        let found: Vec<(&String, Span)> = ctx
            .lab
            .roadmap
            .iter()
            .filter_map(|(n, p)| Some((n, brings(p)?)))
            .collect();
        if let Some((phase, span)) = found
            .first()
            .filter(|_| found.iter().all(|(n, _)| *n != value.0))
        {
            let list: Vec<&str> = found.iter().map(|(n, _)| n.as_str()).collect();
            let d = RULE
                .finding(format!(
                    "{what} is said to come in {}, and the roadmap has it in {}",
                    value.0,
                    list.join(" and ")
                ))
                .at(value.1, "said here")
                .and_at(*span, format!("planned in '{phase}'"))
                .help("give the milestone one date");
            out.add(object(value.0), d);
        }
    }
}
