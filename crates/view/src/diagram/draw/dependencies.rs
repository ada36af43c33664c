//! What needs what: services in frames of where they run, on the right what they stand on.

use super::{count, dotted, reference, said};
use crate::diagram::Options;
use crate::diagram::model::{Diagram, Edge, Hue, Node, Shape, Stroke, Sure, View};
use model::declare::{OptExt, Ref};
use model::id::Kind;
use model::lab::service::{Dependency, Runs, Service, Strength};
use model::lab::{FaultScope, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// So many services that are alike in all that the drawing shows are one box with their names.
const ALIKE: usize = 3;
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
        let Some(at) = out.find(&reference(Kind::Service, name)) else { continue };
        for need in &service.needs {
            line(at, need, Stroke::Solid, &mut out);
        }
    }
    loops(&mut out);
    let needs = out.edges.len();
    if !options.expand {
        fold(&mut out);
    }
    out.summary = dotted([
        Some(count(lab.services.len(), "service", "services")),
        Some(count(lab.services.values().filter(|s| !s.is_running()).count(), "of them not running", "of them not running")).filter(|t| !t.starts_with("0 ")),
        Some(count(needs, "need", "needs")),
    ]);
    if lab.services.is_empty() {
        out.notes.push("No services are declared: write services.NAME with runs and needs.".to_owned());
    }
    out
}

/// Tiers, the most urgent first, with their colours.
fn tiers(lab: &Lab) -> BTreeMap<&str, Hue> {
    let urgency = |name: &str| {
        let tier = lab.tiers.get(name)?;
        let host = tier.rto.get(&FaultScope::Host).or_else(|| tier.rto.values().next());
        host.map(|s| s.value.0)
    };
    let mut names: Vec<&str> = lab.tiers.keys().map(String::as_str).collect();
    names.sort_by_key(|n| (urgency(n).is_none(), urgency(n), *n));
    names.into_iter().enumerate().map(|(n, name)| (name, Hue::nth(n))).collect()
}

fn card(name: &str, service: &Service, tiers: &BTreeMap<&str, Hue>) -> Node {
    let tier = service.tier.known().map(Ref::name);
    let hue = tier.and_then(|t| tiers.get(t).copied()).unwrap_or(Hue::Grey);
    let meaning = tier.map_or("no tier declared".to_owned(), |t| format!("tier {t}"));
    let sure = if service.is_running() { Sure::Known } else { Sure::Planned };
    let detail = dotted([
        said(&service.description),
        said(&service.status),
        tier.map(|t| format!("tier {t}")),
    ]);
    Node::card(reference(Kind::Service, name), name, hue).meaning(meaning).sure(sure).detail(detail)
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
        return Some(("on/?".to_owned(), "on ?".to_owned(), Sure::Unknown));
    }
    let title = format!("on {}", names.join(", "));
    Some((format!("on/{}", names.join("+")), title, Sure::Known))
}

fn runs_on(lab: &Lab, runs: &Runs) -> Option<String> {
    let stack = runs.stack.known().and_then(|s| lab.stacks.get(s.name()));
    let on = stack.and_then(|s| s.on.known()).map(|o| o.name().to_owned());
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
    let meaning = if stroke == Stroke::Dashed { BETTER } else { NEEDS };
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
            let title = one.part().map_or(one.name().to_owned(), |p| format!("{}/{p}", one.name()));
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
        out.node(Node::card("need/?", "?", Hue::Grey).line("what it needs is not known").sure(Sure::Unknown))
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
        let part: BTreeSet<usize> = part.into_iter().map(petgraph::graph::NodeIndex::index).collect();
        let inside = |e: &&mut Edge| part.contains(&e.from) && part.contains(&e.to);
        for edge in out.edges.iter_mut().filter(|e| e.stroke == Stroke::Solid).filter(inside) {
            edge.stroke = Stroke::Loop;
            edge.meaning = "needs, in a loop";
        }
        let names: Vec<&str> = part
            .iter()
            .filter_map(|n| out.nodes.get(*n))
            .filter(|n| n.shape != Shape::Joint)
            .map(|n| n.title.as_str())
            .collect();
        let text = format!("A loop of needs: {}. If all of them are off, none can start, unless one of several is enough.", names.join(", "));
        out.notes.push(text);
    }
}

/// Services that nothing needs and that are alike in place, tier, state and needs become one box.
fn fold(out: &mut Diagram) {
    type Look = (Option<usize>, Hue, Sure, Vec<(usize, Stroke)>);
    let needed: BTreeSet<usize> = out.edges.iter().map(|e| e.to).collect();
    let mut needs: BTreeMap<usize, Vec<(usize, Stroke)>> = BTreeMap::new();
    for edge in &out.edges {
        needs.entry(edge.from).or_default().push((edge.to, edge.stroke));
    }
    let mut alike: BTreeMap<Look, Vec<usize>> = BTreeMap::new();
    for (n, node) in out.nodes.iter().enumerate() {
        let is_service = node.id.starts_with("service/");
        if !is_service || needed.contains(&n) {
            continue;
        }
        let mut own = needs.get(&n).cloned().unwrap_or_default();
        own.sort_unstable();
        alike.entry((node.group, node.hue, node.sure, own)).or_default().push(n);
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for members in alike.into_values().filter(|m| m.len() >= ALIKE) {
        let Some((first, rest)) = members.split_first() else { continue };
        let names: Vec<String> =
            members.iter().filter_map(|m| out.nodes.get(*m)).map(|n| n.title.clone()).collect();
        let of: BTreeSet<String> =
            members.iter().filter_map(|m| out.nodes.get(*m)).flat_map(|n| n.of.clone()).collect();
        if let Some(node) = out.nodes.get_mut(*first) {
            node.title = count(names.len(), "service", "services");
            node.lines.insert(0, names.join(", "));
            node.of = of;
            node.detail = String::new();
        }
        gone.extend(rest);
    }
    remove(out, &gone);
}

fn remove(out: &mut Diagram, gone: &BTreeSet<usize>) {
    let mut new: BTreeMap<usize, usize> = BTreeMap::new();
    let nodes = std::mem::take(&mut out.nodes);
    for (n, node) in nodes.into_iter().enumerate().filter(|(n, _)| !gone.contains(n)) {
        new.insert(n, out.nodes.len());
        out.nodes.push(node);
    }
    let edges = std::mem::take(&mut out.edges);
    out.edges = edges
        .into_iter()
        .filter_map(|mut e| {
            e.from = *new.get(&e.from)?;
            e.to = *new.get(&e.to)?;
            Some(e)
        })
        .collect();
}
