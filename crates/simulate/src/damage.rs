//! What is destroyed: disks and machines, the pools that are made of them, and whatever lies there.

use crate::fault::{Fault, at_site};
use graph::places::{Machine, Place};
use graph::pools;
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::Lab;
use model::lab::storage::{Level, Pool};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a pool, or of whatever lies somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Harm {
    /// Nothing.
    None,
    /// It is there, on fewer disks; how.
    Reduced(String),
    /// What is not declared decides; what that is.
    Unknown(String),
    /// It is gone; why.
    Gone(String),
}

/// What some faults destroy.
pub(crate) struct Damage<'a> {
    lab: &'a Lab,
    disks: BTreeSet<(&'a str, &'a str)>,
    machines: BTreeSet<Machine<'a>>,
    pools: BTreeSet<&'a str>,
    sites: BTreeSet<&'a str>,
    providers: BTreeSet<String>,
    known: RefCell<BTreeMap<&'a str, Harm>>,
}

impl<'a> Damage<'a> {
    pub(crate) fn of(lab: &'a Lab, faults: &[Fault]) -> Self {
        let mut out = Self {
            lab,
            disks: BTreeSet::new(),
            machines: BTreeSet::new(),
            pools: BTreeSet::new(),
            sites: BTreeSet::new(),
            providers: BTreeSet::new(),
            known: RefCell::default(),
        };
        for fault in faults {
            out.add(fault);
        }
        out
    }

    /// Nothing is destroyed.
    pub(crate) fn is_none(&self) -> bool {
        self.disks.is_empty()
            && self.machines.is_empty()
            && self.pools.is_empty()
            && self.sites.is_empty()
            && self.providers.is_empty()
    }

    fn add(&mut self, fault: &Fault) {
        let lab = self.lab;
        match fault {
            Fault::Disk { host, label } => {
                let found = lab.hosts.get_key_value(host);
                let disks = found.and_then(|(n, h)| Some((n, h.about.hardware.as_ref()?)));
                let disk = disks.and_then(|(n, h)| {
                    let label = h.disks.keys().find(|d| d.0 == *label)?;
                    Some((n.as_str(), label.0.as_str()))
                });
                self.disks.extend(disk);
            }
            Fault::Loss(of) => self.machine(of.kind, &of.name),
            Fault::Pool(name) => {
                let found = lab.pools.get_key_value(name);
                self.pools.extend(found.map(|(n, _)| n.as_str()));
            }
            Fault::Site(name) => {
                let found = lab.sites.get_key_value(name);
                self.sites.extend(found.map(|(n, _)| n.as_str()));
                for target in at_site(lab, name) {
                    self.machine(target.object.kind, &target.object.name);
                }
            }
            Fault::Provider(name) => {
                self.providers.insert(name.clone());
                let is = |n: &String| n.eq_ignore_ascii_case(name);
                let hosts = lab.hosts.iter();
                let rented = hosts.filter(|(_, h)| h.about.provider.known().is_some_and(is));
                self.machines.extend(rented.map(|(n, _)| Machine::Host(n)));
            }
            Fault::Stop(_)
            | Fault::Power { .. }
            | Fault::Internet { .. }
            | Fault::Deleted(_)
            | Fault::Ransom(_) => {}
        }
    }

    /// The names that the lab itself has live as long as it does.
    fn machine(&mut self, kind: Kind, name: &str) {
        let found = match kind {
            Kind::Host => self
                .lab
                .hosts
                .get_key_value(name)
                .map(|(n, _)| Machine::Host(n)),
            Kind::Device => {
                let device = self.lab.devices.get_key_value(name);
                device.map(|(n, _)| Machine::Device(n))
            }
            _ => None,
        };
        self.machines.extend(found);
    }

    fn has_disk(&self, host: &str, label: &str) -> bool {
        self.disks.contains(&(host, label)) || self.machines.contains(&Machine::Host(host))
    }

