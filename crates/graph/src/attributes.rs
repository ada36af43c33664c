//! Things that are said in two places, and what happens where the two differ.

use crate::claims::{Said, figures};
use crate::figure::Dim;
use crate::held;
use crate::totals::{self, dimension};
use diag::Diagnostic;
use model::id::ObjectRef;
use model::lab::Lab;
use std::collections::BTreeMap;

/// Which of the rules on one number speaks of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The rule on capacities.
    Capacity,
    /// The rule on money.
    Money,
    /// Any other.
    Other,
}

/// What a claim is about, so that each pair is reported by one rule.
pub fn field(said: &Said<'_>) -> Field {
    match said.figure.dim {
        Dim::Money(_) => Field::Money,
        Dim::Size | Dim::Rate | Dim::Power | Dim::Energy => Field::Capacity,
        _ if said.measure().and_then(dimension) == Some(Dim::Count) => Field::Capacity,
        _ => Field::Other,
    }
}

/// Claims of one thing that differ; each against the first of its kind, with the object that it is about.
pub fn differing(
    lab: &Lab,
    of: Field,
    finding: &dyn Fn(String) -> Diagnostic,
) -> Vec<(Option<ObjectRef>, Diagnostic)> {
    let said: Vec<Said<'_>> = figures(lab)
        .into_iter()
        .filter(|s| field(s) == of)
        .collect();
    let mut out = Vec::new();
    let mut firsts: BTreeMap<_, Vec<&Said<'_>>> = BTreeMap::new();
    for later in &said {
        let near = firsts.entry((&later.about, &later.what)).or_default();
        let first = near.iter().copied().find(|s| s.is_of_the_same(later));
        if first.is_none() {
            near.push(later);
        }
        let memory = later.measure().is_some_and(totals::is_memory);
        let same = |first: &Said<'_>| {
            let (a, b) = (&first.figure, &later.figure);
            let binary = |f: &crate::figure::Figure| f.binary().unwrap_or_else(|| f.clone());
            a.agrees(b) || (memory && binary(a).agrees(&binary(b)))
        };
        let Some(first) = first.filter(|f| !same(f)) else {
            continue;
        };
        out.push((later.about.clone(), differ(first, later, finding)));
    }
    out
}

fn differ(
    first: &Said<'_>,
    later: &Said<'_>,
    finding: &dyn Fn(String) -> Diagnostic,
) -> Diagnostic {
    let (a, b) = (&first.figure, &later.figure);
    let name = later.name();
    let d = finding(format!("the {name} is claimed to be {a} and {b}"))
        .at(later.span, "here another")
        .and_at(first.span, "here one");
    let gap = (b.value() - a.value()).abs();
    let d = match a.dim == b.dim {
        true => d.note(format!("{b} against {a}: the difference is {}", b.say(gap))),
        false => d.note(format!("{b} and {a} are not even numbers of the same kind")),
    };
    let d = held::source(held::source(d, first), later);
    d.help("find out which is right, and say it once")
}
