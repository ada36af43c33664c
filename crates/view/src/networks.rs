//! Networks and their addresses: what is used, what is free, and the next free one.

use crate::{Cell, Input, Sheet};
use core::net::IpAddr;
use graph::addresses::{Subnets, above, gateway, held, is_usable, reserved};
use graph::container_addresses::{fixed, given_out, kept};
use ipnet::IpNet;
use model::declare::{OptExt as _, Or};
use model::lab::network::RecordType;
use model::lab::{Lab, Network};
use model::units::net::AddressRange;
use std::collections::{BTreeMap, BTreeSet};

/// Larger networks are not searched for their next free address one by one.
const SEARCHED: usize = 1 << 16;

/// Addresses of one network with what has them.
type Taken = BTreeMap<IpAddr, Vec<String>>;

pub(crate) fn sheets(input: &Input<'_>) -> Vec<Sheet> {
    let lab = input.lab;
    let taken = taken(input);
    let mut engines: BTreeMap<&str, Vec<IpNet>> = BTreeMap::new();
    for (lan, range) in given_out(lab, input.projects) {
        engines.entry(lan).or_default().push(range);
    }
    vec![networks(lab, &taken, &engines), addresses(lab, &taken)]
}

fn networks(
    lab: &Lab,
    taken: &BTreeMap<&str, Taken>,
    engines: &BTreeMap<&str, Vec<IpNet>>,
) -> Sheet {
    let mut sheet = Sheet::new(
        "networks",
        &[
            "NETWORK",
            "VLAN",
            "SUBNET",
            "ZONE",
            "GATEWAY",
            "DHCP",
            "USED",
            "FREE",
            "NEXT FREE",
        ],
    );
    let nobody = Taken::new();
    let mut notes = Vec::new();
    for (name, network) in &lab.networks {
        let about = &network.about;
        let used = taken.get(name.as_str()).unwrap_or(&nobody);
        let given = engines.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let room = network
            .subnet
            .known()
            .and_then(|s| Room::of(s, (network, given), used));
        let open = room.as_ref().and_then(|r| r.left.as_ref().err());
        let left = room.as_ref().and_then(|r| r.left.as_ref().ok());
        let count = |n: Option<u128>| n.map_or_else(Cell::silent, Cell::computed);
        if let Some(why) = open {
            notes.push(format!("what is free in '{name}' is not known: {why}"));
        }
        sheet.row([
            Cell::declared(name),
            Cell::of(&network.vlan),
            Cell::of(&network.subnet),
            Cell::with(&about.zone, |z| z.name().to_owned()),
            Cell::of(&network.gateway),
            about
                .dhcp
                .as_ref()
                .map_or_else(Cell::silent, |d| Cell::of(&d.range)),
            count(room.as_ref().map(|r| r.used)),
            open.map_or_else(|| count(left.map(|l| l.free)), |_| Cell::unknown()),
            match (open, left.and_then(|l| l.next)) {
                (Some(_), _) => Cell::unknown(),
                (None, next) => next.map_or_else(Cell::silent, Cell::computed),
            },
        ]);
    }
    sheet.note("free are the addresses that nobody has and that neither DHCP nor a container engine ('ip_range') hands out");
    notes.into_iter().for_each(|note| sheet.note(note));
    sheet
}

/// Every declared address with who has it.
fn addresses(lab: &Lab, taken: &BTreeMap<&str, Taken>) -> Sheet {
    let mut sheet = Sheet::new("addresses", &["ADDRESS", "NETWORK", "OF"]);
    for network in lab.networks.keys() {
        for (address, owners) in taken.get(network.as_str()).into_iter().flatten() {
            sheet.row([
                Cell::declared(address),
                Cell::declared(network),
                Cell::list(owners),
            ]);
        }
    }
    sheet
}

/// A subnet and what of it is taken.
struct Room {
    used: u128,
    /// What is left of it, or why that is not known.
    left: Result<Left, String>,
}

/// What is left of a subnet.
struct Left {
    free: u128,
    next: Option<IpAddr>,
}

