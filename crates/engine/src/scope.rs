//! What has to be looked at to decide and to verify steps.

use model::fact::{FactKind, FactPath, Scope};
use model::plan::{Cond, Plan, Reading, Step};
use std::collections::BTreeMap;

/// What a step was planned from and what it promises.
pub fn of_step(step: &Step) -> Scope {
    let mut scope = Scope::default();
    for path in paths(step) {
        add(&mut scope, path);
    }
    for (path, reading) in &step.reads {
        if let Reading::Present(value) = reading {
            scope.knows(path.clone(), value.clone());
        }
    }
    for cond in &step.post {
        if let Cond::Is(path, value) = cond {
            scope.knows(path.clone(), value.clone());
        }
    }
    scope
}

/// The same for a whole plan, by host.
pub fn of_plan(plan: &Plan) -> BTreeMap<String, Scope> {
    let mut scopes: BTreeMap<String, Scope> = BTreeMap::new();
    for step in &plan.steps {
        let scope = scopes.entry(step.target.name.clone()).or_default();
        *scope = std::mem::take(scope).union(of_step(step));
    }
    scopes
}

/// The paths that a step reads or promises, each once, in order.
pub(crate) fn paths(step: &Step) -> Vec<&FactPath> {
    let mut all: Vec<&FactPath> = step
        .reads
        .keys()
        .chain(step.post.iter().map(Cond::path))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Absence is concluded only from a complete list, so kinds that are listed whole are asked for as a collection.
fn add(scope: &mut Scope, path: &FactPath) {
    match path.kind {
        FactKind::Host
        | FactKind::Sshd
        | FactKind::User
        | FactKind::Key
        | FactKind::Sudoer
        | FactKind::Listener
        | FactKind::Package
        | FactKind::Route
        | FactKind::Cron
        | FactKind::Chain
        | FactKind::Address
        | FactKind::WireGuard
        | FactKind::Traefik
        | FactKind::Cloudflared
        | FactKind::Tailscale
        | FactKind::Dns
        | FactKind::Nut
        | FactKind::Device
        | FactKind::DevicePort
        | FactKind::DeviceVlan
        | FactKind::DeviceNeighbour
        | FactKind::OpenWrt
        | FactKind::OpenWrtInterface
        | FactKind::OpenWrtVlan
        | FactKind::OpenWrtFirewall
        | FactKind::OpenWrtForward
        | FactKind::OpenWrtDhcp
        | FactKind::OpenWrtLease
        | FactKind::PbsServer
        | FactKind::PbsDatastore
        | FactKind::PbsGroup
        | FactKind::PbsJob
        | FactKind::PbsTask
        | FactKind::Patch
        | FactKind::Mount
        | FactKind::Disk
        | FactKind::Smart
        | FactKind::Pool
        | FactKind::Certificate
        | FactKind::DockerEngine
        | FactKind::DockerContainer
        | FactKind::DockerImage
        | FactKind::DockerNetwork
        | FactKind::DockerVolume => {
            scope.collections.insert(path.kind);
        }
        FactKind::PveCluster
        | FactKind::PveNode
        | FactKind::PveGuest
        | FactKind::PveStorage
        | FactKind::PveThin
        | FactKind::PveBackup
        | FactKind::PveUncovered
        | FactKind::PveHa
        | FactKind::PveReplication
        | FactKind::PveFirewall
        | FactKind::PveTask
        | FactKind::PveUser
        | FactKind::PveToken
        | FactKind::PveAcl
        | FactKind::PveUpdate => {
            scope.collections.insert(path.kind);
            scope.add(path.clone());
        }
        FactKind::File
        | FactKind::Unit
        | FactKind::Sysctl
        | FactKind::Nft
        | FactKind::Timer
        | FactKind::Archive
        | FactKind::Repository => scope.add(path.clone()),
    }
}
