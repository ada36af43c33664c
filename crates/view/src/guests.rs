//! Virtual machines and containers.

use crate::cell::How;
use crate::size::{Sum, binary};
use crate::{Cell, Sheet};
use graph::failover::Homes;
use graph::sizes::memory_bytes;
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::Guest;
use std::collections::BTreeMap;

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    let mut sheets = vec![guests(lab)];
    if !lab.guests.is_empty() {
        sheets.push(fill(lab));
    }
    sheets
}

fn guests(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "guests",
        &[
            "GUEST",
            "KIND",
            "ID",
            "ON",
            "CORES",
            "MEMORY",
            "DISKS",
            "OS",
            "HA",
            "BOOT",
            "ADDRESSES",
        ],
    );
    let homes = Homes::of(lab);
    for (name, guest) in &lab.guests {
        let disks = guest.disks.iter().map(|(disk, d)| {
            let pool = Cell::with(&d.pool, |p| format!("on {}", p.name()));
            format!("{disk} {} {}", Cell::of(&d.size).text, pool.text)
                .trim()
                .to_owned()
        });
        sheet.row([
            Cell::declared(name),
            Cell::with(&guest.kind, |k| k.word().to_owned()),
            Cell::of(&guest.id),
            Cell::with(&guest.on, |on| on.name().to_owned()),
            Cell::of(&guest.cores),
            Cell::of(&guest.memory),
            Cell::list(disks),
            system(guest),
            restarted(guest, &homes),
            Cell::of(&guest.order),
            Cell::list(addresses(guest)),
        ]);
    }
    sheet
}

/// What it says itself, else what its cluster does with its guests.
fn restarted(guest: &Guest, homes: &Homes<'_>) -> Cell {
    let cluster = homes.cluster_of(guest).and_then(|(_, c)| c.ha.as_ref());
    match (&guest.ha, cluster) {
        (None, Some(ha)) => match ha.value() {
            Some(ha) => Cell::computed(format!("{}, by its cluster", yes(*ha))),
            None => Cell::unknown(),
        },
        (own, _) => Cell::with(own, |h| yes(*h)),
    }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn system(guest: &Guest) -> Cell {
    let os = Cell::of(&guest.os);
    let version = Cell::of(&guest.version).text;
    let text = format!("{} {version}", os.text).trim().to_owned();
    Cell { text, how: os.how }
}

fn addresses(guest: &Guest) -> impl Iterator<Item = String> {
    let given = guest.addresses.iter();
    given.filter_map(|(net, a)| Some(format!("{} ({})", a.value()?, net.name())))
}

/// How much of each machine's memory its guests have.
fn fill(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "memory of guests on each machine",
        &["ON", "GUESTS", "MEMORY OF GUESTS", "MEMORY", "SHARE"],
    );
    let mut by: BTreeMap<(Kind, &str), (usize, Sum)> = BTreeMap::new();
    for guest in lab.guests.values() {
        let Some(on) = guest.on.as_ref().and_then(|g| g.value()) else {
            continue;
        };
        let mut add = |kind: Kind, name| {
            let (count, sum) = by.entry((kind, name)).or_default();
            *count += 1;
            let memory = guest.memory.as_ref();
            sum.add(memory.map(|m| (m.value().map(memory_bytes), Cell::of(&guest.memory).how)));
        };
        add(on.kind(), on.name());
        // The memory of a cluster is that of its members: what is on one of them is taken there.
        let around = lab.clusters.iter().filter(|(_, c)| {
            let mut members = c.members.iter();
            on.kind() == Kind::Host && members.any(|m| m.value.0.object == on.0.object)
        });
        around.for_each(|(cluster, _)| add(Kind::Cluster, cluster.as_str()));
    }
    // Of a cluster that no guest is on there is nothing to say beyond its hosts.
    let floating = |name: &str| {
        let mut all = lab.guests.values().filter_map(|g| g.on.as_ref()?.value());
        all.any(|on| on.kind() == Kind::Cluster && on.name() == name)
    };
    by.retain(|(kind, name), _| *kind != Kind::Cluster || floating(name));
    for ((kind, name), (count, guests)) in by {
        let has = memory_of(lab, kind, name);
        let share = match (guests.total(), has.total()) {
            (Some(used), Some(total)) if total > 0 => {
                let permille = (used * 1000 + total / 2) / total;
                let text = format!("{}.{}%", permille / 10, permille % 10);
                Cell::resting_on(text, [guests.how(), has.how()])
            }
            _ => Cell::unknown(),
        };
        let sum = |s: &Sum| {
            s.total()
                .map_or_else(Cell::unknown, |t| Cell::resting_on(binary(t), [s.how()]))
        };
        sheet.row([
            Cell::declared(match kind {
                Kind::Cluster => format!("{name} and its members"),
                _ => name.to_owned(),
            }),
            Cell::computed(count),
            sum(&guests),
            sum(&has),
            share,
        ]);
    }
    sheet
}

/// The memory of a host, or of all members of a cluster.
fn memory_of(lab: &Lab, kind: Kind, name: &str) -> Sum {
    let members: Vec<&str> = match kind {
        Kind::Cluster => lab.clusters.get(name).map_or_else(Vec::new, |c| {
            c.members.iter().map(|m| m.value.name()).collect()
        }),
        _ => vec![name],
    };
    let mut sum = Sum::default();
    for member in members {
        let hardware = lab
            .hosts
            .get(member)
            .and_then(|h| h.about.hardware.as_ref());
        let memory = hardware.map(|h| &h.memory);
        let known = memory.and_then(|m| m.as_ref()?.value().map(memory_bytes));
        let how = memory.map_or(How::Silent, |m| Cell::of(m).how);
        sum.add(known.map(|k| (Some(k), how)));
    }
    sum
}