impl Room {
    fn of(subnet: &str, (network, engines): (&Network, &[IpNet]), taken: &Taken) -> Option<Self> {
        let net: IpNet = subnet.parse().ok()?;
        let inside = taken.keys().filter(|a| is_usable(net, **a));
        Some(Self {
            used: inside.count() as u128,
            left: leased(net, network).map(|pool| {
                let pool = pool.map(|p| (p.first(), p.last()));
                let engines = engines.iter().map(|e| (e.network(), e.broadcast()));
                Left::of(net, pool.into_iter().chain(engines), taken)
            }),
        })
    }
}

/// First and last of some addresses.
type Ends = (IpAddr, IpAddr);

impl Left {
    fn of(net: IpNet, pools: impl IntoIterator<Item = Ends>, taken: &Taken) -> Self {
        let pools = apart(net, pools);
        let leased = |a: IpAddr| pools.iter().any(|(first, last)| *first <= a && a <= *last);
        let inside = taken.keys().filter(|a| is_usable(net, **a));
        let outside_pools = inside.filter(|a| !leased(**a)).count() as u128;
        let given: u128 = pools.iter().map(|p| machines(net, *p)).sum();
        // A long range is stepped over.
        let behind = pools.iter().filter_map(|(_, last)| above(*last));
        let starts = std::iter::once(net.network()).chain(behind);
        let mut all = starts.flat_map(|start| {
            let steps = AddressSteps(Some(start)).take(SEARCHED);
            steps.take_while(|a| net.contains(a) && !leased(*a))
        });
        let hosts = usable(net);
        Self {
            free: hosts.saturating_sub(outside_pools).saturating_sub(given),
            next: all.find(|a| is_usable(net, *a) && !taken.contains_key(a)),
        }
    }
}

/// Ranges as far as they are of a network, in order, and those that meet as one.
fn apart(net: IpNet, pools: impl IntoIterator<Item = Ends>) -> Vec<Ends> {
    let inside = |(first, last): Ends| (first.max(net.network()), last.min(net.broadcast()));
    let of = pools
        .into_iter()
        .filter(|(first, _)| first.is_ipv4() == net.addr().is_ipv4());
    let mut all: Vec<Ends> = of
        .map(inside)
        .filter(|(first, last)| first <= last)
        .collect();
    all.sort_unstable();
    let mut out: Vec<Ends> = Vec::new();
    for (first, last) in all {
        match out.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => out.push((first, last)),
        }
    }
    out
}

/// How many machines get an address of a range: a server that is given the network's own or that of all gives them to nobody.
fn machines(net: IpNet, (first, last): Ends) -> u128 {
    let count = match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(b.to_bits() - a.to_bits()) + 1,
        (IpAddr::V6(a), IpAddr::V6(b)) => (b.to_bits() - a.to_bits()).saturating_add(1),
        _ => 0,
    };
    let ends = BTreeSet::from([net.network(), net.broadcast()]);
    let nobody = ends
        .into_iter()
        .filter(|a| first <= *a && *a <= last && !is_usable(net, *a));
    count.saturating_sub(nobody.count() as u128)
}

/// One address after the other.
struct AddressSteps(Option<IpAddr>);

impl Iterator for AddressSteps {
    type Item = IpAddr;

    fn next(&mut self) -> Option<IpAddr> {
        let here = self.0?;
        self.0 = above(here);
        Some(here)
    }
}

/// What DHCP hands out; or why nobody can tell.
fn leased(net: IpNet, network: &Network) -> Result<Option<AddressRange>, String> {
    let Some(given) = network.about.dhcp.as_ref().map(|d| &d.range) else {
        return Ok(None);
    };
    let Some(pool) = given.known().copied() else {
        return Err("which addresses DHCP hands out is not declared".to_owned());
    };
    match net.contains(&pool.first()) && net.contains(&pool.last()) {
        true => Ok(Some(pool)),
        false => Err(format!("{pool}, which DHCP hands out, leaves {net}")),
    }
}

/// How many addresses machines can have: without the network's own and the broadcast address, RFC 950 and RFC 3021; with IPv6, without the one
/// of all routers, RFC 4291 2.6.1 and RFC 6164.
fn usable(net: IpNet) -> u128 {
    let bits = net.max_prefix_len() - net.prefix_len();
    let all = 1_u128.checked_shl(u32::from(bits)).unwrap_or(u128::MAX);
    match net {
        IpNet::V4(_) if bits >= 2 => all - 2,
        IpNet::V6(_) if bits >= 2 => all - 1,
        IpNet::V4(_) | IpNet::V6(_) => all,
    }
}

