//! Pairs of zones of which nothing is said.

use crate::context::zone;
use crate::reach::zone_of;
use crate::traffic::zones;
use crate::wording::{count, names};
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity};
use model::declare::{Opt, OptExt as _, Or};
use model::id::Kind;
use model::lab::Lab;
use model::lab::network::End;
use model::lab::service::Outside;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-matrix",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "For some ordered pair of zones, nothing says whether traffic may pass.",
    rationale: "A segmentation is a decision for every ordered pair of zones. Where nothing is written, the router's default decides, which on many home routers is to forward; and nobody can say later whether the \
        gap was meant. A line that denies the rest makes the silence a decision.",
    example: "zones: {iot: low, lan: medium}   # with flows from lan to iot, and nothing about iot to lan",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::Unsafe("denies what nothing is said of, behind all that is allowed"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let zones = zones(lab);
    let others = zones.len().saturating_sub(1);
    if others == 0 {
        return;
    }
    if lab.flows.is_empty() {
        nothing(ctx, &zones, out);
        return;
    }
    let said = Said::of(lab);
    for from in &zones {
        let Some(declared) = lab.zones.get(*from) else {
            continue;
        };
        let (mut silent, mut open) = (Vec::new(), Vec::new());
        for to in zones.iter().copied().filter(|to| to != from) {
            match said.word(from, to) {
                Word::Said => {}
                Word::Silent => silent.push(to),
                Word::Unknown => open.push(to),
            }
        }
        if !open.is_empty() {
            let d = RULE
                .unknown(format!("whether zone '{from}' may reach {}", names(&open)))
                .at(declared.span, "traffic from here")
                .help("give the flows between them an action: 'allow' or 'deny'");
            out.add(zone(from), d);
        }
        if silent.is_empty() {
            continue;
        }
        let mut d = RULE
            .finding(format!(
                "nothing says whether zone '{from}' may reach {}",
                names(&silent)
            ))
            .at(declared.span, "traffic from here")
            .note(sum(others, silent.len(), open.len()))
            .help(remedy(from, &silent));
        // What is denied last leaves what is allowed before it as it is.
        if let Some(last) = lab.flows.last() {
            // One zone at a time, and only what nothing is said of: `to: any` would take the internet away, too.
            if let Some(to) = silent.first() {
                let edit = Edit::append(last.span, denied(from, to));
                d = d.fix(Fix::doubtful(format!("deny what goes to '{to}'"), edit));
            }
        }
        out.add(zone(from), d);
    }
}

/// `pairs that begin here: 3 = 1 said + 2 silent`
fn sum(all: usize, silent: usize, open: usize) -> String {
    let said = all.saturating_sub(silent).saturating_sub(open);
    let open = match open {
        0 => String::new(),
        n => format!(" + {n} unknown"),
    };
    format!("pairs that begin here: {all} = {said} said{open} + {silent} silent")
}

/// A line for each zone: none of them has to deny more than was asked.
fn remedy(from: &str, silent: &[&str]) -> String {
    const SHOWN: usize = 4;
    let first = silent.iter().take(SHOWN);
    let lines: Vec<String> = first.map(|to| format!("`{}`", denied(from, to))).collect();
    let (by, more) = match silent.len() {
        0 | 1 => ("", String::new()),
        n if n > SHOWN => (", zone by zone", format!(" and {} more", n - SHOWN)),
        _ => (", zone by zone", String::new()),
    };
    format!(
        "add a flow with 'allow' and ports for what is needed, and behind it one that denies the rest{by}: {}{more}",
        lines.join(", ")
    )
}

fn denied(from: &str, to: &str) -> String {
    format!("{{from: zone/{from}, to: zone/{to}, ports: any, action: deny}}")
}

/// What flows say of a pair of zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// That it may pass or may not, or that some of it may not.
    Said,
    /// A flow of which it is not known what it does.
    Unknown,
    /// Nothing.
    Silent,
}

/// What flows name: all there is, a zone, or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name<'a> {
    Any,
    Zone(&'a str),
    Network(&'a str),
}

/// Pairs of ends as flows name them: between thousands of networks a single line says it of millions of pairs.
struct Said<'a> {
    by_zone: BTreeMap<&'a str, Vec<&'a str>>,
    sure: BTreeSet<(Name<'a>, Name<'a>)>,
    open: BTreeSet<(Name<'a>, Name<'a>)>,
}

impl<'a> Said<'a> {
    fn of(lab: &'a Lab) -> Self {
        let mut by_zone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for network in lab.networks.keys() {
            if let Some(zone) = zone_of(lab, network) {
                by_zone.entry(zone).or_default().push(network);
            }
        }
        let mut out = Self {
            by_zone,
            sure: BTreeSet::new(),
            open: BTreeSet::new(),
        };
        for flow in &lab.flows {
            let ends = name(&flow.from).zip(name(&flow.to));
            match flow.action.known() {
                Some(_) => out.sure.extend(ends),
                None => out.open.extend(ends),
            }
        }
        out
    }

    /// What is said of one network of a zone alone is not said of the zone.
    fn word(&self, from: &'a str, to: &'a str) -> Word {
        let zones = ([Name::Any, Name::Zone(from)], [Name::Any, Name::Zone(to)]);
        if among(&self.sure, &zones.0, &zones.1) {
            return Word::Said;
        }
        let of = |zone: &str| self.by_zone.get(zone).into_iter().flatten().copied();
        let mut all = Word::Said;
        for from in of(from).map(|network| with(zones.0, network)) {
            for to in of(to).map(|network| with(zones.1, network)) {
                if among(&self.sure, &from, &to) {
                    continue;
                }
                if !among(&self.open, &from, &to) {
                    return Word::Silent;
                }
                all = Word::Unknown;
            }
        }
        all
    }
}

/// The ways to name a network of a zone.
fn with<'a>([any, zone]: [Name<'a>; 2], network: &'a str) -> [Name<'a>; 3] {
    [any, zone, Name::Network(network)]
}

/// Something is said from one of these ends to one of those.
fn among<'a>(said: &BTreeSet<(Name<'a>, Name<'a>)>, from: &[Name<'a>], to: &[Name<'a>]) -> bool {
    let mut pairs = from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b)));
    pairs.any(|pair| said.contains(&pair))
}

fn name(end: &Opt<End>) -> Option<Name<'_>> {
    match end.known()? {
        Or::Word(Outside::Any) => Some(Name::Any),
        Or::Word(Outside::Internet | Outside::Loopback) => None,
        Or::Ref(r) => match r.kind() {
            Kind::Zone => Some(Name::Zone(r.name())),
            Kind::Network => Some(Name::Network(r.name())),
            _ => None,
        },
    }
}

fn nothing(ctx: &Context<'_>, zones: &[&str], out: &mut Findings) {
    let first = zones.first().and_then(|z| ctx.lab.zones.get_key_value(*z));
    let Some((name, declared)) = first else {
        return;
    };
    let number = zones.len();
    let d = RULE
        .finding(format!(
            "{number} zones are declared, and nothing says what may pass between them"
        ))
        .at(declared.span, "the first of them")
        .note(format!(
            "{number} × {} = {}, said: 0",
            number - 1,
            count(number * (number - 1), "ordered pair")
        ))
        .help("declare `flows`: what is needed with 'allow', and the rest with 'deny'");
    out.add(zone(name), d);
}
