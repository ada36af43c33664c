//! Repositories and archives, through the restic of the host that writes them.
//!
//! Where a repository is, and in which file its password lies, stands in `/etc/holdfast/repositories/NAME` on the host. Each
//! repository is opened once for its id and once for its snapshots, however many datasets are asked for, as opening takes most of the time.

use super::frame::{Section, Sections, quote};
use super::gather::Gathered;
use jiff::Timestamp;
use model::fact::{FactKind, Scope, Seen};
use model::kleene::Reason;
use model::value::Value;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub(super) const SH: &str = include_str!("sh/restic.sh");

/// The repositories of a scope, with what is asked of each.
fn repositories(scope: &Scope) -> BTreeMap<&str, BTreeSet<FactKind>> {
    let mut asked: BTreeMap<&str, BTreeSet<FactKind>> = BTreeMap::new();
    for path in &scope.paths {
        let name = match path.kind {
            FactKind::Repository => Some(path.key.as_str()),
            FactKind::Archive => path.key.split_once('/').map(|(name, _)| name),
            _ => None,
        };
        if let Some(name) = name.filter(|n| is_name(n)) {
            asked.entry(name).or_default().insert(path.kind);
        }
    }
    asked
}

/// A file name that stays in its directory.
fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    !text.is_empty() && !text.starts_with(['.', '-']) && text.bytes().all(plain)
}

/// The calls that make the sections.
pub(super) fn calls(scope: &Scope) -> String {
    let mut calls = String::new();
    for (name, kinds) in repositories(scope) {
        let word = quote(name);
        if kinds.contains(&FactKind::Repository) {
            let _ = writeln!(
                calls,
                "section repository.{name} restic_json {word} cat config"
            );
        }
        if kinds.contains(&FactKind::Archive) {
            let _ = writeln!(
                calls,
                "section snapshots.{name} restic_json {word} snapshots --json"
            );
        }
    }
    calls
}

/// Reads all of one of the two kinds.
pub(super) fn read(kind: FactKind, scope: &Scope, sections: &Sections<'_>, to: &mut Gathered) {
    for path in scope.paths.iter().filter(|p| p.kind == kind) {
        let (seen, source) = match kind {
            FactKind::Archive => (archive(&path.key, sections), "restic snapshots"),
            _ => (repository(&path.key, sections), "restic cat config"),
        };
        to.put(
            kind,
            path.key.clone(),
            seen.unwrap_or_else(Seen::Unknown),
            source,
        );
    }
}

#[derive(Deserialize)]
struct Config {
    version: i64,
    id: String,
}

fn repository(name: &str, sections: &Sections<'_>) -> Result<Seen, Reason> {
    is_name(name)
        .then_some(())
        .ok_or_else(|| Reason::new("this is no name of a repository"))?;
    match answer(sections.get(&format!("repository.{name}"))?) {
        Answer::NotSetUp | Answer::Uninitialised => Ok(Seen::Absent),
        Answer::Json(json) => {
            let config: Config = understood(json)?;
            Ok(Seen::Present(Value::map([
                ("id", Value::from(config.id)),
                ("version", Value::from(config.version)),
            ])))
        }
    }
}

#[derive(Deserialize)]
struct Snapshot {
    id: String,
    time: Timestamp,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    paths: Option<Vec<String>>,
    #[serde(default)]
    summary: Option<Summary>,
}

/// Written by restic 0.17 and newer.
#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    total_bytes_processed: Option<i64>,
}

fn archive(key: &str, sections: &Sections<'_>) -> Result<Seen, Reason> {
    let bad = || Reason::new("this is no REPOSITORY/DATASET");
    let (name, dataset) = key
        .split_once('/')
        .filter(|(name, dataset)| is_name(name) && !dataset.is_empty())
        .ok_or_else(bad)?;
    let json = match answer(sections.get(&format!("snapshots.{name}"))?) {
        Answer::NotSetUp => return Err(Reason::new("the repository is not set up on this host")),
        Answer::Uninitialised => {
            return Err(Reason::new(
                "nothing is initialised at the repository's location",
            ));
        }
        Answer::Json(json) => json,
    };
    // restic prints `null` for none.
    let snapshots: Option<Vec<Snapshot>> = understood(json)?;
    let tagged = |s: &Snapshot| s.tags.iter().flatten().any(|t| t == dataset);
    let of_dataset: Vec<Snapshot> = snapshots.into_iter().flatten().filter(tagged).collect();
    let count = i64::try_from(of_dataset.len()).unwrap_or(i64::MAX);
    // The newest of each thing that was archived: what is declared now may not be what the newest of all is of.
    let mut of_paths: BTreeMap<Vec<String>, i64> = BTreeMap::new();
    for snapshot in &of_dataset {
        let at = of_paths
            .entry(snapshot.paths.clone().unwrap_or_default())
            .or_insert(i64::MIN);
        *at = (*at).max(snapshot.time.as_second());
    }
    let Some(newest) = of_dataset.into_iter().max_by_key(|s| s.time) else {
        return Ok(Seen::Absent);
    };
    let paths = of_paths.into_iter().map(|(paths, at)| {
        let paths = paths.into_iter().map(Value::from).collect();
        Value::map([("at", Value::from(at)), ("paths", Value::List(paths))])
    });
    let mut value = vec![
        ("id", Value::from(newest.id)),
        ("at", Value::from(newest.time.as_second())),
        ("count", Value::from(count)),
        ("of", Value::List(paths.collect())),
    ];
    value.extend(
        newest
            .summary
            .and_then(|s| s.total_bytes_processed)
            .map(|b| ("bytes", Value::from(b))),
    );
    Ok(Seen::Present(Value::map(value)))
}

enum Answer<'a> {
    NotSetUp,
    Uninitialised,
    Json(&'a [u8]),
}

fn answer<'a>(section: &Section<'a>) -> Answer<'a> {
    match section.body {
        b"not set up\n" => Answer::NotSetUp,
        b"uninitialised\n" => Answer::Uninitialised,
        json => Answer::Json(json),
    }
}

fn understood<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Reason> {
    serde_json::from_slice(json)
        .map_err(|e| Reason::new(format!("the answer of restic is not understood: {e}")))
}
