//! The world: hosts, one clock that moves only when somebody waits or acts, faults, and a trace of what truly happened.

use super::access::seed_state;
use super::driver::FakeDriver;
use super::fault::{Fault, Faults, Look, Trigger, Word};
use super::identity;
use super::machine::{Machine, RevertState, State};
use engine::context::Clock;
use engine::drivers::Drivers;
use jiff::{SignedDuration, Timestamp};
use model::fact::{FactPath, Scope, TargetFacts};
use model::id::{Kind, ObjectRef, StepId};
use model::realm::{Realm, RealmTag};
use model::run::Event;
use model::units::Seconds;
use model::value::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What truly happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// The controller wrote this.
    Journal(Event),
    /// The controller looked at this host, and got an answer.
    Observed(String),
    /// An order changed something on a host.
    Changed {
        /// Where.
        host: String,
        /// For which step.
        step: StepId,
        /// By which kind of order.
        word: Word,
    },
    /// The revert of this host fired, by itself or at boot.
    Fired(String),
}

/// A handle on the world; clones share it.
#[derive(Debug, Clone)]
pub struct FakeWorld {
    inner: Arc<Mutex<Inner>>,
    realm: Realm,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) wall: Timestamp,
    pub(super) machines: BTreeMap<String, Machine>,
    pub(super) faults: Faults,
    pub(super) trace: Vec<Trace>,
}

impl Inner {
    /// Lets time pass everywhere.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.step_wall(seconds);
        for (name, machine) in &mut self.machines {
            if machine.pass(seconds) {
                self.trace.push(Trace::Fired(name.clone()));
            }
        }
    }

    pub(super) fn step_wall(&mut self, seconds: i64) {
        let moved = self.wall.checked_add(SignedDuration::from_secs(seconds));
        self.wall = moved.unwrap_or(self.wall);
    }
}

impl FakeWorld {
    /// An empty world of this realm. Its wall clock begins at a fixed time.
    pub fn new(realm: Realm) -> Self {
        let inner = Inner {
            wall: Timestamp::from_second(1_795_000_000).unwrap_or(Timestamp::UNIX_EPOCH),
            machines: BTreeMap::new(),
            faults: Faults::default(),
            trace: Vec::new(),
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            realm,
        }
    }

    /// Adds a host: reachable as `admin`, with cron and app as units, and an empty repository `vault`.
    #[must_use]
    pub fn host(self, name: &str) -> Self {
        let machine = Machine::new(identity::of(name, &self.realm), seed_state());
        self.lock().machines.insert(name.to_owned(), machine);
        self
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A driver for a host, enrolled as it is now.
    pub fn driver<R: RealmTag>(&self, tag: R, name: &str) -> FakeDriver<R> {
        let enrolled = self.lock().machines.get(name).map(|m| m.identity.clone());
        FakeDriver::new(self.clone(), tag, name, enrolled)
    }

    /// Drivers for all hosts.
    pub fn drivers<R: RealmTag>(&self, tag: R) -> Drivers<R> {
        let names: Vec<String> = self.lock().machines.keys().cloned().collect();
        let mut drivers = Drivers::new(tag.clone());
        for name in names {
            drivers.insert(Box::new(self.driver(tag.clone(), &name)));
        }
        drivers
    }

    /// A function that waits in this world: time passes, and nobody sleeps.
    pub fn waiting(&self) -> impl FnMut(Seconds) + use<> {
        let world = self.clone();
        move |seconds| world.pass(seconds.0)
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.lock().pass(seconds);
    }

    /// A fault to come.
    pub fn script(&self, trigger: Trigger, fault: Fault) {
        self.lock().faults.script(trigger, fault);
    }

    /// A fault of the looks to come, after `nth` good ones, `times` in a row.
    pub fn script_look(&self, nth: u32, times: u32, look: Look) {
        self.lock().faults.script_look(nth, times, look);
    }

    /// Faults by chance, `budget` at most.
    pub fn unleash(&self, seed: u64, per_mille: u64, budget: u32) {
        self.lock().faults.unleash(seed, per_mille, budget);
    }

    /// No faults any more, and everybody who was away is back.
    pub fn calm(&self) {
        let mut inner = self.lock();
        inner.faults.calm();
        for machine in inner.machines.values_mut() {
            machine.away = 0;
        }
    }

    /// Changes a host, as somebody else would.
    pub fn meddle(&self, host: &str, path: FactPath, value: Option<Value>) {
        self.with(host, |m| {
            if State::is_volatile(path.kind) {
                m.apply(&super::ops::Op::Boot(path.clone(), value.clone()));
            }
            m.apply(&super::ops::Op::Live(path, value));
        });
    }

    /// Somebody else answers at the host's address from now on.
    pub fn impersonate(&self, host: &str) {
        self.with(host, |m| m.identity.machine_id.push_str("-other"));
    }

    /// The revert of this host cannot fire any more.
    pub fn break_revert(&self, host: &str) {
        self.with(host, |m| m.revert_broken = true);
    }

    /// This host cannot hold a revert.
    pub fn without_revert(&self, host: &str) {
        self.with(host, |m| m.holds_revert = false);
    }

    /// Reboots a host.
    pub fn reboot(&self, host: &str) {
        let fired = self.with(host, Machine::reboot);
        if fired == Some(true) {
            self.note(Trace::Fired(host.to_owned()));
        }
    }

    /// The true state of all hosts, when everything still at work has ended.
    pub fn state(&self) -> BTreeMap<String, State> {
        let mut inner = self.lock();
        let machines = inner.machines.iter_mut();
        machines
            .map(|(name, machine)| {
                machine.finish_late();
                (name.clone(), machine.state.clone())
            })
            .collect()
    }

    /// The truth about a host, by another way than its driver.
    pub fn truth(&self, host: &str, scope: &Scope) -> TargetFacts {
        let now = self.now();
        let target = ObjectRef::new(Kind::Host, host);
        let facts = self.with(host, |m| {
            m.finish_late();
            super::driver::facts(&m.identity, &m.state, target.clone(), scope, now)
        });
        facts.unwrap_or_else(|| TargetFacts::unreachable(target, now, "no such host"))
    }

    /// Hosts with an armed revert.
    pub fn armed(&self) -> Vec<String> {
        self.named(|m| m.revert == RevertState::Armed)
    }

    /// Hosts whose lease is held, expired or not.
    pub fn leased(&self) -> Vec<String> {
        self.named(Machine::is_leased)
    }

    /// Hosts that a new login cannot reach.
    pub fn locked_out(&self) -> Vec<String> {
        self.named(|m| m.cut() != super::machine::Cut::Nothing)
    }

    fn named(&self, which: impl Fn(&Machine) -> bool) -> Vec<String> {
        let inner = self.lock();
        let those = inner.machines.iter().filter(|(_, m)| which(m));
        those.map(|(n, _)| n.clone()).collect()
    }

    fn with<T>(&self, host: &str, change: impl FnOnce(&mut Machine) -> T) -> Option<T> {
        self.lock().machines.get_mut(host).map(change)
    }

    /// What happened so far.
    pub fn trace(&self) -> Vec<Trace> {
        self.lock().trace.clone()
    }

    pub(super) fn note(&self, what: Trace) {
        self.lock().trace.push(what);
    }

    /// The realm.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }
}

impl Clock for FakeWorld {
    fn now(&self) -> Timestamp {
        self.lock().wall
    }
}
