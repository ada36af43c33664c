//! A claimed sum of money is not the sum of its items.

use crate::budget::{self, Budget, Line};
use crate::claims::{self, Said};
use crate::figure::{Dim, Per, YEAR, decimal, money};
use crate::held;
use crate::partial::listed;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::lab::measure::Measure;

pub(crate) const RULE: Rule = Rule {
    id: "fin-sum",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A claimed cost, saving or cash flow does not follow from the items.",
    rationale: "What a lab costs decides whether it is worth it. A sum that nobody can add up again hides what was forgotten; \
        and a saving over years multiplies the mistake by the years.",
    example: "claims: [{text: hardware, metric: one-time-cost, value: 1500 EUR}]   # of items that add up to 1290 EUR",
    controls: &["ISO 27001:2022 A.5.9"],
    mend: Mend::Unsafe("claims what the items add up to; an item may be missing instead"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for said in claims::figures(ctx.lab) {
        if let Some(d) = check(ctx, &said) {
            out.add_about(said.about.clone(), d);
        }
    }
}

/// A computed sum, in the period of the claim.
struct Sum {
    low: i128,
    high: i128,
    currency: [u8; 3],
    how: Vec<String>,
}

fn check(ctx: &Context<'_>, said: &Said<'_>) -> Option<Diagnostic> {
    let measure = said.measure().filter(|m| is_money(*m))?;
    let all = budget::budget(ctx.lab, said.budget, said.about.as_ref(), ctx.today);
    let unknown = |why: String| {
        let message = format!("whether the {} is {}", said.name(), said.figure);
        Some(RULE.unknown(message).at(said.span, "").note(why))
    };
    let Dim::Money(claimed) = said.figure.dim else {
        return unknown(format!("'{}' is no amount of money", said.figure));
    };
    if said.over.is_none() && matches!(measure, Measure::TotalCost | Measure::Savings) {
        return unknown("over how long is not said: add 'over: 5y' or the like".to_owned());
    }
    let firm = Budget {
        once: firm(&all.once),
        yearly: firm(&all.yearly),
        ..all.clone()
    };
    if !all.missing.is_empty() {
        return match compute(ctx, measure, &firm, said) {
            Some(sum) if is_too_little(measure, &firm, said, &sum) => {
                Some(too_little(said, &sum, &all))
            }
            _ => unknown(format!("not declared: {}", all.missing.join(", "))),
        };
    }
    let sums = [
        compute(ctx, measure, &all, said),
        compute(ctx, measure, &firm, said),
    ];
    let Some(sum) = sums.iter().flatten().next() else {
        return unknown(
            match parts(measure, &all).is_empty() || measure == Measure::ElectricityCost {
                true => "no item of it is declared".to_owned(),
                false => "the items are in several currencies".to_owned(),
            },
        );
    };
    if sum.currency != claimed {
        return unknown(format!(
            "the items are in {}",
            String::from_utf8_lossy(&sum.currency)
        ));
    }
    if sums
        .iter()
        .flatten()
        .any(|s| said.figure.holds(s.low, s.high))
    {
        return None;
    }
    Some(wrong(said, sum, measure, &all))
}

fn is_money(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::OneTimeCost
            | Measure::MonthlyCost
            | Measure::YearlyCost
            | Measure::TotalCost
            | Measure::ReplacedCost
            | Measure::Savings
            | Measure::ElectricityCost
    )
}

/// What is known to be paid is more than what is claimed, whatever the rest is: nothing that is paid makes a cost less.
fn is_too_little(measure: Measure, firm: &Budget, said: &Said<'_>, sum: &Sum) -> bool {
    let cost = matches!(
        measure,
        Measure::OneTimeCost | Measure::MonthlyCost | Measure::YearlyCost | Measure::TotalCost
    );
    let paid = firm.once.iter().chain(&firm.yearly).all(|l| l.low >= 0);
    let same = said.figure.dim == Dim::Money(sum.currency);
    cost && paid && same && sum.low > said.figure.reach().1
}

fn too_little(said: &Said<'_>, sum: &Sum, all: &Budget) -> Diagnostic {
    let least = format!("at least {}{}", money(sum.low, sum.currency), per(said));
    let mut d = RULE
        .finding(format!(
            "the {} is claimed to be {}, and follows from its items as {least}",
            said.name(),
            said.figure
        ))
        .at(said.span, format!("{least} by the items"));
    for how in &sum.how {
        d = d.note(format!("{how}, claimed {}", said.figure));
    }
    let d = d.note(format!(
        "not in it, as it is not known: {}",
        listed(&all.missing)
    ));
    held::source(d, said).help("declare what is not known, and claim what all of it adds up to")
}

fn firm(lines: &[Line]) -> Vec<Line> {
    lines.iter().filter(|l| !l.optional).cloned().collect()
}

fn parts(measure: Measure, all: &Budget) -> Vec<Line> {
    let of = |lists: &[&Vec<Line>]| lists.iter().flat_map(|l| l.iter().cloned()).collect();
    match measure {
        Measure::OneTimeCost => of(&[&all.once]),
        Measure::ReplacedCost => of(&[&all.replaced]),
        Measure::TotalCost => of(&[&all.once, &all.yearly]),
        Measure::Savings => of(&[&all.once, &all.added(), &all.replaced]),
        _ => of(&[&all.yearly]),
    }
}

