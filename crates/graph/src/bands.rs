//! What alerts ring for, and what targets ask for, in so far as both are numbers of the same thing.

use crate::claims::{text, words};
use crate::figure::{Bound, Dim, Figure};
use diag::Span;
use model::declare::{About, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::watch::Alert;
use std::collections::BTreeSet;

/// What a text is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// How full or busy something is.
    usage: bool,
    /// How long something takes.
    latency: bool,
    /// Something else that is counted in shares.
    other: bool,
    /// Of what.
    of: BTreeSet<&'static str>,
}

impl Topic {
    /// What the words of a text are about.
    pub fn read(text: &str) -> Self {
        let text = words(text);
        let has = |any: &[&str]| text.split('-').any(|w| any.contains(&w));
        let mut of = BTreeSet::new();
        for (name, synonyms) in [
            (
                "cpu",
                &["cpu", "cpus", "processor", "core", "cores"] as &[&str],
            ),
            ("memory", &["memory", "ram"]),
            (
                "storage",
                &[
                    "storage",
                    "disk",
                    "disks",
                    "pool",
                    "space",
                    "filesystem",
                    "capacity",
                    "nvme",
                    "ssd",
                ],
            ),
            ("network", &["network", "bandwidth", "ping", "link"]),
            (
                "application",
                &[
                    "application",
                    "api",
                    "app",
                    "request",
                    "requests",
                    "http",
                    "p95",
                ],
            ),
        ] {
            if has(synonyms) {
                of.insert(name);
            }
        }
        Self {
            usage: has(&[
                "usage",
                "use",
                "utilization",
                "utilisation",
                "used",
                "fill",
                "load",
                "full",
                "capacity",
                "busy",
            ]),
            latency: has(&["latency", "delay", "ping", "rtt"]),
            other: has(&[
                "loss",
                "error",
                "errors",
                "failed",
                "failures",
                "certificate",
                "success",
                "uptime",
                "availability",
            ]),
            of,
        }
    }

    /// Both are about the same: one of them may be more general.
    fn meets(&self, other: &Topic) -> bool {
        let same = match (self.latency, other.latency) {
            _ if self.other || other.other => false,
            (true, true) => true,
            (false, false) => self.usage || other.usage,
            _ => false,
        };
        same && (self.of.is_empty() || other.of.is_empty() || !self.of.is_disjoint(&other.of))
    }
}

/// A target: between these it is as it shall be.
#[derive(Debug, Clone)]
pub struct Target {
    /// The metric's name.
    pub name: String,
    /// The metric.
    pub object: ObjectRef,
    /// Least value that is good, in the smallest unit.
    pub low: Option<i128>,
    /// Greatest value that is good, in the smallest unit.
    pub high: Option<i128>,
    /// As it is written.
    pub figure: Figure,
    /// Where it is written.
    pub span: Span,
    topic: Topic,
}

/// The metrics that have a target which an alert could watch.
pub fn targets(lab: &Lab) -> Vec<Target> {
    let watched: BTreeSet<&str> = lab
        .alerts
        .values()
        .filter_map(|a| a.metric.known().map(String::as_str))
        .collect();
    let target = |(name, metric): (&String, &model::lab::watch::Metric)| {
        let given = metric.target.as_ref()?;
        let figure = Figure::parse(&text(given.value()?))?;
        let said = metric.text.known().map_or("", |t| t.0.as_str());
        let topic = Topic::read(&format!("{name} {said}"));
        // What is named by a resource alone is how much of it is in use.
        let bare = ["cpu", "memory", "storage"].contains(&name.as_str());
        let usage = (topic.usage || bare) && figure.dim == Dim::Share;
        let latency = topic.latency && figure.dim == Dim::Time;
        if !(usage || latency || watched.contains(name.as_str())) {
            return None;
        }
        let (low, high) = match figure.bound {
            _ if figure.low < figure.high => (Some(figure.low), Some(figure.high)),
            Bound::AtLeast => (Some(figure.low), None),
            Bound::AtMost | Bound::Exact => (None, Some(figure.high)),
        };
        let object = ObjectRef::new(Kind::Metric, name);
        Some(Target {
            name: name.clone(),
            object,
            low,
            high,
            figure,
            span: given.span,
            topic,
        })
    };
    lab.metrics.iter().filter_map(target).collect()
}

/// One threshold of an alert.
#[derive(Debug, Clone)]
pub struct Threshold<'a> {
    /// The alert's name.
    pub name: &'a str,
    /// The alert.
    pub alert: &'a Alert,
    /// It fires above the value; below it otherwise.
    pub above: bool,
    /// The value.
    pub figure: Figure,
    /// Where it is written.
    pub span: Span,
    /// What is watched.
    pub topic: Topic,
}

impl Threshold<'_> {
    /// It watches what the target is about: what has its name, or what is about the same.
    pub fn watches(&self, target: &Target) -> bool {
        if self.alert.metric.known().map(String::as_str) == Some(&target.name) {
            return self.figure.dim == target.figure.dim;
        }
        let topic = &self.topic;
        let says = topic.usage || topic.latency || !topic.of.is_empty();
        says && self.figure.dim == target.figure.dim && topic.meets(&target.topic)
    }

    /// It watches how full pools are, or this one.
    pub fn watches_pool(&self, pool: &str) -> bool {
        if self.figure.dim != Dim::Share || !self.above {
            return false;
        }
        let about = self.alert.about.iter();
        let named = about.filter_map(|a| match &a.value {
            About::Ref(r) => Some(&r.0.object),
            About::Text(_) => None,
        });
        let mut named = named.peekable();
        match named.peek() {
            None => self.topic.of.contains("storage"),
            Some(_) => named.any(|o| o.kind == Kind::Pool && o.name == pool),
        }
    }
}

/// Every threshold that is a number.
pub fn thresholds(lab: &Lab) -> Vec<Threshold<'_>> {
    let mut out = Vec::new();
    for (name, alert) in &lab.alerts {
        let mut said = format!("{name} {}", alert.metric.known().map_or("", String::as_str));
        for about in &alert.about {
            match &about.value {
                About::Text(text) => said.extend([" ", text.as_str()]),
                About::Ref(r) => said.extend([" ", r.0.object.kind.word()]),
            }
        }
        let topic = Topic::read(&said);
        for (given, above) in [(&alert.above, true), (&alert.below, false)] {
            let Some(given) = given else { continue };
            let Some(figure) = given.value().and_then(|v| Figure::parse(&v.to_string())) else {
                continue;
            };
            out.push(Threshold {
                name,
                alert,
                above,
                figure,
                span: given.span,
                topic: topic.clone(),
            });
        }
    }
    out
}
