//! A member of a cluster is lost: whether the guests that are to go on find room on the others, each of them whole.

use crate::load::{capacity, guest_memory, hosts_of};
use crate::packing::{Packing, pack};
use crate::partial::Partial;
use crate::totals::Part;
use model::lab::Lab;
use model::lab::guest::{Cluster, Guest};
use std::collections::BTreeMap;

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

/// The loss of each host of a cluster, with all memory of guests grown by so many millionths.
pub fn losses(lab: &Lab, cluster: &Cluster, guests: &[(&str, &Guest)], growth: i128) -> Vec<Loss> {
    let hosts = hosts_of(lab, cluster);
    let residents: Vec<Resident<'_>> = guests
        .iter()
        .map(|(name, guest)| {
            let memory = guest_memory(name, guest).map(|part| Part {
                value: part.value * (1_000_000 + growth) / 1_000_000,
                ..part
            });
            let host = crate::failover::host_of(guest);
            Resident {
                name,
                memory,
                host,
                goes_on: goes_on(cluster, guest),
                pinned: !guest.devices.is_empty(),
            }
        })
        .collect();
    let capacities: BTreeMap<&str, Result<Part, String>> =
        hosts.iter().map(|h| (*h, capacity(lab, h))).collect();
    hosts
        .iter()
        .map(|lost| loss(lost, &hosts, &capacities, &residents))
        .collect()
}

fn loss(
    lost: &str,
    hosts: &[&str],
    capacities: &BTreeMap<&str, Result<Part, String>>,
    residents: &[Resident<'_>],
) -> Loss {
    let others: Vec<&str> = hosts.iter().copied().filter(|h| *h != lost).collect();
    let left = Partial::of(others.iter().filter_map(|h| capacities.get(h).cloned()));
    let mut stand = Stand::new(&left);
    let mut need = Vec::new();
    for guest in residents {
        let fate = guest.fate(lost);
        match (&fate, &guest.memory) {
            (Fate::Down, _) => continue,
            (Fate::Open(why), memory) => {
                stand.open.push(why.clone());
                stand.perhaps.extend(memory.as_ref().ok().cloned());
                continue;
            }
            (Fate::Stays, Ok(part)) => stand.take(guest.host, part.value),
            (Fate::Moves, Ok(part)) => stand.moving.push((part.clone(), guest.host)),
            (Fate::Stays | Fate::Moves, Err(why)) => stand.missing.push(why.clone()),
        }
        need.push(guest.memory.clone());
    }
    let room = stand.room(lost, &left);
    Loss {
        host: lost.to_owned(),
        left,
        need: Partial::of(need),
        rooms: stand.rooms,
        moving: stand.moving.into_iter().map(|(part, _)| part).collect(),
        room,
    }
}

/// Who is where and who is to be placed.
struct Stand<'a> {
    rooms: Vec<(String, i128)>,
    moving: Vec<(Part, Option<&'a str>)>,
    /// Guests that may have to be placed too.
    perhaps: Vec<Part>,
    /// Why nobody knows that of them.
    open: Vec<String>,
    /// Sizes that are not known.
    missing: Vec<String>,
}

impl<'a> Stand<'a> {
    fn new(left: &Partial) -> Self {
        Self {
            rooms: left
                .known
                .iter()
                .map(|p| (p.name.clone(), p.value))
                .collect(),
            moving: Vec::new(),
            perhaps: Vec::new(),
            open: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn take(&mut self, host: Option<&str>, size: i128) {
        let of = |r: &&mut (String, i128)| host == Some(r.0.as_str());
        if let Some(room) = self.rooms.iter_mut().find(of) {
            room.1 -= size;
        }
    }

    /// Whether all find room; a guest that is not lost stays where it is, if that is possible.
    fn room(&self, lost: &str, left: &Partial) -> Room {
        if self.missing.is_empty() {
            let mut rooms = self.rooms.clone();
            let mut homeless = self.perhaps.clone();
            for (part, host) in &self.moving {
                let known = rooms.iter_mut().find(|r| *host == Some(r.0.as_str()));
                match known.filter(|_| *host != Some(lost)) {
                    Some(room) => room.1 -= part.value,
                    None => homeless.push(part.clone()),
                }
            }
            let held = rooms.iter().zip(&self.rooms);
            let over = held
                .into_iter()
                .any(|(r, before)| r.1 < 0 && before.1 > r.1);
            if let Some(placed) = fits(&homeless, &rooms).filter(|_| !over) {
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
        if let Some(placed) = fits(&all, &self.rooms).filter(|_| self.missing.is_empty()) {
            return Room::Fits(placed, true);
        }
        let unknown = left.missing.iter().chain(&self.missing).chain(&self.open);
        match unknown.cloned().collect::<Vec<_>>() {
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
    let of = |room: usize| {
        let here = guests
            .iter()
            .zip(at)
            .filter(move |(_, at)| **at == Some(room));
        here.map(|(part, _)| part.clone()).collect()
    };
    let each = rooms.iter().enumerate().map(|(n, (host, room))| Placed {
        host: host.clone(),
        room: *room,
        guests: of(n),
    });
    each.collect()
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
