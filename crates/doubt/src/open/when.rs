//! Whether a rule has a question at all: a value that nothing would be compared with is listed by `inv-unknown`, and that is enough.

use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::hardware::Hardware;
use model::lab::protection::Media;
use model::lab::storage::{Encryption, PoolKind};
use model::lab::{Lab, Repository};

type Object<'a> = Option<&'a ObjectRef>;

/// The name of the object, if it is of a kind.
fn named<'a>(kind: Kind, object: Object<'a>) -> Option<&'a str> {
    object.filter(|o| o.kind == kind).map(|o| o.name.as_str())
}

fn is(kind: Kind, object: Object<'_>) -> bool {
    object.is_some_and(|o| o.kind == kind)
}

/// What the host is made of, if the object is one.
fn hardware<'a>(lab: &'a Lab, object: Object<'_>) -> Option<&'a Hardware> {
    let host = lab.hosts.get(named(Kind::Host, object)?)?;
    host.about.hardware.as_ref()
}

pub(super) fn always(_: &Lab, _: Object<'_>) -> bool {
    true
}

/// Something is planned or gone.
pub(super) fn planned(lab: &Lab, _: Object<'_>) -> bool {
    !lab.apart.is_empty()
}

// Data.

pub(super) fn archived(lab: &Lab, _: Object<'_>) -> bool {
    !lab.backups.is_empty() || !lab.replications.is_empty()
}

/// A repository, or one on this host, may lie with somebody else and be readable there.
pub(super) fn with_others(lab: &Lab, object: Object<'_>) -> bool {
    let plain = |store: &Repository| {
        let given = store.about.encryption.as_ref();
        given.is_none_or(|e| e.value().is_none_or(|e| *e == Encryption::None))
    };
    let on = |store: &Repository, host: &str| store.on.known().is_some_and(|on| on == host);
    if let Some(host) = named(Kind::Host, object) {
        let mut stores = lab.repositories.values();
        return stores.any(|store| on(store, host) && plain(store));
    }
    let store = named(Kind::Repository, object).and_then(|n| lab.repositories.get(n));
    store.is_none_or(|store| {
        let about = &store.about;
        let media = about.media.as_ref();
        let cloud = media.is_some_and(|m| m.value().is_none_or(|m| *m == Media::Cloud));
        let host = store.on.known().and_then(|on| lab.hosts.get(on));
        // Nobody knows whose machine it is on.
        let somewhere = store.on.as_ref().is_some_and(|on| on.is_unknown());
        let rented = host.is_some_and(graph::budget::is_rented);
        let lent = about.provider.is_some() || cloud || somewhere || rented;
        lent && plain(store)
    })
}

/// A service has data of its own; what else is asked about serves all of it.
pub(super) fn has_data(lab: &Lab, object: Object<'_>) -> bool {
    match named(Kind::Service, object) {
        Some(name) => lab.services.get(name).is_some_and(|s| !s.data.is_empty()),
        None => !lab.datasets.is_empty() || lab.services.values().any(|s| !s.data.is_empty()),
    }
}

pub(super) fn tiers(lab: &Lab, _: Object<'_>) -> bool {
    lab.tiers.values().any(|t| !t.rto.is_empty())
}

pub(super) fn objectives(lab: &Lab, _: Object<'_>) -> bool {
    !lab.slos.is_empty() || lab.tiers.values().any(|t| t.about.slo.is_some())
}

/// Something was measured that could fall short, or is claimed to be.
pub(super) fn measured(lab: &Lab, object: Object<'_>) -> bool {
    match named(Kind::Metric, object) {
        Some(name) => {
            let of = lab.metrics.get(name);
            of.is_some_and(|m| m.measured.is_some()) || !lab.claims.is_empty()
        }
        None => {
            let said = lab.slos.iter().any(|s| s.measured.is_some());
            said || lab.metrics.values().any(|m| m.measured.is_some()) || !lab.claims.is_empty()
        }
    }
}

pub(super) fn encrypted(lab: &Lab, _: Object<'_>) -> bool {
    let mut machines = lab.machines();
    machines.any(|(_, h)| h.about.encryption.is_some())
}

pub(super) fn watched(lab: &Lab, _: Object<'_>) -> bool {
    !lab.alerts.is_empty()
}

// Storage.

pub(super) fn pools(lab: &Lab, _: Object<'_>) -> bool {
    !lab.pools.is_empty()
}

/// Nothing but a pool that is mounted can stop a machine.
pub(super) fn mounts(lab: &Lab, _: Object<'_>) -> bool {
    lab.pools.values().any(|p| p.mount.is_some())
}

pub(super) fn guests_on_pools(lab: &Lab, object: Object<'_>) -> bool {
    let has = |g: &model::lab::guest::Guest| g.disks.values().any(|d| d.pool.is_some());
    match named(Kind::Guest, object) {
        Some(name) => lab.guests.get(name).is_some_and(has),
        None => lab.guests.values().any(has),
    }
}

