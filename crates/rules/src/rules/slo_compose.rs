//! A service that promises more than what it is made of.

use crate::context::service;
use crate::error_budget::{Promise, Promises, exact, percent};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::attainable::{Attainable, Away, Doubt, Rest};
use graph::availability::{ppm, share};
use model::declare::Target;
use model::id::Kind;
use model::lab::Lab;
use model::lab::watch::Planned;
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

mod absent;
mod promised;
mod too_long;

pub(crate) const RULE: Rule = Rule {
    id: "slo-compose",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The availability of what a service needs does not allow what it promises.",
    rationale: "What is needed together multiplies: three parts of 99.9 % are 99.7 %. Alternatives multiply their unavailability. A service cannot be better than the product of all that it cannot do without; if that \
        is below its objective, the objective is missed by construction, not by bad luck. Planned downtime counts, as users see it: four hours each week leave 97.6 %, unless the objective says 'planned: excluded'; what \
        may be away at the same time counts once. What cannot do without something planned or gone keeps no objective. A downtime for which its window has no time is told, too. \
        And nothing can promise more than what it cannot do without promises itself.",
    example: "sites: {home: {uplinks: {dsl: {availability: 98%}}}}   # and a service for the internet with an objective of 99.5%",
    controls: &["ISO 27001:2022 A.8.14", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("an alternative or a lower promise is a decision"),
    run,
};

/// Target, parts, windows and what they allow, in parts per million.
type Key<'a> = (u64, Vec<NodeIndex>, Vec<&'a str>, u64);

/// Those of which what they need is not known, by what that is.
type Open<'a> = BTreeMap<Vec<String>, (Vec<&'a str>, diag::Span, bool)>;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let running = lab.services.iter().filter(|(_, s)| s.is_running());
    let promises = Promises::of(lab);
    let promised = running.flat_map(|(n, s)| {
        let all = promises.of_service(n, s).into_iter();
        all.map(|p| (n.as_str(), p))
    });
    let promised: Vec<_> = promised.collect();
    if promised.is_empty() && lab.windows.is_empty() {
        return;
    }
    let structure = ctx.structure();
    let Some(cuts) = ctx.cuts() else {
        too_many(lab, &promised, out);
        return;
    };
    let seen = Attainable::of(lab, structure, cuts);
    too_long::run(&seen.outages, out);
    promised::run(&seen, &promised, out);
    // Services that promise the same and are made of the same are told together.
    let mut groups: BTreeMap<Key<'_>, Vec<(&str, Promise, Rest<'_>)>> = BTreeMap::new();
    let mut open_parts = Open::new();
    let mut lacking = absent::Lacking::new();
    for (name, promise) in promised {
        let Some(node) = structure.find(&Target::whole(Kind::Service, name)) else {
            continue;
        };
        let absent = seen.absent(node);
        if !absent.is_empty() {
            let of = lacking.entry((absent, promise.target.ppm()));
            of.or_default().push((name, promise));
            continue;
        }
        let rest = seen.rest(node, &promise);
        let doubts = seen.doubts(&rest, &promise);
        let best = rest.best();
        if best.is_none_or(|best| ppm(best) >= promise.target.ppm()) && !doubts.is_empty() {
            let window = |d: &Doubt<'_>| matches!(d, Doubt::Window(_));
            let of_windows = doubts.iter().any(window);
            let (who, ..) = open_parts
                .entry(doubts.iter().map(Doubt::what).collect())
                .or_insert_with(|| (Vec::new(), promise.span, of_windows));
            if who.last() != Some(&name) {
                who.push(name);
            }
            continue;
        }
        let Some(best) = best else { continue };
        // Rounded to what is shown, so that 99.5% made of 99.5% is fine.
        if ppm(best) < promise.target.ppm() {
            let mut parts: Vec<NodeIndex> = rest.known.iter().map(|(n, _)| *n).collect();
            parts.sort_unstable();
            let windows = rest.sure.iter().map(|o| o.window.name).collect();
            let group = groups.entry((promise.target.ppm(), parts, windows, ppm(best)));
            group.or_default().push((name, promise, rest));
        }
    }
    tell_open(&open_parts, out);
    absent::run(&lacking, out);
    for ((.., best), group) in &groups {
        tell((ctx, &seen), group, *best, out);
    }
}

