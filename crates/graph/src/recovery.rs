//! What must be there before something can be: for starting from all-off, and for restoring after a loss.
//!
//! Each object has a formula over others: what it runs on and needs, what opens it, what keeps its secrets, and one of the stores from
//! which its data is restored. The least fixpoint of all formulas is what can come back; the rest waits for itself.

mod lost;

use self::lost::{Lost, lost};
use crate::bodies::{self, Body, Index};
use crate::copies::{Copies, Copy};
use diag::{Span, Spanned};
use model::declare::{Opt, OptExt as _, Ref};
use model::id::Kind;
use model::lab::guest::{Cluster, Guest, Stack};
use model::lab::hardware::UnattendedBoot;
use model::lab::people::{SecretEntry, SecretStore};
use model::lab::service::{Dependency, Runs, Service, Status, Strength};
use model::lab::storage::{Encryption, Pool};
use model::lab::{Host, Lab, Repository};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An object.
pub type Node<'a> = (Kind, &'a str);

/// Why one object waits for another; the words stand between the two.
#[derive(Debug, Clone, Copy)]
pub enum Why<'a> {
    /// `is kept in`.
    Is(&'static str),
    /// Its data comes out of the other; by what it was put there.
    RestoredBy(Node<'a>),
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Is(words) => f.write_str(words),
            Why::RestoredBy((kind, name)) => {
                write!(f, "is restored, from {} '{name}', out of", kind.word())
            }
        }
    }
}

/// Why one object waits for another.
#[derive(Debug, Clone)]
pub struct Edge<'a> {
    /// What is waited for.
    pub to: Node<'a>,
    /// In words.
    pub why: Why<'a>,
    /// Where that is declared.
    pub span: Span,
    /// Only when data has to be restored.
    pub restores: bool,
}

#[derive(Debug)]
enum Formula<'a> {
    Leaf(Edge<'a>),
    /// So many of these.
    Of(usize, Vec<Formula<'a>>),
}

impl<'a> Formula<'a> {
    fn all(of: Vec<Formula<'a>>) -> Self {
        Formula::Of(of.len(), of)
    }

    /// One of these; nothing is wanted if there are none.
    fn any(of: Vec<Formula<'a>>) -> Self {
        Formula::Of(of.len().min(1), of)
    }

    fn holds(&self, lost: &Lost<'a>) -> bool {
        match self {
            Formula::Leaf(edge) => !lost.has(&edge.to),
            Formula::Of(wanted, of) => of.iter().filter(|f| f.holds(lost)).count() >= *wanted,
        }
    }

    /// What it waits for.
    fn waits<'f>(&'f self, lost: &Lost<'a>, out: &mut Vec<&'f Edge<'a>>) {
        match self {
            _ if self.holds(lost) => {}
            Formula::Leaf(edge) => out.push(edge),
            Formula::Of(_, of) => of.iter().for_each(|f| f.waits(lost, out)),
        }
    }
}

/// A cycle, with what waits for it.
pub struct Loop<'a> {
    /// From each object to the next; the last one leads to the first.
    pub steps: Vec<(Node<'a>, Edge<'a>)>,
    /// Objects outside of the cycle that cannot come back because of it or another.
    pub waiting: Vec<Node<'a>>,
}

/// All cycles that share no object; `bodies` are those of the lab.
pub fn loops<'a>(lab: &'a Lab, copies: &Copies<'a>, bodies: &[Body<'a>]) -> Vec<Loop<'a>> {
    let planned = planned(lab);
    let builder = Builder {
        lab,
        copies,
        bodies: by_node(lab, bodies.iter().chain(&planned)),
        opens: opens(lab),
        states: states(lab),
    };
    let things = things(lab);
    let lost = lost(&things, |thing| builder.formula(thing));
    // Few wait for themselves, if any: the formulas of all would be most of what a check of a large lab holds.
    let formulas: BTreeMap<_, _> = things
        .iter()
        .filter(|thing| lost.has(&thing.node()))
        .map(|thing| (thing.node(), builder.formula(thing)))
        .collect();
    let stuck: Vec<Node<'_>> = formulas.keys().copied().collect();
    let mut out: Vec<Loop<'_>> = Vec::new();
    let mut told: BTreeSet<Node<'_>> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for start in &stuck {
        let Some(steps) = walk(&formulas, &lost, *start, &mut seen) else {
            continue;
        };
        let nodes: Vec<Node<'_>> = steps.iter().map(|(n, _)| *n).collect();
        told.extend(nodes);
        out.push(Loop {
            steps,
            waiting: Vec::new(),
        });
    }
    if let [only] = out.as_mut_slice() {
        only.waiting = stuck.into_iter().filter(|n| !told.contains(n)).collect();
    }
    out
}

