//! What the lab promises about its data: how soon it is back, and how much of it can be lost.
//!
//! There are two promises per dataset and fault scope, because they are shown by different records: a drill measures the
//! time to restore, an observation the age of the newest archive.

use crate::domain::copies;
use crate::doubt;
use crate::repository::{backups_of, repositories_of};
use crate::timer::DEFAULT_EVERY;
use model::declare::{Given, Known, OptExt as _};
use model::digest::Digest;
use model::id::{Kind, ObjectRef, PromiseId};
use model::lab::{Backup, Check, Dataset, FaultScope, Lab, Repository, Tier};
use model::promise::{Computed, Promise, Threshold};
use model::units::Seconds;
use plan::Context;
use std::collections::BTreeMap;

/// Time from a fault to the start of a restore, where the tier does not say.
const ASSUMED_RESPONSE: Seconds = Seconds(15 * 60);
/// A drill is good for so long.
const DRILL_MAX_AGE: Seconds = Seconds(30 * 86_400);

/// Id of "back in time after a fault of this scope".
pub fn rto_id(dataset: &str, scope: FaultScope) -> PromiseId {
    PromiseId::rto(dataset, scope)
}

/// Id of "no more than so much is lost in a fault of this scope".
pub fn rpo_id(dataset: &str, scope: FaultScope) -> PromiseId {
    PromiseId::rpo(dataset, scope)
}

/// The promises of every dataset that has a tier, by dataset and from small to large faults.
pub fn promises(ctx: &Context<'_>) -> Vec<Promise> {
    let mut all = Vec::new();
    for (name, dataset) in &ctx.lab.datasets {
        let tier = dataset.tier.known();
        let Some((label, tier)) = tier.and_then(|t| ctx.lab.tiers.get_key_value(t)) else {
            continue;
        };
        for scope in FaultScope::ALL {
            if let Some(rto) = tier.rto.get(&scope) {
                all.push(back_in_time(
                    ctx,
                    name,
                    label,
                    tier,
                    scope,
                    rto.value,
                    ctx.place(rto.span),
                ));
            }
            if let Some(rpo) = tier.rpo.get(&scope) {
                all.push(little_lost(
                    ctx,
                    name,
                    scope,
                    rpo.value,
                    ctx.place(rpo.span),
                ));
            }
        }
    }
    all
}

fn back_in_time(
    ctx: &Context<'_>,
    name: &str,
    label: &str,
    tier: &Tier,
    scope: FaultScope,
    rto: Seconds,
    cause: String,
) -> Promise {
    let copies = copies(ctx.lab, name, scope);
    let doubt = doubt::of_copies(ctx, name, &copies.surviving);
    let mut assumed = copies.assumed;
    assumed.extend(doubt.untold);
    let response = match tier.response.as_deref() {
        Some(Given {
            known:
                Known::Declared(response)
                | Known::Measured {
                    value: response, ..
                },
            ..
        }) => *response,
        Some(Given {
            known: Known::Assumed { value, .. },
            ..
        }) => {
            assumed.push(format!(
                "{value} to notice and decide (assumed in tier {label})"
            ));
            *value
        }
        Some(Given {
            known: Known::Unknown { .. },
            ..
        })
        | None => {
            assumed.push(format!(
                "{ASSUMED_RESPONSE} to notice and decide (no `response` in tier {label})"
            ));
            ASSUMED_RESPONSE
        }
    };
    if matches!(scope, FaultScope::Host | FaultScope::Site) {
        assumed.push(
            "a machine to restore to is at hand at once (no rebuild has been measured)".to_owned(),
        );
    }
    // What was only assumed must not break a promise: then the restore alone is held against the whole objective.
    let limit = match tier
        .response
        .as_deref()
        .filter(|r| !r.is_assumed())
        .and_then(Given::value)
    {
        Some(_) => rto.0 - response.0,
        None => rto.0,
    };
    let too_slow = (limit < 0).then(|| {
        format!(
            "noticing and deciding takes {response}, longer than the {rto} allowed for all of it"
        )
    });
    Promise {
        id: rto_id(name, scope),
        subject: ObjectRef::new(Kind::Dataset, name),
        statement: format!(
            "{name} is back within {rto} of losing {}, {response} of them to notice and decide",
            loss(scope)
        ),
        thresholds: BTreeMap::from([("restore_s".to_owned(), Threshold::AtMost(limit))]),
        scope: Some(scope),
        grace: None,
        max_age: DRILL_MAX_AGE,
        min_samples: 1,
        inputs: inputs(ctx.lab, name),
        computed: computed(copies.contradiction.or(too_slow).or(doubt.gone), &assumed),
        assumed,
        prove_with: format!("holdfast drill --dataset {name} --on {}", ctx.facts.realm),
        cause,
    }
}

