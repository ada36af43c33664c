//! A battery has to last longer than it can.

use crate::partial::Partial;
use crate::totals::{Part, assumptions, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::wording::names;
use model::declare::{Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::Ups;
use model::lab::hardware::Draw;
use model::units::Seconds;
use model::units::physics::Power;
use std::collections::{BTreeMap, BTreeSet};

/// Time is energy by power; no inverter gives more than its battery holds, and all of them lose some of it.
pub const RULE: Rule = Rule {
    id: "cap-ups-runtime",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A UPS has to last longer than its battery can feed what hangs on it.",
    rationale: "How long the battery lasts decides when machines begin to shut down. A figure from a data sheet is that of another load, and \
        machines that trust it lose power while they shut down.",
    example: "ups: {ups1: {energy: 100Wh, runtime: 2h, feeds: [nas]}}   # which draws 200W on average",
    controls: &["ISO 27001:2022 A.7.11"],
    mend: Mend::None("which of the figures is wrong is known only where they were read"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let fed = by_several(ctx.lab);
    for (name, ups) in ctx.lab.ups.iter().filter(|(_, u)| !u.feeds.is_empty()) {
        if let Some(d) = judge(ctx.lab, &fed, name, ups) {
            out.add(ObjectRef::new(Kind::Ups, name), d);
        }
    }
}

/// What several UPSs feed, each a supply of its own, with all of them: how they share what it draws is not declared.
pub(crate) fn by_several(lab: &Lab) -> BTreeMap<&ObjectRef, BTreeSet<&str>> {
    let mut fed: BTreeMap<&ObjectRef, BTreeSet<&str>> = BTreeMap::new();
    for (name, ups) in &lab.ups {
        for thing in &ups.feeds {
            fed.entry(&thing.value.0.object).or_default().insert(name);
        }
    }
    fed.retain(|_, by| by.len() > 1);
    fed
}

fn judge(
    lab: &Lab,
    fed: &BTreeMap<&ObjectRef, BTreeSet<&str>>,
    name: &str,
    ups: &Ups,
) -> Option<Diagnostic> {
    let (energy, runtime) = (ups.energy.as_ref()?, ups.runtime.as_ref()?);
    let (holds, said) = (energy.value()?, runtime.value()?);
    let things: BTreeSet<&ObjectRef> = ups.feeds.iter().map(|f| &f.value.0.object).collect();
    let mut load = Partial::default();
    let mut full = false;
    let mut shared = Vec::new();
    for thing in things {
        match fed.get(thing) {
            Some(by) => shared.push((thing, by)),
            None => full |= draw(lab, thing, &mut load),
        }
    }
    let parts = shared.iter().map(|(thing, by)| part_of(thing, name, by));
    load.missing.extend(parts);
    let (milliwatts, least) = (load.value(), load.least());
    // mWh × 3600 s/h / mW = s.
    let battery = i128::from(holds.milliwatt_hours()) * 3_600;
    let wanted = i128::from(said.seconds());
    if milliwatts * wanted <= battery {
        return open(lab, (name, ups), &load, |most| most * wanted <= battery);
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
            format!("UPS '{name}' has to last {said}, and its battery can feed what hangs on it for {lasts} at the most"),
        )
        .at(runtime.span, "has to last")
        .and_at(energy.span, "what its battery holds")
        .note(format!("{} = {least}{watts}W", terms(&load.known)))
        .note(format!("{holds} / {watts}W = {lasts} < {said}, without losses"));
    if full {
        d = d.note("the average of some is not declared, so that their draw at load counts");
    }
    d.notes.extend(load.left_out());
    d.notes.extend(assumptions(&load.known));
    Some(d.help(
        "a larger battery or less load; or correct what it holds, what the machines draw, or how long shutting down takes ('runtime')",
    ))
}

/// What is known of the load leaves the battery enough; whether what is not known does, too.
fn open(
    lab: &Lab,
    (name, ups): (&str, &Ups),
    load: &Partial,
    lasts: impl Fn(i128) -> bool,
) -> Option<Diagnostic> {
    let left_out = load.left_out()?;
    let bounds = bounds(lab, ups);
    if bounds.iter().any(|(most, _)| lasts(*most)) {
        return None;
    }
    let runtime = ups.runtime.as_ref()?;
    let message = format!(
        "whether the battery of UPS '{name}' can last {}",
        runtime.value()?
    );
    let mut d = RULE.unknown(message).at(runtime.span, "").note(left_out);
    for (most, what) in &bounds {
        let watts = graph::figure::decimal(*most, 1_000, 1);
        d = d.note(format!(
            "{what}: at the most {watts}W, at which it does not last"
        ));
    }
    Some(d.help(format!(
        "declare what each thing on it draws on average and at the most: 'power: {{average: 80W, load: 120W}}'; \
         or what the UPS can give, if it lasts with that: 'ups: {{{name}: {{power: 390W}}}}'"
    )))
}

/// What no load of a UPS exceeds, in milliwatts, and what says so. A real power is no more than the apparent one.
fn bounds(lab: &Lab, ups: &Ups) -> Vec<(i128, &'static str)> {
    let things: BTreeSet<&ObjectRef> = ups.feeds.iter().map(|f| &f.value.0.object).collect();
    let all: Option<i128> = things.into_iter().map(|thing| most(lab, thing)).sum();
    let power = ups.power.known().map(|p| i128::from(p.milliwatts()));
    let rating = ups.rating.known();
    let rating = rating.map(|r| i128::from(r.millivoltamperes()));
    let bounds = [
        (all, "all that is on it, at load"),
        (power, "what the UPS can give ('power')"),
        (rating, "what the UPS can give ('rating')"),
    ];
    let known = bounds.into_iter();
    known.filter_map(|(b, what)| Some((b?, what))).collect()
}

/// The most that something draws over hours, in milliwatts.
fn most(lab: &Lab, thing: &ObjectRef) -> Option<i128> {
    let draw = declared(lab, thing)?;
    let known = draw.average.known().or(draw.load.known());
    known.map(|watts| i128::from(watts.milliwatts()))
}

fn declared<'a>(lab: &'a Lab, thing: &ObjectRef) -> Option<&'a Draw> {
    match thing.kind {
        Kind::Host => lab.hosts.get(&thing.name)?.about.power.as_ref(),
        _ => lab.devices.get(&thing.name)?.power.as_ref(),
    }
}

/// `what 'ups1' gives of what 'nas' draws, which hangs on 'ups2' too`.
fn part_of(thing: &ObjectRef, ups: &str, by: &BTreeSet<&str>) -> String {
    let others: Vec<&str> = by.iter().copied().filter(|n| *n != ups).collect();
    format!(
        "what UPS '{ups}' gives of what '{}' draws, which hangs on {} too",
        thing.name,
        names(&others)
    )
}

/// `150W (nas) + 280W (pve1)`.
fn terms(parts: &[Part]) -> String {
    let terms = parts.iter().map(|p| format!("{} ({})", p.shown, p.name));
    terms.collect::<Vec<_>>().join(" + ")
}

/// What it draws on average; at least what it draws idle; else at load, and then that is said.
fn draw(lab: &Lab, object: &ObjectRef, all: &mut Partial) -> bool {
    let draw = declared(lab, object);
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
