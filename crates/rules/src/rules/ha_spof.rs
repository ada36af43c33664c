//! Single points of failure: those in the register, and those in the lab.

use crate::standing::away;
use crate::structure::{Cuts, Structure};
use crate::wording::{SHOWN, count, first_names};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{About, OptExt, Part, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::road::Spof;
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "ha-spof",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The register of single points of failure differs from what the lab's needs, cables and power show.",
    rationale: "A single point of failure that is known can be accepted, or a spare be kept for it; one that nobody has thought of is met at night. The graph of power, cables, storage, needs and people shows \
        every thing whose loss alone takes services down. An entry of the register that is none any more hides where the risk went.",
    example: "spofs: {gw: {of: gw}}   # and every cable ends in one switch",
    controls: &[
        "NIST CSF 2.0 ID.RA-04",
        "ISO 27001:2022 A.8.14",
        "ISO 27001:2022 A.5.30",
    ],
    mend: Mend::DisplayOnly("an alternative, or who lives with the risk and why"),
    run,
};

/// A thing and the services that fall with it.
struct Point<'a> {
    target: Target,
    node: Option<NodeIndex>,
    falls: Falls<'a>,
}

/// Services that fall: how many, and the first of them. There are many times more pairs of a point and a service than either.
#[derive(Clone, Default)]
struct Falls<'a> {
    number: usize,
    first: Vec<&'a str>,
}

impl<'a> Falls<'a> {
    fn push(&mut self, name: &'a str) {
        self.number += 1;
        if self.first.len() < SHOWN {
            self.first.push(name);
        }
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let running = lab.services.values().filter(|s| s.is_running()).count();
    if running == 0 {
        return;
    }
    let structure = ctx.structure();
    let Some(cuts) = ctx.cuts() else {
        let first = lab.services.iter().next();
        let message =
            "which single points of failure there are: the lab has too many needs of needs";
        first.into_iter().for_each(|(n, s)| {
            out.add(
                crate::context::service(n),
                RULE.unknown(message).at(s.span, ""),
            )
        });
        return;
    };
    let all = points(lab, structure, cuts);
    let missing: Vec<&Point<'_>> = all
        .values()
        .filter(|p| counts(lab, structure, p, (&all, running)) && !is_declared(lab, &p.target))
        .collect();
    if lab.spofs.is_empty() {
        no_register(lab, &missing, running, out);
    } else {
        for point in missing {
            out.add(
                point.target.object.clone(),
                undeclared(lab, structure, point, running),
            );
        }
    }
    for (name, spof) in &lab.spofs {
        let object = ObjectRef::new(Kind::Spof, name);
        refuted(lab, (structure, cuts), &all, spof)
            .into_iter()
            .for_each(|d| out.add(object.clone(), d));
    }
}

/// Whatever takes a running service down alone.
fn points<'a>(lab: &'a Lab, structure: &Structure, cuts: &Cuts) -> BTreeMap<Target, Point<'a>> {
    // By the number of the node: there are many times more pairs than points.
    let mut falls: Vec<Falls<'a>> = Vec::new();
    let running = lab.services.iter().filter(|(_, s)| s.is_running());
    for (name, _) in running.clone() {
        let Some(node) = structure.find(&Target::whole(Kind::Service, name)) else {
            continue;
        };
        for cut in cuts.of(node).iter().filter(|c| **c != node) {
            if falls.len() <= cut.index() {
                falls.resize_with(cut.index() + 1, Falls::default);
            }
            if let Some(of) = falls.get_mut(cut.index()) {
                of.push(name);
            }
        }
    }
    let points = falls.into_iter().enumerate().filter(|(_, f)| f.number > 0);
    let points = points.filter_map(|(n, falls)| {
        let node = NodeIndex::new(n);
        let target = structure.target(node)?.clone();
        let node = Some(node);
        Some(Point {
            target,
            node,
            falls,
        })
    });
    let mut all: BTreeMap<Target, Point<'a>> = points.map(|p| (p.target.clone(), p)).collect();
    let mut admins = lab
        .people
        .iter()
        .filter(|(_, p)| p.admin.known() == Some(&true));
    if let (Some((name, _)), None) = (admins.next(), admins.next()) {
        let target = Target::whole(Kind::Person, name);
        let mut falls = Falls::default();
        running.for_each(|(n, _)| falls.push(n));
        all.insert(
            target.clone(),
            Point {
                target,
                node: None,
                falls,
            },
        );
    }
    all
}

