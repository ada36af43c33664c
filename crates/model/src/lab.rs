//! The typed lab: what is declared, each value with its place in the text.
//!
//! A `Lab` may be partial: the language front end leaves out what it could not read and says so in diagnostics.

pub mod api;
pub mod device;
pub mod guest;
pub mod hardware;
pub mod head;
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
pub mod tunnel;
pub mod watch;

pub use objects::Objects;
pub use sections::{LISTS, ListSection, SECTIONS, Section};

use self::device::{Cable, Device, Ups};
use self::guest::{Cluster, Guest, Stack};
use self::hardware::HostAbout;
use self::head::{Head, TierAbout};
use self::money::{Asset, CostItem, Offer, Subscription};
use self::network::{DnsZone, Flow, NetworkAbout, Resolver, Zone};
use self::people::{Access, Person, SecretEntry};
use self::protection::{BackupAbout, Job, Keep, Replication, RepositoryAbout, Snapshot};
use self::road::{Claim, Document, Phase, Requirement, Risk, Spof};
use self::service::Service;
use self::setting::RuleSetting;
use self::site::SiteAbout;
use self::storage::{DatasetAbout, Pool};
use self::watch::{Alert, Channel, Metric, Probe, Slo, Window};
use crate::declare::{Given, Opt, OptExt as _};
use crate::id::{Kind, ObjectRef};
use crate::secret::SecretRef;
use crate::units::Seconds;
use diag::{Span, Spanned};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Where something stands that could not be read.
    #[serde(skip)]
    pub unread: Unread,
    /// What is declared not to be known, those of one object side by side.
    #[serde(skip)]
    pub open: Vec<open::Open>,
}

/// Where something stands that could not be read, and has been reported. What seems to be missing there may be just that: nobody may
/// conclude that it is not declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// A whole text, or a section: any object may be missing.
    pub sections: bool,
    /// Objects with a value or a key that could not be read.
    pub objects: BTreeSet<ObjectRef>,
    /// The keys that lead to the values of an object that could not be read, from the outermost; none for what may be any key of it.
    pub at: BTreeMap<ObjectRef, BTreeSet<Vec<String>>>,
    /// Keys of lists with such an item, `flows`, and of `waivers`, `rules` and the `controller`.
    pub lists: BTreeSet<String>,
}

/// The machine that Holdfast runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Controller {
    /// Where it is declared.
    pub span: Span,
    /// Who keeps its clock where no time service can be asked.
    pub clock: Option<ClockKeeper>,
    /// Files with age identities, absolute or below `~`.
    pub age_keys: Vec<Spanned<String>>,
}

/// Who keeps a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockKeeper {
    /// Where it is declared.
    pub span: Span,
    /// E.g. `hypervisor`.
    pub kept_by: Option<Spanned<String>>,
    /// Why that is good enough.
    pub why: Option<Spanned<String>>,
}

/// What a loss is caused by, and so which copies help. Ordered from small to large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultScope {
    /// Data is deleted or damaged in place; the machine is well.
    Corruption,
    /// One disk is gone.
    Device,
    /// The machine is gone.
    Host,
    /// The place is gone.
    Site,
}

impl FaultScope {
    /// All scopes, from small to large.
    pub const ALL: [FaultScope; 4] = [
        FaultScope::Corruption,
        FaultScope::Device,
        FaultScope::Host,
        FaultScope::Site,
    ];

    /// The word in the lab tree.
    pub const fn word(self) -> &'static str {
        match self {
            FaultScope::Corruption => "corruption",
            FaultScope::Device => "device",
            FaultScope::Host => "host",
            FaultScope::Site => "site",
        }
    }
}

/// Named bundle of objectives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Where it is declared.
    pub span: Span,
    /// Recovery time objective per fault scope.
    pub rto: BTreeMap<FaultScope, Spanned<Seconds>>,
    /// Recovery point objective per fault scope.
    pub rpo: BTreeMap<FaultScope, Spanned<Seconds>>,
    /// Declared time from the fault to the start of the restore (noticing and deciding).
    pub response: Opt<Seconds>,
    /// What else is said of it.
    pub about: TierAbout,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Where it is declared.
    pub span: Span,
    /// What else is said of it.
    pub about: SiteAbout,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Where it is declared.
    pub span: Span,
    /// CIDR, e.g. `192.168.10.0/24`.
    pub subnet: Opt<String>,
    /// VLAN id.
    pub vlan: Opt<u16>,
    /// Default gateway's address.
    pub gateway: Opt<String>,
    /// What else is said of it.
    pub about: NetworkAbout,
}

/// How a collection is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manage {
    /// Everything that exists is declared; anything else is drift.
    Exactly,
    /// What is declared exists; more is fine.
    AtLeast,
    /// Not looked at.
    Ignore,
}

/// Collections of a host that have a management mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Managed {
    /// Listening sockets.
    Listeners,
    /// Accounts with a login shell.
    Users,
    /// Lines of sudoers.
    Sudoers,
    /// Authorised SSH keys.
    Keys,
    /// Tables of the host's firewall that are ours.
    Firewall,
    /// Packages.
    Packages,
    /// Units.
    Units,
    /// Files.
    Files,
    /// Kernel settings.
    Sysctl,
    /// What cron runs.
    Cron,
    /// WireGuard interfaces and who may come in by them.
    Wireguard,
}

