//! Virtual machines that no member that is left has the processors for.

use super::goes_on;
use crate::failover::host_of;
use crate::load::{hosts_of, threads};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::guest::{Cluster, ClusterKind, Guest, GuestKind};

/// A virtual machine that does not start again once its host is lost.
#[derive(Debug, Clone)]
pub struct Stuck<'a> {
    /// Which.
    pub guest: (&'a str, &'a Guest),
    /// How many processors it is given.
    pub cores: u32,
    /// The host that is lost.
    pub lost: &'a str,
    /// The one with the most processors of those that are left, and how that is known.
    pub most: (&'a str, String),
}

/// Those of a cluster. Proxmox VE starts no virtual machine with more processors than its host has threads (qemu-server: "MAX … vcpus
/// allowed per VM on this node"); elsewhere they take turns, and containers do everywhere.
pub fn stuck<'a>(
    lab: &'a Lab,
    cluster: &'a Cluster,
    guests: &[(&'a str, &'a Guest)],
) -> Vec<Stuck<'a>> {
    if cluster.kind.known() != Some(&ClusterKind::Proxmox) {
        return Vec::new();
    }
    let hosts = hosts_of(lab, cluster);
    let all: Vec<_> = hosts
        .iter()
        .map(|h| (*h, lab.hosts.get(*h).and_then(threads)))
        .collect();
    let of = |(name, guest): &(&'a str, &'a Guest)| {
        let moves = guest.kind.known() == Some(&GuestKind::Vm)
            && goes_on(cluster, guest) == Some(true)
            && guest.devices.is_empty();
        let cores = guest.cores.known().copied().filter(|_| moves)?;
        let own = host_of(guest);
        let losses = all.iter().filter(|(h, _)| own.is_none_or(|own| own == *h));
        let mut stuck = losses.filter_map(|(lost, _)| {
            let left = all.iter().filter(|(h, _)| h != lost);
            // One host of which nobody knows how many it has may do.
            let known: Option<Vec<_>> = left
                .map(|(h, t)| t.as_ref().map(|(n, how)| (*n, *h, how)))
                .collect();
            let (most, host, how) = known?.into_iter().max_by_key(|(n, ..)| *n)?;
            (most < cores).then(|| Stuck {
                guest: (*name, *guest),
                cores,
                lost,
                most: (host, how.clone()),
            })
        });
        stuck.next()
    };
    guests.iter().filter_map(of).collect()
}
