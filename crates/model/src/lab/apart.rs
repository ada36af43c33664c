//! What is declared and not in use: hosts, guests and devices that are planned, or gone and kept for the record, and what rests on them
//! alone.
//!
//! It stands apart from what is there, so that nothing that walks over the hosts of a lab counts one that nobody has: no capacity, no vote, no
//! copy, no target. What reserves (addresses, places in racks) asks for it by name.

use super::device::{Cable, Device};
use super::guest::{Cluster, Guest, Stack};
use super::objects::Objects;
use super::protection::{Job, Replication, Snapshot};
use super::service::{Runs, Service, Status};
use super::storage::Pool;
use super::watch::{Channel, Probe};
use super::{Backup, Dataset, Host, Lab, Repository};
use crate::declare::{Opt, OptExt as _, Ref};
use crate::id::{Kind, ObjectRef};
use diag::{Span, Spanned};
use rests::Rests;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod rests;

/// Why something is not in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Planned or retired.
    pub status: Status,
    /// What it rests on, if it says nothing itself.
    pub because: Option<ObjectRef>,
    /// Where that is written.
    pub at: Span,
}

/// Something in use was to have this and lacks it today, since it is not in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    /// What is in use.
    pub of: ObjectRef,
    /// What it lacks.
    pub role: Role,
    /// What was to be that.
    pub on: ObjectRef,
    /// The part of it that was: a disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Where that is written.
    pub at: Span,
}

/// What something was to be for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The vote that breaks ties of a cluster.
    TieBreaker,
    /// Storage that all members of a cluster reach.
    Storage,
    /// A disk of a pool.
    Disk,
    /// The machine that a UPS tells.
    Watcher,
    /// Where an alert rings.
    Channel,
    /// The job that keeps a service up to date.
    Updates,
    /// A name server with a copy of a zone.
    Secondary,
}

/// Everything that is declared and not in use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Apart {
    /// Machines.
    pub hosts: Objects<Host>,
    /// What is declared of the insides of guests.
    pub inside: Objects<Host>,
    /// Virtual machines and containers.
    pub guests: Objects<Guest>,
    /// Hardware that is no host.
    pub devices: Objects<Device>,
    /// Clusters none of whose members is in use.
    pub clusters: Objects<Cluster>,
    /// Pools that say so themselves, and those on such machines.
    pub pools: Objects<Pool>,
    /// Data on them.
    pub datasets: Objects<Dataset>,
    /// Backup stores on them.
    pub repositories: Objects<Repository>,
    /// Backups of nothing but such things, or to such a store.
    pub backups: Objects<Backup>,
    /// Schedules of snapshots of them.
    pub snapshots: Objects<Snapshot>,
    /// Copies that follow, from or to them.
    pub replications: Objects<Replication>,
    /// Work on nothing else.
    pub jobs: Objects<Job>,
    /// Stacks on them.
    pub stacks: Objects<Stack>,
    /// Services that run on nothing else.
    pub services: Objects<Service>,
    /// Channels that such a service carries.
    pub channels: Objects<Channel>,
    /// Probes of such things, or from there.
    pub probes: Objects<Probe>,
    /// Cables with an end at one of them.
    pub cables: Vec<Cable>,
    /// Each of the objects, and why.
    pub why: BTreeMap<ObjectRef, Why>,
    /// What was taken out of what is in use, and is missed there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Lack>,
}

impl Apart {
    /// There is nothing like that.
    pub fn is_empty(&self) -> bool {
        self.why.is_empty()
    }

    /// What says itself that it is not in use, and because of which something else is not: that, or what it rests on at last.
    pub fn root<'o>(&'o self, object: &'o ObjectRef) -> &'o ObjectRef {
        let mut at = object;
        // A chain has no object twice: each was found because of one that was found before.
        while let Some(on) = self.why.get(at).and_then(|why| why.because.as_ref()) {
            at = on;
        }
        at
    }

    /// Why an object is not in use; none if it is, or if there is no such object.
    pub fn why(&self, kind: Kind, name: &str) -> Option<&Why> {
        self.why.get(&ObjectRef::new(kind, name))
    }
}

/// `status` of an object that says that it is not in use.
fn own(status: &Opt<Status>, at: Span) -> Option<Why> {
    let status = *status.known().filter(|s| **s != Status::Running)?;
    Some(Why {
        status,
        because: None,
        at,
    })
}

/// What is known so far not to be in use.
#[derive(Default)]
struct Gone {
    /// What is set apart, by kind and name.
    apart: BTreeMap<Kind, BTreeMap<String, Why>>,
    /// Services that say so themselves. They stay among the rest, where rules judge their plans; what lies with them does not.
    said: BTreeMap<String, Why>,
}

