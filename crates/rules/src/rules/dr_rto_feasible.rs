//! Restores that take longer than the objective.

use crate::amounts::decimal;
use crate::bodies::Body;
use crate::faults;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::restore::{Way, belongs, ways};
use model::declare::{Given, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::{FaultScope, Tier};
use model::units::Seconds;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "dr-rto-feasible",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "What a tier has to restore does not fit through the way it comes by within the objective.",
    rationale: "The least that a recovery takes is noticing, deciding, and moving the bytes: all data of the tier and of what it \
        needs, through the one uplink or cable that leads to the copies. If that alone exceeds the objective, no procedure helps.",
    example: "tiers: {critical: {rto: {site: 4h}}}   # with 600GB of data whose only copy off site is behind 'down: 100Mbit/s'",
    controls: &["NIST CSF 2.0 RC.RP-01", "ISO 27001:2022 A.5.30"],
    mend: Mend::None("a nearer copy or a longer time is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let copies = ctx.copies();
    let bodies = ctx.bodies();
    for (name, tier) in &lab.tiers {
        let Some(wanted) = ctx.wanted(name) else {
            continue;
        };
        let back = |b: &&Body<'_>| belongs(b, name, wanted) && !b.is_scratch();
        let all: Vec<&Body<'_>> = bodies.iter().filter(back).collect();
        let sized = all
            .iter()
            .filter(|b| b.size.and_then(Given::value).is_some())
            .count();
        // Where nobody says a word about sizes, `bak-321` and others speak; that one is not known is a word.
        if sized == 0 && all.iter().all(|b| b.size.is_none()) {
            continue;
        }
        let (mut late, mut open) = (Vec::new(), BTreeSet::new());
        for (scope, rto) in &tier.rto {
            let ways = ways(lab, copies, &all, *scope);
            let response = tier.response.known().map_or(0, |r| r.0);
            let is_late = |w: &Way| w.seconds() + response > rto.value.0;
            let slowest = ways.sure.into_values().max_by_key(|w| w.seconds());
            if let Some(way) = slowest.filter(is_late) {
                late.push((*scope, rto.value, rto.span, way));
            }
            let unsure = ways.unsure.into_values().filter(|(w, _)| is_late(w));
            open.extend(unsure.map(|(_, why)| why).chain(ways.open));
        }
        let object = ObjectRef::new(Kind::Tier, name);
        if let Some(d) = finding(name, tier, &late) {
            out.add(object, d);
        } else if let Some(first) = open.first() {
            let more = match open.len() {
                1 => String::new(),
                n => format!(", and {} more", n - 1),
            };
            let d = RULE
                .unknown(format!("whether tier '{name}' can be restored in time"))
                .at(tier.span, "")
                .note(format!("not known: {first}{more}"));
            out.add(object, d);
        } else if sized < all.len() && !tier.rto.is_empty() {
            let open: Vec<&str> = all
                .iter()
                .filter(|b| b.size.and_then(Given::value).is_none())
                .map(|b| b.what.as_str())
                .take(5)
                .collect();
            let d = RULE
                .unknown(format!("whether tier '{name}' can be restored in time"))
                .at(tier.span, "")
                .note(format!(
                    "sizes that are not declared: {} of {}, such as {}",
                    all.len() - sized,
                    all.len(),
                    open.join(", ")
                ));
            out.add(object, d);
        }
    }
}

fn finding(
    name: &str,
    tier: &Tier,
    late: &[(FaultScope, Seconds, Span, Way)],
) -> Option<Diagnostic> {
    let (scope, rto, span, way) = late
        .iter()
        .max_by_key(|(_, rto, _, way)| way.seconds() - rto.0)?;
    let response = tier.response.known().copied();
    let total = Seconds(way.seconds() + response.map_or(0, |r| r.0));
    let takes = match response {
        Some(response) => format!(
            "{response} until somebody acts and {} for the restore are {total} at the least",
            Seconds(way.seconds())
        ),
        None => format!("the restore takes {total} at the least"),
    };
    let severity = match way.assumed.is_empty() {
        true => RULE.severity,
        false => Severity::Warning,
    };
    let lost = faults::words(&[*scope]).replace("its ", "the ");
    let from: Vec<&str> = way.from.iter().map(String::as_str).collect();
    let mut d = RULE
        .with(
            severity,
            format!("tier '{name}' cannot be back within {rto} after {lost}: {takes}"),
        )
        .at(*span, format!("the RTO for {}", scope.word()));
    if let Some(link) = way.span {
        d = d.and_at(link, &way.rate);
    }
    if let Some(response) = &tier.response {
        d = d.and_at(response.span, "until somebody acts");
    }
    for (scope, rto, _, way) in late {
        let transfer = Seconds(way.seconds());
        let sum = match response {
            Some(response) => format!(
                "; {response} + {transfer} = {} > {rto}",
                Seconds(response.0 + transfer.0)
            ),
            None => format!(" > {rto}"),
        };
        let (rate, _) = way.rate.split_once(' ').unwrap_or((&way.rate, ""));
        // A rate of disks is in bytes, one of links in bits.
        let bits = if rate.ends_with("bit/s") { " × 8" } else { "" };
        d = d.note(format!(
            "{}: {} through {}: {}{bits} / {rate} = {}{sum}",
            scope.word(),
            way.what(),
            way.rate,
            decimal(way.bytes),
            way.takes()
        ));
    }
    d = d.note(format!(
        "from {}, with nothing else on the way",
        from.join(", ")
    ));
    if !way.assumed.is_empty() {
        let assumed: Vec<&str> = way.assumed.iter().map(String::as_str).collect();
        d = d.note(format!("assumed: {}", assumed.join(", ")));
    }
    Some(d.help("keep a copy nearer, put less into the tier or restore the most important part first, or raise the objective"))
}
