//! Votes of a cluster, and what is left of them when something fails.
//!
//! A cluster works while more than half of all votes agree: ⌊votes / 2⌋ + 1 (`votequorum(5)`; etcd: "Failure tolerance"). A
//! QDevice of Proxmox VE has one vote in a cluster with an even number of votes, and one vote less than all members together in one with an odd
//! number (Proxmox VE Administration Guide, "Corosync External Vote Support").

use crate::failover::host_of;
use crate::load::hosts_of;
use crate::packing::{Packing, pack};
use model::declare::Given;
use model::declare::OptExt;
use model::id::Kind;
use model::lab::Lab;
use model::lab::guest::{Cluster, ClusterKind};
use std::collections::{BTreeMap, BTreeSet};

/// A machine with votes.
pub struct Voter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its votes.
    pub votes: u32,
    /// The physical machine that it is or stands on, if that is declared.
    pub machine: &'a str,
    /// Where that stands.
    pub site: Option<&'a str>,
    /// The cluster whose guest it is: it is on one of its hosts, and nobody knows on which.
    pub cluster: Option<&'a str>,
    /// It breaks ties and runs nothing.
    pub witness: bool,
    /// Whether it is there at all times.
    pub presence: Presence,
}

/// Whether a machine with votes is always on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Nobody says otherwise.
    Always,
    /// Nobody knows.
    Unknown,
    /// It is on only on demand.
    OnDemand,
}

/// The votes of a cluster.
pub struct Votes<'a> {
    /// Who has them.
    pub voters: Vec<Voter<'a>>,
    /// All of them.
    pub total: u32,
    /// As many must agree.
    pub needed: u32,
}

/// Voters that are guests of one cluster, and so on its hosts together.
pub struct Together<'a> {
    /// That cluster.
    pub cluster: &'a str,
    /// The voters.
    pub voters: Vec<&'a str>,
    /// How many hosts it has.
    pub hosts: usize,
    /// Wherever they are, there is a host that takes the majority with it; else that depends on where they are.
    pub sure: bool,
}

/// What fails together: a machine or a site, and the votes that are lost with it.
pub struct Loss<'a> {
    /// Its name.
    pub name: &'a str,
    /// Votes that are left.
    pub left: u32,
}

impl<'a> Votes<'a> {
    /// The votes of a cluster; `None` if it has none of its own, or if nobody says who votes.
    pub fn of(lab: &'a Lab, cluster: &'a Cluster) -> Option<Self> {
        let electors = match cluster.kind.known()? {
            ClusterKind::Proxmox => &cluster.members,
            ClusterKind::K3s | ClusterKind::Rke2 | ClusterKind::Kubernetes | ClusterKind::Swarm => {
                &cluster.masters
            }
            ClusterKind::Ceph => return None,
        };
        let mut voters: Vec<Voter<'a>> = Vec::new();
        for elector in electors {
            let given = cluster.votes.iter().find(|(m, _)| m.0 == elector.value.0);
            let votes = given.and_then(|(_, v)| v.value()).copied().unwrap_or(1);
            let (kind, name) = (elector.value.kind(), elector.value.name());
            voters.push(voter(lab, kind, name, votes));
        }
        if voters.is_empty() {
            return None;
        }
        let members = sum(&voters);
        if let Some(device) = cluster.qdevice.as_deref().and_then(Given::value) {
            let votes = if members.is_multiple_of(2) {
                1
            } else {
                members - 1
            };
            let mut witness = voter(lab, device.kind(), device.name(), votes);
            witness.witness = true;
            voters.push(witness);
        }
        let total = sum(&voters);
        Some(Self {
            voters,
            total,
            needed: total / 2 + 1,
        })
    }

    /// What of its votes is declared not to be known: nothing that is counted with them is sure.
    pub fn open(cluster: &Cluster) -> Option<String> {
        let open = cluster.votes.iter().find(|(_, v)| v.value().is_none());
        match open {
            Some((member, _)) => Some(format!("how many votes '{}' has", member.0.object.name)),
            None => {
                let device = cluster.qdevice.as_ref()?;
                let unknown = device.value().is_none();
                unknown.then(|| "whether there is a tie breaker ('qdevice')".to_owned())
            }
        }
    }

