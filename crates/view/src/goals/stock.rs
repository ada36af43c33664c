//! What goals ask of a lab again and again, looked up once: what each tier needs and where that is, and what stands by.

use graph::bodies::{self, Body};
use graph::load::guest_memory;
use graph::places::{self, Machine};
use graph::restore::{belongs, wanted};
use graph::takeover::is_bought;
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::money::Asset;
use model::lab::service::Service;
use model::lab::{DataClass, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// What a tier needs.
pub(super) struct Own<'a> {
    /// Bodies of data that somebody would miss, by their number.
    pub(super) data: Vec<usize>,
    /// The same by where they lie.
    pub(super) on: BTreeMap<Machine<'a>, Vec<usize>>,
    /// Hosts that something of the tier needs and that nothing declared takes the place of by itself.
    pub(super) hosts: BTreeSet<&'a str>,
    /// What runs on each host.
    pub(super) loads: BTreeMap<&'a str, Load>,
    /// Guests that are on no host for sure.
    pub(super) anywhere: Load,
}

/// Memory of what must go on.
#[derive(Default)]
pub(super) struct Load {
    /// Of guests.
    pub(super) bytes: i128,
    /// Of services outside of guests, by their number: one that runs in two places is needed once.
    pub(super) bare: BTreeMap<usize, i128>,
    /// The first guest of which it is not declared, and what is missing.
    pub(super) missing: Option<(String, String)>,
    /// Something runs outside of guests, and nobody said how much it takes.
    pub(super) uncounted: bool,
}

impl<'a> Own<'a> {
    pub(super) fn of(lab: &'a Lab, tier: &str, bodies: &[Body<'a>]) -> Self {
        let wanted = wanted(lab, tier);
        let missed =
            |b: &Body<'a>| belongs(b, tier, &wanted) && b.class != Some(DataClass::Scratch);
        let data = bodies.iter().enumerate().filter(|(_, b)| missed(b));
        let data: Vec<usize> = data.map(|(n, _)| n).collect();
        let mut on: BTreeMap<Machine<'a>, Vec<usize>> = BTreeMap::new();
        let mut alone: Vec<BTreeSet<Machine<'a>>> = Vec::new();
        for (n, body) in data.iter().filter_map(|n| Some((*n, bodies.get(*n)?))) {
            for machine in &body.place.machines {
                on.entry(*machine).or_default().push(n);
            }
            alone.push(body.place.machines.clone());
        }
        let services: Vec<&Service> = wanted.iter().filter_map(|s| lab.services.get(*s)).collect();
        alone.extend(
            services
                .iter()
                .map(|s| places::of_runs(lab, &s.runs).machines),
        );
        let only = alone.into_iter().filter(|m| m.len() == 1).flatten();
        let hosts = only.filter_map(|m| match m {
            Machine::Host(name) => Some(name),
            Machine::Device(_) => None,
        });
        let hosts = hosts
            .filter(|h| lab.hosts.get(*h).is_some_and(is_bought))
            .collect();
        let (loads, anywhere) = loads(lab, &services);
        Self {
            data,
            on,
            hosts,
            loads,
            anywhere,
        }
    }
}

/// What services take, by host, and what they take that is on no host for sure.
fn loads<'a>(lab: &'a Lab, services: &[&'a Service]) -> (BTreeMap<&'a str, Load>, Load) {
    let mut loads: BTreeMap<&str, Load> = BTreeMap::new();
    let mut anywhere = Load::default();
    let mut guests: BTreeSet<&str> = BTreeSet::new();
    for (n, service) in services.iter().enumerate() {
        let machines: BTreeSet<(Kind, &str)> =
            bodies::machines_of(lab, service).into_iter().collect();
        let memory = service.memory.as_ref();
        let memory = memory.and_then(|m| m.limit.known().or(m.expected.known()));
        for (kind, name) in machines {
            match kind {
                Kind::Host => {
                    let load = loads.entry(name).or_default();
                    match memory {
                        Some(memory) => {
                            let bytes = i128::from(graph::sizes::memory_bytes(memory));
                            load.bare.insert(n, bytes);
                        }
                        None => load.uncounted = true,
                    }
                }
                Kind::Guest => drop(guests.insert(name)),
                _ => {}
            }
        }
    }
    for (name, guest) in guests
        .into_iter()
        .filter_map(|g| lab.guests.get_key_value(g))
    {
        let load = match guest.on.known().filter(|on| on.kind() == Kind::Host) {
            Some(on) => loads.entry(on.name()).or_default(),
            None => &mut anywhere,
        };
        match guest_memory(name, guest) {
            Ok(part) => load.bytes += part.value,
            Err(why) if load.missing.is_none() => load.missing = Some((name.clone(), why)),
            Err(_) => {}
        }
    }
    (loads, anywhere)
}

/// Which part of a machine is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The machine itself.
    Whole,
    /// It or anything in it.
    Any,
}

/// What stands by.
pub(super) struct Stocks<'a> {
    /// Hosts with a spare, and whether that is a whole one.
    spares: BTreeMap<&'a str, bool>,
    /// What was bought for each host, the first of it, and the first that is the whole of it.
    assets: BTreeMap<&'a str, (&'a Asset, Option<&'a Asset>)>,
    /// Hosts that one could do without another beside them, by site.
    hosts: BTreeMap<Option<&'a str>, Vec<&'a str>>,
}

impl<'a> Stocks<'a> {
    pub(super) fn of(lab: &'a Lab) -> Self {
        let mut spares: BTreeMap<&str, bool> = BTreeMap::new();
        let mut assets: BTreeMap<&str, (&Asset, Option<&Asset>)> = BTreeMap::new();
        for asset in lab.assets.values() {
            if let Some(of) = asset.spare_for.known().filter(|of| of.kind() == Kind::Host) {
                *spares.entry(of.name()).or_default() |= of.part().is_none();
            }
            if let Some(of) = asset.of.known().filter(|of| of.kind() == Kind::Host) {
                let found = assets.entry(of.name()).or_insert((asset, None));
                found.1 = found.1.or_else(|| of.part().is_none().then_some(asset));
            }
        }
        let mut hosts: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for (name, host) in &lab.hosts {
            if is_bought(host) && host.about.on_demand.known() != Some(&true) {
                let site = Machine::Host(name).site(lab);
                hosts.entry(site).or_default().push(name);
            }
        }
        Self {
            spares,
            assets,
            hosts,
        }
    }

    /// There is a spare for a host, or for something in it.
    pub(super) fn spare(&self, host: &str, part: Part) -> bool {
        self.spares
            .get(host)
            .is_some_and(|whole| *whole || part == Part::Any)
    }

    /// What was bought for a host.
    pub(super) fn asset(&self, host: &str, part: Part) -> Option<&'a Asset> {
        let (any, whole) = self.assets.get(host)?;
        match part {
            Part::Whole => *whole,
            Part::Any => Some(any),
        }
    }

    /// Hosts at a site that can take the place of another one there.
    pub(super) fn hosts(&self, site: Option<&'a str>) -> &[&'a str] {
        self.hosts.get(&site).map_or(&[], Vec::as_slice)
    }
}
