//! Archives now: what a backup takes, read back afterwards.

use crate::Refused;
use crate::own::{archived, none_of_ours, own_backups_of};
use crate::repository::{Subject, archive_path, repository_path, subject};
use crate::setup::{make_repository, of_backup};
use crate::step::{Draft, On};
use model::fact::Seen;
use model::id::StepId;
use model::plan::{
    Action, Cond, FORMAT, Plan, Purpose, Reading, RepositoryHandle, Risk, Step, Undo,
};
use plan::Context;
use plan::planner::say_once_who_is_silent;
use std::collections::{BTreeMap, BTreeSet};

/// The plan that archives `datasets` (all that are in a backup, if none is named) and reads each archive back.
///
/// Taking and reading back are acts without a fact of their own: their `post` is empty unless the archive is the first one, and a
/// step with an empty `post` is carried out whenever it is asked for.
///
/// # Errors
/// [`Refused`] if a dataset is unknown, incomplete or in no backup.
pub fn backup_plan(ctx: &Context<'_>, datasets: &BTreeSet<String>) -> Result<Plan, Refused> {
    let names: Vec<&str> = if datasets.is_empty() {
        archived(ctx.lab)
    } else {
        datasets.iter().map(String::as_str).collect()
    };
    if names.is_empty() {
        return Err(Refused::NothingToBackUp);
    }
    let mut plan = Plan {
        format: FORMAT,
        realm: ctx.facts.realm.clone(),
        purpose: Purpose::Backup,
        steps: Vec::new(),
        blocked: Vec::new(),
    };
    let mut made: BTreeMap<(String, String), Option<BTreeSet<StepId>>> = BTreeMap::new();
    for name in names {
        let subject = subject(ctx.lab, name)?;
        let repositories = targets(ctx, &subject)?;
        let on = On {
            ctx,
            host: subject.host,
        };
        for repository in repositories {
            let key = (subject.host.to_owned(), repository.name.clone());
            let after = made.entry(key).or_insert_with(|| {
                let made = make_repository(&on, &repository);
                let complete = made.blocked.is_empty();
                let ids = made.steps.iter().map(|s| s.id.clone()).collect();
                plan.steps.extend(made.steps);
                plan.blocked.extend(made.blocked);
                complete.then_some(ids)
            });
            if let Some(after) = after {
                plan.steps
                    .extend(archive(&on, &subject, &repository, after));
            }
        }
    }
    say_once_who_is_silent(ctx, &mut plan.blocked);
    Ok(plan)
}

/// Where a dataset's backups go, each repository once.
fn targets(ctx: &Context<'_>, subject: &Subject<'_>) -> Result<Vec<RepositoryHandle>, Refused> {
    let mut found: BTreeMap<String, RepositoryHandle> = BTreeMap::new();
    for (name, backup) in own_backups_of(ctx.lab, subject.name) {
        let handle =
            of_backup(ctx.lab, backup, subject.host).map_err(|why| Refused::Repository {
                dataset: subject.name.to_owned(),
                repository: backup
                    .to
                    .as_ref()
                    .map_or_else(|| format!("of backup {name}"), |t| t.value.clone()),
                why,
            })?;
        found.insert(handle.name.clone(), handle);
    }
    if found.is_empty() {
        return Err(none_of_ours(ctx.lab, subject.name));
    }
    Ok(found.into_values().collect())
}

fn archive(
    on: &On<'_>,
    subject: &Subject<'_>,
    repository: &RepositoryHandle,
    after: &BTreeSet<StepId>,
) -> [Step; 2] {
    let (name, to) = (subject.name, &repository.name);
    let newest = archive_path(to, name);
    let post = match on.seen(&newest) {
        Seen::Absent => vec![Cond::Present(newest)],
        Seen::Present(_) | Seen::Unknown(_) => Vec::new(),
    };
    let at = repository_path(to);
    let reads = match on.seen(&at) {
        Seen::Present(value) => BTreeMap::from([(at, Reading::Present(value))]),
        // It is made by an earlier step of this plan.
        Seen::Absent | Seen::Unknown(_) => BTreeMap::new(),
    };
    let cause = on.ctx.place(subject.dataset.span);
    let take = on.step(Draft {
        id: format!("archive/{to}/{name}"),
        summary: format!("archive {name} to {to}"),
        action: Action::TakeArchive {
            repository: repository.clone(),
            dataset: name.to_owned(),
            source: subject.source.clone(),
        },
        reads,
        post,
        undo: Undo::Irreversible(
            "an archive is only added; it goes when the retention of its backup says so".to_owned(),
        ),
        risk: Risk::None,
        cause: cause.clone(),
        after: after.clone(),
    });
    let verify = on.step(Draft {
        id: format!("verify/{to}/{name}"),
        summary: format!("read the archive of {name} back from {to}"),
        action: Action::VerifyArchive {
            repository: repository.clone(),
            dataset: name.to_owned(),
        },
        reads: BTreeMap::new(),
        post: Vec::new(),
        undo: Undo::Irreversible("it changes nothing".to_owned()),
        risk: Risk::None,
        cause,
        after: BTreeSet::from([take.id.clone()]),
    });
    [take, verify]
}
