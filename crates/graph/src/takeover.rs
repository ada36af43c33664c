//! What takes the place of a host that fails: a spare of it, or another host with room for what must go on. Room that nobody declared is
//! neither there nor missing.

use crate::bodies::{self, Body};
use crate::composed_memory::{Files, of_service};
use crate::free_memory::{self, Free};
use crate::hypervisor::{self, Guests};
use crate::load::{Load, guest_memory};
use crate::partial::{Partial, listed};
use crate::places::Machine;
use crate::sizes::{memory, storage};
use crate::standing::away;
use crate::{pools, totals};
use model::declare::{Given, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::hardware::HostKind;
use model::lab::money::Asset;
use model::lab::service::Service;
use model::lab::{Host, Lab};
use model::units::size::Size;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What happens when a host is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takeover {
    /// A spare of it is there.
    Spare,
    /// Another pool of the same host has room, in words, and what of it is taken for granted.
    Pool(String, Option<String>),
    /// Another host has room; how much, in words, and what of it is taken for granted, since nobody declared its space.
    Room(String, Option<String>),
    /// Nothing does, and why.
    Nothing(String),
    /// It depends on what is not declared.
    Unknown(String),
}

/// What must go on elsewhere.
pub struct Need {
    /// Memory of guests, and of what runs outside of them where that is declared; else what is missing.
    pub memory: Result<i128, String>,
    /// Some of it is that of guests: what takes their place runs guests, too.
    pub guests: bool,
    /// What of that are guests on a cluster: they are on its members already.
    pub floating: BTreeMap<String, i128>,
    /// Something runs outside of guests, and nobody said how much memory it takes: it is not in the sum.
    pub uncounted: bool,
    /// Data that has to be restored there.
    pub data: Partial,
}

/// What the services of a tier take, by host, and what they take that is on no host for sure.
#[derive(Default)]
pub struct Demand<'a> {
    on: FxHashMap<&'a str, Taken>,
    anywhere: Taken,
    /// What of that are guests on a cluster.
    floating: BTreeMap<&'a str, i128>,
}

/// Memory of what must go on.
#[derive(Default)]
struct Taken {
    /// Of guests.
    bytes: i128,
    /// There are any.
    guests: bool,
    /// Of services outside of guests, by their number: one that runs in two places is needed once.
    bare: BTreeMap<usize, i128>,
    /// The first guest of which it is not declared, and what is missing.
    missing: Option<(String, String)>,
    /// Something runs outside of guests, and nobody said how much it takes.
    uncounted: bool,
}

impl<'a> Demand<'a> {
    /// Of these services, with what Compose files say of their memory.
    pub fn of(lab: &'a Lab, files: &Files<'_>, services: &[(&'a str, &'a Service)]) -> Self {
        let mut all = Self::default();
        let mut guests: BTreeSet<&str> = BTreeSet::new();
        for (n, (name, service)) in services.iter().enumerate() {
            let mut machines = bodies::machines_of(lab, service);
            machines.sort_unstable();
            machines.dedup();
            let what = name;
            let bytes = |s: &Size| i128::from(crate::sizes::memory_bytes(s));
            let (expected, limit) = of_service(files, name, service, bytes);
            // What goes on elsewhere may take all that it is let.
            let memory = limit.or(expected).map(|p| p.value);
            let said = service.memory.as_ref();
            let said = said.is_some_and(|m| m.limit.is_some() || m.expected.is_some());
            for (kind, name) in machines {
                match kind {
                    Kind::Host => {
                        let taken = all.on.entry(name).or_default();
                        match memory {
                            Some(bytes) => {
                                taken.bare.insert(n, bytes);
                            }
                            None if said && taken.missing.is_none() => {
                                let why = format!("the memory of service '{what}'");
                                taken.missing = Some(((*what).to_owned(), why));
                            }
                            None => taken.uncounted |= !said,
                        }
                    }
                    Kind::Guest => drop(guests.insert(name)),
                    _ => {}
                }
            }
        }
        let guests = guests.into_iter();
        for (name, guest) in guests.filter_map(|g| lab.guests.get_key_value(g)) {
            let taken = match guest.on.known().filter(|on| on.kind() == Kind::Host) {
                Some(on) => all.on.entry(on.name()).or_default(),
                None => &mut all.anywhere,
            };
            taken.guests = true;
            let cluster = guest.on.known().filter(|on| on.kind() == Kind::Cluster);
            match guest_memory(name, guest) {
                Ok(part) => {
                    taken.bytes += part.value;
                    if let Some(cluster) = cluster {
                        *all.floating.entry(cluster.name()).or_default() += part.value;
                    }
                }
                Err(why) if taken.missing.is_none() => taken.missing = Some((name.clone(), why)),
                Err(_) => {}
            }
        }
        all
    }

