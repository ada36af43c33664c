//! From the declaration to elements and needs.

use super::paths::Paths;
use super::{Element, Need, Structure};
use crate::failover::{Homes, failovers};
use crate::needs;
use crate::pools;
use crate::reach::parts;
use crate::standing::away;
use crate::votes::{Presence, Voter, Votes};
use model::declare::{OptExt, Or, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::Site;
use model::lab::device::DeviceKind;
use model::lab::guest::{Cluster, ClusterKind};
use model::lab::service::{Dependency, Outside, Service, Strength};
use model::lab::site::Uplink;
use model::lab::storage::{Level, Pool, PoolKind};
use model::units::text::Name;
use petgraph::graph::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};

impl Structure {
    /// What needs what in a lab.
    pub fn of(lab: &Lab) -> Self {
        let mut out = Self::default();
        // Room at once for about what there will be: a graph that grows moves all of itself each time.
        let about = lab.hosts.len() * 2 + lab.guests.len() + lab.pools.len() + lab.services.len();
        out.graph.reserve_nodes(about);
        out.graph.reserve_edges(about * 2);
        out.index.reserve(&out.graph, about);
        power(lab, &mut out);
        machines(lab, &mut out);
        lab.clusters
            .iter()
            .for_each(|(name, c)| cluster(lab, name, c, &mut out));
        lab.pools
            .iter()
            .for_each(|(name, p)| pool(lab, name, p, &mut out));
        guests(lab, &mut out);
        for (name, stack) in &lab.stacks {
            let node = out.node(whole(Kind::Stack, name));
            if let Some(on) = stack.on.known() {
                out.needs(node, &on.0);
            }
        }
        let services = lab.services.iter().filter(|(_, s)| s.is_running());
        services.for_each(|(name, s)| service(lab, name, s, &mut out));
        // Those of power alone were found on the way.
        out.components.take();
        out
    }

    fn node(&mut self, target: Target) -> NodeIndex {
        self.at(&target)
    }

    /// The element of a thing; most are asked for again and again.
    fn at(&mut self, target: &Target) -> NodeIndex {
        if let Some(known) = self.find(target) {
            return known;
        }
        let node = self.graph.add_node(Element {
            target: Some(target.clone()),
            need: Need::All,
        });
        self.index.insert(&self.graph, node);
        node
    }

    fn group(&mut self, need: Need, members: &[NodeIndex]) -> NodeIndex {
        let group = self.graph.add_node(Element { target: None, need });
        for member in members {
            self.graph.add_edge(group, *member, ());
        }
        group
    }

    fn needs(&mut self, node: NodeIndex, target: &Target) {
        let to = self.at(target);
        if to != node && !self.graph.contains_edge(node, to) {
            self.graph.add_edge(node, to, ());
        }
    }

    /// All of one member, some of several, nothing of none.
    fn needs_some(&mut self, node: NodeIndex, least: usize, members: &[NodeIndex]) {
        match members {
            [] => {}
            [one] => {
                if *one != node {
                    self.graph.add_edge(node, *one, ());
                }
            }
            many => {
                let group = self.group(Need::AtLeast(least), many);
                self.graph.add_edge(node, group, ());
            }
        }
    }
}

fn whole(kind: Kind, name: &str) -> Target {
    Target::whole(kind, name)
}

fn part(kind: Kind, name: &str, part: &str) -> Target {
    Target {
        object: ObjectRef::new(kind, name),
        part: Some(part.to_owned()),
    }
}

/// The only line of a site, where nothing else is said.
fn only_feed(lab: &Lab, site: &str) -> Option<Target> {
    let feeds = &lab.sites.get(site)?.about.power.as_ref()?.feeds;
    match feeds.keys().collect::<Vec<_>>().as_slice() {
        [one] => Some(part(Kind::Site, site, &one.0)),
        _ => None,
    }
}

