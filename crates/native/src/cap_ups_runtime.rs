//! A battery is said to last longer than what it holds can.

use crate::partial::Partial;
use crate::totals::{Part, assumptions, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::Opt;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::Ups;
use model::lab::hardware::Draw;
use model::units::Seconds;
use model::units::physics::Power;
use std::collections::BTreeSet;

/// Time is energy by power; no inverter gives more than its battery holds, and all of them lose some of it.
pub const RULE: Rule = Rule {
    id: "cap-ups-runtime",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A UPS is said to last longer than what its battery holds can feed what hangs on it.",
    rationale: "How long the battery lasts decides when machines begin to shut down. A figure from the data sheet is that of another load, and \
        the machines that trust it lose power in the middle of it.",
    example: "ups: {ups1: {energy: 100Wh, runtime: 2h, feeds: [nas]}}   # which draws 200W on average",
    controls: &["ISO 27001:2022 A.7.11"],
    mend: Mend::None("which of the figures is wrong is known only where they were read"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, ups) in ctx.lab.ups.iter().filter(|(_, u)| !u.feeds.is_empty()) {
        if let Some(d) = judge(ctx.lab, name, ups) {
            out.add(ObjectRef::new(Kind::Ups, name), d);
        }
    }
}

fn judge(lab: &Lab, name: &str, ups: &Ups) -> Option<Diagnostic> {
    let (energy, runtime) = (ups.energy.as_ref()?, ups.runtime.as_ref()?);
    let (holds, said) = (energy.value()?, runtime.value()?);
    let things: BTreeSet<&ObjectRef> = ups.feeds.iter().map(|f| &f.value.0.object).collect();
    let mut load = Partial::default();
    let mut full = false;
    for thing in things {
        full |= draw(lab, thing, &mut load);
    }
    let (milliwatts, least) = (load.value(), load.least());
    // mWh × 3600 s/h / mW = s.
    let battery = i128::from(holds.milliwatt_hours()) * 3_600;
    let wanted = i128::from(said.seconds());
    if milliwatts * wanted <= battery {
        let message = format!("whether the battery of UPS '{name}' can last {said}");
        let d = RULE.unknown(message).at(runtime.span, "");
        return load.left_out().map(|what| d.note(what));
    }
    let lasts = Seconds(i64::try_from(battery / milliwatts.max(1)).unwrap_or(i64::MAX));
    let watts = graph::figure::decimal(milliwatts, 1_000, 1);
    let severity = match full {
        true => Severity::Warning,
        false => RULE.severity,
    };
    let mut d = RULE
        .with(
            severity,
            format!("UPS '{name}' is said to last {said}, and its battery can feed what hangs on it for {lasts} at the most"),
        )
        .at(runtime.span, "said to last")
        .and_at(energy.span, "what its battery holds")
        .note(format!("{} = {least}{watts}W", terms(&load.known)))
        .note(format!("{holds} / {watts}W = {lasts} < {said}, without losses"));
    if full {
        d = d.note("the average of some is not declared, so that their draw at load counts");
    }
    d.notes.extend(load.left_out());
    d.notes.extend(assumptions(&load.known));
    Some(d.help(
        "measure how long it lasts, or correct what its battery holds, or what the machines draw",
    ))
}

/// `150W (nas) + 280W (pve1)`.
fn terms(parts: &[Part]) -> String {
    let terms = parts.iter().map(|p| format!("{} ({})", p.shown, p.name));
    terms.collect::<Vec<_>>().join(" + ")
}

/// What it draws on average; at least what it draws idle; else at load, and then that is said.
fn draw(lab: &Lab, object: &ObjectRef, all: &mut Partial) -> bool {
    let draw: Option<&Draw> = match object.kind {
        Kind::Host => lab
            .hosts
            .get(&object.name)
            .and_then(|h| h.about.power.as_ref()),
        _ => lab.devices.get(&object.name).and_then(|d| d.power.as_ref()),
    };
    let name = &object.name;
    let part = |of: fn(&Draw) -> &Opt<Power>| {
        part(name, of(draw?), |watts| i128::from(watts.milliwatts()))
    };
    let usual = part(|d| &d.average);
    let least = usual.clone().or_else(|| part(|d| &d.idle));
    let full = part(|d| &d.load).filter(|_| least.is_none());
    match (&usual, &least, &full) {
        (Some(_), ..) | (None, None, Some(_)) => {}
        (None, Some(_), _) => all
            .missing
            .push(format!("what '{name}' draws on average beyond idle")),
        (None, None, None) => all.missing.push(format!("what '{name}' draws")),
    }
    let at_load = full.is_some();
    all.known.extend(least.or(full));
    at_load
}
