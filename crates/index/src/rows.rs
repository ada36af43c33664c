//! What the files say, as rows.

use crate::error::IndexError;
use crate::tables::Table;
use model::digest::Digest;
use model::evidence::Body;
use model::fact::{Completeness, Fact, FactKind, TargetFacts};
use model::realm::RealmTag;
use model::run::Event;
use std::collections::{BTreeMap, BTreeSet};
use store::ReadStore;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Text(String),
    Int(i64),
}

/// The columns of a table in order, without the store.
pub(crate) type Row = Vec<Cell>;

/// Rows by table.
#[derive(Debug, Default)]
pub(crate) struct Rows(BTreeMap<Table, BTreeSet<Row>>);

impl Rows {
    /// Everything that the files say.
    pub(crate) fn all<R: RealmTag>(of: &ReadStore<R>) -> Result<Self, IndexError> {
        let mut rows = Self::default();
        for id in of.observation_ids()? {
            rows.observation(of, &id)?;
        }
        rows.records_and_runs(of)?;
        Ok(rows)
    }

    pub(crate) fn of(&self, table: Table) -> &BTreeSet<Row> {
        static NONE: BTreeSet<Row> = BTreeSet::new();
        self.0.get(&table).unwrap_or(&NONE)
    }

    fn add(&mut self, table: Table, row: Row) {
        self.0.entry(table).or_default().insert(row);
    }

    /// One observation; nothing if another process removed it meanwhile.
    pub(crate) fn observation<R: RealmTag>(
        &mut self,
        of: &ReadStore<R>,
        id: &str,
    ) -> Result<(), IndexError> {
        let Some(facts) = of.observation(id)? else {
            return Ok(());
        };
        let saved = store::saved_at(id).map_or_else(String::new, |t| t.to_string());
        self.add(
            Table::Observation,
            vec![text(id), text(saved), Cell::Int(facts.format.into())],
        );
        for (name, target) in &facts.targets {
            self.target(id, name, target);
        }
        Ok(())
    }

    fn target(&mut self, id: &str, name: &str, target: &TargetFacts) {
        self.add(
            Table::Target,
            vec![
                text(id),
                text(name),
                text(target.at.to_string()),
                int(target.took_ms),
                Cell::Int(target.identity.is_some().into()),
                text(json(&target.errors)),
            ],
        );
        let mut kinds: BTreeMap<FactKind, BTreeMap<&str, &Fact>> = BTreeMap::new();
        for (path, fact) in &target.facts {
            kinds.entry(path.kind).or_default().insert(&path.key, fact);
        }
        for kind in target.collections.keys() {
            kinds.entry(*kind).or_default();
        }
        for (kind, facts) in kinds {
            let complete = matches!(target.collections.get(&kind), Some(Completeness::Yes(_)));
            let read = target.readings.get(&kind).map_or(target.at, |r| r.at);
            let body = json(&facts);
            let digest = Digest::of(&body).0;
            self.add(
                Table::Kind,
                vec![
                    text(id),
                    text(name),
                    text(kind.word()),
                    Cell::Int(complete.into()),
                    int(facts.len() as u64),
                    text(read.to_string()),
                    text(digest.clone()),
                ],
            );
            // What did not change is kept once.
            self.add(Table::Part, vec![text(digest), text(body)]);
        }
    }

    /// The evidence and the journals.
    pub(crate) fn records_and_runs<R: RealmTag>(
        &mut self,
        of: &ReadStore<R>,
    ) -> Result<(), IndexError> {
        for (place, record) in of.records()?.into_iter().enumerate() {
            let body = json(&record.body);
            self.add(
                Table::Record,
                vec![
                    int(place as u64),
                    int(record.seq),
                    text(record.at.to_string()),
                    text(kind_of(&record.body)),
                    text(Digest::of(&body).0),
                    text(body),
                ],
            );
        }
        for run in of.runs()? {
            let entries = of.load_run(&run)?.entries;
            let Some(first) = entries.first() else {
                continue;
            };
            let (purpose, steps) = match &first.event {
                Event::Started { plan, .. } => (json(&plan.purpose), plan.steps.len()),
                _ => (String::new(), 0),
            };
            let outcome = entries.iter().rev().find_map(|e| match &e.event {
                Event::Finished { outcome } => Some(json(outcome)),
                _ => None,
            });
            self.add(
                Table::Run,
                vec![
                    text(run.to_string()),
                    text(purpose),
                    int(steps as u64),
                    int(entries.len() as u64),
                    text(outcome.unwrap_or_else(|| "\"interrupted\"".to_owned())),
                ],
            );
        }
        Ok(())
    }
}

fn kind_of(body: &Body) -> String {
    let value = serde_json::to_value(body).unwrap_or_default();
    let named = value.as_object().and_then(|m| m.keys().next().cloned());
    named
        .or_else(|| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn text(text: impl Into<String>) -> Cell {
    // PostgreSQL keeps no NUL in a text.
    Cell::Text(text.into().replace('\0', "\u{fffd}"))
}

fn int(number: u64) -> Cell {
    Cell::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// These values always are JSON.
fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
