//! Objectives with what is measured of them.

use crate::claims::{Said, text, words};
use crate::figure::{Bound, Dim, Figure};
use diag::Span;
use jiff::civil::Date;
use model::declare::{Given, Known, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use std::fmt::Display;

/// An objective, and what it is.
#[derive(Debug, Clone)]
pub struct Objective {
    /// What it is called.
    pub name: String,
    /// What declares it.
    pub object: Option<ObjectRef>,
    /// The share of time or of requests.
    pub target: Figure,
    /// Where that is written.
    pub target_span: Span,
    /// Over how many seconds.
    pub window: Option<u64>,
    /// What was reached.
    pub measured: Option<Measured>,
    /// What it is about, in lower case.
    pub about: String,
}

/// What was measured, and what is said of how.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The share.
    pub figure: Figure,
    /// Where it is written.
    pub span: Span,
    /// Over how many seconds.
    pub window: Option<u64>,
    /// Whether it is said what measured it.
    pub source: bool,
    /// On which day.
    pub on: Option<Date>,
}

impl Measured {
    fn of<T>(given: &Given<T>, say: impl Fn(&T) -> String) -> Option<Self> {
        let figure = Figure::parse(&say(given.value()?))?;
        let (window, source, on) = match &given.known {
            Known::Measured { by, .. } => {
                let window = by.window.as_ref().map(|w| w.seconds());
                (window, by.source.is_some(), by.on)
            }
            _ => (None, false, None),
        };
        Some(Self {
            figure,
            span: given.span,
            window,
            source,
            on,
        })
    }
}

impl Objective {
    /// The side on which it is kept: shares of time at least, durations and failures at most.
    pub fn bound(&self) -> Bound {
        let few = [
            "failure", "error", "latency", "usage", "utiliz", "utilis", "fill",
        ]
        .iter()
        .any(|w| self.about.contains(w));
        match (self.target.bound, self.target.dim) {
            (Bound::Exact, Dim::Share) if self.target.low == self.target.high && !few => {
                Bound::AtLeast
            }
            (Bound::Exact, Dim::Time | Dim::Share) if self.target.low == self.target.high => {
                Bound::AtMost
            }
            (bound, _) => bound,
        }
    }

    /// It is a share of time.
    pub fn is_uptime(&self) -> bool {
        self.target.dim == Dim::Share
            && ["uptime", "availab", "objective"]
                .iter()
                .any(|w| self.about.contains(w))
    }
}

fn show<T: Display>(value: &T) -> String {
    value.to_string()
}

/// Objectives of services and tiers, and metrics with a target.
pub fn objectives(lab: &Lab) -> Vec<Objective> {
    let mut out = Vec::new();
    for slo in &lab.slos {
        let target = slo
            .target
            .as_ref()
            .and_then(|g| Some((Figure::parse(&g.value()?.to_string())?, g.span)));
        let Some((target, target_span)) = target else {
            continue;
        };
        let object = slo
            .service
            .known()
            .map(|r| r.0.object.clone())
            .or_else(|| slo.tier.known().map(|r| r.0.object.clone()));
        let name = crate::claims::subject(object.as_ref());
        let about = "objective".to_owned();
        let measured = slo.measured.as_ref().and_then(|g| Measured::of(g, show));
        let window = slo.window.known().map(|w| w.seconds());
        out.push(Objective {
            name,
            object,
            target,
            target_span,
            window,
            measured,
            about,
        });
    }
    for (key, metric) in &lab.metrics {
        let target = metric
            .target
            .as_ref()
            .and_then(|g| Some((Figure::parse(&text(g.value()?))?, g.span)));
        let Some((target, target_span)) = target else {
            continue;
        };
        let said = metric.text.known().map_or("", |t| t.0.as_str());
        let about = words(&format!("{key} {said}"));
        let measured = metric.measured.as_ref().and_then(|g| Measured::of(g, text));
        let object = Some(ObjectRef::new(Kind::Metric, key));
        out.push(Objective {
            name: format!("metric '{key}'"),
            object,
            target,
            target_span,
            window: None,
            measured,
            about,
        });
    }
    out
}

/// The strictest share of time that is asked for: of a service, of its tier, or of anything where the lab is meant.
pub fn uptime_target(lab: &Lab, said: &Said<'_>) -> Option<(Figure, Span, String)> {
    let mut found: Vec<(Figure, Span, String)> = Vec::new();
    let tier = match said.about.as_ref() {
        Some(o) if o.kind == Kind::Service => lab
            .services
            .get(&o.name)
            .and_then(|s| s.tier.known())
            .map(|t| t.0.object.clone()),
        Some(o) if o.kind == Kind::Tier => Some(o.clone()),
        _ => None,
    };
    let fits = |o: Option<&ObjectRef>| {
        said.about.is_none() || (o.is_some() && (o == said.about.as_ref() || o == tier.as_ref()))
    };
    for objective in objectives(lab).into_iter().filter(Objective::is_uptime) {
        let metric = objective
            .object
            .as_ref()
            .is_some_and(|o| o.kind == Kind::Metric);
        if fits(objective.object.as_ref().filter(|_| !metric)) {
            found.push((objective.target, objective.target_span, objective.name));
        }
    }
    for (name, bundle) in &lab.tiers {
        let Some(given) = &bundle.about.slo else {
            continue;
        };
        let object = ObjectRef::new(Kind::Tier, name);
        let figure = given.value().and_then(|v| Figure::parse(&v.to_string()));
        if let Some(figure) = figure.filter(|_| fits(Some(&object))) {
            found.push((figure, given.span, format!("tier '{name}'")));
        }
    }
    for (name, requirement) in &lab.requirements {
        let Some(given) = requirement.text.as_ref().filter(|_| said.about.is_none()) else {
            continue;
        };
        let Some(text) = given.value().map(|t| t.0.to_lowercase()) else {
            continue;
        };
        if text.contains("uptime") || text.contains("availab") {
            let share = text
                .split_whitespace()
                .find_map(|w| Figure::parse(w).filter(|f| f.dim == Dim::Share));
            found.extend(share.map(|f| (f, given.span, format!("requirement '{name}'"))));
        }
    }
    // Of the whole lab only what even the least of them asks for can be expected.
    found.into_iter().min_by_key(|(f, ..)| f.value())
}
