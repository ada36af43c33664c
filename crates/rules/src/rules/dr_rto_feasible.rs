//! Restores that take longer than the objective.

use crate::amounts::decimal;
use crate::bodies::{self, Body};
use crate::copies::{Copies, Copy, Side, side, unhurt};
use crate::faults;
use crate::places::Machine;
use crate::{Context, Findings, Rule, transfer};
use diag::{Diagnostic, Severity, Span};
use model::declare::{Given, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::service::{Dependency, Strength};
use model::lab::{FaultScope, Lab, Tier};
use model::units::Seconds;
use model::units::size::Rate;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "dr-rto-feasible",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "What a tier has to restore does not fit through the way it comes by within the objective.",
    rationale: "The least that a recovery takes is noticing, deciding, and moving the bytes: all data of the tier and of what it \
        needs, through the one uplink or cable that leads to the copies. If that alone exceeds the objective, no procedure helps.",
    example: "tiers: {critical: {rto: {site: 4h}}}   # with 600GB of data whose only copy off site is behind 'down: 100Mbit/s'",
    controls: &["NIST CSF 2.0 RC.RP-01", "ISO 27001:2022 A.5.30"],
    run,
};

/// Bits per second that a disk gives at best, and a network whose rate is not declared.
const DISK: u64 = 1_200_000_000;
const NETWORK: u64 = 1_000_000_000;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let copies = Copies::of(lab);
    let bodies = bodies::all(lab);
    for (name, tier) in &lab.tiers {
        let wanted = wanted(lab, name);
        let all: Vec<&Body<'_>> = bodies
            .iter()
            .filter(|b| belongs(b, name, &wanted))
            .collect();
        let sized = all
            .iter()
            .filter(|b| b.size.and_then(Given::value).is_some())
            .count();
        if sized == 0 {
            continue;
        }
        let mut late = Vec::new();
        for (scope, rto) in &tier.rto {
            let ways = ways(lab, &copies, &all, *scope);
            let response = tier.response.known().map_or(0, |r| r.0);
            let slowest = ways.into_values().max_by_key(|w| w.seconds());
            if let Some(way) = slowest.filter(|w| w.seconds() + response > rto.value.0) {
                late.push((*scope, rto.value, rto.span, way));
            }
        }
        let object = ObjectRef::new(Kind::Tier, name);
        if let Some(d) = finding(name, tier, &late) {
            out.add(object, d);
        } else if sized < all.len() && !tier.rto.is_empty() {
            let open: Vec<&str> = all
                .iter()
                .filter(|b| b.size.and_then(Given::value).is_none())
                .map(|b| b.what.as_str())
                .take(5)
                .collect();
            let d = RULE
                .unknown(format!("whether tier '{name}' can be restored in time"))
                .at(tier.span, "")
                .note(format!(
                    "sizes that are not declared: {} of {}, such as {}",
                    all.len() - sized,
                    all.len(),
                    open.join(", ")
                ));
            out.add(object, d);
        }
    }
}

/// Services of a tier and those that they need, however far.
fn wanted<'a>(lab: &'a Lab, tier: &str) -> BTreeSet<&'a str> {
    let own = lab
        .services
        .iter()
        .filter(|(_, s)| s.is_running() && s.tier.known().is_some_and(|t| t.name() == tier));
    let mut out: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&str> = own.map(|(name, _)| name.as_str()).collect();
    while let Some(name) = left.pop() {
        if out.insert(name)
            && let Some(service) = lab.services.get(name)
        {
            service.needs.iter().for_each(|d| needed(d, &mut left));
        }
    }
    out
}

/// Services that are needed for sure; of alternatives none is.
fn needed<'a>(dependency: &'a Dependency, out: &mut Vec<&'a str>) {
    if dependency.kind.known() == Some(&Strength::Soft) {
        return;
    }
    let need = dependency
        .need
        .known()
        .filter(|n| n.kind() == Kind::Service);
    out.extend(need.map(|n| n.name()));
    dependency.all.iter().for_each(|d| needed(d, out));
}

fn belongs(body: &Body<'_>, tier: &str, wanted: &BTreeSet<&str>) -> bool {
    body.service.is_some_and(|s| wanted.contains(s))
        || body.tiers.iter().any(|(name, _)| *name == tier)
}

/// One way that bytes come by.
struct Way {
    bytes: u128,
    bits_per_second: u64,
    rate: String,
    span: Option<Span>,
    from: BTreeSet<String>,
    bodies: usize,
    assumed: BTreeSet<String>,
}

impl Way {
    fn seconds(&self) -> i64 {
        let seconds = (self.bytes * 8).div_ceil(u128::from(self.bits_per_second.max(1)));
        i64::try_from(seconds).unwrap_or(i64::MAX / 4)
    }
}

/// What must come by which way after a fault: each body by the fastest that is left.
fn ways<'a>(
    lab: &'a Lab,
    copies: &Copies<'a>,
    bodies: &[&Body<'a>],
    scope: FaultScope,
) -> BTreeMap<String, Way> {
    let mut out: BTreeMap<String, Way> = BTreeMap::new();
    for body in bodies {
        let Some(size) = body.size.and_then(Given::value) else {
            continue;
        };
        if unhurt(lab, body, scope) {
            continue;
        }
        let left = copies.copies(body).into_iter();
        let left = left.filter(|c| side(lab, body, c, scope) == Side::Outside);
        let fastest = left
            .filter_map(|c| Some((way(lab, body, c)?, c)))
            .max_by_key(|((_, way), _)| way.bits_per_second);
        let Some(((key, new), copy)) = fastest else {
            continue;
        };
        let key = format!("{key} {}", hit_with(lab, body, scope));
        let way = out.entry(key).or_insert(new);
        way.bytes += u128::from(size.bytes());
        way.bodies += 1;
        way.from.insert(copy.to.clone());
        if body.size.is_some_and(Given::is_assumed) {
            way.assumed.insert(format!("the size of {}", body.what));
        }
    }
    out
}

