//! Memory of machines and what is asked of it.

use crate::totals::{Machine, Part, of_memory, part};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::{Cluster, Guest};
use model::lab::service::{Runs, Service};
use model::lab::{Host, Lab};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Memory of a host that guests and services may take.
pub fn capacity(lab: &Lab, host: &str) -> Result<Part, String> {
    let Some(declared) = lab.hosts.get(host) else {
        return Err(format!("host '{host}'"));
    };
    if let Some(part) = part(host, &declared.about.allocatable, |s| i128::from(s.bytes())) {
        return Ok(part);
    }
    Machine::Host(host, declared).memory()
}

/// How many processors a host has for one guest, and how that is known. Where threads are not declared, there are two per core at the most.
pub fn threads(host: &Host) -> Option<(u32, String)> {
    let cpu = host.about.hardware.as_ref()?.cpu.as_ref()?;
    if let Some(threads) = cpu.threads.known() {
        return Some((*threads, format!("{threads} threads")));
    }
    let cores = *cpu.cores.known()?;
    let most = cores.saturating_mul(2);
    let how = format!("{cores} cores, so {most} threads at the most");
    Some((most, how))
}

/// Memory that a guest takes.
pub fn guest_memory(name: &str, guest: &Guest) -> Result<Part, String> {
    Machine::Guest(name, guest).memory()
}

/// Hosts among the members of a cluster.
pub fn hosts_of<'a>(lab: &'a Lab, cluster: &'a Cluster) -> Vec<&'a str> {
    let hosts = cluster
        .members
        .iter()
        .filter(|m| m.value.kind() == Kind::Host);
    hosts
        .map(|m| m.value.name())
        .filter(|n| lab.hosts.contains_key(*n))
        .collect()
}

/// What runs on which machine; guests that stand on a cluster are on no host.
#[derive(Default)]
pub struct Load<'a> {
    guests: FxHashMap<&'a ObjectRef, Vec<(&'a str, &'a Guest)>>,
    services: FxHashMap<&'a ObjectRef, Vec<(&'a str, &'a Service)>>,
}

impl<'a> Load<'a> {
    /// Reads the lab once.
    pub fn of(lab: &'a Lab) -> Self {
        let mut out = Self::default();
        for (name, guest) in &lab.guests {
            if let Some(on) = guest
                .on
                .known()
                .filter(|_| guest.template.known() != Some(&true))
            {
                out.guests
                    .entry(&on.0.object)
                    .or_default()
                    .push((name, guest));
            }
        }
        for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
            let machines: BTreeSet<&ObjectRef> =
                service.runs.iter().flat_map(|r| machines(lab, r)).collect();
            for machine in machines {
                out.services
                    .entry(machine)
                    .or_default()
                    .push((name, service));
            }
        }
        out
    }

    /// The guests that are declared to run on a machine.
    pub fn guests(&self, machine: &ObjectRef) -> &[(&'a str, &'a Guest)] {
        self.guests.get(machine).map_or(&[], Vec::as_slice)
    }

    /// The services that are declared to run on a machine.
    pub fn services(&self, machine: &ObjectRef) -> &[(&'a str, &'a Service)] {
        self.services.get(machine).map_or(&[], Vec::as_slice)
    }
}

fn machines<'a>(lab: &'a Lab, runs: &'a Runs) -> impl Iterator<Item = &'a ObjectRef> {
    let stack = runs.stack.known().and_then(|s| lab.stacks.get(s.name()));
    let stack = stack.and_then(|s| s.on.known()).map(|on| &on.0.object);
    let guest = runs.guest.known().map(|g| &g.0.object);
    let host = runs.host.known().map(|h| &h.0.object);
    [stack, guest, host].into_iter().flatten()
}

/// Memory that is left on a host when all of its guests run; none if that cannot be told.
pub fn free(lab: &Lab, load: &Load<'_>, host: &str) -> Option<(i128, String)> {
    let capacity = capacity(lab, host).ok()?;
    let guests = load.guests(&ObjectRef::new(Kind::Host, host)).iter();
    let taken: Option<Vec<i128>> = guests.map(|(_, g)| of_memory(&g.memory)).collect();
    let taken: i128 = taken?.iter().sum();
    let say = crate::sizes::memory;
    let left = capacity.value - taken;
    let (all, out) = (say(capacity.value), say(taken));
    let sum = match left < 0 {
        true => format!("{host}: {all}, and its guests have {out}"),
        false => format!("{host}: {all} - {out} = {}", say(left)),
    };
    Some((left, sum))
}
