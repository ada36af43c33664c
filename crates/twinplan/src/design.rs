//! What a twin consists of, as data. Names here are those of the declaration unless a field says otherwise.

use crate::exceptions::Exception;
use core::net::IpAddr;
use ipnet::IpNet;
use model::id::ObjectRef;
use serde::Serialize;
use std::collections::BTreeMap;

/// A whole twin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Design {
    /// Containers that boot systemd, by name.
    pub machines: Vec<Machine>,
    /// Segments, by name.
    pub segments: Vec<Segment>,
    /// What passes packets between segments.
    pub routers: Vec<Router>,
    /// Pools that a file system on loop devices can mimic.
    pub pools: Vec<PoolTwin>,
    /// Interfaces of products that a simulator answers.
    pub interfaces: Vec<InterfaceTwin>,
    /// Compose projects on Docker hosts.
    pub stacks: Vec<StackTwin>,
    /// What is declared and not in the twin.
    pub absent: Vec<Absent>,
    /// What of a machine in the twin is not as it would be in the lab.
    pub exceptions: &'static [Exception],
    /// What has to be known of the whole.
    pub notes: Vec<String>,
}

/// A host or guest that is a container with a Debian system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Its name in the twin: the declared one with what host names cannot hold replaced; `guest-NAME` where a host of the same name
    /// stands before it.
    pub name: String,
    /// What it is the twin of.
    pub of: ObjectRef,
    /// The declared system.
    pub os: String,
    /// What stands in for that system: `None` for Debian itself.
    pub stand_in: Option<String>,
    /// Its interfaces, by segment.
    pub links: Vec<Link>,
    /// Where it sends what is not for its segments: at most one per version of IP.
    pub gateways: Vec<IpAddr>,
    /// Stacks run on it.
    pub docker: bool,
    /// PostgreSQL databases that datasets on it declare.
    pub databases: Vec<String>,
}

/// An interface in a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The segment.
    pub segment: String,
    /// Its address; `None` where neither it nor the subnet is known, and so the interface has none.
    pub address: Option<Address>,
}

/// An address with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// Bits of the network.
    pub prefix: u8,
    /// Declared or made up.
    pub source: Source,
}

/// Where an address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// It is declared.
    Declared,
    /// The subnet is declared and the address is not: the last free one outside of the DHCP range.
    MadeUp,
}

/// A network of the lab as a broadcast domain of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// The network.
    pub name: String,
    /// The interface of a machine that stands in it: the network's name as far as 15 characters hold it.
    pub interface: String,
    /// The declared tag; the twin has no tags, each segment is a bridge.
    pub vlan: Option<u16>,
    /// The declared subnet.
    #[serde(serialize_with = "as_text")]
    pub subnet: Option<IpNet>,
    /// The declared trust zone.
    pub zone: Option<String>,
    /// Who has the address of the gateway.
    pub gateway: Option<IpAddr>,
    /// An empty place in the segment to look from: `twin exec LAB @NAME`. `None` where no address is left.
    pub vantage: Option<Address>,
    /// What is not as declared, or not known.
    pub notes: Vec<String>,
}

/// A network namespace that passes packets between segments by a ruleset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Router {
    /// Its name in the twin.
    pub name: String,
    /// What it is the twin of; `None` where a gateway is declared and nothing is said to have its address.
    pub of: Option<ObjectRef>,
    /// Its interfaces.
    pub links: Vec<Link>,
    /// Ways to segments that it does not stand in.
    pub routes: Vec<Route>,
    /// Its nftables ruleset, as `nft -f` reads it.
    pub ruleset: String,
}

/// A way to a subnet by another router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Where to.
    #[serde(serialize_with = "net_text")]
    pub to: IpNet,
    /// The next router's address.
    pub via: IpAddr,
}

