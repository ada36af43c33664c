//! One amount of money has two numbers.

use crate::attributes::{Field, differing};
use crate::budget::{self, Line};
use crate::figure::money;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};

pub(crate) const RULE: Rule = Rule {
    id: "fin-one-number",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "One amount of money is declared, or claimed, with two numbers.",
    rationale: "The summary says one price, the table another. Whoever decides by the summary decides by a number that nobody \
        can find in the items.",
    example: "hosts: {vps: {cost: 5 EUR/month}}   # and 'costs: {vps: {amount: 72 EUR, every: year, for: vps}}'",
    controls: &[],
    mend: Mend::None("which of the two numbers is right is known only where it was read"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (about, d) in differing(ctx.lab, Field::Money, &|m| RULE.finding(m)) {
        out.add_about(about, d);
    }
    let listed = budget::budget(ctx.lab, None, None, ctx.today);
    let twice = [
        (budget::beside(ctx.lab), &listed.yearly, "/year"),
        (budget::prices(ctx.lab), &listed.once, ""),
    ];
    for (beside, costs, per) in twice {
        for line in &beside {
            let same = |l: &&Line| l.of.is_some() && l.of == line.of && l.object != line.object;
            let items: Vec<&Line> = costs.iter().filter(same).collect();
            let [item] = items.as_slice() else { continue };
            if (item.low, item.high, item.currency) != (line.low, line.high, line.currency) {
                out.add_about(line.object.clone(), finding(line, item, per));
            }
        }
    }
}

fn finding(line: &Line, item: &Line, per: &str) -> Diagnostic {
    let (a, b) = (
        money(line.high, line.currency),
        money(item.high, item.currency),
    );
    let what = line
        .of
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    let d = RULE
        .finding(format!(
            "{what} costs {} by itself and {} by cost '{}'",
            line.shown, item.shown, item.name
        ))
        .at(line.span, "one amount")
        .and_at(item.span, "another");
    let d = match line.currency == item.currency {
        true => d.note(format!(
            "{a}{per} - {b}{per} = {}{per}",
            money(line.high - item.high, line.currency)
        )),
        false => d.note(format!("{a}{per} against {b}{per}")),
    };
    d.help("find out which is right, and say it once")
}
