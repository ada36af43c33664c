//! Backups that the uplink cannot carry.

use crate::amounts::decimal;
use crate::bodies::Body;
use crate::copies::Copy;
use crate::transfer::{self, Link};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::crowd::{Crowd, crowds};
use model::declare::Given;
use model::id::{Kind, ObjectRef};
use model::units::Seconds;
use model::units::size::Rate;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "bak-feasible",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "What changes between two copies takes longer over the uplink than the time between them.",
    rationale: "A copy off site goes through the uplink, whose rate out is a fraction of the rate in. What does not fit falls behind \
        for ever, and nobody notices while every single run still ends well. The first copy carries everything: weeks, if it is \
        not carried there by hand.",
    example: "sites: {home: {uplinks: {dsl: {up: 10Mbit/s}}}}   # with data that changes by 200GB/day, backed up daily off site",
    controls: &[
        "CIS v8 11.4",
        "ISO 27001:2022 A.8.6",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("less data, a slower pace or a faster line is a decision"),
    run,
};

const ASSUMED: &str = "assumed: some of the sizes, changes or rates";

/// What one copy carries out of a site.
#[derive(Default)]
struct Load<'a> {
    bodies: Vec<&'a str>,
    changed: u128,
    whole: u128,
    assumed: bool,
    open: Vec<String>,
    /// Bodies whose size is not known: what is added up is the least.
    unsized_: Vec<&'a str>,
    told: bool,
}

