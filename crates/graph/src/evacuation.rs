//! A member of a cluster is lost: whether the guests that are to go on find room on the others, each of them whole.

use crate::load::{Load, guest_memory, hosts_of, sure_capacity};
use crate::packing::{Packing, pack};
use crate::partial::Partial;
use crate::totals::Part;
use model::lab::guest::{Cluster, Guest};
use model::lab::{Host, Lab};
use std::collections::{BTreeMap, BTreeSet};

mod stuck;
mod sums;
pub use stuck::{Stuck, stuck};
use sums::Sums;

/// The loss of one host.
#[derive(Debug, Clone)]
pub struct Loss {
    /// Which host.
    pub host: String,
    /// Memory of the others.
    pub left: Partial,
    /// What the guests need that are to run then, for all that is known.
    pub need: Partial,
    /// What the others have for guests that move, when those that stay have theirs.
    pub rooms: Vec<(String, i128)>,
    /// Services beside guests are among what is needed.
    pub services: bool,
    /// The guests that can be on any of the others.
    pub moving: Vec<Part>,
    /// Whether each of them finds room.
    pub room: Room,
}

/// Whether guests find room.
#[derive(Debug, Clone)]
pub enum Room {
    /// They do, like this; and whether guests have to be moved that run on a host that is left.
    Fits(Vec<Placed>, bool),
    /// They do not, whatever one tries: the first that finds none when the largest go first, and where the others are then.
    Full(Part, Vec<Placed>),
    /// What is not known, in words.
    Unknown(Vec<String>),
    /// There are more ways to place them than were tried.
    Open,
}

/// A host and the guests that go there.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The host.
    pub host: String,
    /// What it has for them.
    pub room: i128,
    /// The guests.
    pub guests: Vec<Part>,
}

impl Loss {
    /// What is needed at the least beyond what is left; none if nobody knows what is left.
    pub fn lacking(&self) -> Option<i128> {
        let known = self.left.missing.is_empty();
        known.then(|| self.need.value() - self.left.value())
    }
}

/// It is to restart elsewhere; if nothing is said of it, as the cluster does it. None if that is not known.
pub fn goes_on(cluster: &Cluster, guest: &Guest) -> Option<bool> {
    let said = guest.ha.as_ref().or(cluster.ha.as_ref());
    said.map_or(Some(false), |given| given.value().copied())
}

/// A guest as far as the loss of a host concerns it.
struct Resident<'a> {
    name: &'a str,
    memory: Result<Part, String>,
    host: Option<&'a str>,
    goes_on: Option<bool>,
    pinned: bool,
}

/// What becomes of a guest.
enum Fate {
    /// It runs on the host that it is on.
    Stays,
    /// It can be on any host that is left.
    Moves,
    /// It was on the host that is lost.
    Down,
    /// Nobody knows, and why.
    Open(String),
}

impl Resident<'_> {
    fn fate(&self, lost: &str) -> Fate {
        match (self.host, self.goes_on) {
            (Some(host), Some(true)) if host != lost && self.pinned => Fate::Stays,
            (_, Some(true)) => Fate::Moves,
            (Some(host), _) if host != lost => Fate::Stays,
            (Some(_), Some(false)) => Fate::Down,
            (_, None) => Fate::Open(format!("whether guest '{}' goes on elsewhere", self.name)),
            (None, Some(false)) => Fate::Open(format!("on which host guest '{}' is", self.name)),
        }
    }
}

/// Guests and hosts that are looked at before the losses of a cluster are given up: some tenths of a second.
const WORK: usize = 200_000;

/// The losses of each host of a cluster, one at a time: what they have in common is kept once.
pub struct Losses<'a> {
    hosts: Vec<&'a str>,
    capacities: BTreeMap<&'a str, Result<Part, String>>,
    asleep: BTreeSet<&'a str>,
    residents: Vec<Resident<'a>>,
    sums: Sums,
    work: usize,
    /// Services take memory of members beside guests.
    services: bool,
}

