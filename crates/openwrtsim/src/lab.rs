//! From a declared lab to what a router of it would be, if it were as declared.

use crate::router::Router;
use core::net::IpAddr;
use graph::addresses::{held, subnet};
use graph::reach::{machines, places};
use ipnet::IpNet;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::Device;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is told of a router of which no release is declared.
const RELEASE: &str = "24.10.2";

/// A declared network that the router stands in, with its address there.
struct Inner<'a> {
    network: &'a str,
    address: IpNet,
}

impl Router {
    /// The router that a device is declared to be: its addresses, the zones of its networks, what it hands out, and what it lets in from the
    /// internet. A way out is made up, since without one nothing comes from there; VLANs and who has an address are not told.
    pub fn of_lab(lab: &Lab, name: &str, (user, password): (&str, &str), rights: Value) -> Self {
        let mut router = Self::bare(user, password, rights);
        let Some(device) = lab.devices.get(name) else {
            return router;
        };
        let inner = inner(lab, device);
        router.tell_daemons(device, &inner);
        router.zones(lab, &inner);
        router.pools(lab, name, &inner);
        router.ways(lab, &ObjectRef::new(Kind::Device, name));
        router
    }

    fn tell_daemons(&mut self, device: &Device, inner: &[Inner<'_>]) {
        let interface = |name: &str, proto: &str, of: &[IpNet], route: Value| {
            let of = |v4: bool| -> Vec<Value> {
                let own = of.iter().filter(|net| net.addr().is_ipv4() == v4);
                own.map(|net| json!({"address": net.addr().to_string(), "mask": net.prefix_len()}))
                    .collect()
            };
            json!({
                "interface": name, "up": true, "pending": false, "available": true, "autostart": true, "dynamic": false,
                "uptime": 60, "l3_device": name, "proto": proto, "device": name, "metric": 0, "dns_metric": 0, "delegation": true,
                "ipv4-address": of(true), "ipv6-address": of(false), "ipv6-prefix": [], "ipv6-prefix-assignment": [], "route": route,
                "dns-server": [], "dns-search": [], "neighbors": [], "inactive": {"ipv4-address": [], "route": []}, "data": {},
            })
        };
        let mut all = Vec::new();
        let names: BTreeSet<&str> = inner.iter().map(|i| i.network).collect();
        for name in names {
            let own = inner.iter().filter(|i| i.network == name);
            let own: Vec<IpNet> = own.map(|i| i.address).collect();
            all.push(interface(name, "static", &own, json!([])));
        }
        let out = json!([{"target": "0.0.0.0", "mask": 0, "nexthop": "203.0.113.1", "source": "203.0.113.7/32"}]);
        let provider: Vec<IpNet> = "203.0.113.7/24".parse().into_iter().collect();
        all.push(interface("wan", "dhcp", &provider, out));
        let release = device.firmware.known().map_or(RELEASE, |r| r.as_ref());
        let board = json!({
            "kernel": "0", "hostname": "router", "system": "simulated", "model": "simulated", "board_name": "simulated", "rootfs_type": "squashfs",
            "release": {"distribution": "OpenWrt", "version": release, "revision": "", "target": "", "description": format!("OpenWrt {release}")},
        });
        let told = [
            ("system board", board),
            (
                "system info",
                json!({"localtime": 0, "uptime": 60, "load": [0, 0, 0], "memory": {"total": 1, "free": 1, "available": 1}}),
            ),
            ("network.interface dump", json!({ "interface": all })),
            ("network.device status", json!({})),
            (
                "luci-rpc getDHCPLeases",
                json!({"dhcp_leases": [], "dhcp6_leases": []}),
            ),
        ];
        let told = told
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        self.told.extend(told);
    }

    /// One zone for each declared one that it stands in, one for each network without, and that of the provider.
    fn zones(&mut self, lab: &Lab, inner: &[Inner<'_>]) {
        self.add(
            "firewall",
            "defaults",
            "cfg01e63d",
            json!({"input": "REJECT", "output": "ACCEPT", "forward": "REJECT"}),
        );
        let mut zones: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for one in inner {
            let zone = zone(lab, one.network);
            zones.entry(zone).or_default().insert(one.network);
        }
        zones.entry("wan").or_default().insert("wan");
        for (name, networks) in zones {
            let policy = if name == "wan" { "REJECT" } else { "ACCEPT" };
            self.add("firewall", "zone", &format!("zone_{name}"), json!({
                "name": name, "input": policy, "output": "ACCEPT", "forward": "REJECT", "network": networks,
                "masq": if name == "wan" { "1" } else { "0" },
            }));
        }
    }

    fn pools(&mut self, lab: &Lab, name: &str, inner: &[Inner<'_>]) {
        self.add("dhcp", "dnsmasq", "cfg01411c", json!({"domain": "lan"}));
        self.add(
            "dhcp",
            "dhcp",
            "wan",
            json!({"interface": "wan", "ignore": "1"}),
        );
        for one in inner.iter().filter(|i| i.address.addr().is_ipv4()) {
            let about = lab.networks.get(one.network);
            let dhcp = about.and_then(|n| n.about.dhcp.as_ref());
            let server = dhcp.and_then(|d| d.server.known());
            if !server.is_some_and(|s| s.kind() == Kind::Device && s.name() == name) {
                continue;
            }
            let range = dhcp.and_then(|d| d.range.known());
            let range = range.and_then(|r| counted(one.address, r.first(), r.last()));
            let (start, limit) = range.unwrap_or((100, 50));
            self.add("dhcp", "dhcp", one.network, json!({
                "interface": one.network, "start": start.to_string(), "limit": limit.to_string(), "leasetime": "12h", "dhcpv4": "server",
            }));
        }
    }

    /// What services let in by it: to a machine behind it, or on itself.
    fn ways(&mut self, lab: &Lab, own: &ObjectRef) {
        let addresses = held(lab);
        for (name, service) in &lab.services {
            let behind = places(service);
            let behind: BTreeSet<ObjectRef> =
                behind.iter().flat_map(|p| machines(lab, p)).collect();
            let others = addresses
                .iter()
                .filter(|h| h.owner != *own && behind.contains(&h.owner));
            let to = others
                .filter(|h| h.address.is_ipv4())
                .min_by_key(|h| h.address);
            for (n, way) in service.exposures.iter().enumerate() {
                let via = way.via.known();
                let Some(port) = way
                    .port
                    .known()
                    .filter(|_| via.is_some_and(|v| v.kind() == own.kind && v.name() == own.name))
                else {
                    continue;
                };
                let ports = match port.first() == port.last() {
                    true => port.first().to_string(),
                    false => format!("{}-{}", port.first(), port.last()),
                };
                let protocol = port.protocol().word();
                let section = format!("{name}-{n}");
                match to {
                    Some(to) if !behind.contains(own) => self.forward(&section, json!({
                        "src_dport": ports, "dest_ip": to.address.to_string(), "proto": protocol, "dest": zone(lab, to.network),
                    })),
                    _ => self.add("firewall", "rule", &section, json!({
                        "name": section, "src": "wan", "dest_port": ports, "proto": protocol, "target": "ACCEPT",
                    })),
                }
            }
        }
    }
}

/// The networks that a device has a known address in.
fn inner<'a>(lab: &'a Lab, device: &'a Device) -> Vec<Inner<'a>> {
    let given = device.addresses.iter().filter_map(|(network, given)| {
        let address = given.value()?.0;
        let name = network.name();
        let subnet = subnet(lab.networks.get(name)?)?;
        let address = IpNet::new(address, subnet.prefix_len()).ok()?;
        Some(Inner {
            network: name,
            address,
        })
    });
    given.collect()
}

fn zone<'a>(lab: &'a Lab, network: &'a str) -> &'a str {
    let declared = lab.networks.get(network).and_then(|n| n.about.zone.known());
    declared.map_or(network, |zone| zone.name())
}

/// A range as the product says it: from the network's own address on, and how many.
fn counted(net: IpNet, first: IpAddr, last: IpAddr) -> Option<(u32, u32)> {
    let (IpAddr::V4(base), IpAddr::V4(first), IpAddr::V4(last)) = (net.network(), first, last)
    else {
        return None;
    };
    let start = first.to_bits().checked_sub(base.to_bits())?;
    Some((
        start,
        last.to_bits()
            .checked_sub(first.to_bits())?
            .checked_add(1)?,
    ))
}
