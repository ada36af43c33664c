//! What a restore has to move after a fault, and by which way it comes.

use crate::bodies::Body;
use crate::copies::{Copies, Copy, Side, side, unhurt};
use crate::few::Few;
use crate::places::Machine;
use crate::transfer;
use diag::Span;
use model::declare::{Given, OptExt as _};
use model::id::Kind;
use model::lab::service::{Dependency, Service, Strength};
use model::lab::{FaultScope, Lab};
use model::units::Seconds;
use model::units::size::Rate;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Bits per second that a disk gives at best, and a network whose rate is not declared.
const DISK: u64 = 1_200_000_000;
const NETWORK: u64 = 1_000_000_000;
/// So many bodies of data of one way are named.
const NAMED: usize = 3;

/// Services of a tier and those that they need, however far.
pub struct Wanted<'a>(FxHashMap<&'a str, &'a Service>);

impl<'a> Wanted<'a> {
    /// In the order of their names, with these.
    pub fn services(&self) -> Vec<(&'a str, &'a Service)> {
        let mut all: Vec<_> = self.0.iter().map(|(name, s)| (*name, *s)).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Services of a tier and those that they need, however far.
pub fn wanted<'a>(lab: &'a Lab, tier: &str) -> Wanted<'a> {
    let own = lab
        .services
        .iter()
        .filter(|(_, s)| s.is_running() && s.tier.known().is_some_and(|t| t.name() == tier));
    let mut out: FxHashMap<&str, &Service> = own.map(|(n, s)| (n.as_str(), s)).collect();
    let mut left: Vec<&str> = Vec::new();
    let needs = |service: &'a Service, left: &mut Vec<&'a str>| {
        service.needs.iter().for_each(|d| needed(d, left));
    };
    out.values().for_each(|service| needs(service, &mut left));
    while let Some(name) = left.pop() {
        if !out.contains_key(name)
            && let Some(service) = lab.services.get(name)
        {
            out.insert(name, service);
            needs(service, &mut left);
        }
    }
    Wanted(out)
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

/// It is of the tier, or of a service that the tier needs.
pub fn belongs(body: &Body<'_>, tier: &str, wanted: &Wanted<'_>) -> bool {
    body.service.is_some_and(|s| wanted.0.contains_key(s))
        || body.tiers.iter().any(|(name, _)| *name == tier)
}

/// One way that bytes come by.
pub struct Way {
    /// What comes by it.
    pub bytes: u128,
    /// How fast.
    pub bits_per_second: u64,
    /// The rate, with whose it is.
    pub rate: String,
    /// Where the rate is declared.
    pub span: Option<Span>,
    /// Stores that it comes from.
    pub from: BTreeSet<String>,
    /// How many bodies of data.
    pub bodies: usize,
    /// The first of them.
    pub first: Vec<String>,
    /// What of this is assumed.
    pub assumed: BTreeSet<String>,
}

impl Way {
    /// How long it takes, rounded up.
    pub fn seconds(&self) -> i64 {
        let seconds = (self.bytes * 8).div_ceil(u128::from(self.bits_per_second.max(1)));
        i64::try_from(seconds).unwrap_or(i64::MAX / 4)
    }

    /// The same in words: `13h20m`, and what was rounded where that is much of it: `0.4s, rounded up to 1s`.
    pub fn takes(&self) -> String {
        // More than this is not changed much by a part of a second.
        const LITTLE: i64 = 10;
        let seconds = self.seconds();
        let bits = u128::from(self.bits_per_second.max(1));
        let (tenths, rest) = (self.bytes * 80 / bits, self.bytes * 8 % bits);
        match seconds <= LITTLE && rest > 0 {
            true if tenths == 0 => format!("less than 0.1s, rounded up to {}", Seconds(seconds)),
            true => format!(
                "{}.{}s, rounded up to {}",
                tenths / 10,
                tenths % 10,
                Seconds(seconds)
            ),
            false => Seconds(seconds).to_string(),
        }
    }

