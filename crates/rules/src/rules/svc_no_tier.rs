//! Nobody said what the data is worth.

use crate::context::dataset;
use crate::{Context, Findings, Rule};
use diag::Severity;
use model::lab::DataClass;

pub(crate) const RULE: Rule = Rule {
    id: "svc-no-tier",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A dataset has no class or no tier.",
    rationale: "The class says what a loss would mean, the tier how much may be lost and how long it may be away. Without them \
        no backup can be too rare, no restore too slow, and no promise can be proven. Scratch data needs no tier.",
    example: "datasets: {photos: {host: nas, folder: /srv/photos}}",
    controls: &[
        "CIS v8 3.7",
        "NIST CSF 2.0 ID.AM-05",
        "ISO 27001:2022 A.5.12",
    ],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let class = data.class.as_ref().map(|c| c.value);
        let missing = match (class, &data.tier) {
            (Some(DataClass::Scratch), _) | (Some(_), Some(_)) => continue,
            (None, None) => "class and tier",
            (None, Some(_)) => "class",
            (Some(_), None) => "tier",
        };
        let tiers: Vec<&str> = ctx.lab.tiers.keys().map(String::as_str).collect();
        let mut d = RULE
            .finding(format!("dataset '{name}' has no {missing}"))
            .at(data.span, format!("no {missing}"));
        if class.is_none() {
            d = d.help("add 'class: irreplaceable', 'important', 'replaceable' or 'scratch'");
        }
        if data.tier.is_none() {
            d = d.help(match tiers.is_empty() {
                true => "declare a tier with 'rto' and 'rpo' and name it with 'tier: …'".to_owned(),
                false => format!("add 'tier: …'; declared are {}", tiers.join(", ")),
            });
        }
        out.add(dataset(name), d);
    }
}
