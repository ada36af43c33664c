//! What stands where in a rack. Only what is declared: a height unit is not guessed.

use super::{count, dotted, reference, said};
use crate::diagram::model::{Diagram, Hue, Node, Sure, View};
use graph::racks::units as units_high;
use model::declare::{Given, OptExt};
use model::id::Kind;
use model::lab::Lab;
use model::units::text::Name;

/// Racks are drawn with so many units where nobody said how many they have, if that is enough.
const USUAL: u32 = 12;
/// The largest rack there is.
const LARGEST: u32 = 60;

/// Something with a place in a rack.
struct Thing<'a> {
    kind: Kind,
    name: &'a str,
    says: String,
    form: Option<u32>,
    rack: Option<&'a str>,
    unit: Option<u32>,
    site: Option<&'a str>,
}

pub(crate) fn draw(lab: &Lab) -> Diagram {
    let mut out = Diagram::new(View::Rack, &lab.name);
    let things = things(lab);
    let declared: usize = lab.sites.values().map(|s| s.about.racks.len()).sum();
    racks(lab, &things, &mut out);
    if declared == 0 && things.iter().all(|t| t.rack.is_none()) {
        let text = "No rack is declared, so where things stand is not known: write sites.NAME.racks: {rack1: 12}, \
                    then rack: rack1 and unit: 3 at hosts and devices.";
        out.notes.push(text.to_owned());
        out.summary = count(things.len(), "machine", "machines");
        return out;
    }
    let placed = things.iter().filter(|t| t.rack.is_some()).count();
    out.summary = dotted([
        Some(count(
            out.groups.iter().filter(|g| g.units.is_some()).count(),
            "rack",
            "racks",
        )),
        Some(format!(
            "{placed} of {} stand in one",
            count(things.len(), "machine", "machines")
        )),
    ]);
    out
}

fn things(lab: &Lab) -> Vec<Thing<'_>> {
    let hosts = lab.hosts.iter().map(|(name, host)| {
        let hardware = host.about.hardware.as_ref();
        let form = hardware.and_then(|h| h.form.known());
        Thing {
            kind: Kind::Host,
            name,
            says: hardware.and_then(|h| said(&h.model)).unwrap_or_default(),
            form: form.and_then(|f| units_high(f)),
            rack: host.about.rack.known().map(|r| r.0.as_str()),
            unit: host.about.unit.known().copied(),
            site: host.site.known().map(String::as_str),
        }
    });
    let devices = lab.devices.iter().map(|(name, device)| Thing {
        kind: Kind::Device,
        name,
        says: dotted([said(&device.kind), said(&device.model)]),
        form: None,
        rack: device.rack.known().map(|r| r.0.as_str()),
        unit: device.unit.known().copied(),
        site: device.site.known().map(|s| s.name()),
    });
    hosts.chain(devices).collect()
}

fn racks(lab: &Lab, things: &[Thing], out: &mut Diagram) {
    let mut placed = vec![false; things.len()];
    for (site, declared) in &lab.sites {
        for (name, rack) in &declared.about.racks {
            one(
                site,
                name,
                rack.units.as_deref().and_then(Given::value).copied(),
                things,
                &mut placed,
                out,
            );
        }
    }
    let loose = things
        .iter()
        .zip(&placed)
        .filter(|(t, placed)| !**placed && t.rack.is_some());
    for (thing, _) in loose {
        let rack = thing.rack.unwrap_or("?");
        let title = format!("In the rack {rack}, which no site declares");
        let group = out.group(&format!("lost/{rack}"), &title, Sure::Unknown);
        out.node(card(thing).group(Some(group)).sure(Sure::Unknown));
    }
    for thing in things.iter().filter(|t| t.rack.is_none()) {
        // That somebody said of no rack does not mean that there is none.
        let title = match thing.site {
            Some(site) => format!("At {site}, rack not declared"),
            None => "Neither site nor rack declared".to_owned(),
        };
        let site = thing.site.unwrap_or("?");
        let group = out.group(&format!("beside/{site}"), &title, Sure::Unknown);
        out.node(card(thing).group(Some(group)));
    }
}

fn one(
    site: &str,
    name: &Name,
    units: Option<u32>,
    things: &[Thing],
    placed: &mut [bool],
    out: &mut Diagram,
) {
    let here = |t: &Thing| t.rack == Some(name.0.as_str()) && t.site.is_none_or(|s| s == site);
    let own = || things.iter().enumerate().filter(|(_, t)| here(t));
    let top = |t: &Thing| {
        t.unit
            .map(|u| u.saturating_add(t.form.unwrap_or(1)).saturating_sub(1))
    };
    let highest = own().filter_map(|(_, t)| top(t)).max().unwrap_or(0);
    // What is above a rack whose height is known is not in it.
    let height = units.unwrap_or(USUAL.max(highest)).clamp(1, LARGEST);
    let title = match units {
        Some(units) => format!("{site} · {} · {units} units", name.0),
        None => format!("{site} · {} · ? units", name.0),
    };
    let group = out.group(&format!("rack/{site}/{}", name.0), &title, Sure::Known);
    if let Some(group) = out.groups.get_mut(group) {
        group.units = Some(height);
    }
    let mut taken: Vec<(u32, u32)> = Vec::new();
    for (n, thing) in own() {
        if let Some(p) = placed.get_mut(n) {
            *p = true;
        }
        let high = thing.form.unwrap_or(1).max(1);
        let inside = |u: u32| u >= 1 && u.saturating_add(high - 1) <= height;
        let free = |u: u32| {
            let mut others = taken.iter();
            inside(u) && others.all(|(a, h)| u + high <= *a || a + h <= u)
        };
        let node = card(thing).group(Some(group));
        match thing.unit.filter(|u| free(*u)) {
            Some(unit) => {
                taken.push((unit, high));
                let at = out.node(node);
                if let Some(node) = out.nodes.get_mut(at) {
                    node.units = Some((unit, high));
                }
            }
            None => {
                let why = match thing.unit {
                    Some(unit) if inside(unit) => format!("unit {unit} is taken"),
                    Some(unit) if high == 1 => format!("unit {unit} is outside of the rack"),
                    Some(unit) => {
                        let last = unit.saturating_add(high - 1);
                        format!("units {unit} to {last} are not all in the rack")
                    }
                    None => "unit: ?".to_owned(),
                };
                let title = format!("In {}, place not clear", name.0);
                let group = out.group(&format!("unclear/{site}/{}", name.0), &title, Sure::Unknown);
                out.node(node.line(why).sure(Sure::Unknown).group(Some(group)));
            }
        }
    }
}

fn card(thing: &Thing) -> Node {
    let (hue, meaning) = match thing.kind {
        Kind::Host => (Hue::Blue, "host"),
        _ => (Hue::Teal, "device"),
    };
    Node::card(reference(thing.kind, thing.name), thing.name, hue)
        .meaning(meaning)
        .line(thing.says.clone())
}