impl Managed {
    /// The default of DESIGN 6.3: exactly for ways in, at least for the rest.
    pub fn default_mode(self) -> Manage {
        match self {
            Managed::Listeners
            | Managed::Users
            | Managed::Sudoers
            | Managed::Keys
            | Managed::Firewall
            | Managed::Cron
            | Managed::Wireguard => Manage::Exactly,
            Managed::Packages | Managed::Units | Managed::Files | Managed::Sysctl => {
                Manage::AtLeast
            }
        }
    }

    /// The word in the lab tree.
    pub const fn word(self) -> &'static str {
        match self {
            Managed::Listeners => "listeners",
            Managed::Users => "users",
            Managed::Sudoers => "sudoers",
            Managed::Keys => "keys",
            Managed::Firewall => "firewall",
            Managed::Packages => "packages",
            Managed::Units => "units",
            Managed::Files => "files",
            Managed::Sysctl => "sysctl",
            Managed::Cron => "cron",
            Managed::Wireguard => "wireguard",
        }
    }
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Where it is declared.
    pub span: Span,
    /// `was:` name before a rename.
    pub was: Option<Spanned<String>>,
    /// Its site.
    pub site: Opt<String>,
    /// `debian`, …
    pub os: Opt<String>,
    /// Address per network.
    pub addresses: BTreeMap<String, Given<String>>,
    /// How the controller reaches it.
    pub reach: Reach,
    /// Modes that differ from the default.
    pub manage: BTreeMap<Managed, Spanned<Manage>>,
    /// Accounts.
    pub users: BTreeMap<String, User>,
    /// Packages that must be installed.
    pub packages: Vec<Spanned<String>>,
    /// Files with their content, by absolute path.
    pub files: BTreeMap<String, ManagedFile>,
    /// Units and their wanted state.
    pub units: BTreeMap<String, UnitState>,
    /// Kernel settings.
    pub sysctl: BTreeMap<String, Spanned<String>>,
    /// What cron runs, by file.
    pub cron: BTreeMap<String, CronFile>,
    /// sshd keywords (lower case) and wanted values; rendered as one drop-in.
    pub sshd: BTreeMap<String, Spanned<String>>,
    /// The host's own firewall table.
    pub firewall: Option<Firewall>,
    /// Default route that must hold.
    pub default_route: Option<Spanned<String>>,
    /// Justified ways in.
    pub exposures: Vec<Exposure>,
    /// What else is said of it.
    pub about: HostAbout,
}

impl Host {
    /// A machine of which nothing is said but where.
    pub fn bare(span: Span) -> Self {
        Self {
            span,
            was: None,
            site: None,
            os: None,
            addresses: BTreeMap::new(),
            reach: Reach::Unknown,
            manage: BTreeMap::new(),
            users: BTreeMap::new(),
            packages: Vec::new(),
            files: BTreeMap::new(),
            units: BTreeMap::new(),
            sysctl: BTreeMap::new(),
            cron: BTreeMap::new(),
            sshd: BTreeMap::new(),
            firewall: None,
            default_route: None,
            exposures: Vec::new(),
            about: HostAbout::default(),
        }
    }
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

impl Host {
    /// The mode in force for a collection.
    pub fn mode(&self, what: Managed) -> Manage {
        self.manage
            .get(&what)
            .map_or_else(|| what.default_mode(), |m| m.value)
    }
}

/// How the controller reaches a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// By OpenSSH, under this alias or address, as this user (else the SSH configuration decides).
    Ssh {
        /// Host alias or address given to `ssh`.
        destination: Spanned<String>,
        /// Login name.
        user: Option<Spanned<String>>,
        /// Port.
        port: Option<Spanned<u16>>,
        /// Its ed25519 host key, `SHA256:…`; the first contact is held against it.
        host_key: Option<Spanned<String>>,
        /// How long a look at it may take.
        timeout: Option<Spanned<Seconds>>,
    },
    /// It is this machine.
    Local,
    /// Nothing was declared or it could not be read.
    Unknown,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Where it is declared.
    pub span: Span,
    /// May become root.
    pub sudo: Option<Spanned<Sudo>>,
    /// Login shell; `None` leaves it alone.
    pub shell: Option<Spanned<String>>,
    /// Public keys that may log in, as lines of `authorized_keys`.
    pub keys: Vec<Spanned<String>>,
}

/// What sudo lets an account do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sudo {
    /// Nothing.
    No,
    /// Everything, after typing a password.
    Password,
    /// Everything without a password.
    NoPassword,
}

/// A file with its whole content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedFile {
    /// Where it is declared.
    pub span: Span,
    /// The content.
    pub content: Spanned<String>,
    /// Permission bits, e.g. `0644`.
    pub mode: Option<Spanned<String>>,
    /// Owner's name; root if not given.
    pub owner: Option<Spanned<String>>,
    /// Group's name; root if not given.
    pub group: Option<Spanned<String>>,
}

