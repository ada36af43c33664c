//! Goals against the declared hardware: what is possible on paper, what is not, and the cheapest purchase that changes it.
//!
//! Nothing here is proof: a goal that is possible has not failed the arithmetic, and that is all. See `docs/show.md`.

mod bought;
mod crowded;
mod judge;
mod offers;
mod recover;
mod search;
mod shares;
mod stock;
mod table;
#[cfg(test)]
mod taken;
#[cfg(test)]
mod tests;
mod too_large;

pub use judge::judge;
pub use offers::{Offered, Price};
pub use search::{Advice, Buy, advise};
pub(crate) use table::sheets;

use model::lab::FaultScope;
use recover::few;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What kind of goal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Back within a time.
    Rto,
    /// No more lost than a time.
    Rpo,
    /// A share of time.
    Slo,
    /// Guests go on elsewhere when a host fails.
    Ha,
    /// Everything can be set up anew from what is declared.
    Rebuild,
}

/// Which goal it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// Whose: `tier core`, `service wiki`, `cluster main`, `lab`.
    pub of: String,
    /// What kind.
    pub what: What,
    /// After which fault, if it is of one.
    pub scope: Option<FaultScope>,
}

impl Key {
    /// `tier core, RTO host`.
    pub fn words(&self) -> String {
        let what = match self.what {
            What::Rto => "RTO",
            What::Rpo => "RPO",
            What::Slo => "SLO",
            What::Ha => "HA",
            What::Rebuild => "rebuild",
        };
        match self.scope {
            Some(scope) => format!("{}, {what} {}", self.of, scope.word()),
            None => format!("{}, {what}", self.of),
        }
    }
}

/// What the arithmetic says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing that is declared stands against it. Nobody has shown that it is so.
    Possible,
    /// Something that it rests on is not declared.
    Unknown,
    /// It cannot be.
    Impossible,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Possible => "possible",
            Verdict::Unknown => "unknown",
            Verdict::Impossible => "impossible",
        }
    }
}

/// A goal and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Goal {
    /// Which one.
    pub key: Key,
    /// What is asked for: `1h`, `99.5%`.
    pub asked: String,
    /// What the arithmetic says.
    pub verdict: Verdict,
    /// The arithmetic, in lines.
    pub because: Vec<String>,
    /// What of it is assumed.
    pub assumed: BTreeSet<String>,
}

/// A verdict on the way: the worst of its parts, with the words of those that are as bad.
#[derive(Debug, Default)]
struct Trial {
    impossible: Vec<String>,
    unknown: Vec<String>,
    fine: Vec<String>,
    assumed: BTreeSet<String>,
}

/// Reasons, each told once with all that it is of: many datasets share a backup, and a repository.
#[derive(Debug, Default)]
struct Reasons(BTreeMap<String, Vec<String>>);

impl Reasons {
    fn add(&mut self, why: String, what: &str) {
        self.0.entry(why).or_default().push(what.to_owned());
    }

    /// What a reason is of is named where it is more than one thing.
    fn words(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(why, of)| match of.as_slice() {
            [_] => why,
            all => format!("{why} (for {})", few(all)),
        })
    }
}

impl Trial {
    fn done(self, of: String, what: What, scope: Option<FaultScope>, asked: String) -> Goal {
        let (verdict, because) = match (self.impossible.is_empty(), self.unknown.is_empty()) {
            (false, _) => (Verdict::Impossible, self.impossible),
            (true, false) => (Verdict::Unknown, self.unknown),
            (true, true) => (Verdict::Possible, self.fine),
        };
        Goal {
            key: Key { of, what, scope },
            asked,
            verdict,
            because,
            assumed: self.assumed,
        }
    }
}
