//! What needs what: services in frames of where they run, on the right what they stand on.

use super::fold::fold;
use super::{count, dotted, reference, said};
use crate::diagram::Options;
use crate::diagram::model::{Diagram, Edge, Hue, Node, Shape, Stroke, Sure, View};
use model::declare::{OptExt, Ref};
use model::id::Kind;
use model::lab::service::{Dependency, Runs, Service, Strength};
use model::lab::{FaultScope, Lab};
use std::collections::{BTreeMap, BTreeSet};

const BETTER: &str = "is worse without (soft need)";
const NEEDS: &str = "needs";

pub(crate) fn draw(lab: &Lab, options: &Options) -> Diagram {
    let mut out = Diagram::new(View::Dependencies, &lab.name);
    let tiers = tiers(lab);
    for (name, service) in &lab.services {
        let group = place(lab, service).map(|(id, title, sure)| out.group(&id, &title, sure));
        out.node(card(name, service, &tiers).group(group));
    }
    for (name, service) in &lab.services {
        let Some(at) = out.find(&reference(Kind::Service, name)) else {
            continue;
        };
        for need in &service.needs {
            line(at, need, Stroke::Solid, &mut out);
        }
    }
    loops(&mut out);
    for edge in &mut out.edges {
        // A trunk has the colour of the service that it leads to.
        edge.hue = out
            .nodes
            .get(edge.to)
            .map(|n| n.hue)
            .filter(|h| *h != Hue::Grey && edge.stroke != Stroke::Loop);
    }
    let needs = out.edges.len();
    if !options.expand {
        fold(&mut out, ("service", "services"), &|n| {
            n.id.starts_with("service/")
        });
    }
    out.summary = dotted([
        Some(count(lab.services.len(), "service", "services")),
        Some(count(
            lab.services.values().filter(|s| !s.is_running()).count(),
            "of them not running",
            "of them not running",
        ))
        .filter(|t| !t.starts_with("0 ")),
        Some(count(needs, "need", "needs")),
    ]);
    if !lab.services.is_empty() {
        out.notes.insert(
            0,
            "Frames are the machines, clusters and devices that services run on.".to_owned(),
        );
    } else {
        out.notes
            .push("No services are declared: write services.NAME with runs and needs.".to_owned());
    }
    out
}

/// Tiers, the most urgent first, with their colours.
fn tiers(lab: &Lab) -> BTreeMap<&str, Hue> {
    let urgency = |name: &str| {
        let tier = lab.tiers.get(name)?;
        let host = tier
            .rto
            .get(&FaultScope::Host)
            .or_else(|| tier.rto.values().next());
        host.map(|s| s.value.0)
    };
    let mut names: Vec<&str> = lab.tiers.keys().map(String::as_str).collect();
    names.sort_by_key(|n| (urgency(n).is_none(), urgency(n), *n));
    names
        .into_iter()
        .enumerate()
        .map(|(n, name)| (name, Hue::nth(n)))
        .collect()
}

fn card(name: &str, service: &Service, tiers: &BTreeMap<&str, Hue>) -> Node {
    let tier = service.tier.known().map(Ref::name);
    let hue = tier
        .and_then(|t| tiers.get(t).copied())
        .unwrap_or(Hue::Grey);
    let meaning = tier.map_or("no tier declared".to_owned(), |t| format!("tier {t}"));
    let sure = if service.is_running() {
        Sure::Known
    } else {
        Sure::Planned
    };
    let detail = dotted([
        said(&service.description),
        said(&service.status),
        tier.map(|t| format!("tier {t}")),
    ]);
    Node::card(reference(Kind::Service, name), name, hue)
        .meaning(meaning)
        .sure(sure)
        .detail(detail)
}

/// The frame that a service stands in: the machines it runs on.
fn place(lab: &Lab, service: &Service) -> Option<(String, String, Sure)> {
    let mut names: Vec<String> = Vec::new();
    for runs in service.runs.iter() {
        if let Some(name) = runs_on(lab, runs)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Some((
            "on/?".to_owned(),
            "? place not declared".to_owned(),
            Sure::Unknown,
        ));
    }
    Some((
        format!("on/{}", names.join("+")),
        names.join(", "),
        Sure::Known,
    ))
}

fn runs_on(lab: &Lab, runs: &Runs) -> Option<String> {
    let stack = runs.stack.known().and_then(|s| lab.stacks.get(s.name()));
    let on = stack
        .and_then(|s| s.on.known())
        .map(|o| o.name().to_owned());
    on.or_else(|| runs.guest.known().map(|g| g.name().to_owned()))
        .or_else(|| runs.host.known().map(|h| h.name().to_owned()))
        .or_else(|| runs.cluster.known().map(|c| c.name().to_owned()))
        .or_else(|| runs.device.known().map(|d| d.name().to_owned()))
}

