//! What is measured is worse than what is promised.

use crate::claims::figures;
use crate::figure::{Bound, Dim, Figure, YEAR, decimal};
use crate::objectives::{Objective, objectives, uptime_target};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::lab::measure::Measure;
use model::units::Seconds;

pub(crate) const RULE: Rule = Rule {
    id: "slo-actual",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "What is measured, or claimed to be reached, is worse than the objective.",
    rationale: "An objective is there to be compared. 99 % and 90 % look alike in a list; the one is four days away in a year, the \
        other five weeks.",
    example: "slos: [{service: wiki, target: 99.5%, measured: {measured: 98.9%, window: 30d, source: probes, on: 2026-01-31}}]",
    controls: &["ISO 27001:2022 A.8.16"],
    mend: Mend::None("work has to be done, or the objective lowered"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for objective in objectives(ctx.lab) {
        if let Some(d) = measured(&objective) {
            out.add_about(objective.object.clone(), d);
        }
    }
    for said in figures(ctx.lab)
        .iter()
        .filter(|s| s.measure() == Some(Measure::Uptime) && s.figure.dim == Dim::Share)
    {
        let Some((target, span, name)) = uptime_target(ctx.lab, said) else {
            continue;
        };
        if said.figure.value() >= target.value() {
            continue;
        }
        let d = RULE
            .finding(format!(
                "the {} is claimed to be {}, and {name} asks for {target}",
                said.name(),
                said.figure
            ))
            .at(said.span, "what is claimed")
            .and_at(span, "what is asked for");
        let d = crate::held::source(down(d, &said.figure, &target, None), said);
        out.add_about(
            said.about.clone(),
            d.help("claim what is reached, and mend the rest or lower the objective"),
        );
    }
}

fn measured(objective: &Objective) -> Option<Diagnostic> {
    let measured = objective.measured.as_ref()?;
    let (is, target) = (&measured.figure, &objective.target);
    let missed = match objective.bound() {
        _ if is.dim != target.dim => false,
        Bound::AtLeast => is.value() < target.low,
        Bound::AtMost => is.value() > target.high,
        Bound::Exact => is.value() < target.low || is.value() > target.high,
    };
    if !missed {
        return None;
    }
    let d = RULE
        .finding(format!(
            "{} is at {is}, and its target is {target}",
            objective.name
        ))
        .at(measured.span, "what it is")
        .and_at(objective.target_span, "what it shall be");
    let d = match objective.is_uptime() {
        true => down(d, is, target, measured.window.or(objective.window)),
        false => d.note(format!(
            "{is} against {target}: {} apart",
            target.say((is.value() - target.value()).abs())
        )),
    };
    Some(d.help("mend it, or lower the objective to what it can be"))
}

/// Time away, by what is and by what is allowed.
fn down(d: Diagnostic, is: &Figure, target: &Figure, window: Option<u64>) -> Diagnostic {
    let seconds = window.map_or(YEAR / 1_000, i128::from);
    let away = |figure: &Figure| {
        let seconds = seconds * (1_000_000 - figure.value().clamp(0, 1_000_000)) / 1_000_000;
        Seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    };
    let days = decimal(seconds, 86_400, 1);
    let noun = if days == "1" { "day" } else { "days" };
    d.note(format!(
        "away in {days} {noun}: {} at {is}, {} allowed at {target}",
        away(is),
        away(target)
    ))
}
