//! Memory that a host has left when all runs that is declared: of guests that are somewhere on a cluster, nobody knows how much of it they take.

use crate::load::{Load, guest_memory, hosts_of, sure_capacity};
use crate::partial::Partial;
use crate::sizes::memory;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What a host has free.
#[derive(Debug, Clone)]
pub struct Free<'a> {
    host: &'a str,
    capacity: i128,
    /// What its own guests, and services beside them, leave.
    pub own: i128,
    /// The cluster that has guests on it, if the host is a member of one.
    pub cluster: Option<&'a str>,
    /// What these guests take together.
    floating: i128,
    /// What the other members have for them.
    others: i128,
}

impl<'a> Free<'a> {
    /// Which host.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// What is free for sure; some of the guests of the cluster may be asked for already, and are not counted twice.
    pub fn least(&self, asked: i128) -> i128 {
        self.own - (self.floating - asked).max(0)
    }

    /// What is free if as many guests of the cluster as possible are on other members.
    pub fn most(&self, asked: i128) -> i128 {
        self.own - (self.floating - asked - self.others).max(0)
    }

    /// How so much is left.
    pub fn sum(&self, left: i128) -> String {
        let (host, all) = (self.host, memory(self.capacity));
        let taken = memory(self.capacity - self.own);
        if self.own < 0 {
            return format!("{host}: {all}, and what runs there takes {taken}");
        }
        match self.cluster.filter(|_| left < self.own) {
            Some(cluster) => format!(
                "{host}: {all} - {taken} - {} of guests on cluster {cluster} = {}",
                memory(self.own - left),
                memory(left.max(0))
            ),
            None => format!("{host}: {all} - {taken} = {}", memory(self.own)),
        }
    }
}

/// What every host has free; those are missing of which that cannot be told.
pub fn all<'a>(lab: &'a Lab, load: &Load<'a>) -> FxHashMap<&'a str, Free<'a>> {
    let own: BTreeMap<&str, (i128, i128)> = lab
        .hosts
        .keys()
        .filter_map(|h| Some((h.as_str(), own(lab, load, h)?)))
        .collect();
    let mut out: FxHashMap<&str, Free<'a>> = FxHashMap::default();
    for (host, (capacity, left)) in &own {
        let free = Free {
            host,
            capacity: *capacity,
            own: *left,
            cluster: None,
            floating: 0,
            others: 0,
        };
        out.insert(host, free);
    }
    for (name, cluster) in &lab.clusters {
        let guests = load.guests(&ObjectRef::new(Kind::Cluster, name));
        if guests.is_empty() {
            continue;
        }
        let taken = Partial::of(guests.iter().map(|(n, g)| guest_memory(n, g)));
        let hosts = hosts_of(lab, cluster);
        let room = |h: &str| own.get(h).map(|(_, left)| (*left).max(0));
        let rooms: Option<i128> = hosts.iter().map(|h| room(h)).sum();
        for host in &hosts {
            // Of guests of two clusters nobody knows what they leave each other.
            let second = out.get(host).is_some_and(|free| free.cluster.is_some());
            if second || !taken.missing.is_empty() {
                out.remove(host);
            } else if let Some(free) = out.get_mut(host) {
                free.cluster = Some(name);
                free.floating = taken.value();
                // A member of which nobody knows what it has may take all of them.
                free.others = rooms.map_or(i128::MAX / 4, |all| all - free.own.max(0));
            }
        }
    }
    out
}

/// The memory of a host, and what is left of it.
fn own(lab: &Lab, load: &Load<'_>, host: &str) -> Option<(i128, i128)> {
    let capacity = sure_capacity(lab, host).ok()?.value;
    let guests = load.guests(&ObjectRef::new(Kind::Host, host)).iter();
    let guests = guests.map(|(n, g)| guest_memory(n, g));
    let services = load.beside(host).iter().map(|(_, memory)| memory.clone());
    let taken = Partial::of(guests.chain(services));
    taken
        .missing
        .is_empty()
        .then(|| (capacity, capacity - taken.value()))
}