/// A pool that btrfs on loop devices stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolTwin {
    /// The pool.
    pub name: String,
    /// The machine that has it.
    pub machine: String,
    /// The declared kind.
    pub kind: String,
    /// What stands in for that kind: `None` for btrfs itself.
    pub stand_in: Option<String>,
    /// Btrfs profile of data.
    pub profile: String,
    /// Its disks, each a sparse file behind a loop device; names are unique within the machine.
    pub disks: Vec<DiskTwin>,
    /// Bytes of each disk, however large the declared ones are.
    pub disk_size: u64,
    /// Where it is mounted.
    pub mount: String,
    /// No place is declared, so that one is made up.
    pub mount_made_up: bool,
    /// Options of the mount that btrfs has.
    pub options: Vec<String>,
    /// Its subvolumes, one per declared dataset.
    pub subvolumes: Vec<Subvolume>,
}

/// A disk of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiskTwin {
    /// Its name: `/dev/twin/NAME` in the machine.
    pub name: String,
    /// The declared disk, `host/NAME/DISK`; `None` where the pool names fewer than its level takes.
    pub of: Option<String>,
}

/// A subvolume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subvolume {
    /// The dataset.
    pub dataset: String,
    /// Its path below the pool's mount.
    pub path: String,
    /// Where it is mounted once more, because the dataset's folder does not lie below the pool's.
    pub mount: Option<String>,
}

impl PoolTwin {
    /// What was written over on one disk can be mended from the others.
    pub fn mends(&self) -> bool {
        !matches!(self.profile.as_str(), "single" | "raid0")
    }
}

/// What a simulator stands in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Simulated {
    /// Proxmox VE, which starts and stops machines.
    ProxmoxVe,
    /// Proxmox Backup Server.
    ProxmoxBackupServer,
    /// ubus of an OpenWrt router.
    OpenWrt,
}

impl Simulated {
    /// The port of the product.
    pub fn port(self) -> u16 {
        match self {
            Simulated::ProxmoxVe => 8006,
            Simulated::ProxmoxBackupServer => 8007,
            Simulated::OpenWrt => 443,
        }
    }
}

/// The API of a product, answered by a simulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InterfaceTwin {
    /// The cluster, the host, the guest or the device.
    pub of: ObjectRef,
    /// What answers as what.
    pub product: Simulated,
    /// The machine in whose place it answers: of a cluster the first node, of a device its router.
    pub machine: String,
    /// Machines of its nodes, by the node's name.
    pub nodes: BTreeMap<String, String>,
}

/// A Compose project on an engine of its machine's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackTwin {
    /// The stack.
    pub name: String,
    /// The machine whose engine it runs on.
    pub machine: String,
    /// Its name at the engine.
    pub project: String,
    /// Its services with their images, in order; `None` is built from source or not written.
    pub services: Vec<(String, Option<String>)>,
    /// Ports of the machine that it publishes.
    pub published: Vec<u16>,
    /// What of it is not as declared, beside images that others stand in for.
    pub notes: Vec<String>,
}

/// Something that is declared and not in the twin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// What.
    pub of: ObjectRef,
    /// Why.
    pub why: String,
}

fn as_text<S: serde::Serializer>(net: &Option<IpNet>, s: S) -> Result<S::Ok, S::Error> {
    match net {
        Some(net) => s.collect_str(net),
        None => s.serialize_none(),
    }
}

fn net_text<S: serde::Serializer>(net: &IpNet, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(net)
}

impl Design {
    /// The machine that is the twin of a host or guest.
    pub fn machine_of(&self, object: &ObjectRef) -> Option<&Machine> {
        self.machines.iter().find(|m| m.of == *object)
    }

    /// A segment.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|s| s.name == name)
    }

    /// The router that stands for a device.
    pub fn router_of(&self, object: &ObjectRef) -> Option<&Router> {
        self.routers.iter().find(|r| r.of.as_ref() == Some(object))
    }

    /// Why something is not in the twin.
    pub fn why_absent(&self, object: &ObjectRef) -> Option<&str> {
        let found = self.absent.iter().find(|a| a.of == *object);
        found.map(|a| a.why.as_str())
    }
}
