//! The same machine told of by several sources is one: by who it says it is, or by an address. Never by its name alone.

use crate::found::{Engine, Found, Machine, Stack, Way};
use model::fact::NativeIdentity;
use std::collections::{BTreeMap, BTreeSet};

/// What shows that two machines are one.
pub(crate) type Keys = BTreeSet<String>;

/// What shows who a machine is.
pub(crate) fn keys(machine: &Machine) -> Keys {
    let mut keys = Keys::new();
    keys.extend(machine.identity.as_ref().map(identity_key));
    if let Some(cluster) = &machine.node_of {
        keys.insert(node_key(cluster, &machine.name));
    }
    match &machine.way {
        Some(Way::Local) => drop(keys.insert(LOCAL.to_owned())),
        Some(Way::Ssh {
            destination,
            port: Some(port),
            ..
        }) if *port != 22 => {
            // Behind one address there may be a machine per port.
            keys.extend(address_key(destination).map(|k| format!("{k}:{port}")));
            let others = machine.addresses.iter().filter(|a| *a != destination);
            keys.extend(others.filter_map(|a| address_key(a)));
        }
        _ => keys.extend(machine.addresses.iter().filter_map(|a| address_key(a))),
    }
    keys
}

/// The machine that this runs on.
pub(crate) const LOCAL: &str = "local";

/// Clones of a disk share their machine-id, so that the host key counts as well.
pub(crate) fn identity_key(identity: &NativeIdentity) -> String {
    format!("id:{}/{}", identity.machine_id, identity.host_key)
}

pub(crate) fn node_key(cluster: &str, node: &str) -> String {
    format!("node:{cluster}/{node}")
}

/// An address or a DNS name; none that means another machine to everybody.
pub(crate) fn address_key(address: &str) -> Option<String> {
    let text = address.trim().trim_end_matches('.').to_ascii_lowercase();
    let everywhere = ["localhost", "::1", "0.0.0.0", "::", ""];
    let own = text.starts_with("127.")
        || text.starts_with("fe80:")
        || everywhere.contains(&text.as_str());
    (!own).then(|| format!("at:{text}"))
}

/// Joins what is one. `same` has names of which a person says that they mean one machine in every source.
pub fn merge(found: Found, same: &BTreeSet<String>) -> Found {
    let Found {
        hosts,
        guests,
        clusters,
        pools,
        stacks,
        said,
    } = found;
    let mut machines: Vec<(Keys, Machine)> = Vec::new();
    for machine in hosts {
        let mut own = keys(&machine);
        if same.contains(&machine.name) {
            own.insert(format!("said:{}", machine.name));
        }
        let mut joined = machine;
        // One that is known by two keys joins what was apart before.
        while let Some(at) = machines.iter().position(|(k, _)| !k.is_disjoint(&own)) {
            let (more, other) = machines.remove(at);
            own.extend(more);
            joined = join(other, joined);
        }
        machines.push((own, joined));
    }
    let mut out = Found {
        hosts: machines.into_iter().map(|(_, m)| m).collect(),
        said,
        ..Found::default()
    };
    out.clusters = by(clusters, |c| c.key.clone(), |a, b| a.from.extend(b.from));
    // What an interface tells of a guest goes before what another tool remembers of it.
    let mut guests = guests;
    guests.sort_by_key(|g| g.cluster.is_none());
    out.guests = one_each(guests);
    out.pools = by(
        pools,
        |p| (p.cluster.clone(), p.node.clone(), p.name.clone()),
        |_, _| (),
    );
    out.stacks = projects(stacks);
    out
}

/// Projects once each: a file in the tree goes before what an engine tells of the same project, which says where it runs.
fn projects(stacks: Vec<Stack>) -> Vec<Stack> {
    let (ran, lying): (Vec<Stack>, Vec<Stack>) =
        stacks.into_iter().partition(|s| s.file.is_empty());
    let mut out = by(lying, |s| s.file.clone(), |a, b| a.from.extend(b.from));
    let machine = |s: &Stack| {
        s.engine
            .as_ref()
            .map(|e| (e.machine.machine_id.clone(), e.machine.host_key.clone()))
    };
    let key = |s: &Stack| (machine(s), s.project.clone(), s.name.clone());
    for stack in by(ran, key, |a, b| a.from.extend(b.from)) {
        let called = |s: &Stack| s.project.clone().unwrap_or_else(|| s.name.clone());
        let is = |s: &&mut Stack| {
            stack.project.is_some() && called(s) == called(&stack) && s.engine.is_none()
        };
        match out.iter_mut().find(is) {
            Some(file) => {
                file.from.extend(stack.from);
                let without = |e| Engine { text: None, ..e };
                file.engine = stack.engine.map(without);
            }
            None => out.push(stack),
        }
    }
    out
}

