//! What is new beside the lab that is declared, with the names that it gets, and what each thing is bound to.

use crate::found::{Cluster, Found, Guest, Machine, Pool, Said, Sort, Stack};
use crate::merge::{self, Keys};
use crate::name;
use model::compose::{Project, Projects, Service};
use model::declare::OptExt as _;
use model::fact::NativeIdentity;
use model::id::{Kind, ObjectRef};
use model::lab::api::Api;
use model::lab::guest::ClusterKind;
use model::lab::{self, Lab, Reach};
use model::lock::{Lock, Native};
use std::collections::{BTreeMap, BTreeSet};

/// The lab that is there.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its declaration.
    pub lab: &'a Lab,
    /// Who is who in it.
    pub lock: Option<&'a Lock>,
    /// The Compose projects of its stacks.
    pub projects: &'a Projects,
    /// Files that are there, seen from the tree.
    pub files: &'a BTreeSet<String>,
}

/// What is to be written.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Machines by name.
    pub hosts: BTreeMap<String, Machine>,
    /// Clusters by name.
    pub clusters: BTreeMap<String, Cluster>,
    /// Interfaces of nodes alone, by the name of the host.
    pub alone: BTreeMap<String, Cluster>,
    /// Guests by name.
    pub guests: BTreeMap<String, Guest>,
    /// Storages by name.
    pub pools: BTreeMap<String, Pool>,
    /// Compose projects by name.
    pub stacks: BTreeMap<String, Stack>,
    /// Who is who, of all that was found.
    pub bound: BTreeMap<ObjectRef, Native>,
    /// How many of each kind are declared already.
    pub known: BTreeMap<Kind, usize>,
    /// What a person should know.
    pub said: Vec<Said>,
    /// Clusters of which every guest was seen.
    whole: BTreeSet<String>,
    /// Hosts by cluster and node.
    nodes: BTreeMap<(String, String), String>,
    /// What guests and pools are on, by the key of the cluster.
    places: BTreeMap<String, ObjectRef>,
    /// Pools by cluster, node and storage.
    storages: BTreeMap<(String, Option<String>, String), String>,
}

impl Draft {
    /// Compares what was found, merged, with the lab that is there.
    pub fn of(found: Found, known: Known<'_>, same: &BTreeSet<String>) -> Self {
        let mut draft = Draft {
            said: found.said,
            ..Draft::default()
        };
        let clusters: BTreeMap<String, Cluster> = found
            .clusters
            .into_iter()
            .map(|c| (c.key.clone(), c))
            .collect();
        let mut hosts = found.hosts;
        // Whoever says who it is takes its name first.
        hosts.sort_by_key(|m| (m.identity.is_none(), m.node_of.is_none()));
        for machine in hosts {
            draft.host(machine, &known, same);
        }
        draft.whole = clusters
            .values()
            .filter(|c| c.whole)
            .map(|c| c.key.clone())
            .collect();
        for cluster in clusters.into_values() {
            draft.cluster(cluster, &known);
        }
        for pool in found.pools {
            draft.pool(pool, &known);
        }
        for guest in found.guests {
            draft.known_node(&guest, &known);
            draft.guest(guest, &known);
        }
        for stack in found.stacks {
            draft.stack(stack, &known);
        }
        draft.said.sort();
        draft.said.dedup();
        draft
    }

