//! What sources tell, before it is text: machines, clusters, guests, pools and stacks, each with what shows who it is.

use crate::name;
use crate::tailnet::Tailnet;
use model::fact::NativeIdentity;
use model::id::Kind;
use model::lab::guest::GuestKind;
use model::lab::{Managed, Protocol, Sudo};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Machines.
    pub hosts: Vec<Machine>,
    /// Clusters of hypervisors.
    pub clusters: Vec<Cluster>,
    /// Virtual machines and containers.
    pub guests: Vec<Guest>,
    /// Storages of hypervisors.
    pub pools: Vec<Pool>,
    /// Compose projects.
    pub stacks: Vec<Stack>,
    /// What a person should know.
    pub said: Vec<Said>,
}

/// Something that is told beside the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// Of which sort.
    pub what: Sort,
    /// What it is about: a source, or an object.
    pub of: String,
    /// In words.
    pub text: String,
}

/// A disk of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drive {
    /// Bytes.
    pub size: u64,
    /// The word of `disks.NAME.kind`.
    pub kind: Option<&'static str>,
    /// Model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
}

/// Sorts of what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Two things may be one, and nothing shows it; a person decides.
    Undecided,
    /// A source did not tell all.
    Unseen,
    /// It is there and is not taken up.
    LeftOut,
    /// It is not known, and `unknown` in the tree.
    Unknown,
    /// It looked like a secret and was not read on.
    Hidden,
}

impl Sort {
    /// All, the most pressing first.
    pub const ALL: [Sort; 5] = [
        Sort::Undecided,
        Sort::Unseen,
        Sort::LeftOut,
        Sort::Unknown,
        Sort::Hidden,
    ];

    /// In JSON.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Undecided => "undecided",
            Sort::Unseen => "unseen",
            Sort::LeftOut => "left-out",
            Sort::Unknown => "unknown",
            Sort::Hidden => "hidden",
        }
    }

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Sort::Undecided => "To decide",
            Sort::Unseen => "Not seen whole",
            Sort::LeftOut => "Left out",
            Sort::Unknown => "Not known",
            Sort::Hidden => "Secrets, not taken up",
        }
    }
}

/// How a machine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It is this machine.
    Local,
    /// By OpenSSH.
    Ssh {
        /// Alias or address.
        destination: String,
        /// Login name.
        user: Option<String>,
        /// Port.
        port: Option<u16>,
    },
}

/// A machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// The name that it has there.
    pub name: String,
    /// Which sources told of it.
    pub from: BTreeSet<String>,
    /// Who it is by its own account.
    pub identity: Option<NativeIdentity>,
    /// IP addresses and DNS names that lead to it.
    pub addresses: BTreeSet<String>,
    /// The cluster, by [`Cluster::key`], whose node of this name it is.
    pub node_of: Option<String>,
    /// How it is reached; nobody knows if nothing is said.
    pub way: Option<Way>,
    /// Operating system.
    pub os: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Hardware threads.
    pub threads: Option<u64>,
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// Disks by the kernel's name.
    pub disks: BTreeMap<String, Drive>,
    /// Accounts that somebody can log in to.
    pub accounts: BTreeMap<String, Account>,
    /// Ports that are open, with what listens there.
    pub ports: BTreeMap<(u16, Protocol), String>,
    /// WireGuard interfaces.
    pub tunnels: BTreeMap<String, Tunnel>,
    /// It as a node of a tailnet.
    pub tailnet: Option<Tailnet>,
    /// Lists that have more than can be declared, and what that is.
    pub more: BTreeMap<Managed, String>,
    /// What of it was looked at.
    pub seen: Extent,
}

impl Machine {
    /// Lists that nobody asked for: what is in them is not declared, and not declared to be nothing.
    pub(crate) fn unasked(&self) -> &'static [Managed] {
        const BESIDE: [Managed; 6] = [
            Managed::Listeners,
            Managed::Users,
            Managed::Sudoers,
            Managed::Keys,
            Managed::Cron,
            Managed::Wireguard,
        ];
        match self.seen {
            Extent::Engine => &BESIDE,
            Extent::Nothing | Extent::Whole => &[],
        }
    }
}

/// What of a machine was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Only others tell of it.
    #[default]
    Nothing,
    /// What its engine runs.
    Engine,
    /// All that can be declared.
    Whole,
}