impl Gone {
    fn why(&self, kind: Kind, name: &str) -> Option<&Why> {
        let apart = self.apart.get(&kind).and_then(|of| of.get(name));
        apart.or_else(|| self.said.get(name).filter(|_| kind == Kind::Service))
    }

    /// The same for what rests on one of these.
    fn on(&self, (kind, name): (Kind, &str)) -> Option<Why> {
        let because = Some(ObjectRef::new(kind, name));
        let why = self.why(kind, name)?.clone();
        Some(Why { because, ..why })
    }

    fn has(&self, kind: Kind, name: &str) -> bool {
        self.why(kind, name).is_some()
    }

    fn is_apart(&self, kind: Kind, name: &str) -> bool {
        self.apart
            .get(&kind)
            .is_some_and(|of| of.contains_key(name))
    }

    fn add(&mut self, kind: Kind, name: &str, why: Why) {
        let of = self.apart.entry(kind).or_default();
        of.insert(name.to_owned(), why);
    }
}

/// Kind and name of a reference that is given and known.
macro_rules! of {
    ($given:expr) => {
        $given.known().map(|r| (r.kind(), r.name()))
    };
}
use of;

impl Lab {
    /// Sets apart what is not in use, and what rests on that alone.
    pub fn set_apart(&mut self) {
        let mut gone = self.say_so();
        if gone.apart.is_empty() && gone.said.is_empty() {
            return;
        }
        Rests::of(self).spread(&mut gone);
        self.take_out(&gone);
        self.prune(&gone);
        self.lack(&gone);
        for (kind, of) in gone.apart {
            let of = of.into_iter();
            let whys = of.map(|(name, why)| (ObjectRef::new(kind, name), why));
            self.apart.why.extend(whys);
        }
    }

    /// What says itself that it is not in use.
    fn say_so(&self) -> Gone {
        let mut gone = Gone::default();
        let hosts = self.hosts.iter();
        let hosts = hosts.map(|(n, h)| (Kind::Host, n, own(&h.about.status, h.span)));
        let guests = self.guests.iter();
        let guests = guests.map(|(n, g)| (Kind::Guest, n, own(&g.status, g.span)));
        let devices = self.devices.iter();
        let devices = devices.map(|(n, d)| (Kind::Device, n, own(&d.status, d.span)));
        let pools = self.pools.iter();
        let pools = pools.map(|(n, p)| (Kind::Pool, n, own(&p.status, p.span)));
        for (kind, name, why) in hosts.chain(guests).chain(devices).chain(pools) {
            if let Some(why) = why {
                gone.add(kind, name, why);
            }
        }
        for (name, service) in &self.services {
            if let Some(why) = own(&service.status, service.span) {
                gone.said.insert(name.clone(), why);
            }
        }
        gone
    }

    /// Moves it.
    fn take_out(&mut self, gone: &Gone) {
        let apart = &mut self.apart;
        macro_rules! take {
            ($($kind:ident: $field:ident),* $(,)?) => {$(
                if let Some(of) = gone.apart.get(&Kind::$kind) {
                    let taken = self.$field.take(|name| of.contains_key(name));
                    apart.$field.extend(taken);
                }
            )*};
        }
        take!(
            Host: hosts,
            Guest: guests,
            Guest: inside,
            Device: devices,
            Cluster: clusters,
            Pool: pools,
            Dataset: datasets,
            Repository: repositories,
            Backup: backups,
            Snapshot: snapshots,
            Replication: replications,
            Job: jobs,
            Stack: stacks,
            Service: services,
            Channel: channels,
            Probe: probes,
        );
        // What nobody knows of it is no gap in what is there.
        let there = |o: &ObjectRef| !gone.is_apart(o.kind, &o.name);
        self.open.retain(|o| o.object.as_ref().is_none_or(there));
    }

