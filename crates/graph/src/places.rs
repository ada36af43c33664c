//! Where things lie: the machines, pools and sites whose loss is theirs.

use crate::few::Few;
use crate::location::{self, Leads};
use crate::pools::{self, DEEPEST, chain};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::protection::Media;
use model::lab::service::Runs;
use model::lab::{DataSource, Dataset, Lab, Repository};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Hardware that can be lost as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Machine<'a> {
    /// A host.
    Host(&'a str),
    /// An appliance.
    Device(&'a str),
}

impl<'a> Machine<'a> {
    /// The site it stands in, if that is declared.
    pub fn site(self, lab: &'a Lab) -> Option<&'a str> {
        match self {
            Machine::Host(name) => lab.hosts.get(name)?.site.known().map(String::as_str),
            Machine::Device(name) => Some(lab.devices.get(name)?.site.known()?.name()),
        }
    }

    /// `host 'nas'`.
    pub fn words(self) -> String {
        match self {
            Machine::Host(name) => format!("host '{name}'"),
            Machine::Device(name) => format!("device '{name}'"),
        }
    }
}

/// Where something lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// What holds it; more than one if it can be on any of them.
    pub machines: Few<Machine<'a>>,
    /// Pools, with those below them.
    pub pools: Few<&'a str>,
    /// Label of the disk.
    pub disk: Option<&'a str>,
    /// Its site, where that is said of itself.
    pub site: Option<&'a str>,
    /// With somebody else, outside of the lab.
    pub away: bool,
    /// On a machine that the lab does not declare.
    pub remote: bool,
}

impl<'a> Place<'a> {
    fn join(mut self, other: Place<'a>) -> Self {
        self.machines.extend(other.machines);
        self.pools.extend(other.pools);
        self.disk = self.disk.or(other.disk);
        self.site = self.site.or(other.site);
        self.away |= other.away;
        self.remote |= other.remote;
        self
    }

    fn of_machine(machine: Machine<'a>) -> Self {
        Self {
            machines: Few::from([machine]),
            ..Self::default()
        }
    }

    /// Its location leads to a machine: that is where it is, whatever else is said of it.
    fn leads_to(&mut self, lab: &Lab, there: Place<'a>) {
        if there.machines.is_empty() || !self.machines.is_disjoint(&there.machines) {
            return;
        }
        let site = there.sites(lab).is_none().then_some(self.site).flatten();
        let disk = self.disk.filter(|_| self.machines.is_empty());
        *self = Place {
            site,
            disk,
            ..there
        };
    }

    /// The pool that is mounted there, if no other is declared.
    fn lies_at(&mut self, lab: &'a Lab, mounts: &Mounts<'a>, path: &str) {
        if self.pools.is_empty()
            && let Some(pool) = mounts.at(&self.machines, path)
        {
            self.pools
                .extend(chain(lab, pool).iter().map(|(name, _)| *name));
        }
    }

    /// Nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        self.machines.is_empty() && !self.away && !self.remote && self.site.is_none()
    }

    /// Its sites; none if one of them is not declared.
    pub fn sites(&self, lab: &'a Lab) -> Option<BTreeSet<&'a str>> {
        if let Some(site) = self.site {
            return Some(BTreeSet::from([site]));
        }
        if self.machines.is_empty() {
            return None;
        }
        self.machines.iter().map(|m| m.site(lab)).collect()
    }

    /// Fewest devices that may fail in any of its pools; none if that is not declared.
    pub fn tolerance(&self, lab: &Lab) -> Option<u32> {
        let all = self.pools.iter().map(|p| pools::tolerance(lab, p));
        all.flatten().max()
    }
}

/// Of an object of one of the kinds that can hold something.
pub fn of<'a>(lab: &'a Lab, kind: Kind, name: &'a str) -> Place<'a> {
    Finder { lab, left: DEEPEST }.of(kind, name)
}

/// Of a pool.
pub fn of_pool<'a>(lab: &'a Lab, name: &'a str) -> Place<'a> {
    of(lab, Kind::Pool, name)
}

/// Of a dataset, with the pool that its path lies on.
pub fn of_dataset<'a>(lab: &'a Lab, mounts: &Mounts<'a>, data: &'a Dataset) -> Place<'a> {
    let mut place = of_data(lab, data);
    if let Some(DataSource::Folder(folder)) = &data.source {
        place.lies_at(lab, mounts, &folder.value);
    }
    place
}

