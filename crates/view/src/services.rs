//! What people use: tier, place, needs.

use crate::{Cell, Sheet};
use model::lab::Lab;
use model::lab::service::{Dependency, Runs, Strength};

pub(crate) fn sheet(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "services",
        &[
            "SERVICE",
            "TIER",
            "STATUS",
            "RUNS",
            "NEEDS",
            "DATA",
            "WAYS IN",
            "SMOKE TESTS",
            "OWNER",
        ],
    );
    for (name, service) in &lab.services {
        sheet.row([
            Cell::declared(name),
            Cell::with(&service.tier, |t| t.name().to_owned()),
            Cell::with(&service.status, |s| s.word().to_owned()),
            Cell::list(service.runs.iter().map(runs)),
            Cell::list(service.needs.iter().map(need)),
            Cell::list(service.data.keys()),
            count(service.exposures.len()),
            count(service.smoke.len()),
            Cell::with(&service.owner, |o| o.name().to_owned()),
        ]);
    }
    sheet
}

fn count(n: usize) -> Cell {
    if n == 0 {
        Cell::silent()
    } else {
        Cell::computed(n)
    }
}

fn runs(at: &Runs) -> String {
    let stack = Cell::with(&at.stack, |r| format!("stack {}", r.name()));
    let guest = Cell::with(&at.guest, |r| r.name().to_owned());
    let host = Cell::with(&at.host, |r| r.name().to_owned());
    let cluster = Cell::with(&at.cluster, |r| r.name().to_owned());
    let device = Cell::with(&at.device, |r| r.name().to_owned());
    let unit = Cell::of(&at.unit);
    let all = [stack, guest, host, cluster, device, unit];
    let said: Vec<String> = all
        .into_iter()
        .map(|c| c.text)
        .filter(|t| !t.is_empty())
        .collect();
    said.join(" ")
}

/// A need in a few words: `dns`, `any of (a, b)`, `2 of (a, b, c)`.
pub(crate) fn need(dependency: &Dependency) -> String {
    let several = |items: &[Dependency]| {
        let names: Vec<String> = items.iter().map(need).collect();
        names.join(", ")
    };
    if let Some(name) = dependency.need.as_ref().and_then(|n| n.value()) {
        let soft = dependency.kind.as_ref().and_then(|k| k.value()) == Some(&Strength::Soft);
        let part = name.part().map(|p| format!("/{p}")).unwrap_or_default();
        let mark = if soft { " (soft)" } else { "" };
        return format!("{}{part}{mark}", name.name());
    }
    if !dependency.any.is_empty() {
        return format!("any of ({})", several(&dependency.any));
    }
    if !dependency.all.is_empty() {
        return format!("({})", several(&dependency.all));
    }
    let of = Cell::of(&dependency.of).text;
    format!("{of} of ({})", several(&dependency.among))
}