    /// What must go on when some hosts are lost with this data.
    pub fn need(&self, lab: &Lab, hosts: &BTreeSet<&str>, lost: &[&Body<'_>]) -> Need {
        let here = || hosts.iter().filter_map(|h| self.on.get(h));
        let parts = here().chain([&self.anywhere]);
        let guests = parts.clone().any(|t| t.guests);
        let missing = parts.clone().filter_map(|t| t.missing.as_ref()).min();
        let memory = match missing {
            Some((_, why)) => Err(why.clone()),
            None => {
                let bare: BTreeMap<_, _> = parts.clone().flat_map(|t| &t.bare).collect();
                Ok(parts.map(|t| t.bytes).sum::<i128>() + bare.into_values().sum::<i128>())
            }
        };
        Need {
            memory,
            guests,
            floating: self
                .floating
                .iter()
                .map(|(c, n)| ((*c).to_owned(), *n))
                .collect(),
            uncounted: here().any(|t| t.uncounted),
            data: data(lab, lost),
        }
    }
}

fn data(lab: &Lab, lost: &[&Body<'_>]) -> Partial {
    let mut out = Partial::default();
    for body in lost {
        // Of a guest of which nothing else is said, its disks are restored whole.
        if body.object.kind == Kind::Guest && body.size.is_none() {
            match disks(lab, body) {
                Some(part) => out.known.push(part),
                None => out.missing.push(body.what.clone()),
            }
            continue;
        }
        let size = body.size.and_then(Given::value).copied();
        let size = size.map(|s| Box::new(Given::declared(s, body.span)));
        out.add(body.what.clone(), &size);
    }
    out
}

/// The disks of a guest that are in its copies, if there are any and all of their sizes are known.
fn disks(lab: &Lab, body: &Body<'_>) -> Option<totals::Part> {
    let guest = lab.guests.get(&body.object.name)?;
    let kept = guest.disks.values();
    let kept = kept.filter(|d| d.no_backup.known() != Some(&true));
    let sizes: Option<Vec<i128>> = kept.map(|d| totals::bytes(&d.size)).collect();
    let value = sizes.filter(|all| !all.is_empty())?.iter().sum();
    Some(totals::Part {
        name: body.what.clone(),
        shown: storage(value).into(),
        value,
        span: body.span,
        assumed: false,
    })
}

/// Stands somewhere, and is not rented: of what is rented there is another one at once.
pub fn is_bought(host: &Host) -> bool {
    host.about.kind.known() != Some(&HostKind::Vps) && host.about.provider.known().is_none()
}

/// It can take what others ran: a router has the network on it, and a closed product runs what its maker put there.
fn takes_work(host: &Host) -> bool {
    let kind = host.about.kind.known();
    !matches!(kind, Some(HostKind::Router | HostKind::Appliance))
}

/// What stands by in a lab, looked up once.
pub struct Standby<'a> {
    /// Hosts that there is a whole spare for.
    spares: BTreeSet<&'a str>,
    /// By host, the disks that there is a spare for, with what that is where it is said.
    disks: FxHashMap<&'a str, Vec<(&'a str, Option<Disk<'a>>)>>,
    /// What each host has free.
    room: FxHashMap<&'a str, Room<'a>>,
    /// Hosts that can take what others ran, those with the most free memory first and those of which it is not known last.
    order: Vec<&'a str>,
    /// The same of those that are bought and always on, by site.
    at: FxHashMap<Option<&'a str>, Vec<&'a str>>,
}

/// What a host has free.
#[derive(Default)]
struct Room<'a> {
    /// Memory; none if that cannot be told.
    memory: Option<Free<'a>>,
    /// Space of its pools.
    space: i128,
    /// Its pools, with the space that each has.
    pools: Vec<(&'a str, Option<i128>)>,
    /// Pools of which nobody knows how much they hold.
    open: Vec<String>,
    /// Whether it runs guests.
    guests: Option<Guests>,
}

impl<'a> Standby<'a> {
    /// Of all hosts.
    pub fn of(lab: &'a Lab, load: &Load<'a>) -> Self {
        // What is a part of something, or of another kind, or the machine itself, takes no machine's place.
        let spares = lab.assets.values().filter_map(|a| {
            let spare = a.spare_for.known()?;
            let fits = spare.kind() == Kind::Host && spare.part().is_none();
            let other = a.of.known().is_none_or(|of| {
                of.kind() == Kind::Host && of.part().is_none() && of.name() != spare.name()
            });
            (fits && other && is_there(lab, a)).then(|| spare.name())
        });
        let mut free = free_memory::all(lab, load);
        let mut room: FxHashMap<&str, Room<'_>> = FxHashMap::default();
        for name in lab.hosts.keys() {
            room.entry(name).or_default().memory = free.remove(name.as_str());
        }
        let with_guests = hypervisor::with_guests(lab, load);
        for (name, host) in &lab.hosts {
            let guests = hypervisor::guests(host, with_guests.contains(name.as_str()));
            room.entry(name).or_default().guests = Some(guests);
        }
        spaces(lab, &mut room);
        let left = |name: &str| Some(room.get(name)?.memory.as_ref()?.least(0));
        let able = lab.hosts.iter().filter(|(_, host)| takes_work(host));
        let mut order: Vec<&str> = able.map(|(name, _)| name.as_str()).collect();
        order.sort_by_key(|name| Reverse(left(name)));
        let mut at: FxHashMap<Option<&str>, Vec<&str>> = FxHashMap::default();
        for (name, host) in order.iter().filter_map(|n| lab.hosts.get_key_value(*n)) {
            if is_bought(host) && host.about.on_demand.known() != Some(&true) {
                let site = Machine::Host(name).site(lab);
                at.entry(site).or_default().push(name);
            }
        }
        Self {
            spares: spares.collect(),
            disks: spare_disks(lab),
            room,
            order,
            at,
        }
    }

