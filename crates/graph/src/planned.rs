//! Planned downtime: the share of time that windows take away.
//!
//! A window takes down what it is for, one thing after the other where there are several; what needs one of them in any case is away as
//! long. What has an alternative goes on.

use crate::availability::ppm;
use crate::error_budget::{percent, words};
use crate::structure::Structure;
use diag::Span;
use model::declare::{OptExt as _, Or, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::watch::{NoDowntime, Window, WindowKind};
use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What one window takes.
#[derive(Debug)]
pub struct Outage<'a> {
    /// The window's name.
    pub name: &'a str,
    /// Where its downtime is declared, else the window.
    pub span: Span,
    /// Seconds each time: as declared, else as long as the window is.
    pub away: u64,
    /// Its downtime is declared.
    pub declared: bool,
    /// Seconds from one to the next, on average; none if that is not known.
    every: Option<u64>,
    /// When it begins, as it is written.
    schedule: String,
}

impl Outage<'_> {
    /// The share of time that is left; none if nobody knows how often it comes.
    pub fn left(&self) -> Option<f64> {
        let every = self.every.filter(|e| *e > 0)?;
        Some(1.0 - seconds(self.away.min(every)) / seconds(every))
    }

    /// `4h every 7d: 1 - 4h / 7d = 97.619%`
    pub fn arithmetic(&self) -> String {
        let away = words(self.away);
        match self.every.zip(self.left()) {
            Some((every, left)) => {
                let every = words(every);
                let left = percent(ppm(left));
                format!("{away} every {every}: 1 - {away} / {every} = {left}")
            }
            None => format!("{away} each time"),
        }
    }
}

/// Exact for more years than anybody plans.
fn seconds(n: u64) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}

/// All windows that take something down.
#[derive(Debug, Default)]
pub struct Outages<'a> {
    all: Vec<Outage<'a>>,
    /// Those of everything.
    whole: Vec<usize>,
    /// By what they take down.
    of: FxHashMap<NodeIndex, Vec<usize>>,
}

impl<'a> Outages<'a> {
    /// What the windows of a lab take down.
    pub fn of(lab: &'a Lab, structure: &Structure) -> Self {
        let mut out = Self::default();
        for (name, window) in &lab.windows {
            let Some(outage) = outage(name, window) else {
                continue;
            };
            let number = out.all.len();
            out.all.push(outage);
            if window.r#for.is_empty() {
                out.whole.push(number);
            }
            let things = window.r#for.iter().map(|t| &t.value.0);
            let things = things.flat_map(|thing| parts(lab, thing));
            for node in things.filter_map(|t| structure.find(&t)) {
                out.of.entry(node).or_default().push(number);
            }
        }
        out
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that take down something of these, in the order of their names.
    pub fn among(&self, needed: &[NodeIndex]) -> Vec<&Outage<'a>> {
        let mut numbers = self.whole.clone();
        if !self.of.is_empty() {
            let of = needed.iter().filter_map(|n| self.of.get(n));
            numbers.extend(of.flatten());
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|n| self.all.get(n))
            .collect()
    }
}

/// The share of time that some windows leave. Of those at the same time the longest counts; the others are taken not to depend on each other.
pub fn left(outages: &[&Outage<'_>]) -> f64 {
    let mut at_once: BTreeMap<&str, f64> = BTreeMap::new();
    for outage in outages {
        if let Some(left) = outage.left() {
            let least = at_once.entry(&outage.schedule).or_insert(left);
            *least = least.min(left);
        }
    }
    at_once.values().product()
}

/// Nothing if all goes on in it, or if nobody says how long it is.
fn outage<'a>(name: &'a str, window: &'a Window) -> Option<Outage<'a>> {
    let kind = window.kind.known().copied();
    if !matches!(kind, None | Some(WindowKind::Maintenance)) {
        return None;
    }
    let schedule = window.schedule.as_ref()?;
    let calendar = schedule.value();
    let begins = calendar.and_then(|c| c.window_minutes());
    let length = begins.map(|minutes| u64::from(minutes) * 60);
    let length = length.or_else(|| window.length.known().map(|l| l.seconds()));
    let downtime = window.downtime.as_ref();
    let (away, declared) = match downtime.and_then(|d| d.value()) {
        Some(Or::Word(NoDowntime::None)) => return None,
        Some(Or::Ref(away)) => (away.seconds(), true),
        None => (length?, false),
    };
    Some(Outage {
        name,
        span: downtime.map_or(schedule.span, |d| d.span),
        away,
        declared,
        every: calendar.and_then(|c| c.mean_interval()).map(|m| m * 60),
        schedule: calendar.map(ToString::to_string).unwrap_or_default(),
    })
}

/// What is worked on: of a site its machines, of a tier its services.
fn parts(lab: &Lab, thing: &Target) -> Vec<Target> {
    let name = thing.object.name.as_str();
    let whole = |kind, name: &String| Target {
        object: ObjectRef::new(kind, name),
        part: None,
    };
    match thing.object.kind {
        Kind::Site if thing.part.is_none() => {
            let at = |site: Option<&String>| site.is_some_and(|s| s == name);
            let hosts = lab.hosts.iter().filter(|(_, h)| at(h.site.known()));
            let devices = lab.devices.iter();
            let devices = devices.filter(|(_, d)| d.site.known().is_some_and(|s| s.name() == name));
            let hosts = hosts.map(|(n, _)| whole(Kind::Host, n));
            hosts
                .chain(devices.map(|(n, _)| whole(Kind::Device, n)))
                .collect()
        }
        Kind::Tier => {
            let of = lab.services.iter();
            let of = of.filter(|(_, s)| s.tier.known().is_some_and(|t| t.name() == name));
            of.map(|(n, _)| whole(Kind::Service, n)).collect()
        }
        _ => vec![thing.clone()],
    }
}
