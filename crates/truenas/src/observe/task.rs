//! What the appliance does by itself: snapshots, replication, copies to clouds, scrubs. Of what went wrong no words are kept, which may say anything.

use super::{flag, list, number, schedule, text, texts, time, word};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

const KIND: FactKind = FactKind::TrueNasTask;

pub(super) fn snapshots(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        let dataset = row.get("dataset").and_then(text)?;
        let (state, last) = by_zettarepl(row)?;
        let unit = word(row, "lifetime_unit")?.map(|u| u.to_lowercase());
        let keep = number(row, "lifetime_value")
            .zip(unit)
            .map(|(n, unit)| format!("{n} {unit}{}", if n == 1 { "" } else { "s" }));
        let fields = Fields::default()
            .set("name", Some(format!("snapshots of {dataset}")))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", schedule(row))
            .set("source", Some(list(vec![dataset])))
            .set("keep", keep)
            .set("state", Some(state))
            .set("last", last);
        found.add(KIND, format!("snapshot/{id}"), fields, source);
        Some(())
    })
}

pub(super) fn replications(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        let (state, last) = by_zettarepl(row)?;
        let planned = schedule(row);
        // It runs by itself, and nothing says when: after the snapshot tasks that it is bound to.
        let follows = flag(row, "auto")? && planned.is_none();
        let fields = Fields::default()
            .set("name", row.get("name").and_then(text))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", planned)
            .set("follows", follows.then_some(true))
            .set("direction", lower(row, "direction")?)
            .set("transport", lower(row, "transport")?)
            .set("source", Some(list(texts(row, "source_datasets")?)))
            .set("target", word(row, "target_dataset")?)
            .set("state", Some(state))
            .set("last", last);
        found.add(KIND, format!("replication/{id}"), fields, source);
        Some(())
    })
}

pub(super) fn cloud(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        let path = row.get("path").and_then(text)?;
        let (state, last) = by_job(row.get("job"))?;
        let name = word(row, "description")?.filter(|n| !n.is_empty());
        let fields = Fields::default()
            .set("name", Some(name.unwrap_or_else(|| path.clone())))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", schedule(row))
            .set("direction", lower(row, "direction")?)
            .set("source", Some(list(vec![path])))
            .set("state", Some(state))
            .set("last", last);
        found.add(KIND, format!("cloud/{id}"), fields, source);
        Some(())
    })
}

pub(super) fn scrubs(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let pool = row.get("pool_name").and_then(text)?;
        let fields = Fields::default()
            .set("name", Some(format!("scrubs of {pool}")))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", schedule(row))
            .set("days", number(row, "threshold"))
            .set("source", Some(list(vec![pool.clone()])));
        found.add(KIND, format!("scrub/{pool}"), fields, source);
        Some(())
    })
}

fn lower(row: &Value, key: &str) -> Option<Option<String>> {
    Some(word(row, key)?.map(|w| w.to_lowercase()))
}

/// How the last run of a task of the replication engine ended, and when.
fn by_zettarepl(row: &Value) -> Option<(&'static str, Option<i64>)> {
    let state = row.get("state")?;
    let word = state.get("state").and_then(Value::as_str);
    let at = time(state.get("datetime"));
    Some(match word {
        Some("FINISHED") => ("finished", at),
        Some("ERROR") => ("failed", at),
        Some("RUNNING") => ("running", None),
        Some("WAITING") => ("waiting", None),
        Some("HOLD") => ("held", None),
        Some("PENDING") => ("pending", None),
        // A task that is switched off and never ran has none.
        None if state.as_object().is_some_and(|s| !s.contains_key("state")) => ("pending", None),
        _ => ("unknown", None),
    })
}

/// How the last job of a task ended, and when.
fn by_job(job: Option<&Value>) -> Option<(&'static str, Option<i64>)> {
    let job = match job {
        None | Some(Value::Null) => return Some(("pending", None)),
        Some(job) => job,
    };
    let at = time(job.get("time_finished"));
    Some(match job.get("state")?.as_str()? {
        "SUCCESS" => ("finished", at),
        "FAILED" | "ABORTED" => ("failed", at),
        "RUNNING" => ("running", None),
        "WAITING" => ("waiting", None),
        _ => ("unknown", None),
    })
}