/// Follows what each object waits for until one comes again; none if it comes to where an earlier walk was.
fn walk<'a>(
    formulas: &BTreeMap<Node<'a>, Formula<'a>>,
    lost: &Lost<'a>,
    start: Node<'a>,
    seen: &mut BTreeSet<Node<'a>>,
) -> Option<Vec<(Node<'a>, Edge<'a>)>> {
    let mut path: Vec<(Node<'a>, Edge<'a>)> = Vec::new();
    let mut at: BTreeMap<Node<'a>, usize> = BTreeMap::new();
    let mut node = start;
    loop {
        if let Some(first) = at.get(&node) {
            let mut steps = path.split_off(*first);
            let least = steps.iter().enumerate().min_by_key(|(_, (n, _))| *n);
            let least = least.map_or(0, |(n, _)| n);
            steps.rotate_left(least);
            return Some(steps);
        }
        if !seen.insert(node) {
            return None;
        }
        let mut waits = Vec::new();
        formulas.get(&node)?.waits(lost, &mut waits);
        let next = (*waits.first()?).clone();
        let to = next.to;
        at.insert(node, path.len());
        path.push((node, next));
        node = to;
    }
}

/// Bodies of services that are meant to run and do not yet.
fn planned(lab: &Lab) -> Vec<Body<'_>> {
    let meant = |s: &Service| is_meant(s) && !s.is_running();
    let mut services = lab.services.iter().filter(|(_, s)| meant(s)).peekable();
    if services.peek().is_none() {
        return Vec::new();
    }
    let index = Index::of(lab);
    let bodies = services.flat_map(|(name, service)| {
        let of = bodies::of_service(lab, &index, name, service);
        of.into_iter().map(|(_, body)| body)
    });
    bodies.collect()
}

/// Bodies by the object that is not itself without them.
fn by_node<'c, 'a: 'c>(
    lab: &'a Lab,
    bodies: impl Iterator<Item = &'c Body<'a>>,
) -> FxHashMap<Node<'a>, Vec<&'c Body<'a>>> {
    let mut out: FxHashMap<Node<'a>, Vec<&'c Body<'a>>> = FxHashMap::default();
    for body in bodies {
        match (body.object.kind, body.named) {
            (Kind::Dataset, (name, _)) => out.entry((Kind::Dataset, name)).or_default().push(body),
            (Kind::Service, (name, key)) => {
                // etcd is the state of its whole cluster.
                if key.contains("etcd")
                    && let Some(service) = lab.services.get(name)
                {
                    for cluster in service.runs.iter().filter_map(|r| r.cluster.known()) {
                        let of = out.entry((Kind::Cluster, cluster.name()));
                        of.or_default().push(body);
                    }
                }
                out.entry((Kind::Service, name)).or_default().push(body);
            }
            _ => {}
        }
    }
    out
}

fn is_meant(service: &Service) -> bool {
    service.status.known() != Some(&Status::Retired)
}

struct Builder<'a, 'c> {
    lab: &'a Lab,
    copies: &'c Copies<'a>,
    bodies: FxHashMap<Node<'a>, Vec<&'c Body<'a>>>,
    opens: BTreeMap<Node<'a>, Vec<(&'a str, Span)>>,
    states: BTreeMap<&'a str, Vec<(&'a str, Span)>>,
}

/// Secrets by what they open.
fn opens(lab: &Lab) -> BTreeMap<Node<'_>, Vec<(&str, Span)>> {
    let mut out: BTreeMap<Node<'_>, Vec<(&str, Span)>> = BTreeMap::new();
    for (name, secret) in &lab.secrets {
        for opened in &secret.opens {
            let node = (opened.value.kind(), opened.value.name());
            out.entry(node).or_default().push((name, opened.span));
        }
    }
    out
}