fn power(lab: &Lab, out: &mut Structure) {
    for (name, ups) in &lab.ups {
        let node = out.node(whole(Kind::Ups, name));
        let feed = ups.feed.known().map(|f| f.0.clone());
        let site = ups.site.known().map(|s| s.name());
        if let Some(feed) = feed.or_else(|| site.and_then(|s| only_feed(lab, s))) {
            out.needs(node, &feed);
        }
    }
    let mut feeders: BTreeMap<&Target, Vec<&str>> = BTreeMap::new();
    for (name, ups) in &lab.ups {
        for fed in &ups.feeds {
            feeders.entry(&fed.value.0).or_default().push(name);
        }
    }
    let plug =
        |object: ObjectRef, feed: Option<Target>, site: Option<&str>, out: &mut Structure| {
            let target = Target { object, part: None };
            let names = feeders.get(&target).into_iter().flatten();
            let supplies: Vec<NodeIndex> = names.map(|n| out.node(whole(Kind::Ups, n))).collect();
            let node = out.node(target);
            if !supplies.is_empty() {
                out.needs_some(node, 1, &supplies);
            } else if let Some(feed) = feed.or_else(|| site.and_then(|s| only_feed(lab, s))) {
                out.needs(node, &feed);
            }
        };
    for (name, host) in &lab.hosts {
        let site = host.site.known().map(String::as_str);
        let feed = host.about.feed.known().map(|f| f.0.clone());
        plug(ObjectRef::new(Kind::Host, name), feed, site, out);
    }
    for (name, device) in &lab.devices {
        let site = device.site.known().map(|s| s.name());
        let feed = device.feed.known().map(|f| f.0.clone());
        plug(ObjectRef::new(Kind::Device, name), feed, site, out);
    }
}

/// Power that takes several machines down at once; what is known so far is power alone.
fn common_causes(power: &Structure) -> BTreeMap<Target, BTreeSet<ObjectRef>> {
    let mut out: BTreeMap<Target, BTreeSet<ObjectRef>> = BTreeMap::new();
    let Some(cuts) = power.cuts() else { return out };
    for node in power.graph.node_indices() {
        let Some(target) = power.target(node) else {
            continue;
        };
        for cause in cuts.of(node).iter().filter(|c| **c != node) {
            if let Some(cause) = power.target(*cause) {
                let fallen = out.entry(cause.clone()).or_default();
                fallen.insert(target.object.clone());
            }
        }
    }
    out
}

fn machines(lab: &Lab, out: &mut Structure) {
    let mut paths = Paths::of(lab, &common_causes(out));
    let hosts = lab.hosts.iter().map(|(n, h)| {
        let site = h.site.known().map(String::as_str);
        (ObjectRef::new(Kind::Host, n), site)
    });
    let devices = lab.devices.iter().map(|(n, d)| {
        let site = d.site.known().map(|s| s.name());
        (ObjectRef::new(Kind::Device, n), site)
    });
    for (machine, site) in hosts.chain(devices) {
        let lists = paths.of_machine(&machine, site);
        let node = out.node(Target {
            object: machine,
            part: None,
        });
        let mut ways = Vec::new();
        for list in lists {
            let members: Vec<NodeIndex> = list.into_iter().map(|t| out.node(t)).collect();
            ways.push(out.group(Need::All, &members));
        }
        out.needs_some(node, 1, &ways);
    }
    for (name, host) in &lab.hosts {
        let disks = host.about.hardware.iter().flat_map(|h| h.disks.keys());
        let disks: Vec<Target> = disks.map(|d| part(Kind::Host, name, &d.0)).collect();
        let node = out.node(whole(Kind::Host, name));
        for disk in &disks {
            let disk = out.node(disk.clone());
            out.needs(disk, &whole(Kind::Host, name));
        }
        if let [only] = disks.as_slice() {
            out.needs(node, only);
        }
    }
    for (name, site) in &lab.sites {
        // A site stands for its way to the internet.
        let links: Vec<NodeIndex> = links(lab, site)
            .map(|k| out.node(part(Kind::Site, name, &k.0)))
            .collect();
        let node = out.node(whole(Kind::Site, name));
        out.needs_some(node, 1, &links);
        for (key, uplink) in &site.about.uplinks {
            let node = out.node(part(Kind::Site, name, &key.0));
            if let Some(gateway) = uplink.gateway.known() {
                out.needs(node, &gateway.0);
                if let Some(modem) = modem_at(lab, &gateway.0.object) {
                    out.needs(node, &modem);
                }
            }
        }
    }
}

