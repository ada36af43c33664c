//! What takes the place of a host that fails: a spare of it, or another host with room for what must go on. Room that nobody declared is
//! neither there nor missing.

use crate::bodies::{self, Body};
use crate::load::{Load, free, guest_memory};
use crate::partial::{Partial, listed};
use crate::places::Machine;
use crate::restore::wanted;
use crate::sizes::{memory, storage};
use crate::{pools, totals};
use model::declare::{Given, OptExt as _};
use model::id::Kind;
use model::lab::guest::Guest;
use model::lab::hardware::HostKind;
use model::lab::{Host, Lab};
use std::collections::{BTreeMap, BTreeSet};

/// What happens when a host is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takeover {
    /// A spare of it is there.
    Spare,
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
    /// Something runs outside of guests, and nobody said how much memory it takes: it is not in the sum.
    pub uncounted: bool,
    /// Data that has to be restored there.
    pub data: Partial,
}

impl Need {
    /// Of a tier, when some hosts are lost with this data.
    pub fn of(lab: &Lab, tier: &str, hosts: &BTreeSet<&str>, lost: &[&Body<'_>]) -> Self {
        let (mut bare, mut uncounted) = (0_i128, false);
        let mut guests: BTreeMap<&str, &Guest> = BTreeMap::new();
        let services = wanted(lab, tier).into_iter();
        for service in services.filter_map(|s| lab.services.get(s)) {
            let machines = bodies::machines_of(lab, service);
            if machines
                .iter()
                .any(|(k, n)| *k == Kind::Host && hosts.contains(n))
            {
                let takes = service.memory.as_ref();
                match takes.and_then(|m| m.limit.known().or(m.expected.known())) {
                    Some(takes) => bare += i128::from(crate::sizes::memory_bytes(takes)),
                    None => uncounted = true,
                }
            }
            for (kind, name) in machines {
                let found = lab.guests.get_key_value(name);
                let here = |g: &Guest| {
                    let on = g.on.known();
                    on.is_none_or(|on| on.kind() != Kind::Host || hosts.contains(on.name()))
                };
                let found = found.filter(|(_, g)| kind == Kind::Guest && here(g));
                guests.extend(found.map(|(n, g)| (n.as_str(), g)));
            }
        }
        let parts = guests.into_iter().map(|(n, g)| guest_memory(n, g));
        let guests: Result<i128, String> = parts.map(|p| p.map(|p| p.value)).sum();
        Self::new(guests.map(|g| g + bare), uncounted, lost)
    }

    /// Of memory that is summed up already, and this data.
    pub fn new(memory: Result<i128, String>, uncounted: bool, lost: &[&Body<'_>]) -> Self {
        Self {
            memory,
            uncounted,
            data: data(lost),
        }
    }
}

fn data(lost: &[&Body<'_>]) -> Partial {
    let mut out = Partial::default();
    for body in lost {
        let size = body.size.and_then(Given::value).copied();
        let size = size.map(|s| Given::declared(s, body.span));
        out.add(body.what.clone(), &size);
    }
    out
}

/// Stands somewhere, and is not rented: of what is rented there is another one at once.
pub fn is_bought(host: &Host) -> bool {
    host.about.kind.known() != Some(&HostKind::Vps) && host.about.provider.known().is_none()
}

/// After the loss of one host: a spare, or another host at the same place that is always on.
pub fn of_host(lab: &Lab, load: &Load<'_>, name: &str, need: &Need) -> Takeover {
    let spare = |a: &model::lab::money::Asset| {
        let of = a.spare_for.known();
        of.is_some_and(|s| s.kind() == Kind::Host && s.name() == name && s.part().is_none())
    };
    if lab.assets.values().any(spare) {
        return Takeover::Spare;
    }
    let site = |host: &str| Machine::Host(lab.hosts.get_key_value(host)?.0).site(lab);
    let is_other = |(other, host): &(&String, &Host)| {
        *other != name
            && is_bought(host)
            && host.about.on_demand.known() != Some(&true)
            && site(other) == site(name)
    };
    let others = lab.hosts.iter().filter(is_other);
    let others = others.map(|(other, _)| other.as_str());
    let room = |host: &str| free(lab, load, host);
    stand_in(lab, &room, &format!("{name} fails"), need, others)
}

/// One of these hosts has room for what must go on; `room` is the memory that each has free, and its sum in words.
pub fn stand_in<'a>(
    lab: &Lab,
    room: &dyn Fn(&str) -> Option<(i128, String)>,
    what: &str,
    need: &Need,
    others: impl Iterator<Item = &'a str>,
) -> Takeover {
    let wanted = match &need.memory {
        Ok(wanted) => *wanted,
        Err(missing) => {
            return Takeover::Unknown(format!("how much memory must go on when {what}: {missing}"));
        }
    };
    let mut fits: Option<(i128, String)> = None;
    let mut best: Option<(i128, String)> = None;
    let mut unsure: Option<(i128, String, String)> = None;
    let (mut open, mut full) = (Vec::new(), Vec::new());
    for name in others {
        let Some((left, sum)) = room(name) else {
            open.push(name.to_owned());
            continue;
        };
        let carries = left >= wanted && left > 0;
        if best.as_ref().is_none_or(|(b, _)| left > *b) {
            best = Some((left, sum.clone()));
        }
        match space(lab, name, &need.data) {
            _ if !carries => {}
            Ok(()) if fits.as_ref().is_none_or(|(b, _)| left > *b) => fits = Some((left, sum)),
            Ok(()) => {}
            Err(Lack::Known(why)) => full.push(why),
            Err(Lack::Unknown(why)) if unsure.as_ref().is_none_or(|(b, ..)| left > *b) => {
                unsure = Some((left, sum, why));
            }
            Err(Lack::Unknown(_)) => {}
        }
    }
    let wants = memory(wanted);
    let room = fits
        .map(|(_, sum)| (sum, None))
        .or_else(|| unsure.map(|(_, sum, why)| (sum, Some(why))));
    match (room, best) {
        (Some((sum, assumed)), _) => Takeover::Room(
            format!("nothing to wait for ({sum} free, {wants} wanted)"),
            assumed,
        ),
        _ if !open.is_empty() => Takeover::Unknown(format!(
            "whether {} carries {wants} when {what}: its memory is not declared",
            listed(&open)
        )),
        _ if !full.is_empty() => Takeover::Nothing(full.join("; ")),
        (None, Some((_, sum))) if wanted == 0 => {
            Takeover::Nothing(format!("no other host has memory free ({sum})"))
        }
        (None, Some((_, sum))) => {
            Takeover::Nothing(format!("no other host has {wants} free ({sum})"))
        }
        (None, None) if wanted == 0 => Takeover::Nothing("no other host is there".to_owned()),
        (None, None) => Takeover::Nothing(format!("no other host is there to carry {wants}")),
    }
}

/// Why the data does not fit on a host, or nobody knows.
enum Lack {
    Known(String),
    Unknown(String),
}

/// The pools of a host hold what is on them, as it is declared, and this data besides.
fn space(lab: &Lab, host: &str, data: &Partial) -> Result<(), Lack> {
    if data.known.is_empty() && data.missing.is_empty() {
        return Ok(());
    }
    let own = lab
        .pools
        .iter()
        .filter(|(name, pool)| pool.from.is_none() && pools::hosts(lab, name).as_slice() == [host]);
    let (mut left, mut open) = (0_i128, Vec::new());
    for (name, pool) in own {
        match totals::room(lab, name, pool) {
            Some(room) => {
                let used = totals::bytes(&pool.used);
                left += (room.value - used.unwrap_or_else(|| declared_on(lab, name))).max(0);
            }
            None => open.push(format!("what pool '{name}' holds")),
        }
    }
    if open.is_empty() && left == 0 && !lab.pools.keys().any(|n| pools::hosts(lab, n) == [host]) {
        open.push(format!("the pools of {host}"));
    }
    let (wanted, least) = (data.value(), data.least());
    if wanted > left && open.is_empty() {
        let (wanted, left) = (storage(wanted), storage(left));
        return Err(Lack::Known(format!(
            "{host} has {left} of space free, and {least}{wanted} must be restored"
        )));
    }
    if wanted <= left && data.missing.is_empty() {
        return Ok(());
    }
    open.extend(
        data.missing
            .iter()
            .map(|what| format!("the size of {what}")),
    );
    Err(Lack::Unknown(format!(
        "{host} has space for {least}{} of data; not declared: {}",
        storage(wanted),
        listed(&open)
    )))
}

/// Datasets and disks of guests that are declared on a pool.
fn declared_on(lab: &Lab, pool: &str) -> i128 {
    let datasets = lab.datasets.values();
    let datasets = datasets.filter(|d| d.about.pool.known().is_some_and(|p| p.name() == pool));
    let disks = lab.guests.values().flat_map(|g| g.disks.values());
    let disks = disks.filter(|d| d.pool.known().is_some_and(|p| p.name() == pool));
    let datasets = datasets.filter_map(|d| totals::bytes(&d.about.size));
    let disks = disks.filter_map(|d| totals::bytes(&d.size));
    datasets.chain(disks).sum()
}