/// Addresses that something is said to be at which is no machine of the lab: names, name servers and peers of tunnels, with what has them.
fn mentioned(lab: &Lab) -> Vec<(IpAddr, String)> {
    let mut out = Vec::new();
    for (zone, of) in &lab.dns {
        for record in &of.records {
            let is_address = matches!(
                record.r#type.known(),
                Some(RecordType::A | RecordType::Aaaa)
            );
            let address = record.value.known().filter(|_| is_address);
            if let (Some(name), Some(Ok(address))) =
                (record.name.known(), address.map(|a| a.parse()))
            {
                out.push((address, format!("DNS name {name} in {zone}")));
            }
        }
    }
    for (name, network) in &lab.networks {
        for server in &network.about.dns {
            if let Or::Word(address) = &server.value {
                out.push((address.0, format!("a name server of {name}")));
            }
        }
    }
    for (machine, host) in lab.machines() {
        for (interface, tunnel) in &host.about.wireguard {
            for (peer, declared) in &tunnel.peers {
                let nets = declared.allowed.iter().map(|a| a.value.net());
                let one = nets.filter(|net| net.prefix_len() == net.max_prefix_len());
                out.extend(one.map(|net| {
                    let of = format!("peer {} of {machine}/{}", peer.0, interface.0);
                    (net.addr(), of)
                }));
            }
        }
    }
    out
}

