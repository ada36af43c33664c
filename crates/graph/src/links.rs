//! What of a lab is connected with what: every relation that a picture of it may show.

use model::declare::{OptExt as _, Or, Ref};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::Dependency;
use std::collections::BTreeMap;

/// Two objects, the smaller first.
pub type Pair = (ObjectRef, ObjectRef);

/// A pair without direction.
pub fn pair(a: &ObjectRef, b: &ObjectRef) -> Pair {
    if a <= b {
        (a.clone(), b.clone())
    } else {
        (b.clone(), a.clone())
    }
}

/// Every relation with what it is; `true` if a picture of both ends has to show it.
#[derive(Default)]
pub struct Links(pub BTreeMap<Pair, (String, bool)>);

impl Links {
    fn add(&mut self, a: &ObjectRef, b: &ObjectRef, what: &str, shown: bool) {
        if a != b {
            let said = || {
                format!(
                    "{} '{}' {what} {} '{}'",
                    a.kind.word(),
                    a.name,
                    b.kind.word(),
                    b.name
                )
            };
            let entry = self.0.entry(pair(a, b)).or_insert_with(|| (said(), shown));
            entry.1 |= shown;
        }
    }
}

fn at<const SET: u64>(reference: &Ref<SET>) -> &ObjectRef {
    &reference.0.object
}

/// The relations that a lab declares.
pub fn links(lab: &Lab) -> Links {
    let mut out = Links::default();
    machines(lab, &mut out);
    services(lab, &mut out);
    copies(lab, &mut out);
    stores(lab, &mut out);
    for cable in &lab.cables {
        if let (Some(a), Some(b)) = (cable.from.known(), cable.to.known()) {
            out.add(at(a), at(b), "has a cable to", true);
        }
    }
    for (name, ups) in &lab.ups {
        let ups_object = ObjectRef::new(Kind::Ups, name);
        ups.feeds
            .iter()
            .for_each(|f| out.add(&ups_object, at(&f.value), "feeds", true));
    }
    out
}

fn machines(lab: &Lab, out: &mut Links) {
    for (name, cluster) in &lab.clusters {
        let cluster_object = ObjectRef::new(Kind::Cluster, name);
        for member in &cluster.members {
            out.add(&cluster_object, at(&member.value), "has the member", false);
            for pool in &cluster.storage {
                out.add(at(&member.value), at(&pool.value), "reaches", true);
            }
            for other in &cluster.members {
                out.add(
                    at(&member.value),
                    at(&other.value),
                    "is in a cluster with",
                    false,
                );
            }
        }
        cluster
            .storage
            .iter()
            .for_each(|p| out.add(&cluster_object, at(&p.value), "reaches", false));
    }
    guests(lab, out);
    places(lab, out);
}

fn guests(lab: &Lab, out: &mut Links) {
    for (name, guest) in &lab.guests {
        let guest_object = ObjectRef::new(Kind::Guest, name);
        if let Some(on) = guest.on.known() {
            out.add(&guest_object, at(on), "runs on", at(on).kind == Kind::Host);
            for (cluster, of) in &lab.clusters {
                let members: Vec<&ObjectRef> = of.members.iter().map(|m| at(&m.value)).collect();
                if at(on).kind == Kind::Cluster && at(on).name == *cluster {
                    members
                        .iter()
                        .for_each(|m| out.add(&guest_object, m, "may run on", false));
                } else if members.contains(&at(on)) {
                    out.add(
                        &guest_object,
                        &ObjectRef::new(Kind::Cluster, cluster),
                        "runs on",
                        false,
                    );
                }
            }
        }
        guest
            .disks
            .values()
            .filter_map(|d| d.pool.known())
            .for_each(|p| out.add(&guest_object, at(p), "has a disk on", false));
        guest
            .addresses
            .keys()
            .for_each(|n| out.add(&guest_object, at(n), "is in", false));
    }
}

/// Where a network is, and who serves its machines.
fn networks(lab: &Lab, out: &mut Links) {
    for (name, network) in &lab.networks {
        let network_object = ObjectRef::new(Kind::Network, name);
        let mut add = |other: &ObjectRef, what: &str| out.add(&network_object, other, what, false);
        if let Some(on) = network.about.on.known() {
            add(at(on), "exists on");
        }
        let dhcp = network.about.dhcp.as_ref();
        if let Some(server) = dhcp.and_then(|d| d.server.known()) {
            add(at(server), "has addresses from");
        }
        for server in &network.about.dns {
            if let Or::Ref(server) = &server.value {
                add(at(server), "asks");
            }
        }
    }
}

fn places(lab: &Lab, out: &mut Links) {
    for (name, host) in &lab.hosts {
        let host_object = ObjectRef::new(Kind::Host, name);
        host.addresses.keys().for_each(|n| {
            out.add(
                &host_object,
                &ObjectRef::new(Kind::Network, n),
                "is in",
                false,
            )
        });
    }
    for (name, device) in &lab.devices {
        let device_object = ObjectRef::new(Kind::Device, name);
        device
            .addresses
            .keys()
            .for_each(|n| out.add(&device_object, at(n), "is in", false));
    }
    networks(lab, out);
    for (name, pool) in &lab.pools {
        let pool_object = ObjectRef::new(Kind::Pool, name);
        pool.on
            .known()
            .into_iter()
            .for_each(|o| out.add(&pool_object, at(o), "is on", true));
        pool.from
            .known()
            .into_iter()
            .for_each(|o| out.add(&pool_object, at(o), "is made from", true));
    }
}