    /// There is a spare for a disk of each pool that this data lies in, no smaller than any of them; of data in no pool, for any disk of the host. None if
    /// nobody knows which disks the pools have.
    fn has_disk(&self, lab: &Lab, host: &str, lost: &[&Body<'_>]) -> Option<bool> {
        let Some(spares) = self.disks.get(host) else {
            return Some(false);
        };
        // What takes its disks from another pool fails with that.
        let pools = lost.iter().flat_map(|body| &body.place.pools);
        let pools = pools.filter(|p| lab.pools.get(**p).is_none_or(|p| p.from.is_none()));
        let mut open = false;
        for pool in pools {
            let disks = disks_of(lab, pool);
            let largest = disks.iter().filter_map(|disk| size(lab, *disk)).max();
            let fits = |(label, is): &(&str, Option<Disk<'_>>)| {
                // Of which nobody says what it is, is as the disk that it is for.
                let spare = size(lab, is.unwrap_or((host, label)));
                let enough = spare.zip(largest).is_none_or(|(spare, own)| spare >= own);
                disks.contains(&(host, *label)) && enough
            };
            open |= disks.is_empty();
            if !disks.is_empty() && !spares.iter().any(fits) {
                return Some(false);
            }
        }
        (!open).then_some(true)
    }

    /// There is a whole spare for a host.
    pub fn spare(&self, host: &str) -> bool {
        self.spares.contains(host)
    }

    /// After the loss of a disk under this data: a spare of it or of its host, another pool there, or another host.
    pub fn of_disk<'s>(
        &'s self,
        lab: &'s Lab,
        name: &str,
        need: &Need,
        lost: &[&Body<'_>],
    ) -> Takeover {
        let spare = self.has_disk(lab, name, lost);
        if self.spare(name) || spare == Some(true) {
            return Takeover::Spare;
        }
        let room = self.room.get(name);
        let beside = room.map_or(Some(false), |r| r.beside(lab, lost));
        let words = format!("nothing to wait for (another pool of {name} has room)");
        match beside {
            Some(true) => return Takeover::Pool(words, None),
            Some(false) => {}
            None => {
                // Another host that has room for sure is the better answer.
                let found = self.of_host(lab, name, need);
                let open = format!("another pool of {name} has room for what is restored");
                return match found {
                    Takeover::Room(_, None) => found,
                    _ => Takeover::Pool(words, Some(open)),
                };
            }
        }
        match self.of_host(lab, name, need) {
            Takeover::Nothing(_) if spare.is_none() => Takeover::Unknown(format!(
                "whether a spare disk of {name} is one for what fails: the disks of its pools are not declared"
            )),
            found => found,
        }
    }

    /// Hosts that can take the place of another one at a site, in the order that [`Self::stand_in`] wants.
    fn at<'s>(&'s self, site: Option<&'s str>) -> &'s [&'a str] {
        // The names of those that are asked for need not live as long as the lab.
        let at: &FxHashMap<Option<&str>, Vec<&'a str>> = &self.at;
        at.get(&site).map_or(&[], Vec::as_slice)
    }

    /// All hosts that can take what others ran, in that order.
    pub fn hosts(&self) -> &[&'a str] {
        &self.order
    }

    /// After the loss of one host: a spare, or another host at the same place that is always on.
    pub fn of_host<'s>(&'s self, lab: &'s Lab, name: &str, need: &Need) -> Takeover {
        if self.spare(name) {
            return Takeover::Spare;
        }
        let host = lab.hosts.get_key_value(name);
        let site = host.and_then(|(name, _)| Machine::Host(name).site(lab));
        let others = self.at(site).iter().copied().filter(|o| *o != name);
        self.stand_in(&format!("{name} fails"), need, others)
    }

