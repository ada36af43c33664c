//! Planned downtime: what windows take away, and from what.
//!
//! A window takes down what it is for, one thing after the other where there are several: what needs two of them is away twice as long. A site or a
//! tier is one thing, and so is what needs another one of them, which is away with it. What has an alternative goes on.

use crate::availability::ppm;
use crate::downtime::{Repeated, Rhythm};
use crate::error_budget::{exact, percent};
use crate::standing::away;
use crate::structure::{Cuts, Structure};
use crate::wording::names;
use diag::Span;
use model::declare::{OptExt as _, Or, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::watch::{NoDowntime, Window, WindowKind};
use petgraph::graph::NodeIndex;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A window in which something is away.
#[derive(Debug)]
pub struct Taken<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its downtime is declared, else when it begins.
    pub span: Span,
    /// Seconds that each thing is away each time, where that is declared.
    pub each: Option<u64>,
    /// Seconds of the window, where that is declared.
    pub length: Option<u64>,
    /// When it begins; none if that is not known.
    pub rhythm: Option<Rc<Rhythm>>,
    /// What it is for that is away in its own time; nothing if it is for everything.
    pub things: Vec<&'a Target>,
    /// Some of what it is for cannot be read, or is declared not to be known: it may be for anything.
    pub open: bool,
}

impl Taken<'_> {
    /// Seconds that all that it is for is away, one after the other, where that is declared.
    pub fn all(&self) -> Option<u64> {
        Some(self.each?.saturating_mul(count(self.things.len())))
    }

    /// Seconds that something can be away: as long as the window is, and until it comes again.
    pub fn most(&self) -> Option<u64> {
        let again = self.rhythm.as_ref().map(|r| r.least());
        self.length.into_iter().chain(again).min()
    }
}

/// At least one.
fn count(things: usize) -> u64 {
    u64::try_from(things.max(1)).unwrap_or(u64::MAX)
}

/// What one window takes of something.
#[derive(Debug, Clone)]
pub struct Outage<'o> {
    /// The window.
    pub window: &'o Taken<'o>,
    /// Its place among the windows.
    number: usize,
    /// What of it is needed in any case, if it is not for everything.
    pub things: Vec<&'o Target>,
}

impl<'o> Outage<'o> {
    /// Seconds each time: as declared, else as long as the window is.
    pub fn away(&self) -> u64 {
        let (window, most) = (self.window, self.window.most());
        let each = window
            .each
            .map(|e| e.saturating_mul(count(self.things.len())));
        let away = each.or(window.length).or(most).unwrap_or(0);
        most.map_or(away, |most| away.min(most))
    }

    /// Its downtime is declared, is over when the window is, and is known to be that of what is asked about.
    pub fn is_sure(&self) -> bool {
        let declared = self.window.each.is_some() && self.window.rhythm.is_some();
        declared && !self.window.open && !self.is_too_long()
    }

    /// More is declared to be away than the window has time for.
    pub fn is_too_long(&self) -> bool {
        let declared = self
            .window
            .each
            .map(|e| e.saturating_mul(count(self.things.len())));
        declared.zip(self.window.most()).is_some_and(|(d, m)| d > m)
    }

    /// What is the same for all that it takes as much of.
    pub(crate) fn key(&self) -> (usize, usize) {
        (self.number, self.things.len())
    }

    /// The share of time that is left; none if nobody knows how often it comes.
    pub fn left(&self) -> Option<f64> {
        Some(self.window.rhythm.as_ref()?.left(self.away()))
    }

    /// As it is laid over others. A window of which nobody says how long it is is as long as all that it is for is away.
    pub(crate) fn repeated(&self) -> Option<Repeated<'_>> {
        let (window, away) = (self.window, self.away());
        let length = window.length.or_else(|| window.all()).unwrap_or(away);
        Some(Repeated {
            rhythm: window.rhythm.as_deref()?,
            length: length.max(away),
            away,
        })
    }

    /// `4h every 7d: 1 - 4h / 7d = 97.619%`, `3 × 4h = 12h every 7d: …`
    pub fn arithmetic(&self) -> String {
        let away = exact(self.away());
        let sum = match (self.window.each, self.things.len()) {
            (Some(each), n) if n > 1 && !self.is_too_long() => {
                format!("{n} × {} = {away}", exact(each))
            }
            _ => away.clone(),
        };
        match self.window.rhythm.as_ref().zip(self.left()) {
            Some((rhythm, left)) => {
                let every = exact(rhythm.mean());
                let left = percent(ppm(left));
                format!("{sum} every {every}: 1 - {away} / {every} = {left}")
            }
            None => format!("{sum} each time"),
        }
    }

    /// `, of 'a' and 'b' one after the other`, if there are several.
    pub fn turns(&self) -> String {
        match self.things.len() {
            0 | 1 => String::new(),
            _ => {
                let all: Vec<String> = self.things.iter().map(|t| name(t)).collect();
                format!(", of {} one after the other", names(&all))
            }
        }
    }
}

fn name(target: &Target) -> String {
    let name = &target.object.name;
    match &target.part {
        Some(part) => format!("{name}/{part}"),
        None => name.clone(),
    }
}

/// All windows that take something down.
pub struct Outages<'a> {
    cuts: &'a Cuts,
    all: Vec<Taken<'a>>,
    /// What each is for.
    entries: Vec<Vec<&'a Target>>,
    /// Those of everything, and those that may be for anything.
    whole: Vec<usize>,
    /// The window and which of its entries, by what they take down.
    of: FxHashMap<NodeIndex, Vec<(usize, usize)>>,
}

