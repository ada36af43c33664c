//! A target as it was observed, beside its declaration: what the rules here look at.

use crate::{Context, Findings, Rule};
use diag::{Diagnostic, Span};
use graph::observation::{Blind, plain};
use jiff::Timestamp;
use model::digest::Digest;
use model::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::lab::{Host, Lab, Reach};
use model::value::Value;
use plan::interface::Interface;
use std::collections::{BTreeMap, BTreeSet};

/// So many names are told of a long list.
const MOST: usize = 8;
/// So far clocks may be apart (s).
const SKEW: i64 = 3_600;

/// One target whose observation may be judged.
pub(crate) struct Look<'c, 'a> {
    ctx: &'c Context<'a>,
    /// Its name among hosts or clusters.
    pub(crate) name: &'a str,
    /// What it is to a waiver.
    pub(crate) object: ObjectRef,
    /// Where it is declared.
    pub(crate) span: Span,
    /// What it answered.
    pub(crate) facts: &'a TargetFacts,
}

/// A target that is declared: its name among the facts, what it is, where it is declared.
pub(crate) struct Target<'a> {
    pub(crate) key: String,
    pub(crate) object: ObjectRef,
    pub(crate) span: Span,
    name: &'a str,
    /// It is looked at by its own operating system, not by the interface of a product.
    pub(crate) by_hand: bool,
}

/// What can be observed of a lab: hosts, guests that are logged in to, and products by their interface. A host that nothing leads to and of which an interface tells is only looked at there.
pub(crate) fn targets<'a>(ctx: &Context<'a>) -> Vec<Target<'a>> {
    let lab = declared(ctx);
    let interfaces = plan::interface::all(lab);
    let covered: BTreeSet<&str> = interfaces
        .iter()
        .flat_map(|i| i.members.iter().copied())
        .collect();
    let machines = lab.machines();
    let hosts =
        machines.filter(|(name, host)| host.reach != Reach::Unknown || !covered.contains(name));
    let mut all: Vec<Target<'a>> = hosts
        .map(|(name, host)| Target {
            key: name.to_owned(),
            object: lab.machine_ref(name),
            span: host.span,
            name,
            by_hand: true,
        })
        .collect();
    for interface in &interfaces {
        let found = match interface.object.kind {
            Kind::Cluster => {
                let found = lab.clusters.get_key_value(&interface.object.name);
                found.map(|(name, c)| (name, c.span))
            }
            Kind::Ups => {
                let found = lab.ups.get_key_value(&interface.object.name);
                found.map(|(name, u)| (name, u.span))
            }
            Kind::Guest => {
                let found = lab.guests.get_key_value(&interface.object.name);
                found.map(|(name, g)| (name, g.span))
            }
            Kind::Device => {
                let found = lab.devices.get_key_value(&interface.object.name);
                found.map(|(name, d)| (name, d.span))
            }
            _ => {
                let found = lab.hosts.get_key_value(&interface.object.name);
                found.map(|(name, h)| (name, h.span))
            }
        };
        all.extend(found.map(|(name, span)| Target {
            key: interface.key(),
            object: interface.object.clone(),
            span,
            name,
            by_hand: false,
        }));
    }
    all
}

/// The declaration that what was observed is held against.
fn declared<'a>(ctx: &Context<'a>) -> &'a Lab {
    ctx.facts.map_or(ctx.lab, |observation| observation.lab)
}

/// How much of a lab was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Hosts and clusters whose observation is judged.
    pub good: usize,
    /// All that are declared.
    pub all: usize,
    /// When the newest and the oldest of those answered.
    pub times: Option<(Timestamp, Timestamp)>,
}

/// How much of a lab was looked at; `None` if nobody looked.
pub fn judged(ctx: &Context<'_>) -> Option<Judged> {
    ctx.facts?;
    let all = targets(ctx);
    let times: Vec<Timestamp> = all
        .iter()
        .filter_map(|t| Some(ctx.observed(&t.key).ok()?.at))
        .collect();
    let (newest, oldest) = (times.iter().max(), times.iter().min());
    Some(Judged {
        good: times.len(),
        all: all.len(),
        times: newest.copied().zip(oldest.copied()),
    })
}

