//! What is declared and not in use: hosts, guests and devices that are planned, or gone and kept for the record, and what rests on them
//! alone.
//!
//! It stands apart from what is there, so that nothing that walks over the hosts of a lab counts one that nobody has: no capacity, no vote, no
//! copy, no target. What reserves (addresses, places in racks) asks for it by name.

use super::device::{Cable, Device};
use super::guest::{Cluster, Guest, Stack};
use super::objects::Objects;
use super::protection::{Job, Replication, Snapshot};
use super::service::{Service, Status};
use super::storage::Pool;
use super::{Backup, Dataset, Host, Lab, Repository};
use crate::declare::{Opt, OptExt as _, Ref};
use crate::id::{Kind, ObjectRef};
use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Notes that an object of a kind stands apart: its name, its place, and why if that is not its own doing.
type Add<'a> = &'a mut dyn FnMut(Kind, &str, Span, Option<Why>);

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
    /// Pools on such machines.
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
struct Gone(BTreeMap<ObjectRef, Why>);

impl Gone {
    /// The same for what rests on one of these.
    fn on(&self, kind: Kind, name: &str) -> Option<Why> {
        let on = ObjectRef::new(kind, name);
        let why = self.0.get(&on)?;
        Some(Why {
            because: Some(on),
            ..why.clone()
        })
    }

    /// The same for what is in use as long as one of them is.
    fn all<'a>(&self, of: impl Iterator<Item = (Kind, &'a str)>) -> Option<Why> {
        let all: Option<Vec<Why>> = of.map(|(kind, name)| self.on(kind, name)).collect();
        all?.into_iter().next()
    }

    fn has(&self, kind: Kind, name: &str) -> bool {
        self.0.contains_key(&ObjectRef::new(kind, name))
    }
}

/// Kind and name of a reference that is given and known.
macro_rules! of {
    ($given:expr) => {
        $given.known().map(|r| (r.kind(), r.name()))
    };
}

impl Lab {
    /// Sets apart what is not in use, and what rests on that alone.
    pub fn set_apart(&mut self) {
        let mut gone = Gone(BTreeMap::new());
        let hosts = self.hosts.iter();
        let hosts = hosts.map(|(n, h)| (Kind::Host, n, own(&h.about.status, h.span)));
        let guests = self.guests.iter();
        let guests = guests.map(|(n, g)| (Kind::Guest, n, own(&g.status, g.span)));
        let devices = self.devices.iter();
        let devices = devices.map(|(n, d)| (Kind::Device, n, own(&d.status, d.span)));
        for (kind, name, why) in hosts.chain(guests).chain(devices) {
            if let Some(why) = why {
                gone.0.insert(ObjectRef::new(kind, name), why);
            }
        }
        if gone.0.is_empty() {
            return;
        }
        // Each round goes one step further up: a guest, its dataset, the backup of that.
        loop {
            let more = self.rest_on(&gone);
            if more.is_empty() {
                break;
            }
            gone.0.extend(more);
        }
        self.take_out(&gone);
        self.prune(&gone);
        self.lack(&gone);
        self.apart.why = gone.0;
    }

    /// What rests on what is not in use, and is not known to do so yet.
    fn rest_on(&self, gone: &Gone) -> Vec<(ObjectRef, Why)> {
        let mut out: Vec<(ObjectRef, Why)> = Vec::new();
        let mut add = |kind: Kind, name: &str, span: Span, why: Option<Why>| {
            if let Some(why) = why.filter(|_| !gone.has(kind, name)) {
                out.push((ObjectRef::new(kind, name), Why { at: span, ..why }));
            }
        };
        let one = |given: Option<(Kind, &str)>| given.and_then(|(kind, name)| gone.on(kind, name));
        for (name, g) in &self.guests {
            add(Kind::Guest, name, g.span, one(of!(g.on)));
        }
        for (name, c) in &self.clusters {
            // Without its control plane it is none, whoever its other members are.
            let all = gone
                .all(refs(&c.members))
                .or_else(|| gone.all(refs(&c.masters)));
            add(Kind::Cluster, name, c.span, all);
        }
        for (name, p) in &self.pools {
            let why = one(of!(p.on)).or_else(|| one(of!(p.from)));
            let why = why.or_else(|| gone.all(refs(&p.devices)));
            add(
                Kind::Pool,
                name,
                p.span,
                why.map(|w| own(&p.status, p.span).unwrap_or(w)),
            );
        }
        for (name, s) in &self.stacks {
            add(Kind::Stack, name, s.span, one(of!(s.on)));
        }
        for (name, s) in &self.services {
            let places = s.runs.iter().filter_map(|r| {
                of!(r.stack)
                    .or(of!(r.guest))
                    .or(of!(r.host))
                    .or(of!(r.cluster))
                    .or(of!(r.device))
            });
            let said = places.clone().count() == s.runs.iter().count();
            // One that says so itself is told of nobody.
            let why = gone.all(places).filter(|_| said);
            let why = why.map(|w| own(&s.status, s.span).unwrap_or(w));
            add(Kind::Service, name, s.span, why);
        }
        self.data_on(gone, &mut add);
        out
    }