/// A WireGuard interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tunnel {
    /// Its public key.
    pub key: Option<String>,
    /// The port that it listens on.
    pub port: Option<i64>,
    /// Peers by public key: the addresses that they may use, and seconds between keepalives.
    pub peers: BTreeMap<String, (Vec<String>, Option<i64>)>,
}

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// What sudo grants, if that is known and can be declared.
    pub sudo: Option<Sudo>,
    /// Its shell, if it is not the usual one.
    pub shell: Option<String>,
    /// Lines of `authorized_keys`.
    pub keys: Vec<String>,
}

/// A cluster of Proxmox VE, or one node alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Names it among what was found: its address.
    pub key: String,
    /// Its name; a node alone has none.
    pub name: Option<String>,
    /// Which sources told of it.
    pub from: BTreeSet<String>,
    /// Who answers, by the driver's account.
    pub identity: Option<NativeIdentity>,
    /// Names of its nodes.
    pub nodes: BTreeSet<String>,
    /// Every guest of it was seen.
    pub whole: bool,
    /// Where its interface is, as it is declared.
    pub api: Option<Interface>,
}

/// Where an interface is; no secret among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// `https://…`.
    pub url: String,
    /// Name of the token.
    pub token: String,
    /// The secret's reference as a map of YAML: `{env: NAME}`.
    pub secret: String,
    /// `fingerprint: …` or `ca: …`.
    pub trust: String,
}

/// A guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Its name on the hypervisor.
    pub name: String,
    /// Which sources told of it.
    pub from: BTreeSet<String>,
    /// The cluster by [`Cluster::key`], if its interface told.
    pub cluster: Option<String>,
    /// The node that it is on.
    pub node: String,
    /// Its number.
    pub id: Option<u32>,
    /// UUID of its SMBIOS.
    pub smbios: Option<String>,
    /// Virtual machine or container.
    pub kind: Option<GuestKind>,
    /// Processors.
    pub cores: Option<u64>,
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// Swap in bytes.
    pub swap: Option<u64>,
    /// Starts at boot.
    pub autostart: Option<bool>,
    /// It is a template.
    pub template: bool,
    /// Restarted elsewhere when its node fails.
    pub ha: Option<bool>,
    /// A container that is root on its host.
    pub privileged: Option<bool>,
    /// Operating system.
    pub os: Option<String>,
    /// Hardware address of its first interface.
    pub mac: Option<String>,
    /// Disks by slot.
    pub disks: BTreeMap<String, Disk>,
}

/// A virtual disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disk {
    /// The storage that it lies on.
    pub storage: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Where a container mounts it.
    pub mount: Option<String>,
    /// Backups of the guest leave it out.
    pub no_backup: bool,
}

/// A storage of a hypervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its name there.
    pub name: String,
    /// The cluster by [`Cluster::key`].
    pub cluster: String,
    /// The node; nothing if all nodes see the same.
    pub node: Option<String>,
    /// The word of the language for its kind; nothing if that is not known.
    pub kind: Option<&'static str>,
}

/// A Compose project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Which sources told of it.
    pub from: BTreeSet<String>,
    /// Its file, seen from the lab tree.
    pub file: String,
    /// The name that Compose gives it.
    pub project: Option<String>,
    /// The container that people use.
    pub service: Option<String>,
    /// A port that it publishes.
    pub port: Option<String>,
    /// Where it runs, if it was seen to run.
    pub engine: Option<Engine>,
}

/// What an engine tells of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// The machine.
    pub machine: NativeIdentity,
    /// Services by container.
    pub containers: BTreeMap<String, String>,
    /// A Compose file that declares them; nothing if one lies in the lab tree.
    pub text: Option<String>,
}

impl Found {
    /// Adds what another source told.
    pub fn extend(&mut self, other: Found) {
        self.hosts.extend(other.hosts);
        self.clusters.extend(other.clusters);
        self.guests.extend(other.guests);
        self.pools.extend(other.pools);
        self.stacks.extend(other.stacks);
        self.said.extend(other.said);
    }

    /// Says something to people. What comes from a source is text that nobody has looked at.
    pub fn say(&mut self, what: Sort, of: &str, text: impl AsRef<str>) {
        self.said.push(Said {
            what,
            of: name::shown(of),
            text: name::shown(text.as_ref()),
        });
    }

    /// How many there are of each kind that the lab declares.
    pub fn counts(&self) -> Vec<(Kind, usize)> {
        let clusters = self.clusters.iter().filter(|c| c.name.is_some()).count();
        let all = [
            (Kind::Host, self.hosts.len()),
            (Kind::Cluster, clusters),
            (Kind::Guest, self.guests.len()),
            (Kind::Pool, self.pools.len()),
            (Kind::Stack, self.stacks.len()),
        ];
        all.into_iter().filter(|(_, n)| *n > 0).collect()
    }
}
