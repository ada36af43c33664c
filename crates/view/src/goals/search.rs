//! The cheapest purchase that makes a goal possible, found by buying: each set of offers is put into the lab, and every goal is judged again.

use super::offers::{Offered, YEARS, candidates, left_out};
use super::{Goal, Key, Verdict, What, bought, judge};
use model::compose::Projects;
use model::lab::Lab;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// More labs than this are not judged for one goal. A set that was found is the cheapest as long as this is not reached.
const MOST: usize = 400;
/// In a large lab fewer are judged: so many things are looked at for one goal, in all labs together, but at least this many labs.
const THINGS: usize = 40_000;
const LEAST: usize = 24;

/// What to buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Buy {
    /// The goals that it makes possible, of those that were not.
    pub makes_possible: Vec<Key>,
    /// What; the things of one purchase are wanted together.
    pub items: Vec<Offered>,
    /// Cents over three years.
    pub total: i128,
    /// Nothing cheaper does it; `false` if not everything cheaper was tried.
    pub exact: bool,
}

/// Goals and what changes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// All goals.
    pub goals: Vec<Goal>,
    /// For each impossible goal that something on offer makes possible.
    pub each: BTreeMap<String, Buy>,
    /// Impossible goals that nothing on offer makes possible, as they stand with all of it.
    pub beyond: Vec<Goal>,
    /// For all goals at once that something makes possible.
    pub all: Option<Buy>,
    /// Offers that were not tried, since they are in another currency.
    pub left_out: Vec<String>,
    /// Offers that were tried.
    pub offers: usize,
    /// Labs that were judged.
    pub judged: usize,
    /// Years over which running costs are counted.
    pub years: i128,
}

/// Judges, and looks for the cheapest purchases.
pub fn advise(lab: &Lab, projects: &Projects) -> Advice {
    let goals = judge(lab, projects);
    let mut impossible: BTreeSet<Key> = of(&goals, Verdict::Impossible);
    // What waits for itself is untied by where things are kept and written down, which costs nothing.
    impossible.retain(|k| k.what != What::Rebuild);
    let things = lab.hosts.len() + lab.guests.len() + lab.services.len() + lab.datasets.len();
    let mut search = Search {
        lab,
        projects,
        most: (THINGS / things.max(1)).clamp(LEAST, MOST),
        offers: candidates(lab),
        known: BTreeMap::new(),
        now: of(&goals, Verdict::Possible),
    };
    let mut each = BTreeMap::new();
    let mut within = BTreeSet::new();
    let useful = match impossible.is_empty() {
        true => Vec::new(),
        false => search.useful(&goals, &mut within),
    };
    for key in &within {
        if let Some(buy) = search.cheapest(&useful, &BTreeSet::from([key.clone()])) {
            each.insert(key.words(), buy);
        }
    }
    let all = match within.is_empty() {
        true => None,
        false => search.cheapest(&useful, &within),
    };
    let with_all = match impossible.len() > within.len() {
        true => search.judged(&search.tried()),
        false => Vec::new(),
    };
    let tried = search.tried().len();
    let rest = search.offers.len() - tried;
    let rest = (rest > 0).then(|| {
        let rest = crate::size::count(rest, "place", "places");
        format!("the dearest, {rest} for what is on offer, since the lab is large")
    });
    let beyond = |g: &Goal| impossible.contains(&g.key) && !within.contains(&g.key);
    Advice {
        beyond: with_all
            .into_iter()
            .filter(beyond)
            .map(|goal| search.worded(goal))
            .collect(),
        goals,
        each,
        all,
        left_out: left_out(lab).into_iter().chain(rest).collect(),
        offers: tried,
        judged: search.known.len(),
        years: YEARS,
    }
}

fn of(goals: &[Goal], verdict: Verdict) -> BTreeSet<Key> {
    let found = goals.iter().filter(|g| g.verdict == verdict);
    found.map(|g| g.key.clone()).collect()
}

struct Search<'a> {
    lab: &'a Lab,
    projects: &'a Projects,
    most: usize,
    offers: Vec<Offered>,
    /// Goals that are possible with a set of offers.
    known: BTreeMap<Vec<usize>, BTreeSet<Key>>,
    now: BTreeSet<Key>,
}

