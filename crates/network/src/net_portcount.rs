//! More plugs than ports.

use crate::context::device;
use crate::wires::{plugs, site, switches};
use crate::wording::{count, names};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::{Device, DeviceKind};
use model::lab::hardware::{HostKind, NicKind};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-portcount",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "More things have to be plugged in than the switches of a site have ports, or one port has two cables.",
    rationale: "Ports are counted late: machines, the router, the access point, the link to the next switch and the backup device each take one. A small switch bought to get by is then in the path of everything, \
        without VLANs, without monitoring, and in no list.",
    example: "devices: {sw1: {kind: switch, ports: {1: , 2: }}}   # and three hosts",
    controls: &["CIS v8 1.1"],
    mend: Mend::None("a larger switch has to be bought"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut taken: BTreeMap<(ObjectRef, String), Span> = BTreeMap::new();
    let mut ends: BTreeMap<ObjectRef, usize> = BTreeMap::new();
    for plug in lab.cables.iter().filter_map(|c| plugs(lab, c)).flatten() {
        *ends.entry(plug.owner.clone()).or_default() += 1;
        let name = plug.name();
        let Some(first) = taken.insert((plug.owner.clone(), plug.part), plug.span) else {
            continue;
        };
        let d = RULE
            .with(Severity::Error, format!("two cables end in '{name}'"))
            .at(plug.span, "the second")
            .and_at(first, "the first")
            .note("cables: 2, places for one: 1")
            .help("name the port that the second cable is really in");
        out.add(plug.owner, d);
    }
    let mut sites: BTreeMap<Option<&str>, Vec<(&str, &Device)>> = BTreeMap::new();
    for (name, d) in lab.devices.iter().filter(|(_, d)| switches(d)) {
        let place = site(lab, &device(name));
        sites.entry(place).or_default().push((name, d));
    }
    let mut wired = wired(lab);
    let mut joins = joins(lab, &sites);
    for (place, group) in &sites {
        let real = |(_, d): &&(&str, &Device)| d.kind.known() == Some(&DeviceKind::Switch);
        if let Some(first) = group.iter().find(real) {
            let others = wired.remove(place).unwrap_or_default();
            let joins = joins.remove(place).unwrap_or_default();
            site_ports((*place, group), first, (others, &ends, joins), out);
        }
    }
}

/// Cables between switches of one site, by the site.
fn joins<'a>(
    lab: &Lab,
    sites: &BTreeMap<Option<&'a str>, Vec<(&str, &Device)>>,
) -> BTreeMap<Option<&'a str>, usize> {
    let places = sites.iter().flat_map(|(place, group)| {
        let of = |(name, _): &(&str, &Device)| (device(name), *place);
        group.iter().map(of)
    });
    let places: BTreeMap<ObjectRef, Option<&str>> = places.collect();
    let mut out = BTreeMap::new();
    for cable in &lab.cables {
        let at = |object: &ObjectRef| places.get(object);
        let from = cable.from.known().and_then(|r| at(&r.0.object));
        let to = cable.to.known().and_then(|r| at(&r.0.object));
        if let Some(place) = from.filter(|_| from == to) {
            *out.entry(*place).or_default() += 1;
        }
    }
    out
}

fn site_ports(
    (place, group): (Option<&str>, &[(&str, &Device)]),
    first: &(&str, &Device),
    (others, ends, joins): (Vec<ObjectRef>, &BTreeMap<ObjectRef, usize>, usize),
    out: &mut Findings,
) {
    let inside: BTreeSet<ObjectRef> = group.iter().map(|(n, _)| device(n)).collect();
    let ports: usize = group.iter().map(|(_, d)| d.ports.len()).sum();
    let used: usize = inside.iter().filter_map(|o| ends.get(o)).sum();
    let loose: Vec<String> = others
        .into_iter()
        .filter(|o| !inside.contains(o) && !ends.contains_key(o))
        .map(|o| o.name)
        .collect();
    // Switches that no cable joins yet take a port at each end.
    let links = (group.len() - 1).saturating_sub(joins) * 2;
    let needed = used + loose.len() + links;
    if needed <= ports {
        return;
    }
    let who: Vec<&str> = group.iter().map(|(n, _)| *n).collect();
    let at = place.map(|s| format!(" at site '{s}'")).unwrap_or_default();
    let mut parts = Vec::new();
    if used > 0 {
        parts.push(format!("{used} with a cable"));
    }
    if !loose.is_empty() {
        parts.push(format!(
            "{} without one yet ({})",
            loose.len(),
            loose.join(", ")
        ));
    }
    if links > 0 {
        parts.push(format!("{links} between the switches"));
    }
    let sizes: Vec<String> = group
        .iter()
        .map(|(n, d)| format!("{} ({n})", d.ports.len()))
        .collect();
    let d = RULE
        .finding(format!(
            "{} needed{at}, and {} {} {ports}",
            count(needed, "port"),
            names(&who),
            if who.len() == 1 { "has" } else { "have" }
        ))
        .at(first.1.span, "too few ports")
        .note(format!("needed: {} = {needed}", parts.join(" + ")))
        .note(format!("there: {} = {ports}", sizes.join(" + ")))
        .help(
            "plan a larger switch, or declare the cables if some of these are plugged in elsewhere",
        );
    out.add(device(first.0), d);
}

/// Everything that needs a cable, by its site.
fn wired(lab: &Lab) -> BTreeMap<Option<&str>, Vec<ObjectRef>> {
    let hosts = lab.hosts.iter().filter(|(_, h)| {
        let nics = h.about.hardware.as_ref().map(|h| &h.nics);
        let radio = nics.is_some_and(|n| {
            !n.is_empty() && n.values().all(|n| n.kind.known() == Some(&NicKind::Wifi))
        });
        h.about.kind.known() != Some(&HostKind::Vps) && !radio
    });
    let devices = lab.devices.iter().filter(|(_, d)| {
        matches!(
            d.kind.known(),
            Some(
                DeviceKind::Switch
                    | DeviceKind::Router
                    | DeviceKind::AccessPoint
                    | DeviceKind::Modem
                    | DeviceKind::Firewall
                    | DeviceKind::Nas
                    | DeviceKind::Kvm
            )
        )
    });
    let hosts = hosts.map(|(n, _)| ObjectRef::new(Kind::Host, n));
    let mut out: BTreeMap<Option<&str>, Vec<ObjectRef>> = BTreeMap::new();
    for object in hosts.chain(devices.map(|(n, _)| device(n))) {
        out.entry(site(lab, &object)).or_default().push(object);
    }
    out
}
