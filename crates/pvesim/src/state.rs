//! What there is: everything that the simulator's answers are made of.

use crate::access::Access;
use crate::fault::Faults;
use crate::machines::{Imagined, Machines};
use crate::task::Task;
use serde_json::Value;
use std::collections::BTreeMap;

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// It answers.
    pub online: bool,
    /// Address.
    pub ip: String,
    /// Processors.
    pub cpus: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// Running kernel.
    pub kernel: String,
    /// How far its clock is off, in seconds.
    pub clock_off: i64,
    /// Packages that can be upgraded: name, installed, candidate.
    pub updates: Vec<(String, String, String)>,
    /// As `/nodes/{node}/disks/list` gives them.
    pub disks: Vec<Value>,
    /// Thin pools.
    pub thin: Vec<Thin>,
}

/// A thin pool of LVM; sizes in bytes.
#[derive(Debug, Clone)]
pub struct Thin {
    /// Volume group.
    pub vg: String,
    /// Logical volume.
    pub lv: String,
    /// Size of the data volume.
    pub size: u64,
    /// Of it, used.
    pub used: u64,
    /// Size of the metadata volume.
    pub metadata_size: u64,
    /// Of it, used.
    pub metadata_used: u64,
}

/// Kinds of guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Virtual machine.
    Qemu,
    /// Container.
    Lxc,
}

impl Kind {
    /// The word in paths.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Qemu => "qemu",
            Kind::Lxc => "lxc",
        }
    }

    /// The key of its name in its configuration.
    pub fn name_key(self) -> &'static str {
        match self {
            Kind::Qemu => "name",
            Kind::Lxc => "hostname",
        }
    }
}

/// A guest.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Virtual machine or container.
    pub kind: Kind,
    /// Where it is.
    pub node: String,
    /// It runs.
    pub running: bool,
    /// Its configuration, as the product writes it.
    pub config: BTreeMap<String, Value>,
    /// Names of its snapshots, with the time of each.
    pub snapshots: BTreeMap<String, i64>,
}

impl Guest {
    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.config
            .get(self.kind.name_key())
            .and_then(Value::as_str)
    }

    /// A number of its configuration, which the product writes as number or as text.
    pub fn number(&self, key: &str) -> Option<u64> {
        let value = self.config.get(key)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }
}

/// A storage.
#[derive(Debug, Clone)]
pub struct Storage {
    /// `dir`, `lvmthin`, `zfspool`, `nfs`, …
    pub kind: String,
    /// `images,rootdir`.
    pub content: String,
    /// All nodes see the same.
    pub shared: bool,
    /// Nodes that have it; all if there are none.
    pub nodes: Vec<String>,
    /// Bytes.
    pub total: u64,
    /// Bytes.
    pub used: u64,
    /// Volumes in it, as `/content` gives them.
    pub volumes: Vec<Value>,
}

/// A backup job.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// As `/cluster/backup` gives it, without `id`.
    pub fields: BTreeMap<String, Value>,
}

/// Something that HA keeps running.
#[derive(Debug, Clone)]
pub struct Resource {
    /// `started`, `error`, …
    pub state: String,
    /// What is asked for.
    pub wanted: String,
}

/// All of it.
pub struct State {
    /// The virtual clock, in seconds since 1970.
    pub now: i64,
    /// Name of the cluster; a node alone has none.
    pub cluster: Option<String>,
    /// By name.
    pub nodes: BTreeMap<String, Node>,
    /// By number.
    pub guests: BTreeMap<u32, Guest>,
    /// By name.
    pub storages: BTreeMap<String, Storage>,
    /// Members of pools: numbers of guests.
    pub pools: BTreeMap<String, Vec<u32>>,
    /// By id.
    pub jobs: BTreeMap<String, Job>,
    /// By `vm:100`.
    pub ha: BTreeMap<String, Resource>,
    /// By id, `100-0`; as `/cluster/replication` gives them.
    pub replication: BTreeMap<String, Value>,
    /// Failures of replication jobs, by id.
    pub replication_failures: BTreeMap<String, u32>,
    /// Options of the cluster's firewall.
    pub firewall: BTreeMap<String, Value>,
    /// Its rules, without position.
    pub rules: Vec<Value>,
    /// Users, tokens, rights.
    pub access: Access,
    /// Tasks, oldest first.
    pub tasks: Vec<Task>,
    /// What goes wrong.
    pub faults: Faults,
    /// What guests are made of.
    pub machines: Box<dyn Machines>,
    /// Tasks take no time of their own, but as long as what they do.
    pub immediate: bool,
}

impl State {
    /// One node of this name, and nothing on it.
    pub fn single(node: &str) -> Self {
        let mut state = Self {
            now: 1_795_000_000,
            cluster: None,
            nodes: BTreeMap::new(),
            guests: BTreeMap::new(),
            storages: BTreeMap::new(),
            pools: BTreeMap::new(),
            jobs: BTreeMap::new(),
            ha: BTreeMap::new(),
            replication: BTreeMap::new(),
            replication_failures: BTreeMap::new(),
            firewall: BTreeMap::new(),
            rules: Vec::new(),
            access: Access::with_root("a long password of root"),
            tasks: Vec::new(),
            faults: Faults::default(),
            machines: Box::new(Imagined),
            immediate: false,
        };
        state.add_node(node);
        state
    }

    /// Adds a node with 8 processors and 32 GiB.
    pub fn add_node(&mut self, name: &str) {
        let node = Node {
            online: true,
            ip: format!("192.0.2.{}", 11 + self.nodes.len()),
            cpus: 8,
            memory: 32 << 30,
            kernel: "6.17.2-1-pve".to_owned(),
            ..Node::default()
        };
        self.nodes.insert(name.to_owned(), node);
    }

    /// Takes over what runs from what guests and nodes are made of.
    pub(crate) fn refresh(&mut self) {
        let running = self.machines.running();
        for (id, runs) in running.guests {
            if let Some(guest) = self.guests.get_mut(&id) {
                guest.running = runs;
            }
        }
        for (name, runs) in running.nodes {
            if let Some(node) = self.nodes.get_mut(&name) {
                node.online = runs;
            }
        }
        if let Some(faults) = running.faults {
            self.faults.set(faults);
        }
    }

    /// Whether the nodes that are online are a majority.
    pub fn quorate(&self) -> bool {
        let online = self.nodes.values().filter(|n| n.online).count();
        self.cluster.is_none() || online * 2 > self.nodes.len()
    }

    /// The node that answers: the first that is online.
    pub fn local(&self) -> &str {
        let online = self.nodes.iter().find(|(_, n)| n.online);
        online.or(self.nodes.iter().next()).map_or("", |(n, _)| n)
    }
}
