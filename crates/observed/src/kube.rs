//! Kubernetes as its API told it, beside the declaration.

use crate::Context;
use crate::backups::{flag, number};
use crate::look::{Look, products};
use crate::presence::presence;
use graph::votes::Presence;
use model::fact::FactKind;
use model::units::Seconds;
use model::value::Value;
use plan::interface::By;
use std::collections::BTreeMap;

/// What was made less than this before the look (s) may still be on its way.
const YOUNG: i64 = 600;

/// Clusters that were asked.
pub(crate) fn all<'c, 'a>(ctx: &'c Context<'a>) -> Vec<Look<'c, 'a>> {
    let all = products(ctx).into_iter();
    let asked = all.filter(|(_, i)| matches!(i.by, By::Kubernetes(_)));
    asked.map(|(look, _)| look).collect()
}

/// When the machine of each node is to be on; a node that is no declared machine always is.
pub(crate) struct Nodes<'f>(BTreeMap<&'f str, Presence>);

impl<'f> Nodes<'f> {
    pub(crate) fn of(look: &Look<'_, 'f>) -> Self {
        let lab = look.lab();
        let cluster = lab.clusters.get(look.name);
        let machines = cluster.map(|c| plan::kube::machines_of(lab, c, look.facts));
        let machines = machines.unwrap_or_default().into_iter();
        Self(
            machines
                .map(|(node, m)| (node, presence(lab, &m)))
                .collect(),
        )
    }

    pub(crate) fn presence(&self, node: &str) -> Presence {
        self.0.get(node).copied().unwrap_or(Presence::Always)
    }

    /// Nodes that the cluster has lost contact with and that may be off.
    pub(crate) fn off(&self, look: &Look<'_, '_>) -> usize {
        let nodes = look.items(FactKind::KubeNode);
        nodes
            .filter(|(name, node)| {
                flag(node, "lost") == Some(true) && self.presence(name) != Presence::Always
            })
            .count()
    }
}

/// Why nothing is concluded yet of what was just made.
pub(crate) fn young(look: &Look<'_, '_>, value: &Value) -> Option<String> {
    let age = look.ago(number(value, "created")?);
    let is_young = (0..YOUNG).contains(&age);
    is_young.then(|| format!("it was made {} before the look", Seconds(age)))
}