/// Datasets on a cluster that are its etcd, by the cluster.
fn states(lab: &Lab) -> BTreeMap<&str, Vec<(&str, Span)>> {
    let mut out: BTreeMap<&str, Vec<(&str, Span)>> = BTreeMap::new();
    for (name, data) in &lab.datasets {
        let on = data.about.on.known();
        let on = on.filter(|on| on.kind() == Kind::Cluster && name.contains("etcd"));
        if let Some(cluster) = on {
            let of = out.entry(cluster.name());
            of.or_default().push((name, data.span));
        }
    }
    out
}

fn leaf<'a, const SET: u64>(to: &'a Ref<SET>, why: &'static str, span: Span) -> Formula<'a> {
    plain((to.kind(), to.name()), why, span)
}

fn plain<'a>(to: Node<'a>, why: &'static str, span: Span) -> Formula<'a> {
    Formula::Leaf(Edge {
        to,
        why: Why::Is(why),
        span,
        restores: false,
    })
}

/// An object that has a formula.
#[derive(Clone, Copy)]
enum Thing<'a> {
    Host(&'a str, &'a Host),
    Guest(&'a str, &'a Guest),
    Cluster(&'a str, &'a Cluster),
    Service(&'a str, &'a Service),
    Stack(&'a str, &'a Stack),
    Pool(&'a str, &'a Pool),
    Dataset(&'a str),
    Repository(&'a str, &'a Repository),
    Secret(&'a str, &'a SecretEntry),
}

impl<'a> Thing<'a> {
    fn node(&self) -> Node<'a> {
        match self {
            Thing::Host(name, _) => (Kind::Host, name),
            Thing::Guest(name, _) => (Kind::Guest, name),
            Thing::Cluster(name, _) => (Kind::Cluster, name),
            Thing::Service(name, _) => (Kind::Service, name),
            Thing::Stack(name, _) => (Kind::Stack, name),
            Thing::Pool(name, _) => (Kind::Pool, name),
            Thing::Dataset(name) => (Kind::Dataset, name),
            Thing::Repository(name, _) => (Kind::Repository, name),
            Thing::Secret(name, _) => (Kind::Secret, name),
        }
    }
}

fn things(lab: &Lab) -> Vec<Thing<'_>> {
    let mut out = Vec::new();
    out.extend(lab.hosts.iter().map(|(n, o)| Thing::Host(n, o)));
    out.extend(lab.guests.iter().map(|(n, o)| Thing::Guest(n, o)));
    out.extend(lab.clusters.iter().map(|(n, o)| Thing::Cluster(n, o)));
    let services = lab.services.iter().filter(|(_, s)| is_meant(s));
    out.extend(services.map(|(n, o)| Thing::Service(n, o)));
    out.extend(lab.stacks.iter().map(|(n, o)| Thing::Stack(n, o)));
    out.extend(lab.pools.iter().map(|(n, o)| Thing::Pool(n, o)));
    out.extend(lab.datasets.keys().map(|n| Thing::Dataset(n)));
    out.extend(
        lab.repositories
            .iter()
            .map(|(n, o)| Thing::Repository(n, o)),
    );
    out.extend(lab.secrets.iter().map(|(n, o)| Thing::Secret(n, o)));
    out
}

/// `on` and its kind, where it is given and known.
fn by<'a, const SET: u64>(given: &'a Opt<Ref<SET>>, why: &'static str) -> Option<Formula<'a>> {
    let given = given.as_ref()?;
    Some(leaf(given.value()?, why, given.span))
}