/// The ways from a site to the internet: one behind a router that is not in use is none beside others.
fn links<'a>(lab: &'a Lab, site: &'a Site) -> impl Iterator<Item = &'a Name> {
    let there = |u: &Uplink| {
        let gateway = u.gateway.known();
        gateway.is_none_or(|g| away(lab, &g.0.object).is_none())
    };
    let any = site.about.uplinks.values().any(there);
    let links = site.about.uplinks.iter();
    links.filter_map(move |(k, u)| (there(u) || !any).then_some(k))
}

/// The one modem that a router is plugged into.
fn modem_at(lab: &Lab, router: &ObjectRef) -> Option<Target> {
    let ends = lab
        .cables
        .iter()
        .filter_map(|c| c.from.known().zip(c.to.known()));
    let others = ends.filter_map(|(a, b)| match (&a.0.object, &b.0.object) {
        (a, b) if a == router => Some(b),
        (a, b) if b == router => Some(a),
        _ => None,
    });
    let is_modem = |o: &&ObjectRef| {
        let device = lab.devices.get(&o.name).filter(|_| o.kind == Kind::Device);
        device.is_some_and(|d| d.kind.known() == Some(&DeviceKind::Modem))
    };
    let modems: BTreeSet<&ObjectRef> = others.filter(is_modem).collect();
    match modems.len() {
        1 => modems.first().map(|m| Target {
            object: (*m).clone(),
            part: None,
        }),
        _ => None,
    }
}

/// Voters that are always on, each as often as it has votes, and how many of these votes are needed. Where they are too few by themselves,
/// none of them can be missed.
fn quorum(lab: &Lab, c: &Cluster, out: &mut Structure) -> Option<(usize, Vec<NodeIndex>)> {
    let votes = Votes::of(lab, c)?;
    let mut nodes = Vec::new();
    let electors = c.members.iter().chain(&c.masters).map(|m| &m.value.0);
    let witness = c.qdevice.known().map(|q| q.0.clone());
    let targets: Vec<Target> = electors.cloned().chain(witness).collect();
    let sure = votes.there(Presence::OnDemand);
    let sure: Vec<&Voter<'_>> = match sure.is_empty() {
        true => votes.voters.iter().collect(),
        false => sure,
    };
    let counts: Vec<u32> = sure.iter().map(|v| v.votes).collect();
    let (weights, needed) = scaled(&counts, votes.needed);
    for (voter, weight) in sure.into_iter().zip(weights) {
        let target = targets.iter().find(|t| t.object.name == voter.name)?;
        let node = out.node(target.clone());
        nodes.extend((0..weight).map(|_| node));
    }
    Some((needed.min(nodes.len()), nodes))
}

/// Edges that the votes of a cluster may take together.
const EDGES: u64 = 64;

/// Voters whose every choice is looked at.
const CHOICES: usize = 10;