    /// The first of these hosts that has room for what must go on.
    pub fn stand_in<'o>(
        &self,
        what: &str,
        need: &Need,
        others: impl Iterator<Item = &'o str>,
    ) -> Takeover {
        let wanted = match &need.memory {
            Ok(wanted) => *wanted,
            Err(missing) => {
                let why = format!("how much memory must go on when {what}: {missing}");
                return Takeover::Unknown(why);
            }
        };
        let enough = |free: &Free<'_>, left: i128| {
            let (sum, wants) = (free.sum(left), memory(wanted));
            format!("nothing to wait for ({sum} free, {wants} wanted)")
        };
        // Put in words at the end: of hundreds of hosts that are looked at, one or none is told of.
        let mut tried = Tried::default();
        let mut unsure: Option<Unsure<'_, 'a>> = None;
        for name in others {
            let guests = self.room.get(name).and_then(|r| r.guests);
            if need.guests && guests == Some(Guests::Never) {
                tried.unable.push(name.to_owned());
                continue;
            }
            let Some((room, free)) = self
                .room
                .get(name)
                .and_then(|r| Some((r, r.memory.as_ref()?)))
            else {
                tried.open.push(name.to_owned());
                continue;
            };
            let asked = need.asked(free);
            let (left, most) = (free.least(asked), free.most(asked));
            if left < wanted || left <= 0 {
                tried.best.get_or_insert((free, most));
                if most >= wanted && most > 0 {
                    tried.crowded.get_or_insert(free);
                }
                continue;
            }
            tried.best.get_or_insert((free, left));
            let holds = room.holds(&need.data);
            if holds == Some(false) {
                if tried.full.len() < MOST {
                    tried.full.push(room.lack(name, &need.data));
                }
                continue;
            }
            let found = Unsure {
                name,
                free,
                left,
                room,
                assumed: need.guests && guests == Some(Guests::Assumed),
                space: holds.is_none(),
            };
            if need.guests && guests == Some(Guests::Unknown) {
                tried.unlike.push(name.to_owned());
            } else if found.assumed || found.space {
                unsure.get_or_insert(found);
            } else {
                return Takeover::Room(enough(free, left), None);
            }
        }
        if let Some(found) = unsure {
            let enough = enough(found.free, found.left);
            return Takeover::Room(enough, Some(found.why(&need.data)));
        }
        tried.sorry(what, wanted)
    }
}

/// A host with room, of which not all is known.
struct Unsure<'t, 'a> {
    name: &'t str,
    free: &'t Free<'a>,
    left: i128,
    room: &'t Room<'a>,
    /// That it runs guests is taken for granted.
    assumed: bool,
    /// Nobody knows whether its pools hold the data.
    space: bool,
}

impl Unsure<'_, '_> {
    /// What is not known of it.
    fn why(&self, data: &Partial) -> String {
        let host = self.name;
        let system =
            (self.assumed).then(|| format!("{host} runs guests, of whose 'os' nothing is said"));
        let space = self.space.then(|| self.room.doubt(host, data));
        let all: Vec<String> = system.into_iter().chain(space).collect();
        all.join("; ")
    }
}