fn compute(ctx: &Context<'_>, measure: Measure, all: &Budget, said: &Said<'_>) -> Option<Sum> {
    let spread = measure == Measure::MonthlyCost && said.over.is_some();
    let lines = match measure {
        Measure::ElectricityCost => electricity(ctx, all),
        _ if spread => parts(Measure::TotalCost, all),
        _ => parts(measure, all),
    };
    let currency = budget::one_currency(&lines)?;
    if spread || matches!(measure, Measure::TotalCost | Measure::Savings) {
        return Some(over(measure, all, said.over.unwrap_or(YEAR), currency));
    }
    let text = |low, high| budget::range(low, high, currency);
    let (low, high) = budget::sum(&lines);
    if measure == Measure::OneTimeCost {
        let how = vec![budget::equation(&lines, "")];
        return Some(Sum {
            low,
            high,
            currency,
            how,
        });
    }
    let per = match said.figure.per {
        Per::Once if measure == Measure::MonthlyCost => Per::Month,
        per => per,
    };
    let (times, of) = per.of_year();
    let mut how = vec![budget::equation(&lines, "/year")];
    if per == Per::Month {
        let month = text(low / 12, high / 12);
        how.push(format!("{} / 12 = {month}/month", text(low, high)));
    }
    let (mut low, mut high) = (low * times / of, high * times / of);
    if let (Some(time), Per::Once) = (said.over, per) {
        let years = decimal(time, YEAR, 2);
        how.push(format!(
            "{years} × {} = {}",
            text(low, high),
            text(low * time / YEAR, high * time / YEAR)
        ));
        (low, high) = (low * time / YEAR, high * time / YEAR);
    }
    Some(Sum {
        low,
        high,
        currency,
        how,
    })
}

/// By power and price; where those are not declared, what is listed.
fn electricity(ctx: &Context<'_>, all: &Budget) -> Vec<Line> {
    let (computed, missing) = budget::electricity(ctx.lab);
    let listed = all.yearly.iter().filter(|l| budget::is_electricity(l));
    let listed: Vec<Line> = listed.cloned().collect();
    // Beside a bill, a part of it is no answer.
    match computed.is_empty() || (!missing.is_empty() && !listed.is_empty()) {
        true => listed,
        false => computed,
    }
}

/// Sums over a time: all that is paid, what is saved by it, or what it is per month.
fn over(measure: Measure, all: &Budget, time: i128, currency: [u8; 3]) -> Sum {
    let text = |(low, high): (i128, i128)| budget::range(low, high, currency);
    let years = decimal(time, YEAR, 2);
    let yearly = match measure {
        Measure::Savings => all.added(),
        _ => all.yearly.clone(),
    };
    let (once, yearly) = (budget::sum(&all.once), budget::sum(&yearly));
    let paid = budget::over((once, yearly), time);
    let how = format!("{} + {years} × {}", text(once), text(yearly));
    let (result, how) = match measure {
        Measure::Savings => {
            let replaced = budget::sum(&all.replaced);
            let saved = |replaced: i128, paid: i128| replaced * time / YEAR - paid;
            let result = (saved(replaced.0, paid.1), saved(replaced.1, paid.0));
            (
                result,
                format!("{years} × {} - ({how}) = {}", text(replaced), text(result)),
            )
        }
        Measure::MonthlyCost => {
            let month = |n: i128| n * YEAR / 12 / time.max(1);
            let result = (month(paid.0), month(paid.1));
            let months = decimal(time * 12, YEAR, 1);
            (
                result,
                format!("({how}) / {months} months = {}", text(result)),
            )
        }
        _ => (paid, format!("{how} = {}", text(paid))),
    };
    Sum {
        low: result.0,
        high: result.1,
        currency,
        how: vec![how],
    }
}

/// The period of a claim, as it is written behind an amount.
fn per(said: &Said<'_>) -> &'static str {
    match said.figure.per {
        Per::Month => "/month",
        Per::Year => "/year",
        _ => "",
    }
}

fn wrong(said: &Said<'_>, sum: &Sum, measure: Measure, all: &Budget) -> Diagnostic {
    let per = per(said);
    let right = format!("{}{per}", budget::range(sum.low, sum.high, sum.currency));
    let mut d = RULE
        .finding(format!(
            "the {} is claimed to be {}, and follows from its items as {right}",
            said.name(),
            said.figure
        ))
        .at(said.span, format!("{right} by the items"));
    for how in &sum.how {
        d = d.note(format!("{how}, claimed {}", said.figure));
    }
    let kept = budget::sum(&all.kept);
    if matches!(measure, Measure::ReplacedCost | Measure::Savings) && !all.kept.is_empty() {
        let names: Vec<&str> = all.kept.iter().map(|l| l.name.as_str()).collect();
        d = d.note(format!(
            "still paid and so not saved: {}, {}/year",
            names.join(", "),
            money(kept.1, sum.currency)
        ));
    }
    let edit = Edit::replace(said.span, right.clone());
    held::source(d, said)
        .help(format!("claim {right}, or add the items that are missing"))
        .fix(Fix::doubtful(format!("claim {right}"), edit))
}
