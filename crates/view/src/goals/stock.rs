//! What goals ask of a lab again and again, looked up once: what each tier needs and where that is, and what stands by.

use graph::bodies::Body;
use graph::composed_memory::Files;
use graph::few::Few;
use graph::places::{self, Machine};
use graph::restore::{belongs, wanted};
use graph::takeover::{Demand, is_bought};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::money::Asset;
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
    /// What its services take.
    pub(super) demand: Demand<'a>,
}

impl<'a> Own<'a> {
    pub(super) fn of((lab, files): (&'a Lab, &Files<'_>), tier: &str, bodies: &[Body<'a>]) -> Self {
        let wanted = wanted(lab, tier);
        let missed =
            |b: &Body<'a>| belongs(b, tier, &wanted) && b.class != Some(DataClass::Scratch);
        let data = bodies.iter().enumerate().filter(|(_, b)| missed(b));
        let data: Vec<usize> = data.map(|(n, _)| n).collect();
        let mut on: BTreeMap<Machine<'a>, Vec<usize>> = BTreeMap::new();
        let mut alone: Vec<Few<Machine<'a>>> = Vec::new();
        for (n, body) in data.iter().filter_map(|n| Some((*n, bodies.get(*n)?))) {
            for machine in &body.place.machines {
                on.entry(*machine).or_default().push(n);
            }
            alone.push(body.place.machines.clone());
        }
        let services = wanted.services();
        let places = services.iter();
        alone.extend(places.map(|(_, s)| places::of_runs(lab, &s.runs).machines));
        let only = alone.into_iter().filter(|m| m.len() == 1).flatten();
        let hosts = only.filter_map(|m| match m {
            Machine::Host(name) => Some(name),
            Machine::Device(_) => None,
        });
        let hosts = hosts
            .filter(|h| lab.hosts.get(*h).is_some_and(is_bought))
            .collect();
        Self {
            data,
            on,
            hosts,
            demand: Demand::of(lab, files, &services),
        }
    }
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
    /// What was bought for each host, the first of it, and the first that is the whole of it.
    assets: BTreeMap<&'a str, (&'a Asset, Option<&'a Asset>)>,
}

impl<'a> Stocks<'a> {
    pub(super) fn of(lab: &'a Lab) -> Self {
        let mut assets: BTreeMap<&str, (&Asset, Option<&Asset>)> = BTreeMap::new();
        for asset in lab.assets.values() {
            if let Some(of) = asset.of.known().filter(|of| of.kind() == Kind::Host) {
                let found = assets.entry(of.name()).or_insert((asset, None));
                found.1 = found.1.or_else(|| of.part().is_none().then_some(asset));
            }
        }
        Self { assets }
    }

    /// What was bought for a host.
    pub(super) fn asset(&self, host: &str, part: Part) -> Option<&'a Asset> {
        let (any, whole) = self.assets.get(host)?;
        match part {
            Part::Whole => *whole,
            Part::Any => Some(any),
        }
    }
}
