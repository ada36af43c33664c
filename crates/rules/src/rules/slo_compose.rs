//! A service that promises more than what it is made of.

use crate::context::service;
use crate::error_budget::{Promise, Promises, percent};
use crate::structure::{Cuts, Structure};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::availability::{above_known, absent, astray, best, known, open, ppm, share};
use graph::planned::{self, Outage, Outages};
use model::declare::{Given, Target};
use model::id::Kind;
use model::lab::Lab;
use model::lab::watch::Planned;
use model::units::percent::Share;
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

mod promised;

pub(crate) const RULE: Rule = Rule {
    id: "slo-compose",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The availability of what a service needs does not allow what it promises.",
    rationale: "What is needed together multiplies: three parts of 99.9 % are 99.7 %. Alternatives multiply their unavailability. A service cannot be better than the product of all that it cannot do without; if that \
        is below its objective, the objective is missed by construction, not by bad luck. Planned downtime counts, as users see it: four hours each week leave 97.6 %, unless the objective says 'planned: excluded'. \
        And nothing can promise more than what it cannot do without promises itself.",
    example: "sites: {home: {uplinks: {dsl: {availability: 98%}}}}   # and a service for the internet with an objective of 99.5%",
    controls: &["ISO 27001:2022 A.8.14", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("an alternative or a lower promise is a decision"),
    run,
};

/// Target, parts, windows and what they allow, in parts per million.
type Key<'a> = (u64, Vec<NodeIndex>, Vec<&'a str>, u64);

/// What is looked at for all services.
struct Seen<'a> {
    lab: &'a Lab,
    structure: &'a Structure,
    cuts: &'a Cuts,
    above: Vec<bool>,
    outages: Outages<'a>,
}

/// What one service rests on.
struct Rest<'a> {
    node: NodeIndex,
    known: Vec<(NodeIndex, &'a Given<Share>)>,
    /// By its parts alone.
    parts: Option<f64>,
    /// Those whose downtime is declared.
    sure: Vec<&'a Outage<'a>>,
    /// Those of which nobody says what they take.
    open: Vec<&'a Outage<'a>>,
}

impl Rest<'_> {
    /// The share of time that it works at most, as far as that is declared.
    fn best(&self) -> Option<f64> {
        match self.sure.iter().all(|o| o.left().is_none()) {
            true => self.parts,
            false => Some(self.parts.unwrap_or(1.0) * planned::left(&self.sure)),
        }
    }

    /// The same if all that may be away is.
    fn least(&self) -> f64 {
        let all: Vec<&Outage<'_>> = self.sure.iter().chain(&self.open).copied().collect();
        self.parts.unwrap_or(1.0) * planned::left(&all)
    }
}

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
    let seen = Seen {
        lab,
        structure,
        cuts,
        above: above_known(lab, structure),
        outages: Outages::of(lab, structure),
    };
    promised::run((structure, cuts), &promised, out);
    // Services that promise the same and are made of the same are told together.
    let mut groups: BTreeMap<Key<'_>, Vec<(&str, Promise, Rest<'_>)>> = BTreeMap::new();
    // The same of those of which what they need is not known.
    let mut open_parts: BTreeMap<Vec<String>, (Vec<&str>, diag::Span)> = BTreeMap::new();
    for (name, promise) in promised {
        let Some(node) = structure.find(&Target::whole(Kind::Service, name)) else {
            continue;
        };
        let rest = seen.rest(node, &promise);
        let doubts = seen.doubts(&rest, &promise);
        let best = rest.best();
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
            let mut parts: Vec<NodeIndex> = rest.known.iter().map(|(n, _)| *n).collect();
            parts.sort_unstable();
            let windows = rest.sure.iter().map(|o| o.name).collect();
            let group = groups.entry((promise.target.ppm(), parts, windows, ppm(best)));
            group.or_default().push((name, promise, rest));
        }
    }
    tell_open(&open_parts, out);
    for ((.., best), group) in &groups {
        tell(&seen, group, *best, out);
    }
}