/// Wanted state of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitState {
    /// Where it is declared.
    pub span: Span,
    /// Starts at boot.
    pub enabled: Option<Spanned<bool>>,
    /// Runs now.
    pub active: Option<Spanned<bool>>,
}

/// What one file makes cron run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CronFile {
    /// Where it is declared.
    pub span: Span,
    /// Its lines as crontab(5) has them; none for a script in `/etc/cron.daily` and the like.
    pub lines: Vec<Spanned<String>>,
}

/// The host's own firewall: one nftables table, input hook, default deny.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firewall {
    /// Where it is declared.
    pub span: Span,
    /// Name of the table in family `inet`; `holdfast` if not given. Only this table is ever touched.
    pub table: Spanned<String>,
    /// Ports that are open, derived from the exposures; further literal rules of the input chain.
    pub rules: Vec<Spanned<String>>,
}

/// A justified way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Where it is declared.
    pub span: Span,
    /// Port number.
    pub port: Spanned<u16>,
    /// `tcp` or `udp`.
    pub protocol: Protocol,
    /// Network name, `any`, or `loopback`.
    pub from: Option<Spanned<String>>,
    /// Address it listens on, if only one is allowed.
    pub listen: Option<Spanned<String>>,
    /// Reason.
    pub why: Option<Spanned<String>>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
    /// When it must be looked at again.
    pub review: Option<Spanned<Date>>,
}

/// Transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// The word in listener paths.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }
}

crate::declare::words! {
    /// What a loss of the data would mean.
    pub enum DataClass("data-class", "a class of data") {
        /// Can be thrown away.
        Scratch = "scratch",
        /// Can be had again.
        Replaceable = "replaceable",
        /// Costs days.
        Important = "important",
        /// Gone for ever.
        Irreplaceable = "irreplaceable",
    }
}

/// A named body of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Where it is declared.
    pub span: Span,
    /// `was:` name before a rename.
    pub was: Option<Spanned<String>>,
    /// The host that has it.
    pub host: Option<Spanned<String>>,
    /// What it is.
    pub source: Option<DataSource>,
    /// What a loss would mean.
    pub class: Opt<DataClass>,
    /// Its objectives.
    pub tier: Opt<String>,
    /// Label of the disk it lies on, to tell failure domains apart; `None` is unknown.
    pub disk: Opt<String>,
    /// How a drill tells that a restore is good.
    pub verify: Vec<Check>,
    /// What else is said of it.
    pub about: DatasetAbout,
}

/// What a dataset consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataSource {
    /// A directory.
    Folder(Spanned<String>),
    /// A PostgreSQL database of the host's local cluster.
    Postgres {
        /// Database name.
        database: Spanned<String>,
    },
}

/// A check on restored data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// A query whose single value must be at least this number.
    SqlAtLeast {
        /// The query.
        query: Spanned<String>,
        /// Least acceptable value.
        at_least: Spanned<i64>,
    },
    /// The restored folder has at least this many files.
    FilesAtLeast(Spanned<i64>),
    /// This file is there, relative to the folder.
    FileExists(Spanned<String>),
}

/// Backup store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Where it is declared.
    pub span: Span,
    /// `was:` name before a rename.
    pub was: Option<Spanned<String>>,
    /// The host that holds it, if a host of the lab does.
    pub on: Opt<String>,
    /// Directory, or a restic location (`sftp:…`, `rest:…`, `s3:…`).
    pub location: Opt<String>,
    /// Label of the disk it lies on.
    pub disk: Opt<String>,
    /// Its password.
    pub password: Option<Spanned<SecretRef>>,
    /// What else is said of it.
    pub about: RepositoryAbout,
}

/// A backup schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Where it is declared.
    pub span: Span,
    /// What is backed up.
    pub datasets: Vec<Spanned<String>>,
    /// Where to.
    pub to: Option<Spanned<String>>,
    /// How often.
    pub every: Option<Spanned<Seconds>>,
    /// Newest archives kept at the least.
    pub keep_last: Option<Spanned<u32>>,
    /// Daily archives kept.
    pub keep_daily: Option<Spanned<u32>>,
    /// What is kept besides.
    pub keep: Keep,
    /// What else is said of it.
    pub about: BackupAbout,
}

/// Before the path of a fact, in the id of a waiver of drift.
pub const DRIFT: &str = "drift:";

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Where it is declared.
    pub span: Span,
    /// The rule's or promise's id, or [`DRIFT`] and the path of a fact, which may end with `*`.
    pub id: Spanned<String>,
    /// The object it is accepted for.
    pub object: Option<Spanned<String>>,
    /// What of the object it is accepted for, where findings of the rule are about parts of it: ports, accounts, containers.
    pub only: Vec<Spanned<String>>,
    /// Why.
    pub reason: Option<Spanned<String>>,
    /// Who accepted it.
    pub owner: Option<Spanned<String>>,
    /// Until when.
    pub expires: Option<Spanned<Date>>,
    /// Something of it could not be read, which has been reported: what seems to be lacking may be there.
    pub unread: bool,
}
