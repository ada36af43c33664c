//! Snapshots and RAID that are taken for backups.

use crate::amounts::count;
use crate::bodies::Body;
use crate::copies::{Copy, Snapshots};
use crate::places;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::protection::BackupKind;
use model::lab::{Backup, DataClass, Lab};
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "bak-snapshot-not-copy",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A snapshot, a replica on the same pool, or RAID stands where a copy should be.",
    rationale: "A snapshot shares its blocks with the data: it undoes a mistake and is lost with the pool, as is a backup that is \
        written beside the data. RAID keeps the service up when a disk fails and repeats every deletion at once. None of them is a \
        copy; each counts as nothing against the loss of the pool, the machine or the house.",
    example: "snapshots: {hourly: {on: tank, schedule: hourly}}   # and no backup of what lies on tank",
    controls: &[
        "CIS v8 11.4",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("where a copy goes is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let copies = ctx.copies();
    let undos = ctx.snapshots();
    let mut beside: BTreeMap<String, (&Copy<'_>, &str, Vec<String>)> = BTreeMap::new();
    let bodies = ctx.bodies();
    for body in bodies {
        let own = copies.copies(body);
        if own.is_empty()
            && let Some(d) = only_snapshots(undos, body)
        {
            out.add(body.object.clone(), d);
        }
        for copy in own {
            if let Some(pool) = shared(body, copy) {
                let (_, _, whats) = beside
                    .entry(copy.by.clone())
                    .or_insert_with(|| (copy, pool, Vec::new()));
                whats.push(body.what.clone());
            }
        }
    }
    for (copy, pool, whats) in beside.into_values() {
        let object = ObjectRef::new(copy.taker.0, copy.taker.1);
        out.add(object, in_the_pool(copy, pool, &whats));
    }
    for (name, backup) in &lab.backups {
        if let Some(d) = snapshot_kind(lab, name, backup) {
            out.add(ObjectRef::new(Kind::Backup, name), d);
        }
    }
    replicas(lab, out);
    requirements(lab, out);
}

/// The data has snapshots and nothing else.
fn only_snapshots<'a>(undos: &Snapshots<'a>, body: &Body<'a>) -> Option<Diagnostic> {
    if matches!(
        body.class,
        Some(DataClass::Scratch | DataClass::Replaceable)
    ) {
        return None;
    }
    let of_it = undos.covering(body);
    let first = of_it.first()?.snapshot;
    let names: Vec<String> = of_it.iter().map(|u| format!("'{}'", u.name)).collect();
    let d = RULE
        .finding(format!("{} has snapshots and no copy", body.what))
        .at(body.span, "lost with its pool, snapshots and all")
        .and_at(first.span, "an undo")
        .note(format!("schedules of snapshots: {} ({}), copies: 0", of_it.len(), names.join(", ")))
        .help("add it to a backup or a replication to another machine; 'zfs send' and 'btrfs send' make copies of snapshots");
    Some(d)
}

/// The pool that the data and the copy are both on.
fn shared<'a>(body: &Body<'a>, copy: &Copy<'a>) -> Option<&'a str> {
    let machine = !body.place.machines.is_disjoint(&copy.place.machines);
    let pool = body.place.pools.intersection(&copy.place.pools).next();
    pool.filter(|_| machine).copied()
}

fn in_the_pool(copy: &Copy<'_>, pool: &str, whats: &[String]) -> Diagnostic {
    let (by, to) = (&copy.by, &copy.to);
    let shown: Vec<&str> = whats.iter().take(3).map(String::as_str).collect();
    let more = match whats.len().saturating_sub(shown.len()) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    RULE.finding(format!(
        "{by} writes {to} to pool '{pool}', where the data is"
    ))
    .at(copy.span, "lost with the data")
    .note(format!(
        "on pool '{pool}': {} of {}{more}, and this copy of {}; it counts 0",
        count(whats.len(), "body of data", "bodies of data"),
        shown.join(", "),
        if whats.len() == 1 { "it" } else { "them" }
    ))
    .help("send it to another machine; on this pool it only helps against mistakes")
}

fn snapshot_kind(lab: &Lab, name: &str, backup: &Backup) -> Option<Diagnostic> {
    let kind = backup.about.kind.as_ref()?;
    if kind.value() != Some(&BackupKind::Snapshot) {
        return None;
    }
    let d = RULE
        .finding(format!(
            "backup '{name}' takes snapshots: they are an undo and no copy"
        ))
        .at(kind.span, "counts 0 copies")
        .help("declare it under 'snapshots', and add a backup to another machine");
    let store = backup
        .to
        .as_ref()
        .and_then(|to| lab.repositories.get(&to.value));
    let place = store.map(|s| places::of_repository(lab, s));
    Some(match place.filter(|p| !p.is_unknown()) {
        Some(_) => d.note("if it sends them to a repository elsewhere, its kind is 'replication'"),
        None => d,
    })
}

fn replicas(lab: &Lab, out: &mut Findings) {
    for (name, replication) in &lab.replications {
        let (Some(from), Some(to)) = (replication.from.known(), replication.to.known()) else {
            continue;
        };
        if (from.kind(), from.name()) != (to.kind(), to.name()) {
            continue;
        }
        let d = RULE
            .finding(format!(
                "replication '{name}' copies {} '{}' to itself",
                from.kind().word(),
                from.name()
            ))
            .at(replication.span, "counts 0 copies")
            .help("replicate to a pool of another machine");
        out.add(ObjectRef::new(Kind::Replication, name), d);
    }
}

/// Redundancy, or snapshots, named as what meets the wish for backups.
fn requirements(lab: &Lab, out: &mut Findings) {
    for (name, requirement) in &lab.requirements {
        let text = requirement.text.known().map(|t| t.0.to_lowercase());
        let asks = text.is_some_and(|t| t.contains("backup") || t.contains("3-2-1"));
        let real = requirement.met_by.iter().any(|m| {
            matches!(
                m.value.kind(),
                Kind::Backup | Kind::Replication | Kind::Job | Kind::Repository | Kind::Service
            )
        });
        let instead = requirement
            .met_by
            .iter()
            .find(|m| matches!(m.value.kind(), Kind::Pool | Kind::Snapshot));
        if let Some(by) = instead.filter(|_| asks && !real) {
            let d = RULE
                .finding(format!(
                    "requirement '{name}' asks for backups and is met by {}, which is none",
                    by.value
                ))
                .at(by.span, "counts 0 copies")
                .help("name the backup that meets it");
            out.add(ObjectRef::new(Kind::Requirement, name), d);
        }
    }
}
