//! Switches and machines with their ports, cables between them, radio, uplinks; cabling that nobody declared is drawn as that.

use super::{count, dotted, reference, said};
use crate::diagram::model::{Diagram, Edge, Hue, Node, Row, Stroke, Sure, View};
use model::declare::{OptExt, Ref};
use model::id::Kind;
use model::lab::Lab;
use model::lab::device::{Cable, DeviceKind};
use model::lab::hardware::NicKind;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const CABLE: &str = "cable";
const RADIO: &str = "radio";

/// A port or interface: the node and the row in it.
type Socket = (usize, usize);

pub(crate) fn draw(lab: &Lab) -> Diagram {
    let mut out = Diagram::new(View::L2, &lab.name);
    let mut sockets = BTreeMap::new();
    devices(lab, &mut out, &mut sockets);
    hosts(lab, &mut out, &mut sockets);
    let mut plugged: BTreeSet<usize> = BTreeSet::new();
    for cable in &lab.cables {
        lay(cable, &mut sockets, &mut plugged, &mut out);
    }
    uplinks(lab, &mut plugged, &mut out);
    radio(lab, &sockets, &mut plugged, &mut out);
    orient(&mut out);
    loose(&plugged, &mut out);
    out.summary = dotted([
        Some(count(lab.devices.len(), "device", "devices")),
        Some(count(lab.hosts.len(), "host", "hosts")),
        Some(count(lab.cables.len(), "cable", "cables")),
        Some(count(
            lab.networks.values().filter(|n| n.vlan.is_some()).count(),
            "VLAN",
            "VLANs",
        )),
    ]);
    if lab.cables.is_empty() && !out.nodes.is_empty() {
        let text = "No cables are declared: write cables: [{from: switch/1, to: host/eno1}] with ports of devices and nics of hosts.";
        out.notes.push(text.to_owned());
    }
    if out.nodes.is_empty() {
        let text = "Nothing is declared that could have a cable: write hosts.NAME.hardware.nics, devices.NAME.ports and cables.";
        out.notes.push(text.to_owned());
    }
    out
}

/// `untagged mgmt, tagged ops, k8s`, with VLAN numbers.
fn frames<const A: u64, const B: u64>(
    lab: &Lab,
    untagged: &model::declare::Opt<Ref<A>>,
    tagged: &[diag::Spanned<Ref<B>>],
) -> String {
    let vlan = |name: &str| {
        let vlan = lab.networks.get(name).and_then(|n| n.vlan.known());
        vlan.map_or(name.to_owned(), |v| format!("{name}\u{a0}{v}"))
    };
    let own = untagged
        .as_ref()
        .map(|n| n.value().map_or("?".to_owned(), |n| vlan(n.name())));
    let many: Vec<String> = tagged.iter().map(|t| vlan(t.value.name())).collect();
    let many = (!many.is_empty()).then(|| format!("tagged {}", many.join(", ")));
    dotted([own, many])
}

fn devices(lab: &Lab, out: &mut Diagram, sockets: &mut BTreeMap<String, Socket>) {
    for (name, device) in &lab.devices {
        let kind = device.kind.known();
        let (hue, meaning) = match kind {
            Some(DeviceKind::Switch) => (Hue::Teal, "switch"),
            Some(
                DeviceKind::Router | DeviceKind::Firewall | DeviceKind::Modem | DeviceKind::Gateway,
            ) => (Hue::Violet, "router, firewall or modem"),
            Some(DeviceKind::AccessPoint) => (Hue::Green, "access point"),
            _ => (Hue::Grey, "other device"),
        };
        let id = reference(Kind::Device, name);
        let mut node = Node::card(&id, name, hue)
            .meaning(meaning)
            .line(dotted([said(&device.kind), said(&device.model)]));
        let mut ports: Vec<_> = device.ports.iter().collect();
        ports.sort_by_key(|(port, _)| (port.0.parse::<u32>().unwrap_or(u32::MAX), (*port).clone()));
        let at = out.nodes.len();
        for (port, declared) in ports {
            let row = dotted([Some(port.0.clone()), said(&declared.speed)]);
            sockets.insert(format!("{id}/{}", port.0), (at, node.rows.len()));
            let frames = frames(lab, &declared.network, &declared.tagged);
            node.rows.push(Row {
                text: row,
                detail: dotted([Some(frames), said(&declared.purpose)]),
            });
        }
        out.node(node);
    }
}

