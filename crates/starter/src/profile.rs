//! The four shapes of a lab that a start is made from.

use crate::question::Key;
use std::ops::RangeInclusive;

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// One machine, a hypervisor or a host of containers.
    OneHost,
    /// A storage appliance that runs Compose projects.
    Nas,
    /// Two machines with shared storage.
    Pair,
    /// Three to five machines.
    Cluster,
}

impl Profile {
    /// All of them, from small to large.
    pub const ALL: [Profile; 4] = [
        Profile::OneHost,
        Profile::Nas,
        Profile::Pair,
        Profile::Cluster,
    ];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Profile::OneHost => "one-host",
            Profile::Nas => "nas",
            Profile::Pair => "pair",
            Profile::Cluster => "cluster",
        }
    }

    /// What it is, for people.
    pub fn about(self) -> &'static str {
        match self {
            Profile::OneHost => "one machine: Proxmox, or Debian with Docker",
            Profile::Nas => "a NAS that runs Compose projects",
            Profile::Pair => "two machines with shared storage",
            Profile::Cluster => "three to five machines",
        }
    }

    /// Its name in `holdfast.yaml`.
    pub(crate) fn declared(self) -> &'static str {
        match self {
            Profile::OneHost => "single-host",
            _ => self.word(),
        }
    }

    /// The profile with this name; the language's own name of the first is taken, too.
    pub fn parse(text: &str) -> Option<Self> {
        let named = |p: &Profile| p.word() == text || p.declared() == text;
        Self::ALL.into_iter().find(named)
    }

    /// How many machines it has, shared storage not counted.
    pub(crate) fn machines(self) -> RangeInclusive<usize> {
        match self {
            Profile::OneHost | Profile::Nas => 1..=1,
            Profile::Pair => 2..=2,
            Profile::Cluster => 3..=5,
        }
    }

    /// Whether it is asked this.
    pub fn asks(self, key: Key) -> bool {
        match key {
            Key::Storage => matches!(self, Profile::Pair | Profile::Cluster),
            _ => true,
        }
    }

    /// A proposal for what is a choice, names included; nothing for facts, which are unknown until somebody states them.
    pub(crate) fn proposal(self, key: Key) -> Option<&'static str> {
        match (key, self) {
            (Key::Owner, _) => Some("owner"),
            (Key::Hosts, Profile::OneHost) => Some("server"),
            (Key::Hosts, Profile::Nas) => Some("nas"),
            (Key::Hosts, Profile::Pair) => Some("node1, node2"),
            (Key::Hosts, Profile::Cluster) => Some("node1, node2, node3"),
            (Key::Storage, Profile::Pair) => Some("storage"),
            (Key::Storage, _) => Some("none"),
            (Key::Loss, _) => Some("24h"),
            // A second machine takes over; a single one has to be bought.
            (Key::Back, Profile::OneHost | Profile::Nas) => Some("14d"),
            (Key::Back, Profile::Pair | Profile::Cluster) => Some("3d"),
            (Key::Firewall, _) => Some("no"),
            _ => None,
        }
    }
}
