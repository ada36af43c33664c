//! Goals as tables.

use super::{Advice, Buy, Verdict, What};
use crate::size::count;
use crate::{Cell, How, Sheet};
use std::collections::BTreeSet;

/// Hundredths as a whole number where they are one.
pub(crate) fn whole(cents: i128) -> String {
    match cents % 100 {
        0 => (cents / 100).to_string(),
        rest => format!("{}.{:02}", cents / 100, rest.abs()),
    }
}

/// Goals, purchases, and what all of that rests on.
pub(crate) fn sheets(advice: &Advice) -> Vec<Sheet> {
    vec![goals(advice), purchases(advice), assumptions(advice)]
}

fn goals(advice: &Advice) -> Sheet {
    let mut sheet = Sheet::new(
        "goals against the declared hardware",
        &["GOAL", "ASKED", "VERDICT", "WHY"],
    );
    let mut all: Vec<_> = advice.goals.iter().collect();
    all.sort_by_key(|g| (std::cmp::Reverse(g.verdict), &g.key));
    for goal in all {
        let verdict = match goal.verdict {
            Verdict::Unknown => Cell::computed("unknown"),
            Verdict::Impossible => Cell::computed("IMPOSSIBLE"),
            Verdict::Possible => Cell::computed("possible"),
        };
        let because = goal.because.join("; ");
        sheet.row([
            Cell::declared(goal.key.words()),
            Cell::declared(&goal.asked),
            verdict,
            match goal.assumed.is_empty() {
                true => Cell::computed(because),
                false => Cell {
                    text: because,
                    how: How::Assumed,
                },
            },
        ]);
    }
    if sheet.rows.is_empty() {
        return sheet;
    }
    let stated = |what: What| advice.goals.iter().any(|g| g.key.what == what);
    if !stated(What::Rto) && !stated(What::Rpo) {
        sheet.note("no tier states how soon it must be back or how much it may lose: say it with 'tiers', or there is little to hold the hardware against");
    }
    let number = |verdict: Verdict| advice.goals.iter().filter(|g| g.verdict == verdict).count();
    sheet.note(format!(
        "{}: {} impossible, {} unknown, {} possible on paper; only 'holdfast prove' says which are proven",
        count(advice.goals.len(), "goal", "goals"),
        number(Verdict::Impossible),
        number(Verdict::Unknown),
        number(Verdict::Possible)
    ));
    sheet
}

fn purchases(advice: &Advice) -> Sheet {
    let mut sheet = Sheet::new(
        "cheapest purchase that makes it possible",
        &["GOAL", "BUY", "COSTS"],
    );
    for (goal, buy) in &advice.each {
        sheet.row(row(goal, buy));
    }
    if let Some(buy) = advice.all.as_ref().filter(|_| advice.each.len() > 1) {
        sheet.row(row("all of these", buy));
    }
    let untied = |g: &&super::Goal| g.key.what == What::Rebuild && g.verdict == Verdict::Impossible;
    for goal in advice.goals.iter().filter(untied) {
        sheet.row([
            Cell::declared(goal.key.words()),
            Cell::computed("nothing: keep what the circle needs first outside of it, such as a password on paper (escrow), an address that needs no DNS, a copy of the tree"),
            Cell::computed("nothing"),
        ]);
    }
    if sheet.rows.is_empty() && advice.beyond.is_empty() {
        return sheet;
    }
    if !advice.beyond.is_empty() {
        for goal in &advice.beyond {
            let why = goal.because.join("; ");
            let says = match goal.verdict {
                Verdict::Impossible => format!("nothing on offer: with all of it still {why}"),
                _ => format!("not known even with all that is on offer: {why}"),
            };
            sheet.row([
                Cell::declared(goal.key.words()),
                Cell::computed(says),
                Cell::silent(),
            ]);
        }
    }
    sheet.note(format!(
        "{} tried, each put into the lab and all goals judged again ({}); running costs count for {} years",
        count(advice.offers, "offer", "offers"),
        count(advice.judged, "lab", "labs"),
        advice.years
    ));
    if !advice.left_out.is_empty() {
        sheet.note(format!("not tried: {}", advice.left_out.join("; ")));
    }
    let inexact = advice.each.values().chain(&advice.all).any(|b| !b.exact);
    if inexact {
        sheet.note("there are too many combinations to try all: what is marked 'not exact' does it, and something cheaper may too");
    }
    sheet
}

fn row(goal: &str, buy: &Buy) -> [Cell; 3] {
    let items: Vec<&str> = buy.items.iter().map(|i| i.title.as_str()).collect();
    let prices: Vec<String> = buy.items.iter().map(|i| i.price.words()).collect();
    let how = buy.items.iter().map(|i| i.price.how);
    let exact = if buy.exact { "" } else { " (not exact)" };
    let total = total(buy)
        .map(|t| format!("; together {t}"))
        .unwrap_or_default();
    [
        Cell::declared(goal),
        Cell::computed(format!("{}{exact}", items.join("; "))),
        Cell::resting_on(format!("{}{total}", prices.join("; ")), how),
    ]
}

/// What all of it costs, where that is not what stands there already.
fn total(buy: &Buy) -> Option<String> {
    let running = buy.items.iter().any(|i| i.price.yearly != 0);
    let currency = &buy.items.first()?.price.currency;
    (running || buy.items.len() > 1).then(|| match running {
        true => format!(
            "{} {currency} over {} years",
            whole(buy.total),
            super::offers::YEARS
        ),
        false => format!("{} {currency}", whole(buy.total)),
    })
}

/// What figures and prices rest on, once each.
fn assumptions(advice: &Advice) -> Sheet {
    let mut sheet = Sheet::new("assumed", &["WHAT", "IN"]);
    let mut by: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    for goal in &advice.goals {
        for assumed in &goal.assumed {
            by.entry(assumed).or_default().push(goal.key.words());
        }
    }
    for (what, goals) in by {
        sheet.row([
            Cell::declared(what),
            Cell::computed(count(goals.len(), "goal", "goals")),
        ]);
    }
    let bought = advice
        .each
        .values()
        .chain(&advice.all)
        .flat_map(|b| &b.items);
    let sources: BTreeSet<&str> = bought.map(|i| i.price.source.as_str()).collect();
    for source in sources {
        sheet.note(format!("prices: {source}"));
    }
    if !advice.each.is_empty() {
        sheet.note("what is bought is taken to be set up, with room for the data, and to be backed up to as often as the objectives ask, each copy done before the next begins; declare prices of your own with 'offers'");
    }
    sheet
}