fn hosts(lab: &Lab, out: &mut Diagram, sockets: &mut BTreeMap<String, Socket>) {
    for (name, host) in &lab.hosts {
        let id = reference(Kind::Host, name);
        let mut node = Node::card(&id, name, Hue::Blue)
            .meaning("host")
            .line(dotted([said(&host.about.kind), host.os.known().cloned()]));
        let at = out.nodes.len();
        let nics = host.about.hardware.iter().flat_map(|h| &h.nics);
        for (nic, declared) in nics {
            let wifi = (declared.kind.known() == Some(&NicKind::Wifi)).then(|| "wifi".to_owned());
            let row = dotted([Some(nic.0.clone()), wifi, said(&declared.speed)]);
            sockets.insert(format!("{id}/{}", nic.0), (at, node.rows.len()));
            let detail = frames(lab, &declared.network, &declared.tagged);
            node.rows.push(Row { text: row, detail });
        }
        out.node(node);
    }
}

/// A line between two sockets; sockets that only a cable names get a row.
fn lay(
    cable: &Cable,
    sockets: &mut BTreeMap<String, Socket>,
    plugged: &mut BTreeSet<usize>,
    out: &mut Diagram,
) {
    let ends: Vec<_> = [cable.from.known(), cable.to.known()]
        .into_iter()
        .flatten()
        .collect();
    let [a, b] = ends.as_slice() else { return };
    let mut sides = Vec::new();
    for end in [a, b] {
        let owner = reference(end.kind(), end.name());
        let part = end.part().unwrap_or("?");
        let key = format!("{owner}/{part}");
        let socket = sockets.get(&key).copied().or_else(|| {
            let at = out.find(&owner)?;
            let node = out.nodes.get_mut(at)?;
            node.rows.push(Row {
                text: part.to_owned(),
                detail: String::new(),
            });
            let socket = (at, node.rows.len() - 1);
            sockets.insert(key, socket);
            Some(socket)
        });
        sides.extend(socket);
    }
    let [(a, row_a), (b, row_b)] = sides.as_slice() else {
        return;
    };
    if let Some(label) = said(&cable.label) {
        for (node, row) in [(a, row_a), (b, row_b)] {
            let row = out.nodes.get_mut(*node).and_then(|n| n.rows.get_mut(*row));
            if let Some(row) = row {
                row.text = dotted([
                    Some(std::mem::take(&mut row.text)),
                    Some(format!("cable {label}")),
                ]);
            }
        }
    }
    plugged.extend([*a, *b]);
    out.edges.push(Edge {
        from_row: Some(*row_a),
        to_row: Some(*row_b),
        ..Edge::plain(*a, *b, Stroke::Solid, CABLE)
    });
}

/// Uplinks hang on the modem that their router is plugged into, else on the router.
fn uplinks(lab: &Lab, plugged: &mut BTreeSet<usize>, out: &mut Diagram) {
    for (site, declared) in &lab.sites {
        for (name, uplink) in &declared.about.uplinks {
            let rates = said(&uplink.down).map(|d| {
                format!(
                    "{d} down, {} up",
                    said(&uplink.up).unwrap_or_else(|| "?".to_owned())
                )
            });
            let node = Node::card(
                format!("uplink/{site}/{}", name.0),
                format!("{site}/{}", name.0),
                Hue::Red,
            )
            .meaning("uplink")
            .line(dotted([said(&uplink.kind), said(&uplink.provider)]))
            .line(rates.unwrap_or_default());
            let at = out.node(node);
            let end = uplink
                .gateway
                .known()
                .and_then(|g| out.find(&reference(g.kind(), g.name())));
            let Some(end) = end else { continue };
            let is_modem = |n: &usize| {
                let device = out.nodes.get(*n).and_then(|n| lab.devices.get(&n.title));
                device.is_some_and(|d| d.kind.known() == Some(&DeviceKind::Modem))
            };
            let beside = out.edges.iter().filter_map(|e| match (e.from, e.to) {
                (a, b) if a == end => Some(b),
                (a, b) if b == end => Some(a),
                _ => None,
            });
            let modem = beside.filter(is_modem).min();
            let to = modem.unwrap_or(end);
            plugged.extend([at, to]);
            out.edges.push(Edge::plain(at, to, Stroke::Solid, "uplink"));
        }
    }
}