/// Services that promise the same and rest on the same.
fn tell(seen: &Seen<'_>, group: &[(&str, Promise, Rest<'_>)], best: u64, out: &mut Findings) {
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

impl<'a> Seen<'a> {
    fn rest(&'a self, node: NodeIndex, promise: &Promise) -> Rest<'a> {
        let known = match self.above.get(node.index()) {
            Some(true) => known(self.lab, self.structure, node),
            _ => Vec::new(),
        };
        let parts = best(self.structure, self.cuts, node, &known);
        let outages = match promise.planned {
            Some(Planned::Counted) | None => self.outages.among(self.cuts.of(node)),
            Some(Planned::Excluded) => Vec::new(),
        };
        let asked = promise.planned.is_some();
        let counts = |o: &&Outage<'_>| asked && o.declared && o.left().is_some();
        let (sure, open) = outages.into_iter().partition(counts);
        Rest {
            node,
            known,
            parts,
            sure,
            open,
        }
    }

    /// What the promise rests on and is not known.
    fn doubts(&self, rest: &Rest<'_>, promise: &Promise) -> Vec<String> {
        let (lab, structure, cuts) = (self.lab, self.structure, self.cuts);
        let open = open(lab, structure, cuts, rest.node).into_iter();
        let open = open.map(|t| format!("the availability of {t}"));
        let astray = match rest.parts.is_some() {
            true => astray(lab, structure, cuts, rest.node),
            false => Vec::new(),
        };
        let whether = |g: &str| format!("whether guest '{g}' goes on elsewhere");
        let absent = absent(lab, structure, cuts, rest.node).into_iter();
        let absent = absent.map(|what| format!("when what it needs comes: {what}"));
        let open = absent.chain(open);
        let mut doubts: Vec<String> = open.chain(astray.into_iter().map(whether)).collect();
        let matters = ppm(rest.least()) < promise.target.ppm();
        let asked = rest.open.iter().filter(|o| matters || o.left().is_none());
        doubts.extend(asked.map(|o| open_window(o)));
        if promise.planned.is_none() && matters {
            doubts.push("whether planned downtime counts ('planned')".to_owned());
        }
        doubts
    }
}

/// What nobody says of a window.
fn open_window(outage: &Outage<'_>) -> String {
    match outage.left() {
        Some(_) => format!(
            "the downtime in window '{}', which may be {}",
            outage.name,
            outage.arithmetic()
        ),
        None => format!(
            "how often window '{}' comes, with a downtime of {}",
            outage.name,
            outage.arithmetic()
        ),
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
            let d = match doubts.iter().any(|t| t.starts_with("the downtime in window")) {
                true => d.help("write 'downtime: …' into the window, how long each thing is away, or 'none'; or 'planned: excluded' with the objective"),
                false => d,
            };
            out.add(service(first), d);
        }
    }
}

fn explain(
    seen: &Seen<'_>,
    rest: &Rest<'_>,
    promise: &Promise,
    best: u64,
    mut d: Diagnostic,
) -> Diagnostic {
    let (structure, cuts, known) = (seen.structure, seen.cuts, &rest.known);
    let cut = cuts.of(rest.node);
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

/// What windows take off what the parts allow.
fn explain_windows(rest: &Rest<'_>, promise: &Promise, best: u64, mut d: Diagnostic) -> Diagnostic {
    for outage in &rest.sure {
        let (name, sum) = (outage.name, outage.arithmetic());
        d = d.note(format!("planned downtime in window '{name}': {sum}"));
        d = d.and_at(outage.span, "away in each window");
    }
    let parts = rest.parts.filter(|_| !rest.sure.is_empty());
    if let Some(parts) = parts {
        d = d.note(format!(
            "parts and windows together: {} × {} = {}",
            percent(ppm(parts)),
            percent(ppm(planned::left(&rest.sure))),
            percent(best)
        ));
    }
    match rest.sure.is_empty() {
        true => d,
        false => d.note(format!("the error budget: {}", promise.arithmetic())),
    }
}
