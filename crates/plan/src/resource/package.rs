//! Packages: declared ones are installed; ours that left the declaration are removed; others are left alone.

use super::builder::{Diff, Draft, On};
use crate::{Comparison, How};
use model::fact::{FactKind, FactPath, Seen};
use model::plan::{Action, Cond, Risk, Undo};

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let mut found: Vec<Comparison> = on
        .host
        .packages
        .iter()
        .filter_map(|p| missing(on, p))
        .collect();
    for name in on.ctx.owned_of(on.name, "package:") {
        if !on.host.packages.iter().any(|p| p.value == name) {
            found.extend(left(on, name));
        }
    }
    found
}

fn missing(on: &On<'_>, package: &diag::Spanned<String>) -> Option<Comparison> {
    let name = &package.value;
    let path = FactPath::new(FactKind::Package, name.clone());
    match on.facts.seen(&path) {
        Seen::Present(_) => None,
        Seen::Unknown(r) => Some(on.unknown(path, "installed", r, Some(package.span))),
        Seen::Absent => {
            let diff = Diff {
                path: path.clone(),
                how: How::Missing,
                declared: "installed".to_owned(),
                observed: "absent".to_owned(),
                span: Some(package.span),
            };
            let draft = Draft {
                id: format!("package/{name}"),
                summary: format!("install package {name}"),
                action: Action::InstallPackage { name: name.clone() },
                reads: vec![path.clone()],
                post: vec![Cond::Present(path)],
                undo: Undo::Compensate {
                    action: Box::new(Action::RemovePackage { name: name.clone() }),
                    remains: "packages that came with it, and its configuration files".to_owned(),
                },
                risk: Risk::Service,
                span: Some(package.span),
                after: Vec::new(),
            };
            Some(on.mend(diff, vec![draft]))
        }
    }
}

fn left(on: &On<'_>, name: &str) -> Option<Comparison> {
    let path = FactPath::new(FactKind::Package, name);
    let Seen::Present(version) = on.facts.seen(&path) else {
        return None;
    };
    let diff = Diff {
        path: path.clone(),
        how: How::Undeclared,
        declared: "no longer declared".to_owned(),
        observed: version.to_string(),
        span: None,
    };
    let draft = Draft {
        id: format!("package/{name}"),
        summary: format!("remove package {name}, which is no longer declared"),
        action: Action::RemovePackage {
            name: name.to_owned(),
        },
        reads: vec![path.clone()],
        post: vec![Cond::Absent(path)],
        undo: Undo::Compensate {
            action: Box::new(Action::InstallPackage {
                name: name.to_owned(),
            }),
            remains: "the version may be newer".to_owned(),
        },
        risk: Risk::Service,
        span: None,
        after: Vec::new(),
    };
    Some(on.mend(diff, vec![draft]))
}
