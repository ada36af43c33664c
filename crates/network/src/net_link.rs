//! The slowest hop decides.

use crate::context::device;
use crate::wires::{Plug, fastest, plugs, site, switches};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{OptExt, Or, Value};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::hardware::NicKind;
use model::units::amount::Amount;
use model::units::size::Rate;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-link",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An interface, an uplink or a claim is faster than a hop on the way.",
    rationale: "A connection is as fast as its slowest hop. A fast interface behind a slow port is money spent for nothing, an uplink behind a slow port cannot be used, and plans for backups, replication and \
        growth that count on the faster number are wrong by the ratio of the two.",
    example: "cables: [{from: pve1/eno1, to: sw1/1}]   # 2.5Gbit/s into a port of 1Gbit/s",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::None("a faster switch has to be bought"),
    run,
};

/// Something fast behind something slow.
struct Hop {
    fast: String,
    rate: Rate,
    port: String,
    limit: Rate,
    spans: (Span, Option<Span>),
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut by_switch: BTreeMap<String, Vec<Hop>> = BTreeMap::new();
    cabled(lab, &mut by_switch);
    loose(lab, &mut by_switch);
    for (name, hops) in &by_switch {
        out.add(device(name), slow_ports(name, hops));
    }
    uplinks(lab, out);
    claims(lab, out);
}

fn cabled(lab: &Lab, by_switch: &mut BTreeMap<String, Vec<Hop>>) {
    for [a, b] in lab.cables.iter().filter_map(|c| plugs(lab, c)) {
        let Some((x, y)) = a.rate().zip(b.rate()) else {
            continue;
        };
        let (fast, slow) = match x.bits_per_second() > y.bits_per_second() {
            true => (&a, &b),
            false => (&b, &a),
        };
        if x.bits_per_second() == y.bits_per_second() || slow.owner.kind != Kind::Device {
            continue;
        }
        if let Some(hop) = hop(fast, slow) {
            by_switch
                .entry(slow.owner.name.clone())
                .or_default()
                .push(hop);
        }
    }
}

fn hop(fast: &Plug<'_>, slow: &Plug<'_>) -> Option<Hop> {
    Some(Hop {
        fast: fast.name(),
        rate: fast.rate()?,
        port: slow.name(),
        limit: slow.rate()?,
        spans: (fast.speed?.span, slow.speed.map(|s| s.span)),
    })
}

/// Interfaces without a cable that are faster than every port of their site.
fn loose(lab: &Lab, by_switch: &mut BTreeMap<String, Vec<Hop>>) {
    let plugged: BTreeSet<String> = lab
        .cables
        .iter()
        .filter_map(|c| plugs(lab, c))
        .flatten()
        .map(|p| p.name())
        .collect();
    let mut best: BTreeMap<Option<&str>, (Rate, &str)> = BTreeMap::new();
    for (name, d) in lab.devices.iter().filter(|(_, d)| switches(d)) {
        let (Some(rate), place) = (fastest(d), site(lab, &device(name))) else {
            continue;
        };
        let slot = best.entry(place).or_insert((rate, name));
        if rate.bits_per_second() > slot.0.bits_per_second() {
            *slot = (rate, name);
        }
    }
    for (name, host) in &lab.hosts {
        let place = site(lab, &ObjectRef::new(Kind::Host, name));
        let Some((limit, switch)) = best.get(&place) else {
            continue;
        };
        for (key, nic) in host.about.hardware.iter().flat_map(|h| &h.nics) {
            let full = format!("{name}/{}", key.0);
            let wired = matches!(
                nic.kind.known(),
                None | Some(NicKind::Ethernet | NicKind::Usb)
            );
            let Some(speed) = nic
                .speed
                .as_ref()
                .filter(|_| wired && !plugged.contains(&full))
            else {
                continue;
            };
            let Some(rate) = speed
                .value()
                .filter(|r| r.bits_per_second() > limit.bits_per_second())
            else {
                continue;
            };
            by_switch
                .entry((*switch).to_owned())
                .or_default()
                .push(Hop {
                    fast: full,
                    rate: *rate,
                    port: format!("the fastest port of '{switch}'"),
                    limit: *limit,
                    spans: (speed.span, None),
                });
        }
    }
}

