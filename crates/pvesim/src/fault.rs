//! What goes wrong, as a test orders it.

use serde_json::Value;

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answers with this status and reason.
    Refuse(u16, String),
    /// Answers with an empty list and 200 OK.
    Filter,
    /// Takes the request and never answers.
    Hang,
    /// Closes the connection without an answer.
    Reset,
    /// Closes the connection in the midst of the answer.
    Truncate,
    /// Answers with this body in place of its own.
    Garbage(Vec<u8>),
    /// Puts a value into its answer, at a JSON pointer below `data`.
    Lie(String, Value),
    /// Answers a little at a time, for ever.
    Drip,
    /// Answers with this many bytes.
    Huge(usize),
}

/// Faults by the path of requests.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    all: Vec<(String, Fault)>,
}

impl Faults {
    /// From now on, requests whose path below `/api2/json` begins with `path` meet this.
    pub fn add(&mut self, path: &str, fault: Fault) {
        self.all.push((path.to_owned(), fault));
    }

    /// From now on these and no others, the newest last.
    pub fn set(&mut self, all: Vec<(String, Fault)>) {
        self.all = all;
    }

    /// All is well again.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// What the newest of them says of a path.
    pub fn of(&self, path: &str) -> Option<&Fault> {
        let mut fitting = self
            .all
            .iter()
            .rev()
            .filter(|(p, _)| path.starts_with(p.as_str()));
        fitting.next().map(|(_, fault)| fault)
    }
}
