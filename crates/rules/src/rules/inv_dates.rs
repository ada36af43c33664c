//! Dates that cannot be so: what has happened is not to come, and an end is not before its beginning.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use diag::Span;
use jiff::civil::Date;
use model::declare::{Given, Known, Opt};
use model::id::{Kind, ObjectRef};

/// An end that is further away limits nothing: few labs, and few roles, last so long.
const LONGEST: i32 = 3_653;

pub(crate) const RULE: Rule = Rule {
    id: "inv-dates",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A date of what has happened is still to come, an end is before its beginning, or access ends in the past or never.",
    rationale: "Age, warranty and replacement are counted from these dates: with one that is wrong, a disk looks new that is due, or covered \
        that is not. A review, a change of a secret or a measurement of tomorrow keeps what is due from being told, and access whose end has passed, or is a \
        century away, has no end.",
    example: "assets: {disk: {of: nas/hdd0, bought: 2028-01-10, warranty: 2027-01-10}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("only who was there knows which date is right"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    purchases(ctx, out);
    happened(ctx, out);
    measured(ctx, out);
    costs(ctx, out);
    access(ctx, out);
}

fn day(date: &Opt<Date>) -> Option<(Date, Span)> {
    let given = date.as_ref()?;
    Some((*given.value()?, given.span))
}

/// What was done on a day that is still to come.
fn happened(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let documents = lab.documents.iter().map(|(name, d)| {
        let object = ObjectRef::new(Kind::Document, name);
        (object, "reviewed", &d.reviewed)
    });
    let secrets = lab.secrets.iter().map(|(name, s)| {
        let object = ObjectRef::new(Kind::Secret, name);
        (object, "rotated", &s.rotated)
    });
    for (object, key, date) in documents.chain(secrets) {
        if let Some((on, span)) = day(date).filter(|(on, _)| *on > ctx.today) {
            let called = graph::context::called(&object);
            let d = RULE
                .finding(format!(
                    "'{key}' of {called} is {on}, which is still to come"
                ))
                .at(span, format!("today is {}", ctx.today))
                .help("write the day on which it was done last");
            out.add(object, d);
        }
    }
}

/// What was measured on a day that is still to come; of objectives another rule tells it.
fn measured(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let repositories = lab.repositories.iter().map(|(name, r)| {
        let object = ObjectRef::new(Kind::Repository, name);
        (object, &r.about.used)
    });
    let pools = lab.pools.iter().map(|(name, p)| {
        let object = ObjectRef::new(Kind::Pool, name);
        (object, &p.used)
    });
    for (object, used) in repositories.chain(pools) {
        let Some(Given {
            known: Known::Measured { by, .. },
            span,
        }) = used.as_deref()
        else {
            continue;
        };
        if let Some(on) = by.on.filter(|on| *on > ctx.today) {
            let called = graph::context::called(&object);
            let d = RULE
                .finding(format!(
                    "'used' of {called} is said to be measured on {on}, which is still to come"
                ))
                .at(*span, format!("today is {}", ctx.today))
                .help("correct the date");
            out.add(object, d);
        }
    }
}

/// What is paid until a day before the first.
fn costs(ctx: &Context<'_>, out: &mut Findings) {
    for (name, cost) in &ctx.lab.costs {
        if let (Some((since, from)), Some((until, to))) = (day(&cost.since), day(&cost.until))
            && until < since
        {
            let d = RULE
                .finding(format!(
                    "cost '{name}' is paid until {until}, before it begins on {since}"
                ))
                .at(to, "before the beginning")
                .and_at(from, "begins")
                .help("correct one of the two dates: so it is in no sum");
            out.add(ObjectRef::new(Kind::Cost, name), d);
        }
    }
}

/// Access that should have ended, or that never will.
fn access(ctx: &Context<'_>, out: &mut Findings) {
    for access in &ctx.lab.access {
        let Some(((until, span), who)) =
            day(&access.until).zip(access.who.as_deref().and_then(Given::value))
        else {
            continue;
        };
        let who = who.name();
        let left = graph::origin::days(ctx.today, until);
        let (message, help) = match left {
            ..0 => (
                format!("access of person '{who}' ended on {until}, and is still declared"),
                "take it away where it was given and from the lab, or write the new end",
            ),
            0..=LONGEST => continue,
            _ => (
                format!("access of person '{who}' ends on {until}, which is no limit"),
                "write a day on which somebody will ask whether it is needed still, or leave 'until' out",
            ),
        };
        let d = RULE
            .finding(message)
            .at(span, format!("today is {}", ctx.today))
            .help(help);
        out.add(ObjectRef::new(Kind::Person, who), d);
    }
}

fn purchases(ctx: &Context<'_>, out: &mut Findings) {
    for (name, asset) in &ctx.lab.assets {
        let object = ObjectRef::new(Kind::Asset, name);
        let Some(given) = &asset.bought else { continue };
        let Some(bought) = given.value() else {
            continue;
        };
        if *bought > ctx.today {
            let d = RULE
                .finding(format!(
                    "asset '{name}' was bought on {bought}, which is still to come"
                ))
                .at(given.span, format!("today is {}", ctx.today))
                .help("correct the date; what is to be bought belongs on the road map");
            out.add(object.clone(), d);
        }
        for (what, date) in [("warranty", &asset.warranty), ("replace", &asset.replace)] {
            let Some((day, span)) = date.as_ref().and_then(|d| Some((d.value()?, d.span))) else {
                continue;
            };
            if day < bought {
                let d = RULE
                    .finding(format!(
                        "'{what}' of asset '{name}' is {day}, before it was bought on {bought}"
                    ))
                    .at(span, "before the purchase")
                    .and_at(given.span, "bought")
                    .help("correct one of the two dates");
                out.add(object.clone(), d);
            }
        }
    }
}