/// Of a dataset.
pub fn of_data<'a>(lab: &'a Lab, data: &'a Dataset) -> Place<'a> {
    let mut place = Place::default();
    if let Some(pool) = data.about.pool.known() {
        place = of_pool(lab, pool.name());
    }
    // A share that is mounted by a host lies where its pool does.
    if place.machines.is_empty() {
        let host = data.host.as_ref().map(|h| of(lab, Kind::Host, &h.value));
        let on = data
            .about
            .on
            .known()
            .map(|on| of(lab, on.kind(), on.name()));
        for one in [host, on].into_iter().flatten() {
            place = place.join(one);
        }
    }
    place.disk = data.disk.known().map(String::as_str);
    place
}

/// Of a repository, with the pool that its path lies on.
pub fn of_store<'a>(lab: &'a Lab, mounts: &Mounts<'a>, store: &'a Repository) -> Place<'a> {
    let mut place = of_repository(lab, store);
    let path = store.location.known().map(String::as_str);
    if let Some(path) = path.filter(|p| p.starts_with('/')) {
        place.lies_at(lab, mounts, path);
    }
    place
}

/// Of a repository.
pub fn of_repository<'a>(lab: &'a Lab, store: &'a Repository) -> Place<'a> {
    let mut place = Place::default();
    let about = &store.about;
    if let Some(pool) = about.pool.known() {
        place = of_pool(lab, pool.name());
    }
    if place.machines.is_empty() {
        let on = store.on.known().map(|on| of(lab, Kind::Host, on));
        let held = about
            .held_by
            .known()
            .map(|by| of(lab, by.kind(), by.name()));
        for one in [on, held].into_iter().flatten() {
            place = place.join(one);
        }
    }
    place.disk = store.disk.known().map(String::as_str);
    let site = about.site.known().map(|s| s.name());
    place.site = place.site.or(site);
    let location = store.location.known();
    let leads = location.and_then(|l| location::leads(lab, l));
    if let Some(Leads::To(kind, name)) = leads {
        place.leads_to(lab, of(lab, kind, name));
    }
    let cloud = about.media.known() == Some(&Media::Cloud) || about.provider.known().is_some();
    place.away = cloud && place.machines.is_empty();
    if leads == Some(Leads::Here) && place.machines.is_empty() && !place.away {
        // It is where the data is, wherever the declaration has it.
        place.site = None;
        return place;
    }
    place.remote |= place.machines.is_empty() && location.is_some_and(|l| !l.starts_with('/'));
    place
}

/// Of what a service runs on.
pub fn of_runs<'a>(lab: &'a Lab, runs: &'a [Runs]) -> Place<'a> {
    Finder { lab, left: DEEPEST }.runs(runs)
}

/// Pools by where they are mounted.
pub struct Mounts<'a> {
    by_machine: FxHashMap<Machine<'a>, Vec<(&'a str, &'a str)>>,
    anywhere: Vec<(&'a str, &'a str)>,
}

impl<'a> Mounts<'a> {
    /// Reads the lab once.
    pub fn of(lab: &'a Lab) -> Self {
        let mut mounts = Self {
            by_machine: FxHashMap::default(),
            anywhere: Vec::new(),
        };
        for (name, pool) in &lab.pools {
            let Some(path) = pool.mount.known() else {
                continue;
            };
            let entry = (path.0.trim_end_matches('/'), name.as_str());
            let machines = of_pool(lab, name).machines;
            if machines.is_empty() {
                mounts.anywhere.push(entry);
            }
            for machine in machines {
                mounts.by_machine.entry(machine).or_default().push(entry);
            }
        }
        mounts
    }

