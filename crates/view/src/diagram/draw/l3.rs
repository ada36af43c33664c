//! Networks as lanes with who has an address in them, routers that join them, the internet with its ways in, and who may talk to whom.

use super::{count, dotted, reference, said, sure, zone_hues};
use crate::diagram::model::{Chip, Diagram, Edge, Hue, Node, Row, Shape, Stroke, Sure, View};
use crate::diagram::{Options, draw::flows};
use litemap::LiteMap;
use model::declare::{OptExt, Or};
use model::id::Kind;
use model::lab::device::DeviceKind;
use model::lab::hardware::HostKind;
use model::lab::network::NetworkKind;
use model::lab::service::Outside;
use model::lab::{Lab, Network};
use std::collections::{BTreeMap, BTreeSet};

/// More members of a network than this are a list of names.
const MANY: usize = 36;
/// Columns of the drawing.
const ROUTERS: usize = 1;
const LANES: usize = 2;

/// What has addresses.
struct Machine<'a> {
    kind: Kind,
    name: &'a str,
    addresses: BTreeMap<&'a str, (String, Sure)>,
    router: bool,
    /// It works without an address: a modem, a switch that nobody manages.
    plain: bool,
    says: String,
}

pub(crate) fn draw(lab: &Lab, options: &Options) -> Diagram {
    let mut out = Diagram::new(View::L3, &lab.name);
    let machines = machines(lab);
    let internet = internet(lab, &mut out);
    let routers = routers(lab, &machines, &mut out);
    if let Some(internet) = internet {
        uplinks(lab, internet, &mut out);
    }
    let lanes = lanes(lab, &machines, options, &mut out);
    join(lab, &machines, &routers, &lanes, internet, &mut out);
    inside(lab, &machines, &mut out);
    homeless(&machines, &mut out);
    let addresses: usize = machines.iter().map(|m| m.addresses.len()).sum();
    out.matrix = flows::matrix(lab);
    out.summary = dotted([
        Some(count(lab.networks.len(), "network", "networks")),
        Some(count(addresses, "address", "addresses")),
        Some(count(lab.zones.len(), "zone", "zones")).filter(|_| !lab.zones.is_empty()),
    ]);
    if lab.networks.is_empty() {
        let text = "No networks are declared: write networks.NAME with vlan, subnet, gateway and zone, and addresses at hosts and guests.";
        out.notes.push(text.to_owned());
    }
    if lab.zones.len() > 1 && lab.flows.is_empty() {
        let text = "No flows are declared: what may pass between the zones is not known.";
        out.notes.push(text.to_owned());
    }
    out.notes.extend(without_networks(lab));
    out
}

/// Zones in which nothing is: they have no lane.
fn without_networks(lab: &Lab) -> Option<String> {
    let used = |zone: &str| {
        let mut zones = lab.networks.values().filter_map(|n| n.about.zone.known());
        zones.any(|z| z.name() == zone)
    };
    let names = lab.zones.keys().map(|z| z.as_str());
    let empty: Vec<&str> = names.filter(|z| !used(z)).collect();
    let word = match empty.len() {
        0 => return None,
        1 => "zone",
        _ => "zones",
    };
    Some(format!(
        "Undecided: no network is said to be in {word} {}.",
        empty.join(", ")
    ))
}

