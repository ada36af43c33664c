//! What is claimed of the lab, as figures.

use crate::figure::{Dim, Figure};
use diag::Span;
use model::declare::{Opt, OptExt as _, Or};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::measure::Measure;
use model::lab::road::Claim;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// What a claim is a figure of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Something that may follow from the rest.
    Measure(Measure),
    /// Something else, in lower case.
    Other(String),
}

impl What {
    /// And over how many milliseconds, where the text says so: `savings in five years`.
    fn of(metric: &Or<Measure, String>) -> (Self, Option<i128>) {
        let text = match metric {
            Or::Word(measure) => return (What::Measure(*measure), None),
            Or::Ref(text) => words(text),
        };
        let (name, years) = in_years(&text).map_or((text.as_str(), None), |(n, y)| (n, Some(y)));
        match measure_of(name) {
            Some(measure) => (What::Measure(measure), years),
            None => (What::Other(text), None),
        }
    }

    /// In words, for messages.
    pub fn say(&self) -> String {
        match self {
            What::Measure(Measure::Savings) => "saving".to_owned(),
            What::Measure(measure) => measure.word().replace('-', " "),
            What::Other(text) => text.replace('-', " "),
        }
    }
}

/// A claim with a metric and a value that is a figure.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Where the value stands.
    pub span: Span,
    /// What the value is of.
    pub what: What,
    /// The value.
    pub figure: Figure,
    /// Of what; none for the lab.
    pub about: Option<ObjectRef>,
    /// Over how many milliseconds.
    pub over: Option<i128>,
    /// Of which calculation.
    pub budget: Option<&'a str>,
    /// Where the same is claimed again.
    pub again: Vec<Span>,
}

impl Said<'_> {
    /// Its measure, if it is one.
    pub fn measure(&self) -> Option<Measure> {
        match self.what {
            What::Measure(measure) => Some(measure),
            What::Other(_) => None,
        }
    }

    /// Of the same, about the same.
    pub fn is_of_the_same(&self, other: &Said<'_>) -> bool {
        let time = (self.over, self.figure.per) == (other.over, other.figure.per);
        self.what == other.what && self.about == other.about && self.budget == other.budget && time
    }

    /// `the total memory of cluster 'main'`.
    pub fn name(&self) -> String {
        let plan = self
            .budget
            .map_or_else(String::new, |b| format!(", calculation '{b}'"));
        format!(
            "{} of {}{plan}",
            self.what.say(),
            subject(self.about.as_ref())
        )
    }
}

/// Every claim of a figure, once; the others say nothing that can be computed.
pub fn figures(lab: &Lab) -> Vec<Said<'_>> {
    let mut out: Vec<Said<'_>> = Vec::new();
    // By what is cheap to compare, so that each claim is held against few others.
    let mut near: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for said in lab.claims.iter().filter_map(read) {
        let number = (said.figure.low, said.figure.high);
        let alike = near.entry((said.about.clone(), said.what.clone(), number));
        let alike = alike.or_default();
        let same = alike.iter().copied().find(|n| {
            let other = out.get(*n);
            other.is_some_and(|s| s.is_of_the_same(&said))
        });
        match same.and_then(|n| out.get_mut(n)) {
            Some(first) => first.again.push(said.span),
            None => {
                alike.push(out.len());
                out.push(said);
            }
        }
    }
    out
}

fn read(claim: &Claim) -> Option<Said<'_>> {
    let (what, years) = What::of(metric(claim).as_ref()?.value()?);
    let given = claim.value.as_ref()?;
    let figure = fit(&what, Figure::parse(&text(given.value()?))?);
    Some(Said {
        claim,
        span: given.span,
        what,
        figure,
        about: about(claim),
        over: claim.over.known().map(|d| i128::from(d.millis())).or(years),
        budget: claim.budget.known().map(|n| n.0.as_str()),
        again: Vec::new(),
    })
}

fn metric(claim: &Claim) -> &Opt<Or<Measure, String>> {
    &claim.metric
}

/// The metrics of claims that are no measures, with their places.
pub fn strangers(lab: &Lab) -> Vec<(&str, Span, Option<ObjectRef>)> {
    let stranger = |claim| {
        let given = Option::as_ref(metric(claim))?;
        match given.value()? {
            Or::Ref(text) if matches!(What::of(given.value()?).0, What::Other(_)) => {
                Some((text.as_str(), given.span, about(claim)))
            }
            _ => None,
        }
    };
    lab.claims.iter().filter_map(stranger).collect()
}

/// Claims of a measure whose value is no figure.
pub fn wordy(lab: &Lab) -> Vec<(Measure, String, Span, Option<ObjectRef>)> {
    let wordy = |claim| {
        let What::Measure(measure) = What::of(metric(claim).as_ref()?.value()?).0 else {
            return None;
        };
        let given = claim.value.as_ref()?;
        let text = text(given.value()?);
        let figure = Figure::parse(&text);
        figure
            .is_none()
            .then(|| (measure, text, given.span, about(claim)))
    };
    let mut seen = BTreeSet::new();
    let mut out: Vec<(Measure, String, Span, Option<ObjectRef>)> = Vec::new();
    for said in lab.claims.iter().filter_map(wordy) {
        if seen.insert((said.0, said.1.clone(), said.3.clone())) {
            out.push(said);
        }
    }
    out
}

/// What a claim is about; none for the lab.
pub fn about(claim: &Claim) -> Option<ObjectRef> {
    match claim.about.known()? {
        Or::Word(_) => None,
        Or::Ref(reference) => Some(reference.0.object.clone()),
    }
}

