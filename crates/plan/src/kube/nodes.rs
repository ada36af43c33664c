//! Nodes against the declared members: which is which is known by their names, else by their addresses.

use super::{Comparing, text, texts};
use crate::How;
use core::net::IpAddr;
use diag::Span;
use graph::addresses::held;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::guest::{Cluster, Extent};
use std::collections::{BTreeMap, BTreeSet};

const KIND: FactKind = FactKind::KubeNode;
/// Roles of a node of the control plane.
const CONTROL: [&str; 2] = ["control-plane", "master"];

/// The machines of a list.
type Named = BTreeSet<ObjectRef>;

fn named(list: &[diag::Spanned<model::declare::Ref<{ model::declare::set::MACHINE }>>]) -> Named {
    let each = list.iter().map(|m| &m.value);
    each.map(|m| ObjectRef::new(m.kind(), m.name())).collect()
}

/// Each declared member once, with where that is written.
fn members(cluster: &Cluster) -> BTreeMap<ObjectRef, Span> {
    let all = cluster.members.iter().chain(&cluster.masters);
    let all = all.chain(&cluster.workers);
    let mut out = BTreeMap::new();
    for member in all {
        let object = ObjectRef::new(member.value.kind(), member.value.name());
        out.entry(object).or_insert(member.span);
    }
    out
}

/// The machines that nodes are, by the name of the node.
pub fn machines_of<'f>(
    lab: &Lab,
    cluster: &Cluster,
    facts: &'f TargetFacts,
) -> BTreeMap<&'f str, ObjectRef> {
    let mut by_name: BTreeMap<&str, &str> = BTreeMap::new();
    let mut by_address: BTreeMap<IpAddr, &str> = BTreeMap::new();
    for (node, value) in facts.items(KIND) {
        by_name.insert(node, node);
        // Some nodes are called by their whole name.
        if let Some((first, _)) = node.split_once('.') {
            by_name.entry(first).or_insert(node);
        }
        let addresses = texts(value, "addresses").into_iter();
        by_address.extend(addresses.filter_map(|a| Some((a.parse().ok()?, node))));
    }
    let members = members(cluster);
    let mut out = BTreeMap::new();
    let mut placed = BTreeSet::new();
    for member in members.keys() {
        let own = lab.guests.get(&member.name);
        let own = own.and_then(|g| model::declare::OptExt::known(&g.name));
        let mut names = [Some(member.name.as_str()), own.map(String::as_str)];
        let found = names.iter_mut().flatten().find_map(|n| by_name.get(*n));
        if let Some(node) = found {
            out.insert(*node, member.clone());
            placed.insert(member);
        }
    }
    for held in held(lab)
        .into_iter()
        .filter(|h| members.contains_key(&h.owner))
    {
        if let Some(node) = by_address.get(&held.address)
            && !placed.contains(&held.owner)
        {
            out.entry(*node).or_insert(held.owner);
        }
    }
    out
}

impl<'a> Comparing<'a> {
    pub(super) fn nodes(&mut self, cluster: &'a Cluster) {
        let extent = self.extent(|c| c.manage.as_ref().map(|m| &m.nodes));
        let facts = self.facts;
        let machines = machines_of(self.ctx.lab, cluster, facts);
        let nodes: BTreeMap<&ObjectRef, &str> = machines.iter().map(|(n, m)| (m, *n)).collect();
        let (masters, workers) = (named(&cluster.masters), named(&cluster.workers));
        for (member, span) in members(cluster) {
            match nodes.get(&member) {
                Some(node) => self.roles((&masters, &workers), &member, node, span),
                None => {
                    let said = format!("{member} as a node");
                    self.lacking(KIND, &member.name, &said, span);
                }
            }
        }
        let strange = facts.items(KIND).filter(|(n, _)| !machines.contains_key(n));
        for (node, value) in strange.filter(|_| extent == Extent::Exactly) {
            let at = texts(value, "addresses").join(", ");
            let seen = match text(value, "kubelet") {
                Some(kubelet) => format!("a node at {at}, kubelet {kubelet}"),
                None => format!("a node at {at}"),
            };
            let path = FactPath::new(KIND, node);
            self.out
                .tell(path, How::Undeclared, "not declared", &seen, None);
        }
        if extent != Extent::Ignore {
            self.partial(KIND, "no other nodes");
        }
    }

    fn roles(
        &mut self,
        (masters, workers): (&Named, &Named),
        member: &ObjectRef,
        node: &str,
        span: Span,
    ) {
        let path = FactPath::new(KIND, node);
        let seen = self.facts.seen(&path);
        let Some(value) = seen.value().filter(|v| v.field("roles").is_some()) else {
            return;
        };
        let (master, worker) = (masters.contains(member), workers.contains(member));
        let roles = texts(value, "roles");
        let controls = roles.iter().any(|r| CONTROL.contains(r));
        let said = match (master, worker, controls) {
            (true, _, false) => "of the control plane",
            (false, true, true) => "a worker alone",
            _ => return,
        };
        let seen = match roles.as_slice() {
            [] => "no role".to_owned(),
            roles => format!("roles {}", roles.join(", ")),
        };
        let said = format!("{member}: {said}");
        self.out.tell(path, How::Differs, &said, &seen, Some(span));
    }
}