fn machines(lab: &Lab) -> Vec<Machine<'_>> {
    let gateways: BTreeSet<&str> = lab
        .networks
        .values()
        .filter_map(|n| n.gateway.known())
        .map(|g| bare(g))
        .collect();
    let ends: BTreeSet<String> = lab
        .sites
        .values()
        .flat_map(|s| s.about.uplinks.values())
        .filter_map(|u| u.gateway.known())
        .map(|g| reference(g.kind(), g.name()))
        .collect();
    let mut out = Vec::new();
    for (name, host) in &lab.hosts {
        let roles = host.about.roles.iter().any(|r| r.value.0 == "router");
        let unknown = || ("?".to_owned(), Sure::Unknown);
        let addresses = host.addresses.iter().map(|(n, a)| match a.value() {
            Some(a) => (n.as_str(), (bare(a).to_owned(), Sure::Known)),
            None => (n.as_str(), unknown()),
        });
        let mut addresses: BTreeMap<_, _> = addresses.collect();
        // An interface may stand in a network without an address that is declared.
        let nics = host.about.hardware.iter().flat_map(|h| h.nics.values());
        for network in nics.filter_map(|n| n.network.known()) {
            addresses.entry(network.name()).or_insert_with(unknown);
        }
        out.push(Machine {
            kind: Kind::Host,
            name,
            addresses,
            plain: false,
            router: roles || host.about.kind.known() == Some(&HostKind::Router),
            says: dotted([Some("host".to_owned()), host.os.known().cloned()]),
        });
    }
    for (name, device) in &lab.devices {
        let kind = device.kind.known();
        out.push(Machine {
            kind: Kind::Device,
            name,
            addresses: given(&device.addresses),
            router: matches!(kind, Some(DeviceKind::Router | DeviceKind::Firewall)),
            plain: device.managed.known() != Some(&true)
                && matches!(
                    kind,
                    Some(DeviceKind::Switch | DeviceKind::Modem | DeviceKind::Pdu)
                ),
            says: kind.map_or("device", |k| k.word()).to_owned(),
        });
    }
    for (name, guest) in &lab.guests {
        let on = guest.on.known().map(|o| format!("on {}", o.name()));
        out.push(Machine {
            kind: Kind::Guest,
            name,
            addresses: given(&guest.addresses),
            plain: false,
            router: guest.roles.iter().any(|r| r.value.0 == "router"),
            says: dotted([guest.kind.known().map(|k| k.word().to_owned()), on]),
        });
    }
    for machine in &mut out {
        let mut own = machine.addresses.values();
        machine.router |= own.any(|(a, _)| gateways.contains(a.as_str()))
            || ends.contains(&reference(machine.kind, machine.name));
    }
    out
}

/// Declared addresses by network.
fn given<const SET: u64>(
    addresses: &LiteMap<
        model::declare::Ref<SET>,
        model::declare::Given<model::units::net::Address>,
    >,
) -> BTreeMap<&str, (String, Sure)> {
    let each = addresses.iter();
    each.map(|(net, address)| {
        let known = Some(Box::new(address.clone()));
        let text = said(&known).unwrap_or_default();
        (net.name(), (text, sure(&known)))
    })
    .collect()
}

/// An address without the length of its prefix.
fn bare(text: &str) -> &str {
    text.split('/').next().unwrap_or(text)
}

/// The internet with the ways in, where the lab says anything about it.
fn internet(lab: &Lab, out: &mut Diagram) -> Option<usize> {
    let uplinks = lab.sites.values().any(|s| !s.about.uplinks.is_empty());
    let ways = ways(lab);
    let wan = lab.networks.values().any(is_wan);
    if !uplinks && ways.is_empty() && !wan {
        return None;
    }
    let mut node = Node::card("internet", "Internet", Hue::Red).meaning("internet, untrusted");
    let count_of = ways.values().map(Vec::len).sum();
    node.lines.push(match count_of {
        0 => "no way in is declared".to_owned(),
        n => format!("{} declared:", count(n, "way in is", "ways in are")),
    });
    let each = ways.into_iter();
    node.lines
        .extend(each.map(|(way, to)| format!("{way}: {}", to.join(", "))));
    Some(out.node(node))
}

/// Ways in from the internet: port and door, and what is behind it.
fn ways(lab: &Lab) -> BTreeMap<String, Vec<String>> {
    let mut ways: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, service) in &lab.services {
        for way in &service.exposures {
            if !matches!(
                way.from.known(),
                Some(Or::Word(Outside::Internet | Outside::Any))
            ) {
                continue;
            }
            let via = way.via.known().map(|v| format!(" via {}", v.name()));
            let port = said(&way.port).unwrap_or_else(|| "?".to_owned());
            ways.entry(format!("{port}{}", via.unwrap_or_default()))
                .or_default()
                .push(name.clone());
        }
    }
    for (name, host) in &lab.hosts {
        let open = host.exposures.iter().filter(|e| {
            let from = e.from.as_ref().map(|f| f.value.as_str());
            matches!(from, Some("any" | "internet"))
        });
        for way in open {
            let port = format!("{}/{}", way.port.value, way.protocol.word());
            ways.entry(port).or_default().push(name.clone());
        }
    }
    ways
}

