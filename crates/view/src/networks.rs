//! Networks and their addresses: what is used, what is free, and the next free one.

use crate::{Cell, Sheet};
use core::net::IpAddr;
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::lab::{Lab, Network};
use std::collections::BTreeMap;

/// Larger networks are not searched for their next free address one by one.
const SEARCHED: usize = 1 << 16;

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    vec![networks(lab), addresses(lab)]
}

fn networks(lab: &Lab) -> Sheet {
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
    for (name, network) in &lab.networks {
        let about = &network.about;
        let used = taken(lab, name);
        let room = network
            .subnet
            .known()
            .and_then(|s| Room::of(s, network, &used));
        let count = |n: Option<u128>| n.map_or_else(Cell::silent, Cell::computed);
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
            count(room.as_ref().map(|r| r.free)),
            room.and_then(|r| r.next)
                .map_or_else(Cell::silent, Cell::computed),
        ]);
    }
    sheet.note("free are the addresses that nobody has and that DHCP does not hand out");
    sheet
}

/// Every declared address with who has it.
fn addresses(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("addresses", &["ADDRESS", "NETWORK", "OF"]);
    for network in lab.networks.keys() {
        for (address, owners) in taken(lab, network) {
            sheet.row([
                Cell::declared(address),
                Cell::declared(network),
                Cell::list(owners),
            ]);
        }
    }
    sheet
}

/// What is left of a subnet.
struct Room {
    used: u128,
    free: u128,
    next: Option<IpAddr>,
}

impl Room {
    fn of(subnet: &str, network: &Network, taken: &BTreeMap<IpAddr, Vec<String>>) -> Option<Self> {
        let net: IpNet = subnet.parse().ok()?;
        let hosts = usable(net);
        let pool = network
            .about
            .dhcp
            .as_ref()
            .and_then(|d| d.range.as_ref()?.value().copied());
        let leased = |a: IpAddr| pool.is_some_and(|p| p.contains(a));
        let inside = taken.keys().filter(|a| net.contains(*a));
        let outside_pool = inside.clone().filter(|a| !leased(**a)).count() as u128;
        let pool_size = pool.map_or(0, model::units::net::AddressRange::count);
        let next = net
            .hosts()
            .take(SEARCHED)
            .find(|a| !taken.contains_key(a) && !leased(*a));
        Some(Self {
            used: inside.count() as u128,
            free: hosts.saturating_sub(outside_pool).saturating_sub(pool_size),
            next,
        })
    }
}

/// Addresses that a machine can have: without the network's own and the broadcast address, RFC 950 and RFC 3021.
fn usable(net: IpNet) -> u128 {
    let bits = net.max_prefix_len() - net.prefix_len();
    let all = 1_u128.checked_shl(u32::from(bits)).unwrap_or(u128::MAX);
    match net {
        IpNet::V4(_) if bits >= 2 => all - 2,
        IpNet::V4(_) | IpNet::V6(_) => all,
    }
}

/// The addresses of a network that are declared, with what has them.
fn taken(lab: &Lab, network: &str) -> BTreeMap<IpAddr, Vec<String>> {
    let mut out: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
    let mut add = |address: IpAddr, of: String| out.entry(address).or_default().push(of);
    for (name, host) in &lab.hosts {
        let address = host.addresses.get(network).and_then(|a| bare(a.value()?));
        address
            .into_iter()
            .for_each(|a| add(a, format!("host/{name}")));
    }
    let given = lab
        .guests
        .iter()
        .map(|(n, g)| (format!("guest/{n}"), &g.addresses));
    let devices = lab
        .devices
        .iter()
        .map(|(n, d)| (format!("device/{n}"), &d.addresses));
    for (of, addresses) in given.chain(devices) {
        for (net, address) in addresses {
            if net.name() == network
                && let Some(a) = address.value()
            {
                add(a.0, of.clone());
            }
        }
    }
    let gateway = lab.networks.get(network).and_then(|n| n.gateway.known());
    if let Some(a) = gateway.and_then(|g| bare(g))
        && !out.contains_key(&a)
    {
        out.entry(a).or_default().push("the gateway".to_owned());
    }
    out
}

/// An address with or without the length of its prefix.
fn bare(text: &str) -> Option<IpAddr> {
    text.split('/').next()?.parse().ok()
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
            ("fd00::/120", 256),
        ] {
            assert_eq!(usable(net.parse().unwrap()), hosts, "{net}");
        }
    }
}
