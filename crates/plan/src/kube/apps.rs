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
    /// The namespace of its stack, where that is declared.
    pub(super) namespace: Option<&'a str>,
    /// The name of its workload.
    pub(super) workload: &'a str,
    /// Somebody wrote that name for it.
    stated: bool,
    span: Span,
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
pub(super) fn apps<'a>(lab: &'a Lab, cluster: &ObjectRef) -> Vec<App<'a>> {
    let stacks: BTreeMap<&str, &Stack> = stacks(lab, cluster).collect();
    let mut out = Vec::new();
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        for runs in service.runs.iter() {
            let stack = runs.stack.known().and_then(|s| stacks.get(s.name()));
            let own = runs.cluster.known();
            let here = own.is_some_and(|c| c.kind() == cluster.kind && c.name() == cluster.name);
            if stack.is_none() && !here {
                continue;
            }
            let stated = runs.service.known().map(|n| n.0.as_str());
            let namespace = stack.and_then(|s| s.namespace.known());
            out.push(App {
                name,
                service,
                namespace: namespace.map(|n| n.0.as_str()),
                workload: stated.unwrap_or(name),
                stated: stated.is_some(),
                span: service.span,
            });
        }
    }
    out
}

impl Comparing<'_> {
    pub(super) fn namespaces(&mut self, apps: &[App<'_>]) {
        let extent = self.extent(|c| c.manage.as_ref().map(|m| &m.namespaces));
        let facts = self.facts;
        let there: BTreeSet<&str> = facts.items(NAMESPACE).map(|(name, _)| name).collect();
        let mut known: BTreeSet<&str> = USUAL.into_iter().collect();
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
            if known.insert(namespace) && !there.contains(namespace) {
                let said = format!("namespace {namespace} of stack {name}");
                self.lacking(NAMESPACE, namespace, &said, stack.span);
            }
        }
        // A service may say by name what the stack does not.
        let named: BTreeSet<&str> = apps
            .iter()
            .filter(|a| a.namespace.is_none())
            .map(|a| a.workload)
            .collect();
        let held = held(facts);
        for (name, _) in facts.items(NAMESPACE).filter(|(n, _)| !known.contains(n)) {
            let all = held.get(name).map_or(&[][..], Vec::as_slice);
            let is_of_a_service = all.iter().any(|w| named.contains(w));
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
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (_, value) in facts.items(WORKLOAD) {
            if let Some((namespace, name)) = text(value, "namespace").zip(text(value, "name")) {
                by_name.entry(name).or_default().push(namespace);
            }
        }
        let full: BTreeSet<&str> = by_name.values().flatten().copied().collect();
        let whole = facts.gap(NAMESPACE).is_none();
        let there: BTreeSet<&str> = facts.items(NAMESPACE).map(|(name, _)| name).collect();
        for app in apps {
            let found = by_name.get(app.workload).map_or(&[][..], Vec::as_slice);
            let is_there = match app.namespace {
                Some(namespace) => found.contains(&namespace),
                None => !found.is_empty(),
            };
            // Of a namespace that is missing it is told once.
            let gone = app.namespace.is_some_and(|n| whole && !there.contains(n));
            if is_there || gone {
                continue;
            }
            let place = app.namespace.map(|n| format!(" in namespace {n}"));
            let place = place.unwrap_or_default();
            let said = format!("workload {} of service {}{place}", app.workload, app.name);
            let key = format!("{}/{}", app.namespace.unwrap_or("*"), app.workload);
            let others = app.namespace.is_none_or(|n| full.contains(n));
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
}

/// The first of some names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let first: Vec<&str> = names.iter().copied().take(4).collect();
    match names.len().saturating_sub(4) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Names of workloads by namespace.
fn held(facts: &TargetFacts) -> BTreeMap<&str, Vec<&str>> {
    let mut held: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, value) in facts.items(WORKLOAD) {
        if let Some((namespace, name)) = text(value, "namespace").zip(text(value, "name")) {
            held.entry(namespace).or_default().push(name);
        }
    }
    held
}
