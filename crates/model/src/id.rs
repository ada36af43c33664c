//! Names, references and minted ids.

use crate::lab::FaultScope;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Defines the kinds with their words and the prefixes of their ids.
macro_rules! kinds {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $prefix:literal; )*) => {
        /// Kinds of declared objects, by the word used for them everywhere.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $( $(#[$doc])* $name, )*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];

            /// The word for this kind, as written in references (`host/web`).
            pub fn word(self) -> &'static str {
                match self {
                    $( Kind::$name => $word, )*
                }
            }

            /// Three-letter prefix of minted ids; empty for what has no identity beyond its name.
            pub fn prefix(self) -> &'static str {
                match self {
                    $( Kind::$name => $prefix, )*
                }
            }
        }
    };
}

kinds! {
    /// Named bundle of objectives.
    Tier = "tier", "tie";
    /// A place.
    Site = "site", "sit";
    /// VLAN or subnet.
    Network = "network", "net";
    /// A physical or rented machine.
    Host = "host", "hst";
    /// A named body of data.
    Dataset = "dataset", "dat";
    /// Backup store.
    Repository = "repository", "rep";
    /// A backup schedule over datasets.
    Backup = "backup", "bak";
    /// Uninterruptible power supply.
    Ups = "ups", "ups";
    /// Hardware on the network that is no host.
    Device = "device", "dev";
    /// Hosts with a shared quorum or control plane.
    Cluster = "cluster", "clu";
    /// Redundancy group or volume group.
    Pool = "pool", "poo";
    /// Trust zone.
    Zone = "zone", "zon";
    /// Zone of the domain name system.
    DnsZone = "dns-zone", "dns";
    /// Virtual machine or container on a hypervisor.
    Guest = "guest", "gst";
    /// Compose project or Kubernetes app.
    Stack = "stack", "stk";
    /// What people use.
    Service = "service", "svc";
    /// Schedule of snapshots.
    Snapshot = "snapshot", "snp";
    /// Schedule of copies from one pool to another.
    Replication = "replication", "rpl";
    /// Work on a schedule.
    Job = "job", "job";
    /// A secret, by reference.
    Secret = "secret", "sec";
    /// Who uses or runs the lab.
    Person = "person", "per";
    /// What rings.
    Alert = "alert", "";
    /// Where it rings.
    Channel = "channel", "";
    /// A check from outside.
    Probe = "probe", "";
    /// When changes may happen, or may not.
    Window = "window", "";
    /// What is paid once or again and again.
    Cost = "cost", "";
    /// Paid service that the lab replaces.
    Subscription = "subscription", "";
    /// Purchase and warranty of something.
    Asset = "asset", "";
    /// Phase of the roadmap.
    Phase = "phase", "";
    /// What the lab must do.
    Requirement = "requirement", "";
    /// Entry of the risk register.
    Risk = "risk", "";
    /// Single point of failure.
    Spof = "spof", "";
    /// Runbook, decision, diagram.
    Document = "document", "";
    /// A target that is no objective of a service.
    Metric = "metric", "";
}

impl Kind {
    /// Has an identity that outlives its name, kept in the lock file.
    pub fn has_identity(self) -> bool {
        !self.prefix().is_empty()
    }

    /// Its bit in a set of kinds.
    pub const fn bit(self) -> u64 {
        1 << (self as u64)
    }
}

/// A reference to a declared object: `host/web`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// What kind of thing.
    pub kind: Kind,
    /// Its name in the lab tree.
    pub name: String,
}

impl ObjectRef {
    /// A reference to `kind/name`.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// Reads `kind/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once('/')?;
        let kind = *Kind::ALL.iter().find(|k| k.word() == kind)?;
        (!name.is_empty()).then(|| Self::new(kind, name))
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.word(), self.name)
    }
}

impl Serialize for ObjectRef {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not KIND/NAME")))
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// Minted identity of an object, e.g. `hst-8f3a…`; never reused, independent of its name.
    ObjectId
}
text_id! {
    /// Identity of one execution of a plan: `20261121T034500Z-1f9c` (UTC start and random suffix).
    RunId
}
text_id! {
    /// Identity of a step within its plan: `web/nft`, unique in the plan and stable for equal plans.
    StepId
}
text_id! {
    /// Identity of a controller installation: the fingerprint of its ledger key.
    ControllerId
}
text_id! {
    /// Identity of a promise: `ports-justified:host/web`.
    PromiseId
}

impl PromiseId {
    /// Of "every open port is justified".
    pub fn ports(machine: &ObjectRef) -> Self {
        Self(format!("ports-justified:{machine}"))
    }

    /// Of "ssh is least privilege".
    pub fn ssh(machine: &ObjectRef) -> Self {
        Self(format!("ssh-least-privilege:{machine}"))
    }

    /// Of "back in time after such a fault".
    pub fn rto(dataset: &str, scope: FaultScope) -> Self {
        Self(format!("rto:dataset/{dataset}:{}", scope.word()))
    }

    /// Of "no more than so much is lost in such a fault".
    pub fn rpo(dataset: &str, scope: FaultScope) -> Self {
        Self(format!("rpo:dataset/{dataset}:{}", scope.word()))
    }

    /// Of "security updates do not wait for long".
    pub fn patches(machine: &ObjectRef) -> Self {
        Self(format!("patch-level:{machine}"))
    }

    /// Of "who gets in and who becomes root is who is declared".
    pub fn access(machine: &ObjectRef) -> Self {
        Self(format!("access-as-declared:{machine}"))
    }

    /// Of "what runs there is what is declared", of a machine or of a cluster.
    pub fn inventory(subject: &ObjectRef) -> Self {
        Self(format!("inventory-matches:{subject}"))
    }

    /// All that these machines, clusters, and datasets of these names can have.
    pub fn all<'a>(
        machines: impl Iterator<Item = ObjectRef>,
        clusters: impl Iterator<Item = ObjectRef>,
        datasets: impl Iterator<Item = &'a String>,
    ) -> Vec<Self> {
        let of_machine = |m: ObjectRef| {
            [
                Self::ports(&m),
                Self::ssh(&m),
                Self::patches(&m),
                Self::access(&m),
                Self::inventory(&m),
            ]
        };
        let mut all: Vec<Self> = machines.flat_map(of_machine).collect();
        all.extend(clusters.map(|c| Self::inventory(&c)));
        for dataset in datasets {
            for scope in FaultScope::ALL {
                all.extend([Self::rto(dataset, scope), Self::rpo(dataset, scope)]);
            }
        }
        all
    }
}
