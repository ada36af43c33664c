//! The share of time that something works at most, by what is declared of its parts.

use crate::shared_storage::{Reach, reach};
use crate::standing::called_away;
use crate::structure::{Cuts, Structure};
use model::declare::{Given, OptExt as _, Target};
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::{Cluster, Guest};
use model::units::percent::Share;
use petgraph::graph::NodeIndex;

/// So many alternatives are looked at one by one; with more, only what is needed in any case counts.
const ALTERNATIVES: usize = 12;

/// Elements with a declared availability that the service needs in some way.
pub fn known<'a>(
    lab: &'a Lab,
    structure: &Structure,
    node: NodeIndex,
) -> Vec<(NodeIndex, &'a Given<Share>)> {
    let reach = structure.reach(node).into_iter().filter(|n| *n != node);
    reach
        .filter_map(|n| Some((n, availability(lab, structure.target(n)?)?)))
        .filter(|(_, a)| a.value().is_some())
        .collect()
}

/// What the service needs in any case and whose availability is declared not to be known.
pub fn open<'s>(
    lab: &Lab,
    structure: &'s Structure,
    cuts: &Cuts,
    node: NodeIndex,
) -> Vec<&'s Target> {
    let unknown = |t: &&Target| availability(lab, t).is_some_and(|a| a.value().is_none());
    needed(structure, cuts, node).filter(unknown).collect()
}

/// What the service needs in any case and is not in use: `host 'b', which is planned`. It cannot work today.
pub fn absent(lab: &Lab, structure: &Structure, cuts: &Cuts, node: NodeIndex) -> Vec<String> {
    let all = needed(structure, cuts, node);
    all.filter_map(|t| called_away(lab, &t.object)).collect()
}

/// The same as sentences: `wiki cannot do without host 'b', which is planned`.
pub fn lacks(lab: &Lab, structure: &Structure, cuts: &Cuts, node: NodeIndex) -> Vec<String> {
    let name = structure.target(node).map_or("it", |t| &t.object.name);
    let absent = absent(lab, structure, cuts, node).into_iter();
    absent
        .map(|what| format!("{name} cannot do without {what}"))
        .collect()
}

/// What the service needs in any case.
fn needed<'s>(
    structure: &'s Structure,
    cuts: &Cuts,
    node: NodeIndex,
) -> impl Iterator<Item = &'s Target> {
    let cut = cuts.of(node).iter();
    cut.filter_map(|n| structure.target(*n))
}

/// Guests that the service needs in any case and of which nobody knows whether they go on elsewhere when their host fails.
pub fn astray<'s>(
    lab: &Lab,
    structure: &'s Structure,
    cuts: &Cuts,
    node: NodeIndex,
) -> Vec<&'s str> {
    let guests = needed(structure, cuts, node).filter(|t| t.object.kind == Kind::Guest);
    let open = |name: &&str| {
        let guest = lab.guests.get(*name);
        let on = guest.and_then(|g| g.on.known());
        let cluster = on.filter(|on| on.kind() == Kind::Cluster);
        let cluster = cluster.and_then(|on| lab.clusters.get_key_value(on.name()));
        let both = guest.zip(cluster).filter(|(_, (_, c))| c.members.len() > 1);
        both.is_some_and(|(g, c)| match crate::evacuation::goes_on(c.1, g) {
            None => true,
            Some(true) => has_lost_disk(lab, (name, g), c),
            Some(false) => false,
        })
    };
    guests
        .map(|t| t.object.name.as_str())
        .filter(open)
        .collect()
}

/// It has a disk of which nobody knows which members of its cluster reach it.
fn has_lost_disk(lab: &Lab, (name, guest): (&str, &Guest), cluster: (&String, &Cluster)) -> bool {
    let cluster = (cluster.0.as_str(), cluster.1);
    guest.disks.values().any(|disk| match disk.pool.known() {
        Some(pool) => matches!(reach(lab, pool.name(), cluster, name), Reach::Unknown),
        None => true,
    })
}

/// Whether something with a declared availability is among what each element needs, by the element's number.
pub fn above_known(lab: &Lab, structure: &Structure) -> Vec<bool> {
    structure.above(|t| availability(lab, t).is_some_and(|a| a.value().is_some()))
}

/// What is declared of it: for a service in between, its own objective counts with all that is below it, so it is left out here.
fn availability<'a>(lab: &'a Lab, target: &Target) -> Option<&'a Given<Share>> {
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

/// The probability that the service is up if everything without a declared availability always is: an upper bound.
pub fn best(
    structure: &Structure,
    cuts: &Cuts,
    node: NodeIndex,
    known: &[(NodeIndex, &Given<Share>)],
) -> Option<f64> {
    if known.is_empty() {
        return None;
    }
    let cut = cuts.of(node);
    let (series, rest): (Vec<_>, Vec<_>) = known.iter().partition(|(n, _)| cut.contains(n));
    let product: f64 = series.iter().map(|(_, a)| share(a)).product();
    // What is on one of several, nobody knows on which, is at most as good as the best of them.
    let one_of = cut.iter().flat_map(|n| structure.one_of(*n));
    let one = |members: Vec<NodeIndex>| {
        let share_of = |m: &NodeIndex| {
            let declared = known.iter().find(|(n, _)| n == m && !cut.contains(n));
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