/// Fewer votes with which the same voters decide: an edge for each of a thousand votes would be too many.
fn scaled(votes: &[u32], needed: u32) -> (Vec<u64>, usize) {
    // Ten votes each decide as one each does.
    let unit = votes.iter().fold(0, |a, b| divisor(a, *b)).max(1);
    let exact: Vec<u64> = votes.iter().map(|v| u64::from(v / unit)).collect();
    let needed = u64::from(needed.div_ceil(unit));
    let total: u64 = exact.iter().sum();
    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    // Each voter takes an edge anyway.
    let few = u64::try_from(votes.len()).unwrap_or(u64::MAX);
    let most = EDGES.max(few.saturating_mul(2));
    if total <= most {
        return (exact, count(needed));
    }
    let scale = |to: u64| -> Vec<u64> {
        let one = |v: &u64| (v * to + total / 2) / total;
        exact.iter().map(one).collect()
    };
    let same = (few.min(most)..=most).map(scale).find_map(|weights| {
        let needed = decides(&exact, needed, &weights)?;
        Some((weights, needed))
    });
    same.unwrap_or_else(|| {
        // About so many of what the weights are together, and rather one more.
        let weights = scale(most);
        let share = needed.saturating_mul(weights.iter().sum()).div_ceil(total);
        (weights, count(share.max(1)))
    })
}

/// The greatest number that divides both.
fn divisor(a: u32, b: u32) -> u32 {
    match b {
        0 => a,
        b => divisor(b, a % b),
    }
}

/// How many of these weights are needed, if the same voters have them who have the votes.
fn decides(votes: &[u64], needed: u64, weights: &[u64]) -> Option<usize> {
    if votes.len() > CHOICES {
        return None;
    }
    let sum = |of: &[u64], chosen: u32| -> u64 {
        let some = of.iter().enumerate();
        some.filter(|(bit, _)| chosen >> bit & 1 == 1)
            .map(|(_, n)| n)
            .sum()
    };
    let (mut win, mut lose) = (u64::MAX, 0);
    for chosen in 0_u32..1 << votes.len() {
        match sum(votes, chosen) >= needed {
            true => win = win.min(sum(weights, chosen)),
            false => lose = lose.max(sum(weights, chosen)),
        }
    }
    (lose < win).then(|| usize::try_from(win).unwrap_or(usize::MAX))
}

fn cluster(lab: &Lab, name: &str, c: &Cluster, out: &mut Structure) {
    let node = out.node(whole(Kind::Cluster, name));
    if let Some((needed, voters)) = quorum(lab, c, out) {
        out.needs_some(node, needed, &voters);
    }
    if c.kind.known() == Some(&ClusterKind::Proxmox) {
        return;
    }
    let workers = match c.workers.is_empty() {
        true => &c.members,
        false => &c.workers,
    };
    let workers: Vec<NodeIndex> = workers.iter().map(|w| out.at(&w.value.0)).collect();
    out.needs_some(node, 1, &workers);
}

/// How many of its devices it needs; none if that is not declared.
fn least(pool: &Pool, devices: usize) -> Option<usize> {
    let replicated = pool.profile.is_none() && pool.level.known() == Some(&Level::Replicated);
    let silent = pool.profile.is_none() && pool.level.is_none();
    let spare = match replicated {
        // Of fewer disks than copies each has one, and that is all there are.
        true => may_miss(pool, replicas(pool)?.min(devices)),
        // What several disks are for is not said.
        false if silent && devices > 1 => return None,
        false => usize::try_from(pools::data_tolerance(pool)?).ok()?,
    };
    Some(devices.saturating_sub(spare).max(1))
}

/// How many of its copies it goes on without: down to the last one, or to as many as it wants to have.
fn may_miss(pool: &Pool, copies: usize) -> usize {
    let least = pool.min_replicas.known();
    let least = least.and_then(|n| usize::try_from(*n).ok());
    copies.saturating_sub(least.unwrap_or(1).max(1))
}

fn replicas(pool: &Pool) -> Option<usize> {
    pool.replicas.known().and_then(|r| usize::try_from(*r).ok())
}

