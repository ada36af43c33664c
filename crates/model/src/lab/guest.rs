//! Guests, clusters and stacks.

use super::api::Api;
use super::service::{RebuildNeed, Status};
use super::storage::Encryption;
use super::tailnet::TailnetNode;
use super::truenas::TrueNas;
use super::tunnel::WireGuard;
use crate::declare::{Given, Need, Opt, Ref, entity, set, words};
use crate::units::net::{Address, Mac};
use crate::units::size::Size;
use crate::units::text::{AbsolutePath, LabPath, Name, Prose};
use diag::Spanned;
use litemap::LiteMap;

words! {
    /// Kinds of guests.
    pub enum GuestKind("guest-kind", "a kind of guest") {
        /// Virtual machine.
        Vm = "vm",
        /// System container.
        Lxc = "lxc",
    }

    /// Kinds of clusters.
    pub enum ClusterKind("cluster-kind", "a kind of cluster") {
        /// Proxmox VE.
        Proxmox = "proxmox",
        /// K3s.
        K3s = "k3s",
        /// RKE2.
        Rke2 = "rke2",
        /// Another Kubernetes.
        Kubernetes = "kubernetes",
        /// Ceph.
        Ceph = "ceph",
        /// Docker Swarm.
        Swarm = "swarm",
    }

    /// How far what a cluster tells is held against the declaration.
    pub enum Extent("extent", "how a collection is managed") {
        /// Everything that exists is declared; anything else is drift.
        Exactly = "exactly",
        /// What is declared exists; more is fine.
        AtLeast = "at-least",
        /// Only what is declared is looked at.
        Ignore = "ignore",
    }

    /// Kinds of stacks.
    pub enum StackKind("stack-kind", "a kind of stack") {
        /// Docker Compose.
        Compose = "compose",
        /// Kubernetes manifests or kustomize.
        Kubernetes = "kubernetes",
        /// Helm chart.
        Helm = "helm",
    }

    /// What a container may do beyond the default.
    pub enum GuestFeature("guest-feature", "a feature of a container") {
        /// Containers inside of it.
        Nesting = "nesting",
        /// The kernel's key store.
        Keyctl = "keyctl",
        /// FUSE file systems.
        Fuse = "fuse",
        /// Mounts of NFS.
        Nfs = "nfs",
        /// Mounts of SMB.
        Cifs = "cifs",
        /// Device nodes.
        Mknod = "mknod",
        /// A TUN device, for VPNs.
        Tun = "tun",
    }
}

