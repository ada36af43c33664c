//! Drills: restore, start cut off, ask, measure; all of it is taken back afterwards.

use crate::Refused;
use crate::domain::copies;
use crate::own::own_repositories_of;
use crate::path::parts;
use crate::repository::{Subject, subject};
use crate::restore::{SCRATCH, choose, restore};
use crate::step::{Draft, On};
use model::fact::{FactKind, FactPath};
use model::id::StepId;
use model::lab::{Check, DataSource, FaultScope, Lab};
use model::plan::{Action, Cond, FORMAT, Plan, Purpose, RestoredCheck, Risk, Source, Step, Undo};
use model::value::Value;
use plan::Context;
use std::collections::{BTreeMap, BTreeSet};

/// The plan of a drill of one dataset. `suffix` makes its scratch directory unique, such as the id of the run.
///
/// The engine unwinds it whatever happens: every step that leaves something has an exact undo.
///
/// # Errors
/// [`Refused`] if the dataset is not whole or in no backup, or if anything outside the scratch directory would be in reach.
pub fn drill_plan(ctx: &Context<'_>, dataset: &str, suffix: &str) -> Result<Plan, Refused> {
    let subject = subject(ctx.lab, dataset)?;
    let repository = choose(ctx.lab, &subject, farthest(ctx.lab, dataset))?;
    let scratch = scratch(dataset, suffix);
    let on = On {
        ctx,
        host: subject.host,
    };
    let mut first = restore(&on, &subject, repository, None, &scratch);
    first.cause = format!("holdfast drill --dataset {dataset}");
    let mut steps = vec![first];
    if let Source::Postgres { .. } = subject.source {
        steps.push(start(&on, &subject, &scratch, after(&steps)));
    }
    for (nth, check) in subject.dataset.verify.iter().enumerate() {
        steps.push(ask(&on, &subject, &scratch, nth, check, after(&steps)));
    }
    let plan = Plan {
        format: FORMAT,
        realm: ctx.facts.realm.clone(),
        purpose: Purpose::Drill,
        steps,
        blocked: Vec::new(),
    };
    isolate(ctx.lab, &plan)?;
    Ok(plan)
}

fn after(steps: &[Step]) -> BTreeSet<StepId> {
    steps.last().map(|s| s.id.clone()).into_iter().collect()
}

/// `drill-NAME-SUFFIX` below the scratch directory, of letters that no shell or unit file reads differently.
fn scratch(dataset: &str, suffix: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(64)
            .collect()
    };
    format!("{SCRATCH}/drill-{}-{}", plain(dataset), plain(suffix))
}

/// The repository that survives the most kinds of faults: a drill from it says the most.
fn farthest<'a>(lab: &'a Lab, dataset: &str) -> Option<&'a str> {
    let reach = |name: &str| {
        let scopes = FaultScope::ALL.into_iter();
        scopes
            .filter(|s| copies(lab, dataset, *s).surviving.contains(&name))
            .count()
    };
    let names = own_repositories_of(lab, dataset)
        .into_iter()
        .map(|(n, _)| n);
    // Of equals the first by name; `max_by_key` alone would take the last.
    names.rev().max_by_key(|n| reach(n))
}

fn start(on: &On<'_>, subject: &Subject<'_>, scratch: &str, after: BTreeSet<StepId>) -> Step {
    let name = subject.name;
    let unit = FactPath::new(FactKind::Unit, format!("holdfast-drill-{name}.service"));
    on.step(Draft {
        id: format!("start/{name}"),
        summary: format!(
            "start the restored {name}, cut off from network, devices and all other data"
        ),
        action: Action::StartIsolated {
            dataset: name.to_owned(),
            source: subject.source.clone(),
            scratch: scratch.to_owned(),
        },
        reads: BTreeMap::new(),
        post: vec![Cond::FieldIs(unit, "active".to_owned(), Value::from(true))],
        undo: Undo::Exact(Box::new(Action::StopIsolated {
            dataset: name.to_owned(),
            scratch: scratch.to_owned(),
        })),
        risk: Risk::None,
        cause: format!("holdfast drill --dataset {name}"),
        after,
    })
}