/// Worth an entry of its own: a pool or a disk is lost with its machine, a guest with its host.
fn counts(
    lab: &Lab,
    structure: &Structure,
    point: &Point<'_>,
    (all, running): (&BTreeMap<Target, Point<'_>>, usize),
) -> bool {
    let name = point.target.object.name.as_str();
    // What is not there cannot fail; that it is needed is told by another rule.
    if away(lab, &point.target.object).is_some() {
        return false;
    }
    match (point.target.object.kind, &point.target.part) {
        (Kind::Host | Kind::Device | Kind::Ups | Kind::Person | Kind::Subscription, None) => true,
        (Kind::Site, Some(key))
            if lab
                .sites
                .get(name)
                .is_some_and(|s| s.about.uplinks.keys().any(|k| k.0 == *key)) =>
        {
            true
        }
        // A line behind a battery is seen to by whoever bought the battery.
        (Kind::Site, Some(_)) => {
            let users = point.node.map(|n| structure.users(n)).unwrap_or_default();
            users.iter().any(|u| u.object.kind != Kind::Ups)
        }
        // What runs on one machine falls with that; else it matters if a tenth of the lab needs it.
        (Kind::Service, None) => {
            let many = point.falls.number > 1 && point.falls.number * 10 >= running;
            many && !on_a_point(lab, &point.target.object, all)
        }
        (Kind::Guest, None) => {
            let on = lab.guests.get(name).and_then(|g| g.on.known());
            let host = on.and_then(|r| all.get(&r.0));
            point.falls.number > 1 && host.is_none()
        }
        (Kind::Pool, None) => {
            let machines = crate::reach::machines(lab, &point.target.object);
            machines.is_empty()
        }
        _ => false,
    }
}

/// Some machine that it runs on is a single point of failure itself.
fn on_a_point(lab: &Lab, object: &ObjectRef, all: &BTreeMap<Target, Point<'_>>) -> bool {
    let home = |m: ObjectRef| match m.kind {
        Kind::Guest => Some(lab.guests.get(&m.name)?.on.known()?.0.object.clone()),
        _ => Some(m),
    };
    let machines = crate::reach::machines(lab, object).into_iter();
    machines
        .filter_map(home)
        .any(|object| all.contains_key(&Target { object, part: None }))
}

/// The register names it, or says so in words.
fn is_declared(lab: &Lab, target: &Target) -> bool {
    let named = |spof: &Spof| match spof.of.known() {
        Some(About::Ref(r)) => r.0 == *target,
        Some(About::Text(text)) => {
            let text = text.to_lowercase();
            let name = target
                .part
                .as_ref()
                .unwrap_or(&target.object.name)
                .to_lowercase();
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
            words.any(|w| w == name)
        }
        None => false,
    };
    lab.spofs.values().any(named)
}

fn undeclared(lab: &Lab, structure: &Structure, point: &Point<'_>, running: usize) -> Diagnostic {
    let (what, number) = (title(lab, &point.target), point.falls.number);
    let severity = match number {
        1 if running > 1 => Severity::Info,
        _ => Severity::Warning,
    };
    let end = match point.target.object.kind {
        Kind::Person => "services that nobody else can mend",
        _ => "services that fall with it",
    };
    let mut d = RULE
        .with(
            severity,
            format!("{what} is a single point of failure, and not in the register of them"),
        )
        .at(span(lab, &point.target), "has no alternative")
        .note(format!(
            "{end}: {number} of {} ({})",
            count(running, "service"),
            first_names(&point.falls.first, point.falls.number)
        ));
    let first = point
        .falls
        .first
        .first()
        .and_then(|s| structure.find(&Target::whole(Kind::Service, *s)));
    if let Some((from, to)) = first.zip(point.node) {
        let chain: Vec<String> = structure.chain(from, to).into_iter().map(short).collect();
        if chain.len() > 2 {
            d = d.note(format!("needs: {}", chain.join(" → ")));
        }
    }
    d.help(format!(
        "give what needs it an alternative, or write it down: `spofs: {{{}: {{of: {}, mitigation: …}}}}`",
        point.target.part.as_ref().unwrap_or(&point.target.object.name),
        reference(&point.target)
    ))
}

/// One finding for a lab that keeps no register.
fn no_register(lab: &Lab, missing: &[&Point<'_>], running: usize, out: &mut Findings) {
    let mut worst: Vec<&Point<'_>> = missing
        .iter()
        .copied()
        .filter(|p| p.falls.number > 1 || running == 1)
        .collect();
    worst.sort_by_key(|p| std::cmp::Reverse(p.falls.number));
    let Some(first) = worst.first() else { return };
    let promised = lab.services.values().any(|s| s.tier.is_some());
    let severity = if promised {
        Severity::Warning
    } else {
        Severity::Info
    };
    let number = worst.len();
    let (verb, register) = if number == 1 {
        ("is", "it is in no register")
    } else {
        ("are", "there is no register of them")
    };
    let mut d = RULE
        .with(
            severity,
            format!(
                "there {verb} {}, and {register}",
                count(number, "single point") + " of failure"
            ),
        )
        .at(span(lab, &first.target), "the one with which most falls");
    for point in worst.iter().take(8) {
        d = d.note(format!(
            "{}: {} of {} ({})",
            title(lab, &point.target),
            point.falls.number,
            count(running, "service"),
            first_names(&point.falls.first, point.falls.number)
        ));
    }
    if number > 8 {
        d = d.note(format!("and {} more", number - 8));
    }
    let d = d.help("write them down with what is done about each (`spofs: {…: {of: …, mitigation: …}}`), then remove the worst");
    out.add(first.target.object.clone(), d);
}

/// An entry that is none.
fn refuted(
    lab: &Lab,
    (structure, cuts): (&Structure, &Cuts),
    all: &BTreeMap<Target, Point<'_>>,
    spof: &Spof,
) -> Option<Diagnostic> {
    let given = spof.of.as_ref()?;
    let Some(About::Ref(r)) = given.value() else {
        return None;
    };
    if all.contains_key(&r.0) || (r.0.object.kind == Kind::Site && r.0.part.is_none()) {
        return None;
    }
    let what = title(lab, &r.0);
    let node = structure.find(&r.0);
    // The only way to the internet is one whether or not a service of the lab is used from there.
    let sites = lab
        .sites
        .keys()
        .filter_map(|s| structure.find(&Target::whole(Kind::Site, s)));
    if node.is_some_and(|n| sites.into_iter().any(|s| cuts.of(s).contains(&n))) {
        return None;
    }
    let admins = lab
        .people
        .values()
        .filter(|p| p.admin.known() == Some(&true))
        .count();
    let known = match r.0.object.kind {
        Kind::Person => admins > 1,
        _ => {
            let mut ends = lab
                .cables
                .iter()
                .flat_map(|c| [c.from.known().map(|e| &e.0), c.to.known().map(|e| &e.0)]);
            let cabled = ends.any(|e| e.is_some_and(|e| e.object == r.0.object));
            cabled || node.is_some_and(|n| structure.is_needed(n))
        }
    };
    if !known {
        let message = format!(
            "whether {what} is a single point of failure: no cable, need or power line leads to it"
        );
        return Some(RULE.unknown(message).at(given.span, "in the register"));
    }
    let d = RULE
        .finding(format!("{what} is in the register of single points of failure, but no service falls with it alone"))
        .at(given.span, "has alternatives")
        .note(match r.0.object.kind {
            Kind::Person => format!("people who run the lab: {admins}"),
            _ => "services that fall with it: 0".to_owned(),
        });
    Some(d.help("remove the entry, or declare what needs it and has no alternative"))
}

/// `device 'sw1'`, `uplink 'home/fibre'`.
fn title(lab: &Lab, target: &Target) -> String {
    let name = &target.object.name;
    match (&target.part, target.object.kind) {
        (None, Kind::Ups) => format!("UPS '{name}'"),
        (None, kind) => format!("{} '{name}'", kind.word()),
        (Some(key), Kind::Site) => {
            let uplink = lab
                .sites
                .get(name)
                .is_some_and(|s| s.about.uplinks.keys().any(|k| k.0 == *key));
            let word = if uplink {
                Part::Uplink.word()
            } else {
                "power feed"
            };
            format!("{word} '{name}/{key}'")
        }
        (Some(key), _) => format!("{} '{name}/{key}'", Part::Disk.word()),
    }
}

fn short(target: &Target) -> String {
    match &target.part {
        Some(part) => format!("{}/{part}", target.object.name),
        None => target.object.name.clone(),
    }
}

/// As a reference to it is written.
fn reference(target: &Target) -> String {
    match &target.part {
        Some(part) => format!("{}/{part}", target.object.name),
        None => target.to_string(),
    }
}

/// Where it is declared.
fn span(lab: &Lab, target: &Target) -> Span {
    let name = target.object.name.as_str();
    let inner = target
        .part
        .as_ref()
        .and_then(|key| match target.object.kind {
            Kind::Site => {
                let about = &lab.sites.get(name)?.about;
                let uplink = about
                    .uplinks
                    .iter()
                    .find(|(k, _)| k.0 == *key)
                    .map(|(_, u)| u.span);
                let feeds = about.power.iter().flat_map(|p| p.feeds.iter());
                uplink.or_else(|| {
                    feeds
                        .into_iter()
                        .find(|(k, _)| k.0 == *key)
                        .map(|(_, f)| f.span)
                })
            }
            _ => None,
        });
    inner
        .or_else(|| lab.span_of(&target.object))
        .unwrap_or_default()
}
