//! Memory of machines and what is asked of it.

use crate::totals::{self, Machine, Part, bytes, part};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{Cluster, Guest};
use model::lab::service::Service;

/// Memory of a host that guests and services may take.
pub(crate) fn capacity(lab: &Lab, host: &str) -> Result<Part, String> {
    let Some(declared) = lab.hosts.get(host) else {
        return Err(format!("host '{host}'"));
    };
    if let Some(part) = part(host, &declared.about.allocatable, |s| i128::from(s.bytes())) {
        return Ok(part);
    }
    Machine::Host(host, declared).memory()
}

/// Memory that a guest takes.
pub(crate) fn guest_memory(name: &str, guest: &Guest) -> Result<Part, String> {
    Machine::Guest(name, guest).memory()
}

/// Hosts among the members of a cluster.
pub(crate) fn hosts_of<'a>(lab: &'a Lab, cluster: &'a Cluster) -> Vec<&'a str> {
    let hosts = cluster
        .members
        .iter()
        .filter(|m| m.value.kind() == Kind::Host);
    hosts
        .map(|m| m.value.name())
        .filter(|n| lab.hosts.contains_key(*n))
        .collect()
}

/// The guests that stand on a host by name, not on its cluster.
pub(crate) fn guests_of<'a>(lab: &'a Lab, host: &str) -> Vec<(&'a str, &'a Guest)> {
    let object = ObjectRef::new(Kind::Host, host);
    totals::guests_on(lab, Some(&object))
}

/// Guests and services that run on a machine.
pub(crate) fn services_on<'a>(lab: &'a Lab, machine: &ObjectRef) -> Vec<(&'a str, &'a Service)> {
    let here = |service: &Service| {
        service.runs.iter().any(|r| {
            let stack = r.stack.known().and_then(|s| lab.stacks.get(s.name()));
            let stack = stack.and_then(|s| s.on.known()).map(|on| &on.0.object);
            let guest = r.guest.known().map(|g| &g.0.object);
            let host = r.host.known().map(|h| &h.0.object);
            [stack, guest, host]
                .into_iter()
                .flatten()
                .any(|o| o == machine)
        })
    };
    let services = lab
        .services
        .iter()
        .filter(|(_, s)| s.is_running() && here(s));
    services.map(|(n, s)| (n.as_str(), s)).collect()
}

/// Memory that is left on a host when all of its guests run; none if that cannot be told.
pub(crate) fn free(lab: &Lab, host: &str) -> Option<(i128, String)> {
    let capacity = capacity(lab, host).ok()?;
    let guests = guests_of(lab, host);
    let taken: Option<Vec<i128>> = guests.iter().map(|(_, g)| bytes(&g.memory)).collect();
    let taken: i128 = taken?.iter().sum();
    let say = crate::sizes::memory;
    let left = capacity.value - taken;
    Some((
        left,
        format!(
            "{host}: {} - {} = {}",
            say(capacity.value),
            say(taken),
            say(left)
        ),
    ))
}