fn ask(
    on: &On<'_>,
    subject: &Subject<'_>,
    scratch: &str,
    nth: usize,
    check: &Check,
    after: BTreeSet<StepId>,
) -> Step {
    let name = subject.name;
    let (check, summary, span) = match check {
        Check::SqlAtLeast { query, at_least } => (
            RestoredCheck::SqlAtLeast {
                query: query.value.clone(),
                at_least: at_least.value,
            },
            format!("ask `{}`: at least {}", query.value, at_least.value),
            query.span,
        ),
        Check::FilesAtLeast(n) => (
            RestoredCheck::FilesAtLeast(n.value),
            format!("count files: at least {}", n.value),
            n.span,
        ),
        Check::FileExists(file) => (
            RestoredCheck::FileExists(file.value.clone()),
            format!("look for {}", file.value),
            file.span,
        ),
    };
    on.step(Draft {
        id: format!("check/{name}/{}", nth + 1),
        summary,
        action: Action::CheckRestored {
            dataset: name.to_owned(),
            source: subject.source.clone(),
            scratch: scratch.to_owned(),
            check,
        },
        reads: BTreeMap::new(),
        post: Vec::new(),
        undo: Undo::Irreversible("it changes nothing".to_owned()),
        risk: Risk::None,
        cause: on.ctx.place(span),
        after,
    })
}

/// An allow-list: a drill restores to one new directory below the scratch directory, and everything else in it stays there.
///
/// # Errors
/// [`Refused::NotIsolated`] for the first step that does anything else, or whose question names production data.
pub fn isolate(lab: &Lab, plan: &Plan) -> Result<(), Refused> {
    let mut home: Option<&str> = None;
    for step in &plan.steps {
        let refused = |what: String| Refused::NotIsolated {
            step: step.id.clone(),
            what,
        };
        if let Action::RestoreArchive { to, .. } = &step.action
            && home.replace(to).is_some()
        {
            return Err(refused("a second restore".to_owned()));
        }
        let home = home.ok_or_else(|| refused("it comes before the restore".to_owned()))?;
        within(lab, &step.action, home).map_err(&refused)?;
        match &step.undo {
            Undo::Exact(action) => within(lab, action, home).map_err(&refused)?,
            Undo::Irreversible(_) if matches!(step.action, Action::CheckRestored { .. }) => {}
            Undo::Saved | Undo::Compensate { .. } | Undo::Irreversible(_) => {
                return Err(refused("it cannot be taken back exactly".to_owned()));
            }
        }
    }
    Ok(())
}

fn within(lab: &Lab, action: &Action, home: &str) -> Result<(), String> {
    let directory = match action {
        Action::RestoreArchive { to, .. } => to,
        Action::StartIsolated { scratch, .. } | Action::StopIsolated { scratch, .. } => scratch,
        Action::CheckRestored { scratch, check, .. } => {
            question(lab, check)?;
            scratch
        }
        Action::RemoveScratch { path } => path,
        other => return Err(format!("an action that no drill has: {other:?}")),
    };
    let below = directory
        .strip_prefix(SCRATCH)
        .and_then(parts)
        .is_some_and(|parts| parts.len() == 1 && !directory.ends_with('/'));
    if !below || directory != home {
        return Err(format!("the directory {directory}"));
    }
    Ok(())
}

/// Questions may not name the places where production data is, nor leave the restored folder.
fn question(lab: &Lab, check: &RestoredCheck) -> Result<(), String> {
    let text = match check {
        RestoredCheck::FilesAtLeast(_) => return Ok(()),
        RestoredCheck::FileExists(file) => {
            let leaves = file.starts_with('/') || file.split('/').any(|p| p == "..");
            return if leaves || file.is_empty() {
                Err(format!("the file '{file}'"))
            } else {
                Ok(())
            };
        }
        RestoredCheck::SqlAtLeast { query, .. } => query,
    };
    if text.trim_start().starts_with('\\') {
        return Err("a query that begins with a backslash".to_owned());
    }
    let folders = lab.datasets.values().filter_map(|d| match &d.source {
        Some(DataSource::Folder(path)) => Some(path.value.trim_end_matches('/')),
        _ => None,
    });
    let named = folders
        .chain(["/var/lib/postgresql"])
        .find(|p| !p.is_empty() && text.contains(p));
    named.map_or(Ok(()), |p| Err(format!("a query that names {p}")))
}
