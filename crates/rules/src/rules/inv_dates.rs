//! Dates of a purchase that cannot all be so.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "inv-dates",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A thing was bought in the future, or its warranty or replacement is before its purchase.",
    rationale: "Age, warranty and replacement are counted from these dates: with one that is wrong, a disk looks new that is due, or covered \
        that is not.",
    example: "assets: {disk: {of: nas/hdd0, bought: 2028-01-10, warranty: 2027-01-10}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("the invoice says which date is right"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
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
