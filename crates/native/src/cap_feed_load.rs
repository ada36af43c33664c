//! What hangs on a line of electricity draws more than its fuse carries.

use crate::cap_ups_load::{Load, load, sum_of, watts, with_doubt};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::{Given, Opt, OptExt as _, Ref, set};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::site::Feed;
use model::units::physics::Power;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "cap-feed-load",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "What hangs on a line of electricity draws more at load than the line carries.",
    rationale: "A fuse that is overloaded falls when all machines work at once: after a power cut, when they boot together. Then everything on the line is \
        down, and it falls again when it is switched back on.",
    example: "sites: {home: {power: {feeds: {mains: {capacity: 500W}}}}}   # and two hosts on it that draw 300W each at load",
    controls: &["ISO 27001:2022 A.7.11"],
    mend: Mend::None("which machine moves to another line is a decision"),
    run,
};

/// A site and one of its lines.
type Line<'a> = (&'a str, &'a str);

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let Hanging { on, astray } = hanging(ctx.lab);
    let mut lines: FxHashMap<&ObjectRef, usize> = FxHashMap::default();
    for thing in on.values().flatten() {
        *lines.entry(thing).or_default() += 1;
    }
    let fed = |o: &ObjectRef| lines.get(o).is_some_and(|n| *n > 1);
    let loads = |things: Option<&BTreeSet<ObjectRef>>| -> Vec<Load> {
        let things = things.into_iter().flatten();
        things.map(|o| load(ctx.lab, o, fed(o))).collect()
    };
    for (site, declared) in &ctx.lab.sites {
        let Some(power) = &declared.about.power else {
            continue;
        };
        let astray = loads(astray.get(site.as_str()));
        for (line, feed) in &power.feeds {
            let own = loads(on.get(&(site.as_str(), line.0.as_str())));
            if own.is_empty() && astray.is_empty() {
                continue;
            }
            if let Some(d) = judge((site, &line.0), feed, &own, &astray) {
                out.add(ObjectRef::new(Kind::Site, site), d);
            }
        }
    }
}

fn judge(
    (site, line): Line<'_>,
    feed: &Feed,
    loads: &[Load],
    astray: &[Load],
) -> Option<Diagnostic> {
    let given = feed.capacity.as_ref()?;
    let capacity = given.value()?;
    let sum = total(loads);
    if sum <= capacity.milliwatts() {
        return open((site, line), given, loads, astray);
    }
    let own = loads.iter().filter(|l| !l.shared);
    let own: u64 = own.filter_map(|l| l.milliwatts).sum();
    // With two supplies of one machine each line carries a part, until one of them fails.
    let (severity, alone) = match own > capacity.milliwatts() {
        true => (RULE.severity, ""),
        false => (Severity::Warning, ", once the other line fails"),
    };
    let d = RULE
        .with(
            severity,
            format!(
                "what hangs on line '{line}' of site '{site}' draws {}{alone}, and it carries {capacity}",
                watts(sum)
            ),
        )
        .at(given.span, "carries")
        .note(format!("{} > {capacity}", sum_of(loads)))
        .help("move something to another line, or correct what the machines draw or what the fuse is for");
    Some(with_doubt(d, loads))
}

/// What is not known, where what is known is no more than the line carries.
fn open(
    (site, line): Line<'_>,
    given: &Given<Power>,
    loads: &[Load],
    astray: &[Load],
) -> Option<Diagnostic> {
    let capacity = given.value()?;
    let sum = total(loads);
    let unsure = |all: &[Load]| all.iter().any(|l| l.least || l.milliwatts.is_none());
    // What may hang here or there is in nobody's way where all of it would be carried.
    let astray = match unsure(astray) || sum + total(astray) > capacity.milliwatts() {
        true => astray,
        false => &[],
    };
    if !unsure(loads) && astray.is_empty() {
        return None;
    }
    let message = format!("whether line '{line}' of site '{site}' carries what hangs on it");
    let mut d = RULE.unknown(message).at(given.span, "carries");
    if sum > 0 {
        d = d.note(format!("{} <= {capacity}", sum_of(loads)));
    }
    if !astray.is_empty() {
        let names: Vec<&str> = astray.iter().map(|l| l.name.as_str()).collect();
        d = d
            .note(format!(
                "on which line it hangs is not declared: {}",
                names.join(", ")
            ))
            .help(format!("say the line of each: 'feed: {site}/{line}'"));
    }
    d = with_doubt(d, loads);
    match unsure(loads) || unsure(astray) {
        true => Some(d.help("declare what each draws at load: 'power: {load: 120W}'")),
        false => Some(d),
    }
}