/// The first of each key, with what the others add; in the order of the first.
fn by<T, K: Ord>(all: Vec<T>, key: impl Fn(&T) -> K, add: impl Fn(&mut T, T)) -> Vec<T> {
    let mut at: BTreeMap<K, usize> = BTreeMap::new();
    let mut out: Vec<T> = Vec::new();
    for one in all {
        match at.get(&key(&one)).and_then(|i| out.get_mut(*i)) {
            Some(first) => add(first, one),
            None => {
                at.insert(key(&one), out.len());
                out.push(one);
            }
        }
    }
    out
}

/// A number stands for one guest of a cluster. Another tool does not know which cluster it is, but of which node it is.
fn one_each(guests: Vec<crate::found::Guest>) -> Vec<crate::found::Guest> {
    let mut out: Vec<crate::found::Guest> = Vec::new();
    for guest in guests {
        let is = |other: &crate::found::Guest| {
            let place = match (&other.cluster, &guest.cluster) {
                (Some(a), Some(b)) => a == b,
                _ => other.node == guest.node,
            };
            let number = other.id.is_some() && other.id == guest.id;
            let smbios = other.smbios.is_some() && other.smbios == guest.smbios;
            place && (number || smbios)
        };
        match out.iter_mut().find(|o| is(o)) {
            Some(first) => first.from.extend(guest.from),
            None => out.push(guest),
        }
    }
    out
}

/// What the first says holds; the second fills what it leaves open.
fn join(first: Machine, second: Machine) -> Machine {
    let looked = |m: &Machine| m.identity.is_some();
    // Who was logged in to knows its own name and ways best, but a node keeps the name that its cluster gives it.
    let (a, b) = match (first.node_of.is_some(), second.node_of.is_some()) {
        (false, true) => (second, first),
        (true, false) => (first, second),
        _ if looked(&second) && !looked(&first) => (second, first),
        _ => (first, second),
    };
    Machine {
        name: a.name,
        from: a.from.into_iter().chain(b.from).collect(),
        identity: a.identity.or(b.identity),
        addresses: a.addresses.into_iter().chain(b.addresses).collect(),
        node_of: a.node_of.or(b.node_of),
        way: a.way.or(b.way),
        os: a.os.or(b.os),
        version: a.version.or(b.version),
        threads: a.threads.or(b.threads),
        memory: a.memory.or(b.memory),
        disks: if a.disks.is_empty() { b.disks } else { a.disks },
        accounts: if a.accounts.is_empty() {
            b.accounts
        } else {
            a.accounts
        },
        ports: if a.ports.is_empty() { b.ports } else { a.ports },
        tunnels: if a.tunnels.is_empty() {
            b.tunnels
        } else {
            a.tunnels
        },
        tailnet: a.tailnet.or(b.tailnet),
        more: a.more.into_iter().chain(b.more).collect(),
        seen: a.seen.max(b.seen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(name: &str, addresses: &[&str], port: Option<u16>) -> Machine {
        Machine {
            name: name.to_owned(),
            from: BTreeSet::from([name.to_owned()]),
            addresses: addresses.iter().map(|a| (*a).to_owned()).collect(),
            way: addresses.first().map(|a| Way::Ssh {
                destination: (*a).to_owned(),
                user: None,
                port,
            }),
            ..Machine::default()
        }
    }

    fn names(hosts: Vec<Machine>, same: &[&str]) -> Vec<String> {
        let found = Found {
            hosts,
            ..Found::default()
        };
        let same = same.iter().map(|s| (*s).to_owned()).collect();
        let hosts = merge(found, &same).hosts.into_iter();
        hosts
            .map(|m| m.from.into_iter().collect::<Vec<_>>().join("+"))
            .collect()
    }

    #[test]
    fn machines_are_one_by_address_and_never_by_name() {
        let a = || machine("a", &["10.0.0.1"], None);
        let rows: [(Vec<Machine>, &[&str], &[&str]); 6] = [
            (vec![a(), machine("b", &["10.0.0.1"], None)], &[], &["a+b"]),
            (
                vec![a(), machine("b", &["10.0.0.2"], None)],
                &[],
                &["a", "b"],
            ),
            (
                vec![a(), machine("a", &["10.0.0.2"], None)],
                &[],
                &["a", "a"],
            ),
            (vec![a(), machine("a", &["10.0.0.2"], None)], &["a"], &["a"]),
            // A third joins two that were apart.
            (
                vec![
                    a(),
                    machine("b", &["web.lan"], None),
                    machine("c", &["WEB.lan.", "10.0.0.1"], None),
                ],
                &[],
                &["a+b+c"],
            ),
            // Ports of one address lead to different machines, and everybody's own address to none.
            (
                vec![
                    machine("a", &["10.0.0.1"], Some(2201)),
                    machine("b", &["10.0.0.1"], Some(2202)),
                    machine("c", &["127.0.0.1"], None),
                    machine("d", &["127.0.0.1"], None),
                ],
                &[],
                &["a", "b", "c", "d"],
            ),
        ];
        for (hosts, same, want) in rows {
            assert_eq!(names(hosts, same), want);
        }
    }
}
