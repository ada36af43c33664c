//! Every fault, and every pair of faults that does more than each of them, by the harm that is done.

use crate::fault::Fault;
use crate::outcome::{Fate, Report, State};
use crate::report::Simulation;
use model::id::Kind;
use model::lab::Lab;
use serde::Serialize;
use std::collections::BTreeSet;

/// How bad it is; what stands first counts first.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Harm {
    /// Bodies of data that cannot be had again and of which nothing is left.
    pub irreplaceable: usize,
    /// Other bodies of data of which nothing is left.
    pub for_good: usize,
    /// Bodies of data of which the newest part is lost.
    pub in_part: usize,
    /// Services that are down.
    pub down: usize,
    /// Services that work with less, or start again.
    pub degraded: usize,
    /// Services and bodies of data of which nobody knows.
    pub unknown: usize,
}

/// A fault, or two, with the harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranked {
    /// `disk:nas/sda`.
    pub faults: Vec<String>,
    /// The same in words.
    pub words: String,
    /// What it does; of a pair, what neither does alone.
    pub harm: Harm,
    /// The longest time of which the data is lost, in seconds, where something is left.
    pub worst_loss: Option<i64>,
    /// Services that are down, and data of which nothing is left.
    #[serde(skip)]
    pub named: Vec<String>,
}

/// All of them, the worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranking {
    /// Every fault by itself.
    pub singles: Vec<Ranked>,
    /// Pairs of faults of hardware, power and lines that do more together.
    pub doubles: Vec<Ranked>,
    /// How many pairs were looked at; none if they are too many.
    pub pairs: Option<usize>,
    /// Faults that do nothing at all.
    pub harmless: usize,
}

/// Pairs beyond this are not looked at.
const MOST_PAIRS: usize = 200_000;

/// What one run touched.
struct Touched {
    down: BTreeSet<String>,
    for_good: BTreeSet<String>,
    in_part: BTreeSet<String>,
}

impl Touched {
    fn of(report: &Report) -> Self {
        let down = report.services.iter().filter(|s| s.state == State::Down);
        let lost = || report.data.iter().filter(|d| d.fate == Fate::Lost);
        let nothing = |d: &&crate::Data| d.left.is_none() && d.open.is_empty();
        Self {
            down: down.map(|s| s.name.clone()).collect(),
            for_good: lost().filter(nothing).map(|d| d.what.clone()).collect(),
            in_part: lost()
                .filter(|d| !nothing(d))
                .map(|d| d.what.clone())
                .collect(),
        }
    }

    fn without(&mut self, other: &Self) {
        self.down.retain(|n| !other.down.contains(n));
        self.for_good.retain(|n| !other.for_good.contains(n));
        let known = |n: &String| other.in_part.contains(n) || other.for_good.contains(n);
        self.in_part.retain(|n| !known(n));
    }

    fn is_none(&self) -> bool {
        self.down.is_empty() && self.for_good.is_empty() && self.in_part.is_empty()
    }
}

/// Every fault of a lab by itself, and pairs of them.
pub fn singles(lab: &Lab, simulation: &Simulation<'_, '_>) -> Ranking {
    let faults = Fault::all(lab);
    let mut singles = Vec::new();
    let mut hard: Vec<(&Fault, Touched)> = Vec::new();
    let mut harmless = 0;
    for fault in &faults {
        let report = simulation.run(std::slice::from_ref(fault));
        let touched = Touched::of(&report);
        let one = ranked(&report, &touched);
        match one.harm == Harm::default() {
            true => harmless += 1,
            false => singles.push(one),
        }
        if is_hard(fault) {
            hard.push((fault, touched));
        }
    }
    singles.sort_by(|a, b| b.harm.cmp(&a.harm));
    let number = hard.len() * hard.len().saturating_sub(1) / 2;
    let mut doubles = Vec::new();
    if number <= MOST_PAIRS {
        for (n, (a, alone)) in hard.iter().enumerate() {
            for (b, other) in hard.iter().skip(n + 1) {
                let report = simulation.run(&[(*a).clone(), (*b).clone()]);
                let mut touched = Touched::of(&report);
                touched.without(alone);
                touched.without(other);
                if !touched.is_none() {
                    doubles.push(ranked(&report, &touched));
                }
            }
        }
    }
    doubles.sort_by(|a, b| b.harm.cmp(&a.harm));
    Ranking {
        singles,
        doubles,
        pairs: (number <= MOST_PAIRS).then_some(number),
        harmless,
    }
}

/// It comes by itself, and so together with another.
fn is_hard(fault: &Fault) -> bool {
    match fault {
        Fault::Disk { .. } => true,
        Fault::Stop(of) => of.kind != Kind::Guest,
        Fault::Power { feed, .. } => feed.is_some(),
        Fault::Internet { uplink, .. } => uplink.is_some(),
        _ => false,
    }
}

fn ranked(report: &Report, touched: &Touched) -> Ranked {
    let of = |what: &String| report.data.iter().find(|d| d.what == *what);
    let class = |what: &&String| of(what).and_then(|d| d.class) == Some("irreplaceable");
    let irreplaceable = touched.for_good.iter().filter(class).count();
    let lost = touched.in_part.iter().filter_map(of);
    let worst = lost.filter_map(|d| d.left.as_ref()?.seconds).max();
    let mut named: Vec<String> = touched.for_good.iter().cloned().collect();
    named.extend(touched.down.iter().map(|n| format!("service '{n}'")));
    Ranked {
        faults: report.faults.clone(),
        words: report.words.join(" and "),
        harm: Harm {
            irreplaceable,
            for_good: touched.for_good.len() - irreplaceable,
            in_part: touched.in_part.len(),
            down: touched.down.len(),
            degraded: report.count(State::Degraded) + report.count(State::Restarted),
            unknown: report.count(State::Unknown) + report.fates(Fate::Unknown),
        },
        worst_loss: worst,
        named,
    }
}