impl<'a> Builder<'a, '_> {
    fn formula(&self, thing: &Thing<'a>) -> Formula<'a> {
        match *thing {
            Thing::Host(name, host) => self.host(name, host),
            Thing::Guest(name, guest) => self.guest(name, guest),
            Thing::Cluster(name, cluster) => self.cluster(name, cluster),
            Thing::Service(name, service) => self.service(name, service),
            Thing::Stack(_, stack) => Formula::all(by(&stack.on, "runs on").into_iter().collect()),
            Thing::Pool(name, pool) => self.pool(name, pool),
            Thing::Dataset(name) => Formula::all(self.restored((Kind::Dataset, name))),
            Thing::Repository(name, store) => self.repository(name, store),
            Thing::Secret(_, secret) => {
                let kept = keeper(self.lab, secret);
                let kept = kept.map(|(node, span)| plain(node, "is kept in", span));
                Formula::all(kept.into_iter().collect())
            }
        }
    }

    fn host(&self, name: &'a str, host: &'a Host) -> Formula<'a> {
        let about = &host.about;
        let mut all = self.rebuilt(&about.rebuild_needs);
        let alone = matches!(
            about.unattended_boot.known(),
            Some(UnattendedBoot::Tpm | UnattendedBoot::Tang)
        );
        if encrypted(about.encryption.known()) && !alone {
            all.push(self.opened((Kind::Host, name)));
        }
        Formula::all(all)
    }

    fn guest(&self, name: &'a str, guest: &'a Guest) -> Formula<'a> {
        let mut all = self.rebuilt(&guest.rebuild_needs);
        all.extend(by(&guest.on, "runs on"));
        let disks = guest.disks.values();
        all.extend(disks.filter_map(|d| by(&d.pool, "has a disk on")));
        if encrypted(guest.encryption.known()) {
            all.push(self.opened((Kind::Guest, name)));
        }
        all.push(self.images(name));
        Formula::all(all)
    }

    fn cluster(&self, name: &'a str, cluster: &'a Cluster) -> Formula<'a> {
        let mut all = self.rebuilt(&cluster.rebuild_needs);
        let members = match cluster.masters.is_empty() {
            true => &cluster.members,
            false => &cluster.masters,
        };
        let members = members.iter().map(|m| leaf(&m.value, "runs on", m.span));
        all.push(Formula::any(members.collect()));
        all.extend(self.restored((Kind::Cluster, name)));
        all.extend(self.state_of(name));
        Formula::all(all)
    }

    fn pool(&self, name: &'a str, pool: &'a Pool) -> Formula<'a> {
        let from = by(&pool.from, "lies on");
        let mut all: Vec<_> = from.into_iter().chain(by(&pool.on, "is on")).collect();
        if encrypted(pool.encryption.known()) {
            all.push(self.opened((Kind::Pool, name)));
        }
        Formula::all(all)
    }

    fn repository(&self, name: &'a str, store: &'a Repository) -> Formula<'a> {
        let about = &store.about;
        let mut all = Vec::new();
        let host = store
            .on
            .as_ref()
            .and_then(|on| Some(plain((Kind::Host, on.value()?.as_str()), "is on", on.span)));
        all.extend(host);
        all.extend(by(&about.held_by, "is kept by"));
        all.extend(by(&about.pool, "lies on"));
        let keys = about
            .keys
            .iter()
            .map(|k| leaf(&k.value, "is opened by", k.span));
        let mut keys: Vec<_> = keys.collect();
        if keys.is_empty() {
            keys.push(self.opened((Kind::Repository, name)));
        }
        all.push(Formula::any(keys));
        Formula::all(all)
    }

    fn service(&self, name: &'a str, service: &'a Service) -> Formula<'a> {
        let mut all = self.rebuilt(&service.rebuild_needs);
        all.push(Formula::any(service.runs.iter().map(runs).collect()));
        let needs = service.needs.iter();
        all.extend(needs.filter_map(|n| need(self.lab, n)));
        let secrets = service.secrets.iter();
        all.extend(secrets.map(|s| leaf(&s.value, "starts with", s.span)));
        for data in service.data.values() {
            let set = data.dataset.as_ref();
            all.extend(set.and_then(|d| Some(leaf(d.value()?, "has its data in", d.span))));
        }
        all.extend(self.restored((Kind::Service, name)));
        Formula::all(all)
    }

    fn rebuilt<const SET: u64>(&self, needs: &'a [Spanned<Ref<SET>>]) -> Vec<Formula<'a>> {
        let needs = needs.iter();
        let edges = needs.map(|n| {
            Formula::Leaf(Edge {
                to: (n.value.kind(), n.value.name()),
                why: Why::Is("is set up anew with"),
                span: n.span,
                restores: true,
            })
        });
        edges.collect()
    }

    /// By any of the secrets that say so.
    fn opened(&self, node: Node<'a>) -> Formula<'a> {
        let secrets = self.opens.get(&node).into_iter().flatten();
        let edges = secrets.map(|(name, span)| plain((Kind::Secret, *name), "is opened by", *span));
        Formula::any(edges.collect())
    }

    /// Its data, each body from any of its copies. Without a copy there is nothing to wait for; other rules speak.
    fn restored(&self, node: Node<'a>) -> Vec<Formula<'a>> {
        let bodies = self.bodies.get(&node).into_iter().flatten();
        let copies = bodies.map(|body| self.copies.copies(body));
        copies.map(|copies| out_of(copies.into_iter())).collect()
    }

    /// Whole images of a guest.
    fn images(&self, name: &'a str) -> Formula<'a> {
        out_of(self.copies.of_thing((Kind::Guest, name)))
    }

    /// The datasets that are a cluster's etcd.
    fn state_of(&self, cluster: &str) -> impl Iterator<Item = Formula<'a>> {
        let of_it = self.states.get(cluster).into_iter().flatten();
        of_it.map(|(name, span)| {
            Formula::Leaf(Edge {
                to: (Kind::Dataset, name),
                why: Why::Is("has its state in"),
                span: *span,
                restores: true,
            })
        })
    }
}

/// From any of these.
fn out_of<'c, 'a: 'c>(copies: impl Iterator<Item = &'c Copy<'a>>) -> Formula<'a> {
    let stores = copies.map(|copy| {
        let edge = |to| Edge {
            to,
            why: Why::RestoredBy(copy.taker),
            span: copy.span,
            restores: true,
        };
        // A store that is not declared is taken as being there.
        copy.store
            .map_or(Formula::all(Vec::new()), |to| Formula::Leaf(edge(to)))
    });
    Formula::any(stores.collect())
}

fn encrypted(how: Option<&Encryption>) -> bool {
    how.is_some_and(|e| *e != Encryption::None)
}

fn runs(runs: &Runs) -> Formula<'_> {
    let places = [
        by(&runs.stack, "runs on"),
        by(&runs.guest, "runs on"),
        by(&runs.host, "runs on"),
        by(&runs.cluster, "runs on"),
        by(&runs.device, "runs on"),
    ];
    Formula::all(places.into_iter().flatten().collect())
}

/// A hard need; soft ones hold nothing up.
fn need<'a>(lab: &Lab, dependency: &'a Dependency) -> Option<Formula<'a>> {
    if dependency.kind.known() == Some(&Strength::Soft) {
        return None;
    }
    if let Some(given) = &dependency.need {
        let to = given.value()?;
        return Some(leaf(to, "needs", given.span));
    }
    let all = |of: &'a [Dependency]| -> Vec<Formula<'a>> {
        of.iter().filter_map(|n| need(lab, n)).collect()
    };
    // A host that is not in use is no alternative, unless there is nothing else. A service that is planned itself is looked at as if it were there.
    let left = |of: &'a [Dependency]| -> Vec<Formula<'a>> {
        let gone = |n: &&Dependency| {
            let on = n.need.known().map(|n| &n.0.object);
            on.is_some_and(|on| lab.apart.why.contains_key(on))
        };
        match of.iter().all(|n| gone(&n)) {
            true => all(of),
            false => {
                let there = of.iter().filter(|n| !gone(n));
                there.filter_map(|n| need(lab, n)).collect()
            }
        }
    };
    let wanted = dependency.of.known().and_then(|n| usize::try_from(*n).ok());
    let parts = vec![
        Formula::all(all(&dependency.all)),
        Formula::any(left(&dependency.any)),
        {
            let among = left(&dependency.among);
            Formula::Of(wanted.unwrap_or(1).min(among.len()), among)
        },
    ];
    Some(Formula::all(parts))
}

