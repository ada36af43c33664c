//! A measured value does not say how it was measured.

use crate::claims::{figures, text};
use crate::figure::Figure;
use crate::objectives::{Measured, objectives};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::measure::Measure;
use model::lab::watch::Metric;

pub(crate) const RULE: Rule = Rule {
    id: "slo-source",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A measured value lacks its window, its source or its date; or nothing measures what is claimed.",
    rationale: "99.7 % is a number only with three others: over how long, by what, and when. Without them it cannot be repeated, \
        compared or believed.",
    example: "slos: [{service: wiki, target: 99.5%, measured: 99.7%}]",
    controls: &["ISO 27001:2022 A.8.16"],
    mend: Mend::DisplayOnly("how it was measured is known to who measured it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for objective in objectives(ctx.lab) {
        let Some(measured) = &objective.measured else {
            continue;
        };
        if let Some(d) = lacking(ctx, &objective.name, measured, objective.window.is_some()) {
            out.add_about(objective.object.clone(), d);
        }
    }
    for (name, metric) in &ctx.lab.metrics {
        let d = wordy(ctx, name, metric);
        d.into_iter()
            .for_each(|d| out.add(ObjectRef::new(Kind::Metric, name), d));
    }
    for said in figures(ctx.lab)
        .iter()
        .filter(|s| s.measure() == Some(Measure::Uptime))
    {
        if !is_measured(ctx, said.about.as_ref()) {
            let d = RULE
                .finding(format!(
                    "the {} is claimed to be {}, and nothing measures it",
                    said.name(),
                    said.figure
                ))
                .at(said.span, "neither probed nor measured")
                .note("probes of it: 0, measured objectives of it: 0");
            let d = crate::held::source(d, said);
            out.add_about(said.about.clone(), d.help("add a probe, and an objective with 'measured: {measured: …, window: …, source: …, on: …}'"));
        }
    }
}

/// A target with words in place of what was measured: `on track`.
fn wordy(ctx: &Context<'_>, name: &str, metric: &Metric) -> Option<Diagnostic> {
    let (target, given) = (metric.target.known()?, metric.measured.as_ref()?);
    let said = text(given.value()?);
    if Figure::parse(&said).is_some() {
        return None;
    }
    let d = RULE
        .finding(format!("'{said}' of metric '{name}' is no measurement"))
        .at(given.span, "how many, and when?")
        .note(format!("target: {}; measured: no number", text(target)));
    let date = ctx.today;
    Some(d.help(format!(
        "write '{{measured: …, window: 90d, source: …, on: {date}}}', or 'unknown'"
    )))
}

fn lacking(ctx: &Context<'_>, name: &str, measured: &Measured, window: bool) -> Option<Diagnostic> {
    let mut lacks = Vec::new();
    if measured.window.is_none() && !window {
        lacks.push("window");
    }
    if !measured.source {
        lacks.push("source");
    }
    if measured.on.is_none() {
        lacks.push("date");
    }
    let figure = &measured.figure;
    if let Some(on) = measured.on.filter(|on| *on > ctx.today) {
        let d = RULE
            .finding(format!(
                "{figure} of {name} is said to be measured on {on}, which is still to come"
            ))
            .at(measured.span, "from the future")
            .note(format!("today is {}", ctx.today));
        return Some(d.help("correct the date"));
    }
    let listed = match lacks.as_slice() {
        [] => return None,
        [one] => format!("no {one}"),
        [a, b] => format!("neither {a} nor {b}"),
        _ => "neither window nor source nor date".to_owned(),
    };
    let d = RULE
        .finding(format!("{figure} of {name} has {listed}"))
        .at(measured.span, "measured how?")
        .note(format!(
            "given: {} of window, source and date",
            3 - lacks.len()
        ));
    Some(d.help(format!(
        "write '{{measured: {figure}, window: 30d, source: …, on: {}}}'",
        ctx.today
    )))
}

/// A probe looks at it, or an objective of it has a measured value; of the lab, any.
fn is_measured(ctx: &Context<'_>, about: Option<&ObjectRef>) -> bool {
    let probed = ctx.lab.probes.values().any(|p| {
        let of = p.of.known().map(|r| &r.0.object);
        of.is_some() && (about.is_none() || of == about)
    });
    let of_tier = |tier: &str| {
        let member = |o: &ObjectRef| {
            ctx.lab
                .services
                .get(&o.name)
                .and_then(|s| s.tier.known())
                .is_some_and(|t| t.name() == tier)
        };
        about.is_some_and(|o| o.kind == Kind::Service && member(o))
    };
    probed
        || objectives(ctx.lab).iter().any(|o| {
            let object = o.object.as_ref();
            let tier = object.is_some_and(|o| o.kind == Kind::Tier && of_tier(&o.name));
            o.measured.is_some() && o.is_uptime() && (about.is_none() || object == about || tier)
        })
}