impl<'a> Losses<'a> {
    /// Those of a cluster, with all memory of guests grown by so many millionths.
    pub fn of(
        lab: &'a Lab,
        cluster: &'a Cluster,
        (guests, load): (&[(&'a str, &'a Guest)], &Load<'a>),
        growth: i128,
    ) -> Self {
        let hosts = hosts_of(lab, cluster);
        let grown = |part: Part| Part {
            value: part.value * (1_000_000 + growth) / 1_000_000,
            ..part
        };
        let resident = |(name, guest): &(&'a str, &'a Guest)| Resident {
            name,
            memory: guest_memory(name, guest).map(grown),
            host: crate::failover::host_of(guest),
            goes_on: goes_on(cluster, guest),
            pinned: !guest.devices.is_empty(),
        };
        let beside = |host: &&'a str| {
            let (host, services) = (*host, load.beside(host).to_vec());
            services.into_iter().map(move |(name, memory)| Resident {
                name,
                memory: memory.map(grown),
                host: Some(host),
                goes_on: Some(false),
                pinned: true,
            })
        };
        let services: Vec<Resident<'_>> = hosts.iter().flat_map(beside).collect();
        let beside = !services.is_empty();
        let residents = guests
            .iter()
            .map(resident)
            .chain(services)
            .collect::<Vec<_>>();
        let capacities = hosts.iter().map(|h| (*h, sure_capacity(lab, h))).collect();
        let asleep = |h: &&str| lab.hosts.get(*h).is_some_and(on_demand);
        let asleep = hosts.iter().copied().filter(asleep).collect();
        let sums = Sums::of(&hosts, &capacities, &asleep, &residents);
        Self {
            hosts,
            capacities,
            asleep,
            residents,
            sums,
            work: WORK,
            services: beside,
        }
    }

    /// How many hosts could be lost.
    pub fn count(&self) -> usize {
        self.hosts.len()
    }

    /// The hosts by their numbers, the one without which the most is lacking first.
    pub fn worst_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.hosts.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse((self.sums.lacking(*at), *at)));
        order
    }

    /// The sums alone show that all find room where there is any, and nobody has to move: what is left for them then.
    pub fn easily(&self, at: usize) -> Option<i128> {
        self.sums.easily(at)
    }

    /// The loss of one host, as long as the work is not used up.
    pub fn look(&mut self, at: usize) -> Option<Loss> {
        let steps = self.hosts.len() + self.residents.len();
        self.work = self.work.checked_sub(steps)?;
        self.loss(at)
    }

    /// The loss of one host.
    pub fn loss(&self, at: usize) -> Option<Loss> {
        let lost = *self.hosts.get(at)?;
        let others = self.hosts.iter().copied().filter(|h| *h != lost);
        let left = Partial::of(
            others
                .clone()
                .filter_map(|h| self.capacities.get(h).cloned()),
        );
        let mut stand = Stand::new(others, &self.capacities, &self.asleep);
        let mut need = Vec::new();
        for guest in &self.residents {
            let fate = guest.fate(lost);
            match (&fate, &guest.memory) {
                (Fate::Down, _) => continue,
                (Fate::Open(why), memory) => {
                    stand.open.push(why.clone());
                    match memory {
                        Ok(part) => stand.perhaps.push(part.clone()),
                        Err(why) => stand.missing.push(why.clone()),
                    }
                    continue;
                }
                (Fate::Stays, Ok(part)) => stand.take(guest.host, part.value),
                (Fate::Moves, Ok(part)) => stand.moving.push((part.clone(), guest.host)),
                (Fate::Stays | Fate::Moves, Err(why)) => stand.missing.push(why.clone()),
            }
            need.push(guest.memory.clone());
        }
        let room = stand.room(&left);
        if !matches!(room, Room::Full(..)) {
            stand.rooms = stand.awake(&stand.rooms);
        }
        Some(Loss {
            host: lost.to_owned(),
            left,
            need: Partial::of(need),
            rooms: stand.rooms,
            services: self.services,
            moving: stand.moving.into_iter().map(|(part, _)| part).collect(),
            room,
        })
    }
}

/// It is not always on; where that is not known, nobody can count on it either.
fn on_demand(host: &Host) -> bool {
    let said = host.about.on_demand.as_ref();
    said.is_some_and(|given| given.value() != Some(&false))
}

/// Who is where and who is to be placed.
struct Stand<'a> {
    rooms: Vec<(String, i128)>,
    /// The rooms by their hosts.
    index: BTreeMap<&'a str, usize>,
    /// Hosts that are not always on: what runs there stays, and nothing is sure to start there.
    asleep: &'a BTreeSet<&'a str>,
    moving: Vec<(Part, Option<&'a str>)>,
    /// Guests that may have to be placed too.
    perhaps: Vec<Part>,
    /// Why nobody knows that of them.
    open: Vec<String>,
    /// Sizes that are not known.
    missing: Vec<String>,
}

