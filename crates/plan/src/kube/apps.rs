//! Stacks and services that are declared to run in a cluster, against its namespaces and workloads.

use super::{Comparing, text};
use crate::How;
use diag::Span;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::guest::{Extent, Stack, StackKind};
use model::lab::service::Service;
use std::collections::{BTreeMap, BTreeSet};

const NAMESPACE: FactKind = FactKind::KubeNamespace;
const WORKLOAD: FactKind = FactKind::KubeWorkload;
/// Namespaces that every cluster has, and that of the account that looks.
const USUAL: [&str; 5] = [
    "default",
    "holdfast",
    "kube-node-lease",
    "kube-public",
    "kube-system",
];

/// A service that is declared to run in a cluster.
pub(super) struct App<'a> {
    pub(super) name: &'a str,
    pub(super) service: &'a Service,
    place: Place<'a>,
    /// The name of its workload.
    workload: &'a str,
    /// Somebody wrote that name for it.
    stated: bool,
    /// What would say its namespace.
    add: String,
    span: Span,
}

/// The namespace that a service runs in.
enum Place<'a> {
    /// Its stack says so.
    Declared(&'a str),
    /// Its workload is nowhere else.
    Found(&'a str),
    /// Workloads of that name are in these, or in none.
    Open(Vec<&'a str>),
}

impl<'a> App<'a> {
    pub(super) fn namespace(&self) -> Option<&'a str> {
        match self.place {
            Place::Declared(namespace) | Place::Found(namespace) => Some(namespace),
            Place::Open(_) => None,
        }
    }
}

/// The stacks that are declared on a cluster.
pub(super) fn stacks<'a>(
    lab: &'a Lab,
    cluster: &ObjectRef,
) -> impl Iterator<Item = (&'a str, &'a Stack)> {
    lab.stacks.iter().filter_map(move |(name, stack)| {
        let on = stack.on.known()?;
        let here = on.kind() == cluster.kind && on.name() == cluster.name;
        let is_compose = stack.kind.known() == Some(&StackKind::Compose);
        (here && !is_compose).then_some((name.as_str(), stack))
    })
}

/// The services that are declared to run there.
pub(super) fn apps<'a>(lab: &'a Lab, cluster: &ObjectRef, facts: &'a TargetFacts) -> Vec<App<'a>> {
    let stacks: BTreeMap<&str, &Stack> = stacks(lab, cluster).collect();
    let by_name = by_name(facts);
    let mut out = Vec::new();
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        for runs in service.runs.iter() {
            let stack = runs.stack.known();
            let stack = stack.and_then(|s| Some((s.name(), stacks.get(s.name())?)));
            let own = runs.cluster.known();
            let here = own.is_some_and(|c| c.kind() == cluster.kind && c.name() == cluster.name);
            if stack.is_none() && !here {
                continue;
            }
            let stated = runs.service.known().map(|n| n.0.as_str());
            let workload = stated.unwrap_or(name);
            let declared = stack.and_then(|(_, s)| s.namespace.known());
            let place = match declared {
                Some(namespace) => Place::Declared(namespace.0.as_str()),
                None => found(by_name.get(workload)),
            };
            out.push(App {
                name,
                service,
                place,
                workload,
                stated: stated.is_some(),
                add: match stack {
                    Some((stack, _)) => format!("`namespace` to stack {stack}"),
                    None => format!("`stack` to `runs` of service {name}"),
                },
                span: service.span,
            });
        }
    }
    out
}

/// Namespaces of workloads by their name.
fn by_name(facts: &TargetFacts) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (namespace, name) in workloads(facts) {
        by_name.entry(name).or_default().insert(namespace);
    }
    by_name
}

/// Namespace and name of all that runs by itself: pods of controllers are called as nobody called them.
fn workloads(facts: &TargetFacts) -> impl Iterator<Item = (&str, &str)> {
    let own = facts.items(WORKLOAD);
    let own = own.filter(|(_, value)| value.field("owner").is_none());
    own.filter_map(|(_, value)| text(value, "namespace").zip(text(value, "name")))
}

/// A name alone says where something is only if it is in one namespace.
fn found<'a>(namespaces: Option<&BTreeSet<&'a str>>) -> Place<'a> {
    let all: Vec<&str> = namespaces.into_iter().flatten().copied().collect();
    match all.as_slice() {
        [only] => Place::Found(only),
        _ => Place::Open(all),
    }
}