    /// Machines whose failure leaves too few votes.
    pub fn fatal_machines(&self) -> Vec<Loss<'a>> {
        self.fatal(|v| Some(v.machine))
    }

    /// The same while those are off that are not sure to be on.
    pub fn fatal_while_off(&self, off: Presence) -> Vec<Loss<'a>> {
        self.fatal_among(self.there(off), |v| Some(v.machine))
    }

    /// Those that are on while those are off that are not sure to be.
    pub fn there(&self, off: Presence) -> Vec<&Voter<'a>> {
        let there = self.voters.iter().filter(|v| v.presence < off);
        there.collect()
    }

    /// The votes that are left while those are off that are not sure to be on.
    pub fn while_off(&self, off: Presence) -> u32 {
        let there = self.there(off).into_iter();
        there.fold(0, |sum, v| sum.saturating_add(v.votes))
    }

    /// Who is not sure to be on.
    pub fn off(&self, off: Presence) -> Vec<&'a str> {
        let absent = self.voters.iter().filter(|v| v.presence >= off);
        absent.map(|v| v.name).collect()
    }

    /// Sites whose failure leaves too few votes, if there is more than one.
    pub fn fatal_sites(&self) -> Vec<Loss<'a>> {
        let mut sites: Vec<&str> = self.voters.iter().filter_map(|v| v.site).collect();
        sites.sort_unstable();
        sites.dedup();
        match sites.len() {
            0 | 1 => Vec::new(),
            _ => self.fatal(|v| v.site),
        }
    }

    /// Sites that take the majority with them if voters stand there of which nobody knows where they stand, and who these are.
    pub fn open_sites(&self) -> (Vec<Loss<'a>>, Vec<&'a str>) {
        let open: Vec<&Voter<'a>> = self.voters.iter().filter(|v| v.site.is_none()).collect();
        let votes = open.iter().fold(0_u32, |n, v| n.saturating_add(v.votes));
        let mut sites: BTreeMap<&str, u32> = BTreeMap::new();
        for voter in &self.voters {
            if let Some(site) = voter.site {
                let sum = sites.entry(site).or_default();
                *sum = sum.saturating_add(voter.votes);
            }
        }
        if sites.len() < 2 {
            return (Vec::new(), Vec::new());
        }
        let left = sites.into_iter().map(|(name, lost)| Loss {
            name,
            left: self.total.saturating_sub(lost),
        });
        let most = self.needed.saturating_add(votes);
        let perhaps = left.filter(|l| l.left >= self.needed && l.left < most);
        (perhaps.collect(), open.iter().map(|v| v.name).collect())
    }

    /// Guests of a cluster that vote, where one of its hosts may take the majority with it, or does wherever they are.
    pub fn together(&self, lab: &'a Lab) -> Vec<Together<'a>> {
        // One voter alone promises no majority.
        if self.voters.len() < 2 {
            return Vec::new();
        }
        let clusters: BTreeSet<&str> = self.voters.iter().filter_map(|v| v.cluster).collect();
        let found = clusters.into_iter().filter_map(|c| {
            let (name, cluster) = lab.clusters.get_key_value(c)?;
            let on = self.voters.iter().filter(|v| v.cluster == Some(c));
            let on: Vec<&Voter<'a>> = on.collect();
            let hosts = hosts_of(lab, cluster);
            // What a host may take with it.
            let most = i128::from(self.total) - i128::from(self.needed);
            let own = |host: &&str| {
                let here = self.voters.iter().filter(|v| v.machine == *host);
                most - here.map(|v| i128::from(v.votes)).sum::<i128>()
            };
            let rooms: Vec<i128> = hosts.iter().map(own).collect();
            let votes: Vec<i128> = on.iter().map(|v| i128::from(v.votes)).collect();
            let all: i128 = votes.iter().sum();
            if rooms.iter().all(|r| *r >= all) && !hosts.is_empty() {
                return None;
            }
            let sure = matches!(pack(&votes, &rooms), Packing::Not(_)) && !hosts.is_empty();
            Some(Together {
                cluster: name,
                voters: on.iter().map(|v| v.name).collect(),
                hosts: hosts.len(),
                sure,
            })
        });
        found.collect()
    }

    /// `3 × 1 vote` or the votes one by one.
    pub fn sum(&self) -> String {
        let parts: Vec<String> = self
            .voters
            .iter()
            .map(|v| format!("{} ({})", v.votes, v.name))
            .collect();
        format!("{} = {}", parts.join(" + "), votes(self.total))
    }

    /// `needed: 4 / 2 + 1 = 3`
    pub fn majority(&self) -> String {
        format!("more than half of {} is {}", self.total, self.needed)
    }

    fn fatal(&self, domain: impl Fn(&Voter<'a>) -> Option<&'a str>) -> Vec<Loss<'a>> {
        self.fatal_among(self.voters.iter().collect(), domain)
    }

    fn fatal_among(
        &self,
        there: Vec<&Voter<'a>>,
        domain: impl Fn(&Voter<'a>) -> Option<&'a str>,
    ) -> Vec<Loss<'a>> {
        let mut total = 0_u32;
        let mut lost: BTreeMap<&'a str, u32> = BTreeMap::new();
        for voter in there {
            total = total.saturating_add(voter.votes);
            if let Some(name) = domain(voter) {
                let sum = lost.entry(name).or_default();
                *sum = sum.saturating_add(voter.votes);
            }
        }
        let left = lost.into_iter().map(|(name, lost)| Loss {
            name,
            left: total.saturating_sub(lost),
        });
        left.filter(|l| l.left < self.needed).collect()
    }
}

fn sum(voters: &[Voter<'_>]) -> u32 {
    let add = |sum: u32, v: &Voter<'_>| sum.saturating_add(v.votes);
    voters.iter().fold(0, add)
}

/// `1 vote`, `2 votes`.
pub fn votes(number: u32) -> String {
    match number {
        1 => "1 vote".to_owned(),
        _ => format!("{number} votes"),
    }
}

fn voter<'a>(lab: &'a Lab, kind: Kind, name: &'a str, votes: u32) -> Voter<'a> {
    let machine = match kind {
        Kind::Guest => lab.guests.get(name).and_then(host_of).unwrap_or(name),
        _ => name,
    };
    let on = match kind {
        Kind::Guest => lab.guests.get(name).and_then(|g| g.on.known()),
        _ => None,
    };
    let cluster = on.filter(|on| on.kind() == Kind::Cluster);
    let host = lab.hosts.get(machine).and_then(|h| h.site.known());
    let device = lab.devices.get(machine).and_then(|d| d.site.known());
    let site = host.map(String::as_str).or(device.map(|s| s.name()));
    Voter {
        name,
        votes,
        machine,
        site,
        cluster: cluster.map(|on| on.name()),
        witness: false,
        presence: presence(lab, machine),
    }
}

/// Whether a host is always on. A guest is asked of its host.
pub fn presence(lab: &Lab, machine: &str) -> Presence {
    let said = lab.hosts.get(machine);
    match said.and_then(|h| h.about.on_demand.as_ref()) {
        Some(said) => match said.value() {
            Some(true) => Presence::OnDemand,
            Some(false) => Presence::Always,
            None => Presence::Unknown,
        },
        None => Presence::Always,
    }
}