impl<'a> Stand<'a> {
    fn new(
        others: impl Iterator<Item = &'a str>,
        capacities: &BTreeMap<&str, Result<Part, String>>,
        asleep: &'a BTreeSet<&'a str>,
    ) -> Self {
        let mut rooms = Vec::new();
        let mut index = BTreeMap::new();
        for host in others {
            if let Some(Ok(part)) = capacities.get(host) {
                index.insert(host, rooms.len());
                rooms.push((host.to_owned(), part.value));
            }
        }
        Self {
            rooms,
            index,
            asleep,
            moving: Vec::new(),
            perhaps: Vec::new(),
            open: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn of(&self, host: Option<&str>) -> Option<usize> {
        self.index.get(host?).copied()
    }

    fn take(&mut self, host: Option<&str>, size: i128) {
        let at = self.of(host);
        if let Some(room) = at.and_then(|at| self.rooms.get_mut(at)) {
            room.1 -= size;
        }
    }

    /// The rooms, without those of hosts that may be off when they are needed.
    fn awake(&self, rooms: &[(String, i128)]) -> Vec<(String, i128)> {
        let less = |(host, room): &(String, i128)| match self.asleep.contains(host.as_str()) {
            true => (host.clone(), (*room).min(0)),
            false => (host.clone(), *room),
        };
        rooms.iter().map(less).collect()
    }

    /// Whether all find room; a guest that is not lost stays where it is, if that is possible.
    fn room(&self, left: &Partial) -> Room {
        if self.missing.is_empty() {
            let mut rooms = self.rooms.clone();
            let mut homeless = self.perhaps.clone();
            // The host that is lost is not among the rooms.
            for (part, host) in &self.moving {
                match self.of(*host).and_then(|at| rooms.get_mut(at)) {
                    Some(room) => room.1 -= part.value,
                    None => homeless.push(part.clone()),
                }
            }
            let mut held = rooms.iter().zip(&self.rooms);
            let over = held.any(|(r, before)| r.1 < 0 && before.1 > r.1);
            if let Some(placed) = fits(&homeless, &self.awake(&rooms)).filter(|_| !over) {
                return Room::Fits(placed, false);
            }
        }
        let moving: Vec<Part> = self.moving.iter().map(|(p, _)| p.clone()).collect();
        let sizes: Vec<i128> = moving.iter().map(|p| p.value).collect();
        let rooms: Vec<i128> = self.rooms.iter().map(|r| r.1).collect();
        let certain = pack(&sizes, &rooms);
        if let (Packing::Not(at), true) = (&certain, left.missing.is_empty()) {
            let homeless = at.iter().zip(&moving).find(|(at, _)| at.is_none());
            if let Some((_, part)) = homeless {
                return Room::Full(part.clone(), placed(&moving, at, &self.rooms));
            }
        }
        let all: Vec<Part> = moving.iter().chain(&self.perhaps).cloned().collect();
        if let Some(placed) =
            fits(&all, &self.awake(&self.rooms)).filter(|_| self.missing.is_empty())
        {
            return Room::Fits(placed, true);
        }
        let asleep = self.index.keys().filter(|h| self.asleep.contains(**h));
        let asleep = asleep.map(|h| format!("whether host '{h}' is on then ('on_demand')"));
        let unknown = left.missing.iter().chain(&self.missing).chain(&self.open);
        match unknown.cloned().chain(asleep).collect::<Vec<_>>() {
            none if none.is_empty() => Room::Open,
            unknown => Room::Unknown(unknown),
        }
    }
}

fn fits(guests: &[Part], rooms: &[(String, i128)]) -> Option<Vec<Placed>> {
    let sizes: Vec<i128> = guests.iter().map(|p| p.value).collect();
    let spaces: Vec<i128> = rooms.iter().map(|r| r.1).collect();
    match pack(&sizes, &spaces) {
        Packing::Fits(at) => {
            let at: Vec<Option<usize>> = at.into_iter().map(Some).collect();
            Some(placed(guests, &at, rooms))
        }
        Packing::Not(_) | Packing::Open(_) => None,
    }
}

fn placed(guests: &[Part], at: &[Option<usize>], rooms: &[(String, i128)]) -> Vec<Placed> {
    let empty = |(host, room): &(String, i128)| Placed {
        host: host.clone(),
        room: *room,
        guests: Vec::new(),
    };
    let mut each: Vec<Placed> = rooms.iter().map(empty).collect();
    for (part, at) in guests.iter().zip(at) {
        if let Some(room) = at.and_then(|at| each.get_mut(at)) {
            room.guests.push(part.clone());
        }
    }
    each
}

/// `b has 16GiB for 10GiB (web)`, for each host that takes any.
pub fn words(placed: &[Placed]) -> Vec<String> {
    let some = placed.iter().filter(|p| !p.guests.is_empty());
    let say = crate::sizes::memory;
    some.map(|p| {
        let guests = crate::sizes::sum(&p.guests, say);
        format!("{} has {} for {guests}", p.host, say(p.room))
    })
    .collect()
}