fn is_wan(network: &Network) -> bool {
    network.about.kind.known() == Some(&NetworkKind::Wan)
}

/// A row per uplink, joined to the router at its end.
fn uplinks(lab: &Lab, internet: usize, out: &mut Diagram) {
    for (site, declared) in &lab.sites {
        for (name, uplink) in &declared.about.uplinks {
            let rates = said(&uplink.down).map(|d| {
                let up = said(&uplink.up).unwrap_or_else(|| "?".to_owned());
                format!("{d} down, {up} up")
            });
            let mut detail = dotted([said(&uplink.kind), rates]);
            let end = uplink
                .gateway
                .known()
                .and_then(|g| out.find(&reference(g.kind(), g.name())));
            if end.is_none() && uplink.gateway.is_none() {
                detail = dotted([Some(detail), Some("its router: ?".to_owned())]);
            }
            let Some(node) = out.nodes.get_mut(internet) else {
                return;
            };
            node.rows.push(Row {
                text: format!("{site}/{}", name.0),
                detail,
            });
            node.of.insert(format!("uplink/{site}/{}", name.0));
            let row = node.rows.len() - 1;
            if let Some(end) = end {
                let edge = Edge::plain(internet, end, Stroke::Solid, "is connected to");
                out.edges.push(Edge {
                    from_row: Some(row),
                    ..edge
                });
            }
        }
    }
}

/// Routers with a row per network; what a gateway's address belongs to is asked if nothing has it.
fn routers<'a>(
    lab: &'a Lab,
    machines: &[Machine<'a>],
    out: &mut Diagram,
) -> BTreeMap<String, Vec<(usize, usize)>> {
    let order = ordered(lab);
    let mut ends: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for machine in machines.iter().filter(|m| m.router) {
        let id = reference(machine.kind, machine.name);
        let mut node = Node::card(id, machine.name, Hue::Grey)
            .meaning("router")
            .line(&machine.says)
            .column(ROUTERS);
        let mut own: Vec<_> = machine.addresses.iter().collect();
        own.sort_by_key(|(net, _)| order.iter().position(|n| n == *net));
        let at = out.nodes.len();
        for (net, (address, _)) in own {
            ends.entry((*net).to_owned())
                .or_default()
                .push((at, node.rows.len()));
            node.rows.push(Row {
                text: (*net).to_owned(),
                detail: address.clone(),
            });
        }
        out.node(node);
    }
    for net in order {
        let Some(network) = lab.networks.get(net) else {
            continue;
        };
        let Some(gateway) = network.gateway.known().map(|g| bare(g)) else {
            continue;
        };
        let has = machines
            .iter()
            .any(|m| m.addresses.get(net).is_some_and(|(a, _)| a == gateway));
        // The router of a provider is not part of the lab.
        if has || is_wan(network) {
            continue;
        }
        let node = Node::card(format!("gateway/{net}"), format!("? {gateway}"), Hue::Grey)
            .line("gateway that no machine of the lab is")
            .sure(Sure::Unknown)
            .column(ROUTERS);
        let at = out.node(node);
        if let Some(node) = out.nodes.get_mut(at) {
            node.rows.push(Row {
                text: net.to_owned(),
                detail: gateway.to_owned(),
            });
        }
        ends.entry(net.to_owned()).or_default().push((at, 0));
    }
    ends
}

/// Networks in the order of their zones, then of their VLANs.
fn ordered(lab: &Lab) -> Vec<&str> {
    let key = |name: &str, network: &Network| {
        let zone = network.about.zone.known().map(|z| z.name().to_owned());
        let rank = zone
            .as_ref()
            .and_then(|z| lab.zones.get(z))
            .map_or(7, super::rank);
        let vlan = network.vlan.known().copied();
        (
            !is_wan(network),
            rank,
            zone,
            vlan.is_none(),
            vlan,
            name.to_owned(),
        )
    };
    let mut nets: Vec<_> = lab
        .networks
        .iter()
        .map(|(n, w)| (key(n, w), n.as_str()))
        .collect();
    nets.sort();
    nets.into_iter().map(|(_, name)| name).collect()
}

