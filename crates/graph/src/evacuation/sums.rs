//! What the losses of a cluster have in common, as sums: enough to see that a loss is carried easily, and which is the worst.

use super::Resident;
use crate::totals::Part;
use std::collections::{BTreeMap, BTreeSet};

/// One host and the guests on it.
#[derive(Default)]
struct Here {
    /// Its memory, if that is known.
    capacity: Option<i128>,
    /// What guests have that are not to go on elsewhere, or cannot leave while it runs.
    stays: i128,
    /// What all of its guests have.
    all: i128,
    /// What those have that are to go on elsewhere, or may be.
    homeless: i128,
    /// What those have that are down with it, or may be.
    down: i128,
    asleep: bool,
}

impl Here {
    fn room(&self, taken: i128) -> i128 {
        match (self.asleep, self.capacity) {
            (false, Some(capacity)) => (capacity - taken).max(0),
            _ => 0,
        }
    }
}

/// The sums of a cluster.
pub(super) struct Sums {
    hosts: Vec<Here>,
    /// Capacities that are known, and how many are not.
    capacity: i128,
    open: usize,
    /// What guests need while no host is lost, without those of which nobody knows whether they go on or where they are.
    need: i128,
    /// What guests have that are on no host in particular.
    nowhere: i128,
    largest: i128,
    /// All sizes are known, and no host has more guests than it holds.
    plain: bool,
    /// What is left for guests that move, and that of it where any guest finds room.
    left: i128,
    sure: i128,
}

impl Sums {
    pub(super) fn of(
        hosts: &[&str],
        capacities: &BTreeMap<&str, Result<Part, String>>,
        asleep: &BTreeSet<&str>,
        residents: &[Resident<'_>],
    ) -> Self {
        let here = |h: &&str| Here {
            capacity: capacities.get(h).and_then(|c| Some(c.as_ref().ok()?.value)),
            asleep: asleep.contains(h),
            ..Here::default()
        };
        let index: BTreeMap<&str, usize> = hosts.iter().copied().zip(0..).collect();
        let mut out = Self {
            hosts: hosts.iter().map(here).collect(),
            capacity: 0,
            open: 0,
            need: 0,
            nowhere: 0,
            largest: 0,
            plain: true,
            left: 0,
            sure: 0,
        };
        for guest in residents {
            out.add(guest, &index);
        }
        let all = out.hosts.iter();
        out.capacity = all.clone().filter_map(|h| h.capacity).sum();
        out.open = all.clone().filter(|h| h.capacity.is_none()).count();
        out.plain &= out.open == 0 && all.clone().all(|h| h.capacity >= Some(h.all));
        out.left = all.clone().map(|h| h.room(h.stays)).sum();
        out.sure = all.map(|h| h.room(h.all + out.largest)).sum();
        out
    }

    fn add(&mut self, guest: &Resident<'_>, index: &BTreeMap<&str, usize>) {
        let Ok(part) = &guest.memory else {
            self.plain = false;
            return;
        };
        let (size, goes_on) = (part.value, guest.goes_on);
        self.largest = self.largest.max(size);
        let at = guest.host.map(|h| index.get(h).copied());
        let Some(at) = at else {
            self.nowhere += size;
            self.need += if goes_on == Some(true) { size } else { 0 };
            return;
        };
        self.need += size;
        let Some(here) = at.and_then(|at| self.hosts.get_mut(at)) else {
            self.plain = false;
            return;
        };
        here.all += size;
        if goes_on != Some(true) || guest.pinned {
            here.stays += size;
        }
        if goes_on != Some(false) {
            here.homeless += size;
        }
        if goes_on != Some(true) {
            here.down += size;
        }
    }

    /// What is needed without a host beyond what is left; none if nobody knows what is left.
    pub(super) fn lacking(&self, at: usize) -> Option<i128> {
        let lost = self.hosts.get(at)?;
        let open = self.open - usize::from(lost.capacity.is_none());
        let left = self.capacity - lost.capacity.unwrap_or(0);
        (open == 0).then_some(self.need - lost.down - left)
    }

    /// What is left for guests that move without a host, if it is plain that all of them find room.
    ///
    /// Whatever finds no room leaves less than the size of the largest guest on each host. So as long as less is placed than the hosts have
    /// beyond that, each finds room wherever the others went.
    pub(super) fn easily(&self, at: usize) -> Option<i128> {
        let lost = self.hosts.get(at)?;
        let sure = self.sure - lost.room(lost.all + self.largest);
        let fits = self.plain && lost.homeless + self.nowhere <= sure;
        fits.then(|| self.left - lost.room(lost.stays))
    }
}
