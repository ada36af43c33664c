//! The share of time that a service can work at most: by what it needs, and by the windows that take some of it down.

use crate::availability::{availability, best, is_astray, is_known, is_open, ppm};
use crate::downtime::{Repeated, Sum, together, work};
use crate::error_budget::Promise;
use crate::planned::{Outage, Outages};
use crate::standing::{away, called_away};
use crate::structure::{Cuts, Structure};
use model::declare::{Given, Target};
use model::lab::Lab;
use model::lab::watch::Planned;
use model::units::percent::Share;
use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// So many occurrences of windows are laid over each other for a lab; beyond that the longest alone counts.
const MOST: u64 = 20_000_000;

/// What windows take together, by their places and how many of their things are needed.
type Sums = FxHashMap<Vec<(usize, usize)>, Option<Sum>>;

/// What is looked at for all services of a lab.
pub struct Attainable<'a> {
    lab: &'a Lab,
    structure: &'a Structure,
    cuts: &'a Cuts,
    /// What each element needs in some way and whose availability is declared.
    below: Vec<Rc<[NodeIndex]>>,
    absent: Marked,
    unknown: Marked,
    astray: Marked,
    on_one: Marked,
    /// The windows.
    pub outages: Outages<'a>,
    /// What was laid over each other so far.
    sums: RefCell<Sums>,
    work: Cell<u64>,
}

/// Elements of which something is to be said, looked up once: of most cut sets none is one.
struct Marked {
    /// By their number.
    is: Vec<bool>,
    /// Those that need one in some way.
    above: Vec<bool>,
}

impl Marked {
    fn of(structure: &Structure, is: Vec<bool>) -> Self {
        let above = match is.contains(&true) {
            true => structure.above(&is),
            false => Vec::new(),
        };
        Self { is, above }
    }

    /// Those that something needs in any case.
    fn within(&self, cuts: &Cuts, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        let cut = match self.above.get(node.index()) {
            Some(true) => cuts.of(node),
            _ => &[],
        };
        let is = |n: &NodeIndex| self.is.get(n.index()) == Some(&true);
        cut.iter().copied().filter(is)
    }
}

/// What one service rests on.
pub struct Rest<'a> {
    /// The service.
    pub node: NodeIndex,
    /// What it needs in some way and whose availability is declared.
    pub known: Vec<(NodeIndex, &'a Given<Share>)>,
    /// By its parts alone.
    pub parts: Option<f64>,
    /// Windows whose downtime is declared.
    pub sure: Vec<Outage<'a>>,
    /// Those of which nobody says what they take, or more than they can.
    pub open: Vec<Outage<'a>>,
    /// By the sure windows alone.
    pub windows: Option<Away>,
    /// By all windows, if each takes as much as it may.
    all: Option<Away>,
}

/// What windows take together.
#[derive(Debug, Clone, Copy)]
pub enum Away {
    /// One window.
    One(f64),
    /// What several take, laid over each other.
    Sum(Sum),
    /// Several that come too often for that: what the one leaves that takes most.
    Longest(f64),
}

impl Away {
    /// The share of time that is left.
    pub fn left(&self) -> f64 {
        match self {
            Away::One(left) | Away::Longest(left) => *left,
            Away::Sum(sum) => sum.left(),
        }
    }
}