/// What is hit by the same fault as this has the same text.
fn hit_with<'a>(lab: &'a Lab, body: &Body<'a>, scope: FaultScope) -> String {
    let place = &body.place;
    match scope {
        FaultScope::Corruption => body.what.clone(),
        FaultScope::Device if place.pools.is_empty() && place.disk.is_none() => body.what.clone(),
        FaultScope::Device => format!("{:?} {:?}", place.pools, place.disk),
        FaultScope::Host => format!("{:?}", place.machines),
        FaultScope::Site => format!("{:?}", place.sites(lab)),
    }
}

fn way<'a>(lab: &'a Lab, body: &Body<'a>, copy: &Copy<'a>) -> Option<(String, Way)> {
    let new =
        |bits_per_second: u64, rate: String, span: Option<Span>, assumed: Option<String>| Way {
            bytes: 0,
            bits_per_second,
            rate,
            span,
            from: BTreeSet::new(),
            bodies: 0,
            assumed: assumed.into_iter().collect(),
        };
    if let Some(site) = transfer::leaves(lab, body, copy) {
        let link = transfer::down(lab, site)?;
        let rate = link.rate.value()?;
        let assumed = link
            .rate
            .is_assumed()
            .then(|| format!("the rate of site '{site}'"));
        let words = format!("{rate} into site '{site}'");
        let way = new(rate.bits_per_second(), words, Some(link.rate.span), assumed);
        return Some((format!("site {site}"), way));
    }
    if copy.place.machines.is_empty() {
        return None;
    }
    let (home, store) = (&body.place.machines, &copy.place.machines);
    if !home.is_disjoint(store) {
        let words = "150MB/s of a disk".to_owned();
        return Some((copy.to.clone(), new(DISK, words.clone(), None, Some(words))));
    }
    let machine = *store.first()?;
    let (rate, words, span) = match nic(lab, machine) {
        Some(given) => {
            let rate = given.value()?;
            (
                rate.bits_per_second(),
                format!("{rate} of {}", machine.words()),
                Some(given.span),
            )
        }
        None => (NETWORK, format!("1Gbit/s of {}", machine.words()), None),
    };
    let assumed = span.is_none().then(|| words.clone());
    Some((machine.words(), new(rate, words, span, assumed)))
}

/// The fastest interface of a host.
fn nic<'a>(lab: &'a Lab, machine: Machine<'a>) -> Option<&'a Given<Rate>> {
    let Machine::Host(name) = machine else {
        return None;
    };
    let hardware = lab.hosts.get(name)?.about.hardware.as_ref()?;
    let speeds = hardware.nics.values().filter_map(|n| n.speed.as_ref());
    let known = speeds.filter(|s| s.value().is_some());
    known.max_by_key(|s| s.value().map(|r| r.bits_per_second()))
}

fn finding(
    name: &str,
    tier: &Tier,
    late: &[(FaultScope, Seconds, Span, Way)],
) -> Option<Diagnostic> {
    let (scope, rto, span, way) = late
        .iter()
        .max_by_key(|(_, rto, _, way)| way.seconds() - rto.0)?;
    let response = tier.response.known().copied();
    let total = Seconds(way.seconds() + response.map_or(0, |r| r.0));
    let takes = match response {
        Some(response) => format!(
            "{response} until somebody acts and {} for the restore are {total} at the least",
            Seconds(way.seconds())
        ),
        None => format!("the restore takes {total} at the least"),
    };
    let severity = match way.assumed.is_empty() {
        true => RULE.severity,
        false => Severity::Warning,
    };
    let lost = faults::words(&[*scope]).replace("its ", "the ");
    let from: Vec<&str> = way.from.iter().map(String::as_str).collect();
    let mut d = RULE
        .with(
            severity,
            format!("tier '{name}' cannot be back within {rto} after {lost}: {takes}"),
        )
        .at(*span, format!("the RTO for {}", scope.word()));
    if let Some(link) = way.span {
        d = d.and_at(link, &way.rate);
    }
    if let Some(response) = &tier.response {
        d = d.and_at(response.span, "until somebody acts");
    }
    for (scope, rto, _, way) in late {
        let transfer = Seconds(way.seconds());
        let sum = match response {
            Some(response) => format!(
                "; {response} + {transfer} = {} > {rto}",
                Seconds(response.0 + transfer.0)
            ),
            None => format!(" > {rto}"),
        };
        d = d.note(format!(
            "{}: {} of {} × 8 / {} = {transfer}{sum}",
            scope.word(),
            decimal(way.bytes),
            crate::amounts::count(way.bodies, "body of data", "bodies of data"),
            way.rate
        ));
    }
    d = d.note(format!(
        "from {}, with nothing else on the way",
        from.join(", ")
    ));
    if !way.assumed.is_empty() {
        let assumed: Vec<&str> = way.assumed.iter().map(String::as_str).collect();
        d = d.note(format!("assumed: {}", assumed.join(", ")));
    }
    Some(d.help("keep a copy nearer, put less into the tier or restore the most important part first, or raise the objective"))
}
