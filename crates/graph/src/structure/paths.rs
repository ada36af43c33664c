//! Cables: what a machine's traffic has to pass on its way to the router.

use crate::addresses::{gateway, held, is_inner};
use model::declare::{OptExt, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::{Dfs, NodeFiltered};
use std::collections::{BTreeMap, BTreeSet};

/// Cables between machines.
pub(super) struct Paths<'a> {
    lab: &'a Lab,
    graph: UnGraph<ObjectRef, ()>,
    nodes: BTreeMap<ObjectRef, NodeIndex>,
    /// What routes for a network.
    routers: BTreeMap<&'a str, ObjectRef>,
    /// More than one network is routed, so that traffic between them passes a router.
    routed: bool,
    /// What takes several machines down at once, with those.
    common: Vec<(Target, BTreeSet<NodeIndex>)>,
    trees: BTreeMap<NodeIndex, Tree>,
}

/// The cables as seen from a router.
struct Tree {
    /// What every way from there to a machine passes.
    dominators: Dominators<NodeIndex>,
    /// What is still reached while something common is down; only where that cuts off anything.
    without: Vec<(Target, BTreeSet<NodeIndex>)>,
}

impl<'a> Paths<'a> {
    /// The cables of a lab; `common` are causes that take several machines down at once, such as power.
    pub(super) fn of(lab: &'a Lab, common: &BTreeMap<Target, BTreeSet<ObjectRef>>) -> Self {
        let mut graph = UnGraph::default();
        let mut nodes: BTreeMap<ObjectRef, NodeIndex> = BTreeMap::new();
        for cable in &lab.cables {
            let Some((from, to)) = cable.from.known().zip(cable.to.known()) else {
                continue;
            };
            let mut node = |object: &ObjectRef| {
                let known = nodes.entry(object.clone());
                *known.or_insert_with(|| graph.add_node(object.clone()))
            };
            let (a, b) = (node(&from.0.object), node(&to.0.object));
            graph.add_edge(a, b, ());
        }
        let common = common.iter().map(|(cause, fallen)| {
            let fallen = fallen.iter().filter_map(|o| nodes.get(o).copied());
            (cause.clone(), fallen.collect::<BTreeSet<NodeIndex>>())
        });
        let common = common.filter(|(_, fallen)| fallen.len() > 1).collect();
        let mut routers = BTreeMap::new();
        for h in held(lab) {
            let net = lab.networks.get(h.network).filter(|n| !is_inner(n));
            if net.and_then(gateway) == Some(h.address) {
                routers.insert(h.network, h.owner);
            }
        }
        let outer = lab.networks.values().filter(|n| !is_inner(n));
        let routed = outer.filter(|n| n.gateway.is_some()).count() > 1;
        Self {
            lab,
            graph,
            nodes,
            routers,
            routed,
            common,
            trees: BTreeMap::new(),
        }
    }

    /// Everything in a row between a machine and the router of one of its networks, the router included; one list per router.
    pub(super) fn of_machine(
        &mut self,
        machine: &ObjectRef,
        site: Option<&str>,
    ) -> Vec<Vec<Target>> {
        let networks = crate::reach::networks(self.lab, machine);
        let mut roots: BTreeSet<ObjectRef> = networks
            .iter()
            .filter_map(|n| self.routers.get(n).cloned())
            .collect();
        if roots.is_empty() {
            let uplinks = site
                .and_then(|s| self.lab.sites.get(s))
                .map(|s| s.about.uplinks.values());
            let ends = uplinks
                .into_iter()
                .flatten()
                .filter_map(|u| u.gateway.known());
            roots.extend(ends.map(|g| g.0.object.clone()));
        }
        if roots.contains(machine) {
            return Vec::new();
        }
        let lists = roots.into_iter().map(|root| self.between(machine, root));
        lists.collect()
    }

    fn between(&mut self, machine: &ObjectRef, router: ObjectRef) -> Vec<Target> {
        // A router that is a guest is reached by the cable of its host.
        let plugged = match router.kind {
            Kind::Guest => {
                let on = self.lab.guests.get(&router.name).and_then(|g| g.on.known());
                on.map_or_else(|| router.clone(), |r| r.0.object.clone())
            }
            _ => router.clone(),
        };
        let ends = self
            .nodes
            .get(&plugged)
            .copied()
            .zip(self.nodes.get(machine).copied());
        let mut out: Vec<Target> = Vec::new();
        let one = |object: &ObjectRef| Target {
            object: object.clone(),
            part: None,
        };
        if let Some((root, end)) = ends {
            let (graph, common) = (&self.graph, &self.common);
            let tree = self
                .trees
                .entry(root)
                .or_insert_with(|| Tree::of(graph, common, root));
            let chain = tree.dominators.strict_dominators(end).into_iter().flatten();
            out.extend(chain.filter_map(|n| graph.node_weight(n)).map(one));
            let cut_off = tree
                .without
                .iter()
                .filter(|(_, reached)| !reached.contains(&end));
            if tree.dominators.strict_dominators(end).is_some() {
                out.extend(cut_off.map(|(cause, _)| cause.clone()));
            }
        }
        if out.is_empty() && !self.routed {
            return out;
        }
        let router = one(&router);
        if !out.contains(&router) {
            out.push(router);
        }
        out.retain(|t| t.object != *machine);
        out
    }
}

impl Tree {
    fn of(
        graph: &UnGraph<ObjectRef, ()>,
        common: &[(Target, BTreeSet<NodeIndex>)],
        root: NodeIndex,
    ) -> Self {
        let all = reached(graph, root, &BTreeSet::new());
        let mut without = Vec::new();
        for (cause, fallen) in common {
            // The router's own fall is told by itself.
            let here = !fallen.is_disjoint(&all);
            if here && !fallen.contains(&root) {
                let left = reached(graph, root, fallen);
                if left.len() + fallen.intersection(&all).count() < all.len() {
                    without.push((cause.clone(), left));
                }
            }
        }
        Self {
            dominators: simple_fast(graph, root),
            without,
        }
    }
}

/// Whatever cables lead to from a machine while some are down.
fn reached(
    graph: &UnGraph<ObjectRef, ()>,
    root: NodeIndex,
    down: &BTreeSet<NodeIndex>,
) -> BTreeSet<NodeIndex> {
    let left = NodeFiltered::from_fn(graph, |n| !down.contains(&n));
    let mut walk = Dfs::new(&left, root);
    let mut out = BTreeSet::new();
    while let Some(node) = walk.next(&left) {
        out.insert(node);
    }
    out
}