/// Why a target is not judged, if it is not.
pub(crate) fn blind(ctx: &Context<'_>, target: &Target<'_>) -> Option<Blind> {
    ctx.observed(&target.key).err()
}

/// The machines whose observation may be judged, with their declaration.
pub(crate) fn hosts<'c, 'a>(ctx: &'c Context<'a>) -> Vec<(Look<'c, 'a>, &'a Host)> {
    let all = looks(ctx, true).into_iter();
    all.filter_map(|look| {
        let host = declared(ctx).machine(look.name)?;
        Some((look, host))
    })
    .collect()
}

/// The products whose interface was asked and may be judged.
pub(crate) fn products<'c, 'a>(ctx: &'c Context<'a>) -> Vec<(Look<'c, 'a>, Interface<'a>)> {
    let all = looks(ctx, false).into_iter();
    let interfaces = plan::interface::all(declared(ctx)).into_iter();
    let mut interfaces: BTreeMap<ObjectRef, Interface<'a>> =
        interfaces.map(|i| (i.object.clone(), i)).collect();
    all.filter_map(|look| {
        let interface = interfaces.remove(&look.object)?;
        Some((look, interface))
    })
    .collect()
}

/// Machines of which a kind was told: by their own operating system, by the interface of an appliance, or by both. Of two looks at the same things
/// the whole one counts, that of the operating system first; where neither is whole, both are judged.
pub(crate) fn machines<'c, 'a>(ctx: &'c Context<'a>, kind: FactKind) -> Vec<Look<'c, 'a>> {
    let mut own: Vec<Look<'c, 'a>> = hosts(ctx).into_iter().map(|(look, _)| look).collect();
    let mut appliances = crate::appliance::all(ctx);
    // An appliance keeps certificates of its own, elsewhere than programs do: these are two lists of different things.
    if kind != FactKind::Certificate {
        let whole = told_whole(&own, kind);
        appliances.retain(|look| !whole.contains(&look.object));
        let whole = told_whole(&appliances, kind);
        own.retain(|look| !whole.contains(&look.object));
    }
    own.append(&mut appliances);
    own
}

/// Those of whom all of a kind is known.
fn told_whole(looks: &[Look<'_, '_>], kind: FactKind) -> BTreeSet<ObjectRef> {
    let whole = looks.iter().filter(|look| look.gap(kind).is_none());
    whole.map(|look| look.object.clone()).collect()
}

fn looks<'c, 'a>(ctx: &'c Context<'a>, by_hand: bool) -> Vec<Look<'c, 'a>> {
    if ctx.facts.is_none() {
        return Vec::new();
    }
    let all = targets(ctx).into_iter().filter(|t| t.by_hand == by_hand);
    all.filter_map(|target| {
        let facts = ctx.observed(&target.key).ok()?;
        Some(Look {
            ctx,
            name: target.name,
            object: target.object,
            span: target.span,
            facts,
        })
    })
    .collect()
}

impl<'c, 'a> Look<'c, 'a> {
    /// The same once more, for something else that is on it.
    pub(crate) fn again(&self) -> Look<'c, 'a> {
        Look {
            ctx: self.ctx,
            name: self.name,
            object: self.object.clone(),
            span: self.span,
            facts: self.facts,
        }
    }

