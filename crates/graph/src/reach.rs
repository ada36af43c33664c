//! On which machines, in which networks and in which zones something is.

use model::declare::{Given, OptExt};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::{Runs, Service};
use std::collections::BTreeSet;

/// Pools from pools, clusters of guests on clusters: deeper is taken for a mistake.
const DEPTH: u8 = 8;

/// The hosts, guests and devices that something runs on or consists of; itself if it is one.
pub fn machines(lab: &Lab, object: &ObjectRef) -> BTreeSet<ObjectRef> {
    let mut out = BTreeSet::new();
    collect(lab, object, DEPTH, &mut out);
    out
}

fn collect(lab: &Lab, object: &ObjectRef, depth: u8, out: &mut BTreeSet<ObjectRef>) {
    let name = object.name.as_str();
    let mut next: Vec<ObjectRef> = Vec::new();
    match object.kind {
        Kind::Host | Kind::Guest | Kind::Device => {
            out.insert(object.clone());
        }
        Kind::Service => {
            let service = lab.services.get(name);
            next.extend(service.into_iter().flat_map(places));
        }
        Kind::Stack => {
            let on = lab.stacks.get(name).and_then(|s| s.on.known());
            next.extend(on.map(|r| r.0.object.clone()));
        }
        Kind::Cluster => {
            let members = lab.clusters.get(name).into_iter().flat_map(|c| &c.members);
            next.extend(members.map(|m| m.value.0.object.clone()));
        }
        Kind::Pool => {
            let Some(pool) = lab.pools.get(name) else {
                return;
            };
            next.extend(pool.on.known().map(|r| r.0.object.clone()));
            next.extend(pool.from.known().map(|r| r.0.object.clone()));
            let hosts = pool
                .devices
                .iter()
                .map(|d| ObjectRef::new(Kind::Host, d.value.name()));
            next.extend(hosts);
        }
        Kind::Repository => {
            let Some(store) = lab.repositories.get(name) else {
                return;
            };
            next.extend(store.on.known().map(|h| ObjectRef::new(Kind::Host, h)));
            next.extend(store.about.held_by.known().map(|r| r.0.object.clone()));
        }
        Kind::Dataset => {
            let Some(data) = lab.datasets.get(name) else {
                return;
            };
            next.extend(
                data.host
                    .as_ref()
                    .map(|h| ObjectRef::new(Kind::Host, &h.value)),
            );
            next.extend(data.about.on.known().map(|r| r.0.object.clone()));
        }
        _ => {}
    }
    if let Some(depth) = depth.checked_sub(1) {
        next.iter().for_each(|o| collect(lab, o, depth, out));
    }
}

/// Where a service runs.
pub fn places(service: &Service) -> Vec<ObjectRef> {
    service.runs.iter().flat_map(parts).collect()
}

/// What one place of a service consists of: the most exact first.
pub fn parts(runs: &Runs) -> Vec<ObjectRef> {
    fn object<const SET: u64>(
        given: &model::declare::Opt<model::declare::Ref<SET>>,
    ) -> Option<ObjectRef> {
        given
            .as_deref()
            .and_then(Given::value)
            .map(|r| r.0.object.clone())
    }
    let all = [
        object(&runs.stack),
        object(&runs.guest),
        object(&runs.host),
        object(&runs.cluster),
        object(&runs.device),
    ];
    all.into_iter().flatten().collect()
}

/// The networks that something has an address or an untagged port in, and those that it is.
pub fn networks<'a>(lab: &'a Lab, object: &ObjectRef) -> BTreeSet<&'a str> {
    let mut out = BTreeSet::new();
    if object.kind == Kind::Network {
        out.extend(
            lab.networks
                .get_key_value(&object.name)
                .map(|(n, _)| n.as_str()),
        );
    }
    for machine in machines(lab, object) {
        let name = machine.name.as_str();
        match machine.kind {
            Kind::Host => {
                let Some(host) = lab.hosts.get(name) else {
                    continue;
                };
                out.extend(host.addresses.keys().map(String::as_str));
                let nics = host.about.hardware.iter().flat_map(|h| h.nics.values());
                out.extend(nics.filter_map(|n| Some(n.network.known()?.name())));
            }
            Kind::Guest => {
                let guest = lab.guests.get(name).into_iter();
                out.extend(guest.flat_map(|g| g.addresses.keys()).map(|n| n.name()));
            }
            Kind::Device => {
                let device = lab.devices.get(name).into_iter();
                out.extend(device.flat_map(|d| d.addresses.keys()).map(|n| n.name()));
            }
            _ => {}
        }
    }
    out
}

/// The zone of a network.
pub fn zone_of<'a>(lab: &'a Lab, network: &str) -> Option<&'a str> {
    let zone = lab.networks.get(network)?.about.zone.known()?;
    Some(zone.name())
}