    /// Nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.counts().is_empty()
    }

    /// How many there are of each kind.
    pub fn counts(&self) -> Vec<(Kind, usize)> {
        let all = [
            (Kind::Host, self.hosts.len()),
            (Kind::Cluster, self.clusters.len()),
            (Kind::Guest, self.guests.len()),
            (Kind::Pool, self.pools.len()),
            (Kind::Stack, self.stacks.len()),
            (Kind::Service, self.stacks.len()),
        ];
        all.into_iter().filter(|(_, n)| *n > 0).collect()
    }

    fn say(&mut self, what: Sort, of: &str, text: impl AsRef<str>) {
        self.said.push(Said {
            what,
            of: name::shown(of),
            text: name::shown(text.as_ref()),
        });
    }

    fn host(&mut self, machine: Machine, known: &Known<'_>, same: &BTreeSet<String>) {
        let own = merge::keys(&machine);
        let is = |keys: &Keys| !keys.is_disjoint(&own);
        let declared = known
            .lab
            .hosts
            .keys()
            .find(|n| is(&declared_keys(known, n)));
        let called = name::of(&machine.name).unwrap_or_else(|| "host".to_owned());
        let by_word = || {
            let said = same.contains(&machine.name) || same.contains(&called);
            known
                .lab
                .hosts
                .contains_key(&called)
                .then_some(&called)
                .filter(|_| said)
        };
        if let Some(name) = declared.or_else(by_word).cloned() {
            *self.known.entry(Kind::Host).or_default() += 1;
            self.bind_host(&name, &machine, known);
            return;
        }
        if known.lab.hosts.contains_key(&called) || self.hosts.contains_key(&called) {
            let other = self.hosts.get(&called);
            let where_from = other.map_or("declared".to_owned(), |m| from(&m.from));
            let text = format!(
                "two machines have this name ({where_from}; {}) and nothing shows that they are one; the second is left out. If they are: --same {called}",
                from(&machine.from)
            );
            self.say(Sort::Undecided, &called, text);
            return;
        }
        self.bind_host(&called, &machine, known);
        self.hosts.insert(called, machine);
    }

    fn bind_host(&mut self, name: &str, machine: &Machine, known: &Known<'_>) {
        if let Some(cluster) = &machine.node_of {
            let node = (cluster.clone(), machine.name.clone());
            self.nodes.insert(node, name.to_owned());
        }
        if let Some(identity) = &machine.identity {
            let object = ObjectRef::new(Kind::Host, name);
            let before = locked(known, &object).and_then(Native::machine);
            if before.is_some_and(|b| {
                b.machine_id != identity.machine_id || b.host_key != identity.host_key
            }) {
                let text = "another machine answers than the one that holdfast.lock knows";
                self.say(Sort::Undecided, name, text);
                return;
            }
            self.bound.insert(object, Native::Machine(identity.clone()));
        }
    }

    fn cluster(&mut self, cluster: Cluster, known: &Known<'_>) {
        let native = cluster.identity.as_ref().map(|i| Native::Cluster {
            product: i.machine_id.clone(),
            certificate: i.host_key.clone(),
        });
        let is = |api: Option<&Api>| api.is_some_and(|a| is_at(a, &cluster.key));
        let alone = || {
            let node = cluster.nodes.iter().next()?;
            self.nodes
                .get(&(cluster.key.clone(), node.clone()))
                .cloned()
        };
        let Some(called) = &cluster.name else {
            if let Some(host) = alone() {
                let object = ObjectRef::new(Kind::Host, &host);
                self.places.insert(cluster.key.clone(), object.clone());
                if let Some(native) = native {
                    self.bound.entry(object).or_insert(native);
                }
                if self.hosts.contains_key(&host) {
                    self.alone.insert(host, cluster);
                } else if !known
                    .lab
                    .hosts
                    .get(&host)
                    .is_some_and(|h| is(h.about.api.as_ref()))
                {
                    let text = format!(
                        "its interface at {} is not declared: add `api` to it",
                        cluster.key
                    );
                    self.say(Sort::LeftOut, &host, text);
                }
            }
            return;
        };
        let same_native = |name: &str| {
            let object = ObjectRef::new(Kind::Cluster, name);
            native.is_some() && locked(known, &object) == native.as_ref()
        };
        let declared = known
            .lab
            .clusters
            .iter()
            .find(|(n, c)| is(c.api.as_ref()) || same_native(n));
        if let Some((name, _)) = declared {
            *self.known.entry(Kind::Cluster).or_default() += 1;
            self.place(&cluster.key, name, native);
            return;
        }
        let called = name::of(called).unwrap_or_else(|| "cluster".to_owned());
        if known.lab.clusters.contains_key(&called) || self.clusters.contains_key(&called) {
            let text = "two clusters have this name and nothing shows that they are one; the second is left out";
            self.say(Sort::Undecided, &called, text);
            return;
        }
        self.place(&cluster.key, &called, native);
        self.clusters.insert(called, cluster);
    }

    fn place(&mut self, key: &str, name: &str, native: Option<Native>) {
        let object = ObjectRef::new(Kind::Cluster, name);
        self.places.insert(key.to_owned(), object.clone());
        if let Some(native) = native {
            self.bound.insert(object, native);
        }
    }

    /// The host that is a node; another tool knows nodes by their names alone.
    pub(crate) fn node(&self, cluster: Option<&str>, node: &str) -> Option<&str> {
        match cluster {
            Some(cluster) => {
                let key = (cluster.to_owned(), node.to_owned());
                self.nodes.get(&key).map(String::as_str)
            }
            None => {
                let mut all = self.nodes.iter().filter(|((_, n), _)| n == node);
                let first = all.next().map(|(_, name)| name.as_str());
                first.filter(|_| all.next().is_none())
            }
        }
    }

    /// What a thing of a cluster is on, if it is on no single node.
    pub fn whole(&self, cluster: &str) -> Option<&ObjectRef> {
        self.places.get(cluster)
    }

    /// The pool that a storage is.
    pub(crate) fn storage(&self, guest: &Guest, storage: &str) -> Option<&str> {
        let cluster = guest.cluster.clone()?;
        let own = (
            cluster.clone(),
            Some(guest.node.clone()),
            storage.to_owned(),
        );
        let shared = (cluster, None, storage.to_owned());
        let pool = self
            .storages
            .get(&own)
            .or_else(|| self.storages.get(&shared));
        pool.map(String::as_str)
    }

    fn pool(&mut self, pool: Pool, known: &Known<'_>) {
        let on = match &pool.node {
            Some(node) => {
                let host = self.node(Some(&pool.cluster), node);
                host.map(|h| ObjectRef::new(Kind::Host, h))
            }
            None => self.whole(&pool.cluster).cloned(),
        };
        let Some(on) = on else {
            return;
        };
        let key = (pool.cluster.clone(), pool.node.clone(), pool.name.clone());
        let here = |declared: &model::lab::storage::Pool| {
            declared
                .on
                .known()
                .is_some_and(|o| o.kind() == on.kind && o.name() == on.name)
        };
        let wanted = name::of(&pool.name).unwrap_or_else(|| "storage".to_owned());
        let long = name::of(&format!("{}-{wanted}", on.name)).unwrap_or_else(|| wanted.clone());
        let was = |p: &model::lab::storage::Pool| p.was.as_ref().map(|w| w.value.0.clone());
        let declared = known.lab.pools.iter().find(|(n, p)| {
            let names = [Some((*n).clone()), was(p)];
            here(p) && names.iter().flatten().any(|n| *n == wanted || *n == long)
        });
        if let Some((name, _)) = declared {
            *self.known.entry(Kind::Pool).or_default() += 1;
            self.storages.insert(key, name.clone());
            return;
        }
        let taken = |n: &str| known.lab.pools.contains_key(n) || self.pools.contains_key(n);
        let name = if taken(&wanted) {
            name::free(&long, taken)
        } else {
            wanted
        };
        self.storages.insert(key, name.clone());
        self.pools.insert(name, pool);
    }

    /// The node of a guest of which no interface told. Nodes of the product are known by their names; one that is declared nowhere is new.
    fn known_node(&mut self, guest: &Guest, known: &Known<'_>) {
        if guest.cluster.is_some() || self.node(None, &guest.node).is_some() {
            return;
        }
        let Some(name) = name::of(&guest.node) else {
            return;
        };
        let is_pve = |host: &model::lab::Host| {
            let os = host.os.known().map(String::as_str);
            os.is_some_and(|os| os.starts_with("proxmox") || os == "pve")
        };
        let key = (String::new(), guest.node.clone());
        match known.lab.hosts.get(&name) {
            Some(host) if is_pve(host) => drop(self.nodes.insert(key, name)),
            None if !self.hosts.contains_key(&name) => {
                let machine = Machine {
                    name: guest.node.clone(),
                    from: guest.from.clone(),
                    os: Some("proxmox-ve".to_owned()),
                    ..Machine::default()
                };
                self.nodes.insert(key, name.clone());
                self.hosts.insert(name, machine);
            }
            _ => {
                let text = format!(
                    "a host has the name of a node that {} tells of, and nothing shows that they are one: its guests are left out; `os: proxmox-ve` at the host says that they are",
                    from(&guest.from)
                );
                self.say(Sort::Undecided, &name, text);
            }
        }
    }

    fn guest(&mut self, guest: Guest, known: &Known<'_>) {
        let host = self
            .node(guest.cluster.as_deref(), &guest.node)
            .map(str::to_owned);
        let whole = match guest.cluster.as_deref() {
            Some(cluster) => self.whole(cluster).cloned(),
            None => host.as_deref().and_then(|h| cluster_of(known, h)),
        };
        if let Some(name) = declared_guest(&guest, host.as_deref(), whole.as_ref(), known) {
            *self.known.entry(Kind::Guest).or_default() += 1;
            self.bind_guest(&name, &guest, known);
            return;
        }
        if host.is_none() {
            let text = format!("it is on {}, which is not declared", guest.node);
            self.say(Sort::LeftOut, &format!("guest {}", guest.name), text);
            return;
        }
        if guest.cluster.is_none() && self.is_seen_whole(&guest.node) {
            let text = format!(
                "{} remembers it, and its cluster does not have it",
                from(&guest.from)
            );
            self.say(Sort::LeftOut, &format!("guest {}", guest.name), text);
            return;
        }
        let with_id = |name: &str| {
            guest
                .id
                .map_or(name.to_owned(), |id| format!("{name}-{id}"))
        };
        let wanted = name::of(&guest.name).unwrap_or_else(|| with_id("guest"));
        let numbered = with_id(&wanted);
        let taken = |n: &str| known.lab.guests.contains_key(n) || self.guests.contains_key(n);
        let name = match taken(&wanted) {
            true => name::free(&numbered, taken),
            false => wanted,
        };
        self.bind_guest(&name, &guest, known);
        self.guests.insert(name, guest);
    }

    /// Whether an interface told of every guest on a node.
    fn is_seen_whole(&self, node: &str) -> bool {
        let mut clusters = self.nodes.keys().filter(|(_, n)| n == node).map(|(c, _)| c);
        clusters.any(|c| self.whole.contains(c))
    }

    fn bind_guest(&mut self, name: &str, guest: &Guest, known: &Known<'_>) {
        let object = ObjectRef::new(Kind::Guest, name);
        if let Some(Native::Guest {
            smbios: Some(before),
            ..
        }) = locked(known, &object)
            && guest.smbios.as_ref().is_some_and(|now| now != before)
        {
            let text = "another machine has its number now: its SMBIOS has another UUID than the one in holdfast.lock";
            self.say(Sort::Undecided, name, text);
            return;
        }
        let certificate =
            guest
                .cluster
                .as_deref()
                .and_then(|c| match self.bound.get(self.places.get(c)?) {
                    Some(Native::Cluster { certificate, .. }) => Some(certificate.clone()),
                    _ => None,
                });
        if let (Some(cluster), Some(vmid)) = (certificate, guest.id) {
            let smbios = guest.smbios.clone();
            self.bound.insert(
                object,
                Native::Guest {
                    cluster,
                    vmid,
                    smbios,
                },
            );
        }
    }

    /// The host of this identity, by its name.
    pub(crate) fn machine(&self, identity: &NativeIdentity) -> Option<&ObjectRef> {
        let is = |native: &Native| native.machine() == Some(identity);
        let mut all = self.bound.iter();
        all.find(|(object, native)| object.kind == Kind::Host && is(native))
            .map(|(object, _)| object)
    }

    /// Whether the containers of a project that runs are declared already, some of them or all; what to do about some is told.
    fn runs_declared(&mut self, stack: &Stack, known: &Known<'_>) -> bool {
        let Some(engine) = stack.engine.as_ref().filter(|e| e.text.is_some()) else {
            return false;
        };
        let Some(host) = self.machine(&engine.machine).cloned() else {
            let text = "it runs on a machine that is left out, and so is it";
            self.say(Sort::LeftOut, &stack.name, text);
            return true;
        };
        let here = |s: &lab::guest::Stack| s.on.known().is_none_or(|on| on.0.object == host);
        let called = stack.project.as_deref();
        let declares = |name: &str, project: &Project, container: &str, service: &str| {
            let given = known.lab.stacks.get(name).and_then(|s| s.project.known());
            let given = given.map(|p| p.0.as_str());
            let written = project.name.as_ref().map(|n| n.value.as_str());
            let own = Some(given.or(written).unwrap_or(name));
            let named = |s: &Service| {
                s.container_name
                    .as_ref()
                    .is_some_and(|n| n.value == container)
            };
            own == called && project.services.contains_key(service)
                || project.services.values().any(named)
        };
        let declared = |container: &str, service: &str| {
            let stacks = known.lab.stacks.iter().filter(|(_, s)| here(s));
            let mut projects =
                stacks.filter_map(|(name, _)| Some((name, known.projects.get(name)?)));
            projects.any(|(name, project)| declares(name, project, container, service))
        };
        let (are, lack): (Vec<_>, Vec<_>) =
            engine.containers.iter().partition(|(c, s)| declared(c, s));
        if are.is_empty() {
            return false;
        }
        if !lack.is_empty() {
            let lack: Vec<String> = lack.into_iter().map(|(c, _)| c.clone()).collect();
            let text = format!(
                "declared without {}; add them to its Compose file",
                lack.join(", ")
            );
            self.say(Sort::LeftOut, &stack.name, text);
        }
        *self.known.entry(Kind::Stack).or_default() += 1;
        true
    }

    fn stack(&mut self, mut stack: Stack, known: &Known<'_>) {
        let file = |s: &model::lab::guest::Stack| s.file.known().is_some_and(|f| f.0 == stack.file);
        let declared = known.lab.stacks.iter().find(|(_, s)| file(s));
        if declared.is_none() && self.runs_declared(&stack, known) {
            return;
        }
        let name = match declared {
            Some((name, _)) => {
                *self.known.entry(Kind::Stack).or_default() += 1;
                name.clone()
            }
            None => {
                let wanted = name::of(&stack.name).unwrap_or_else(|| "stack".to_owned());
                let taken = |n: &str| {
                    let declared =
                        known.lab.stacks.contains_key(n) || known.lab.services.contains_key(n);
                    let there = stack.file.is_empty() && known.files.contains(&compose_file(n));
                    declared || there || self.stacks.contains_key(n)
                };
                name::free(&wanted, taken)
            }
        };
        if stack.file.is_empty() {
            stack.file = compose_file(&name);
        }
        if let Some(project) = stack.project.clone() {
            let path = stack.file.clone();
            self.bound.insert(
                ObjectRef::new(Kind::Stack, &name),
                Native::Project { project, path },
            );
        }
        if declared.is_none() {
            self.stacks.insert(name, stack);
        }
    }
}

