//! The typed lab: what is declared, each value with its place in the text.
//!
//! A `Lab` may be partial: the language front end leaves out what it could not read and says so in diagnostics.

mod account;
pub mod apart;
pub mod api;
mod backup;
mod controller;
mod dataset;
pub mod device;
mod exposure;
pub mod guest;
pub mod hardware;
pub mod head;
mod host;
mod manage;
pub mod measure;
pub mod money;
pub mod network;
pub mod nut;
mod objects;
pub mod open;
pub mod openwrt;
pub mod people;
pub mod protection;
pub mod proxy;
pub mod road;
mod sections;
pub mod service;
pub mod setting;
pub mod site;
pub mod snmp;
pub mod sshd;
pub mod storage;
pub mod tailnet;
mod tier;
pub mod truenas;
pub mod tunnel;
mod unread;
mod waiver;
pub mod watch;

pub use account::{Sudo, User};
pub use backup::{Backup, Repository};
pub use controller::{ClockKeeper, Controller};
pub use dataset::{Check, DataClass, DataSource, Dataset};
pub use exposure::{Exposure, Firewall, Protocol};
pub use host::{CronFile, Host, ManagedFile, Reach, UnitState};
pub use manage::{Manage, Managed};
pub use network::Network;
pub use objects::Objects;
pub use sections::{LISTS, ListSection, SECTIONS, Section};
pub use site::Site;
pub use tier::{FaultScope, Tier};
pub use unread::Unread;
pub use waiver::{DRIFT, Waiver};

use self::apart::Apart;
use self::device::{Cable, Device, Ups};
use self::guest::{Cluster, Guest, Stack};
use self::head::Head;
use self::money::{Asset, CostItem, Offer, Subscription};
use self::network::{DnsZone, Flow, Resolver, Zone};
use self::people::{Access, Person, SecretEntry};
use self::protection::{Job, Replication, Snapshot};
use self::road::{Claim, Document, Phase, Requirement, Risk, Spof};
use self::service::Service;
use self::setting::RuleSetting;
use self::storage::Pool;
use self::watch::{Alert, Channel, Metric, Probe, Slo, Window};
use crate::declare::OptExt as _;
use crate::id::{Kind, ObjectRef};
use diag::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything declared in a lab tree.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lab {
    /// The lab's name.
    pub name: String,
    /// What is said of the lab as a whole.
    pub head: Head,
    /// Bundles of objectives.
    pub tiers: Objects<Tier>,
    /// Places.
    pub sites: Objects<Site>,
    /// Subnets.
    pub networks: Objects<Network>,
    /// Machines.
    pub hosts: Objects<Host>,
    /// What is declared of the insides of guests, by guest: those that are logged in to as hosts are. No guest of these has a host's
    /// name.
    pub inside: Objects<Host>,
    /// Bodies of data.
    pub datasets: Objects<Dataset>,
    /// Backup stores.
    pub repositories: Objects<Repository>,
    /// Backup schedules.
    pub backups: Objects<Backup>,
    /// Uninterruptible power supplies.
    pub ups: Objects<Ups>,
    /// Hardware that is no host.
    pub devices: Objects<Device>,
    /// Hosts with a shared quorum or control plane.
    pub clusters: Objects<Cluster>,
    /// Redundancy groups, volume groups, shares.
    pub pools: Objects<Pool>,
    /// Trust zones.
    pub zones: Objects<Zone>,
    /// Zones of the domain name system.
    pub dns: Objects<DnsZone>,
    /// Virtual machines and containers.
    pub guests: Objects<Guest>,
    /// Compose projects and Kubernetes apps.
    pub stacks: Objects<Stack>,
    /// What people use.
    pub services: Objects<Service>,
    /// Schedules of snapshots.
    pub snapshots: Objects<Snapshot>,
    /// Schedules of copies that follow.
    pub replications: Objects<Replication>,
    /// Work on a schedule.
    pub jobs: Objects<Job>,
    /// Where secrets are kept.
    pub secrets: Objects<SecretEntry>,
    /// Who uses or runs the lab.
    pub people: Objects<Person>,
    /// What rings.
    pub alerts: Objects<Alert>,
    /// Where it rings.
    pub channels: Objects<Channel>,
    /// Checks from outside.
    pub probes: Objects<Probe>,
    /// When changes may happen, or may not.
    pub windows: Objects<Window>,
    /// What is paid.
    pub costs: Objects<CostItem>,
    /// Paid services that the lab replaces.
    pub subscriptions: Objects<Subscription>,
    /// Purchases and warranties.
    pub assets: Objects<Asset>,
    /// Phases of the roadmap.
    pub roadmap: Objects<Phase>,
    /// What the lab must do.
    pub requirements: Objects<Requirement>,
    /// The risk register.
    pub risks: Objects<Risk>,
    /// Single points of failure.
    pub spofs: Objects<Spof>,
    /// Runbooks, decisions, diagrams.
    pub documents: Objects<Document>,
    /// Targets that are no objective of a service.
    pub metrics: Objects<Metric>,
    /// Cables.
    pub cables: Vec<Cable>,
    /// Traffic that is permitted, or that is not.
    pub flows: Vec<Flow>,
    /// Name servers outside of the lab.
    pub resolvers: Vec<Resolver>,
    /// Who may get in where.
    pub access: Vec<Access>,
    /// Service level objectives.
    pub slos: Vec<Slo>,
    /// What is said of the lab, to be held against the rest.
    pub claims: Vec<Claim>,
    /// What can be bought.
    pub offers: Vec<Offer>,
    /// Accepted findings.
    pub waivers: Vec<Waiver>,
    /// Rules whose findings count otherwise here, by id, with the place of that.
    pub rules: BTreeMap<String, (Span, RuleSetting)>,
    /// The machine that Holdfast runs on.
    pub controller: Option<Controller>,
    /// What is declared and not in use: planned, or gone. None of it is among the rest.
    #[serde(default, skip_serializing_if = "Apart::is_empty")]
    pub apart: Apart,
    /// Where something stands that could not be read.
    #[serde(skip)]
    pub unread: Unread,
    /// What is declared not to be known, those of one object side by side.
    #[serde(skip)]
    pub open: Vec<open::Open>,
}

impl Lab {
    /// The systems that can be logged in to: hosts, then guests of whose insides something is declared.
    pub fn machines(&self) -> impl Iterator<Item = (&str, &Host)> {
        let all = self.hosts.iter().chain(&self.inside);
        all.map(|(name, machine)| (name.as_str(), machine))
    }

    /// One of the [`machines`](Self::machines), by name.
    pub fn machine(&self, name: &str) -> Option<&Host> {
        self.hosts.get(name).or_else(|| self.inside.get(name))
    }

    /// The one of the [`machines`](Self::machines) on which a dataset is reached; none if nobody logs in where it is.
    pub fn seat<'a>(&self, dataset: &'a Dataset) -> Option<&'a str> {
        if let Some(host) = &dataset.host {
            return Some(&host.value);
        }
        let on = dataset.about.on.known()?;
        let inside = on.kind() == Kind::Guest && self.inside.contains_key(on.name());
        inside.then(|| on.name())
    }

    /// How one of the [`machines`](Self::machines) is referred to. A name that nobody has is taken for a host's.
    pub fn machine_ref(&self, name: &str) -> ObjectRef {
        let is_guest = !self.hosts.contains_key(name) && self.inside.contains_key(name);
        let kind = if is_guest { Kind::Guest } else { Kind::Host };
        ObjectRef::new(kind, name)
    }
}