fn services(lab: &Lab, out: &mut Links) {
    for (name, service) in &lab.services {
        let object = ObjectRef::new(Kind::Service, name);
        for runs in service.runs.iter() {
            runs.host
                .known()
                .into_iter()
                .for_each(|h| out.add(&object, at(h), "runs on", true));
            runs.guest
                .known()
                .into_iter()
                .for_each(|g| out.add(&object, at(g), "runs on", true));
            runs.cluster
                .known()
                .into_iter()
                .for_each(|c| spread(lab, &object, at(c), out));
            runs.device
                .known()
                .into_iter()
                .for_each(|d| out.add(&object, at(d), "runs on", true));
            if let Some(stack) = runs.stack.known() {
                out.add(&object, at(stack), "is a part of", false);
                let on = lab.stacks.get(stack.name()).and_then(|s| s.on.known());
                on.into_iter()
                    .for_each(|o| spread(lab, &object, at(o), out));
            }
        }
        service.needs.iter().for_each(|n| need(&object, n, out));
        for exposure in &service.exposures {
            exposure
                .via
                .known()
                .into_iter()
                .for_each(|v| out.add(&object, at(v), "is reached through", true));
        }
        service
            .controls
            .values()
            .filter_map(|c| c.by.known())
            .for_each(|b| out.add(&object, at(b), "has a control from", false));
        service
            .data
            .values()
            .filter_map(|d| d.dataset.known())
            .for_each(|d| out.add(&object, at(d), "keeps", false));
        service
            .data
            .values()
            .filter_map(|d| d.on.known())
            .for_each(|p| out.add(&object, at(p), "keeps data on", false));
    }
}

/// On a machine, or somewhere on the members of a cluster.
fn spread(lab: &Lab, object: &ObjectRef, on: &ObjectRef, out: &mut Links) {
    out.add(object, on, "runs on", on.kind != Kind::Cluster);
    if let Some(cluster) = lab
        .clusters
        .get(&on.name)
        .filter(|_| on.kind == Kind::Cluster)
    {
        cluster
            .members
            .iter()
            .for_each(|m| out.add(object, at(&m.value), "may run on", false));
    }
}

fn need(object: &ObjectRef, need_: &Dependency, out: &mut Links) {
    need_
        .need
        .known()
        .into_iter()
        .for_each(|n| out.add(object, at(n), "needs", true));
    let below = need_.all.iter().chain(&need_.any).chain(&need_.among);
    below.for_each(|n| need(object, n, out));
}

fn copies(lab: &Lab, out: &mut Links) {
    for backup in lab.backups.values() {
        let Some(to) = backup
            .to
            .as_ref()
            .map(|t| ObjectRef::new(Kind::Repository, &t.value))
        else {
            continue;
        };
        let about = &backup.about;
        for data in &backup.datasets {
            out.add(
                &ObjectRef::new(Kind::Dataset, &data.value),
                &to,
                "is backed up to",
                true,
            );
            let of = lab
                .datasets
                .get(&data.value)
                .and_then(|d| d.about.service.known());
            of.into_iter()
                .for_each(|s| out.add(at(s), &to, "is backed up to", true));
        }
        about
            .services
            .iter()
            .for_each(|s| out.add(at(&s.value), &to, "is backed up to", true));
        about
            .guests
            .iter()
            .for_each(|s| out.add(at(&s.value), &to, "is backed up to", true));
        about
            .hosts
            .iter()
            .for_each(|s| out.add(at(&s.value), &to, "is backed up to", true));
        for stack in &about.stacks {
            out.add(at(&stack.value), &to, "is backed up to", true);
            for (name, service) in &lab.services {
                if service
                    .runs
                    .iter()
                    .any(|r| r.stack.known().is_some_and(|s| at(s) == at(&stack.value)))
                {
                    out.add(
                        &ObjectRef::new(Kind::Service, name),
                        &to,
                        "is backed up to",
                        true,
                    );
                }
            }
        }
    }
}

fn stores(lab: &Lab, out: &mut Links) {
    for replication in lab.replications.values() {
        if let (Some(from), Some(to)) = (replication.from.known(), replication.to.known()) {
            out.add(at(from), at(to), "is copied to", true);
        }
    }
    for (name, store) in &lab.repositories {
        let object = ObjectRef::new(Kind::Repository, name);
        store
            .on
            .known()
            .into_iter()
            .for_each(|h| out.add(&object, &ObjectRef::new(Kind::Host, h), "is on", true));
        store
            .about
            .held_by
            .known()
            .into_iter()
            .for_each(|h| out.add(&object, at(h), "is on", true));
        store
            .about
            .pool
            .known()
            .into_iter()
            .for_each(|p| out.add(&object, at(p), "is on", true));
    }
}