/// Radio interfaces without a cable: joined to the only access point if there is one, else it stays open which.
fn radio(
    lab: &Lab,
    sockets: &BTreeMap<String, Socket>,
    plugged: &mut BTreeSet<usize>,
    out: &mut Diagram,
) {
    let points: Vec<usize> = lab
        .devices
        .iter()
        .filter(|(_, d)| d.kind.known() == Some(&DeviceKind::AccessPoint))
        .filter_map(|(n, _)| out.find(&reference(Kind::Device, n)))
        .collect();
    let [point] = points.as_slice() else { return };
    for (name, host) in &lab.hosts {
        for (nic, declared) in host.about.hardware.iter().flat_map(|h| &h.nics) {
            let socket = sockets.get(&format!("{}/{}", reference(Kind::Host, name), nic.0));
            let Some((at, row)) = socket.filter(|_| declared.kind.known() == Some(&NicKind::Wifi))
            else {
                continue;
            };
            plugged.insert(*at);
            out.edges.push(Edge {
                to_row: Some(*row),
                ..Edge::plain(*point, *at, Stroke::Dashed, RADIO)
            });
        }
    }
}

/// Turns every line away from the internet, or else from the node with most lines: breadth first.
fn orient(out: &mut Diagram) {
    let count = out.nodes.len();
    let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in &out.edges {
        near.entry(edge.from).or_default().push(edge.to);
        near.entry(edge.to).or_default().push(edge.from);
    }
    let mut starts: Vec<usize> = (0..count).collect();
    let first = |n: &usize| {
        let node = out.nodes.get(*n);
        let uplink = node.is_some_and(|n| n.id.starts_with("uplink/"));
        let network = node.is_some_and(|n| matches!(n.hue, Hue::Violet | Hue::Teal));
        (
            !uplink,
            !network,
            usize::MAX - near.get(n).map_or(0, Vec::len),
        )
    };
    starts.sort_by_key(first);
    let mut rank: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for start in starts {
        if rank.contains_key(&start) {
            continue;
        }
        let mut open = VecDeque::from([(start, 0)]);
        rank.insert(start, (0, rank.len()));
        while let Some((node, depth)) = open.pop_front() {
            for next in near.get(&node).into_iter().flatten() {
                if !rank.contains_key(next) {
                    rank.insert(*next, (depth + 1, rank.len()));
                    open.push_back((*next, depth + 1));
                }
            }
        }
    }
    for edge in &mut out.edges {
        if rank.get(&edge.from) > rank.get(&edge.to) {
            std::mem::swap(&mut edge.from, &mut edge.to);
            std::mem::swap(&mut edge.from_row, &mut edge.to_row);
        }
    }
}

/// What no cable leads to is drawn, with a dotted outline, in the last column.
fn loose(plugged: &BTreeSet<usize>, out: &mut Diagram) {
    let all: Vec<usize> = (0..out.nodes.len())
        .filter(|n| !plugged.contains(n))
        .collect();
    if all.is_empty() {
        return;
    }
    let group = out.group("loose", "cabling not declared", Sure::Unknown);
    let columns = if plugged.is_empty() { 4 } else { 1 };
    for (rank, n) in all.into_iter().enumerate() {
        if let Some(node) = out.nodes.get_mut(n) {
            node.group = Some(group);
            node.sure = Sure::Unknown;
            node.column = if columns == 1 { LAST } else { rank % columns };
        }
    }
}

/// Behind every column that cables lead to.
const LAST: usize = 40;
