//! What cannot be had again lies on less redundancy than what can.

use crate::bodies::Body;
use crate::places::Machine;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::lab::{DataClass, Lab};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "sto-tier-value",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Irreplaceable or important data lies on less redundancy than replaceable data.",
    rationale: "Redundancy is bought for what hurts most when it is away. Where films are on RAID and the databases and passwords \
        on the one disk of the system, the money protects the wrong thing, and a single failed disk takes what costs days or \
        cannot be had again.",
    example: "services: {vault: {data: {db: {on: nvme, class: irreplaceable}}}, tv: {data: {films: {on: raid, class: replaceable}}}}",
    controls: &[
        "NIST CSF 2.0 ID.AM-05",
        "ISO 27001:2022 A.5.12",
        "ISO 27001:2022 A.8.14",
    ],
    mend: Mend::None("data has to be moved"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let bodies = ctx.bodies();
    let of = |wanted: &[DataClass]| {
        let all = bodies
            .iter()
            .filter(|b| b.class.is_some_and(|c| wanted.contains(&c)));
        all.filter_map(|b| Some((tolerance(ctx.lab, b)?, b)))
            .collect::<Vec<_>>()
    };
    // On another machine there may be no way to the better disks.
    let mut best: BTreeMap<Machine<'_>, (u32, &Body<'_>)> = BTreeMap::new();
    for (most, body) in of(&[DataClass::Replaceable, DataClass::Scratch]) {
        for machine in &body.place.machines {
            let entry = best.entry(*machine).or_insert((most, body));
            if most > entry.0 {
                *entry = (most, body);
            }
        }
    }
    for (own, body) in of(&[DataClass::Irreplaceable, DataClass::Important]) {
        let near = body.place.machines.iter().filter_map(|m| best.get(m));
        if let Some((most, example)) = near.max_by_key(|(t, _)| *t).filter(|(most, _)| own < *most)
        {
            out.add(body.object.clone(), finding(body, own, example, *most));
        }
    }
}

/// Disks that may fail: of its pool, or none where it lies on one disk.
fn tolerance(lab: &Lab, body: &Body<'_>) -> Option<u32> {
    match body.place.pools.is_empty() {
        true => body.place.disk.map(|_| 0),
        false => body.place.tolerance(lab),
    }
}

fn finding(body: &Body<'_>, own: u32, example: &Body<'_>, most: u32) -> Diagnostic {
    let class = body.class.map(|c| c.to_string()).unwrap_or_default();
    let other = example.class.map(|c| c.to_string()).unwrap_or_default();
    RULE.finding(format!("{} is {class} and lies on less redundancy than {}, which is {other}", body.what, example.what))
        .at(body.span, format!("{class}, on {}: {own} failed disks are survived", on(body)))
        .and_at(example.span, format!("{other}, on {}: {most}", on(example)))
        .note(format!("failed disks that are survived: {own} < {most}"))
        .help(format!("move {} to redundant disks (a mirror for the system disk will do), or say what it is worth", body.what))
}

fn on(body: &Body<'_>) -> String {
    let pools: Vec<String> = body
        .place
        .pools
        .iter()
        .map(|p| format!("pool '{p}'"))
        .collect();
    match (pools.is_empty(), body.place.disk) {
        (true, Some(disk)) => format!("disk '{disk}'"),
        (true, None) => "an undeclared disk".to_owned(),
        (false, _) => pools.join(" and "),
    }
}
