//! Journals of runs: `runs/RUN.jsonl`, one event per line, on disk before the effect that it announces.

use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::ledger::put_copy;
use crate::medium::LineFile;
use crate::random;
use crate::store::{ReadStore, Store};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::id::{ControllerId, RunId};
use model::plan::Plan;
use model::realm::RealmTag;
use model::run::{Entry, Event, FORMAT};
use std::path::{Path, PathBuf};

const DIR: &str = "runs";
const HELP: &str =
    "settle what the run was to change by observing it; the journal is kept as it is";

/// A journal open for writing.
#[derive(Debug)]
pub struct Journal {
    run: RunId,
    file: LineFile,
    next: u64,
    finished: bool,
}

/// A journal as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its whole lines.
    pub entries: Vec<Entry>,
    /// Half a line follows them: the controller stopped while writing. The event it would have announced did not happen.
    pub torn: bool,
}

impl Loaded {
    /// Whether the run ended.
    pub fn is_finished(&self) -> bool {
        matches!(
            self.entries.last().map(|e| &e.event),
            Some(Event::Finished { .. })
        )
    }
}

impl Journal {
    /// Writes one event; when this returns, it is on disk and the effect may happen.
    ///
    /// # Errors
    /// [`StoreError::RunFinished`] after the end, [`StoreError::JournalOrder`] for a second beginning, and what the system
    /// refuses; the journal is then as before.
    pub fn write(&mut self, now: Timestamp, event: Event) -> Result<(), StoreError> {
        if self.finished {
            return Err(StoreError::RunFinished {
                run: self.run.clone(),
            });
        }
        if matches!(event, Event::Started { .. }) {
            let (run, message) = (self.run.clone(), "the run has already begun".to_owned());
            return Err(StoreError::JournalOrder { run, message });
        }
        let finished = matches!(event, Event::Finished { .. });
        let entry = Entry {
            seq: self.next,
            at: now,
            event,
        };
        self.file.append(&line_of(&self.run, &entry)?)?;
        self.next += 1;
        self.finished = finished;
        Ok(())
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.run
    }
}

impl<R: RealmTag> Store<R> {
    /// Mints a run and writes its first line, which holds the whole plan.
    ///
    /// # Errors
    /// [`StoreError::RealmMismatch`] if the plan is of another realm, or what the system refuses.
    pub fn begin_run(
        &self,
        plan: &Plan,
        controller: &ControllerId,
        epoch: u64,
        now: Timestamp,
    ) -> Result<Journal, StoreError> {
        let dir = self.path(DIR);
        self.same_realm(&dir, &plan.realm)?;
        files::make_dir(&dir)?;
        let _one_at_a_time = self.small_files();
        let run = self.mint_run(now)?;
        let event = Event::Started {
            format: FORMAT,
            run: run.clone(),
            controller: controller.clone(),
            epoch,
            digest: plan.digest(),
            plan: Box::new(plan.clone()),
        };
        let entry = Entry {
            seq: 0,
            at: now,
            event,
        };
        let path = dir.join(file_name(&run));
        // Whole or not at all: there is no journal without its first line.
        files::write_atomic(&path, &line_of(&run, &entry)?, PRIVATE)?;
        Ok(Journal {
            run,
            file: LineFile::open(&path)?,
            next: 1,
            finished: false,
        })
    }

    /// Opens the journal of a run that has not finished, to resume or unwind it. Half a line at the end is moved to
    /// `RUN.torn-SEQ.bin`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`], [`StoreError::RunFinished`], a journal that cannot be understood, or what the system refuses.
    pub fn reopen(&self, run: &RunId) -> Result<Journal, StoreError> {
        let read = self.read_journal(run)?;
        if read.loaded.is_finished() {
            return Err(StoreError::RunFinished { run: run.clone() });
        }
        let next = read.loaded.entries.len() as u64;
        if !read.torn.is_empty() {
            put_copy(&self.path(DIR), &format!("{run}.torn-{next}"), &read.torn)?;
            LineFile::cut(&read.path, read.keep)?;
        }
        Ok(Journal {
            run: run.clone(),
            file: LineFile::open(&read.path)?,
            next,
            finished: false,
        })
    }

    fn mint_run(&self, now: Timestamp) -> Result<RunId, StoreError> {
        let start = now
            .to_zoned(TimeZone::UTC)
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string();
        loop {
            let run = RunId(format!(
                "{start}-{}",
                HEXLOWER.encode(&random::bytes::<2>()?)
            ));
            if !self.path(DIR).join(file_name(&run)).exists() {
                return Ok(run);
            }
        }
    }
}

impl<R: RealmTag> ReadStore<R> {
    /// Reads a run's journal. Half a line at its end is left out and said.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`]; [`StoreError::Malformed`] for a gap, a line that is none, or a journal of another run;
    /// [`StoreError::UnknownFormat`]; [`StoreError::RealmMismatch`]; what the system refuses.
    pub fn load_run(&self, run: &RunId) -> Result<Loaded, StoreError> {
        self.read_journal(run).map(|r| r.loaded)
    }

