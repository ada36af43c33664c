//! Purchases, warranties, spares, and room for more.

use crate::cell::How;
use crate::size::count;
use crate::{Cell, Sheet};
use graph::sizes::memory_bytes;
use jiff::civil::Date;
use model::declare::{Opt, OptExt as _};
use model::id::Kind;
use model::lab::Lab;
use model::lab::hardware::{DiskKind, Hardware, HostKind};
use std::cmp::Ordering;

pub(crate) fn sheets(lab: &Lab, today: Date) -> Vec<Sheet> {
    vec![assets(lab, today), due(lab, today), room(lab)]
}

fn assets(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new(
        "assets",
        &[
            "ASSET",
            "OF",
            "BOUGHT",
            "AGE",
            "PRICE",
            "WARRANTY",
            "REPLACE",
            "SPARE FOR",
            "DELIVERY",
            "SUPPLIER",
        ],
    );
    for (name, asset) in &lab.assets {
        let bought = asset.bought.known().copied();
        sheet.row([
            Cell::declared(name),
            Cell::of(&asset.of),
            Cell::of(&asset.bought),
            bought
                .filter(|b| *b <= today)
                .map_or_else(Cell::silent, |b| Cell::computed(age(b, today))),
            Cell::of(&asset.price),
            Cell::of(&asset.warranty),
            Cell::of(&asset.replace),
            Cell::of(&asset.spare_for),
            Cell::of(&asset.delivery),
            Cell::of(&asset.supplier),
        ]);
    }
    let later = lab
        .assets
        .values()
        .filter(|a| a.bought.known() > Some(&today));
    let later = later.count();
    if later > 0 {
        sheet.note(format!(
            "{later} bought after {today}, so without an age: see `check`"
        ));
    }
    let over = |date: &Opt<Date>| date.known().is_some_and(|d| *d < today);
    let warranty = lab.assets.values().filter(|a| over(&a.warranty)).count();
    if warranty > 0 {
        sheet.note(format!("{warranty} out of warranty on {today}"));
    }
    let without = without_entry(lab);
    if !lab.assets.is_empty() && !without.is_empty() {
        let few: Vec<&str> = without.iter().take(8).map(String::as_str).collect();
        let more = if without.len() > few.len() {
            ", …"
        } else {
            ""
        };
        let number = count(without.len(), "thing", "things");
        sheet.note(format!(
            "{number} without an entry, so of unknown age and warranty: {}{more}",
            few.join(", ")
        ));
    }
    sheet
}

/// Machines and devices that stand here and are no asset.
fn without_entry(lab: &Lab) -> Vec<String> {
    let entered = |kind: Kind, name: &str| {
        lab.assets.values().any(|a| {
            a.of.known()
                .is_some_and(|of| of.kind() == kind && of.name() == name && of.part().is_none())
        })
    };
    let rented = |h: &model::lab::Host| {
        h.about.kind.known() == Some(&HostKind::Vps) || h.about.provider.known().is_some()
    };
    let hosts = lab
        .hosts
        .iter()
        .filter(|(n, h)| !rented(h) && !entered(Kind::Host, n));
    let devices = lab.devices.keys().filter(|n| !entered(Kind::Device, n));
    let ups = lab.ups.keys().filter(|n| !entered(Kind::Ups, n));
    let hosts = hosts.map(|(n, _)| format!("host/{n}"));
    let devices = devices.map(|n| format!("device/{n}"));
    hosts
        .chain(devices)
        .chain(ups.map(|n| format!("ups/{n}")))
        .collect()
}

/// A day on which something of an asset ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The day.
    pub on: Date,
    /// The asset.
    pub asset: String,
    /// `warranty ends` or `to be replaced`.
    pub what: &'static str,
}

/// Ends of warranties and planned replacements, in order.
pub fn dues(lab: &Lab) -> Vec<Due> {
    let mut out = Vec::new();
    for (name, asset) in &lab.assets {
        for (date, what) in [
            (&asset.warranty, "warranty ends"),
            (&asset.replace, "to be replaced"),
        ] {
            out.extend(date.known().map(|on| Due {
                on: *on,
                asset: name.clone(),
                what,
            }));
        }
    }
    out.sort();
    out
}

fn due(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new("dates", &["DATE", "IN", "ASSET", "WHAT"]);
    for due in dues(lab) {
        let left = left(due.on, today);
        sheet.row([
            Cell::declared(due.on),
            Cell::computed(left),
            Cell::declared(&due.asset),
            Cell::declared(due.what),
        ]);
    }
    sheet
}

