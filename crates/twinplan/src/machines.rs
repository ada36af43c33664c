//! Which hosts and guests are in a twin, as what, and where they stand.

use crate::design::{Absent, Address, Design, Link, Machine, Source};
use crate::taken;
use core::net::IpAddr;
use ipnet::IpNet;
use model::declare::{Given, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::hardware::HostKind;
use model::lab::{DataSource, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// What a declared system is in a twin.
enum System {
    /// The image is that.
    Debian,
    /// Debian stands in; what it lacks.
    StandIn(&'static str),
    /// It cannot be there.
    Not(String),
}

fn system(os: Option<&str>) -> System {
    let Some(os) = os else {
        return System::Not("no operating system is declared".to_owned());
    };
    let closed = |what: &str| System::Not(format!("{os} is {what}"));
    match os.to_ascii_lowercase().as_str() {
        "debian" => System::Debian,
        "ubuntu" | "raspbian" | "raspberry-pi-os" | "mint" | "linux" => {
            System::StandIn("Debian 12 stands in")
        }
        "proxmox-ve" | "pve" => System::StandIn("Debian 12 stands in, without the hypervisor"),
        "proxmox-backup-server" | "pbs" => {
            System::StandIn("Debian 12 stands in, without the backup server")
        }
        "fedora" | "rhel" | "centos" | "almalinux" | "rocky" | "arch" | "alpine" | "nixos"
        | "opensuse" | "talos" | "flatcar" => {
            closed("a Linux with another package manager than Debian's")
        }
        "truenas" | "openmediavault" | "unraid" | "synology" | "dsm" | "qts" | "zimaos"
        | "haos" | "storage-box" => closed("a closed product, of which no image is at hand"),
        "openwrt" | "opnsense" | "pfsense" | "routeros" | "vyos" => {
            closed("a router's system, of which no image is at hand")
        }
        "windows" => closed("not Linux"),
        "freebsd" | "openbsd" | "macos" | "esxi" => closed("not Linux"),
        _ => closed("a system that nothing here can stand in for"),
    }
}

/// A name for containers, host names and interfaces: letters, digits and '-'.
pub fn slug(name: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let text: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if fits(c) { c } else { '-' })
        .take(40)
        .collect();
    text.trim_matches('-').to_owned()
}

/// Adds machines with their interfaces, and those that cannot be there.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
    let mut wanted: Vec<(ObjectRef, Option<String>, Option<String>)> = Vec::new();
    for (name, host) in &lab.hosts {
        let why = match host.about.kind.known() {
            Some(HostKind::Appliance) => Some("it is a closed appliance".to_owned()),
            _ => None,
        };
        wanted.push((
            ObjectRef::new(Kind::Host, name),
            host.os.known().cloned(),
            why,
        ));
    }
    for (name, guest) in &lab.guests {
        let why = match guest.template.known() {
            Some(true) => Some("it is a template, of which guests are cloned".to_owned()),
            _ => None,
        };
        let os = guest.os.known().map(|n| n.0.clone());
        wanted.push((ObjectRef::new(Kind::Guest, name), os, why));
    }
    let mut names = BTreeSet::new();
    for (object, os, why) in wanted {
        let stand_in = match (why, system(os.as_deref())) {
            (Some(why), _) | (None, System::Not(why)) => {
                design.absent.push(Absent { of: object, why });
                continue;
            }
            (None, System::Debian) => None,
            (None, System::StandIn(what)) => Some(what.to_owned()),
        };
        let Some(name) = free_name(&mut names, &object) else {
            let why = format!(
                "its name in the twin would be {}, which another has",
                slug(&object.name)
            );
            design.absent.push(Absent { of: object, why });
            continue;
        };
        let docker = has_stacks(lab, &object);
        let databases = databases(lab, &object);
        design.machines.push(Machine {
            name,
            os: os.unwrap_or_default(),
            stand_in,
            links: links(lab, design, &object),
            gateways: Vec::new(),
            docker,
            databases,
            of: object,
        });
    }
    for (name, device) in &lab.devices {
        let kind = device.kind.known().map_or("device", |k| k.word());
        let why = format!("{kind}: hardware without a general system");
        let of = ObjectRef::new(Kind::Device, name);
        design.absent.push(Absent { of, why });
    }
}

/// The name in the twin. A guest gives way to a host of the same name; a host is reached by its own, or is not there.
fn free_name(names: &mut BTreeSet<String>, object: &ObjectRef) -> Option<String> {
    let plain = slug(&object.name);
    let second = (object.kind == Kind::Guest).then(|| slug(&format!("guest-{plain}")));
    let mut all = std::iter::once(plain).chain(second);
    all.find(|n| !n.is_empty() && names.insert(n.clone()))
}

fn has_stacks(lab: &Lab, object: &ObjectRef) -> bool {
    let on = |s: &model::lab::guest::Stack| s.on.known().is_some_and(|r| r.0.object == *object);
    lab.stacks
        .values()
        .any(|s| crate::stacks::is_compose(s) && on(s))
}

fn databases(lab: &Lab, object: &ObjectRef) -> Vec<String> {
    let on = |d: &model::lab::Dataset| {
        object.kind == Kind::Host && d.host.as_ref().is_some_and(|h| h.value == object.name)
    };
    let found = lab.datasets.values().filter(|d| on(d));
    let named = found.filter_map(|d| match &d.source {
        Some(DataSource::Postgres { database }) => Some(database.value.clone()),
        _ => None,
    });
    named.collect()
}

/// Networks an object stands in, with its address there where that is known.
fn stands(lab: &Lab, object: &ObjectRef) -> BTreeMap<String, Option<IpAddr>> {
    let name = object.name.as_str();
    let parsed = |a: &Given<String>| a.value().and_then(|a| a.parse().ok());
    match object.kind {
        Kind::Host => {
            let host = lab.hosts.get(name).into_iter();
            host.flat_map(|h| &h.addresses)
                .map(|(n, a)| (n.clone(), parsed(a)))
                .collect()
        }
        Kind::Guest => {
            let guest = lab.guests.get(name).into_iter();
            guest
                .flat_map(|g| &g.addresses)
                .map(|(n, a)| (n.name().to_owned(), a.value().map(|a| a.0)))
                .collect()
        }
        Kind::Device => {
            let device = lab.devices.get(name).into_iter();
            device
                .flat_map(|d| &d.addresses)
                .map(|(n, a)| (n.name().to_owned(), a.value().map(|a| a.0)))
                .collect()
        }
        _ => BTreeMap::new(),
    }
}

/// The interfaces of an object in the segments that there are.
pub(crate) fn links(lab: &Lab, design: &Design, object: &ObjectRef) -> Vec<Link> {
    let mut out = Vec::new();
    for (network, declared) in stands(lab, object) {
        let Some(segment) = design.segment(&network) else {
            continue;
        };
        let address = match (declared, segment.subnet) {
            (Some(ip), subnet) => Some(Address {
                ip,
                prefix: prefix(ip, subnet),
                source: Source::Declared,
            }),
            (None, Some(subnet)) => free(lab, design, &network, subnet),
            (None, None) => None,
        };
        out.push(Link {
            segment: network,
            address,
        });
    }
    out
}

/// The bits of the network; of an address outside of its subnet, or without one, all of them.
fn prefix(ip: IpAddr, subnet: Option<IpNet>) -> u8 {
    match subnet {
        Some(net) if net.contains(&ip) => net.prefix_len(),
        _ if ip.is_ipv4() => 32,
        _ => 128,
    }
}

/// The last address that nobody has, nothing in the twin included, and that is not handed out.
pub(crate) fn free(lab: &Lab, design: &Design, network: &str, subnet: IpNet) -> Option<Address> {
    /// More than any segment has machines.
    const SEARCHED: u128 = 1024;
    let mut used = taken(lab, network);
    let machines = design.machines.iter().flat_map(|m| &m.links);
    let routers = design.routers.iter().flat_map(|r| &r.links);
    let inside = machines.chain(routers).filter(|l| l.segment == network);
    used.extend(inside.filter_map(|l| Some(l.address.as_ref()?.ip)));
    let about = &lab.networks.get(network)?.about;
    let range = about.dhcp.as_ref().and_then(|d| d.range.known().copied());
    let fits = |ip: &IpAddr| !used.contains(ip) && !range.is_some_and(|r| r.contains(*ip));
    let (low, high) = (number(subnet.network()), number(subnet.broadcast()));
    let last = (0..SEARCHED).map_while(|n| high.checked_sub(n + 1).filter(|x| *x > low));
    let ip = last.map(|n| address(n, subnet)).find(fits)?;
    Some(Address {
        ip,
        prefix: subnet.prefix_len(),
        source: Source::MadeUp,
    })
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

fn address(number: u128, like: IpNet) -> IpAddr {
    match like {
        IpNet::V4(_) => IpAddr::V4(core::net::Ipv4Addr::from_bits(
            u32::try_from(number).unwrap_or(u32::MAX),
        )),
        IpNet::V6(_) => IpAddr::V6(core::net::Ipv6Addr::from_bits(number)),
    }
}

/// Says where each machine sends what is not for its segments: the gateway of the first of them that has one.
pub(crate) fn add_gateways(design: &mut Design) {
    let routed: BTreeSet<IpAddr> = design
        .routers
        .iter()
        .flat_map(|r| &r.links)
        .filter_map(|l| Some(l.address.as_ref()?.ip))
        .collect();
    let gateways: BTreeMap<String, IpAddr> = design
        .segments
        .iter()
        .filter_map(|s| Some((s.name.clone(), s.gateway?)))
        .filter(|(_, g)| routed.contains(g))
        .collect();
    for machine in &mut design.machines {
        let with_address = machine.links.iter().filter(|l| l.address.is_some());
        let all: Vec<IpAddr> = with_address
            .filter_map(|l| gateways.get(&l.segment).copied())
            .collect();
        let four = all.iter().find(|ip| ip.is_ipv4());
        let six = all.iter().find(|ip| ip.is_ipv6());
        machine.gateways = four.into_iter().chain(six).copied().collect();
    }
}