/// The text of a word or of something else.
pub fn text<A: Display, B: Display>(value: &Or<A, B>) -> String {
    match value {
        Or::Word(word) => word.to_string(),
        Or::Ref(text) => text.to_string(),
    }
}

/// `cluster 'main'`, `the lab`.
pub fn subject(about: Option<&ObjectRef>) -> String {
    match about {
        Some(object) => format!("{} '{}'", object.kind.word(), object.name),
        None => "the lab".to_owned(),
    }
}

/// Lower case, words separated by single hyphens.
pub fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !c.is_alphanumeric() && c != '%');
    let parts: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
    parts.join("-")
}

/// Other words for measures, as people write them.
fn measure_of(text: &str) -> Option<Measure> {
    let words = words(text);
    let resource = |word: &str| {
        Some(match word {
            "memory" | "ram" => [
                "total-memory",
                "reserved-memory",
                "used-memory",
                "free-memory",
                "memory-usage",
                "memory-growth",
            ],
            "core" | "cores" | "cpu" | "cpus" | "compute" => [
                "cores",
                "reserved-cores",
                "used-cores",
                "free-cores",
                "core-usage",
                "core-growth",
            ],
            "storage" | "disk" | "space" => [
                "raw-storage",
                "reserved-storage",
                "used-storage",
                "free-storage",
                "storage-usage",
                "storage-growth",
            ],
            "bandwidth" | "network" => [
                "bandwidth",
                "bandwidth",
                "used-bandwidth",
                "free-bandwidth",
                "bandwidth-usage",
                "bandwidth-growth",
            ],
            _ => return None,
        })
    };
    let find = |word: &str| Measure::ALL.iter().find(|m| m.word() == word).copied();
    if let Some(measure) = find(&words).or_else(|| other_word(&words)) {
        return Some(measure);
    }
    let (first, last) = words.split_once('-').unwrap_or((&words, ""));
    let term = |word: &str| {
        Some(match word {
            "total" | "installed" => 0,
            "reserved" | "allocated" => 1,
            "used" => 2,
            "free" | "available" => 3,
            "usage" | "utilization" | "utilisation" => 4,
            "growth" => 5,
            _ => return None,
        })
    };
    let (names, index) = match (resource(first), resource(last)) {
        (Some(names), _) if last.is_empty() => (names, 0),
        (Some(names), _) => (names, term(last)?),
        (_, Some(names)) => (names, term(first)?),
        _ => return None,
    };
    names.get(index).and_then(|word| find(word))
}

fn other_word(words: &str) -> Option<Measure> {
    Some(match words {
        "total-cores" | "cpu-cores" => Measure::Cores,
        "total-threads" | "vcpus" => Measure::Threads,
        "usable" | "usable-capacity" => Measure::UsableStorage,
        "raw" | "raw-capacity" => Measure::RawStorage,
        "nodes" | "members" | "machines" | "servers" => Measure::Hosts,
        "containers" => Measure::Services,
        "vms" | "guest-count" => Measure::Guests,
        "availability" => Measure::Uptime,
        "watts" | "average-power" => Measure::Power,
        "hours" | "weekly-hours" | "hours-weekly" => Measure::HoursPerWeek,
        "monthly-hours" | "hours-monthly" => Measure::HoursPerMonth,
        "cost-per-month" | "operating-cost-per-month" => Measure::MonthlyCost,
        "cost-per-year" | "annual-cost" | "operating-cost" | "operating-cost-per-year" => {
            Measure::YearlyCost
        }
        "investment" | "initial-investment" | "capital-cost" | "hardware-cost" => {
            Measure::OneTimeCost
        }
        "total-cost-of-ownership" | "tco" => Measure::TotalCost,
        "saas-cost" | "subscription-cost" | "subscriptions" => Measure::ReplacedCost,
        "cash-flow" | "cumulative" | "net" | "profit" | "roi" => Measure::Savings,
        "electricity" => Measure::ElectricityCost,
        "energy" => Measure::Energy,
        _ => return None,
    })
}

/// `savings-in-five-years`: the name, and the time in milliseconds.
fn in_years(words: &str) -> Option<(&str, i128)> {
    const NUMBERS: [&str; 10] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    let rest = words
        .strip_suffix("-years")
        .or_else(|| words.strip_suffix("-year"))?;
    let (name, number) = rest.rsplit_once('-')?;
    let word = NUMBERS
        .iter()
        .position(|n| *n == number)
        .and_then(|n| i128::try_from(n + 1).ok());
    let years = word
        .or_else(|| number.parse().ok())
        .filter(|n| (1..=100).contains(n))?;
    let name = name
        .strip_suffix("-in")
        .or_else(|| name.strip_suffix("-after"))
        .or_else(|| name.strip_suffix("-over"))?;
    Some((name, years * crate::figure::YEAR))
}

/// Hours a week or month may be written without saying so again.
fn fit(what: &What, figure: Figure) -> Figure {
    let month = *what == What::Measure(Measure::HoursPerMonth);
    let hours = month || *what == What::Measure(Measure::HoursPerWeek);
    let again = match figure.dim {
        Dim::Time | Dim::Count if hours => {
            let number = figure.to_string();
            let number = number.trim_end_matches(|c: char| c.is_alphabetic() || c == ' ');
            Figure::parse(&format!(
                "{number}h/{}",
                if month { "month" } else { "week" }
            ))
        }
        _ => None,
    };
    again.unwrap_or(figure)
}
