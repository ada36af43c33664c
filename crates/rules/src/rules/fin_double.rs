//! One thing is paid once and again: counted twice.

use crate::budget::{self, Budget, Line, is_rented};
use crate::claims::words;
use crate::figure::money;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::Kind;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "fin-double",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "One thing is among the costs twice: as an investment and as a running cost.",
    rationale: "Rent for three years that is put into the investment is paid already; the same rent among the yearly costs is \
        paid again. The lab then looks dearer than it is, and its break-even later.",
    example: "costs: {vps-3y: {amount: 180 EUR, for: vps}, vps: {amount: 60 EUR, every: year, for: vps}}",
    controls: &[],
    mend: Mend::None("which of the two is counted is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let budgets: BTreeSet<Option<&str>> = ctx
        .lab
        .costs
        .values()
        .map(|c| c.budget.known().map(|n| n.0.as_str()))
        .collect();
    for name in budgets {
        let all = budget::budget(ctx.lab, name, None, ctx.today);
        for once in &all.once {
            let again = all
                .yearly
                .iter()
                .find_map(|yearly| Some((yearly, years(ctx, &all, once, yearly)?)));
            if let Some((yearly, years)) = again {
                out.add_about(once.object.clone(), finding(once, yearly, years));
            }
        }
    }
}

/// For how many years the one is paid by the other; none if they are not the same thing.
fn years(ctx: &Context<'_>, all: &Budget, once: &Line, yearly: &Line) -> Option<i128> {
    let whole = once.low % yearly.low.max(1) == 0
        && once.high * yearly.low.max(1) == once.low * yearly.high;
    let years = once.low.checked_div(yearly.low)?;
    if !whole || once.currency != yearly.currency || !(1..=10).contains(&years) {
        return None;
    }
    // Hardware and its electricity are for one machine and are two things; a rented machine is one.
    let rented = |t: &model::declare::Target| match t.object.kind {
        Kind::Host => ctx.lab.hosts.get(&t.object.name).is_some_and(is_rented),
        kind => matches!(kind, Kind::Repository | Kind::Subscription | Kind::DnsZone),
    };
    let rent = once.of.as_ref().is_some_and(rented) && once.of == yearly.of;
    let same = !budget::is_electricity(yearly) && (rent || shared(ctx, all, once, yearly));
    same.then_some(years)
}

/// Their names have a word in common that says what they are; one that many have says nothing.
fn shared(ctx: &Context<'_>, all: &Budget, a: &Line, b: &Line) -> bool {
    let (names, others) = (names(ctx, a), names(ctx, b));
    let lines = || all.once.iter().chain(&all.yearly);
    let has = |word: &String| {
        lines()
            .filter(|l| self::names(ctx, l).contains(word))
            .count()
    };
    names.intersection(&others).any(|word| has(word) == 2)
}

fn names(ctx: &Context<'_>, line: &Line) -> BTreeSet<String> {
    const SAY_NOTHING: [&str; 10] = [
        "year", "years", "month", "months", "cost", "costs", "total", "for", "the", "and",
    ];
    let item = line
        .object
        .as_ref()
        .and_then(|o| ctx.lab.costs.get(&o.name));
    let item = item
        .and_then(|c| c.item.known())
        .map_or("", |p| p.0.as_str());
    let text = words(&format!("{} {item}", line.name));
    let says = |w: &&str| {
        w.len() > 2 && !SAY_NOTHING.contains(w) && !w.starts_with(|c: char| c.is_ascii_digit())
    };
    text.split('-').filter(says).map(str::to_owned).collect()
}

fn finding(once: &Line, yearly: &Line, years: i128) -> Diagnostic {
    let per = money(yearly.low, yearly.currency);
    let (a, b) = (&once.name, &yearly.name);
    RULE.finding(format!("cost '{a}' of {} is {years} years of cost '{b}', which is paid as well", once.shown))
        .at(once.span, "paid in advance")
        .and_at(yearly.span, "and each year again")
        .note(format!("{} = {years} × {per}: within {years} years it is counted twice, {} too much", once.shown, once.shown))
        .help(format!("keep one of the two: leave '{a}' out of what is paid once, or '{b}' out of the yearly costs"))
}
