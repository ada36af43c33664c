//! Backups run more rarely than the objective allows.

use crate::context::dataset;
use crate::copies::{Side, side};
use crate::{Context, Findings, Rule};
use diag::{Diagnostic, Severity, Spanned};
use model::lab::{Backup, Dataset, FaultScope};
use model::units::Seconds;

pub(crate) const RULE: Rule = Rule {
    id: "bak-rpo-schedule",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A dataset's backups run more rarely than its recovery point objective allows.",
    rationale: "Right before the next backup, everything since the last one is lost: the worst loss is the interval of the \
        most frequent backup whose copy survives the fault. If that exceeds the objective, the promise is broken on paper. \
        The time that the backup takes comes on top and is left out, since it has not been measured.",
    example: "tiers: {gold: {rpo: {corruption: 24h}}}   # with a backup 'every: 1w'",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let tier = data
            .tier
            .as_ref()
            .and_then(|t| ctx.lab.tiers.get_key_value(&t.value));
        let Some((tier, bundle)) = tier else { continue };
        for (scope, rpo) in &bundle.rpo {
            let Some((backup, every)) = shortest(ctx, name, data, *scope) else {
                continue;
            };
            if every.value > rpo.value {
                out.add(
                    dataset(name),
                    finding(name, tier, *scope, rpo, backup, every),
                );
            }
        }
    }
}

/// The most frequent backup whose copy survives a fault of this scope. Without one, `bak-same-domain` or `bak-coverage` speaks.
fn shortest<'a>(
    ctx: &Context<'a>,
    name: &str,
    data: &Dataset,
    scope: FaultScope,
) -> Option<(&'a str, &'a Spanned<Seconds>)> {
    let survives = |(_, _, key, store): &(&str, &Backup, &str, &model::lab::Repository)| {
        side(ctx.lab, data, key, store, scope) == Side::Outside
    };
    ctx.backups_of(name)
        .into_iter()
        .filter(survives)
        .filter_map(|(backup, schedule, ..)| Some((backup, schedule.every.as_ref()?)))
        .min_by_key(|(_, every)| every.value)
}

fn finding(
    name: &str,
    tier: &str,
    scope: FaultScope,
    rpo: &Spanned<Seconds>,
    backup: &str,
    every: &Spanned<Seconds>,
) -> Diagnostic {
    let scope = scope.word();
    let (interval, allowed) = (every.value, rpo.value);
    let over = Seconds(interval.0 - allowed.0);
    RULE.finding(format!(
        "dataset '{name}' can lose {interval} by {scope}, and tier '{tier}' allows {allowed}"
    ))
    .at(every.span, format!("backup '{backup}' runs every {interval}"))
    .and_at(rpo.span, format!("the RPO for {scope}"))
    .note(format!(
        "worst loss = interval of the most frequent surviving copy = {interval}; {interval} - {allowed} = {over} too much"
    ))
    .note("the time that a backup takes comes on top; it is not known yet")
    .help(format!("run backup '{backup}' at least every {allowed}, or raise the objective"))
}