    /// The pool that is mounted at a path, or nearest above it.
    pub fn at(&self, machines: &Few<Machine<'a>>, path: &str) -> Option<&'a str> {
        let own = machines
            .iter()
            .filter_map(|m| self.by_machine.get(m))
            .flatten();
        let above = own.chain(&self.anywhere).filter(|(mount, _)| {
            let rest = path.strip_prefix(mount);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        above
            .max_by_key(|(mount, _)| mount.len())
            .map(|(_, name)| *name)
    }
}

struct Finder<'a> {
    lab: &'a Lab,
    left: usize,
}

impl<'a> Finder<'a> {
    fn deeper(&self) -> Option<Self> {
        let left = self.left.checked_sub(1)?;
        Some(Self {
            lab: self.lab,
            left,
        })
    }

    fn of(&self, kind: Kind, name: &'a str) -> Place<'a> {
        let Some(next) = self.deeper() else {
            return Place::default();
        };
        match kind {
            Kind::Host => Place::of_machine(Machine::Host(name)),
            Kind::Device => Place::of_machine(Machine::Device(name)),
            Kind::Pool => next.pool(name),
            Kind::Guest => next.guest(name),
            Kind::Cluster => next.cluster(name),
            Kind::Service => match self.lab.services.get(name) {
                Some(service) => next.runs(&service.runs),
                None => Place::default(),
            },
            Kind::Stack => match self.lab.stacks.get(name).and_then(|s| s.on.known()) {
                Some(on) => next.of(on.kind(), on.name()),
                None => Place::default(),
            },
            Kind::Repository => match self.lab.repositories.get(name) {
                Some(store) => of_repository(self.lab, store),
                None => Place::default(),
            },
            _ => Place::default(),
        }
    }

    /// The lowest pool says where the blocks are.
    fn pool(&self, name: &'a str) -> Place<'a> {
        let chain = chain(self.lab, name);
        let mut place = Place::default();
        for (_, pool) in chain.iter().rev() {
            let disks = pools::members(self.lab, pool);
            place
                .machines
                .extend(disks.iter().map(|m| Machine::Host(m.host)));
            if place.machines.is_empty()
                && let Some(on) = pool.on.known()
            {
                place = place.join(self.of(on.kind(), on.name()));
            }
        }
        place.pools.extend(chain.iter().map(|(name, _)| *name));
        place
    }

    fn guest(&self, name: &'a str) -> Place<'a> {
        let Some(guest) = self.lab.guests.get(name) else {
            return Place::default();
        };
        let pools = guest.disks.values().filter_map(|d| d.pool.known());
        let mut place = pools.fold(Place::default(), |place, pool| {
            place.join(self.of(Kind::Pool, pool.name()))
        });
        if place.machines.is_empty()
            && let Some(on) = guest.on.known()
        {
            place = place.join(self.of(on.kind(), on.name()));
        }
        place
    }

    fn cluster(&self, name: &'a str) -> Place<'a> {
        let Some(cluster) = self.lab.clusters.get(name) else {
            return Place::default();
        };
        let members = cluster.members.iter().map(|m| &m.value);
        members.fold(Place::default(), |place, member| {
            let mut one = self.of(member.kind(), member.name());
            // The members' own disks are not what the cluster keeps things on.
            one.pools = Few::default();
            place.join(one)
        })
    }

    fn runs(&self, runs: &'a [Runs]) -> Place<'a> {
        let Some(next) = self.deeper() else {
            return Place::default();
        };
        fn name<const SET: u64>(
            given: &model::declare::Opt<model::declare::Ref<SET>>,
        ) -> Option<(Kind, &str)> {
            given.known().map(|r| (r.kind(), r.name()))
        }
        runs.iter().fold(Place::default(), |place, one| {
            let on = [
                name(&one.stack),
                name(&one.guest),
                name(&one.host),
                name(&one.cluster),
                name(&one.device),
            ];
            on.into_iter()
                .flatten()
                .fold(place, |place, (kind, name)| place.join(next.of(kind, name)))
        })
    }
}