pub(super) fn thin_pools(lab: &Lab, object: Object<'_>) -> bool {
    let thin = |p: &model::lab::storage::Pool| {
        p.kind.known().is_none_or(|kind| *kind == PoolKind::LvmThin)
    };
    match named(Kind::Pool, object) {
        Some(name) => lab.pools.get(name).is_some_and(thin),
        None => lab.pools.values().any(thin),
    }
}

/// Sizes are only mistaken for each other where a sum of them is given.
pub(super) fn summed(lab: &Lab, _: Object<'_>) -> bool {
    lab.pools
        .values()
        .any(|p| p.raw.is_some() || p.usable.is_some())
        || !lab.claims.is_empty()
}

/// It stands in a rack, or is one.
pub(super) fn racks(lab: &Lab, object: Object<'_>) -> bool {
    let declared = || lab.sites.values().any(|s| !s.about.racks.is_empty());
    match object.map(|o| o.kind) {
        Some(Kind::Host) => named(Kind::Host, object)
            .and_then(|name| lab.hosts.get(name))
            .is_some_and(|h| h.about.rack.is_some() && declared()),
        Some(Kind::Device) => named(Kind::Device, object)
            .and_then(|name| lab.devices.get(name))
            .is_some_and(|d| d.rack.is_some() && declared()),
        _ => true,
    }
}

/// What a battery holds is said, and how long it lasts.
pub(super) fn batteries(lab: &Lab, object: Object<'_>) -> bool {
    let ups = named(Kind::Ups, object).and_then(|name| lab.ups.get(name));
    ups.is_some_and(|u| u.energy.is_some() && u.runtime.is_some() && !u.feeds.is_empty())
}

/// It is a UPS that something hangs on.
pub(super) fn feeding(lab: &Lab, object: Object<'_>) -> bool {
    let ups = named(Kind::Ups, object).and_then(|name| lab.ups.get(name));
    ups.is_some_and(|u| !u.feeds.is_empty())
}

/// A line of electricity says what it carries, or that nobody knows it.
pub(super) fn fused(lab: &Lab, _: Object<'_>) -> bool {
    let mut power = lab.sites.values().filter_map(|s| s.about.power.as_ref());
    power.any(|p| p.feeds.values().any(|f| f.capacity.is_some()))
}

/// There is something that could lie better.
pub(super) fn data_on_pools(lab: &Lab, object: Object<'_>) -> bool {
    lab.pools.len() > 1 && has_data(lab, object)
}

// Machines.

pub(super) fn growth(lab: &Lab, _: Object<'_>) -> bool {
    lab.pools.values().any(|p| p.used.is_some()) || !lab.claims.is_empty()
}

pub(super) fn slots(lab: &Lab, object: Object<'_>) -> bool {
    let of = hardware(lab, object);
    of.is_some_and(|h| {
        !h.memory_modules.is_empty() || h.memory_max.is_some() || h.memory_slots.is_some()
    })
}

/// A capacity is given as a whole and in parts, or claimed.
pub(super) fn numbered(lab: &Lab, object: Object<'_>) -> bool {
    let parts = hardware(lab, object).is_some_and(|h| !h.memory_modules.is_empty());
    parts || lab.pools.values().any(|p| p.raw.is_some()) || !lab.claims.is_empty()
}

/// It is said what a service takes, here or in a Compose file.
pub(super) fn limited(lab: &Lab, object: Object<'_>) -> bool {
    let takes = |s: &model::lab::service::Service| {
        let stack = || s.runs.iter().any(|r| r.stack.is_some());
        s.memory.is_some() || s.cpu.is_some() || stack()
    };
    match named(Kind::Service, object) {
        Some(name) => lab.services.get(name).is_some_and(takes),
        None => true,
    }
}

pub(super) fn counted(lab: &Lab, object: Object<'_>) -> bool {
    let cpu = hardware(lab, object).and_then(|h| h.cpu.as_ref());
    !lab.claims.is_empty() || cpu.is_some_and(|c| c.cores.is_some() && c.threads.is_some())
}

pub(super) fn several_stacks(lab: &Lab, _: Object<'_>) -> bool {
    lab.stacks.len() > 1 || !lab.documents.is_empty()
}

pub(super) fn clusters(lab: &Lab, _: Object<'_>) -> bool {
    lab.clusters.values().any(|c| c.members.len() > 1)
}

pub(super) fn moving(lab: &Lab, object: Object<'_>) -> bool {
    let pinned = |g: &model::lab::guest::Guest| !g.devices.is_empty();
    match named(Kind::Guest, object) {
        Some(name) => lab.guests.get(name).is_some_and(pinned),
        None => lab.guests.values().any(pinned),
    }
}

/// Of what was observed there is a question only where somebody looked.
pub(super) fn interface(lab: &Lab, object: Object<'_>) -> bool {
    let cluster = named(Kind::Cluster, object).and_then(|name| lab.clusters.get(name));
    cluster.is_none_or(|c| c.api.is_some())
}

/// Something that may be a backup server is asked by its own interface.
pub(super) fn backup_servers(lab: &Lab, _: Object<'_>) -> bool {
    let mut hosts = lab.hosts.values();
    let mut guests = lab.guests.values();
    hosts.any(|h| h.about.api.is_some()) || guests.any(|g| g.api.is_some())
}

