//! Memory of machines and what is asked of it.

use crate::composed_memory::{Files, of_service};
use crate::sizes::memory_bytes;
use crate::totals::{Machine, Part, part};
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

/// The same, where nothing is said that could make it less: of an `allocatable` that nobody knows, all memory is no answer.
pub fn sure_capacity(lab: &Lab, host: &str) -> Result<Part, String> {
    let said = lab
        .hosts
        .get(host)
        .and_then(|h| h.about.allocatable.as_ref());
    match said.filter(|given| given.value().is_none()) {
        Some(_) => Err(format!("'allocatable' of host '{host}'")),
        None => capacity(lab, host),
    }
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

/// A service beside guests, and what it takes of the memory of its host.
pub type Beside<'a> = (&'a str, Result<Part, String>);

/// What runs on which machine; guests that stand on a cluster are on no host.
#[derive(Default)]
pub struct Load<'a> {
    guests: FxHashMap<&'a ObjectRef, Vec<(&'a str, &'a Guest)>>,
    services: FxHashMap<&'a ObjectRef, Vec<(&'a str, &'a Service)>>,
    /// Memory that services take beside guests.
    beside: FxHashMap<&'a ObjectRef, Vec<Beside<'a>>>,
    /// What Compose files say.
    files: Files<'a>,
    /// Stacks with containers that no declared service is, by where they run.
    stacks: FxHashMap<&'a ObjectRef, Vec<&'a str>>,
}

impl<'a> Load<'a> {
    /// Reads the lab once, without its Compose files.
    pub fn of(lab: &'a Lab) -> Self {
        Self::with(lab, Files::default())
    }

    /// The same with what its Compose files say of memory.
    pub fn with(lab: &'a Lab, files: Files<'a>) -> Self {
        let mut out = Self {
            files,
            ..Self::default()
        };
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
                if let Some(memory) = beside((lab, &out.files), machine, name, service) {
                    out.beside.entry(machine).or_default().push((name, memory));
                }
                out.services
                    .entry(machine)
                    .or_default()
                    .push((name, service));
            }
        }
        for (name, stack) in &lab.stacks {
            let on = stack.on.known().map(|on| &on.0.object);
            let rest = out.files.rest(name);
            let Some((on, rest)) = on.zip(rest) else {
                continue;
            };
            out.stacks.entry(on).or_default().push(name);
            let part = rest.expected.as_ref().or(rest.limit.as_ref());
            if let Some(part) = part.filter(|_| on.kind == Kind::Host) {
                let of = out.beside.entry(on).or_default();
                of.push((name, Ok(part.clone())));
            }
        }
        out
    }

    /// What Compose files say of memory.
    pub fn files(&self) -> &Files<'a> {
        &self.files
    }

    /// Stacks on a machine with containers that no declared service is, and of whose memory something is said.
    pub fn stacks(&self, machine: &ObjectRef) -> &[&'a str] {
        self.stacks.get(machine).map_or(&[], Vec::as_slice)
    }

    /// The guests that are declared to run on a machine.
    pub fn guests(&self, machine: &ObjectRef) -> &[(&'a str, &'a Guest)] {
        self.guests.get(machine).map_or(&[], Vec::as_slice)
    }

    /// The services that are declared to run on a machine.
    pub fn services(&self, machine: &ObjectRef) -> &[(&'a str, &'a Service)] {
        self.services.get(machine).map_or(&[], Vec::as_slice)
    }

    /// What services on a host take of its memory beside its guests: what they are expected to, else what they are limited to. Services of
    /// which nothing is said are not among them.
    pub fn beside(&self, host: &str) -> &[Beside<'a>] {
        let host = ObjectRef::new(Kind::Host, host);
        // The name that is asked for need not live as long as the lab.
        let all: &FxHashMap<&ObjectRef, Vec<Beside<'a>>> = &self.beside;
        all.get(&host).map_or(&[], Vec::as_slice)
    }
}

/// What a service takes of a host's own memory; what runs in a guest is in that of the guest.
fn beside(
    (lab, files): (&Lab, &Files<'_>),
    machine: &ObjectRef,
    name: &str,
    service: &Service,
) -> Option<Result<Part, String>> {
    let here = |r: &Runs| r.guest.is_none() && machines(lab, r).any(|m| m == machine);
    if machine.kind != Kind::Host || !service.runs.iter().any(here) {
        return None;
    }
    let bytes = |s: &model::units::size::Size| i128::from(memory_bytes(s));
    let (known, _) = of_service(files, name, service, bytes);
    let memory = service.memory.as_ref();
    let said = memory.is_some_and(|m| m.expected.is_some() || m.limit.is_some());
    match known {
        Some(known) => Some(Ok(known)),
        None => said.then(|| Err(format!("the memory of service '{name}'"))),
    }
}

fn machines<'a>(lab: &'a Lab, runs: &'a Runs) -> impl Iterator<Item = &'a ObjectRef> {
    let stack = runs.stack.known().and_then(|s| lab.stacks.get(s.name()));
    let stack = stack.and_then(|s| s.on.known()).map(|on| &on.0.object);
    let guest = runs.guest.known().map(|g| &g.0.object);
    let host = runs.host.known().map(|h| &h.0.object);
    [stack, guest, host].into_iter().flatten()
}