    /// What became of a pool.
    pub(crate) fn pool(&self, name: &'a str) -> Harm {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let harm = match self.lab.pools.get(name) {
            Some(_) if self.pools.contains(name) => Harm::Gone(format!("pool '{name}' is gone")),
            // A pool that lies on itself is told by the language.
            Some(pool) => {
                self.known.borrow_mut().insert(name, Harm::None);
                self.layer(name, pool)
            }
            None => Harm::None,
        };
        self.known.borrow_mut().insert(name, harm.clone());
        harm
    }

    fn layer(&self, name: &'a str, pool: &'a Pool) -> Harm {
        let below = pool.from.known().map(|from| self.pool(from.name()));
        let own = match pool.devices.is_empty() {
            false => self.members(name, pool),
            true => self.without_members(name, pool),
        };
        let special = pools::beside(self.lab, pool);
        let mut special = special
            .iter()
            .filter(|(what, _)| *what == "special")
            .peekable();
        let some = special.peek().is_some();
        let own = match some && special.all(|(_, m)| self.has_disk(m.host, m.label)) {
            true => Harm::Gone(format!("pool '{name}' has lost all of its special devices")),
            false => own,
        };
        own.max(below.unwrap_or(Harm::None))
    }

    fn members(&self, name: &str, pool: &'a Pool) -> Harm {
        let members = pools::members(self.lab, pool);
        let all = pool.devices.len();
        let lost: Vec<String> = members
            .iter()
            .filter(|m| self.has_disk(m.host, m.label))
            .map(|m| format!("{}/{}", m.host, m.label))
            .collect();
        if lost.is_empty() {
            return Harm::None;
        }
        let number = lost.len();
        let level = pools::level_word(pool);
        let which = lost.join(", ");
        let Some(spare) = pools::own_tolerance(self.lab, pool) else {
            return Harm::Unknown(format!(
                "how many disks pool '{name}' goes on without is not declared; it loses {which}"
            ));
        };
        let spare = usize::try_from(spare).unwrap_or(usize::MAX);
        let arithmetic = format!(
            "pool '{name}' ({level}) loses {number} of {all} {} ({which}) and goes on without {spare}",
            if all == 1 { "disk" } else { "disks" },
        );
        match number {
            n if n <= spare => Harm::Reduced(arithmetic),
            // Each block is on two disks: those of two different pairs may be missed.
            n if in_pairs(pool) && n * 2 <= all => Harm::Unknown(format!(
                "{arithmetic} for certain; with more, that depends on which of them are a pair"
            )),
            _ => Harm::Gone(arithmetic),
        }
    }

    /// Which disks it is made of is not said.
    fn without_members(&self, name: &str, pool: &'a Pool) -> Harm {
        let Some(on) = pool.on.known() else {
            let open = !self.machines.is_empty() && pool.from.is_none();
            return match open {
                true => Harm::Unknown(format!("where pool '{name}' is, is not declared")),
                false => Harm::None,
            };
        };
        match on.kind() {
            Kind::Host | Kind::Device => {
                let place = graph::places::of(self.lab, on.kind(), on.name());
                self.machines_of(&place, &format!("pool '{name}'"))
            }
            Kind::Guest => self.place(&graph::places::of(self.lab, Kind::Guest, on.name()), ""),
            Kind::Cluster => self.spread(name, pool, on.name()),
            _ => Harm::None,
        }
    }

    /// A pool over the members of a cluster.
    fn spread(&self, name: &str, pool: &Pool, cluster: &str) -> Harm {
        let members = self.lab.clusters.get(cluster).into_iter();
        let members: Vec<&str> = members
            .flat_map(|c| &c.members)
            .map(|m| m.value.name())
            .collect();
        let lost: Vec<&str> = members
            .iter()
            .copied()
            .filter(|m| self.machines.contains(&Machine::Host(m)))
            .collect();
        if lost.is_empty() {
            return Harm::None;
        }
        let sum = format!(
            "pool '{name}' loses {} of {} members of cluster '{cluster}' ({})",
            lost.len(),
            members.len(),
            lost.join(", ")
        );
        match pools::own_tolerance(self.lab, pool) {
            None => Harm::Unknown(format!(
                "{sum}, and how many it goes on without is not declared"
            )),
            Some(spare) if lost.len() <= usize::try_from(spare).unwrap_or(usize::MAX) => {
                Harm::Reduced(format!("{sum} and goes on without {spare}"))
            }
            Some(spare) => Harm::Gone(format!("{sum} and goes on without {spare}")),
        }
    }

    /// What became of something that lies at a place; `what` has it in words.
    pub(crate) fn place(&self, place: &Place<'a>, what: &str) -> Harm {
        if self.is_none() {
            return Harm::None;
        }
        let of_pools = place.pools.iter().map(|p| self.pool(p)).max();
        if let Some(label) = place.disk {
            let hosts = place.machines.iter().filter_map(|m| match m {
                Machine::Host(name) => Some(*name),
                Machine::Device(_) => None,
            });
            let lost = hosts.into_iter().find(|h| self.has_disk(h, label));
            return match lost {
                Some(host) => Harm::Gone(format!("{what} is on disk '{label}' of host '{host}'")),
                None => of_pools.unwrap_or(Harm::None),
            };
        }
        if let Some(harm) = of_pools {
            return harm;
        }
        if place.machines.is_empty() {
            return self.elsewhere(place, what);
        }
        self.machines_of(place, what)
    }

    /// What lies on machines, and nobody says on which of their disks.
    fn machines_of(&self, place: &Place<'a>, what: &str) -> Harm {
        let gone = place.machines.iter().filter(|m| self.machines.contains(*m));
        let gone: Vec<String> = gone.map(|m| m.words()).collect();
        let all = place.machines.len();
        if gone.len() == all && all > 0 {
            return Harm::Gone(format!("{what} is on {}", gone.join(" and ")));
        }
        if let Some(one) = gone.first() {
            return Harm::Unknown(format!(
                "whether {what} is on {one} or on another of {all} machines is not declared"
            ));
        }
        for machine in &place.machines {
            let Machine::Host(host) = machine else {
                continue;
            };
            let broken = self.disks.iter().find(|(h, _)| h == host);
            if let Some((_, label)) = broken {
                return match self.some_disk(host, label, what) {
                    Harm::Gone(_) if all > 1 => Harm::Unknown(format!(
                        "whether {what} is on host '{host}' or on another of {all} machines is not declared"
                    )),
                    harm => harm,
                };
            }
        }
        Harm::None
    }

    /// A disk of its host is broken, and nobody says on which it is.
    fn some_disk(&self, host: &str, label: &str, what: &str) -> Harm {
        let hardware = self
            .lab
            .hosts
            .get(host)
            .and_then(|h| h.about.hardware.as_ref());
        let only = hardware.is_some_and(|h| h.disks.len() == 1);
        if only {
            return Harm::Gone(format!(
                "{what} is on host '{host}', and '{label}' is its only disk"
            ));
        }
        // What lies on a pool that goes on without the disk is well.
        let mut pools = self.lab.pools.iter();
        let of = pools.find(|(_, p)| {
            let members = pools::members(self.lab, p);
            members.iter().any(|m| m.host == host && m.label == label)
        });
        match of.map(|(name, _)| self.pool(name)) {
            Some(Harm::None | Harm::Reduced(_)) => Harm::None,
            _ => Harm::Unknown(format!(
                "on which disk of host '{host}' {what} is, is not declared"
            )),
        }
    }

    /// With somebody else, or who knows where.
    fn elsewhere(&self, place: &Place<'a>, what: &str) -> Harm {
        match place.site {
            Some(site) if self.sites.contains(site) => {
                return Harm::Gone(format!("{what} is at site '{site}'"));
            }
            _ if place.away => return Harm::None,
            Some(_) => return Harm::None,
            None => {}
        }
        // A machine that nobody knows may be the one, or stand beside it.
        let near = match place.remote {
            true => !self.sites.is_empty(),
            false => true,
        };
        match near {
            true => Harm::Unknown(format!("where {what} is, is not declared")),
            false => Harm::None,
        }
    }

    /// The provider that has it, if it is gone.
    pub(crate) fn provider(&self, name: Option<&String>) -> Option<&str> {
        let name = name?;
        let mut all = self.providers.iter();
        let found = all.find(|p| p.eq_ignore_ascii_case(name));
        found.map(String::as_str)
    }
}

fn in_pairs(pool: &Pool) -> bool {
    matches!(pool.level.known(), Some(Level::Mirror | Level::Raid10)) && pool.devices.len() > 2
}
