//! Guests that are said to be restarted elsewhere when their host fails, and the cluster in which.

use diag::Span;
use model::declare::OptExt;
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::{Cluster, ClusterKind, Guest};
use std::collections::BTreeMap;

/// A guest that shall outlive its host.
pub struct Failover<'a> {
    /// Its name.
    pub name: &'a str,
    /// The guest.
    pub guest: &'a Guest,
    /// The cluster of hypervisors that it is in.
    pub cluster: Option<(&'a str, &'a Cluster)>,
    /// Where that is said.
    pub said: Span,
}

/// All of them.
pub fn failovers(lab: &Lab) -> Vec<Failover<'_>> {
    let homes = Homes::of(lab);
    let all = lab.guests.iter().filter_map(|(name, guest)| {
        let cluster = homes.cluster_of(guest);
        let said = match (&guest.ha, cluster.and_then(|(_, c)| c.ha.as_ref())) {
            (Some(ha), _) if ha.value() == Some(&true) => ha.span,
            (None, Some(ha)) if ha.value() == Some(&true) => ha.span,
            _ => return None,
        };
        let template = guest.template.known() == Some(&true);
        (!template).then_some(Failover {
            name,
            guest,
            cluster,
            said,
        })
    });
    all.collect()
}

/// The clusters of hypervisors, by member.
pub struct Homes<'a> {
    lab: &'a Lab,
    members: BTreeMap<&'a str, (&'a str, &'a Cluster)>,
}

impl<'a> Homes<'a> {
    /// Those of a lab.
    pub fn of(lab: &'a Lab) -> Self {
        let mut members = BTreeMap::new();
        for (name, cluster) in &lab.clusters {
            if cluster.kind.known() == Some(&ClusterKind::Proxmox) {
                for member in &cluster.members {
                    members
                        .entry(member.value.name())
                        .or_insert((name.as_str(), cluster));
                }
            }
        }
        Self { lab, members }
    }

    /// The cluster that a guest is in.
    pub fn cluster_of(&self, guest: &Guest) -> Option<(&'a str, &'a Cluster)> {
        let on = guest.on.known()?;
        match on.kind() {
            Kind::Cluster => {
                let (name, cluster) = self.lab.clusters.get_key_value(on.name())?;
                Some((name.as_str(), cluster))
            }
            _ => self.members.get(on.name()).copied(),
        }
    }
}

/// The host that a guest is on, if it is on one rather than somewhere in a cluster.
pub fn host_of(guest: &Guest) -> Option<&str> {
    let on = guest.on.known()?;
    (on.kind() == Kind::Host).then(|| on.name())
}