impl<'a> Outages<'a> {
    /// What the windows of a lab take down.
    pub fn of(lab: &'a Lab, structure: &Structure, cuts: &'a Cuts) -> Self {
        let mut out = Self {
            cuts,
            all: Vec::new(),
            entries: Vec::new(),
            whole: Vec::new(),
            of: FxHashMap::default(),
        };
        let mut rhythms: FxHashMap<String, Rc<Rhythm>> = FxHashMap::default();
        for (name, window) in &lab.windows {
            let Some(mut taken) = taken(name, window, &mut rhythms) else {
                continue;
            };
            let number = out.all.len();
            let entries: Vec<&Target> = window.r#for.iter().map(|t| &t.value.0).collect();
            let mut hits = Vec::new();
            for (entry, thing) in entries.iter().enumerate() {
                for node in parts(lab, thing).iter().filter_map(|t| structure.find(t)) {
                    out.of.entry(node).or_default().push((number, entry));
                    hits.push((entry, node));
                }
            }
            let found: FxHashSet<usize> = hits.iter().map(|(e, _)| *e).collect();
            let alone: FxHashSet<usize> = alone(cuts, &hits).into_iter().collect();
            // What is not in use takes no turn.
            let there = |thing: &Target| away(lab, &thing.object).is_none();
            let apart = |e: &usize, t: &Target| alone.contains(e) || !found.contains(e) && there(t);
            let things = entries.iter().enumerate().filter(|(e, t)| apart(e, t));
            taken.things = things.map(|(_, t)| *t).collect();
            taken.open = is_open(lab, name);
            if entries.is_empty() || taken.open {
                out.whole.push(number);
            }
            out.all.push(taken);
            out.entries.push(entries);
        }
        out
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, in the order of their names.
    pub fn all(&self) -> &[Taken<'a>] {
        &self.all
    }

    /// Those that take down something of these, in the order of their names.
    pub fn among(&self, needed: &[NodeIndex]) -> Vec<Outage<'_>> {
        let mut hits: BTreeMap<usize, Vec<(usize, NodeIndex)>> = BTreeMap::new();
        hits.extend(self.whole.iter().map(|n| (*n, Vec::new())));
        if !self.of.is_empty() {
            for node in needed {
                for (window, entry) in self.of.get(node).into_iter().flatten() {
                    hits.entry(*window).or_default().push((*entry, *node));
                }
            }
        }
        let outage = |(number, hits): (usize, Vec<(usize, NodeIndex)>)| {
            let entries = self.entries.get(number)?;
            let alone = alone(self.cuts, &hits).into_iter();
            Some(Outage {
                window: self.all.get(number)?,
                number,
                things: alone.filter_map(|e| entries.get(e).copied()).collect(),
            })
        };
        hits.into_iter().filter_map(outage).collect()
    }
}

/// Which of these entries are away in their own time, in order: those that need none of the others. Of those that need each other, or are the same, it is the first.
fn alone(cuts: &Cuts, hits: &[(usize, NodeIndex)]) -> Vec<usize> {
    let mut entries: Vec<usize> = hits.iter().map(|(e, _)| *e).collect();
    entries.sort_unstable();
    entries.dedup();
    if entries.len() < 2 {
        return entries;
    }
    let mut first: FxHashMap<NodeIndex, usize> = FxHashMap::default();
    for (entry, node) in hits {
        let least = first.entry(*node).or_insert(*entry);
        *least = (*least).min(*entry);
    }
    // Which one takes which one with it.
    let mut with: FxHashSet<(usize, usize)> = FxHashSet::default();
    for (entry, node) in hits {
        let below = cuts.of(*node).iter().chain([node]);
        let others = below.filter_map(|n| first.get(n));
        with.extend(others.filter(|e| *e != entry).map(|e| (*e, *entry)));
    }
    let carried = with.iter().filter(|(by, what)| {
        let each_other = with.contains(&(*what, *by));
        !each_other || by < what
    });
    let carried: FxHashSet<usize> = carried.map(|(_, what)| *what).collect();
    let all = entries.first().copied();
    entries.retain(|e| !carried.contains(e));
    match entries.is_empty() {
        true => all.into_iter().collect(),
        false => entries,
    }
}

/// Something stands in `for` of a window, or may, that could not be read.
fn is_open(lab: &Lab, name: &str) -> bool {
    let unread = &lab.unread.at;
    if unread.is_empty() {
        return false;
    }
    let places = unread.get(&ObjectRef::new(Kind::Window, name));
    let is_for = |path: &Vec<String>| path.first().is_none_or(|key| key == "for");
    places.into_iter().flatten().any(is_for)
}

/// Nothing if all goes on in it, or if nobody says how long it is; that this is not known is said of it.
fn taken<'a>(
    name: &'a str,
    window: &'a Window,
    rhythms: &mut FxHashMap<String, Rc<Rhythm>>,
) -> Option<Taken<'a>> {
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
    let each = match downtime.and_then(|d| d.value()) {
        Some(Or::Word(NoDowntime::None)) => return None,
        Some(Or::Ref(away)) => Some(away.seconds()),
        None => {
            let asked = downtime.is_some() || window.length.is_some();
            if length.is_none() && !asked {
                return None;
            }
            None
        }
    };
    let rhythm = calendar.map(|calendar| {
        let same = rhythms.entry(calendar.to_string());
        Rc::clone(same.or_insert_with(|| Rc::new(Rhythm::of(calendar))))
    });
    Some(Taken {
        name,
        span: downtime.map_or(schedule.span, |d| d.span),
        each,
        length,
        rhythm,
        things: Vec::new(),
        open: false,
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