    /// Takes it out of the lists of what goes on without it: members of a cluster, what is backed up, what hangs on a UPS, cables.
    fn prune(&mut self, gone: &Gone) {
        macro_rules! keep {
            ($list:expr) => {
                $list.retain(|r| !gone.has(r.value.kind(), r.value.name()))
            };
        }
        for cluster in self.clusters.values_mut() {
            keep!(cluster.members);
            keep!(cluster.masters);
            keep!(cluster.workers);
            let away = cluster
                .votes
                .keys()
                .filter(|r| gone.has(r.kind(), r.name()));
            let away: Vec<_> = away.cloned().collect();
            for member in &away {
                cluster.votes.remove(member);
            }
        }
        for backup in self.backups.values_mut() {
            let there = |d: &Spanned<String>| !gone.has(Kind::Dataset, &d.value);
            backup.datasets.retain(there);
            keep!(backup.about.guests);
            keep!(backup.about.hosts);
            keep!(backup.about.services);
            keep!(backup.about.stacks);
            keep!(backup.about.devices);
        }
        for ups in self.ups.values_mut() {
            keep!(ups.feeds);
        }
        for job in self.jobs.values_mut() {
            keep!(job.on);
        }
        for service in self.services.values_mut() {
            let there = |r: &Runs| place(r).is_none_or(|(kind, name)| !gone.has(kind, name));
            service.runs.0.retain(there);
        }
        let away = |c: &Cable| {
            let ends = [of!(c.from), of!(c.to)];
            ends.into_iter()
                .flatten()
                .any(|(kind, name)| gone.has(kind, name))
        };
        let (apart, there) = std::mem::take(&mut self.cables).into_iter().partition(away);
        (self.apart.cables, self.cables) = (apart, there);
    }

    /// Takes out what is counted on (a vote, storage, disks, where an alert rings), and keeps in mind who lacks it.
    fn lack(&mut self, gone: &Gone) {
        let mut lacks = Vec::new();
        macro_rules! lack {
            ($kind:ident, $name:expr, $role:ident, $away:expr) => {
                lacks.extend($away.iter().map(|r| Lack {
                    of: ObjectRef::new(Kind::$kind, $name),
                    role: Role::$role,
                    on: r.value.0.object.clone(),
                    part: r.value.0.part.clone(),
                    at: r.span,
                }))
            };
        }
        for (name, cluster) in &mut self.clusters {
            lack!(Cluster, name, TieBreaker, lost(&mut cluster.qdevice, gone));
            lack!(Cluster, name, Storage, split(&mut cluster.storage, gone));
        }
        for (name, ups) in &mut self.ups {
            lack!(Ups, name, Watcher, lost(&mut ups.watched_by, gone));
        }
        for (name, pool) in &mut self.pools {
            pool.away = split(&mut pool.devices, gone);
            lack!(Pool, name, Disk, pool.away);
            let beside = [
                &mut pool.spares,
                &mut pool.log,
                &mut pool.cache,
                &mut pool.special,
            ];
            for list in beside {
                lack!(Pool, name, Disk, split(list, gone));
            }
        }
        for (name, alert) in &mut self.alerts {
            lack!(Alert, name, Channel, split(&mut alert.route, gone));
        }
        let running = self.services.iter_mut().filter(|(_, s)| s.is_running());
        for (name, service) in running {
            lack!(Service, name, Updates, lost(&mut service.patched_by, gone));
        }
        for (name, zone) in &mut self.dns {
            let away = split(&mut zone.secondaries, gone);
            lack!(DnsZone, name, Secondary, away);
        }
        self.apart.lacks = lacks;
    }
}

/// Kinds and names of the objects that are referred to.
fn refs<const SET: u64>(list: &[Spanned<Ref<SET>>]) -> impl Iterator<Item = (Kind, &str)> {
    list.iter().map(|r| (r.value.kind(), r.value.name()))
}

/// Takes what is not in use out of a list.
fn split<const SET: u64>(list: &mut Vec<Spanned<Ref<SET>>>, gone: &Gone) -> Vec<Spanned<Ref<SET>>> {
    let away = |r: &Spanned<Ref<SET>>| gone.has(r.value.kind(), r.value.name());
    // Of almost all nothing is.
    if !list.iter().any(away) {
        return Vec::new();
    }
    let (away, there) = std::mem::take(list).into_iter().partition(away);
    *list = there;
    away
}

/// Takes out what is not in use.
fn lost<const SET: u64>(given: &mut Opt<Ref<SET>>, gone: &Gone) -> Vec<Spanned<Ref<SET>>> {
    let away = |r: &Ref<SET>| gone.has(r.kind(), r.name());
    let Some(on) = given.known().filter(|r| away(r)).cloned() else {
        return Vec::new();
    };
    let at = given.take().map(|g| g.span);
    at.map(|span| Spanned::new(on, span)).into_iter().collect()
}

/// Where a service runs, if that is known.
fn place(runs: &Runs) -> Option<(Kind, &str)> {
    of!(runs.stack)
        .or(of!(runs.guest))
        .or(of!(runs.host))
        .or(of!(runs.cluster))
        .or(of!(runs.device))
}
