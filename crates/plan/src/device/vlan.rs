//! Whether ports are in the VLANs of their networks.

use super::{Comparing, given};
use crate::How;
use model::declare::OptExt as _;
use model::fact::{FactKind, TargetFacts};
use model::lab::Lab;
use model::lab::device::Port;
use model::value::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::DeviceVlan;
/// The VLAN that every bridge has from the beginning (IEEE 802.1Q, 9.6).
const FIRST: &str = "1";

impl<'a> Comparing<'a> {
    /// The VLAN of untagged frames, and those of tagged ones, of a port whose networks are declared.
    pub(super) fn vlans(&mut self, name: &str, own: &str, declared: &'a Port) {
        let untagged = given(&declared.network);
        let lab = self.ctx.lab;
        let number = |network: &str| number(lab, network);
        if untagged.is_none() && declared.tagged.is_empty() {
            return;
        }
        if let Some(why) = self.facts.gap(KIND) {
            let seen = format!("unknown ({why})");
            let said = format!("port {name} in the VLANs of its networks");
            return self.tell((KIND, own), How::Unknown, &said, &seen, Some(declared.span));
        }
        let bare = members(self.facts, "untagged", own);
        let carried = members(self.facts, "tagged", own);
        if let Some((network, span)) = untagged
            && let Some(vlan) = number(network.name())
            && bare != BTreeSet::from([vlan.as_str()])
        {
            let said = format!("port {name}: VLAN {vlan} ({}) untagged", network.name());
            let seen = match bare.is_empty() {
                true => "no VLAN untagged".to_owned(),
                false => format!("VLAN {} untagged", joined(&bare)),
            };
            self.tell((KIND, own), How::Differs, &said, &seen, Some(span));
        }
        let mut wanted = BTreeSet::new();
        for network in &declared.tagged {
            let Some(vlan) = number(network.value.name()) else {
                continue;
            };
            if !carried.contains(vlan.as_str()) {
                let said = format!("port {name}: VLAN {vlan} ({}) tagged", network.value.name());
                let seen = match carried.is_empty() {
                    true => "no VLAN tagged".to_owned(),
                    false => format!("VLAN {} tagged", joined(&carried)),
                };
                self.tell((KIND, own), How::Missing, &said, &seen, Some(network.span));
            }
            wanted.insert(vlan);
        }
        let more = carried.iter().filter(|v| !wanted.contains(**v));
        let more: BTreeSet<&str> = more.copied().collect();
        if !more.is_empty() {
            let said = format!("port {name}: no other VLAN tagged");
            let seen = format!("VLAN {} tagged", joined(&more));
            self.tell(
                (KIND, own),
                How::Undeclared,
                &said,
                &seen,
                Some(declared.span),
            );
        }
    }

    /// VLANs that no network has.
    pub(super) fn undeclared_vlans(&mut self) {
        let networks = self.ctx.lab.networks.values();
        let known = networks.filter_map(|n| n.vlan.known());
        let known: BTreeSet<String> = known.map(ToString::to_string).collect();
        let facts = self.facts;
        let others = facts.items(KIND);
        for (key, value) in others.filter(|(key, _)| *key != FIRST && !known.contains(*key)) {
            let seen = match super::text(value, "name") {
                Some(name) => format!("VLAN {key}, called {name}"),
                None => format!("VLAN {key}"),
            };
            self.tell(
                (KIND, key),
                How::Undeclared,
                "no network has it",
                &seen,
                None,
            );
        }
    }
}

fn number(lab: &Lab, network: &str) -> Option<String> {
    let network = lab.networks.get(network)?;
    network.vlan.known().map(ToString::to_string)
}

/// The VLANs that a port is in.
fn members<'f>(facts: &'f TargetFacts, how: &str, port: &str) -> BTreeSet<&'f str> {
    let is_in = |v: &Value| match v.field(how) {
        Some(Value::List(ports)) => ports.iter().any(|p| p.as_text() == Some(port)),
        _ => false,
    };
    let all = facts.items(FactKind::DeviceVlan);
    all.filter(|(_, v)| is_in(v)).map(|(key, _)| key).collect()
}

fn joined(vlans: &BTreeSet<&str>) -> String {
    let all: Vec<&str> = vlans.iter().copied().collect();
    all.join(", ")
}
