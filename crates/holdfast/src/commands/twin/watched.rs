//! A simulator that is all there is of a product in a twin: it is silent without power, and its faults are those in force.

use super::api;
use pvesim::{Answer, Asked, Fault, Faults, Served};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use twin::{Engine, Host, TwinError};

/// How old an answer of the engine may be.
const FRESH: Duration = Duration::from_millis(300);

/// Which machines of a twin have power.
pub(super) struct Power {
    pub(super) engine: Engine,
    pub(super) owner: String,
    last: Option<(Instant, BTreeSet<String>)>,
}

impl Power {
    pub(super) fn new(engine: Engine, owner: &str) -> Self {
        Self {
            engine,
            owner: owner.to_owned(),
            last: None,
        }
    }

    /// What is known is not true any more.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// Those that have power.
    pub(super) fn names(&mut self) -> Result<BTreeSet<String>, TwinError> {
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
pub(super) struct Watched<S> {
    pub(super) product: S,
    pub(super) power: Power,
    pub(super) machine: String,
    /// The folder of the store, where faults stand.
    pub(super) store: PathBuf,
    pub(super) of: String,
    pub(super) faults: Faults,
    pub(super) is_on: bool,
}

impl<S: Served> Served for Watched<S> {
    fn refresh(&mut self) {
        self.faults.set(api::in_force(&self.store, &self.of));
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