fn total(loads: &[Load]) -> u64 {
    loads.iter().filter_map(|l| l.milliwatts).sum()
}

/// What hangs where.
struct Hanging<'a> {
    on: BTreeMap<Line<'a>, BTreeSet<ObjectRef>>,
    /// By sites with several lines: things of which nobody said on which.
    astray: BTreeMap<&'a str, BTreeSet<ObjectRef>>,
}

impl<'a> Hanging<'a> {
    fn put(&mut self, lab: &Lab, line: At<'a>, things: impl Iterator<Item = ObjectRef>) {
        match line {
            At::Line(line, _) => self.on.entry(line).or_default().extend(things),
            At::Some(site) => {
                // What cannot be judged there is not asked for.
                let power = lab.sites.get(site).and_then(|s| s.about.power.as_ref());
                if power.is_some_and(|p| p.feeds.values().any(|f| f.capacity.is_some())) {
                    self.astray.entry(site).or_default().extend(things);
                }
            }
            At::Nowhere => {}
        }
    }
}

/// The line of a thing.
enum At<'a> {
    /// This one, and whether that is said.
    Line(Line<'a>, bool),
    /// One of those of a site, and nobody said which.
    Some(&'a str),
    /// No line is declared there.
    Nowhere,
}

/// What hangs on which line: by itself or behind a UPS. Where a site has one line, and nothing else is said, all of the site hangs on it.
fn hanging(lab: &Lab) -> Hanging<'_> {
    let mut out = Hanging {
        on: BTreeMap::new(),
        astray: BTreeMap::new(),
    };
    let mut behind: BTreeSet<&ObjectRef> = BTreeSet::new();
    for ups in lab.ups.values() {
        let things = ups.feeds.iter().map(|f| &f.value.0.object);
        behind.extend(things.clone());
        let site = ups.site.known().map(|s| s.name());
        out.put(lab, line(lab, &ups.feed, site), things.cloned());
    }
    let hosts = lab.hosts.iter().map(|(name, host)| {
        let site = host.site.known().map(String::as_str);
        (
            ObjectRef::new(Kind::Host, name),
            line(lab, &host.about.feed, site),
        )
    });
    let devices = lab.devices.iter().map(|(name, device)| {
        let site = device.site.known().map(|s| s.name());
        (
            ObjectRef::new(Kind::Device, name),
            line(lab, &device.feed, site),
        )
    });
    for (thing, line) in hosts.chain(devices) {
        // What says a line of its own hangs there with a second supply, beside a UPS.
        if matches!(line, At::Line(_, true)) || !behind.contains(&thing) {
            out.put(lab, line, std::iter::once(thing));
        }
    }
    out
}

/// The line that is said, or the only one of the site where nothing is said.
fn line<'a>(lab: &'a Lab, said: &'a Opt<Ref<{ set::FEED }>>, site: Option<&'a str>) -> At<'a> {
    let target = said.as_deref().and_then(Given::value).map(|t| &t.0);
    if let Some((target, part)) = target.and_then(|t| Some((t, t.part.as_deref()?))) {
        return At::Line((target.object.name.as_str(), part), true);
    }
    let Some((name, site)) = site.and_then(|s| lab.sites.get_key_value(s)) else {
        return At::Nowhere;
    };
    let lines = site.about.power.iter().flat_map(|p| p.feeds.keys());
    match (lines.clone().count(), lines.last()) {
        (1, Some(only)) if said.is_none() => At::Line((name.as_str(), only.0.as_str()), false),
        (0, _) | (_, None) => At::Nowhere,
        _ => At::Some(name.as_str()),
    }
}