/// It exists on one machine, and nothing of the lab has an address in it.
fn is_inside(name: &str, network: &Network, machines: &[Machine]) -> bool {
    let kind = network.about.kind.known();
    matches!(kind, Some(NetworkKind::Docker | NetworkKind::Overlay))
        && network.about.zone.is_none()
        && !machines.iter().any(|m| m.addresses.contains_key(name))
}

fn lanes(
    lab: &Lab,
    machines: &[Machine],
    options: &Options,
    out: &mut Diagram,
) -> BTreeMap<String, usize> {
    let hues = zone_hues(lab);
    let mut lanes = BTreeMap::new();
    for name in ordered(lab) {
        let Some(network) = lab.networks.get(name) else {
            continue;
        };
        if is_inside(name, network, machines) {
            continue;
        }
        let zone = network.about.zone.known().map(model::declare::Ref::name);
        let hue = zone.and_then(|z| hues.get(z).copied());
        let wan = is_wan(network);
        let hue = hue.unwrap_or(if wan { Hue::Red } else { Hue::Grey });
        let group = zone.map(|z| {
            let trust = lab.zones.get(z).and_then(|z| said(&z.trust));
            let title = dotted([Some(format!("zone {z}")), trust]);
            out.group(&reference(Kind::Zone, z), &title, Sure::Known)
        });
        let mut node = Node::card(reference(Kind::Network, name), name, hue)
            .line(about(network))
            .line(said(&network.about.description).unwrap_or_default())
            .group(group)
            .column(LANES);
        node.shape = Shape::Lane;
        node.meaning = match zone {
            Some(zone) => format!("zone {zone}"),
            None if wan => "internet, untrusted".to_owned(),
            None => "network without a zone".to_owned(),
        };
        node.of.extend(zone.map(|z| reference(Kind::Zone, z)));
        let own = machines.iter().filter(|m| m.addresses.contains_key(name));
        let routers: BTreeSet<String> = own
            .clone()
            .filter(|m| m.router)
            .map(|m| reference(m.kind, m.name))
            .collect();
        let alone = own.clone().all(|m| m.router);
        if alone && routers.is_empty() {
            node.lines
                .push("nothing with an address declared".to_owned());
        } else if alone {
            node.lines
                .push("only routers have an address in it".to_owned());
        }
        node.of.extend(routers);
        members(&mut node, name, own.filter(|m| !m.router), options);
        lanes.insert(name.to_owned(), out.node(node));
    }
    lanes
}

/// VLAN, subnet, gateway, DHCP.
fn about(network: &Network) -> String {
    let dhcp = network.about.dhcp.as_ref().map(|d| {
        let server = d.server.known().map(|s| format!(" from {}", s.name()));
        let range = said(&d.range).unwrap_or_else(|| "?".to_owned());
        format!("DHCP {range}{}", server.unwrap_or_default())
    });
    let vlan = network.vlan.known().map(|v| format!("VLAN {v}"));
    let kind = said(&network.about.kind).filter(|_| vlan.is_none());
    let subnet = network.subnet.known().map_or("subnet: ?", String::as_str);
    let gateway = network
        .gateway
        .known()
        .map(|g| format!("gateway {}", bare(g)));
    let inner = network.about.internal.known() == Some(&true);
    let inner = inner.then(|| "no way out".to_owned());
    dotted([vlan.or(kind), Some(subnet.to_owned()), gateway, dhcp, inner])
}