impl Search<'_> {
    fn judged(&self, set: &[usize]) -> Vec<Goal> {
        let mut lab = self.lab.clone();
        for n in set {
            if let Some(offer) = self.offers.get(*n) {
                offer.put_into(&mut lab, *n + 1);
            }
        }
        judge(&lab, self.projects)
    }

    /// With what each thing that is bought is sold as, in place of the name that it has in the lab that was judged.
    fn worded(&self, mut goal: Goal) -> Goal {
        let worded = |text: &String| {
            let mut text = text.clone();
            // The longest numbers first: one is the beginning of another.
            for (n, offer) in self.offers.iter().enumerate().rev() {
                text = text.replace(
                    &bought::name(n + 1),
                    &format!("the bought '{}'", offer.sold_as()),
                );
            }
            text
        };
        goal.because = goal.because.iter().map(worded).collect();
        goal.because.dedup();
        goal.assumed = goal.assumed.iter().map(worded).collect();
        goal
    }

    fn possible(&mut self, set: &[usize]) -> &BTreeSet<Key> {
        if !self.known.contains_key(set) {
            let found = of(&self.judged(set), Verdict::Possible);
            self.known.insert(set.to_vec(), found);
        }
        self.known.entry(set.to_vec()).or_default()
    }

    /// The offers that are tried in combination at all.
    fn tried(&self) -> Vec<usize> {
        (0..self.offers.len().min(self.most / 4)).collect()
    }

    /// Offers that change something about an impossible goal, be it only the arithmetic, and those without which all together do less.
    /// What all together, or one alone, make possible goes to `within`.
    fn useful(&mut self, goals: &[Goal], within: &mut BTreeSet<Key>) -> Vec<usize> {
        let impossible: Vec<&Goal> = goals
            .iter()
            .filter(|g| g.verdict == Verdict::Impossible && g.key.what != What::Rebuild)
            .collect();
        let keys: BTreeSet<Key> = impossible.iter().map(|g| g.key.clone()).collect();
        let all = self.tried();
        let reached = self.possible(&all).clone();
        within.extend(keys.intersection(&reached).cloned());
        let mut out = Vec::new();
        for n in &all {
            let alone = self.judged(&[*n]);
            let possible = of(&alone, Verdict::Possible);
            within.extend(keys.intersection(&possible).cloned());
            let changes = impossible.iter().any(|g| !alone.contains(g));
            self.known.insert(vec![*n], possible);
            let without: Vec<usize> = all.iter().copied().filter(|m| m != n).collect();
            if changes || !self.possible(&without).is_superset(&reached) {
                out.push(*n);
            }
        }
        out
    }

    /// The first set, in order of cost, with which all of these are possible and nothing that was possible is lost.
    fn cheapest(&mut self, useful: &[usize], wanted: &BTreeSet<Key>) -> Option<Buy> {
        let cost = |of: &Self, set: &[usize]| -> i128 {
            set.iter()
                .filter_map(|n| of.offers.get(*n))
                .map(|o| o.price.total())
                .sum()
        };
        let mut queue = BinaryHeap::from([Reverse((0, 0, Vec::<usize>::new()))]);
        let limit = self.known.len() + self.most;
        while let Some(Reverse((total, size, set))) = queue.pop() {
            if self.known.len() >= limit {
                return self.everything(useful, wanted);
            }
            let now = self.now.clone();
            let possible = self.possible(&set);
            if wanted.is_subset(possible) && now.is_subset(possible) {
                return Some(self.buy(&set, total, true));
            }
            // Each set is made once, by adding offers in their order.
            let after = set.last().and_then(|l| useful.iter().position(|u| u == l));
            for next in useful.iter().skip(after.map_or(0, |a| a + 1)) {
                let more: Vec<usize> = set.iter().copied().chain([*next]).collect();
                queue.push(Reverse((cost(self, &more), size + 1, more)));
            }
        }
        None
    }

    /// Too many sets: buys all that is useful and gives back, dearest first, what is not needed.
    fn everything(&mut self, useful: &[usize], wanted: &BTreeSet<Key>) -> Option<Buy> {
        let mut set = useful.to_vec();
        if !wanted.is_subset(self.possible(&set)) {
            return None;
        }
        for n in useful.iter().rev() {
            let less: Vec<usize> = set.iter().copied().filter(|m| m != n).collect();
            if wanted.is_subset(self.possible(&less)) {
                set = less;
            }
        }
        let total = set
            .iter()
            .filter_map(|n| self.offers.get(*n))
            .map(|o| o.price.total())
            .sum();
        Some(self.buy(&set, total, false))
    }

    fn buy(&mut self, set: &[usize], total: i128, exact: bool) -> Buy {
        let now = self.now.clone();
        let new = self.possible(set).difference(&now).cloned().collect();
        Buy {
            makes_possible: new,
            items: set
                .iter()
                .filter_map(|n| self.offers.get(*n).cloned())
                .collect(),
            total,
            exact,
        }
    }
}