    /// What it is held against.
    pub(crate) fn lab(&self) -> &'a Lab {
        declared(self.ctx)
    }

    /// `host 'web'`.
    pub(crate) fn title(&self) -> String {
        title(&self.object)
    }

    pub(crate) fn items(&self, kind: FactKind) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.facts.items(kind)
    }

    pub(crate) fn seen(&self, kind: FactKind, key: &str) -> Seen {
        self.facts.seen(&FactPath::new(kind, key))
    }

    /// The seconds from a time to the look. The machine says the time, and may say any.
    pub(crate) fn ago(&self, time: i64) -> i64 {
        self.facts.at.as_second().saturating_sub(time)
    }

    /// It lies after the look, further than clocks are apart: nothing is as new as it says.
    pub(crate) fn is_future(&self, time: i64) -> bool {
        self.ago(time) < -SKEW
    }

    /// Why some of a kind may not have been seen.
    pub(crate) fn gap(&self, kind: FactKind) -> Option<Reason> {
        match self.facts.collections.get(&kind) {
            Some(Completeness::Yes(_)) => self.hidden(kind),
            Some(Completeness::No(reason)) => Some(reason.clone()),
            None => Some(Reason::new("it was not asked for")),
        }
    }

    /// One of a kind that is there and could not be read.
    fn hidden(&self, kind: FactKind) -> Option<Reason> {
        let mut unread = self
            .facts
            .of_kind(kind)
            .filter_map(|(path, fact)| match &fact.seen {
                Seen::Unknown(reason) => Some(Reason::new(format!("{}: {reason}", path.key))),
                Seen::Present(_) | Seen::Absent => None,
            });
        unread.next()
    }

    /// Tells that what was kept says nothing of what a rule judges, or nothing that it could mean.
    pub(crate) fn untold(&self, rule: &Rule, kind: FactKind, what: &str, out: &mut Findings) {
        let why = Reason::new("the observation does not say");
        self.unknown(rule, kind, what, &why, out);
    }

    /// A finding with when, where and by what it was seen; it points at the declaration unless it points elsewhere.
    pub(crate) fn dated(&self, d: Diagnostic, kind: FactKind, key: &str) -> Diagnostic {
        let path = FactPath::new(kind, key);
        let known = self.facts.facts.contains_key(&path);
        // Of a whole kind, any of its facts tells the source.
        let some = || self.facts.of_kind(kind).next().map(|(path, _)| path);
        let path = if known { Some(&path) } else { some() };
        let d = match d.primary {
            Some(_) => d,
            None => d.at(self.span, ""),
        };
        d.note(self.ctx.when(self.facts, path))
    }

    /// Tells that a rule could not see all that it judges, if that is so.
    pub(crate) fn unseen(&self, rule: &Rule, kind: FactKind, what: &str, out: &mut Findings) {
        if let Some(reason) = self.gap(kind) {
            self.unknown(rule, kind, what, &reason, out);
        }
    }

    /// Tells that a rule could not judge, and why.
    pub(crate) fn unknown(
        &self,
        rule: &Rule,
        kind: FactKind,
        what: &str,
        reason: &Reason,
        out: &mut Findings,
    ) {
        self.unknown_for(rule, kind, what, std::slice::from_ref(&reason.0), out);
    }

    /// The same for several reasons, each in a line of its own.
    pub(crate) fn unknown_for(
        &self,
        rule: &Rule,
        kind: FactKind,
        what: &str,
        reasons: &[String],
        out: &mut Findings,
    ) {
        let mut d = rule.unknown(format!("whether {} {what}", self.title()));
        for reason in reasons.iter().take(MOST) {
            d = d.note(format!("{}: {}", kind.word(), plain(reason)));
        }
        let more = reasons.len().saturating_sub(MOST);
        if more > 0 {
            d = d.note(format!(
                "and {}",
                count(more, "reason more", "reasons more")
            ));
        }
        out.add(self.object.clone(), self.dated(d, kind, "*"));
    }
}

/// `host 'web'`.
pub(crate) fn title(object: &ObjectRef) -> String {
    let kind = match object.kind {
        Kind::Ups => "UPS",
        other => other.word(),
    };
    format!("{kind} '{}'", object.name)
}

/// The first of some names, and how many more there are.
pub(crate) fn listed(names: &[String]) -> String {
    let first: Vec<String> = names.iter().take(MOST).map(|n| plain(n)).collect();
    match names.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// So many characters of a part are shown whole.
const LONGEST: usize = 160;

/// What a target calls something, as a waiver names it: in one line, and never the same for two things. What is too long to be copied is
/// told by its beginning and a number that the whole of it yields.
pub(crate) fn part(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if line == text && text.chars().count() <= LONGEST {
        return line;
    }
    let start: String = line.chars().take(LONGEST).collect();
    let digest = Digest::of(text.as_bytes()).0;
    let digest = digest.trim_start_matches("sha256:");
    format!("{start}…#{}", digest.get(..16).unwrap_or(digest))
}

/// `1 socket`, `2 sockets`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}