fn pool(lab: &Lab, name: &str, p: &Pool, out: &mut Structure) {
    let node = out.node(whole(Kind::Pool, name));
    if let Some(from) = p.from.known() {
        out.needs(node, &from.0);
    }
    let devices: Vec<NodeIndex> = p.devices.iter().map(|d| out.at(&d.value.0)).collect();
    if let Some(least) = least(p, devices.len()) {
        out.needs_some(node, least, &devices);
    }
    let special: Vec<NodeIndex> = p.special.iter().map(|d| out.at(&d.value.0)).collect();
    out.needs_some(node, 1, &special);
    let Some(on) = p.on.known() else { return };
    match lab
        .clusters
        .get(on.name())
        .filter(|_| on.kind() == Kind::Cluster)
    {
        None => out.needs(node, &on.0),
        Some(c) if devices.is_empty() => {
            let members: Vec<NodeIndex> = c.members.iter().map(|m| out.at(&m.value.0)).collect();
            let ceph = p.kind.known() == Some(&PoolKind::Ceph);
            let copies = replicas(p).unwrap_or(if ceph { 3 } else { 1 });
            let copies = copies.min(members.len());
            let least =
                (members.len() / 2 + 1).max(members.len().saturating_sub(may_miss(p, copies)));
            out.needs_some(node, least, &members);
        }
        Some(_) => {}
    }
}

fn guests(lab: &Lab, out: &mut Structure) {
    let homes = Homes::of(lab);
    let moves: BTreeSet<&str> = failovers(lab).into_iter().map(|f| f.name).collect();
    for (name, guest) in &lab.guests {
        let node = out.node(whole(Kind::Guest, name));
        for pool in guest.disks.values().filter_map(|d| d.pool.known()) {
            out.needs(node, &pool.0);
        }
        let Some(on) = guest.on.known() else { continue };
        let pinned = !guest.devices.is_empty() && on.kind() == Kind::Host;
        let home = homes.cluster_of(guest).map(|(_, c)| c);
        match home {
            Some(c) if moves.contains(name.as_str()) && !pinned => {
                if let Some((needed, voters)) = quorum(lab, c, out) {
                    out.needs_some(node, needed, &voters);
                }
                let members: Vec<NodeIndex> =
                    c.members.iter().map(|m| out.at(&m.value.0)).collect();
                out.needs_some(node, 1, &members);
            }
            Some(c) if on.kind() == Kind::Cluster => {
                let members: Vec<NodeIndex> =
                    c.members.iter().map(|m| out.at(&m.value.0)).collect();
                // Where nobody knows whether it goes on elsewhere, it may be as good as that.
                match crate::evacuation::goes_on(c, guest) {
                    Some(false) if members.len() > 1 => {
                        let group = out.group(Need::One, &members);
                        out.graph.add_edge(node, group, ());
                    }
                    _ => out.needs_some(node, 1, &members),
                }
            }
            _ => out.needs(node, &on.0),
        }
    }
}

fn service(lab: &Lab, name: &str, s: &Service, out: &mut Structure) {
    let node = out.node(whole(Kind::Service, name));
    let mut places = Vec::new();
    for runs in s.runs.iter() {
        let members: Vec<NodeIndex> = parts(runs)
            .into_iter()
            .map(|object| out.node(Target { object, part: None }))
            .collect();
        if !members.is_empty() {
            places.push(out.group(Need::All, &members));
        }
    }
    out.needs_some(node, 1, &places);
    for need in &s.needs {
        if let Some(needed) = dependency(lab, need, out) {
            out.needs_some(node, 1, &[needed]);
        }
    }
    for data in s.data.values() {
        let set = data
            .dataset
            .known()
            .and_then(|d| lab.datasets.get(d.name()));
        let pool = data.on.known().or(set.and_then(|d| d.about.pool.known()));
        if let Some(pool) = pool {
            out.needs(node, &pool.0);
        }
    }
    let mut vias: Vec<Target> = s
        .exposures
        .iter()
        .filter_map(|e| Some(e.via.known()?.0.clone()))
        .collect();
    if !vias.is_empty() && vias.len() == s.exposures.len() {
        let there = |v: &Target| away(lab, &v.object).is_none();
        if vias.iter().any(there) {
            vias.retain(there);
        }
        let ways: Vec<NodeIndex> = vias.into_iter().map(|v| out.node(v)).collect();
        out.needs_some(node, 1, &ways);
    }
    if s.exposures
        .iter()
        .any(|e| matches!(e.from.known(), Some(Or::Word(Outside::Internet))))
    {
        let ways = uplinks(lab, name, out);
        out.needs_some(node, 1, &ways);
    }
}

