//! Things that cannot stand where they are said to stand in a rack.

use crate::amounts::count;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::near::nearest;
use graph::partial::listed;
use graph::racks::units;
use model::declare::{Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::site::Rack;
use std::collections::BTreeMap;

/// Units are counted from below; what is two units high and in unit 3 takes 3 and 4 (EIA-310).
pub const RULE: Rule = Rule {
    id: "inv-rack",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Something stands in a rack that no site declares, above its top, or in a unit that something else takes.",
    rationale: "Who stands in front of the rack at night has the declaration and a torch. Where two things are said to be in one place, one of \
        them is somewhere else, and the wrong one is pulled.",
    example: "hosts: {a: {rack: r1, unit: 3, hardware: {form: 2U}}, b: {rack: r1, unit: 4}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("where it really stands is seen in front of the rack"),
    run,
};

/// Something with a rack.
struct Thing<'a> {
    object: ObjectRef,
    site: Option<&'a str>,
    rack: &'a str,
    /// Where the rack is named.
    span: Span,
    unit: Option<(u32, Span)>,
    /// In units, where that is declared.
    height: Option<u32>,
}

impl Thing<'_> {
    fn words(&self) -> String {
        format!("{} '{}'", self.object.kind.word(), self.object.name)
    }

    /// The units that it takes at the least.
    fn takes(&self) -> Option<(u32, u32)> {
        let (first, _) = self.unit?;
        let high = self.height.unwrap_or(1).max(1);
        Some((first, first.saturating_add(high - 1)))
    }

    /// `host 'a' (units 3 to 4)`.
    fn place(&self) -> String {
        match self.takes() {
            Some((first, last)) if first == last => format!("{} (unit {first})", self.words()),
            Some((first, last)) => format!("{} (units {first} to {last})", self.words()),
            None => self.words(),
        }
    }

    /// `host 'a': 2U`.
    fn high(&self) -> String {
        match self.height {
            Some(high) => format!("{}: {high}U", self.words()),
            None => format!(
                "{}: its height is not declared, 1U at the least",
                self.words()
            ),
        }
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut standing: BTreeMap<(&str, &str), Vec<Thing<'_>>> = BTreeMap::new();
    for thing in things(ctx.lab) {
        let rack = match find(ctx.lab, &thing) {
            Ok(rack) => rack,
            Err(d) => {
                out.add(thing.object.clone(), d);
                continue;
            }
        };
        let own = standing.entry((rack.0, thing.rack)).or_default();
        let met: Vec<&Thing<'_>> = own.iter().filter(|o| common(o, &thing).is_some()).collect();
        let found = [above(&thing, rack.1), clash(&met, &thing)];
        for d in found.into_iter().flatten() {
            out.add(thing.object.clone(), d);
        }
        own.push(thing);
    }
}

fn things(lab: &Lab) -> impl Iterator<Item = Thing<'_>> {
    let unit = |of: &Opt<u32>| of.as_ref().and_then(|g| Some((*g.value()?, g.span)));
    // What is planned has its place already.
    let hosts = lab.hosts.iter().chain(&lab.apart.hosts);
    let hosts = hosts.filter_map(move |(name, host)| {
        let rack = host.about.rack.as_ref()?;
        let form = host.about.hardware.as_ref().and_then(|h| h.form.known());
        Some(Thing {
            object: ObjectRef::new(Kind::Host, name),
            site: host.site.known().map(String::as_str),
            rack: &rack.value()?.0,
            span: rack.span,
            unit: unit(&host.about.unit),
            height: form.and_then(|f| units(f)),
        })
    });
    let devices = lab.devices.iter().chain(&lab.apart.devices);
    let devices = devices.filter_map(move |(name, device)| {
        let rack = device.rack.as_ref()?;
        Some(Thing {
            object: ObjectRef::new(Kind::Device, name),
            site: device.site.known().map(|s| s.name()),
            rack: &rack.value()?.0,
            span: rack.span,
            unit: unit(&device.unit),
            height: None,
        })
    });
    hosts.chain(devices)
}

