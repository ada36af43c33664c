//! The share of time that something works at most, by what is declared of its parts.

use crate::shared_storage::{Reach, reach};
use crate::structure::{Cuts, Structure};
use model::declare::{Given, OptExt as _, Target};
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::{Cluster, Guest};
use model::units::percent::Share;
use petgraph::graph::NodeIndex;

/// So many alternatives are looked at one by one; with more, only what is needed in any case counts.
const ALTERNATIVES: usize = 12;

/// Its availability is declared.
pub(crate) fn is_known(lab: &Lab, target: &Target) -> bool {
    availability(lab, target).is_some_and(|a| a.value().is_some())
}

/// Its availability is declared not to be known.
pub(crate) fn is_open(lab: &Lab, target: &Target) -> bool {
    availability(lab, target).is_some_and(|a| a.value().is_none())
}

/// A guest of which nobody knows whether it goes on elsewhere when its host fails.
pub(crate) fn is_astray(lab: &Lab, target: &Target) -> bool {
    let name = target.object.name.as_str();
    let guest = lab.guests.get(name);
    let Some(guest) = guest.filter(|_| target.object.kind == Kind::Guest) else {
        return false;
    };
    let on = guest.on.known().filter(|on| on.kind() == Kind::Cluster);
    let cluster = on.and_then(|on| lab.clusters.get_key_value(on.name()));
    let several = cluster.filter(|(_, c)| c.members.len() > 1);
    several.is_some_and(|c| match crate::evacuation::goes_on(c.1, guest) {
        None => true,
        Some(true) => has_lost_disk(lab, (name, guest), c),
        Some(false) => false,
    })
}

/// It has a disk of which nobody knows which members of its cluster reach it, or nothing is said of its disks.
fn has_lost_disk(lab: &Lab, (name, guest): (&str, &Guest), cluster: (&String, &Cluster)) -> bool {
    let cluster = (cluster.0.as_str(), cluster.1);
    let lost = |pool: &str| matches!(reach(lab, pool, cluster, name), Reach::Unknown);
    let mut disks = guest.disks.values().map(|disk| disk.pool.known());
    guest.disks.is_empty() || disks.any(|pool| pool.is_none_or(|p| lost(p.name())))
}

/// What is declared of it: for a service in between, its own objective counts with all that is below it, so it is left out here.
pub(crate) fn availability<'a>(lab: &'a Lab, target: &Target) -> Option<&'a Given<Share>> {
    let name = target.object.name.as_str();
    match (target.object.kind, &target.part) {
        (Kind::Host, None) => lab.hosts.get(name)?.about.availability.as_deref(),
        (Kind::Device, None) => lab.devices.get(name)?.availability.as_deref(),
        (Kind::Site, Some(key)) => {
            let about = &lab.sites.get(name)?.about;
            let uplink = about.uplinks.iter().find(|(k, _)| k.0 == *key);
            let mut feeds = about.power.iter().flat_map(|p| p.feeds.iter());
            match uplink {
                Some((_, u)) => u.availability.as_deref(),
                None => feeds.find(|(k, _)| k.0 == *key)?.1.availability.as_deref(),
            }
        }
        _ => None,
    }
}

/// As a number between 0 and 1; what is not known always works.
pub fn share(given: &Given<Share>) -> f64 {
    let ppm = given.value().map_or(1_000_000, |p| p.ppm().min(1_000_000));
    f64::from(u32::try_from(ppm).unwrap_or(1_000_000)) / 1e6
}

/// In parts per million.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share between 0 and 1"
)]
pub fn ppm(share: f64) -> u64 {
    (share * 1e6).round() as u64
}

/// The probability that the service is up if everything without a declared availability always is: an upper bound. Some of what it needs in any case is
/// on one of several, nobody knows on which.
pub(crate) fn best(
    (structure, cuts): (&Structure, &Cuts),
    node: NodeIndex,
    known: &[(NodeIndex, &Given<Share>)],
    on_one: impl Iterator<Item = NodeIndex>,
) -> Option<f64> {
    if known.is_empty() {
        return None;
    }
    let cut = cuts.of(node);
    let is_cut = |n: &NodeIndex| cut.binary_search(n).is_ok();
    let (series, rest): (Vec<_>, Vec<_>) = known.iter().partition(|(n, _)| is_cut(n));
    let product: f64 = series.iter().map(|(_, a)| share(a)).product();
    // What is on one of several, nobody knows on which, is at most as good as the best of them.
    let one_of = on_one.flat_map(|n| structure.one_of(n));
    let one = |members: Vec<NodeIndex>| {
        let share_of = |m: &NodeIndex| {
            let declared = known.iter().find(|(n, _)| n == m && !is_cut(n));
            declared.map_or(1.0, |(_, a)| share(a))
        };
        members.iter().map(share_of).fold(0.0, f64::max)
    };
    let single = product * one_of.map(one).fold(1.0, f64::min);
    if rest.is_empty() || rest.len() > ALTERNATIVES {
        return Some(single);
    }
    let reach = structure.reach(node);
    let mut up = 0.0;
    for state in 0_u32..1 << rest.len() {
        let mut chance = 1.0;
        let mut down = Vec::new();
        for (bit, (n, a)) in rest.iter().enumerate() {
            let works = state >> bit & 1 == 0;
            chance *= if works { share(a) } else { 1.0 - share(a) };
            if !works {
                down.push(*n);
            }
        }
        if chance > 0.0 && structure.is_up(node, &reach, &down) {
            up += chance;
        }
    }
    Some((product * up).min(single))
}
