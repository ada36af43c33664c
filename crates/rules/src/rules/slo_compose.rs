//! A service that promises more than what it is made of.

use crate::context::service;
use crate::error_budget::{Promise, Promises, percent};
use crate::structure::{Cuts, Structure};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::availability::{above_known, astray, best, known, open, ppm, share};
use model::declare::{Given, Target};
use model::id::Kind;
use model::lab::Lab;
use model::units::percent::Share;
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "slo-compose",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The availability of what a service needs does not allow what it promises.",
    rationale: "What is needed together multiplies: three parts of 99.9 % are 99.7 %. Alternatives multiply their unavailability. A service cannot be better than the product of all that it cannot do without; if that \
        is below its objective, the objective is missed by construction, not by bad luck.",
    example: "sites: {home: {uplinks: {dsl: {availability: 98%}}}}   # and a service for the internet with an objective of 99.5%",
    controls: &["ISO 27001:2022 A.8.14", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("an alternative or a lower promise is a decision"),
    run,
};

/// Target, parts and what they allow, in parts per million.
type Key = (u64, Vec<NodeIndex>, u64);

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let running = lab.services.iter().filter(|(_, s)| s.is_running());
    let promises = Promises::of(lab);
    let promised = running.filter_map(|(n, s)| Some((n.as_str(), promises.of_service(n, s)?)));
    let promised: Vec<_> = promised.collect();
    if promised.is_empty() {
        return;
    }
    let structure = ctx.structure();
    let Some(cuts) = ctx.cuts() else {
        too_many(lab, &promised, out);
        return;
    };
    let above = above_known(lab, structure);
    // Services that promise the same and are made of the same are told together.
    let mut groups: BTreeMap<Key, Vec<(&str, Promise, NodeIndex)>> = BTreeMap::new();
    // The same of those of which what they need is not known.
    let mut open_parts: BTreeMap<Vec<String>, (Vec<&str>, diag::Span)> = BTreeMap::new();
    for (name, promise) in promised {
        let Some(node) = structure.find(&Target::whole(Kind::Service, name)) else {
            continue;
        };
        let known = match above.get(node.index()) {
            Some(true) => known(lab, structure, node),
            _ => Vec::new(),
        };
        let best = best(structure, cuts, node, &known);
        let doubts = doubts((lab, structure, cuts), node, best.is_some());
        if best.is_none_or(|best| ppm(best) >= promise.target.ppm()) && !doubts.is_empty() {
            let (who, _) = open_parts
                .entry(doubts)
                .or_insert_with(|| (Vec::new(), promise.span));
            who.push(name);
            continue;
        }
        let Some(best) = best else { continue };
        // Rounded to what is shown, so that 99.5% made of 99.5% is fine.
        if ppm(best) < promise.target.ppm() {
            let mut parts: Vec<NodeIndex> = known.iter().map(|(n, _)| *n).collect();
            parts.sort_unstable();
            let group = groups.entry((promise.target.ppm(), parts, ppm(best)));
            group.or_default().push((name, promise, node));
        }
    }
    tell_open(&open_parts, out);
    for ((.., best), group) in &groups {
        let Some((first, promise, node)) = group.first() else {
            continue;
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
                percent(*best)
            ))
            .at(promise.span, "the objective");
        let known = known(lab, structure, *node);
        out.add(
            service(first),
            explain(structure, cuts, *node, &known, *best, d),
        );
    }
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

/// What the promise rests on and is not known.
fn doubts(
    (lab, structure, cuts): (&Lab, &Structure, &Cuts),
    node: NodeIndex,
    counted: bool,
) -> Vec<String> {
    let open = open(lab, structure, cuts, node).into_iter();
    let open = open.map(|t| format!("the availability of {t}"));
    let astray = match counted {
        true => astray(lab, structure, cuts, node),
        false => Vec::new(),
    };
    let whether = |g: &str| format!("whether guest '{g}' goes on elsewhere");
    open.chain(astray.into_iter().map(whether)).collect()
}

/// Services of which nobody knows whether they keep what they promise, by what of them is not known.
fn tell_open(all: &BTreeMap<Vec<String>, (Vec<&str>, diag::Span)>, out: &mut Findings) {
    for (doubts, (who, span)) in all {
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
            out.add(service(first), d);
        }
    }
}

fn explain(
    structure: &Structure,
    cuts: &Cuts,
    node: NodeIndex,
    known: &[(NodeIndex, &Given<Share>)],
    best: u64,
    mut d: Diagnostic,
) -> Diagnostic {
    let cut = cuts.of(node);
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
            percent(best)
        ));
    }
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
    d.note("everything else is taken to work always, so that the true share is lower")
        .help("add an alternative to the weakest of these, or promise less")
}
