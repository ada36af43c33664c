//! What comes out of a simulation. Everything in it is computed from the declaration.

use serde::Serialize;

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Something that it needs is gone.
    Down,
    /// What is not declared decides.
    Unknown,
    /// It works, with less than it has otherwise.
    Degraded,
    /// It was on what failed, and starts again elsewhere.
    Restarted,
    /// It works.
    Up,
}

/// One step of a chain: why the one before it is down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// `runs on`.
    pub how: &'static str,
    /// `host nas`.
    pub what: String,
    /// `1 of 3 left, 2 needed`, where there was a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
}

/// What became of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Whether it works.
    pub state: State,
    /// From what it needs to what fails.
    pub chain: Vec<Step>,
    /// The same in words, where there is no chain: what is not declared, what it lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What became of something that services need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// `host nas`.
    pub what: String,
    /// Whether it works.
    pub state: State,
    /// From what it needs to what fails; empty for what fails itself.
    pub chain: Vec<Step>,
    /// What is not declared, or what it lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What became of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is not there any more, or not as it was.
    Lost,
    /// What is not declared decides.
    Unknown,
    /// It is there, and nothing leads to it.
    OutOfReach,
    /// It is there, with fewer disks under it.
    Reduced,
    /// As before.
    Intact,
}

/// The newest state to go back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// `backup 'nightly' in repository 'usb'`.
    pub by: String,
    /// Everything since is lost: at most so many seconds; none if nobody knows.
    pub seconds: Option<i64>,
    /// `1d + 20m = 1d20m`, or why it is not known.
    pub how: String,
    /// It rests on an assumption of the lab tree.
    pub assumed: bool,
}

/// A recovery point objective, held against what is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// The tier that makes it.
    pub tier: String,
    /// For which fault: `device`.
    pub scope: &'static str,
    /// At most so many seconds may be lost.
    pub seconds: i64,
    /// Whether it is kept; none if nobody knows.
    pub kept: Option<bool>,
}

/// What became of a body of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Data {
    /// `dataset 'photos'`.
    pub what: String,
    /// What a loss would mean: `irreplaceable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// What became of it.
    pub fate: Fate,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Of what is lost: the newest state that is left, if there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
    /// Copies that are lost as well, and why.
    pub gone: Vec<String>,
    /// Copies of which nobody knows whether they are left, and why.
    pub open: Vec<String>,
    /// The promise for this fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
}

/// What some faults do together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `disk:nas/sdc`.
    pub faults: Vec<String>,
    /// `disk 'sdc' of host 'nas' breaks`.
    pub words: Vec<String>,
    /// Services, the worst first.
    pub services: Vec<Service>,
    /// What else is not as before: machines, pools, clusters, stacks.
    pub things: Vec<Thing>,
    /// Bodies of data, the worst first; what can be thrown away is not among them.
    pub data: Vec<Data>,
    /// What has to be known beside it.
    pub notes: Vec<String>,
}

impl Report {
    /// How many services are so.
    pub fn count(&self, state: State) -> usize {
        self.services.iter().filter(|s| s.state == state).count()
    }

    /// How many bodies of data are so.
    pub fn fates(&self, fate: Fate) -> usize {
        self.data.iter().filter(|d| d.fate == fate).count()
    }

    /// Promises that are broken.
    pub fn broken(&self) -> impl Iterator<Item = &Data> {
        let is = |d: &&Data| d.promise.as_ref().is_some_and(|p| p.kept == Some(false));
        self.data.iter().filter(is)
    }

    /// Something could not be told.
    pub fn is_open(&self) -> bool {
        self.count(State::Unknown) > 0
            || self.fates(Fate::Unknown) > 0
            || self
                .data
                .iter()
                .any(|d| d.promise.as_ref().is_some_and(|p| p.kept.is_none()))
    }
}