/// By what takes the copy, and the site it leaves.
type Loads<'c, 'a> = BTreeMap<((Kind, &'a str), &'a str), (&'c Copy<'a>, Load<'c>)>;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let copies = ctx.copies();
    let bodies = ctx.bodies();
    let mut loads: Loads<'_, '_> = BTreeMap::new();
    for body in bodies {
        for copy in copies.copies(body) {
            if let Some(site) = transfer::leaves(lab, body, copy) {
                let entry = loads.entry((copy.taker, site));
                let (_, load) = entry.or_insert_with(|| (copy, Load::default()));
                load.add(body, copy);
            }
        }
    }
    let mut late: BTreeSet<&str> = BTreeSet::new();
    for ((taker, site), (copy, load)) in &loads {
        let object = ObjectRef::new(taker.0, taker.1);
        let Some(link) = transfer::away(lab, site, copy) else {
            if load.told && load.changed + load.whole > 0 {
                let message = format!(
                    "whether {} fits through an uplink of site '{site}'",
                    copy.by
                );
                let d = RULE
                    .unknown(message)
                    .at(copy.span, "")
                    .help("declare 'uplinks: {…: {up: …}}' of the site");
                out.add(object, d);
            }
            continue;
        };
        for d in judge(copy, load, &link) {
            if d.severity == Severity::Error {
                late.insert(&copy.by);
            }
            out.add(object.clone(), d);
        }
    }
    for crowd in crowds(lab, copies, bodies) {
        let told = crowd.takers.iter().any(|by| late.contains(by.as_str()));
        if crowd.takers.len() > 1 && !told {
            out.add(ObjectRef::new(Kind::Site, crowd.site), together(&crowd));
        }
    }
}

impl<'a> Load<'a> {
    fn add(&mut self, body: &'a Body<'a>, copy: &Copy<'_>) {
        self.bodies.push(&body.what);
        let changes = body.changes.and_then(Given::value);
        let size = body.size.and_then(Given::value);
        self.told |= body.changes.is_some() || body.size.is_some();
        self.assumed |=
            transfer::any_assumed(&[body.size]) || transfer::any_assumed(&[body.changes]);
        match (changes, copy.every.as_ref()) {
            (Some(_), Some(every)) => {
                self.changed += transfer::changed(body, every.value).unwrap_or(0);
            }
            (None, _) => self.open.push(format!("'changes' of {}", body.what)),
            (_, None) => self.open.push(format!("how often {} runs", copy.by)),
        }
        match size {
            Some(size) => self.whole += u128::from(size.bytes()),
            None => self.unsized_.push(&body.what),
        }
    }
}

fn judge(copy: &Copy<'_>, load: &Load<'_>, link: &Link<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let Some(rate) = link.rate.value() else {
        return out;
    };
    let every = copy.every.as_ref().map(|e| (e.value, e.span));
    let note = |d: Diagnostic| match load.assumed || link.rate.is_assumed() {
        true => d.note(ASSUMED),
        false => d,
    };
    let by = &copy.by;
    if let (Some((every, span)), Some(time)) = (every, transfer::seconds(load.changed, rate))
        && time > every
    {
        if let Some(open) = &link.faster {
            out.push(doubt(copy, open));
            return out;
        }
        let d = behind((copy, load, link), rate, (every, span), time);
        out.push(note(d));
        return out;
    }
    if let Some(open) = link
        .slower
        .as_ref()
        .filter(|_| load.changed + load.whole > 0)
    {
        out.push(doubt(copy, open));
        return out;
    }
    if let Some((every, _)) = every
        && link.faster.is_none()
        && let Some(time) = transfer::seconds(load.whole, rate).filter(|t| *t > every)
    {
        let bytes = decimal(load.whole);
        let least = if load.unsized_.is_empty() {
            ""
        } else {
            "at least "
        };
        let mut d = RULE
            .with(
                Severity::Warning,
                format!(
                    "the first run of {by} takes {least}{time}, and the next begins after {every}"
                ),
            )
            .at(copy.span, format!("{least}{bytes} at first"))
            .and_at(link.rate.span, link.words(rate))
            .note(format!("{least}{bytes} × 8 / {rate} = {time} > {every}"));
        if !load.unsized_.is_empty() {
            d = d.note(not_in_it(load));
        }
        out.push(note(d.help("make the first copy at home onto a disk and carry it there, or begin with the most important data")));
    } else if load.told && !load.unsized_.is_empty() {
        let d = RULE
            .unknown(format!("how long the first run of {by} takes"))
            .at(copy.span, "")
            .note(not_in_it(load));
        out.push(d);
    }
    if !load.open.is_empty() && load.told {
        let d = RULE
            .unknown(format!("whether {by} keeps up with what changes"))
            .at(copy.span, "")
            .note(format!("not declared: {}", load.open.join(", ")));
        out.push(d);
    }
    out
}

/// A run takes longer than the time between two.
fn behind(
    (copy, load, link): (&Copy<'_>, &Load<'_>, &Link<'_>),
    rate: &Rate,
    (every, span): (Seconds, Span),
    time: Seconds,
) -> Diagnostic {
    let by = &copy.by;
    let bytes = decimal(load.changed);
    let fits = u128::try_from(every.0).unwrap_or(0) * u128::from(rate.bits_per_second()) / 8;
    RULE.finding(format!(
        "{by} falls behind for ever: each run takes {time}, and one begins every {every}"
    ))
    .at(span, format!("every {every}"))
    .and_at(link.rate.span, link.words(rate))
    .note(format!(
        "{bytes} change in {every}; {bytes} × 8 / {rate} = {time} > {every}; {} fit",
        decimal(fits)
    ))
    .help("copy less (leave out what can be had again), copy more rarely, or get a faster uplink")
}

/// A rate that decides it is not known.
fn doubt(copy: &Copy<'_>, open: &str) -> Diagnostic {
    RULE.unknown(format!("whether {} keeps up with what changes", copy.by))
        .at(copy.span, "")
        .note(format!("not known: {open}"))
}

/// What a sum that stands for the least leaves out.
fn not_in_it(load: &Load<'_>) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<&str> = load.unsized_.iter().take(SHOWN).copied().collect();
    let more = match load.unsized_.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "not in it, as their size is not known: {}{more}",
        shown.join(", ")
    )
}

/// Each fits, and all together do not.
fn together(crowd: &Crowd<'_>) -> Diagnostic {
    let (site, day) = (crowd.site, crowd.per_day);
    let (change, most) = (decimal(day), decimal(crowd.fits));
    let what = crowd.what();
    let d = match &crowd.faster {
        Some(open) => RULE
            .unknown(format!("whether {what} fit through its uplink together"))
            .note(format!("not known: {open}")),
        None => RULE.finding(format!("{what} do not fit through its uplink together")),
    };
    let rate = crowd
        .rate
        .value()
        .map(ToString::to_string)
        .unwrap_or_default();
    let way = if crowd.into { "into" } else { "out of" };
    let d = match crowd.assumed {
        true => d.note(ASSUMED),
        false => d,
    };
    let takers: Vec<&str> = crowd.takers.iter().map(String::as_str).collect();
    d.at(
        crowd.rate.span,
        format!("{rate} {way} site '{site}' = {most} a day"),
    )
    .note(format!(
        "{}: {change} a day > {most} a day",
        takers.join(" + ")
    ))
    .help("copy less, or get a faster uplink")
}
