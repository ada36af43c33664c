//! Observations on disk: `facts/TIMESTAMP.json`, the newest fifty, and of each day before them the last one, for ninety days.

use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::store::{ReadStore, Store};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::fact::{FORMAT, Facts, TargetFacts};
use model::realm::RealmTag;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const DIR: &str = "facts";
const KEEP: usize = 50;
/// Days of which the last observation is kept beyond those.
const DAYS: usize = 90;
const HELP: &str = "remove the file and observe again; observations can always be made anew";

impl<R: RealmTag> ReadStore<R> {
    /// The observation that was saved last; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::UnknownFormat`], [`StoreError::RealmMismatch`], a file that cannot be understood, or what the system
    /// refuses.
    pub fn latest_facts(&self) -> Result<Option<Facts>, StoreError> {
        let Some(name) = self.observations()?.pop() else {
            return Ok(None);
        };
        self.read_facts(&name)
    }

    /// What each of these hosts answered when it last answered; a host that did not in any kept observation is left out.
    ///
    /// # Errors
    /// As [`ReadStore::latest_facts`].
    pub fn latest_answers<'a>(
        &self,
        hosts: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, TargetFacts>, StoreError> {
        let mut missing: BTreeSet<&str> = hosts.collect();
        let mut answers = BTreeMap::new();
        for name in self.observations()?.into_iter().rev() {
            if missing.is_empty() {
                break;
            }
            let found = self.read_facts(&name)?.into_iter().flat_map(|f| f.targets);
            for (host, facts) in found.filter(|(_, f)| f.identity.is_some()) {
                if missing.remove(host.as_str()) {
                    answers.insert(host, facts);
                }
            }
        }
        Ok(answers)
    }

    /// The ids of saved observations, oldest first: the time at which each was saved, and a counter where that was not later
    /// than the one before.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn observation_ids(&self) -> Result<Vec<String>, StoreError> {
        let names = self.observations()?.into_iter();
        let ids = names.filter_map(|n| n.strip_suffix(".json").map(str::to_owned));
        Ok(ids.collect())
    }

    /// A saved observation; `None` if there is none with this id.
    ///
    /// # Errors
    /// As [`ReadStore::latest_facts`].
    pub fn observation(&self, id: &str) -> Result<Option<Facts>, StoreError> {
        match self.observation_ids()?.iter().any(|known| known == id) {
            true => self.read_facts(&format!("{id}.json")),
            false => Ok(None),
        }
    }

    fn read_facts(&self, name: &str) -> Result<Option<Facts>, StoreError> {
        let path = self.path(DIR).join(name);
        let facts: Option<Facts> = files::read_json(&path, FORMAT, HELP)?;
        if let Some(facts) = &facts {
            self.same_realm(&path, &facts.realm)?;
        }
        Ok(facts)
    }

    /// File names of saved observations, oldest first.
    fn observations(&self) -> Result<Vec<String>, StoreError> {
        let mut names = files::names(&self.path(DIR))?;
        names.retain(|n| n.ends_with(".json") && !n.starts_with('.'));
        Ok(names)
    }
}

impl<R: RealmTag> Store<R> {
    /// Saves an observation and removes those beyond the newest fifty. One saved at the same instant, or by a clock that was
    /// set back since, still becomes the latest.
    ///
    /// # Errors
    /// [`StoreError::RealmMismatch`] if it is of another realm, or what the system refuses.
    pub fn save_facts(&self, facts: &Facts, now: Timestamp) -> Result<PathBuf, StoreError> {
        let dir = self.path(DIR);
        self.same_realm(&dir, &facts.realm)?;
        files::make_dir(&dir)?;
        let _one_at_a_time = self.small_files();
        let mut names = self.observations()?;
        let stamp = now
            .to_zoned(TimeZone::UTC)
            .strftime("%Y%m%dT%H%M%S.%9fZ")
            .to_string();
        let newest = names
            .last()
            .and_then(|n| n.strip_suffix(".json"))
            .unwrap_or_default();
        let name = format!("{}.json", name_after(newest, &stamp));
        let path = dir.join(&name);
        files::write_json(&path, facts, PRIVATE)?;
        names.push(name);
        for old in surplus(&names) {
            // What cannot be removed now is removed the next time.
            let _ = std::fs::remove_file(dir.join(old));
        }
        Ok(path)
    }
}

/// When an observation was saved, by its id.
pub fn saved_at(id: &str) -> Option<Timestamp> {
    id.split('_').next()?.parse().ok()
}

/// The names that are not kept: before the newest [`KEEP`], all but the last of each of the newest [`DAYS`] days.
fn surplus(names: &[String]) -> Vec<&String> {
    let day = |name: &String| name.get(..8).map(str::to_owned);
    let older = names.len().saturating_sub(KEEP);
    let mut days = BTreeSet::new();
    let mut gone = Vec::new();
    for (at, name) in names.iter().enumerate().take(older).rev() {
        let is_last = names.get(at + 1).is_none_or(|next| day(next) != day(name));
        if !(is_last && days.len() < DAYS && days.insert(day(name))) {
            gone.push(name);
        }
    }
    gone
}

/// The stamp if it sorts after the newest name, else the newest name with a counter that does.
fn name_after(newest: &str, stamp: &str) -> String {
    let (base, count) = newest.split_once('_').unwrap_or((newest, "0"));
    if stamp > base {
        return stamp.to_owned();
    }
    let count: u64 = count.parse().unwrap_or(0);
    format!("{base}_{:09}", count + 1)
}
