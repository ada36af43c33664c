//! Facts that a twin cannot reproduce, with the reason: the checked-in list. They are unknown on a twin, and counted.

use model::fact::{FactKind, FactPath};
use serde::Serialize;

/// A group of facts that say nothing about the lab when a twin is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Paths, with `*` at the end for all that begin so; `hardware` for what no path is read of yet.
    pub paths: &'static str,
    /// Why.
    pub why: &'static str,
}

/// All of them.
pub const ALL: &[Exception] = &[
    Exception {
        paths: "host:kernel",
        why: "all containers share the kernel of this machine",
    },
    Exception {
        paths: "host:os",
        why: "all machines are of one image",
    },
    Exception {
        paths: "host:hardware",
        why: "a container shows the hardware of this machine",
    },
    Exception {
        paths: "patch:*",
        why: "the packages are those of that image",
    },
    Exception {
        paths: "source:*",
        why: "the packages are those of that image",
    },
    Exception {
        paths: "host:uptime",
        why: "it is this machine's; a reboot of a container does not change it",
    },
    Exception {
        paths: "host:clock-synced",
        why: "all containers share the clock of this machine",
    },
    Exception {
        paths: "sysctl:kernel.*",
        why: "settings of the shared kernel, read-only in a container",
    },
    Exception {
        paths: "sysctl:vm.*",
        why: "settings of the shared kernel, read-only in a container",
    },
    Exception {
        paths: "sysctl:fs.*",
        why: "settings of the shared kernel, read-only in a container",
    },
    Exception {
        paths: "sysctl:dev.*",
        why: "settings of the shared kernel, read-only in a container",
    },
    Exception {
        paths: "traefik:*",
        why: "what stands in for a proxy routes nothing",
    },
    Exception {
        paths: "cloudflared:*",
        why: "no tunnel leads into a twin",
    },
    Exception {
        paths: "tailscale:*",
        why: "no tunnel leads into a twin",
    },
    Exception {
        paths: "dns:*",
        why: "what stands in for a name server answers nothing",
    },
    Exception {
        paths: "nut:*",
        why: "no UPS feeds a twin",
    },
    Exception {
        paths: "device:*",
        why: "no switch is in a twin: its networks are bridges of this machine",
    },
    Exception {
        paths: "device-port:*",
        why: "no switch is in a twin: its networks are bridges of this machine",
    },
    Exception {
        paths: "device-vlan:*",
        why: "no switch is in a twin: its networks are bridges of this machine",
    },
    Exception {
        paths: "device-neighbour:*",
        why: "no switch is in a twin: its networks are bridges of this machine",
    },
    Exception {
        paths: "openwrt-vlan:*",
        why: "the simulator of a router has no switch and no clients",
    },
    Exception {
        paths: "openwrt-lease:*",
        why: "the simulator of a router has no switch and no clients",
    },
    Exception {
        paths: "kube-cluster:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "kube-node:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "kube-namespace:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "kube-workload:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "kube-service:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "kube-ingress:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "kube-claim:*",
        why: "there is no Kubernetes in a twin",
    },
    Exception {
        paths: "truenas:*",
        why: "no appliance of this make is in a twin: it is a product of its own",
    },
    Exception {
        paths: "truenas-dataset:*",
        why: "no appliance of this make is in a twin: it is a product of its own",
    },
    Exception {
        paths: "truenas-task:*",
        why: "no appliance of this make is in a twin: it is a product of its own",
    },
    Exception {
        paths: "truenas-share:*",
        why: "no appliance of this make is in a twin: it is a product of its own",
    },
    Exception {
        paths: "truenas-service:*",
        why: "no appliance of this make is in a twin: it is a product of its own",
    },
    Exception {
        paths: "truenas-alert:*",
        why: "no appliance of this make is in a twin: it is a product of its own",
    },
    Exception {
        paths: "wireguard:*",
        why: "its networks are plain segments, without tunnels",
    },
    Exception {
        paths: "pve-storage:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-thin:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-backup:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-uncovered:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-ha:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-replication:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-firewall:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-user:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-token:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-acl:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pve-update:*",
        why: "the simulator makes it of the declaration",
    },
    Exception {
        paths: "pbs-group:*",
        why: "the simulator of a backup server has no backups, and no job that would make some",
    },
    Exception {
        paths: "pbs-job:*",
        why: "the simulator of a backup server has no backups, and no job that would make some",
    },
    Exception {
        paths: "pbs-task:*",
        why: "the simulator of a backup server has no backups, and no job that would make some",
    },
    Exception {
        paths: "hardware: CPU model, memory modules, temperatures, power",
        why: "a container shows the hardware of this machine",
    },
    Exception {
        paths: "disk:*",
        why: "its disks are loop devices, without model or serial number",
    },
    Exception {
        paths: "smart:*",
        why: "a loop device has no health to tell",
    },
    Exception {
        paths: "hardware: MAC addresses, link speeds, 802.1Q tags",
        why: "interfaces are pairs of virtual ones, and each network is a bridge of its own",
    },
];

/// Why a fact is not to be had on a twin, if it is not.
pub fn of(path: &FactPath) -> Option<&'static str> {
    let text = path.to_string();
    // What files ask for at boot is the container's own.
    if path.kind == FactKind::Sysctl && text.ends_with("@boot") {
        return None;
    }
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    };
    ALL.iter().find(|e| fits(e.paths)).map(|e| e.why)
}

/// Why no fact of a kind is to be had on a twin, where that holds for all of them.
pub fn of_kind(kind: FactKind) -> Option<&'static str> {
    let whole = format!("{}:*", kind.word());
    ALL.iter().find(|e| e.paths == whole).map(|e| e.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_not_the_labs() {
        for (path, absent) in [
            ("host:kernel", true),
            ("host:hostname", false),
            ("patch:security", true),
            ("sysctl:vm.swappiness", true),
            ("sysctl:vm.swappiness@boot", false),
            ("sysctl:net.ipv4.ip_forward", false),
            ("pve-storage:local", true),
            ("pve-guest:100", false),
        ] {
            let path = FactPath::parse(path).unwrap();
            assert_eq!(of(&path).is_some(), absent, "{path}");
        }
        assert!(of_kind(FactKind::PveStorage).is_some());
        assert!(of_kind(FactKind::Sysctl).is_none());
    }
}