/// A line from something to what it needs.
fn line(from: usize, need: &Dependency, stroke: Stroke, out: &mut Diagram) {
    let soft = need.kind.known() == Some(&Strength::Soft);
    let stroke = if soft { Stroke::Dashed } else { stroke };
    let Some(to) = target(need, out) else { return };
    let meaning = if stroke == Stroke::Dashed {
        BETTER
    } else {
        NEEDS
    };
    if to != from {
        out.edges.push(Edge::arrow(from, to, stroke, meaning));
    }
}

/// The node of what is needed; a joint for several.
fn target(need: &Dependency, out: &mut Diagram) -> Option<usize> {
    if let Some(one) = &need.need {
        let Some(one) = one.value() else {
            return Some(unknown(out));
        };
        let id = match one.part() {
            Some(part) => format!("{}/{}/{part}", kind_word(one), one.name()),
            None => reference(one.kind(), one.name()),
        };
        return Some(out.find(&id).unwrap_or_else(|| {
            let title = one
                .part()
                .map_or(one.name().to_owned(), |p| format!("{}/{p}", one.name()));
            let node = Node::card(&id, title, Hue::Grey)
                .meaning("machine, network or other foundation")
                .line(kind_word(one));
            out.node(node)
        }));
    }
    let groups = [
        ("all of", &need.all),
        ("any of", &need.any),
        ("", &need.among),
    ];
    let (word, members) = groups.into_iter().find(|(_, m)| !m.is_empty())?;
    let word = match (word, need.of.known()) {
        ("", Some(of)) => format!("{of} of {}", members.len()),
        ("", None) => format!("? of {}", members.len()),
        (word, _) => word.to_owned(),
    };
    let mut ends: Vec<(usize, Stroke)> = Vec::new();
    for member in members {
        let soft = member.kind.known() == Some(&Strength::Soft);
        let stroke = if soft { Stroke::Dashed } else { Stroke::Solid };
        ends.extend(target(member, out).map(|to| (to, stroke)));
    }
    let names: Vec<String> = ends.iter().map(|(to, _)| to.to_string()).collect();
    let id = format!("joint/{word}/{}", names.join("+"));
    if let Some(at) = out.find(&id) {
        return Some(at);
    }
    let mut node = Node::card(id, word, Hue::Grey);
    node.shape = Shape::Joint;
    node.of.clear();
    let at = out.node(node);
    for (to, stroke) in ends {
        out.edges.push(Edge::arrow(at, to, stroke, NEEDS));
    }
    Some(at)
}

fn kind_word<const SET: u64>(of: &Ref<SET>) -> &'static str {
    match (of.kind(), of.part()) {
        (Kind::Site, Some(_)) => "uplink",
        (kind, _) => kind.word(),
    }
}

fn unknown(out: &mut Diagram) -> usize {
    out.find("need/?").unwrap_or_else(|| {
        out.node(
            Node::card("need/?", "?", Hue::Grey)
                .line("what it needs is not known")
                .sure(Sure::Unknown),
        )
    })
}

/// Marks lines that are part of a loop: what is in it cannot start from all off.
fn loops(out: &mut Diagram) {
    let mut graph = petgraph::graph::DiGraph::<(), ()>::new();
    let nodes: Vec<_> = out.nodes.iter().map(|_| graph.add_node(())).collect();
    for edge in out.edges.iter().filter(|e| e.stroke == Stroke::Solid) {
        if let (Some(a), Some(b)) = (nodes.get(edge.from), nodes.get(edge.to)) {
            graph.add_edge(*a, *b, ());
        }
    }
    let parts = petgraph::algo::tarjan_scc(&graph);
    for part in parts.into_iter().filter(|p| p.len() > 1) {
        let part: BTreeSet<usize> = part
            .into_iter()
            .map(petgraph::graph::NodeIndex::index)
            .collect();
        let inside = |e: &&mut Edge| part.contains(&e.from) && part.contains(&e.to);
        for edge in out
            .edges
            .iter_mut()
            .filter(|e| e.stroke == Stroke::Solid)
            .filter(inside)
        {
            edge.stroke = Stroke::Loop;
            edge.meaning = "needs, in a loop";
        }
        let names: Vec<&str> = part
            .iter()
            .filter_map(|n| out.nodes.get(*n))
            .filter(|n| n.shape != Shape::Joint)
            .map(|n| n.title.as_str())
            .collect();
        let text = format!(
            "A loop of needs: {}. If all of them are off, none can start, unless one of several is enough.",
            names.join(", ")
        );
        out.notes.push(text);
    }
}