/// What came of hosts that were looked at and do not do.
#[derive(Default)]
struct Tried<'t, 'a> {
    /// The one with the most memory free, and how much.
    best: Option<(&'t Free<'a>, i128)>,
    /// It may have room, depending on where guests of its cluster are.
    crowded: Option<&'t Free<'a>>,
    /// Nobody knows what memory they have.
    open: Vec<String>,
    /// Their pools are too small, each with why.
    full: Vec<String>,
    /// They run no guests.
    unable: Vec<String>,
    /// Nobody knows whether they run guests.
    unlike: Vec<String>,
}

impl Tried<'_, '_> {
    /// What is to be said of all of them.
    fn sorry(self, what: &str, wanted: i128) -> Takeover {
        if !self.unlike.is_empty() {
            return Takeover::Unknown(format!(
                "whether guests run on {} when {what}: by its 'os' it is no hypervisor",
                listed(&self.unlike)
            ));
        }
        let wants = memory(wanted);
        if let Some(free) = self.crowded {
            return Takeover::Unknown(format!(
                "whether {} carries {wants} when {what}: which guests of cluster '{}' are on it",
                free.host(),
                free.cluster.unwrap_or_default()
            ));
        }
        if !self.open.is_empty() {
            return Takeover::Unknown(format!(
                "whether {} carries {wants} when {what}: its memory, or what runs there takes of it, is not known",
                listed(&self.open)
            ));
        }
        Takeover::Nothing(match (self.full.is_empty(), self.best) {
            (false, _) => self.full.join("; "),
            (true, Some((free, left))) if wanted == 0 => {
                format!("no other host has memory free ({})", free.sum(left))
            }
            (true, Some((free, left))) => {
                format!("no other host has {wants} free ({})", free.sum(left))
            }
            (true, None) if !self.unable.is_empty() => format!(
                "no other host is there that runs guests; {} is a storage appliance",
                listed(&self.unable)
            ),
            (true, None) if wanted == 0 => "no other host is there".to_owned(),
            (true, None) => format!("no other host is there to carry {wants}"),
        })
    }
}

impl Need {
    /// What of it is on the members of a host's cluster already.
    fn asked(&self, free: &Free<'_>) -> i128 {
        let floating = free.cluster.and_then(|c| self.floating.get(c));
        floating.copied().unwrap_or_default()
    }
}

/// So many hosts without space are told of.
const MOST: usize = 3;

impl Room<'_> {
    /// Whether its pools hold this data besides what is on them; none if that is not known.
    fn holds(&self, data: &Partial) -> Option<bool> {
        let known = !self.pools.is_empty() && self.open.is_empty();
        fits(data, self.space, known)
    }

    /// Whether the other pools hold what lies in one that fails, whichever that is; none if that is not known.
    fn beside(&self, lab: &Lab, lost: &[&Body<'_>]) -> Option<bool> {
        let mut all = Some(true);
        for (pool, _) in &self.pools {
            let here = lost.iter().filter(|b| b.place.pools.contains(pool));
            let here: Vec<&Body<'_>> = here.copied().collect();
            let disks = disks_of(lab, pool);
            // A pool on the same disk is gone with it.
            let others = self
                .pools
                .iter()
                .filter(|(other, _)| other != pool && disks_of(lab, other).is_disjoint(&disks));
            let others: Vec<Option<i128>> = others.map(|(_, space)| *space).collect();
            let known = others.iter().all(Option::is_some);
            let room = others.iter().flatten();
            let (most, sum) = (room.clone().max().copied().unwrap_or(0), room.sum());
            let wanted = data(lab, &here);
            let one = match (here.is_empty(), others.is_empty()) {
                (true, _) => continue,
                (false, true) => Some(false),
                // One body lies in one pool; how several are shared out, nobody said.
                (false, false) => match (fits(&wanted, most, known), fits(&wanted, sum, known)) {
                    (Some(false), Some(true)) if here.len() > 1 => None,
                    (one, _) => one,
                },
            };
            all = match (all, one) {
                (_, Some(false)) => return Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        let placed = |b: &&&Body<'_>| self.pools.iter().any(|(p, _)| b.place.pools.contains(p));
        match lost.iter().all(|b| placed(&b)) {
            true => all,
            // Of what lies in no pool nobody knows whether another pool is another disk.
            false => Some(false),
        }
    }

    fn lack(&self, host: &str, data: &Partial) -> String {
        let (wanted, left) = (storage(data.value()), storage(self.space));
        let least = data.least();
        format!("{host} has {left} of space free, and {least}{wanted} must be restored")
    }

    fn doubt(&self, host: &str, data: &Partial) -> String {
        let mut open = self.open.clone();
        if self.pools.is_empty() {
            open.push(format!("the pools of {host}"));
        }
        open.extend(data.missing.iter().map(|what| unsized_(what)));
        let wanted = match data.value() {
            0 => "what must be restored, of which nobody knows how much it is".to_owned(),
            sum => format!("{}{} of data", data.least(), storage(sum)),
        };
        format!(
            "{host} has space for {wanted}; not declared: {}",
            listed(&open)
        )
    }
}

/// A host and one of its disks.
type Disk<'a> = (&'a str, &'a str);

/// A spare that is to be bought, or was given away, is none.
fn is_there(lab: &Lab, asset: &Asset) -> bool {
    asset.of.known().is_none_or(|of| {
        let of = ObjectRef::new(of.kind(), of.name());
        away(lab, &of).is_none()
    })
}

fn spare_disks(lab: &Lab) -> FxHashMap<&str, Vec<(&str, Option<Disk<'_>>)>> {
    let mut out: FxHashMap<&str, Vec<_>> = FxHashMap::default();
    for asset in lab.assets.values().filter(|a| is_there(lab, a)) {
        let spare = asset.spare_for.known().filter(|s| s.kind() == Kind::Host);
        if let Some((host, label)) = spare.and_then(|s| Some((s.name(), s.part()?))) {
            let is = asset.of.known().filter(|of| of.kind() == Kind::Host);
            let is = is.and_then(|of| Some((of.name(), of.part()?)));
            out.entry(host).or_default().push((label, is));
        }
    }
    out
}

/// The size of a disk, if it is declared.
fn size(lab: &Lab, (host, label): Disk<'_>) -> Option<u64> {
    let hardware = lab.hosts.get(host)?.about.hardware.as_ref()?;
    let (_, disk) = hardware.disks.iter().find(|(n, _)| n.0 == label)?;
    disk.size.known().map(|size| size.bytes())
}

/// The disks that a pool names.
fn disks_of<'a>(lab: &'a Lab, pool: &str) -> BTreeSet<Disk<'a>> {
    let pool = lab.pools.get(pool).into_iter();
    let devices = pool.flat_map(|p| &p.devices);
    devices
        .filter_map(|d| Some((d.value.name(), d.value.part()?)))
        .collect()
}