/// What a share rests on and is not known.
pub enum Doubt<'a> {
    /// The availability of something that is needed in any case.
    Availability(&'a Target),
    /// Whether a guest goes on when its host fails.
    Elsewhere(&'a str),
    /// The same of one with no disk declared.
    Diskless(&'a str),
    /// What a window takes.
    Window(Outage<'a>),
    /// Whether planned downtime counts.
    Counted,
}

impl Rest<'_> {
    /// The share of time that it works at most, as far as that is declared.
    pub fn best(&self) -> Option<f64> {
        match &self.windows {
            None => self.parts,
            Some(windows) => Some(self.parts.unwrap_or(1.0) * windows.left()),
        }
    }

    /// The same if all that may be away is.
    fn least(&self) -> f64 {
        let windows = self.all.as_ref().map_or(1.0, Away::left);
        self.parts.unwrap_or(1.0) * windows
    }
}

impl<'a> Attainable<'a> {
    /// Reads the windows and availabilities of a lab.
    pub fn of(lab: &'a Lab, structure: &'a Structure, cuts: &'a Cuts) -> Self {
        let marked = |is: &dyn Fn(&Target) -> bool| Marked::of(structure, structure.marked(is));
        Self {
            lab,
            structure,
            cuts,
            below: structure.below(|t| is_known(lab, t)),
            absent: marked(&|t| away(lab, &t.object).is_some()),
            unknown: marked(&|t| is_open(lab, t)),
            astray: marked(&|t| is_astray(lab, t)),
            on_one: Marked::of(structure, structure.on_one()),
            outages: Outages::of(lab, structure, cuts),
            sums: RefCell::default(),
            work: Cell::new(0),
        }
    }

    /// What a service rests on that promises this.
    pub fn rest(&'a self, node: NodeIndex, promise: &Promise) -> Rest<'a> {
        let known = self.known(node);
        let on_one = self.on_one.within(self.cuts, node);
        let parts = best((self.structure, self.cuts), node, &known, on_one);
        let outages = match promise.planned {
            Some(Planned::Counted) | None => self.outages.among(self.cuts.of(node)),
            Some(Planned::Excluded) => Vec::new(),
        };
        let all = self.away(&outages);
        let asked = promise.planned.is_some();
        let (sure, open): (Vec<_>, Vec<_>) =
            outages.into_iter().partition(|o| asked && o.is_sure());
        let windows = match open.is_empty() {
            true => all,
            false => self.away(&sure),
        };
        Rest {
            node,
            known,
            parts,
            sure,
            open,
            windows,
            all,
        }
    }

    /// What a service needs in some way and whose availability is declared.
    fn known(&self, node: NodeIndex) -> Vec<(NodeIndex, &'a Given<Share>)> {
        let below = self.below.get(node.index());
        let below = below.into_iter().flat_map(|all| all.iter().copied());
        let known = below.filter(|n| *n != node).filter_map(|n| {
            let target = self.structure.target(n)?;
            Some((n, availability(self.lab, target)?))
        });
        known.collect()
    }

    /// What everything that is needed in any case rests on.
    pub fn structure(&self) -> (&'a Structure, &'a Cuts) {
        (self.structure, self.cuts)
    }

    /// The largest share of time that windows can take from something: none of it at the same time as another.
    pub fn planned_at_most(&self, node: NodeIndex) -> f64 {
        let outages = self.outages.among(self.cuts.of(node));
        let taken = outages.iter().map(|o| 1.0 - o.left().unwrap_or(0.0));
        taken.sum::<f64>().min(1.0)
    }

    /// What windows take together; none if there are none of which it is known when they come.
    fn away(&self, outages: &[Outage<'_>]) -> Option<Away> {
        let all: Vec<(&Outage<'_>, Repeated<'_>)> = outages
            .iter()
            .filter_map(|o| Some((o, o.repeated()?)))
            .collect();
        let left = all.iter().filter_map(|(o, _)| o.left());
        let longest = left.fold(1.0, f64::min);
        if all.len() < 2 {
            return all.first().map(|_| Away::One(longest));
        }
        let key: Vec<(usize, usize)> = all.iter().map(|(o, _)| o.key()).collect();
        let sum = *self.sums.borrow_mut().entry(key).or_insert_with(|| {
            let all: Vec<Repeated<'_>> = all.iter().map(|(_, r)| *r).collect();
            let spent = self.work.get().saturating_add(work(&all));
            self.work.set(spent);
            together(&all).filter(|_| spent <= MOST)
        });
        Some(sum.map_or(Away::Longest(longest), Away::Sum))
    }

    /// What a service needs in any case and is not in use: `host 'b', which is planned`. It keeps no objective.
    pub fn absent(&self, node: NodeIndex) -> Vec<String> {
        let all = self.absent.within(self.cuts, node);
        let all = all.filter_map(|n| self.structure.target(n));
        all.filter_map(|t| called_away(self.lab, &t.object))
            .collect()
    }

    /// What a promise rests on and is not known.
    pub fn doubts(&'a self, rest: &Rest<'a>, promise: &Promise) -> Vec<Doubt<'a>> {
        let (lab, structure) = (self.lab, self.structure);
        let open = self.unknown.within(self.cuts, rest.node);
        let open = open.filter_map(|n| structure.target(n));
        let mut doubts: Vec<Doubt<'_>> = open.map(Doubt::Availability).collect();
        if rest.parts.is_some() {
            let astray = self.astray.within(self.cuts, rest.node);
            let astray = astray.filter_map(|n| Some(structure.target(n)?.object.name.as_str()));
            let has_disk = |name: &str| lab.guests.get(name).is_some_and(|g| !g.disks.is_empty());
            doubts.extend(astray.map(|guest| match has_disk(guest) {
                true => Doubt::Elsewhere(guest),
                false => Doubt::Diskless(guest),
            }));
        }
        let matters = ppm(rest.least()) < promise.target.ppm();
        let asked = rest.open.iter();
        let asked = asked.filter(|o| matters || o.left().is_none());
        doubts.extend(asked.cloned().map(Doubt::Window));
        if promise.planned.is_none() && matters {
            doubts.push(Doubt::Counted);
        }
        doubts
    }
}

impl Doubt<'_> {
    /// What is not known.
    pub fn what(&self) -> String {
        match self {
            Doubt::Availability(target) => format!("the availability of {target}"),
            Doubt::Elsewhere(guest) => format!("whether guest '{guest}' goes on elsewhere"),
            Doubt::Diskless(guest) => {
                format!("where the disks of guest '{guest}' lie, of which none is declared")
            }
            Doubt::Window(outage) => window(outage),
            Doubt::Counted => "whether planned downtime counts ('planned')".to_owned(),
        }
    }
}

/// What nobody says of a window.
fn window(outage: &Outage<'_>) -> String {
    let (name, sum) = (outage.window.name, outage.arithmetic());
    let endless = outage.window.each.is_none() && outage.window.length.is_none();
    match outage.left() {
        _ if endless => format!("how long window '{name}' is, and the downtime in it"),
        _ if outage.window.open => format!("what window '{name}' is for, with a downtime of {sum}"),
        Some(_) if outage.is_too_long() => {
            format!(
                "the downtime in window '{name}', which is declared as longer than there is time for; at the most it is {sum}"
            )
        }
        Some(_) => format!("the downtime in window '{name}', which may be {sum}"),
        None => format!("how often window '{name}' comes, with a downtime of {sum}"),
    }
}
