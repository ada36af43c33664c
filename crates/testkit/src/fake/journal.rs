//! A journal in memory that can die at any line, as kill -9 would have it.

use super::world::{FakeWorld, Trace};
use engine::context::{LogError, RunLog};
use jiff::Timestamp;
use model::run::{Entry, Event};

/// When the controller dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Die {
    /// Never.
    Never,
    /// Before the line of this number (of the whole journal, from 0) is durable.
    Before(usize),
    /// After it is durable and before anything else.
    After(usize),
}

/// The journal of one run; its lines also go to the world's trace, among the effects.
#[derive(Debug)]
pub struct MemoryLog {
    world: FakeWorld,
    entries: Vec<Entry>,
    die: Die,
}

impl MemoryLog {
    /// An empty journal.
    pub fn new(world: &FakeWorld) -> Self {
        Self {
            world: world.clone(),
            entries: Vec::new(),
            die: Die::Never,
        }
    }

    /// Goes on after these lines, which an earlier process wrote.
    #[must_use]
    pub fn holding(mut self, entries: &[Entry]) -> Self {
        self.entries = entries.to_vec();
        self
    }

    /// The controller dies then.
    #[must_use]
    pub fn dying(mut self, die: Die) -> Self {
        self.die = die;
        self
    }

    /// The lines so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Only the events.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.entries.iter().map(|e| &e.event)
    }
}

impl RunLog for MemoryLog {
    fn write(&mut self, now: Timestamp, event: Event) -> Result<(), LogError> {
        let line = self.entries.len();
        if self.die == Die::Before(line) {
            return Err(LogError::new("killed before the line was durable"));
        }
        self.world.note(Trace::Journal(event.clone()));
        self.entries.push(Entry {
            seq: line as u64,
            at: now,
            event,
        });
        if self.die == Die::After(line) {
            return Err(LogError::new("killed after the line was durable"));
        }
        Ok(())
    }
}