/// Whether there is space for data, of which more may be known; none if that is not known.
fn fits(data: &Partial, space: i128, known: bool) -> Option<bool> {
    if data.known.is_empty() && data.missing.is_empty() {
        return Some(true);
    }
    match (data.value() <= space, known) {
        (false, true) => Some(false),
        (true, _) if data.missing.is_empty() => Some(true),
        _ => None,
    }
}

/// What is not declared where a size is, with the key that says it.
fn unsized_(what: &str) -> String {
    let key = match what.starts_with("guest ") {
        true => "'disks: {NAME: {size: …}}'",
        false => "'size'",
    };
    format!("the size of {what} ({key})")
}

/// What the pools of each host hold, as it is declared, without what is on them.
fn spaces<'a>(lab: &'a Lab, room: &mut FxHashMap<&'a str, Room<'a>>) {
    let on = declared_on(lab);
    for (name, pool) in lab.pools.iter().filter(|(_, p)| p.from.is_none()) {
        let hosts = pools::hosts(lab, name);
        let [host] = hosts.as_slice() else { continue };
        let Some(own) = room.get_mut(host) else {
            continue;
        };
        let space = totals::room(lab, name, pool).map(|all| {
            let used = totals::bytes(&pool.used);
            let used = used.or_else(|| on.get(name.as_str()).copied());
            (all.value - used.unwrap_or_default()).max(0)
        });
        own.pools.push((name, space));
        match space {
            Some(space) => own.space += space,
            None => own.open.push(format!("what pool '{name}' holds")),
        }
    }
}

/// Datasets and disks of guests that are declared, by their pool.
fn declared_on(lab: &Lab) -> FxHashMap<&str, i128> {
    let mut on: FxHashMap<&str, i128> = FxHashMap::default();
    for dataset in lab.datasets.values() {
        let size = totals::bytes(&dataset.about.size);
        if let Some((pool, size)) = dataset.about.pool.known().zip(size) {
            *on.entry(pool.name()).or_default() += size;
        }
    }
    for disk in lab.guests.values().flat_map(|g| g.disks.values()) {
        if let Some((pool, size)) = disk.pool.known().zip(totals::bytes(&disk.size)) {
            *on.entry(pool.name()).or_default() += size;
        }
    }
    on
}
