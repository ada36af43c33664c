//! What the newest look and the newest drill say against a promise although its own record still holds.
//!
//! An archive that is young but could not be restored is no copy, a timer that is off takes no next archive, and a repository that
//! does not open may hold anything.

use crate::evidence::newest;
use crate::promise::{rpo_id, rto_id};
use crate::repository::{archive_path, backups_of};
use crate::timer;
use model::evidence::{Body, Conclusion, Record};
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::id::Kind;
use model::lab::{Backup, FaultScope};
use model::promise::{Computed, Promise};
use model::realm::Realm;
use model::units::Seconds;
use model::value::Value;
use plan::Context;

/// What speaks against the copies of a dataset.
#[derive(Debug, Default)]
pub(crate) struct Doubt {
    /// There is none: known.
    pub(crate) gone: Option<String>,
    /// Whether there is one could not be told.
    pub(crate) untold: Vec<String>,
}

/// What the newest look at the dataset's host says of its archives in these repositories.
pub(crate) fn of_copies(ctx: &Context<'_>, name: &str, repositories: &[&str]) -> Doubt {
    let Some((host, facts)) = facts_of(ctx, name) else {
        return Doubt::default();
    };
    if repositories.is_empty() || facts.identity.is_none() || !looked(facts) {
        return Doubt::default();
    }
    match newest(ctx, host, name, repositories).0 {
        Conclusion::Conclusive => Doubt::default(),
        Conclusion::Failed(why) => Doubt {
            gone: Some(why),
            untold: Vec::new(),
        },
        Conclusion::Inconclusive(why) => {
            let mut untold = closed(facts, name, repositories);
            if untold.is_empty() {
                // It was read, and what was read makes no sense.
                untold.push(format!(
                    "the archives of {name} are what they should be: {why}"
                ));
            }
            Doubt { gone: None, untold }
        }
    }
}

/// Whether archives were part of the look at all.
fn looked(facts: &TargetFacts) -> bool {
    facts.facts.keys().any(|p| p.kind == FactKind::Archive)
}

/// Why no next archive will be taken, if every timer that would is off.
pub(crate) fn of_schedule(ctx: &Context<'_>, name: &str, repositories: &[&str]) -> Option<String> {
    let (_, facts) = facts_of(ctx, name)?;
    let mut off = Vec::new();
    let feeds = |to: &Option<diag::Spanned<String>>| {
        to.as_ref()
            .is_some_and(|t| repositories.contains(&t.value.as_str()))
    };
    for (backup, declared) in backups_of(ctx.lab, name).filter(|(_, b)| feeds(&b.to)) {
        let unit = timer::timer_name(backup);
        match facts.seen(&FactPath::new(FactKind::Unit, unit.clone())) {
            Seen::Present(v) => {
                let runs = v.field("active").and_then(Value::as_bool) == Some(true);
                let enabled = v.field("enabled").and_then(Value::as_text) == Some("enabled");
                if runs && enabled {
                    match astray(facts, backup, declared) {
                        None => return None,
                        Some(why) => off.push(why),
                    }
                    continue;
                }
                off.push(format!(
                    "{unit} is {}",
                    if runs { "not enabled" } else { "not running" }
                ));
            }
            Seen::Absent => off.push(format!("{unit} is not there")),
            Seen::Unknown(_) => return None,
        }
    }
    (!off.is_empty()).then(|| {
        format!(
            "somebody takes the next archive by hand: {}",
            off.join(", ")
        )
    })
}

/// Why a timer that is on does not do what was declared: its next time is too far, or others have changed what it does.
fn astray(facts: &TargetFacts, backup: &str, declared: &Backup) -> Option<String> {
    let unit = timer::timer_name(backup);
    let path = FactPath::new(FactKind::Timer, unit.clone());
    let value = match facts.facts.get(&path).map(|f| &f.seen) {
        Some(Seen::Present(value)) => value,
        Some(Seen::Unknown(why)) => {
            return Some(format!("the next time of {unit} is not known ({why})"));
        }
        // The units were not looked at as timers.
        Some(Seen::Absent) | None => return None,
    };
    if let Some(why) = timer::changed(value, backup) {
        return Some(why);
    }
    let running = value.field("result").and_then(Value::as_text) == Some("running");
    let next = value
        .field("next")
        .and_then(Value::as_int)
        .unwrap_or_default();
    let every = declared
        .every
        .as_ref()
        .map_or(timer::DEFAULT_EVERY, |e| e.value);
    let wait = Seconds(next - facts.at.as_second());
    match next {
        _ if running => None,
        0 => Some(format!("{unit} has no next time")),
        _ if wait.0 > every.0.saturating_mul(2) => Some(format!(
            "{unit} elapses next in {wait}, declared is every {every}"
        )),
        _ => None,
    }
}

/// A drill that failed speaks against every promise about the same data, until a later drill succeeds.
pub fn hold_against_drills(promises: &mut [Promise], records: &[Record], realm: &Realm) {
    for promise in promises
        .iter_mut()
        .filter(|p| p.subject.kind == Kind::Dataset)
    {
        let name = promise.subject.name.as_str();
        let of_age = FaultScope::ALL
            .iter()
            .any(|s| rpo_id(name, *s) == promise.id);
        let known = matches!(promise.computed, Some(Computed::Contradicted(_)));
        if let Some(why) = failed_restore(records, realm, name).filter(|_| of_age && !known) {
            promise.computed = Some(Computed::Contradicted(why));
        }
    }
}

fn facts_of<'a>(ctx: &Context<'a>, dataset: &str) -> Option<(&'a str, &'a TargetFacts)> {
    let host = ctx.lab.seat(ctx.lab.datasets.get(dataset)?)?;
    Some((host, ctx.facts.targets.get(host)?))
}

/// Repositories that the newest look could not read.
fn closed(facts: &TargetFacts, dataset: &str, repositories: &[&str]) -> Vec<String> {
    let unread =
        repositories
            .iter()
            .filter_map(|to| match facts.seen(&archive_path(to, dataset)) {
                Seen::Unknown(why) => Some(format!(
                    "{to} holds what it held: the newest look could not read it ({why})"
                )),
                Seen::Present(_) | Seen::Absent => None,
            });
    unread.collect()
}

/// Why the newest drill that concluded anything could not bring the data back.
fn failed_restore(records: &[Record], realm: &Realm, dataset: &str) -> Option<String> {
    let ids: Vec<_> = FaultScope::ALL
        .iter()
        .map(|s| rto_id(dataset, *s))
        .collect();
    let newest = records
        .iter()
        .rev()
        .filter(|r| r.realm == *realm)
        .find_map(|r| match &r.body {
            Body::Measured(m)
                if ids.contains(&m.promise)
                    && !matches!(m.conclusion, Conclusion::Inconclusive(_)) =>
            {
                Some(m)
            }
            _ => None,
        })?;
    match &newest.conclusion {
        Conclusion::Failed(why) => Some(format!("its newest drill failed: {why}")),
        Conclusion::Conclusive | Conclusion::Inconclusive(_) => None,
    }
}