    /// All runs, the newest last.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn runs(&self) -> Result<Vec<RunId>, StoreError> {
        let names = files::names(&self.path(DIR))?;
        let stems = names.iter().filter_map(|n| n.strip_suffix(".jsonl"));
        Ok(stems
            .filter(|s| is_run(s))
            .map(|s| RunId(s.to_owned()))
            .collect())
    }

    /// Runs that have not finished, the newest last.
    ///
    /// # Errors
    /// As [`ReadStore::load_run`].
    pub fn open_runs(&self) -> Result<Vec<RunId>, StoreError> {
        let mut open = Vec::new();
        for run in self.runs()? {
            if !self.load_run(&run)?.is_finished() {
                open.push(run);
            }
        }
        Ok(open)
    }

    fn read_journal(&self, run: &RunId) -> Result<ReadJournal, StoreError> {
        let dir = self.path(DIR);
        let path = dir.join(file_name(run));
        let bytes = if is_run(&run.0) {
            files::read(&path)?
        } else {
            None
        };
        let Some(bytes) = bytes else {
            return Err(StoreError::NoSuchRun {
                run: run.clone(),
                dir,
            });
        };
        let read = split(&path, &bytes)?;
        self.check(run, &read)?;
        Ok(read)
    }

    /// What was asserted when writing is asserted when reading.
    fn check(&self, run: &RunId, read: &ReadJournal) -> Result<(), StoreError> {
        let bad = |message: String| malformed(&read.path, message);
        let mut entries = read.loaded.entries.iter();
        let Some(Event::Started {
            run: named,
            digest,
            plan,
            ..
        }) = entries.next().map(|e| &e.event)
        else {
            return Err(bad("does not begin with the start of a run".to_owned()));
        };
        if named != run {
            return Err(bad(format!("is the journal of {named}")));
        }
        self.same_realm(&read.path, &plan.realm)?;
        if plan.digest() != *digest {
            return Err(bad("holds another plan than was approved".to_owned()));
        }
        let last = read.loaded.entries.len();
        for (n, entry) in entries.enumerate() {
            match entry.event {
                Event::Started { .. } => {
                    return Err(bad(format!("line {}: a second start", n + 2)));
                }
                Event::Finished { .. } if n + 2 < last => {
                    return Err(bad(format!("line {}: lines follow the end", n + 2)));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

struct ReadJournal {
    path: PathBuf,
    loaded: Loaded,
    keep: u64,
    torn: Vec<u8>,
}

/// Whole lines, and what follows the last of them.
fn split(path: &Path, bytes: &[u8]) -> Result<ReadJournal, StoreError> {
    let mut entries = Vec::new();
    let mut offset = 0;
    let mut torn = Vec::new();
    while let Some(rest) = bytes.get(offset..).filter(|r| !r.is_empty()) {
        let end = rest.iter().position(|b| *b == b'\n');
        let text = end.and_then(|e| rest.get(..e)).unwrap_or(rest);
        if end.is_none() {
            torn = rest.to_vec();
            break;
        }
        entries.push(parse(path, entries.len() as u64, text)?);
        offset += text.len() + 1;
    }
    let loaded = Loaded {
        entries,
        torn: !torn.is_empty(),
    };
    Ok(ReadJournal {
        path: path.to_path_buf(),
        loaded,
        keep: offset as u64,
        torn,
    })
}

fn parse(path: &Path, seq: u64, text: &[u8]) -> Result<Entry, StoreError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: Option<u64>,
    }
    let line = seq + 1;
    let bad = |e: serde_json::Error| malformed(path, format!("line {line} is no event: {e}"));
    // A newer start may hold a plan that cannot be read here; its version is what has to be said.
    if seq == 0 {
        let value: serde_json::Value = serde_json::from_slice(text).map_err(bad)?;
        let event = value.get("event").cloned().unwrap_or_default();
        let found = serde_json::from_value::<Version>(event)
            .ok()
            .and_then(|v| v.format);
        if let Some(found) = found.filter(|f| *f != u64::from(FORMAT)) {
            let (path, known) = (path.to_path_buf(), FORMAT);
            return Err(StoreError::UnknownFormat { path, found, known });
        }
    }
    let entry: Entry = serde_json::from_slice(text).map_err(bad)?;
    if entry.seq != seq {
        let message = format!(
            "line {line} has number {}, expected is {seq}: lines are missing",
            entry.seq
        );
        return Err(malformed(path, message));
    }
    Ok(entry)
}

fn line_of(run: &RunId, entry: &Entry) -> Result<Vec<u8>, StoreError> {
    let mut line = serde_json::to_vec(entry).map_err(|e| StoreError::JournalOrder {
        run: run.clone(),
        message: e.to_string(),
    })?;
    line.push(b'\n');
    Ok(line)
}

fn file_name(run: &RunId) -> String {
    format!("{run}.jsonl")
}

/// A run's id becomes a file name; nothing else may.
fn is_run(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn malformed(path: &Path, message: String) -> StoreError {
    StoreError::Malformed {
        path: path.to_path_buf(),
        message,
        help: HELP,
    }
}