/// The site and the rack that are meant; else what is to be said of it.
fn find<'a>(lab: &'a Lab, thing: &Thing<'_>) -> Result<(&'a str, &'a Rack), Diagnostic> {
    let sites = lab
        .sites
        .iter()
        .filter(|(n, _)| thing.site.is_none_or(|s| s == *n));
    let all: Vec<_> = sites
        .flat_map(|(site, s)| {
            s.about
                .racks
                .iter()
                .map(move |(n, r)| (site.as_str(), n, r))
        })
        .collect();
    let meant: Vec<_> = all.iter().filter(|(_, n, _)| n.0 == thing.rack).collect();
    if let [(site, _, rack)] = meant.as_slice() {
        return Ok((site, rack));
    }
    let (what, rack) = (thing.words(), thing.rack);
    let where_ = match thing.site {
        Some(site) => format!("site '{site}'"),
        None => "a site".to_owned(),
    };
    if all.is_empty() || meant.len() > 1 {
        let d = RULE.unknown(format!("which rack '{rack}' of {what} is"));
        let (note, help) = match meant.len() {
            0 => (
                "no racks are declared there",
                format!("declare it: 'racks: {{{rack}: 12}}' of {where_}"),
            ),
            _ => (
                "racks of several sites are called so",
                format!("say where it stands: 'site: …' of {what}"),
            ),
        };
        return Err(d.at(thing.span, "").note(note).help(help));
    }
    let names: Vec<&str> = all.iter().map(|(_, n, _)| n.0.as_str()).collect();
    let d = RULE
        .finding(format!(
            "{what} stands in rack '{rack}', which {where_} does not have"
        ))
        .at(thing.span, "no such rack")
        .note(format!(
            "{}: {}",
            count(names.len(), "rack", "racks"),
            names.join(", ")
        ));
    Err(d.help(match nearest(rack, names.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("write one of these, or declare it: 'racks: {{{rack}: 12}}' of {where_}"),
    }))
}

fn above(thing: &Thing<'_>, rack: &Rack) -> Option<Diagnostic> {
    let ((first, last), span) = (thing.takes()?, thing.unit?.1);
    let has = rack.units.known().copied();
    if first > 0 && has.is_none_or(|has| last <= has) {
        return None;
    }
    let mut d = RULE
        .finding(format!("{} is beyond rack '{}'", thing.place(), thing.rack))
        .at(span, "no such unit");
    if let (Some(has), Some(given)) = (has, &rack.units) {
        d = d.and_at(given.span, "all of its units").note(match first {
            0 => format!("units are counted from 1, below, to {has}"),
            _ => format!("{last} > {has}"),
        });
    }
    Some(d.help("correct the unit, the height ('hardware: {form: 2U}') or the units of the rack"))
}

/// The units that both take.
fn common(first: &Thing<'_>, again: &Thing<'_>) -> Option<(u32, u32)> {
    let ((a, b), (c, d)) = (first.takes()?, again.takes()?);
    (c <= b && a <= d).then(|| (a.max(c), b.min(d)))
}

/// So many units in common are told of.
const SHOWN: usize = 6;

/// One finding for all that stood there before.
fn clash(met: &[&Thing<'_>], again: &Thing<'_>) -> Option<Diagnostic> {
    let first = met.first()?;
    let places: Vec<String> = met.iter().map(|o| o.place()).collect();
    let does = if met.len() == 1 { "does" } else { "do" };
    let mut d = RULE
        .finding(format!(
            "{} stands where {} {does}, in rack '{}'",
            again.place(),
            match places.len() {
                2 => places.join(" and "),
                _ => listed(&places),
            },
            again.rack
        ))
        .at(again.unit?.1, "also here")
        .and_at(first.unit?.1, "here")
        .note(format!("{}; {}", first.high(), again.high()));
    for other in met.iter().take(SHOWN) {
        let units = match common(other, again)? {
            (from, to) if from == to => format!("unit {from}"),
            (from, to) => format!("units {from} to {to}"),
        };
        d = d.note(match met.len() {
            1 => format!("in common: {units}"),
            _ => format!("in common with {}: {units}", other.words()),
        });
    }
    Some(d.help(
        "look where they stand; units are counted from below, and a thing is named by its lowest",
    ))
}