/// Slots and bays of each machine that something fits into.
fn room(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "free slots",
        &[
            "HOST",
            "MEMORY SLOTS",
            "MEMORY TO GAIN",
            "BAYS",
            "SATA",
            "M.2",
            "PCIE",
        ],
    );
    for (name, host) in &lab.hosts {
        let Some(hardware) = &host.about.hardware else {
            continue;
        };
        let cells = slots(hardware);
        if cells.iter().any(|c| c.how != How::Silent) {
            let mut row = vec![Cell::declared(name)];
            row.extend(cells);
            sheet.row(row);
        }
    }
    if !sheet.rows.is_empty() {
        sheet.note("free of all; what sits in a slot is counted by kind: flash on PCIe in M.2, flash and spinning disks in SATA ports and bays, cards in PCIe");
    }
    sheet
}

fn slots(hardware: &Hardware) -> [Cell; 6] {
    let disks = |of: &[DiskKind]| {
        let kinds = hardware.disks.values().map(|d| d.kind.known());
        kinds.fold((0, false), |(n, unknown), kind| match kind {
            Some(kind) => (n + u32::from(of.contains(kind)), unknown),
            None => (n, true),
        })
    };
    let sata = disks(&[DiskKind::Ssd, DiskKind::Hdd]);
    let nvme = disks(&[DiskKind::Nvme, DiskKind::Optane]);
    let few = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let modules = match hardware.memory_modules.is_empty() {
        true => (0, true),
        false => (few(hardware.memory_modules.len()), false),
    };
    let gain = match (hardware.memory_max.known(), hardware.memory.known()) {
        (Some(max), Some(now)) => {
            let left = u128::from(memory_bytes(max).saturating_sub(memory_bytes(now)));
            let how = [
                Cell::of(&hardware.memory_max).how,
                Cell::of(&hardware.memory).how,
            ];
            Cell::resting_on(crate::size::binary(left), how)
        }
        _ => Cell::silent(),
    };
    [
        free(&hardware.memory_slots, modules),
        gain,
        free(&hardware.bays, sata),
        free(&hardware.sata_ports, sata),
        free(&hardware.m2_slots, nvme),
        free(&hardware.pcie_slots, (few(hardware.gpus.len()), false)),
    ]
}

/// `2 of 4`; not known if what sits in some of them is not.
fn free(all: &Opt<u32>, (used, unknown): (u32, bool)) -> Cell {
    let Some(number) = all.known() else {
        return Cell::of(all);
    };
    let worst = if unknown {
        How::Unknown
    } else {
        Cell::of(all).how
    };
    match unknown {
        true => Cell {
            text: format!("? of {number}"),
            how: How::Unknown,
        },
        false if used > *number => {
            Cell::resting_on(format!("0 of {number} ({used} there)"), [worst])
        }
        false => Cell::resting_on(format!("{} of {number}", number - used), [worst]),
    }
}

/// Full years and months between two days.
/// `2 y 3 mo`, `12 d ago`: what is near is counted in days.
fn left(on: Date, today: Date) -> String {
    let (from, to) = (on.min(today), on.max(today));
    let days = from.until(to).map(|s| s.get_days()).unwrap_or_default();
    let time = match days < 31 {
        true => format!("{days} d"),
        false => age(from, to),
    };
    match on.cmp(&today) {
        Ordering::Less => format!("{time} ago"),
        Ordering::Equal => "today".to_owned(),
        Ordering::Greater => time,
    }
}

fn age(bought: Date, today: Date) -> String {
    let months =
        i32::from(today.year() - bought.year()) * 12 + i32::from(today.month() - bought.month());
    let months = if today.day() < bought.day() {
        months - 1
    } else {
        months
    };
    match months.max(0) {
        m if m < 12 => format!("{m} mo"),
        m => format!("{} y {} mo", m / 12, m % 12),
    }
}

#[cfg(test)]
mod tests {
    use super::left;
    use jiff::civil::date;

    #[test]
    fn what_is_near_is_counted_in_days() {
        let today = date(2026, 11, 22);
        for (on, text) in [
            (date(2026, 11, 22), "today"),
            (date(2026, 11, 23), "1 d"),
            (date(2026, 12, 22), "30 d"),
            (date(2026, 12, 23), "1 mo"),
            (date(2029, 2, 22), "2 y 3 mo"),
            (date(2026, 11, 10), "12 d ago"),
            (date(2026, 10, 22), "1 mo ago"),
        ] {
            assert_eq!(left(on, today), text, "{on}");
        }
    }
}