    /// What comes by it: `dataset 'photos' and 2 more`.
    pub fn what(&self) -> String {
        let first = self.first.join(", ");
        match self.bodies.saturating_sub(self.first.len()) {
            0 => first,
            more => format!("{first} and {more} more"),
        }
    }
}

/// All ways that bytes come by after a fault.
#[derive(Default)]
pub struct Ways {
    /// Those that are the fastest of all that are left.
    pub sure: BTreeMap<String, Way>,
    /// Those of bodies of which another copy is left, and nobody knows how fast that comes: with what is not known.
    pub unsure: BTreeMap<String, (Way, String)>,
    /// Of bodies of which no copy has a way with a rate, what is not known.
    pub open: BTreeSet<String>,
}

/// What must come by which way after a fault: each body by the fastest that is left.
pub fn ways<'a>(
    lab: &'a Lab,
    copies: &Copies<'a>,
    bodies: &[&Body<'a>],
    scope: FaultScope,
) -> Ways {
    let mut out = Ways::default();
    let takers = Takers::of(lab);
    for body in bodies {
        let Some(size) = body.size.and_then(Given::value) else {
            continue;
        };
        if unhurt(lab, body, scope) {
            continue;
        }
        let left = copies.copies(body).into_iter();
        let left = left.filter(|c| side(lab, body, c, scope) == Side::Outside);
        let (mut fastest, mut open) = (None::<((String, Way), &Copy<'a>)>, None);
        for copy in left {
            match way(lab, &takers, (body, copy), scope) {
                Some(new) => {
                    let is_faster = |((_, way), _): &((String, Way), _)| {
                        new.1.bits_per_second >= way.bits_per_second
                    };
                    if fastest.as_ref().is_none_or(is_faster) {
                        fastest = Some((new, copy));
                    }
                }
                None => open = open.or(Some(unknown(lab, body, copy))),
            }
        }
        let Some(((key, new), copy)) = fastest else {
            out.open.extend(open);
            continue;
        };
        let key = format!("{key} {}", hit_with(lab, body, scope));
        let way = match open {
            Some(open) => &mut out.unsure.entry(key).or_insert((new, open)).0,
            None => out.sure.entry(key).or_insert(new),
        };
        way.bytes += u128::from(size.bytes());
        way.bodies += 1;
        if way.first.len() < NAMED {
            way.first.push(body.what.clone());
        }
        way.from.insert(copy.to.clone());
        if body.size.is_some_and(Given::is_assumed) {
            way.assumed.insert(format!("the size of {}", body.what));
        }
    }
    out
}

/// Why it cannot be told how fast a copy comes back.
fn unknown(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> String {
    let Some(site) = transfer::leaves(lab, body, copy) else {
        return format!("on which machine {} lies", copy.to);
    };
    let link = transfer::back(lab, site, copy);
    match link.and_then(|l| l.faster) {
        Some(open) => format!("how fast a copy comes from {}: {open}", copy.to),
        None => format!(
            "how fast a copy comes from {}: 'down' of no uplink of site '{site}' is declared",
            copy.to
        ),
    }
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

/// The slower of what it comes from and what it goes to.
fn way<'a>(
    lab: &'a Lab,
    takers: &Takers<'a>,
    (body, copy): (&Body<'a>, &Copy<'a>),
    scope: FaultScope,
) -> Option<(String, Way)> {
    let (key, from) = from(lab, body, copy)?;
    let (home, store) = (&body.place.machines, &copy.place.machines);
    if !home.is_disjoint(store) && !copy.place.remote {
        return Some((key, from));
    }
    let Some((given, words)) = receiver(lab, takers, (body, copy), scope) else {
        return Some((key, from));
    };
    let rate = given.value()?;
    if rate.bits_per_second() >= from.bits_per_second {
        return Some((key, from));
    }
    let way = Way {
        bits_per_second: rate.bits_per_second(),
        rate: format!("{rate} of {words}"),
        span: Some(given.span),
        assumed: match given.is_assumed() {
            true => BTreeSet::from([format!("the rate of {words}")]),
            false => BTreeSet::new(),
        },
        ..from
    };
    Some((format!("into {home:?}"), way))
}

/// The interface of the machine that data is restored to: its own, or after the loss of that the fastest of all that could take its place.
fn receiver<'a>(
    lab: &'a Lab,
    takers: &Takers<'a>,
    (body, copy): (&Body<'a>, &Copy<'a>),
    scope: FaultScope,
) -> Option<(&'a Given<Rate>, String)> {
    if matches!(scope, FaultScope::Corruption | FaultScope::Device) {
        let mut home = body.place.machines.iter().copied();
        let machine = home.next().filter(|_| home.next().is_none())?;
        return Some((nic(lab, machine)?, machine.words()));
    }
    let (rate, machine) = takers.fastest_but(&copy.place.machines)?;
    Some((
        rate,
        format!("{}, the fastest that could take it", machine.words()),
    ))
}

/// Hosts that could take what another one had. Of what is bought anew nobody knows how fast it is; at the most what there is now is.
struct Takers<'a> {
    /// By the rate of their interface, the fastest last.
    known: Vec<(&'a Given<Rate>, Machine<'a>)>,
    /// Those of which no rate is declared.
    open: BTreeSet<Machine<'a>>,
}

impl<'a> Takers<'a> {
    fn of(lab: &'a Lab) -> Self {
        let (mut known, mut open) = (Vec::new(), BTreeSet::new());
        for machine in lab.hosts.keys().map(|name| Machine::Host(name)) {
            match nic(lab, machine) {
                Some(rate) => known.push((rate, machine)),
                None => {
                    open.insert(machine);
                }
            }
        }
        known.sort_by_key(|(rate, _)| rate.value().map(|r| r.bits_per_second()));
        Self { known, open }
    }

    /// The fastest that is none of these; none if one of the others may be faster.
    fn fastest_but(&self, taken: &Few<Machine<'a>>) -> Option<(&'a Given<Rate>, Machine<'a>)> {
        // As soon as there are more of them than are taken, one is left.
        let left = self.open.len() > taken.len() || self.open.iter().any(|m| !taken.contains(m));
        let mut known = self.known.iter().rev();
        let found = known.find(|(_, m)| !taken.contains(m)).copied();
        found.filter(|_| !left)
    }
}

fn from<'a>(lab: &'a Lab, body: &Body<'a>, copy: &Copy<'a>) -> Option<(String, Way)> {
    let new =
        |bits_per_second: u64, rate: String, span: Option<Span>, assumed: Option<String>| Way {
            bytes: 0,
            bits_per_second,
            rate,
            span,
            from: BTreeSet::new(),
            bodies: 0,
            first: Vec::new(),
            assumed: assumed.into_iter().collect(),
        };
    if let Some(site) = transfer::leaves(lab, body, copy) {
        // Where another line may be faster, this one is not the least.
        let link = transfer::back(lab, site, copy).filter(|l| l.faster.is_none())?;
        let rate = link.rate.value()?;
        let assumed = link
            .rate
            .is_assumed()
            .then(|| format!("the rate of site '{}'", link.site));
        let words = link.words(rate);
        let way = new(rate.bits_per_second(), words, Some(link.rate.span), assumed);
        return Some((format!("site {}", link.site), way));
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
    let speeds = hardware.nics.values().filter_map(|n| n.speed.as_deref());
    let known = speeds.filter(|s| s.value().is_some());
    known.max_by_key(|s| s.value().map(|r| r.bits_per_second()))
}
