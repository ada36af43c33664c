//! Cables: what is plugged into what, which ports are free, what stands in which rack and hangs on which power.

use crate::size::count;
use crate::{Cell, How, Sheet};
use graph::standing::away;
use model::declare::{OptExt as _, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::hardware::{Draw, HostKind, NicKind};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    vec![cables(lab), ports(lab), racks(lab), power(lab)]
}

fn short(target: &Target) -> String {
    match &target.part {
        Some(part) => format!("{}/{part}", target.object.name),
        None => target.object.name.clone(),
    }
}

fn cables(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "cables",
        &["CABLE", "FROM", "TO", "SPEED", "LENGTH", "CATEGORY"],
    );
    let mut ends: BTreeMap<&Target, usize> = BTreeMap::new();
    // What is planned comes behind, so that it moves no number.
    let all = lab.cables.iter().chain(&lab.apart.cables);
    for (n, cable) in all.enumerate() {
        let both = [&cable.from.0, &cable.to.0].map(|end| end.known().map(|e| &e.0));
        let status = status(lab, both);
        for end in both.iter().flatten() {
            *ends.entry(end).or_default() += 1;
        }
        let name = cable.label.known().cloned();
        let mut name =
            name.map_or_else(|| Cell::computed(format!("no. {}", n + 1)), Cell::declared);
        if let Some(status) = status {
            name.text.push_str(&format!(" ({status})"));
        }
        let end = |e: Option<&Target>| e.map_or_else(Cell::unknown, |e| Cell::declared(short(e)));
        let [from, to] = both;
        sheet.row([
            name,
            end(from),
            end(to),
            speed(lab, from, to),
            Cell::of(&cable.length),
            Cell::of(&cable.category),
        ]);
    }
    let twice: Vec<String> = ends
        .iter()
        .filter(|(_, n)| **n > 1)
        .map(|(e, _)| short(e))
        .collect();
    if !twice.is_empty() {
        sheet.note(format!("two cables in one port: {}", twice.join(", ")));
    }
    let unlabelled = lab
        .cables
        .iter()
        .filter(|c| c.label.known().is_none())
        .count();
    if unlabelled > 0 {
        sheet.note(format!(
            "{} without a label",
            count(unlabelled, "cable", "cables")
        ));
    }
    sheet
}

/// Why a cable is not there: an end of it is at what is not in use.
fn status(lab: &Lab, ends: [Option<&Target>; 2]) -> Option<&'static str> {
    let ends = ends.into_iter().flatten();
    ends.filter_map(|end| away(lab, &end.object)).next()
}

/// The slower of the two ends; what is not known of one makes the whole unknown.
fn speed(lab: &Lab, from: Option<&Target>, to: Option<&Target>) -> Cell {
    let of = |end: Option<&Target>| -> Option<Cell> {
        let end = end?;
        let part = end.part.as_ref()?;
        let (host, device) = (
            lab.hosts.get(&end.object.name),
            lab.devices.get(&end.object.name),
        );
        let given = match end.object.kind {
            Kind::Host => host?
                .about
                .hardware
                .as_ref()?
                .nics
                .iter()
                .find(|(k, _)| k.0 == *part)?
                .1
                .speed
                .as_ref()?,
            Kind::Device => device?
                .ports
                .iter()
                .find(|(k, _)| k.0 == *part)?
                .1
                .speed
                .as_ref()?,
            _ => return None,
        };
        Some(Cell::of(&Some(given.clone())))
    };
    let bits = |c: &Cell| {
        use model::declare::Value as _;
        model::units::size::Rate::parse(&c.text)
            .ok()
            .map(|r| r.bits_per_second())
    };
    match (of(from), of(to)) {
        (Some(a), Some(b)) => match (bits(&a), bits(&b)) {
            (Some(x), Some(y)) => {
                Cell::resting_on(if x <= y { &a.text } else { &b.text }, [a.how, b.how])
            }
            _ => Cell::unknown(),
        },
        (None, None) => Cell::silent(),
        _ => Cell::unknown(),
    }
}

/// Ends of cables that are planned or gone, at what is in use.
fn kept(lab: &Lab) -> BTreeMap<&Target, &'static str> {
    let mut out = BTreeMap::new();
    for cable in &lab.apart.cables {
        let ends = [&cable.from.0, &cable.to.0].map(|end| end.known().map(|e| &e.0));
        if let Some(status) = status(lab, ends) {
            out.extend(ends.into_iter().flatten().map(|end| (end, status)));
        }
    }
    out
}