    /// The same of data and its copies.
    fn data_on(&self, gone: &Gone, add: Add<'_>) {
        let one = |given: Option<(Kind, &str)>| given.and_then(|(kind, name)| gone.on(kind, name));
        for (name, d) in &self.datasets {
            let host = d.host.as_ref().map(|h| (Kind::Host, h.value.as_str()));
            let why = one(host)
                .or_else(|| one(of!(d.about.on)))
                .or_else(|| one(of!(d.about.pool)));
            add(Kind::Dataset, name, d.span, why);
        }
        for (name, r) in &self.repositories {
            let host = r.on.known().map(|h| (Kind::Host, h.as_str()));
            let why = one(host)
                .or_else(|| one(of!(r.about.held_by)))
                .or_else(|| one(of!(r.about.pool)));
            add(Kind::Repository, name, r.span, why);
        }
        for (name, b) in &self.backups {
            let to = b.to.as_ref().map(|t| (Kind::Repository, t.value.as_str()));
            let why = one(to).or_else(|| gone.all(subjects(b).into_iter()));
            add(Kind::Backup, name, b.span, why);
        }
        // Work on nothing is work on whatever there is: it must not become that.
        for (name, j) in &self.jobs {
            let on = j.on.iter().map(|r| (r.value.kind(), r.value.name()));
            add(Kind::Job, name, j.span, gone.all(on));
        }
        for (name, s) in &self.snapshots {
            add(Kind::Snapshot, name, s.span, one(of!(s.on)));
        }
        for (name, r) in &self.replications {
            let why = one(of!(r.from)).or_else(|| one(of!(r.to)));
            add(Kind::Replication, name, r.span, why);
        }
    }

    /// Moves it.
    fn take_out(&mut self, gone: &Gone) {
        let apart = &mut self.apart;
        for object in gone.0.keys() {
            let name = object.name.as_str();
            macro_rules! take {
                ($($field:ident),*) => {
                    {$(if let Some(found) = self.$field.remove(name) {
                        apart.$field.insert(name.to_owned(), found);
                    })*}
                };
            }
            match object.kind {
                Kind::Host => take!(hosts),
                Kind::Guest => take!(guests, inside),
                Kind::Device => take!(devices),
                Kind::Cluster => take!(clusters),
                Kind::Pool => take!(pools),
                Kind::Dataset => take!(datasets),
                Kind::Repository => take!(repositories),
                Kind::Backup => take!(backups),
                Kind::Snapshot => take!(snapshots),
                Kind::Replication => take!(replications),
                Kind::Job => take!(jobs),
                Kind::Stack => take!(stacks),
                Kind::Service => take!(services),
                _ => {}
            }
        }
        // What nobody knows of it is no gap in what is there.
        let there = |o: &ObjectRef| !gone.0.contains_key(o);
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
            service.runs.0.retain(|r| {
                let place = of!(r.stack)
                    .or(of!(r.guest))
                    .or(of!(r.host))
                    .or(of!(r.cluster))
                    .or(of!(r.device));
                place.is_none_or(|(kind, name)| !gone.has(kind, name))
            });
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

    /// Takes out what is counted on: a vote, storage, disks; and keeps in mind who lacks it.
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

/// What a backup is of.
fn subjects(backup: &Backup) -> Vec<(Kind, &str)> {
    let datasets = backup.datasets.iter();
    let mut out: Vec<(Kind, &str)> = datasets
        .map(|d| (Kind::Dataset, d.value.as_str()))
        .collect();
    macro_rules! add {
        ($($list:ident),*) => {
            $(out.extend(backup.about.$list.iter().map(|r| (r.value.kind(), r.value.name())));)*
        };
    }
    add!(guests, hosts, services, stacks, devices);
    out
}
