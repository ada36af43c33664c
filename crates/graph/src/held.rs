//! Claims held against what is declared.

use crate::claims::Said;
use crate::figure::{Dim, Figure};
use crate::totals::{self, Total};
use diag::Diagnostic;
use model::lab::Lab;
use model::lab::measure::Measure;

/// How a claim of a measure compares; money is compared elsewhere.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is so, or nothing of the declaration says more of it.
    Holds,
    /// This is needed to tell.
    Missing(Vec<String>),
    /// The value is of another kind than the measure.
    Misfit,
    /// It is something else.
    Wrong(Total),
    /// The number is right for threads, where cores are claimed, or the other way round.
    Threads(Total, Total),
    /// The number is right in binary units.
    Binary(Total, Figure),
}

/// Compares a claim with what the declaration adds up to.
pub fn verdict(lab: &Lab, said: &Said<'_>) -> Verdict {
    let (Some(measure), about) = (said.measure(), said.about.as_ref()) else {
        return Verdict::Holds;
    };
    let Some(dim) = totals::dimension(measure).filter(|_| measure != Measure::BreakEven) else {
        return Verdict::Holds;
    };
    if dim != said.figure.dim {
        return Verdict::Misfit;
    }
    let total = totals::total(lab, measure, about);
    let value = match &total {
        Total::Said => return Verdict::Holds,
        // What is known is the least: a claim of less is wrong whatever the rest is.
        Total::Missing(of) if of.value() > most(said, measure) => {
            return Verdict::Wrong(total);
        }
        Total::Missing(of) => return Verdict::Missing(of.missing.clone()),
        total => total.value().unwrap_or_default(),
    };
    let holds = |figure: &Figure| figure.holds(value, value);
    let binary = said.figure.binary();
    // Memory is made in powers of two; whoever writes GB of it means GiB.
    let read = binary.as_ref().filter(|_| totals::is_memory(measure));
    if holds(read.unwrap_or(&said.figure)) {
        return Verdict::Holds;
    }
    if let Some(binary) =
        binary.filter(|b| !totals::is_memory(measure) && b.dim == Dim::Size && holds(b))
    {
        return Verdict::Binary(total, binary);
    }
    let other = match measure {
        Measure::Cores => Some(totals::threads_at_least(lab, about)),
        Measure::Threads => Some(totals::total(lab, Measure::Cores, about)),
        _ => None,
    };
    match other {
        Some(other) if other.value().is_some_and(|n| said.figure.holds(n, n)) => {
            Verdict::Threads(total, other)
        }
        _ => Verdict::Wrong(total),
    }
}

/// The most that a claim may stand for, in whatever units it was meant.
fn most(said: &Said<'_>, measure: Measure) -> i128 {
    let binary = said.figure.binary().map(|b| b.reach().1);
    match binary {
        Some(binary) if totals::is_memory(measure) => binary,
        other => other.unwrap_or(i128::MIN).max(said.figure.reach().1),
    }
}

/// The arithmetic of a total, what is claimed, and what is assumed.
pub fn arithmetic(mut d: Diagnostic, total: &Total, said: &Said<'_>) -> Diagnostic {
    d = d.note(format!(
        "{}, claimed {}",
        equation(total, said),
        said.figure
    ));
    match total {
        Total::Sum(parts) => d.notes.extend(totals::assumptions(parts)),
        Total::Missing(of) => {
            d.notes.extend(of.left_out());
            d.notes.extend(totals::assumptions(&of.known));
        }
        Total::Count(..) | Total::Said => {}
    }
    source(d, said)
}

/// `16GiB (a) + 32GiB (b) = 48GiB`, or how many are declared.
pub fn equation(total: &Total, said: &Said<'_>) -> String {
    match total {
        Total::Sum(parts) => totals::equation(parts, &said.figure),
        Total::Count(n, what) => format!("{what} declared: {n}"),
        Total::Missing(of) => format!("at least {}", totals::equation(&of.known, &said.figure)),
        Total::Said => String::new(),
    }
}

/// Where the claim stands, if it says so, and where it is repeated.
pub fn source(mut d: Diagnostic, said: &Said<'_>) -> Diagnostic {
    const SHOWN: usize = 4;
    use model::declare::OptExt as _;
    for span in said.again.iter().take(SHOWN) {
        d = d.and_at(*span, "claimed again");
    }
    match said.claim.from.known() {
        Some(from) => d.note(format!("claimed in {from}")),
        None => d,
    }
}

/// A total in the unit of a claim.
pub fn shown(total: &Total, said: &Said<'_>) -> String {
    let (value, parts) = match total {
        Total::Sum(parts) => (total.value(), parts.as_slice()),
        Total::Missing(of) => (Some(of.value()), of.known.as_slice()),
        _ => (total.value(), Default::default()),
    };
    let value = value.unwrap_or_default();
    match total {
        // Hours per month are declared per week.
        _ if said.figure.unit() == "h/month" => said.figure.say(value),
        Total::Sum(_) | Total::Missing(_) => {
            let units = parts.iter().map(|p| Figure::parse(&p.shown));
            let units: Option<Vec<Figure>> = units.collect();
            let first = units.as_ref().and_then(|u| u.first());
            let same = units
                .iter()
                .flatten()
                .all(|u| Some(u.unit()) == first.map(Figure::unit) && u.dim == said.figure.dim);
            first.filter(|_| same).unwrap_or(&said.figure).say(value)
        }
        _ => said.figure.say(value),
    }
}