pub(super) fn serials(lab: &Lab, _: Object<'_>) -> bool {
    let mut hosts = lab.hosts.values().filter_map(|h| h.about.hardware.as_ref());
    let mut devices = lab.devices.values();
    hosts
        .any(|h| h.serial.known().is_some() || h.disks.values().any(|d| d.serial.known().is_some()))
        || devices.any(|d| d.serial.known().is_some())
}

pub(super) fn several_guests(lab: &Lab, object: Object<'_>) -> bool {
    let guest = named(Kind::Guest, object).and_then(|name| lab.guests.get(name));
    lab.guests.len() > 1 && guest.is_none_or(|g| g.id.is_some())
}

pub(super) fn imaged(lab: &Lab, object: Object<'_>) -> bool {
    interface(lab, object) && archived(lab, object) && !lab.guests.is_empty()
}

// Roads.

pub(super) fn flows(lab: &Lab, _: Object<'_>) -> bool {
    !lab.flows.is_empty()
}

/// Some provider is said to translate addresses, or nobody knows whether it does, and something is open to the internet.
pub(super) fn translated(lab: &Lab, _: Object<'_>) -> bool {
    let mut uplinks = lab.sites.values().flat_map(|s| s.about.uplinks.values());
    let mut services = lab.services.values().flat_map(|s| &s.exposures);
    let mut networks = lab.networks.values();
    let shared = |s: &String| s.starts_with("100.");
    let said = uplinks.any(|u| u.cgnat.is_some());
    let behind = said || networks.any(|n| n.subnet.known().is_some_and(shared));
    behind && services.any(|e| e.from.is_some())
}

pub(super) fn gateways(lab: &Lab, _: Object<'_>) -> bool {
    let mut networks = lab.networks.values();
    networks.any(|n| n.gateway.is_some() || n.about.dhcp.is_some())
}

/// Somebody is asked for names.
pub(super) fn names(lab: &Lab, _: Object<'_>) -> bool {
    let mut networks = lab.networks.values();
    !lab.resolvers.is_empty() || !lab.dns.is_empty() || networks.any(|n| !n.about.dns.is_empty())
}

/// There is something behind a router.
pub(super) fn networks(lab: &Lab, _: Object<'_>) -> bool {
    !lab.networks.is_empty()
}

/// Some machine is a node of a tailnet.
pub(super) fn tailnets(lab: &Lab, _: Object<'_>) -> bool {
    let mut machines = lab.machines();
    machines.any(|(_, m)| m.about.tailscale.is_some())
}

/// Some machine offers a tailnet routes.
pub(super) fn routed(lab: &Lab, _: Object<'_>) -> bool {
    let mut nodes = lab
        .machines()
        .filter_map(|(_, m)| m.about.tailscale.as_ref());
    nodes.any(|n| !n.routes.is_empty())
}

pub(super) fn cabled(lab: &Lab, _: Object<'_>) -> bool {
    !lab.cables.is_empty()
}

pub(super) fn plugged(lab: &Lab, _: Object<'_>) -> bool {
    lab.devices.len() > 1
}

pub(super) fn documents(lab: &Lab, _: Object<'_>) -> bool {
    !lab.documents.is_empty()
}

pub(super) fn stacks(lab: &Lab, _: Object<'_>) -> bool {
    !lab.stacks.is_empty()
}

// Work.

pub(super) fn alerts(lab: &Lab, _: Object<'_>) -> bool {
    !lab.alerts.is_empty()
}

pub(super) fn measures(lab: &Lab, _: Object<'_>) -> bool {
    !lab.metrics.is_empty() && !lab.alerts.is_empty()
}

pub(super) fn windows(lab: &Lab, object: Object<'_>) -> bool {
    !lab.windows.is_empty() || is(Kind::Job, object)
}

pub(super) fn unmet(lab: &Lab, object: Object<'_>) -> bool {
    let of = named(Kind::Requirement, object).and_then(|name| lab.requirements.get(name));
    of.is_some_and(|r| r.met_by.is_empty())
}

pub(super) fn claimed(lab: &Lab, _: Object<'_>) -> bool {
    let wanted = !lab.requirements.is_empty() || !lab.risks.is_empty();
    wanted || !lab.claims.is_empty() || !lab.documents.is_empty()
}

/// Something can be said to be done because of it.
pub(super) fn rested_on(lab: &Lab, _: Object<'_>) -> bool {
    !lab.requirements.is_empty() || !lab.risks.is_empty() || !lab.roadmap.is_empty()
}

pub(super) fn several_costs(lab: &Lab, _: Object<'_>) -> bool {
    lab.costs.len() + lab.assets.len() > 1 || !lab.claims.is_empty()
}

pub(super) fn costs(lab: &Lab, _: Object<'_>) -> bool {
    !lab.costs.is_empty()
}

pub(super) fn said_twice(lab: &Lab, object: Object<'_>) -> bool {
    match object.map(|o| o.kind) {
        Some(Kind::Service) => has_data(lab, object),
        Some(Kind::Tier) | None => !lab.slos.is_empty(),
        Some(_) => true,
    }
}
