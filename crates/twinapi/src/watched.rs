//! A simulator that is all there is of a product in a twin: it is silent without power, and its faults are those in force.

use crate::faults::in_force;
use pvesim::{Answer, Asked, Fault, Faults, Served};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use twin::{Engine, Host, TwinError};

/// How old an answer of the engine may be.
const FRESH: Duration = Duration::from_millis(300);

/// Which machines of a twin have power.
pub(crate) struct Power {
    pub(crate) engine: Engine,
    pub(crate) owner: String,
    last: Option<(Instant, BTreeSet<String>)>,
}

impl Power {
    pub(crate) fn new(engine: Engine, owner: &str) -> Self {
        Self {
            engine,
            owner: owner.to_owned(),
            last: None,
        }
    }

    /// What is known is not true any more.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// Those that have power.
    pub(crate) fn names(&mut self) -> Result<BTreeSet<String>, TwinError> {
        if let Some((at, names)) = &self.last
            && at.elapsed() < FRESH
        {
            return Ok(names.clone());
        }
        let names = Host::running_names(&self.engine, &self.owner)?;
        self.last = Some((Instant::now(), names.clone()));
        Ok(names)
    }
}

/// A product on one machine.
pub(crate) struct Watched<S> {
    pub(crate) product: S,
    pub(crate) power: Power,
    pub(crate) machine: String,
    /// The folder of the store, where faults stand.
    pub(crate) store: PathBuf,
    pub(crate) of: String,
    pub(crate) faults: Faults,
    pub(crate) is_on: bool,
}

impl<S: Served> Served for Watched<S> {
    fn refresh(&mut self) {
        self.faults.set(in_force(&self.store, &self.of));
        // Where the engine does not answer, nothing is known to run.
        let names = self.power.names().unwrap_or_default();
        self.is_on = names.contains(&self.machine);
    }

    fn is_gone(&self) -> bool {
        !self.is_on
    }

    fn fault(&self, path: &str) -> Option<Fault> {
        self.faults.of(path).cloned()
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        self.product.answer(asked)
    }

    fn refuse(status: u16, reason: &str) -> Answer {
        S::refuse(status, reason)
    }
}