fn little_lost(
    ctx: &Context<'_>,
    name: &str,
    scope: FaultScope,
    rpo: Seconds,
    cause: String,
) -> Promise {
    let lab = ctx.lab;
    let copies = copies(lab, name, scope);
    let doubt = doubt::of_copies(ctx, name, &copies.surviving);
    let mut assumed = copies.assumed;
    let every = interval(lab, name, &copies.surviving);
    let too_seldom = every
        .filter(|e| e.0 > rpo.0)
        .map(|every| format!("{name} is archived every {every}, so more than {rpo} can be lost"));
    let fresh = freshness(rpo, every);
    let contradiction = copies.contradiction.or(too_seldom).or(doubt.gone);
    assumed.extend(doubt.untold);
    assumed.extend(doubt::of_schedule(ctx, name, &copies.surviving));
    Promise {
        id: rpo_id(name, scope),
        subject: ObjectRef::new(Kind::Dataset, name),
        statement: format!(
            "losing {} costs at most {rpo} of {name}: the newest copy outside is at most {} old when looked at, \
             and the look is good for {}",
            loss(scope),
            Seconds(rpo.0 - fresh.0),
            fresh
        ),
        thresholds: BTreeMap::from([(
            "archive_age_s".to_owned(),
            Threshold::AtMost(rpo.0 - fresh.0),
        )]),
        scope: Some(scope),
        grace: None,
        max_age: fresh,
        min_samples: 1,
        inputs: inputs(lab, name),
        computed: computed(contradiction, &assumed),
        assumed,
        prove_with: "holdfast observe".to_owned(),
        cause,
    }
}

/// A computation counts only if it rests on no assumption; a contradiction never does.
fn computed(contradiction: Option<String>, assumed: &[String]) -> Option<Computed> {
    match contradiction {
        Some(why) => Some(Computed::Contradicted(why)),
        None => assumed.is_empty().then_some(Computed::Possible),
    }
}

/// How long a look at the newest archive is good for. An archive ages after it was looked at: what is shown now must still hold
/// when the record is at its oldest, so age when looked at and age of the look share the objective. The look gets half of what
/// the interval leaves, at least a tenth and at most half of the objective.
fn freshness(rpo: Seconds, every: Option<Seconds>) -> Seconds {
    let spare = every.map_or(0, |e| (rpo.0 - e.0) / 2);
    Seconds(spare.clamp(rpo.0 / 10, (rpo.0 / 2).max(rpo.0 / 10)))
}

/// The shortest interval at which a dataset is archived to one of these repositories.
fn interval(lab: &Lab, name: &str, repositories: &[&str]) -> Option<Seconds> {
    backups_of(lab, name)
        .filter(|(_, b)| {
            b.to.as_ref()
                .is_some_and(|t| repositories.contains(&t.value.as_str()))
        })
        .map(|(_, b)| every(b))
        .min()
}

fn every(backup: &Backup) -> Seconds {
    backup.every.as_ref().map_or(DEFAULT_EVERY, |e| e.value)
}

fn loss(scope: FaultScope) -> &'static str {
    match scope {
        FaultScope::Corruption => "the data in place",
        FaultScope::Device => "its disk",
        FaultScope::Host => "its host",
        FaultScope::Site => "the site",
    }
}

/// What the records about a dataset depend on: its own declaration, its repositories and its backups, without places in the
/// text and without the objectives, which are compared anew each time.
pub(crate) fn inputs(lab: &Lab, name: &str) -> BTreeMap<String, Digest> {
    let mut inputs = BTreeMap::new();
    if let Some(dataset) = lab.datasets.get(name) {
        inputs.insert(format!("dataset/{name}"), of_dataset(dataset));
    }
    for (repository, declared) in repositories_of(lab, name) {
        inputs.insert(format!("repository/{repository}"), of_repository(declared));
    }
    for (backup, declared) in backups_of(lab, name) {
        inputs.insert(format!("backup/{backup}"), of_backup(declared));
    }
    inputs
}

/// Where a dataset is said to be: a host by its name, anything else by its kind, too.
fn place(dataset: &Dataset) -> Option<String> {
    let host = dataset.host.as_ref().map(|h| h.value.clone());
    host.or_else(|| Some(dataset.about.on.known()?.0.object.to_string()))
}

fn of_dataset(dataset: &Dataset) -> Digest {
    let checks: Vec<_> = dataset
        .verify
        .iter()
        .map(|c| match c {
            Check::SqlAtLeast { query, at_least } => {
                ("sql", query.value.clone(), Some(at_least.value))
            }
            Check::FilesAtLeast(n) => ("files", String::new(), Some(n.value)),
            Check::FileExists(file) => ("file", file.value.clone(), None),
        })
        .collect();
    Digest::of_json(&(
        place(dataset),
        dataset.source.as_ref().map(crate::repository::source_of),
        dataset.disk.known(),
        checks,
    ))
}

fn of_repository(repository: &Repository) -> Digest {
    Digest::of_json(&(
        repository.on.known(),
        repository.location.known(),
        repository.disk.known(),
        repository.password.as_ref().map(|v| &v.value),
    ))
}

fn of_backup(backup: &Backup) -> Digest {
    Digest::of_json(&(
        backup.to.as_ref().map(|v| &v.value),
        every(backup),
        backup.keep_last.as_ref().map(|v| v.value),
        backup.keep_daily.as_ref().map(|v| v.value),
    ))
}