/// Where the Compose file of a stack is written that has none in the tree.
fn compose_file(stack: &str) -> String {
    format!("stacks/{stack}/compose.yaml")
}

fn from(sources: &BTreeSet<String>) -> String {
    sources.iter().cloned().collect::<Vec<_>>().join(", ")
}

fn locked<'a>(known: &Known<'a>, object: &ObjectRef) -> Option<&'a Native> {
    known.lock?.objects.get(object)?.native.as_ref()
}

/// The declared cluster of hypervisors that a host belongs to.
fn cluster_of(known: &Known<'_>, host: &str) -> Option<ObjectRef> {
    let has = |c: &model::lab::guest::Cluster| {
        c.kind.known() == Some(&ClusterKind::Proxmox)
            && c.members
                .iter()
                .any(|m| m.value.kind() == Kind::Host && m.value.name() == host)
    };
    let found = known.lab.clusters.iter().find(|(_, c)| has(c));
    found.map(|(name, _)| ObjectRef::new(Kind::Cluster, name))
}

fn is_at(api: &Api, url: &str) -> bool {
    let plain = |u: &str| u.trim_end_matches('/').to_ascii_lowercase();
    api.url.known().is_some_and(|u| plain(&u.0) == plain(url))
}

/// What shows who a declared host is.
fn declared_keys(known: &Known<'_>, name: &str) -> Keys {
    let mut keys = Keys::new();
    let Some(host) = known.lab.hosts.get(name) else {
        return keys;
    };
    let object = ObjectRef::new(Kind::Host, name);
    let identity = locked(known, &object).and_then(Native::machine);
    keys.extend(identity.map(merge::identity_key));
    keys.extend(
        host.addresses
            .values()
            .filter_map(|a| merge::address_key(a.value()?)),
    );
    match &host.reach {
        Reach::Local => drop(keys.insert(merge::LOCAL.to_owned())),
        Reach::Ssh {
            destination, port, ..
        } => {
            let at = merge::address_key(&destination.value);
            keys.extend(match port.as_ref().map(|p| p.value).filter(|p| *p != 22) {
                Some(port) => at.map(|k| format!("{k}:{port}")),
                None => at,
            });
        }
        Reach::Unknown => {}
    }
    // Nodes keep the name that their cluster knows, also under a new one here.
    let was = host.was.as_ref().map(|w| w.value.as_str());
    let names: Vec<&str> = [Some(name), was].into_iter().flatten().collect();
    let clusters = known.lab.clusters.values().filter(|c| {
        c.members
            .iter()
            .any(|m| m.value.kind() == Kind::Host && m.value.name() == name)
    });
    let apis = clusters
        .filter_map(|c| c.api.as_ref())
        .chain(host.about.api.as_ref());
    for api in apis {
        let url = api
            .url
            .known()
            .map(|u| u.0.trim_end_matches('/').to_owned());
        keys.extend(
            url.iter()
                .flat_map(|u| names.iter().map(|n| merge::node_key(u, n))),
        );
    }
    keys
}

/// The declared guest that was found: by its number on the same host or cluster, else, if none is declared, by its name there.
fn declared_guest(
    guest: &Guest,
    host: Option<&str>,
    whole: Option<&ObjectRef>,
    known: &Known<'_>,
) -> Option<String> {
    let members: BTreeSet<&str> = whole
        .filter(|w| w.kind == Kind::Cluster)
        .and_then(|w| known.lab.clusters.get(&w.name))
        .map(|c| c.members.iter().map(|m| m.value.name()).collect())
        .unwrap_or_default();
    let here = known.lab.guests.iter().filter(|(_, g)| {
        g.on.known().is_some_and(|on| {
            let at_host =
                on.kind() == Kind::Host && (Some(on.name()) == host || members.contains(on.name()));
            at_host || whole.is_some_and(|w| w.kind == on.kind() && w.name == on.name())
        })
    });
    let wanted = name::of(&guest.name);
    let mut by_name = None;
    for (name, declared) in here {
        match declared.id.known() {
            Some(id) if Some(*id) == guest.id => return Some(name.clone()),
            None if Some(name) == wanted.as_ref() => by_name = Some(name.clone()),
            _ => {}
        }
    }
    by_name
}