/// Services that promise the same and rest on the same.
fn tell(
    seen: (&Context<'_>, &Attainable<'_>),
    group: &[(&str, Promise, Rest<'_>)],
    best: u64,
    out: &mut Findings,
) {
    let Some((first, promise, rest)) = group.first() else {
        return;
    };
    let who: Vec<&str> = group.iter().map(|(n, ..)| *n).collect();
    let (word, verb, they) = match who.len() {
        1 => ("service", "promises", "it needs"),
        _ => ("services", "promise", "they need"),
    };
    let d = RULE
        .finding(format!(
            "{word} {} {verb} {}, but what {they} works at most {} of the time",
            names(&who),
            promise.target,
            percent(best)
        ))
        .at(promise.span, "the objective");
    out.add(service(first), explain(seen, rest, promise, best, d));
}

fn too_many(lab: &Lab, promised: &[(&str, Promise)], out: &mut Findings) {
    let what =
        "whether services promise more than what they need: the lab has too many needs of needs";
    let first = promised
        .first()
        .and_then(|(n, _)| lab.services.get_key_value(*n));
    if let Some((name, first)) = first {
        out.add(
            crate::context::service(name),
            RULE.unknown(what).at(first.span, ""),
        );
    }
}

/// Services of which nobody knows whether they keep what they promise, by what of them is not known.
fn tell_open(all: &Open<'_>, out: &mut Findings) {
    for (doubts, (who, span, of_windows)) in all {
        if let Some(first) = who.first() {
            let (word, keep) = match who.len() {
                1 => ("service", "keeps"),
                _ => ("services", "keep"),
            };
            let d = RULE.unknown(format!(
                "whether {word} {} {keep} what is promised",
                names(who)
            ));
            let d = d.at(*span, "the objective");
            let d = d.note(format!("not known: {}", crate::partial::listed(doubts)));
            let d = match of_windows {
                true => d.help("write 'downtime: …' into the window, how long each thing is away, or 'none'; or 'planned: excluded' with the objective"),
                false => d,
            };
            out.add(service(first), d);
        }
    }
}

fn explain(
    (ctx, seen): (&Context<'_>, &Attainable<'_>),
    rest: &Rest<'_>,
    promise: &Promise,
    best: u64,
    mut d: Diagnostic,
) -> Diagnostic {
    let (structure, known) = (ctx.structure(), &rest.known);
    let cut = ctx.cuts().map_or(&[][..], |cuts| cuts.of(rest.node));
    let name = |n: &NodeIndex| {
        structure.target(*n).map(|t| match &t.part {
            Some(part) => format!("{}/{part}", t.object.name),
            None => t.object.name.clone(),
        })
    };
    let list = |series: bool| -> Vec<String> {
        let chosen = known.iter().filter(|(n, _)| cut.contains(n) == series);
        chosen
            .map(|(n, a)| {
                format!(
                    "{} ({})",
                    percent(ppm(share(a))),
                    name(n).unwrap_or_default()
                )
            })
            .collect()
    };
    let (series, others) = (list(true), list(false));
    if !series.is_empty() {
        let product: f64 = known
            .iter()
            .filter(|(n, _)| cut.contains(n))
            .map(|(_, a)| share(a))
            .product();
        d = d.note(format!(
            "needed in any case: {} = {}",
            series.join(" × "),
            percent(ppm(product))
        ));
    }
    if !others.is_empty() {
        d = d.note(format!(
            "with alternatives: {}; together with the above {}",
            others.join(", "),
            percent(rest.parts.map_or(best, ppm))
        ));
    }
    d = explain_windows(rest, promise, best, d);
    let assumed: Vec<String> = known
        .iter()
        .filter(|(_, a)| a.is_assumed())
        .filter_map(|(n, _)| name(n))
        .collect();
    if !assumed.is_empty() {
        d = d.note(format!("assumed: {}", assumed.join(", ")));
    }
    for (_, a) in known.iter().filter(|(n, _)| cut.contains(n)).take(3) {
        d = d.and_at(a.span, "no better than this");
    }
    if !seen.outages.is_empty() && promise.planned == Some(Planned::Excluded) {
        d = d.note("downtime in windows is not counted: 'planned: excluded'");
    }
    let d = d.note("everything else is taken to work always, so that the true share is lower");
    d.help(match rest.sure.is_empty() {
        true => "add an alternative to the weakest of these, or promise less",
        false => "shorten the downtime, take turns with an alternative, promise less, or say 'planned: excluded' with the objective if the downtime was agreed on",
    })
}

/// So many windows are told of.
const SHOWN: usize = 10;

/// What windows take off what the parts allow.
fn explain_windows(rest: &Rest<'_>, promise: &Promise, best: u64, mut d: Diagnostic) -> Diagnostic {
    let Some(windows) = &rest.windows else {
        return d;
    };
    for outage in rest.sure.iter().take(SHOWN) {
        let (name, turns, sum) = (outage.window.name, outage.turns(), outage.arithmetic());
        d = d.note(format!("planned downtime in window '{name}'{turns}: {sum}"));
        d = d.and_at(outage.window.span, "away in each window");
    }
    if let Some(more) = rest.sure.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        d = d.note(format!("planned downtime in {more} more windows"));
    }
    let left = percent(ppm(windows.left()));
    match windows {
        Away::One(_) => {}
        Away::Longest(_) => {
            d = d.note(format!(
                "windows together: they come too often to be laid over each other, so that the one counts that takes most: {left}"
            ));
        }
        Away::Sum(sum) => {
            let (away, cycle) = (exact(sum.away), exact(sum.cycle));
            let shared = match sum.shared {
                true => ", what may be at the same time counted once",
                false => "",
            };
            // Where dates and days of the week meet again.
            let years = if sum.cycle > 7 * 86_400 {
                " (28 years)"
            } else {
                ""
            };
            d = d.note(format!(
                "windows together{shared}: {away} every {cycle}{years}: 1 - {away} / {cycle} = {left}"
            ));
        }
    }
    if let Some(parts) = rest.parts {
        d = d.note(format!(
            "parts and windows together: {} × {left} = {}",
            percent(ppm(parts)),
            percent(best)
        ));
    }
    d.note(format!("the error budget: {}", promise.arithmetic()))
}
