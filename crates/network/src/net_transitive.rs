//! A zone that is kept out of another one, and reaches it by a third.

use crate::context::zone;
use crate::reach::zone_of;
use crate::traffic::{Spot, Verdict, ports, verdict, zones};
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use jiff::civil::Date;
use model::declare::{OptExt, Or};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::network::{Action, End, Flow};
use model::lab::service::Outside;
use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "net-transitive",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A zone may not reach another one, but may reach a third that may.",
    rationale: "Whoever takes over a machine goes on from there. A boundary between two zones holds only if no third zone is open to the first and open towards the second. Where a relay is wanted, it is one \
        machine with few ports, and somebody who answers for it.",
    example: "flows: [{from: k8s, to: mgmt, action: deny}, {from: k8s, to: ops, action: allow}, {from: ops, to: mgmt, action: allow}]",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::None("what the relay needs is known to its owner"),
    run,
};

/// A step on the way of an intruder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Any machine of the zone is taken.
    Taken(String),
    /// Traffic can be sent as some machine of the zone.
    Sends(String),
    /// This one is taken.
    One(ObjectRef),
}

/// Where somebody is, and whether a step on the way there was one that nobody justified.
type Place = (bool, Step);

/// Where flows lead; an edge without a flow is a change of view only.
struct Ways<'a> {
    today: Date,
    graph: DiGraph<Place, Option<&'a Flow>>,
    nodes: BTreeMap<Place, NodeIndex>,
}

impl<'a> Ways<'a> {
    fn node(&mut self, place: Place) -> NodeIndex {
        let graph = &mut self.graph;
        *self
            .nodes
            .entry(place.clone())
            .or_insert_with(|| graph.add_node(place))
    }

    fn edge(&mut self, from: &Step, to: &Step, flow: Option<&'a Flow>) {
        let open = flow.is_some_and(|f| !justified(self.today, f));
        for before in [false, true] {
            let from = self.node((before, from.clone()));
            let to = self.node((before || open, to.clone()));
            self.graph.add_edge(from, to, flow);
        }
    }

    /// All flows that allow something, unless a more exact one takes it back.
    fn of(lab: &'a Lab, today: Date) -> Self {
        let mut ways = Self {
            today,
            graph: DiGraph::new(),
            nodes: BTreeMap::new(),
        };
        for zone in zones(lab) {
            ways.edge(&Step::Taken(zone.into()), &Step::Sends(zone.into()), None);
        }
        let allowed = lab
            .flows
            .iter()
            .filter(|f| f.action.known() == Some(&Action::Allow));
        for flow in allowed {
            for (from, source) in sources(lab, &flow.from) {
                for (to, target) in targets(lab, &flow.to) {
                    if zone_pair_denied(lab, &from, &to) || from == to {
                        continue;
                    }
                    ways.edge(&source, &target, Some(flow));
                }
            }
            for end in [&flow.from, &flow.to] {
                ways.inside(lab, end);
            }
        }
        ways
    }

    /// Whoever takes a zone takes what is in it, and one machine of it may send what its zone may.
    fn inside(&mut self, lab: &Lab, end: &model::declare::Opt<End>) {
        let Some(object) = object(end) else { return };
        for zone in Spot::of(lab, &object).zones {
            self.edge(&Step::Taken(zone.into()), &Step::One(object.clone()), None);
            self.edge(&Step::One(object.clone()), &Step::Sends(zone.into()), None);
        }
    }
}

fn zone_pair_denied(lab: &Lab, from: &Side, to: &Side) -> bool {
    match (from, to) {
        (Side::Zone(a), Side::Zone(b)) => {
            let (a, b) = (Spot::zone(lab, a), Spot::zone(lab, b));
            matches!(verdict(lab, &a, &b, &[]), Verdict::Denied(_))
        }
        _ => false,
    }
}

/// An end of a flow with `any` and networks resolved to zones.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Side<'a> {
    Zone(&'a str),
    Object,
}

fn object(end: &model::declare::Opt<End>) -> Option<ObjectRef> {
    match end.known()? {
        Or::Ref(r) if !matches!(r.kind(), Kind::Zone | Kind::Network) => Some(r.0.object.clone()),
        _ => None,
    }
}