fn members<'a>(
    node: &mut Node,
    net: &str,
    machines: impl Iterator<Item = &'a Machine<'a>>,
    options: &Options,
) {
    let mut chips: Vec<Chip> = Vec::new();
    for machine in machines {
        let Some((address, known)) = machine.addresses.get(net) else {
            continue;
        };
        let also: Vec<&str> = machine
            .addresses
            .keys()
            .copied()
            .filter(|n| *n != net)
            .collect();
        let also = (!also.is_empty()).then(|| format!("also in {}", also.join(", ")));
        chips.push(Chip {
            of: reference(machine.kind, machine.name),
            name: machine.name.to_owned(),
            text: address.clone(),
            detail: dotted([Some(machine.says.clone()), also]),
            sure: *known,
        });
    }
    node.of.extend(chips.iter().map(|c| c.of.clone()));
    if chips.len() > MANY && !options.expand {
        let rest: Vec<String> = chips
            .split_off(MANY - 1)
            .into_iter()
            .map(|c| c.name)
            .collect();
        node.lines
            .push(format!("and {} more: {}", rest.len(), rest.join(", ")));
    }
    node.chips = chips;
}

/// Lines from routers to their networks; a network of a provider that no router ends hangs on the internet itself.
fn join(
    lab: &Lab,
    machines: &[Machine],
    routers: &BTreeMap<String, Vec<(usize, usize)>>,
    lanes: &BTreeMap<String, usize>,
    internet: Option<usize>,
    out: &mut Diagram,
) {
    for (net, lane) in lanes {
        for (node, row) in routers.get(net).into_iter().flatten() {
            let edge = Edge::plain(*node, *lane, Stroke::Solid, "has an address in");
            let hue = out.nodes.get(*lane).map(|n| n.hue);
            out.edges.push(Edge {
                from_row: Some(*row),
                hue,
                ..edge
            });
        }
        let own = machines
            .iter()
            .filter(|m| m.router && m.addresses.contains_key(net.as_str()));
        let wan = lab.networks.get(net).is_some_and(is_wan);
        if let Some(internet) = internet.filter(|_| wan && own.count() == 0) {
            let line = Edge::plain(internet, *lane, Stroke::Solid, "is connected to");
            out.edges.push(line);
        }
    }
}

/// Networks inside of a machine as one lane per machine.
fn inside(lab: &Lab, machines: &[Machine], out: &mut Diagram) {
    let mut by: BTreeMap<String, Vec<(&str, &Network)>> = BTreeMap::new();
    for name in ordered(lab) {
        let Some(network) = lab.networks.get(name) else {
            continue;
        };
        if is_inside(name, network, machines) {
            let on = network.about.on.known().map(|o| o.name().to_owned());
            by.entry(on.unwrap_or_else(|| "?".to_owned()))
                .or_default()
                .push((name, network));
        }
    }
    for (on, networks) in by {
        let mut node = Node::card(format!("inside/{on}"), format!("inside {on}"), Hue::Grey)
            .line("networks that do not leave it")
            .meaning("networks of containers")
            .column(LANES);
        node.shape = Shape::Lane;
        for (name, network) in networks {
            let inner = network.about.internal.known() == Some(&true);
            let subnet = network.subnet.known().cloned();
            let text = if inner {
                Some("no way out".to_owned())
            } else {
                subnet
            };
            let of = reference(Kind::Network, name);
            node.of.insert(of.clone());
            node.chips.push(Chip {
                of,
                name: name.to_owned(),
                text: text.unwrap_or_else(|| "subnet: ?".to_owned()),
                detail: dotted([said(&network.about.kind), said(&network.about.description)]),
                sure: Sure::Known,
            });
        }
        node.of.insert(reference(Kind::Host, &on));
        out.node(node);
    }
}

/// Machines without any address are not left out.
fn homeless(machines: &[Machine], out: &mut Diagram) {
    let lost = machines
        .iter()
        .filter(|m| m.addresses.is_empty() && !m.router && !m.plain);
    let chips: Vec<Chip> = lost
        .map(|m| Chip {
            of: reference(m.kind, m.name),
            name: m.name.to_owned(),
            text: "?".to_owned(),
            detail: m.says.clone(),
            sure: Sure::Unknown,
        })
        .collect();
    if chips.is_empty() {
        return;
    }
    let mut node = Node::card("unaddressed", "no address declared", Hue::Grey)
        .line("by DHCP, in a network that nobody wrote down, or none")
        .sure(Sure::Unknown)
        .column(LANES);
    node.shape = Shape::Lane;
    node.of.extend(chips.iter().map(|c| c.of.clone()));
    node.chips = chips;
    out.node(node);
}
