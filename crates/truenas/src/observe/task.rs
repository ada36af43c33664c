//! What the appliance does by itself: snapshots, replication, copies to clouds, scrubs. Of what went wrong no words are kept, which may say anything.

use super::{cron, flag, list, number, schedule, text, texts, time, word};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use serde_json::Value;

const KIND: FactKind = FactKind::TrueNasTask;

pub(super) fn snapshots(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        let dataset = row.get("dataset").and_then(text)?;
        let run = by_zettarepl(row)?;
        let unit = word(row, "lifetime_unit")?.map(|u| u.to_lowercase());
        let keep = number(row, "lifetime_value")
            .zip(unit)
            .map(|(n, unit)| format!("{n} {unit}{}", if n == 1 { "" } else { "s" }));
        let fields = Fields::default()
            .set("name", Some(format!("snapshots of {dataset}")))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", schedule(row))
            .set("source", Some(list(vec![dataset])))
            .set("keep", keep);
        let fields = run.told(windowed(fields, row));
        found.add(KIND, format!("snapshot/{id}"), fields, source);
        Some(())
    })
}

pub(super) fn replications(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        let run = by_zettarepl(row)?;
        let planned = schedule(row);
        // It runs by itself, and nothing says when: after the snapshot tasks that it is bound to.
        let follows = flag(row, "auto")? && planned.is_none();
        let bound = row
            .get("periodic_snapshot_tasks")
            .and_then(Value::as_array)
            .filter(|_| follows);
        let after: Option<Vec<String>> =
            bound.and_then(|tasks| tasks.iter().map(schedule).collect());
        // Of those it takes the times alone that fit these.
        let only = row.get("restrict_schedule").and_then(cron);
        let fields = Fields::default()
            .set("name", row.get("name").and_then(text))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", planned)
            .set("follows", follows.then_some(true))
            .set("after", after.filter(|a| !a.is_empty()).map(list))
            .set("only", only)
            .set("direction", lower(row, "direction")?)
            .set("transport", lower(row, "transport")?)
            .set("source", Some(list(texts(row, "source_datasets")?)))
            .set("target", word(row, "target_dataset")?);
        let mut fields = windowed(fields, row);
        for task in bound.into_iter().flatten() {
            fields = windowed(fields, task);
        }
        let fields = run.told(fields);
        found.add(KIND, format!("replication/{id}"), fields, source);
        Some(())
    })
}

pub(super) fn cloud(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = number(row, "id")?;
        let path = row.get("path").and_then(text)?;
        let run = by_job(row.get("job"))?;
        let name = word(row, "description")?.filter(|n| !n.is_empty());
        let fields = Fields::default()
            .set("name", Some(name.unwrap_or_else(|| path.clone())))
            .set("enabled", Some(flag(row, "enabled")?))
            .set("schedule", schedule(row))
            .set("direction", lower(row, "direction")?)
            .set("source", Some(list(vec![path])));
        let fields = run.told(fields);
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

/// How the last run of a task went.
struct Run {
    state: &'static str,
    /// When it ended.
    last: Option<i64>,
    /// When the one began that is not at its end.
    since: Option<i64>,
}

impl Run {
    const fn new(state: &'static str) -> Self {
        Self {
            state,
            last: None,
            since: None,
        }
    }

    const fn ended(state: &'static str, last: Option<i64>) -> Self {
        let run = Self::new(state);
        Self { last, ..run }
    }

    const fn begun(state: &'static str, since: Option<i64>) -> Self {
        let run = Self::new(state);
        Self { since, ..run }
    }

    fn told(self, fields: Fields) -> Fields {
        let fields = fields.set("state", Some(self.state));
        fields.set("last", self.last).set("since", self.since)
    }
}

/// The hours between which a schedule is kept, where that is not the whole day.
fn windowed(fields: Fields, row: &Value) -> Fields {
    let at = |key: &str| row.get("schedule")?.get(key).and_then(text);
    let hours = at("begin").zip(at("end"));
    let hours = hours.filter(|(begin, end)| begin != "00:00" || end != "23:59");
    fields.set("window", hours.map(|(begin, end)| format!("{begin}-{end}")))
}

/// How the last run of a task of the replication engine ended, and when.
fn by_zettarepl(row: &Value) -> Option<Run> {
    let state = row.get("state")?;
    let word = state.get("state").and_then(Value::as_str);
    let at = time(state.get("datetime"));
    Some(match word {
        Some("FINISHED") => Run::ended("finished", at),
        Some("ERROR") => Run::ended("failed", at),
        Some("RUNNING") => Run::begun("running", at),
        Some("WAITING") => Run::begun("waiting", at),
        Some("HOLD") => Run::new("held"),
        Some("PENDING") => Run::new("pending"),
        // A task that is switched off and never ran has none.
        None if state.as_object().is_some_and(|s| !s.contains_key("state")) => Run::new("pending"),
        _ => Run::new("unknown"),
    })
}

/// How the last job of a task ended, and when.
fn by_job(job: Option<&Value>) -> Option<Run> {
    let job = match job {
        None | Some(Value::Null) => return Some(Run::new("pending")),
        Some(job) => job,
    };
    let ended = time(job.get("time_finished"));
    let begun = time(job.get("time_started"));
    Some(match job.get("state")?.as_str()? {
        "SUCCESS" => Run::ended("finished", ended),
        "FAILED" | "ABORTED" => Run::ended("failed", ended),
        "RUNNING" => Run::begun("running", begun),
        "WAITING" => Run::begun("waiting", begun),
        _ => Run::new("unknown"),
    })
}
