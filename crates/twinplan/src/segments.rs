//! Segments: one bridge per declared network that machines stand in.

use crate::design::{Absent, Design, Segment};
use crate::machines::{free, slug};
use graph::addresses;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::network::NetworkKind;
use model::lab::{Lab, Network};
use std::collections::BTreeSet;

/// Longest name of an interface, `IFNAMSIZ` without the final zero.
const LONGEST: usize = 15;

/// Adds the segments, and the networks that are none.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
    // The machine's own interfaces have these names.
    let mut interfaces = BTreeSet::from(["eth0".to_owned(), "lo".to_owned()]);
    for (name, network) in &lab.networks {
        let inner = match network.about.kind.known() {
            Some(NetworkKind::Docker) => Some("it is inside of a container engine"),
            Some(NetworkKind::Overlay) => Some("it is inside of a cluster"),
            _ => None,
        };
        if let Some(why) = inner {
            design.absent.push(Absent {
                of: ObjectRef::new(Kind::Network, name),
                why: why.to_owned(),
            });
            continue;
        }
        design.segments.push(Segment {
            name: name.clone(),
            interface: interface(&mut interfaces, name),
            vlan: network.vlan.known().copied(),
            subnet: addresses::subnet(network),
            zone: network.about.zone.known().map(|z| z.name().to_owned()),
            gateway: addresses::gateway(network),
            vantage: None,
            notes: notes(network),
        });
    }
}

fn interface(taken: &mut BTreeSet<String>, network: &str) -> String {
    let plain: String = slug(network).chars().take(LONGEST).collect();
    let short: String = plain.chars().take(LONGEST - 3).collect();
    let more = (2..100).map(|n| format!("{short}-{n}"));
    let mut all = std::iter::once(plain.clone()).chain(more);
    let free = all.find(|n| !n.is_empty() && taken.insert(n.clone()));
    free.unwrap_or(plain)
}

fn notes(network: &Network) -> Vec<String> {
    let mut out = Vec::new();
    match (&network.subnet, addresses::subnet(network)) {
        (_, Some(_)) => {}
        (None, None) => out.push("no subnet is declared".to_owned()),
        (Some(_), None) => out.push("its subnet is not known".to_owned()),
    }
    if network.gateway.is_some() && addresses::gateway(network).is_none() {
        out.push("its gateway is not known".to_owned());
    }
    match network.about.kind.known() {
        Some(NetworkKind::Vpn) => {
            out.push("a tunnel; here a plain segment, not encrypted".to_owned())
        }
        Some(NetworkKind::Wan) => out.push("leads nowhere: a twin has no way out".to_owned()),
        _ => {}
    }
    if network.about.mtu.known().is_some() {
        out.push("its largest packet is not set".to_owned());
    }
    out
}

/// Chooses an address in each segment for a place to look from.
pub(crate) fn add_vantages(lab: &Lab, design: &mut Design) {
    for at in 0..design.segments.len() {
        let Some(segment) = design.segments.get(at) else {
            continue;
        };
        let found = segment
            .subnet
            .and_then(|subnet| free(lab, design, &segment.name, subnet));
        if let Some(segment) = design.segments.get_mut(at) {
            segment.vantage = found;
        }
    }
}
