//! What hangs on a line of electricity draws more than its fuse carries.

use crate::cap_ups_load::{Load, load, sum_of, watts, with_doubt};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::{Opt, OptExt as _, Ref, set};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::site::Feed;
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
    let on = on_lines(ctx.lab);
    for (site, declared) in &ctx.lab.sites {
        let Some(power) = &declared.about.power else {
            continue;
        };
        for (line, feed) in &power.feeds {
            let Some(things) = on.get(&(site.as_str(), line.0.as_str())) else {
                continue;
            };
            let fed = |o: &ObjectRef| on.values().filter(|all| all.contains(o)).count() > 1;
            let loads: Vec<Load> = things.iter().map(|o| load(ctx.lab, o, fed(o))).collect();
            if let Some(d) = judge((site, &line.0), feed, &loads) {
                out.add(ObjectRef::new(Kind::Site, site), d);
            }
        }
    }
}

fn judge((site, line): Line<'_>, feed: &Feed, loads: &[Load]) -> Option<Diagnostic> {
    let given = feed.capacity.as_ref()?;
    let capacity = given.value()?;
    let sum: u64 = loads.iter().filter_map(|l| l.milliwatts).sum();
    if sum <= capacity.milliwatts() {
        let open = loads.iter().any(|l| l.least || l.milliwatts.is_none());
        let message = format!("whether line '{line}' of site '{site}' carries what hangs on it");
        let d = RULE.unknown(message).at(given.span, "carries");
        let d = match sum {
            0 => d,
            _ => d.note(format!("{} <= {capacity}", sum_of(loads))),
        };
        let d = with_doubt(d, loads);
        return open.then(|| d.help("declare what each draws at load: 'power: {load: 120W}'"));
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

/// What hangs on which line: by itself or behind a UPS. Where a site has one line, and nothing else is said, all of the site hangs on it.
fn on_lines(lab: &Lab) -> BTreeMap<Line<'_>, BTreeSet<ObjectRef>> {
    let mut out: BTreeMap<Line<'_>, BTreeSet<ObjectRef>> = BTreeMap::new();
    let mut behind: BTreeSet<&ObjectRef> = BTreeSet::new();
    for ups in lab.ups.values() {
        let things = ups.feeds.iter().map(|f| &f.value.0.object);
        behind.extend(things.clone());
        let site = ups.site.known().map(|s| s.name());
        if let Some(line) = line(lab, &ups.feed, site) {
            out.entry(line).or_default().extend(things.cloned());
        }
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
        if let Some(line) = line.filter(|_| !behind.contains(&thing)) {
            out.entry(line).or_default().insert(thing);
        }
    }
    out
}

/// The line that is said, or the only one of the site where nothing is said.
fn line<'a>(
    lab: &'a Lab,
    said: &'a Opt<Ref<{ set::FEED }>>,
    site: Option<&'a str>,
) -> Option<Line<'a>> {
    match said {
        Some(given) => {
            let target = &given.value()?.0;
            Some((target.object.name.as_str(), target.part.as_deref()?))
        }
        None => {
            let (name, site) = lab.sites.get_key_value(site?)?;
            let mut lines = site.about.power.as_ref()?.feeds.keys();
            let only = lines.next()?;
            lines
                .next()
                .is_none()
                .then_some((name.as_str(), only.0.as_str()))
        }
    }
}
