//! What was paid is claimed to come back, and does not, or at another time.

use crate::budget::{self, Budget};
use crate::claims::{self, Said};
use crate::figure::{YEAR, decimal};
use crate::held;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::lab::measure::Measure;

pub(crate) const RULE: Rule = Rule {
    id: "fin-breakeven",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A claimed time until the lab has paid for itself does not follow from the items, or the lab never pays for itself.",
    rationale: "What was paid comes back only out of what is saved each year after the running costs. If the running costs are as \
        high as what they replace, it never does, however long one waits.",
    example: "claims: [{text: pays in four years, metric: break-even, value: ~4 years}]   # with 25,000 a year paid to save 12,000",
    controls: &[],
    mend: Mend::None("it does not pay"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for said in claims::figures(ctx.lab)
        .iter()
        .filter(|s| s.measure() == Some(Measure::BreakEven))
    {
        let all = budget::budget(ctx.lab, said.budget, said.about.as_ref(), ctx.today);
        if let Some(d) = check(said, &all) {
            out.add_about(said.about.clone(), d);
        }
    }
}

fn check(said: &Said<'_>, all: &Budget) -> Option<Diagnostic> {
    let added = all.added();
    let lines = || all.once.iter().chain(&added).chain(&all.replaced);
    let lacking = match (
        all.missing.is_empty(),
        all.once.is_empty(),
        all.replaced.is_empty(),
    ) {
        (false, ..) => Some(format!("not declared: {}", all.missing.join(", "))),
        (_, true, _) => Some("not declared: what was paid once".to_owned()),
        (.., true) => Some("not declared: the subscriptions that are replaced".to_owned()),
        _ => None,
    };
    let currency = budget::one_currency(lines());
    match (lacking, currency) {
        (None, Some(currency)) => compare(said, all, currency),
        (lacking, _) => {
            let message = format!("whether the {} comes after {}", said.name(), said.figure);
            let why = lacking.unwrap_or_else(|| "the items are in several currencies".to_owned());
            Some(RULE.unknown(message).at(said.span, "").note(why))
        }
    }
}

fn compare(said: &Said<'_>, all: &Budget, currency: [u8; 3]) -> Option<Diagnostic> {
    let text = |(low, high): (i128, i128)| budget::range(low, high, currency);
    let (once, yearly) = (budget::sum(&all.once), budget::sum(&all.added()));
    let saved = budget::sum(&all.replaced);
    let net = (saved.0 - yearly.1, saved.1 - yearly.0);
    let how = format!(
        "saved per year: {} - {} = {}",
        text(saved),
        text(yearly),
        text(net)
    );
    let name = said.name();
    if net.1 <= 0 {
        let d = RULE
            .with(
                Severity::Error,
                format!(
                    "the {name} is claimed after {}, and never comes",
                    said.figure
                ),
            )
            .at(said.span, "never")
            .note(format!(
                "{how}: as much is paid each year as is saved, or more"
            ))
            .help("lower the running costs, or give another reason than money");
        return Some(held::source(d, said));
    }
    let after = |once: i128, net: i128| {
        if net > 0 {
            once * YEAR / net
        } else {
            i128::MAX
        }
    };
    let (early, late) = (after(once.0, net.1), after(once.1, net.0));
    if said.figure.holds(early, late) {
        return None;
    }
    let number = |n: i128| decimal(n, YEAR, 1);
    let right = match late {
        i128::MAX => format!("{} years at best, or never", number(early)),
        _ if early == late && number(early) == "1" => "1 year".to_owned(),
        _ if early == late => format!("{} years", number(early)),
        _ => format!("{} to {} years", number(early), number(late)),
    };
    let d = RULE
        .finding(format!(
            "the {name} is claimed after {}, and comes after {right}",
            said.figure
        ))
        .at(said.span, right.clone())
        .note(how)
        .note(format!(
            "{} / {} = {right}, claimed {}",
            text(once),
            text(net),
            said.figure
        ))
        .help(format!("claim {right}, or correct the items"));
    Some(held::source(d, said))
}
