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
        let of = |wanted: Word| -> Vec<&str> {
            let others = zones.iter().filter(|to| *to != from);
            others
                .filter(|to| said.word(from, to) == wanted)
                .copied()
                .collect()
        };
        let (silent, open) = (of(Word::Silent), of(Word::Unknown));
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
            .note(format!(
                "pairs that begin here: {others} = {} said + {} silent",
                others - silent.len(),
                silent.len()
            ))
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

/// Pairs of networks that flows name, by themselves or with their zones, in one pass over the flows.
struct Said<'a> {
    by_zone: BTreeMap<&'a str, Vec<&'a str>>,
    sure: BTreeSet<(&'a str, &'a str)>,
    open: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Said<'a> {
    fn of(lab: &'a Lab) -> Self {
        let mut by_zone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for network in lab.networks.keys() {
            if let Some(zone) = zone_of(lab, network) {
                by_zone.entry(zone).or_default().push(network);
            }
        }
        // Hundreds of flows between the same two ends say no more than one.
        let mut ends = BTreeSet::new();
        for flow in &lab.flows {
            let known = flow.action.known().is_some();
            ends.extend(name(&flow.from).zip(name(&flow.to)).map(|e| (known, e)));
        }
        let mut out = Self {
            by_zone,
            sure: BTreeSet::new(),
            open: BTreeSet::new(),
        };
        for (known, (from, to)) in ends {
            let (from, to) = (out.networks(from), out.networks(to));
            let pairs = from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b)));
            match known {
                true => out.sure.extend(pairs),
                false => out.open.extend(pairs),
            }
        }
        out
    }

    fn networks(&self, (kind, name): Name<'a>) -> Vec<&'a str> {
        match kind {
            None => self.by_zone.values().flatten().copied().collect(),
            Some(Kind::Network) => vec![name],
            Some(_) => self.by_zone.get(name).cloned().unwrap_or_default(),
        }
    }

    /// What is said of one network of a zone alone is not said of the zone.
    fn word(&self, from: &str, to: &str) -> Word {
        let of = |zone: &str| self.by_zone.get(zone).into_iter().flatten();
        let mut all = Word::Said;
        for pair in of(from).flat_map(|a| of(to).map(move |b| (*a, *b))) {
            if self.sure.contains(&pair) {
                continue;
            }
            if !self.open.contains(&pair) {
                return Word::Silent;
            }
            all = Word::Unknown;
        }
        all
    }
}

/// An end that names zones or networks; no kind is all of them.
type Name<'a> = (Option<Kind>, &'a str);

fn name(end: &Opt<End>) -> Option<Name<'_>> {
    match end.known()? {
        Or::Word(Outside::Any) => Some((None, "")),
        Or::Word(Outside::Internet | Outside::Loopback) => None,
        Or::Ref(r) => match r.kind() {
            Kind::Zone | Kind::Network => Some((Some(r.kind()), r.name())),
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
