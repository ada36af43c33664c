//! Copies that begin while planned downtime has taken away what they are of, or where they go.

use super::RULE;
use crate::bodies::Body;
use crate::copies::Copy;
use crate::error_budget::exact;
use crate::places::Machine;
use crate::{Context, Findings};
use diag::{Diagnostic, Severity};
use graph::downtime::Rhythm;
use graph::planned::{Outage, Outages};
use model::declare::Target;
use model::id::{Kind, ObjectRef};
use std::collections::BTreeSet;

/// Tells of each copy once for each window that takes a machine of it away for all of its length.
pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    if ctx.lab.windows.values().all(|w| w.downtime.is_none()) {
        return;
    }
    // That they are too many others tell.
    let Some(cuts) = ctx.cuts() else { return };
    let outages = Outages::of(ctx.lab, ctx.structure(), cuts);
    let copies = ctx.copies();
    let mut seen: BTreeSet<(Kind, &str, Option<String>)> = BTreeSet::new();
    let mut told: BTreeSet<(Kind, &str, &str)> = BTreeSet::new();
    for body in ctx.bodies() {
        for copy in copies.copies(body) {
            let Some(calendar) = copy.calendar else {
                continue;
            };
            let ends = [body.place.machines.as_ref(), copy.place.machines.as_ref()];
            // What may be on one of several goes on with another.
            let ends = ends.map(|m: &[Machine<'_>]| m.first().filter(|_| m.len() == 1).copied());
            for machine in BTreeSet::from(ends) {
                let words = machine.map(Machine::words);
                if !seen.insert((copy.taker.0, copy.taker.1, words)) {
                    continue;
                }
                let rhythm = Rhythm::of(calendar);
                for outage in of(ctx, &outages, machine) {
                    // A window of everything takes both ends.
                    let whole = outage.things.is_empty();
                    let key = (copy.taker.0, copy.taker.1, outage.window.name);
                    if whole && !told.insert(key) {
                        continue;
                    }
                    if let Some(d) = judge((body, copy), machine, &rhythm, &outage) {
                        out.add(ObjectRef::new(copy.taker.0, copy.taker.1), d);
                    }
                }
            }
        }
    }
}

/// Windows that take a machine away; those of everything if it is not known which one it is.
fn of<'o>(
    ctx: &Context<'_>,
    outages: &'o Outages<'_>,
    machine: Option<Machine<'_>>,
) -> Vec<Outage<'o>> {
    let target = machine.map(|machine| match machine {
        Machine::Host(name) => Target::whole(Kind::Host, name),
        Machine::Device(name) => Target::whole(Kind::Device, name),
    });
    let node = target.and_then(|t| ctx.structure().find(&t));
    let needed = node.zip(ctx.cuts()).map(|(node, cuts)| cuts.of(node));
    let whole = |o: &Outage<'_>| machine.is_some() || o.things.is_empty();
    let mut all = outages.among(needed.unwrap_or(&[]));
    all.retain(whole);
    all
}

fn judge(
    (body, copy): (&Body<'_>, &Copy<'_>),
    machine: Option<Machine<'_>>,
    rhythm: &Rhythm,
    outage: &Outage<'_>,
) -> Option<Diagnostic> {
    let (length, away) = (outage.window.length?, outage.away());
    // Of a part of the window nobody knows which one it is.
    if !outage.is_sure() || away < length {
        return None;
    }
    let (hits, all) = rhythm.within(outage.window.rhythm.as_deref()?, length)?;
    let (severity, often) = match hits {
        0 => return None,
        n if n == all => (Severity::Warning, "each time".to_owned()),
        n => (Severity::Info, format!("{n} of {all} times")),
    };
    let what = match (machine, outage.things.is_empty()) {
        (Some(machine), false) => machine.words(),
        _ => "everything".to_owned(),
    };
    let name = outage.window.name;
    let d = RULE
        .with(
            severity,
            format!(
                "{} begins while window '{name}' takes {what} away, {often}",
                copy.by
            ),
        )
        .at(copy.span, "begins then")
        .and_at(outage.window.span, "away for all of the window")
        .note(format!(
            "{} begins '{}', and window '{name}' takes {} of its {}; {} is not copied then",
            copy.by,
            copy.schedule.as_deref().unwrap_or_default(),
            exact(away),
            exact(length),
            body.what
        ));
    Some(d.help("let it end before the window, or begin behind it"))
}