impl Comparing<'_> {
    pub(super) fn namespaces(&mut self, apps: &[App<'_>]) {
        let extent = self.extent(|c| c.manage.as_ref().map(|m| &m.namespaces));
        let facts = self.facts;
        let there: BTreeSet<&str> = facts.items(NAMESPACE).map(|(name, _)| name).collect();
        let mut declared: BTreeSet<&str> = BTreeSet::new();
        let lab = self.ctx.lab;
        for (name, stack) in stacks(lab, &self.interface.object) {
            let Some(namespace) = stack.namespace.known() else {
                let path = FactPath::new(NAMESPACE, format!("{name}/*"));
                let seen = "unknown (nothing says its namespace: add `namespace`)";
                let said = format!("stack {name}");
                self.out
                    .tell(path, How::Unknown, &said, seen, Some(stack.span));
                continue;
            };
            let namespace = namespace.0.as_str();
            if declared.insert(namespace) && !there.contains(namespace) {
                let said = format!("namespace {namespace} of stack {name}");
                self.lacking(NAMESPACE, namespace, &said, stack.span);
            }
        }
        // A service may say by name what the stack does not.
        let claimed: BTreeSet<(&str, &str)> = apps
            .iter()
            .filter_map(|a| match a.place {
                Place::Found(namespace) => Some((namespace, a.workload)),
                Place::Declared(_) | Place::Open(_) => None,
            })
            .collect();
        let held = held(facts);
        let is_known = |name: &str| declared.contains(name) || USUAL.contains(&name);
        for (name, _) in facts.items(NAMESPACE).filter(|(n, _)| !is_known(n)) {
            let all = held.get(name).map_or(&[][..], Vec::as_slice);
            let is_of_a_service =
                !all.is_empty() && all.iter().all(|w| claimed.contains(&(name, *w)));
            if extent == Extent::Exactly && !is_of_a_service {
                let seen = match all {
                    [] => "a namespace without workloads".to_owned(),
                    all => format!("a namespace with {}", listed(all)),
                };
                let path = FactPath::new(NAMESPACE, name);
                self.out
                    .tell(path, How::Undeclared, "no stack has it", &seen, None);
            }
        }
        if extent != Extent::Ignore {
            self.partial(NAMESPACE, "no other namespaces");
        }
    }

    pub(super) fn workloads(&mut self, apps: &[App<'_>]) {
        let facts = self.facts;
        let by_name = by_name(facts);
        let full: BTreeSet<&str> = by_name.values().flatten().copied().collect();
        let whole = facts.gap(NAMESPACE).is_none();
        let there: BTreeSet<&str> = facts.items(NAMESPACE).map(|(name, _)| name).collect();
        for app in apps {
            let found = by_name.get(app.workload);
            let namespace = match &app.place {
                Place::Found(_) => continue,
                Place::Declared(namespace) => Some(*namespace),
                Place::Open(several) if !several.is_empty() => {
                    self.which(app, several);
                    continue;
                }
                Place::Open(_) => None,
            };
            let is_there = namespace.is_some_and(|n| found.is_some_and(|all| all.contains(n)));
            // Of a namespace that is missing it is told once.
            let gone = namespace.is_some_and(|n| whole && !there.contains(n));
            if is_there || gone {
                continue;
            }
            let place = namespace.map(|n| format!(" in namespace {n}"));
            let place = place.unwrap_or_default();
            let said = format!("workload {} of service {}{place}", app.workload, app.name);
            let key = format!("{}/{}", namespace.unwrap_or("*"), app.workload);
            let others = namespace.is_none_or(|n| full.contains(n));
            if app.stated || !others || facts.gap(WORKLOAD).is_some() {
                self.lacking(WORKLOAD, &key, &said, app.span);
                continue;
            }
            let seen = format!(
                "unknown (none has this name: say in `runs` of service {} under which `service` it runs)",
                app.name
            );
            let path = FactPath::new(WORKLOAD, key);
            self.out
                .tell(path, How::Unknown, &said, &seen, Some(app.span));
        }
    }

    /// Several namespaces have something of its name.
    fn which(&mut self, app: &App<'_>, namespaces: &[&str]) {
        let path = FactPath::new(WORKLOAD, format!("*/{}", app.workload));
        let said = format!("workload {} of service {}", app.workload, app.name);
        let seen = format!(
            "unknown (which namespace: one is in each of {}; add {})",
            listed(namespaces),
            app.add
        );
        self.out
            .tell(path, How::Unknown, &said, &seen, Some(app.span));
    }
}

/// The first of some names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let first: Vec<&str> = names.iter().copied().take(4).collect();
    match names.len().saturating_sub(4) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Names of workloads by namespace, each once.
fn held(facts: &TargetFacts) -> BTreeMap<&str, Vec<&str>> {
    let each: BTreeSet<(&str, &str)> = workloads(facts).collect();
    let mut held: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (namespace, name) in each {
        held.entry(namespace).or_default().push(name);
    }
    held
}
