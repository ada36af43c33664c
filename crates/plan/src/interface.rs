//! What is reached by a product's own interface: whose it is, how it is asked, and whether it answered. What it tells is compared elsewhere:
//! guests in [`crate::guests`], a UPS in [`crate::ups`], a switch in [`crate::device`], a backup server in [`crate::datastore`], a router in
//! [`crate::router`], a Kubernetes cluster in [`crate::kube`], TrueNAS in [`crate::appliance`].

use crate::difference::Telling;
use crate::{Context, Difference};
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::api::{Api, ApiProduct};
use model::lab::guest::ClusterKind;
use model::lab::nut::NutUps;
use model::lab::openwrt::OpenWrt;
use model::lab::snmp::Snmp;
use model::lab::truenas::TrueNas;
use model::lab::{Host, Lab};
use std::collections::BTreeSet;

/// A cluster, host, guest, UPS or device with an interface of its own.
#[derive(Debug, Clone)]
pub struct Interface<'a> {
    /// Which.
    pub object: ObjectRef,
    /// How it is asked.
    pub by: By<'a>,
    /// Its hosts.
    pub members: BTreeSet<&'a str>,
}

/// Ways to ask.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// The API of Proxmox VE, as far as is declared.
    Pve(&'a Api),
    /// The API of Proxmox Backup Server.
    Pbs(&'a Api),
    /// The API server of Kubernetes.
    Kubernetes(&'a Api),
    /// The API of another product.
    Other(&'a Api),
    /// upsd of Network UPS Tools.
    Nut(&'a NutUps),
    /// An SNMP agent.
    Snmp(&'a Snmp),
    /// ubus of an OpenWrt router.
    OpenWrt(&'a OpenWrt),
    /// The middleware of TrueNAS.
    TrueNas(&'a TrueNas),
}

impl<'a> Interface<'a> {
    /// The API, where it is that of Proxmox VE.
    pub fn pve(&self) -> Option<&'a Api> {
        match self.by {
            By::Pve(api) => Some(api),
            By::Pbs(_)
            | By::Kubernetes(_)
            | By::Other(_)
            | By::Nut(_)
            | By::Snmp(_)
            | By::OpenWrt(_)
            | By::TrueNas(_) => None,
        }
    }

    /// The API, where it is that of Proxmox Backup Server.
    pub fn pbs(&self) -> Option<&'a Api> {
        match self.by {
            By::Pbs(api) => Some(api),
            By::Pve(_)
            | By::Kubernetes(_)
            | By::Other(_)
            | By::Nut(_)
            | By::Snmp(_)
            | By::OpenWrt(_)
            | By::TrueNas(_) => None,
        }
    }

    /// The API, of whatever product.
    pub fn api(&self) -> Option<&'a Api> {
        match self.by {
            By::Pve(api) | By::Pbs(api) | By::Kubernetes(api) | By::Other(api) => Some(api),
            By::Nut(_) | By::Snmp(_) | By::OpenWrt(_) | By::TrueNas(_) => None,
        }
    }

    /// How it is asked, where it is TrueNAS.
    pub fn truenas(&self) -> Option<&'a TrueNas> {
        match self.by {
            By::TrueNas(truenas) => Some(truenas),
            By::Pve(_)
            | By::Pbs(_)
            | By::Kubernetes(_)
            | By::Other(_)
            | By::Nut(_)
            | By::Snmp(_)
            | By::OpenWrt(_) => None,
        }
    }

    /// It tells of ways in that no socket of a machine shows.
    pub fn tells_ways_in(&self) -> bool {
        matches!(self.by, By::OpenWrt(_) | By::Kubernetes(_) | By::TrueNas(_))
    }

    /// The name of its facts among those of hosts: `cluster/main`, `host/pve1`.
    pub fn key(&self) -> String {
        self.object.to_string()
    }
}

/// All that are declared.
pub fn all(lab: &Lab) -> Vec<Interface<'_>> {
    let clusters = lab.clusters.iter().filter_map(|(name, cluster)| {
        let members = cluster
            .members
            .iter()
            .filter(|m| m.value.kind() == Kind::Host);
        let by = by(cluster.api.as_ref()?, makes(cluster.kind.known()));
        // Of the machines below its nodes, Kubernetes tells neither ports nor accounts.
        let tells = !matches!(by, By::Kubernetes(_));
        Some(Interface {
            object: ObjectRef::new(Kind::Cluster, name),
            by,
            members: members.filter(|_| tells).map(|m| m.value.name()).collect(),
        })
    });
    let hosts = lab.hosts.iter().filter_map(|(name, host)| {
        // One object is asked in one way; what the other one would have told is said to be unknown.
        let by = match (&host.about.truenas, &host.about.api) {
            (Some(truenas), _) => By::TrueNas(truenas),
            (None, api) => by(api.as_ref()?, runs(host)),
        };
        // What a backup server or a cluster tells says nothing of the machine that it runs on.
        let tells = !matches!(by, By::Pbs(_) | By::Kubernetes(_));
        let tells = tells.then_some(name.as_str());
        Some(Interface {
            object: ObjectRef::new(Kind::Host, name),
            by,
            members: tells.into_iter().collect(),
        })
    });
    let guests = lab.guests.iter().filter_map(|(name, guest)| {
        let os = guest.os.known().map(|os| os.0.as_str());
        Some(Interface {
            object: ObjectRef::new(Kind::Guest, name),
            by: match (&guest.truenas, &guest.api) {
                (Some(truenas), _) => By::TrueNas(truenas),
                (None, api) => by(api.as_ref()?, os.and_then(product)),
            },
            members: BTreeSet::new(),
        })
    });
    let ups = lab.ups.iter().filter_map(|(name, ups)| {
        Some(Interface {
            object: ObjectRef::new(Kind::Ups, name),
            by: By::Nut(ups.nut.known()?),
            members: BTreeSet::new(),
        })
    });
    let devices = lab.devices.iter().filter_map(|(name, device)| {
        Some(Interface {
            object: ObjectRef::new(Kind::Device, name),
            // One object is asked in one way; what the other one would have told is said to be unknown.
            by: match (&device.openwrt, &device.snmp) {
                (Some(openwrt), _) => By::OpenWrt(openwrt),
                (None, snmp) => By::Snmp(snmp.as_ref()?),
            },
            members: BTreeSet::new(),
        })
    });
    let others = guests.chain(ups).chain(devices);
    clusters.chain(hosts).chain(others).collect()
}

/// By the product that is declared, else by the port that only one of them has, else by what runs there.
fn by(api: &Api, runs: Option<ApiProduct>) -> By<'_> {
    let url = api.url.known().map(|url| url.0.trim_end_matches('/'));
    let by_port = || {
        let backup = url.is_some_and(|url| url.ends_with(":8007"));
        backup.then_some(ApiProduct::ProxmoxBackupServer)
    };
    match api.product.known().copied().or_else(by_port).or(runs) {
        Some(ApiProduct::ProxmoxVe) => By::Pve(api),
        Some(ApiProduct::ProxmoxBackupServer) => By::Pbs(api),
        Some(ApiProduct::Kubernetes) => By::Kubernetes(api),
        None => By::Other(api),
    }
}

/// What answers for a cluster of this kind.
fn makes(kind: Option<&ClusterKind>) -> Option<ApiProduct> {
    match kind? {
        ClusterKind::Proxmox => Some(ApiProduct::ProxmoxVe),
        ClusterKind::K3s | ClusterKind::Rke2 | ClusterKind::Kubernetes => {
            Some(ApiProduct::Kubernetes)
        }
        ClusterKind::Ceph | ClusterKind::Swarm => None,
    }
}

fn runs(host: &Host) -> Option<ApiProduct> {
    let os = host.os.known().map(String::as_str);
    // Of a host that says nothing, the hypervisor is meant.
    os.map_or(Some(ApiProduct::ProxmoxVe), product)
}

/// What an operating system is the product of.
fn product(os: &str) -> Option<ApiProduct> {
    match os {
        "pbs" => Some(ApiProduct::ProxmoxBackupServer),
        os if os.starts_with("proxmox-backup") => Some(ApiProduct::ProxmoxBackupServer),
        "pve" => Some(ApiProduct::ProxmoxVe),
        os if os.starts_with("proxmox") => Some(ApiProduct::ProxmoxVe),
        _ => None,
    }
}

/// What single things have to be asked for, beyond all that there is.
pub fn paths(lab: &Lab, interface: &Interface<'_>) -> Vec<FactPath> {
    if interface.pbs().is_some() || matches!(interface.by, By::Kubernetes(_)) {
        return Vec::new();
    }
    let ids = crate::guests::of(lab, interface).filter_map(|(_, guest)| guest.id.known());
    ids.map(|id| FactPath::new(FactKind::PveGuest, id.to_string()))
        .collect()
}

/// Compares each interface that is asked in one way with what it told; one that was never observed differs in nothing.
pub(crate) fn compared(
    ctx: &Context<'_>,
    how: fn(&By<'_>) -> bool,
    mut compare: impl FnMut(&Interface<'_>, &TargetFacts, Telling<'_>),
) -> Vec<Difference> {
    let mut out = Vec::new();
    for interface in all(ctx.lab).iter().filter(|i| how(&i.by)) {
        if let Some(facts) = ctx.facts.targets.get(&interface.key()) {
            let telling = Telling::of(ctx, &interface.object, &mut out);
            compare(interface, facts, telling);
        }
    }
    out
}

/// Why nothing is known of what was asked, `unknown (REASON)`; none if it answered.
pub(crate) fn silence(facts: &TargetFacts) -> Option<String> {
    let why = facts.errors.first();
    let why = why.map_or("it was not asked", String::as_str);
    facts.identity.is_none().then(|| format!("unknown ({why})"))
}