/// What keeps a secret, unless it can be had without it.
pub fn keeper<'a>(lab: &'a Lab, secret: &'a SecretEntry) -> Option<(Node<'a>, Span)> {
    let store = secret.r#in.known();
    let lasting = matches!(store, Some(SecretStore::Paper | SecretStore::Token));
    if lasting || secret.escrow.known().is_some() {
        return None;
    }
    if let Some(given) = &secret.held_by {
        let by = given.value()?;
        return Some(((by.kind(), by.name()), given.span));
    }
    let word = match store? {
        SecretStore::Vaultwarden => "vaultwarden",
        SecretStore::Vault => "vault",
        _ => return None,
    };
    let span = secret.r#in.as_ref()?.span;
    let is_it = |name: &str, s: &Service| {
        let image = s.image.known().map(String::as_str).unwrap_or_default();
        let bitwarden =
            word == "vaultwarden" && (name.contains("bitwarden") || image.contains("bitwarden"));
        let warden = name.contains("warden") || image.contains("warden");
        let plain = name.contains(word) || image.contains(word);
        (plain && (word != "vault" || !warden)) || bitwarden
    };
    let mut found = lab.services.iter().filter(|(name, s)| is_it(name, s));
    let (name, _) = found.next()?;
    Some(((Kind::Service, name), span))
}