entity! {
    /// A virtual disk.
    pub struct GuestDisk {
        /// The pool it lies on.
        pool: Opt<Ref<{ set::POOL }>>,
        /// Its size.
        size: Opt<Size> where above_zero,
        /// Where it is mounted in the guest.
        mount: Opt<AbsolutePath>,
        /// Left out of image backups.
        no_backup: Opt<bool>,
    }

    /// A virtual machine or container on a hypervisor.
    pub struct Guest {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// What the hypervisor calls it, if that is another name.
        name: Opt<String>,
        /// Virtual machine or container.
        kind: Need<GuestKind>,
        /// The hypervisor or cluster it runs on.
        on: Need<Ref<{ set::HOST | set::CLUSTER }>>,
        /// Number on the hypervisor.
        id: Opt<u32>,
        /// What it is for.
        description: Opt<Prose>,
        /// Whether it is there; if nothing is said, it is. What is planned or retired counts for nothing, and keeps its addresses.
        status: Opt<Status>,
        /// Virtual processors.
        cores: Opt<u32> where above_zero,
        /// Memory.
        memory: Opt<Size> where above_zero,
        /// Memory that it gets even if the host is short of it.
        memory_reserved: Opt<Size>,
        /// Swap.
        swap: Opt<Size>,
        /// Virtual disks.
        disks: LiteMap<Name, GuestDisk>,
        /// Address per network.
        addresses: LiteMap<Ref<{ set::NETWORK }>, Given<Address>>,
        /// Hardware address.
        mac: Opt<Mac>,
        /// Operating system.
        os: Opt<Name>,
        /// Its version.
        version: Opt<String>,
        /// Restarted elsewhere when its host fails; if nothing is said, what its cluster says counts.
        ha: Opt<bool>,
        /// A container that is root on its host.
        privileged: Opt<bool>,
        /// What a container may do beyond the default.
        features: Vec<Spanned<GuestFeature>>,
        /// Hardware passed through; it pins the guest to its host.
        devices: Vec<Spanned<String>>,
        /// Processor model, `host` for the real one.
        cpu: Opt<Name>,
        /// Starts at boot.
        autostart: Opt<bool>,
        /// Place in the order of starting.
        order: Opt<u32>,
        /// What it does.
        roles: Vec<Spanned<Name>>,
        /// Encryption at rest.
        encryption: Opt<Encryption>,
        /// A template of which guests are cloned.
        template: Opt<bool>,
        /// What must be there to set it up anew.
        rebuild_needs: Vec<Spanned<RebuildNeed>>,
        /// It translates addresses of the networks behind it.
        nat: Opt<bool>,
        /// WireGuard interfaces inside of it.
        wireguard: LiteMap<Name, WireGuard>,
        /// It as a node of a tailnet, by what runs inside of it.
        tailscale: Option<TailnetNode>,
        /// The interface of the product that runs in it, such as Proxmox Backup Server.
        api: Option<Api>,
        /// How it is asked, if it is a TrueNAS appliance. Nothing is changed there.
        truenas: Option<TrueNas>,
    }

    /// How collections of a Kubernetes cluster are managed.
    pub struct ClusterManage {
        /// Nodes against `members`, `masters` and `workers`; `exactly` if nothing is said.
        nodes: Opt<Extent>,
        /// Namespaces against those of the stacks on it; `exactly` if nothing is said.
        namespaces: Opt<Extent>,
    }

    /// Hosts or guests with a shared quorum or control plane.
    pub struct Cluster {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// What makes it a cluster.
        kind: Need<ClusterKind>,
        /// What it is for.
        description: Opt<Prose>,
        /// Its machines.
        members: Vec<Spanned<Ref<{ set::MACHINE }>>>,
        /// Who gives the vote that breaks ties.
        qdevice: Opt<Ref<{ set::MACHINE | set::DEVICE }>>,
        /// Votes per member; one if nothing is said.
        votes: LiteMap<Ref<{ set::MACHINE }>, Given<u32>>,
        /// Votes that are needed.
        quorum: Opt<u32>,
        /// Guests are restarted elsewhere when a member fails, but for those that say otherwise.
        ha: Opt<bool>,
        /// Guests can move while they run.
        live_migration: Opt<bool>,
        /// Pools that all members reach.
        storage: Vec<Spanned<Ref<{ set::POOL }>>>,
        /// The network of the members among themselves.
        network: Opt<Ref<{ set::NETWORK }>>,
        /// The interface of the product: one of any member tells of all.
        api: Option<Api>,
        /// Version of the product.
        version: Opt<String>,
        /// Members of the control plane.
        masters: Vec<Spanned<Ref<{ set::MACHINE }>>>,
        /// Members that run workloads.
        workers: Vec<Spanned<Ref<{ set::MACHINE }>>>,
        /// Kubernetes network plugin.
        cni: Opt<Name>,
        /// Features in use.
        features: Vec<Spanned<String>>,
        /// How what Kubernetes tells is compared.
        manage: Option<ClusterManage>,
        /// What must be there to set it up anew.
        rebuild_needs: Vec<Spanned<RebuildNeed>>,
    }

    /// A Compose project or Kubernetes app, kept in its native files.
    pub struct Stack or file {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// The Compose file, below the lab tree.
        file: Opt<LabPath>,
        /// Compose, Kubernetes or Helm; Compose if nothing is said.
        kind: Opt<StackKind>,
        /// Where it runs.
        on: Opt<Ref<{ set::MACHINE | set::CLUSTER }>>,
        /// Environment file, below the lab tree.
        env_file: Opt<LabPath>,
        /// Compose project name, if it is not the stack's.
        project: Opt<Name>,
        /// Folder of Kubernetes manifests, below the lab tree.
        manifests: Opt<LabPath>,
        /// Kubernetes namespace.
        namespace: Opt<Name>,
        /// What it is for.
        description: Opt<Prose>,
    }
}