/// Ports and interfaces without a cable.
fn ports(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("ports", &["OF", "PORTS", "CABLED", "WITHOUT A CABLE"]);
    let cables = lab
        .cables
        .iter()
        .flat_map(|c| [c.from.known(), c.to.known()].map(|e| e.map(|e| &e.0)));
    let used: BTreeSet<&Target> = cables.flatten().collect();
    let kept = kept(lab);
    if used.is_empty() && kept.is_empty() {
        return sheet;
    }
    let mut row = |object: ObjectRef, parts: Vec<String>| {
        let target = |part: &String| Target {
            object: object.clone(),
            part: Some(part.clone()),
        };
        let free = parts.iter().map(|p| (p, target(p)));
        let free = free.filter(|(_, t)| !used.contains(t));
        // Where a cable is to be, none else should be plugged in.
        let free = free.map(|(part, target)| match kept.get(&target) {
            Some(status) => format!("{part} ({status})"),
            None => part.clone(),
        });
        let free: Vec<String> = free.collect();
        if !parts.is_empty() {
            sheet.row([
                Cell::declared(&object),
                Cell::computed(parts.len()),
                Cell::computed(parts.len() - free.len()),
                match free.is_empty() {
                    true => Cell::computed("none"),
                    false => Cell::computed(free.join(", ")),
                },
            ]);
        }
    };
    for (name, device) in &lab.devices {
        let mut parts: Vec<String> = device.ports.keys().map(|k| k.0.clone()).collect();
        parts.sort_by_key(|p| (p.parse::<u32>().unwrap_or(u32::MAX), p.clone()));
        row(ObjectRef::new(Kind::Device, name), parts);
    }
    for (name, host) in lab
        .hosts
        .iter()
        .filter(|(_, h)| h.about.kind.known() != Some(&HostKind::Vps))
    {
        let nics = host.about.hardware.iter().flat_map(|h| &h.nics);
        let wired = nics.filter(|(_, n)| n.kind.known() != Some(&NicKind::Wifi));
        row(
            ObjectRef::new(Kind::Host, name),
            wired.map(|(k, _)| k.0.clone()).collect(),
        );
    }
    sheet
}

/// Racks from top to bottom, free units between what stands in them.
fn racks(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("racks", &["RACK", "UNIT", "WHAT"]);
    let mut stands: BTreeMap<&str, BTreeMap<Option<u32>, Vec<String>>> = BTreeMap::new();
    // What is planned keeps its place.
    let hosts = lab
        .hosts
        .iter()
        .chain(&lab.apart.hosts)
        .map(|(n, h)| (ObjectRef::new(Kind::Host, n), &h.about.rack, &h.about.unit));
    let devices = lab
        .devices
        .iter()
        .chain(&lab.apart.devices)
        .map(|(n, d)| (ObjectRef::new(Kind::Device, n), &d.rack, &d.unit));
    for (object, rack, unit) in hosts.chain(devices) {
        if let Some(rack) = rack.known() {
            let units = stands.entry(rack.0.as_str()).or_default();
            units
                .entry(unit.known().copied())
                .or_default()
                .push(match away(lab, &object) {
                    Some(status) => format!("{object} ({status})"),
                    None => object.to_string(),
                });
        }
    }
    for (rack, units) in &stands {
        let declared = lab
            .sites
            .values()
            .flat_map(|s| &s.about.racks)
            .find(|(k, _)| k.0 == *rack);
        let height = declared.and_then(|(_, r)| r.units.known().copied());
        for (unit, what) in units.iter().rev() {
            let twice = if unit.is_some() && what.len() > 1 {
                " (in one unit)"
            } else {
                ""
            };
            sheet.row([
                Cell::declared(rack),
                unit.map_or_else(Cell::unknown, Cell::declared),
                Cell::declared(format!("{}{twice}", what.join(", "))),
            ]);
        }
        let taken: BTreeSet<u32> = units.keys().flatten().copied().collect();
        if let Some(height) = height {
            // How high a thing is, is not declared: a unit counts as free if nothing begins in it.
            let free: Vec<String> = (1..=height.min(100))
                .filter(|u| !taken.contains(u))
                .map(|u| u.to_string())
                .collect();
            sheet.note(format!(
                "rack {rack}: nothing stands at {} of {height} units: {}",
                free.len(),
                free.join(", ")
            ));
        }
    }
    sheet
}

/// The average, else what it draws doing nothing and all it can.
fn drawn(draw: &Draw) -> Cell {
    if draw.average.known().is_some() {
        return Cell::of(&draw.average);
    }
    let ends = [(&draw.idle, "idle"), (&draw.load, "at load")];
    let said: Vec<(String, How)> = ends
        .into_iter()
        .filter(|(given, _)| given.known().is_some())
        .map(|(given, word)| {
            let cell = Cell::of(given);
            (format!("{} {word}", cell.text), cell.how)
        })
        .collect();
    match said.iter().map(|(_, how)| *how).max() {
        Some(how) => Cell {
            text: said
                .into_iter()
                .map(|(t, _)| t)
                .collect::<Vec<_>>()
                .join(", "),
            how,
        },
        None => Cell::of(&draw.average),
    }
}

/// What each machine's electricity comes through.
fn power(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("power", &["OF", "UPS", "FEED", "DRAW"]);
    let hosts = lab
        .hosts
        .iter()
        .map(|(n, h)| (ObjectRef::new(Kind::Host, n), &h.about.feed, &h.about.power));
    let devices = lab
        .devices
        .iter()
        .map(|(n, d)| (ObjectRef::new(Kind::Device, n), &d.feed, &d.power));
    for (object, feed, draw) in hosts.chain(devices) {
        let fed = |u: &&(&String, &model::lab::device::Ups)| {
            u.1.feeds.iter().any(|f| f.value.0.object == object)
        };
        let all: Vec<_> = lab.ups.iter().collect();
        let supplies = Cell::list(all.iter().filter(fed).map(|(n, _)| n.as_str()));
        let feed = Cell::with(feed, |f| short(&f.0));
        let draw = draw.as_ref().map_or_else(Cell::silent, drawn);
        let said = [&supplies, &feed, &draw]
            .iter()
            .any(|c| c.how != crate::How::Silent);
        if said {
            sheet.row([Cell::declared(&object), supplies, feed, draw]);
        }
    }
    sheet
}
