//! Which hosts of a cluster reach a pool.

use model::declare::OptExt;
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::Cluster;
use model::lab::storage::{Pool, PoolKind};

/// Who reaches a pool.
pub enum Reach<'a> {
    /// All members do.
    Shared,
    /// Another member has a copy that follows.
    Replicated,
    /// It is on a machine that is no member, and so reached over the network.
    Outside,
    /// Only this member does.
    Local(&'a str),
    /// Not declared well enough to tell.
    Unknown,
}

/// Pools under pools; deeper is taken for a mistake.
const DEPTH: usize = 16;

/// How the members of a cluster reach a pool; a replication of the guest counts for it.
pub fn reach<'a>(
    lab: &'a Lab,
    pool: &str,
    (name, cluster): (&str, &'a Cluster),
    guest: &str,
) -> Reach<'a> {
    if cluster.storage.iter().any(|s| s.value.name() == pool) {
        return Reach::Shared;
    }
    let followed = lab.replications.values().any(|r| {
        let from = r.from.known();
        let same =
            |kind: Kind, name: &str| from.is_some_and(|f| f.kind() == kind && f.name() == name);
        let elsewhere = r.to.known().is_some_and(|t| t.kind() != Kind::Repository);
        elsewhere && (same(Kind::Pool, pool) || same(Kind::Guest, guest))
    });
    if followed {
        return Reach::Replicated;
    }
    let mut at = pool;
    for _ in 0..DEPTH {
        let Some(found) = lab.pools.get(at) else {
            return Reach::Unknown;
        };
        if by_network(found) {
            return Reach::Shared;
        }
        if let Some(answer) = place(found, name, cluster) {
            return answer;
        }
        let Some(from) = found.from.known() else {
            return Reach::Unknown;
        };
        at = from.name();
    }
    Reach::Unknown
}

/// Reached over the network by its nature.
fn by_network(pool: &Pool) -> bool {
    let kinds = [
        PoolKind::Ceph,
        PoolKind::Iscsi,
        PoolKind::Nfs,
        PoolKind::Smb,
    ];
    pool.kind.known().is_some_and(|k| kinds.contains(k))
}

fn place<'a>(pool: &'a Pool, name: &str, cluster: &'a Cluster) -> Option<Reach<'a>> {
    let member = |kind: Kind, name: &str| {
        let found = cluster
            .members
            .iter()
            .find(|m| m.value.kind() == kind && m.value.name() == name);
        found.map(|m| m.value.name())
    };
    if let Some(on) = pool.on.known() {
        return Some(match (on.kind(), member(on.kind(), on.name())) {
            (_, Some(host)) => Reach::Local(host),
            (Kind::Cluster, None) if on.name() == name => Reach::Shared,
            _ => Reach::Outside,
        });
    }
    let device = pool.devices.first()?;
    member(Kind::Host, device.value.name()).map(Reach::Local)
}
