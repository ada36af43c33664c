//! What has to be looked at to decide and to verify steps.

use model::fact::{FactKind, FactPath, Scope};
use model::plan::{Cond, Plan, Reading, Step};
use std::collections::BTreeMap;

/// What a step was planned from and what it promises.
pub fn of_step(step: &Step) -> Scope {
    let mut scope = Scope::default();
    for path in paths(step) {
        add(&mut scope, path);
    }
    for (path, reading) in &step.reads {
        if let Reading::Present(value) = reading {
            scope.knows(path.clone(), value.clone());
        }
    }
    for cond in &step.post {
        if let Cond::Is(path, value) = cond {
            scope.knows(path.clone(), value.clone());
        }
    }
    scope
}

/// The same for a whole plan, by host.
pub fn of_plan(plan: &Plan) -> BTreeMap<String, Scope> {
    let mut scopes: BTreeMap<String, Scope> = BTreeMap::new();
    for step in &plan.steps {
        let scope = scopes.entry(step.target.name.clone()).or_default();
        *scope = std::mem::take(scope).union(of_step(step));
    }
    scopes
}

/// The paths that a step reads or promises, each once, in order.
pub(crate) fn paths(step: &Step) -> Vec<&FactPath> {
    let mut all: Vec<&FactPath> = step
        .reads
        .keys()
        .chain(step.post.iter().map(Cond::path))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Absence is concluded only from a complete list, so kinds that are listed whole are asked for as a collection: all but those that are
/// asked for one by one.
fn add(scope: &mut Scope, path: &FactPath) {
    let one_by_one = matches!(
        path.kind,
        FactKind::File
            | FactKind::Unit
            | FactKind::Sysctl
            | FactKind::Nft
            | FactKind::Timer
            | FactKind::Archive
            | FactKind::Repository
    );
    if !one_by_one {
        scope.collections.insert(path.kind);
    }
    if one_by_one || path.kind.is_pve() {
        scope.add(path.clone());
    }
}