fn end_zones<'a>(lab: &'a Lab, end: &model::declare::Opt<End>) -> Vec<&'a str> {
    match end.known() {
        Some(Or::Word(Outside::Any)) => zones(lab),
        Some(Or::Ref(r)) if r.kind() == Kind::Zone => {
            let zone = lab.zones.get_key_value(r.name());
            zone.map(|(n, _)| n.as_str()).into_iter().collect()
        }
        Some(Or::Ref(r)) if r.kind() == Kind::Network => {
            zone_of(lab, r.name()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn sources<'a>(lab: &'a Lab, end: &model::declare::Opt<End>) -> Vec<(Side<'a>, Step)> {
    match object(end) {
        Some(one) => vec![(Side::Object, Step::One(one))],
        None => {
            let zones = end_zones(lab, end).into_iter();
            zones
                .map(|z| (Side::Zone(z), Step::Sends(z.into())))
                .collect()
        }
    }
}

fn targets<'a>(lab: &'a Lab, end: &model::declare::Opt<End>) -> Vec<(Side<'a>, Step)> {
    match object(end) {
        Some(one) => vec![(Side::Object, Step::One(one))],
        None => {
            let zones = end_zones(lab, end).into_iter();
            zones
                .map(|z| (Side::Zone(z), Step::Taken(z.into())))
                .collect()
        }
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let zones = zones(lab);
    if zones.len() < 3 || lab.flows.is_empty() {
        return;
    }
    let ways = Ways::of(lab, ctx.today);
    for from in &zones {
        for to in &zones {
            let (a, b) = (Spot::zone(lab, from), Spot::zone(lab, to));
            let Verdict::Denied(deny) = verdict(lab, &a, &b, &[]) else {
                continue;
            };
            if from == to {
                continue;
            }
            let Some((flows, through)) = way(lab, &ways, from, to) else {
                continue;
            };
            out.add(zone(from), finding(from, to, deny, &flows, &through));
        }
    }
}

/// The shortest way over a third zone: its flows, and the zones or machines between.
fn way<'a>(
    lab: &Lab,
    ways: &Ways<'a>,
    from: &str,
    to: &str,
) -> Option<(Vec<&'a Flow>, Vec<String>)> {
    let start = *ways.nodes.get(&(false, Step::Taken(from.to_owned())))?;
    let inside = |step: &Step, zone: &str| match step {
        Step::Taken(z) => z == zone,
        Step::Sends(_) => false,
        Step::One(o) => Spot::of(lab, o).zones.contains(zone),
    };
    let goals: BTreeSet<NodeIndex> = ways
        .nodes
        .iter()
        .filter(|((open, s), _)| *open && inside(s, to))
        .map(|(_, n)| *n)
        .collect();
    let own: BTreeSet<NodeIndex> = ways
        .nodes
        .iter()
        .filter(|((_, s), _)| inside(s, from) || *s == Step::Sends(from.to_owned()))
        .map(|(_, n)| *n)
        .collect();
    let reached: BTreeSet<NodeIndex> = ways
        .nodes
        .iter()
        .filter(|((_, s), _)| inside(s, to))
        .map(|(_, n)| *n)
        .collect();
    // A direct exception to the prohibition is a decision of its own.
    let relayed = petgraph::visit::EdgeFiltered::from_fn(&ways.graph, |e| {
        use petgraph::visit::EdgeRef;
        !(own.contains(&e.source()) && reached.contains(&e.target()))
    });
    let cost =
        |e: petgraph::graph::EdgeReference<'_, Option<&Flow>>| u32::from(e.weight().is_some());
    let (_, path) = astar(&relayed, start, |n| goals.contains(&n), cost, |_| 0)?;
    let mut flows = Vec::new();
    let mut through = Vec::new();
    for pair in path.windows(2) {
        let [a, b] = pair else { continue };
        let edge = ways
            .graph
            .edges_connecting(*a, *b)
            .find_map(|e| *e.weight());
        if let Some(flow) = edge {
            flows.push(flow);
            match ways.graph.node_weight(*b) {
                Some((_, Step::Taken(z))) if z != to => through.push(z.clone()),
                Some((_, Step::One(o))) if !reached.contains(b) => through.push(o.name.clone()),
                _ => {}
            }
        }
    }
    (flows.len() > 1).then_some((flows, through))
}

/// A relay that somebody wants, answers for, and looks at again.
fn justified(today: Date, flow: &Flow) -> bool {
    let review = flow.review.known().is_some_and(|r| *r >= today);
    flow.why.known().is_some() && flow.owner.known().is_some() && review
}

fn finding(from: &str, to: &str, deny: &Flow, flows: &[&Flow], through: &[String]) -> Diagnostic {
    let mut d = RULE
        .finding(format!(
            "zone '{from}' is kept out of '{to}', but reaches it through {}",
            names(through)
        ))
        .at(deny.span, "kept out here");
    for flow in flows {
        d = d.and_at(flow.span, "let through here");
    }
    let stops: Vec<&str> = [from]
        .into_iter()
        .chain(through.iter().map(String::as_str))
        .chain([to])
        .collect();
    let hops: Vec<String> = stops
        .windows(2)
        .zip(flows)
        .map(|(pair, flow)| format!("{} ({})", pair.join(" → "), ports(flow)))
        .collect();
    d.note(format!("{}: {} permitted steps, 0 of 1 direct ones", hops.join(", "), flows.len()))
        .help("narrow one of the steps to a single machine and few ports, and give every step of the relay that remains 'why', 'owner' and 'review'")
}
