//! Whether a host runs guests: its system says so, or guests are declared there. What a maker sells as storage runs what its maker put there, and takes over no
//! guest of a hypervisor.

use crate::load::{Load, hosts_of};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::ClusterKind;
use model::lab::hardware::HostKind;
use model::lab::{Host, Lab};
use std::collections::BTreeSet;

/// Systems that are made for it, by how they are written.
const HYPERVISORS: [&str; 9] = [
    "proxmox",
    "pve",
    "esxi",
    "vmware",
    "xcp-ng",
    "xenserver",
    "hyper-v",
    "incus",
    "harvester",
];

/// Systems of storage appliances.
const APPLIANCES: [&str; 12] = [
    "truenas",
    "freenas",
    "unraid",
    "dsm",
    "synology",
    "qts",
    "quts",
    "qnap",
    "openmediavault",
    "omv",
    "zimaos",
    "casaos",
];

/// Whether a host runs guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guests {
    /// It does.
    Runs,
    /// It does not.
    Never,
    /// Nothing is said that speaks against it.
    Assumed,
    /// Its system can be made to, and nothing says that it is.
    Unknown,
}

/// The hosts that guests are declared on, themselves or as a member of a cluster, and the members of clusters of hypervisors.
pub fn with_guests<'a>(lab: &'a Lab, load: &Load<'a>) -> BTreeSet<&'a str> {
    let on = |kind: Kind, name: &str| !load.guests(&ObjectRef::new(kind, name)).is_empty();
    let hosts = lab.hosts.keys().map(String::as_str);
    let mut out: BTreeSet<&str> = hosts.filter(|h| on(Kind::Host, h)).collect();
    for (name, cluster) in &lab.clusters {
        if on(Kind::Cluster, name) || cluster.kind.known() == Some(&ClusterKind::Proxmox) {
            out.extend(hosts_of(lab, cluster));
        }
    }
    out
}

/// Whether it runs guests, of which some are declared there or not.
pub fn guests(host: &Host, has_guests: bool) -> Guests {
    let os = host.os.known().map(|os| os.to_lowercase());
    let is = |names: &[&str]| {
        let os = os.as_deref().unwrap_or_default();
        names.iter().any(|n| os.starts_with(n))
    };
    let nas = host.about.kind.known() == Some(&HostKind::Nas);
    match (is(&HYPERVISORS), has_guests) {
        (true, _) => Guests::Runs,
        // What runs guests by itself may still take none of another product.
        (false, true) if is(&APPLIANCES) => Guests::Unknown,
        (false, true) => Guests::Runs,
        (false, false) if is(&APPLIANCES) || nas => Guests::Never,
        (false, false) if os.is_some() => Guests::Unknown,
        (false, false) => Guests::Assumed,
    }
}
