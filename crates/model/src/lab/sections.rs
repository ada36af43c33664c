//! The sections of the language that are maps of names, and the objects in them.

use super::*;
use crate::declare::{Declare, Place, RecordShape, Shape};
use crate::id::Kind;
use diag::Spanned;

/// A top-level map of named records that the language reads by their definition alone.
pub struct Section {
    /// The key.
    pub key: &'static str,
    /// What is declared in it.
    pub kind: Kind,
    /// How one is written.
    pub record: fn() -> RecordShape,
    /// How it is written, short forms included.
    pub shape: fn() -> Shape,
    /// Reads one into the lab.
    pub read: fn(&mut Lab, &str, &mut dyn Place),
}

/// Sections by key, kind and type, and whether their objects can be renamed.
macro_rules! sections {
    ($($key:ident: $kind:ident, $type:ident $(, $was:ident)?;)*) => {
        /// The sections that are read by their definition alone, in reading order.
        pub const SECTIONS: &[Section] = &[$(
            Section {
                key: stringify!($key),
                kind: Kind::$kind,
                record: $type::record,
                shape: <$type as Declare>::shape,
                read: |lab, name, at| {
                    let object = $type::read(at).unwrap_or_default();
                    lab.$key.insert(name.to_owned(), object);
                },
            }
        ),*];

        impl Lab {
            /// The place where an object is declared.
            pub fn span_of(&self, object: &ObjectRef) -> Option<Span> {
                let n = object.name.as_str();
                let there = match object.kind {
                    Kind::Tier => self.tiers.get(n).map(|o| o.span),
                    Kind::Site => self.sites.get(n).map(|o| o.span),
                    Kind::Network => self.networks.get(n).map(|o| o.span),
                    Kind::Host => self.hosts.get(n).map(|o| o.span),
                    Kind::Dataset => self.datasets.get(n).map(|o| o.span),
                    Kind::Repository => self.repositories.get(n).map(|o| o.span),
                    Kind::Backup => self.backups.get(n).map(|o| o.span),
                    $( Kind::$kind => self.$key.get(n).map(|o| o.span), )*
                };
                there.or_else(|| self.apart.why.get(object).map(|w| w.at))
            }

            /// Every object that says `was:`, with the name that it had.
            pub fn renames(&self) -> Vec<(ObjectRef, Spanned<String>)> {
                let mut out = Vec::new();
                for (name, o) in &self.hosts {
                    out.extend(o.was.iter().map(|w| (ObjectRef::new(Kind::Host, name), w.clone())));
                }
                for (name, o) in &self.datasets {
                    out.extend(o.was.iter().map(|w| (ObjectRef::new(Kind::Dataset, name), w.clone())));
                }
                for (name, o) in &self.repositories {
                    out.extend(o.was.iter().map(|w| (ObjectRef::new(Kind::Repository, name), w.clone())));
                }
                $($( for (name, o) in &self.$key {
                    out.extend(o.$was.iter().map(|w| {
                        let was = Spanned::new(w.value.0.clone(), w.span);
                        (ObjectRef::new(Kind::$kind, name), was)
                    }));
                } )?)*
                out
            }

            /// Takes over the objects of another lab, none of which has the name of one that is here.
            pub fn append(&mut self, mut other: Lab) {
                self.tiers.append(&mut other.tiers);
                self.sites.append(&mut other.sites);
                self.networks.append(&mut other.networks);
                self.hosts.append(&mut other.hosts);
                self.inside.append(&mut other.inside);
                self.datasets.append(&mut other.datasets);
                self.repositories.append(&mut other.repositories);
                self.backups.append(&mut other.backups);
                $( self.$key.append(&mut other.$key); )*
                self.unread.objects.append(&mut other.unread.objects);
                for (object, at) in std::mem::take(&mut other.unread.at) {
                    self.unread.at.entry(object).or_default().extend(at);
                }
                self.open.append(&mut other.open);
            }

            /// Puts the objects into their order in memory, when all of them are there.
            pub fn settle(&mut self) {
                self.tiers.settle();
                self.sites.settle();
                self.networks.settle();
                self.hosts.settle();
                self.inside.settle();
                self.datasets.settle();
                self.repositories.settle();
                self.backups.settle();
                $( self.$key.settle(); )*
            }

            /// The names of all declared objects of a kind.
            pub fn names(&self, kind: Kind) -> Vec<&str> {
                fn keys<T>(map: &Objects<T>) -> Vec<&str> {
                    map.keys().map(String::as_str).collect()
                }
                match kind {
                    Kind::Tier => keys(&self.tiers),
                    Kind::Site => keys(&self.sites),
                    Kind::Network => keys(&self.networks),
                    Kind::Host => keys(&self.hosts),
                    Kind::Dataset => keys(&self.datasets),
                    Kind::Repository => keys(&self.repositories),
                    Kind::Backup => keys(&self.backups),
                    $( Kind::$kind => keys(&self.$key), )*
                }
            }
        }
    };
}

sections! {
    ups: Ups, Ups, was;
    devices: Device, Device, was;
    clusters: Cluster, Cluster, was;
    pools: Pool, Pool, was;
    zones: Zone, Zone, was;
    dns: DnsZone, DnsZone, was;
    guests: Guest, Guest, was;
    stacks: Stack, Stack, was;
    services: Service, Service, was;
    snapshots: Snapshot, Snapshot, was;
    replications: Replication, Replication, was;
    jobs: Job, Job, was;
    secrets: Secret, SecretEntry, was;
    people: Person, Person, was;
    alerts: Alert, Alert;
    channels: Channel, Channel;
    probes: Probe, Probe;
    windows: Window, Window;
    costs: Cost, CostItem;
    subscriptions: Subscription, Subscription;
    assets: Asset, Asset;
    roadmap: Phase, Phase;
    requirements: Requirement, Requirement;
    risks: Risk, Risk;
    spofs: Spof, Spof;
    documents: Document, Document;
    metrics: Metric, Metric;
}

/// A top-level list of records.
pub struct ListSection {
    /// The key.
    pub key: &'static str,
    /// The word for one of them.
    pub word: &'static str,
    /// How one is written.
    pub record: fn() -> RecordShape,
    /// How an item is written, short forms included.
    pub item: fn() -> Shape,
    /// Reads one into the lab.
    pub read: fn(&mut Lab, &mut dyn Place),
}

/// Lists by key, word and type.
macro_rules! lists {
    ($($key:ident: $word:literal, $type:ident;)*) => {
        /// The top-level lists that are read by their definition alone.
        pub const LISTS: &[ListSection] = &[$(
            ListSection {
                key: stringify!($key),
                word: $word,
                record: $type::record,
                item: <$type as Declare>::shape,
                read: |lab, at| lab.$key.extend($type::read(at)),
            }
        ),*];
    };
}

lists! {
    cables: "cable", Cable;
    flows: "flow", Flow;
    resolvers: "resolver", Resolver;
    access: "access", Access;
    slos: "objective", Slo;
    claims: "claim", Claim;
    offers: "offer", Offer;
}

impl Lab {
    /// All declared objects that have an identity.
    pub fn objects(&self) -> Vec<ObjectRef> {
        let kinds = Kind::ALL.iter().filter(|k| k.has_identity());
        kinds
            .flat_map(|kind| {
                let names = self.names(*kind).into_iter();
                names.map(|name| ObjectRef::new(*kind, name))
            })
            .collect()
    }
}