/// Every address that is declared with what has it, by network.
fn taken<'a>(input: &Input<'a>) -> BTreeMap<&'a str, Taken> {
    let lab = input.lab;
    let mut out: BTreeMap<&str, Taken> = BTreeMap::new();
    for held in held(lab) {
        let of = out.entry(held.network).or_default();
        of.entry(held.address)
            .or_default()
            .push(held.owner.to_string());
    }
    for held in reserved(lab) {
        let status = graph::standing::away(lab, &held.owner).unwrap_or("planned");
        let of = out.entry(held.network).or_default();
        of.entry(held.address)
            .or_default()
            .push(format!("{} ({status})", held.owner));
    }
    for one in fixed(lab, input.projects) {
        if let (Some(lan), Some(address)) = (one.network.lan, one.address) {
            let of = out.entry(lan).or_default();
            of.entry(address).or_default().push(one.short());
        }
    }
    for one in kept(lab, input.projects) {
        let of = out.entry(one.lan).or_default();
        // It is mostly kept for a machine that is declared, and told as that one's.
        of.entry(one.address).or_insert_with(|| vec![one.of]);
    }
    for (name, network) in &lab.networks {
        if let Some(address) = gateway(network) {
            let of = out.entry(name.as_str()).or_default();
            of.entry(address)
                .or_insert_with(|| vec!["the gateway".to_owned()]);
        }
    }
    // What is declared with its network says more than these.
    let subnets = Subnets::of(lab);
    let mut others: BTreeMap<&str, Taken> = BTreeMap::new();
    for (address, what) in mentioned(lab) {
        let mut networks = subnets.with(address);
        if let Some(network) = networks.next() {
            let of = others.entry(network).or_default();
            of.entry(address).or_default().push(what);
        }
    }
    for (network, all) in others {
        let of = out.entry(network).or_default();
        for (address, whose) in all {
            of.entry(address).or_insert(whose);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_subnet() {
        for (net, hosts) in [
            ("10.0.0.0/24", 254),
            ("10.0.0.0/31", 2),
            ("10.0.0.1/32", 1),
            ("fd00::/120", 255),
            ("fd00::/127", 2),
        ] {
            assert_eq!(usable(net.parse().unwrap()), hosts, "{net}");
        }
    }

    /// Counted by hand: what is left of the addresses that machines can have, and the first of it.
    #[test]
    fn what_is_free_beside_a_range() {
        let taken = |given: &[&str]| -> Taken {
            let all = given.iter().map(|a| (a.parse().unwrap(), Vec::new()));
            all.collect()
        };
        for (net, range, held, free, next) in [
            ("10.0.0.0/30", "10.0.0.0-10.0.0.3", &[][..], 0, None),
            ("10.0.0.0/30", "10.0.0.1-10.0.0.2", &[], 0, None),
            ("10.0.0.0/30", "10.0.0.0-10.0.0.1", &[], 1, Some("10.0.0.2")),
            ("10.0.0.0/30", "10.0.0.2-10.0.0.3", &[], 1, Some("10.0.0.1")),
            (
                "10.0.0.0/29",
                "10.0.0.4-10.0.0.7",
                &["10.0.0.1"],
                2,
                Some("10.0.0.2"),
            ),
            (
                "10.0.0.0/29",
                "10.0.0.4-10.0.0.7",
                &["10.0.0.5"],
                3,
                Some("10.0.0.1"),
            ),
            (
                "10.0.0.0/24",
                "10.0.0.0-10.0.0.99",
                &["10.0.0.1"],
                155,
                Some("10.0.0.100"),
            ),
            (
                "10.0.0.0/24",
                "10.0.0.200-10.0.0.255",
                &["10.0.0.1", "10.0.0.2"],
                197,
                Some("10.0.0.3"),
            ),
            ("10.0.0.0/24", "10.0.0.0-10.0.0.255", &[], 0, None),
            ("10.0.0.0/31", "10.0.0.0-10.0.0.0", &[], 1, Some("10.0.0.1")),
            ("10.0.0.9/32", "10.0.0.9-10.0.0.9", &[], 0, None),
            ("fd00::/126", "fd00::-fd00::1", &[], 2, Some("fd00::2")),
            ("fd00::/126", "fd00::2-fd00::3", &[], 1, Some("fd00::1")),
            (
                "fd00::/120",
                "fd00::80-fd00::ff",
                &["fd00::1"],
                126,
                Some("fd00::2"),
            ),
            ("fd00::/127", "fd00::-fd00::", &[], 1, Some("fd00::1")),
            (
                "fd00::/64",
                "fd00::-fd00::ff:ffff",
                &[],
                (1 << 64) - (1 << 24),
                Some("fd00::100:0"),
            ),
        ] {
            use model::declare::Value as _;
            let pool = AddressRange::parse(range).unwrap();
            let pool = (pool.first(), pool.last());
            let left = Left::of(net.parse().unwrap(), [pool], &taken(held));
            let next: Option<IpAddr> = next.map(|n| n.parse().unwrap());
            assert_eq!((left.free, left.next), (free, next), "{range} of {net}");
        }
    }

    /// A server and engines that hand out addresses of one network.
    #[test]
    fn what_is_free_beside_several_ranges() {
        for (net, ranges, free, next) in [
            (
                "10.0.0.0/24",
                &["10.0.0.1-10.0.0.99", "10.0.0.96-10.0.0.127"][..],
                127,
                Some("10.0.0.128"),
            ),
            (
                "10.0.0.0/24",
                &["10.0.0.128-10.0.0.255", "10.0.0.0-10.0.0.127"],
                0,
                None,
            ),
            (
                "10.0.0.0/29",
                &["10.0.0.1-10.0.0.2", "10.0.0.4-10.0.0.7"],
                1,
                Some("10.0.0.3"),
            ),
            (
                "fd00::/64",
                &["fd00::-fd00::ff:ffff", "fd00::100:0-fd00::1ff:ffff"],
                (1 << 64) - (1 << 25),
                Some("fd00::200:0"),
            ),
        ] {
            let ends = ranges.iter().map(|r| {
                let (first, last) = r.split_once('-').unwrap();
                (first.parse().unwrap(), last.parse().unwrap())
            });
            let left = Left::of(net.parse().unwrap(), ends, &Taken::new());
            let next: Option<IpAddr> = next.map(|n| n.parse().unwrap());
            assert_eq!((left.free, left.next), (free, next), "{ranges:?} of {net}");
        }
    }

    #[test]
    fn what_no_machine_can_have() {
        for (net, address, usable) in [
            ("10.0.0.0/24", "10.0.0.0", false),
            ("10.0.0.0/24", "10.0.0.1", true),
            ("10.0.0.0/24", "10.0.0.255", false),
            ("10.0.0.0/24", "10.0.1.1", false),
            ("10.0.0.0/31", "10.0.0.0", true),
            ("fd00::/64", "fd00::", false),
            ("fd00::/64", "fd00::1", true),
            ("fd00::/120", "fd00::ff", true),
            ("fd00::/127", "fd00::", true),
        ] {
            let is = is_usable(net.parse().unwrap(), address.parse().unwrap());
            assert_eq!(is, usable, "{address} in {net}");
        }
    }
}
