//! Datasets of which nobody says the pool, against the disks of their machine.
//!
//! A share of another machine that is mounted there is no part of its disks: what is too much is a warning, and says so.

use super::{RULE, Room, finding};
use crate::partial::Partial;
use crate::places::{Machine as Holder, Mounts, of_dataset};
use crate::sizes::storage;
use crate::totals::{Machine, disks};
use crate::{Context, Findings};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::{Dataset, Lab};
use std::collections::BTreeMap;

const HELP: &str = "declare the pool or the share that they lie on ('pool'), the disk that is missing, or correct a size";

/// A machine, or one of its disks.
type Place<'a> = ((Kind, &'a str), Option<&'a str>);

/// The parts that lie in a place, and where it is declared.
type Loads<'a> = BTreeMap<Place<'a>, Partial>;

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut told = Vec::new();
    // A machine stands before its disks; of the two the disk says more.
    for ((owner, label), load) in loads(lab).iter().rev() {
        let Some(machine) = machine(lab, *owner) else {
            continue;
        };
        if label.is_none() && told.contains(owner) {
            continue;
        }
        if let Some(d) = judge(machine, *label, load) {
            told.push(*owner);
            out.add(machine.object(), d);
        }
    }
}

fn machine<'a>(lab: &'a Lab, (kind, name): (Kind, &'a str)) -> Option<Machine<'a>> {
    match kind {
        Kind::Guest => Some(Machine::Guest(name, lab.guests.get(name)?)),
        _ => Some(Machine::Host(name, lab.hosts.get(name)?)),
    }
}

fn loads(lab: &Lab) -> Loads<'_> {
    let mounts = Mounts::of(lab);
    let mut out = Loads::new();
    for (name, data) in &lab.datasets {
        let Some(owner) = owner(lab, &mounts, data) else {
            continue;
        };
        let what = || format!("dataset '{name}'");
        let of_disk = data.disk.known().filter(|_| owner.0 == Kind::Host);
        if let Some(label) = of_disk {
            let load = out.entry((owner, Some(label.as_str()))).or_default();
            load.add(what(), &data.about.size);
        }
        let load = out.entry((owner, None)).or_default();
        load.add(what(), &data.about.size);
    }
    out
}

/// The one machine that has it, if neither it nor where it is mounted leads to a pool.
fn owner<'a>(lab: &'a Lab, mounts: &Mounts<'a>, data: &'a Dataset) -> Option<(Kind, &'a str)> {
    if data.about.pool.is_some() {
        return None;
    }
    let on = data.about.on.known();
    if let Some(guest) = on.filter(|on| on.kind() == Kind::Guest) {
        return Some((Kind::Guest, guest.name()));
    }
    let place = of_dataset(lab, mounts, data);
    let mut machines = place.machines.iter();
    match (machines.next(), machines.next()) {
        (Some(Holder::Host(name)), None) if place.pools.is_empty() => Some((Kind::Host, name)),
        _ => None,
    }
}

fn judge(machine: Machine<'_>, label: Option<&str>, load: &Partial) -> Option<Diagnostic> {
    let mut all = Partial::of(disks(machine));
    if let Some(label) = label {
        let title = format!("{}/{label}", machine.name());
        all.known.retain(|p| p.name == title);
        all.missing.clear();
    }
    if all.known.is_empty() || load.value() <= all.value() {
        return None;
    }
    let who = machine.object();
    let who = format!("{} '{}'", who.kind.word(), who.name);
    if !all.missing.is_empty() {
        let d = RULE.unknown(format!("whether the datasets on {who} fit on its disks"));
        let d = d.at(first(load)?, "").note(format!(
            "{}{} of at least {}",
            load.least(),
            storage(load.value()),
            storage(all.value())
        ));
        return Some(
            d.note(all.left_out()?)
                .help("declare the 'size' of each disk"),
        );
    }
    let (message, holder) = match label {
        Some(label) => (
            format!("the datasets on disk '{label}' of {who} are larger than the disk"),
            "the disk has",
        ),
        None => (
            format!("the datasets on {who} are larger than all of its disks"),
            "its disks have",
        ),
    };
    let terms: Vec<&str> = all.known.iter().map(|p| p.shown.as_str()).collect();
    let shown = match terms.as_slice() {
        [only] => (*only).to_owned(),
        terms if terms.len() <= 6 => format!("{} = {}", terms.join(" + "), storage(all.value())),
        terms => format!("{} in {} disks", storage(all.value()), terms.len()),
    };
    let room = Room {
        holder,
        value: all.value(),
        shown: &shown,
        exact: true,
    };
    let d = RULE.with(Severity::Warning, message);
    Some(finding(d, load, &room).help(HELP))
}

fn first(load: &Partial) -> Option<Span> {
    load.known.first().map(|p| p.span)
}