/// The ways to the internet of the sites that a service runs at.
fn uplinks(lab: &Lab, name: &str, out: &mut Structure) -> Vec<NodeIndex> {
    let machines = crate::reach::machines(lab, &ObjectRef::new(Kind::Service, name));
    let host = |m: &ObjectRef| match m.kind {
        Kind::Guest => {
            let on = lab.guests.get(&m.name)?.on.known()?.0.object.clone();
            crate::reach::machines(lab, &on).into_iter().next()
        }
        _ => Some(m.clone()),
    };
    let site = |m: ObjectRef| match m.kind {
        Kind::Host => lab.hosts.get(&m.name)?.site.known().cloned(),
        _ => lab
            .devices
            .get(&m.name)?
            .site
            .known()
            .map(|s| s.name().to_owned()),
    };
    let sites: BTreeSet<String> = machines.iter().filter_map(host).filter_map(site).collect();
    let mut ways = Vec::new();
    for site in sites {
        let declared = lab.sites.get(&site).into_iter();
        for link in declared.flat_map(|s| links(lab, s)) {
            ways.push(out.node(part(Kind::Site, &site, &link.0)));
        }
    }
    ways
}

/// What is needed hard.
fn dependency(lab: &Lab, need: &Dependency, out: &mut Structure) -> Option<NodeIndex> {
    if need.kind.known() == Some(&Strength::Soft) {
        return None;
    }
    if let Some(target) = need.need.known() {
        return Some(out.at(&target.0));
    }
    let (how, inner) = match needs::choice(need) {
        Some((least, inner)) => (Need::AtLeast(least), inner),
        None => (Need::All, need.all.as_slice()),
    };
    // What is not in use is no alternative. Where too few are left, none of them can be missed.
    let there = |n: &&Dependency| needs::is_met(lab, n);
    let left = inner.iter().filter(there).count();
    let (how, inner): (Need, Vec<&Dependency>) = match how {
        Need::AtLeast(least) if least <= left => (how, inner.iter().filter(there).collect()),
        Need::AtLeast(_) => (Need::All, inner.iter().collect()),
        _ => (how, inner.iter().collect()),
    };
    let members: Vec<Option<NodeIndex>> = inner.iter().map(|n| dependency(lab, n, out)).collect();
    // A soft alternative is there as long as nobody says otherwise: the group holds.
    let soft = members.iter().any(Option::is_none);
    if members.is_empty() || (soft && how != Need::All) {
        return None;
    }
    let members: Vec<NodeIndex> = members.into_iter().flatten().collect();
    Some(out.group(how, &members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_votes_are_needed_as_they_are() {
        for (votes, needed, weights, wanted) in [
            (vec![1; 65], 33, vec![1; 65], 33),
            (vec![1; 100], 51, vec![1; 100], 51),
            (vec![10; 100], 501, vec![1; 100], 51),
            (vec![30, 15, 15], 31, vec![2, 1, 1], 3),
            (vec![0, 0], 1, vec![0, 0], 1),
        ] {
            let (found, least) = scaled(&votes, needed);
            assert_eq!((found, least), (weights, wanted), "{votes:?}");
        }
    }

    /// Whose votes are too many and too mixed to be tried out, are about as many as they were.
    #[test]
    fn what_is_scaled_down_stays_a_majority() {
        let mut votes = vec![1_000; 11];
        votes.extend([1_001, 7]);
        let total: u32 = votes.iter().sum();
        let (weights, needed) = scaled(&votes, total / 2 + 1);
        let most: u64 = weights.iter().sum();
        let needed = u64::try_from(needed).unwrap();
        assert!(
            most / 2 < needed && needed <= most / 2 + 2,
            "{needed} of {most}"
        );
    }
}