fn slow_ports(name: &str, hops: &[Hop]) -> Diagnostic {
    let who: Vec<&str> = hops.iter().map(|h| h.fast.as_str()).collect();
    let verb = if hops.len() == 1 { "is" } else { "are" };
    let mut d = RULE.with(
        Severity::Info,
        format!(
            "{} {verb} slowed down by the {} of device '{name}'",
            names(&who),
            if hops.len() == 1 { "port" } else { "ports" }
        ),
    );
    for (n, hop) in hops.iter().enumerate() {
        d = match n {
            0 => d.at(hop.spans.0, "faster than the other end"),
            _ => d.and_at(hop.spans.0, "faster than the other end"),
        };
        if let Some(span) = hop.spans.1 {
            d = d.and_at(span, "the slower end");
        }
        d = d.note(format!(
            "{} {}, {} {}: the smaller of the two is {}",
            hop.fast, hop.rate, hop.port, hop.limit, hop.limit
        ));
    }
    d.help("count on the slower number, or put a faster switch on the list")
}

/// An uplink that its router cannot carry.
fn uplinks(lab: &Lab, out: &mut Findings) {
    for (name, place) in &lab.sites {
        for (key, uplink) in &place.about.uplinks {
            let Some((down, gateway)) = uplink.down.as_ref().zip(uplink.gateway.known()) else {
                continue;
            };
            let limit = match gateway.kind() {
                Kind::Device => lab.devices.get(gateway.name()).and_then(fastest),
                _ => None,
            };
            let Some((rate, limit)) = down.value().zip(limit) else {
                continue;
            };
            if rate.bits_per_second() <= limit.bits_per_second() {
                continue;
            }
            let d = RULE
                .finding(format!(
                    "uplink '{name}/{}' brings {rate}, and '{}' has no port faster than {limit}",
                    key.0,
                    gateway.name()
                ))
                .at(down.span, "cannot be used in full")
                .note(format!("the smaller of {rate} and {limit} is {limit}"))
                .help("replace the router, or pay for less");
            out.add(ObjectRef::new(Kind::Site, name), d);
        }
    }
}

/// A throughput that somebody claims for the lab.
fn claims(lab: &Lab, out: &mut Findings) {
    let speeds = lab
        .devices
        .iter()
        .filter(|(_, d)| switches(d))
        .filter_map(|(n, d)| Some((fastest(d)?, n, d)));
    let Some((limit, name, switch)) = speeds.max_by_key(|(s, ..)| s.bits_per_second()) else {
        return;
    };
    for claim in &lab.claims {
        let Some(given) = claim.value.as_ref() else {
            continue;
        };
        let claimed = match given.value() {
            Some(Or::Word(Amount::Rate(rate))) => Some(*rate),
            Some(Or::Ref(text)) => ethernet(text),
            _ => None,
        };
        let Some(rate) = claimed.filter(|r| r.bits_per_second() > limit.bits_per_second()) else {
            continue;
        };
        let d = RULE
            .finding(format!(
                "{rate} is claimed, but the fastest port of any switch has {limit}"
            ))
            .at(given.span, "claimed")
            .and_at(switch.span, "the slowest hop between two machines")
            .note(format!(
                "the smaller of {rate} and {limit} ('{name}') is {limit}: {} of what is claimed",
                share(limit, rate)
            ))
            .help("plan with the slower number");
        out.add(device(name), d);
    }
}

fn share(part: Rate, of: Rate) -> String {
    let percent = part
        .bits_per_second()
        .saturating_mul(100)
        .checked_div(of.bits_per_second());
    format!("{}%", percent.unwrap_or_default())
}

/// `2.5GbE` as people write it.
fn ethernet(text: &str) -> Option<Rate> {
    let number = text.trim().strip_suffix("GbE")?.trim();
    Rate::parse(&format!("{number}Gbit/s")).ok()
}
