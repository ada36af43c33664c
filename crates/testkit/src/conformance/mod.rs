//! What every driver must keep, as one suite: the fake world passes it, and so must the real ones.
//!
//! All parts run one after the other on one target, each as a controller and a run of its own, and each leaves the target as it
//! found it. They panic with what was expected, and say nothing about how a driver does it. What the suite has of the target
//! besides its driver is the [`Console`].

mod access;
mod actions;
mod bounds;
mod reboot;
mod sight;

use jiff::Timestamp;
use model::fact::{Completeness, FactKind, FactPath, Scope, Seen, TargetFacts};
use model::id::{ControllerId, RunId, StepId};
use model::plan::{AccessChange, Action};
use model::realm::RealmTag;
use model::run::Output;
use model::units::Seconds;
use model::value::Value;
use plan::driver::{AccessOrder, ActError, Driver, Order, Refusal, Ticket};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// A target to try a driver on.
pub struct Fixture<R: RealmTag> {
    /// The driver, enrolled.
    pub driver: Box<dyn Driver<R>>,
    /// Drivers for the same address that must not act.
    pub strangers: Vec<Stranger<R>>,
    /// An enrolled driver for an address where nobody answers.
    pub nobody: Box<dyn Driver<R>>,
    /// Actions that work on this target; together with their ways back they are all actions there are.
    pub samples: Vec<Sample>,
    /// Access changes that work and do not shut the driver out; none if the target holds no revert.
    pub access: Vec<AccessSample>,
    /// Kinds of facts whose source the console can hide, each with a path that is not there and is known not to be.
    pub sources: Vec<FactPath>,
    /// The target by another way than its driver.
    pub console: Box<dyn Console<R>>,
}

/// A driver that takes the target for somebody else.
pub struct Stranger<R: RealmTag> {
    /// What the refusal names as wrong; nothing if the target is not enrolled at all.
    pub wrong: Option<&'static str>,
    /// The driver.
    pub driver: Box<dyn Driver<R>>,
}

/// What somebody at the target can do who needs no driver for it.
pub trait Console<R: RealmTag> {
    /// Tells the time.
    fn now(&self) -> Timestamp;
    /// A moment between two looks of somebody who waits.
    fn pause(&mut self);
    /// Reboots the target and waits until its driver can reach it.
    fn reboot(&mut self);
    /// Has `driver` do `order` so that it arrives whole and is carried out, and its answer gets lost.
    fn unheard(
        &mut self,
        driver: &mut dyn Driver<R>,
        ticket: &Ticket,
        order: &Order<'_>,
    ) -> Result<Output, ActError>;
    /// Changes the file at this path, or makes one.
    fn meddle(&mut self, file: &str);
    /// Takes back what [`Console::meddle`] did.
    fn mend(&mut self, file: &str);
    /// From now on nobody can read whole where facts of this kind come from; a fake may do so for one look.
    fn hide(&mut self, kind: FactKind);
    /// Takes back what [`Console::hide`] did.
    fn show(&mut self, kind: FactKind);
}

/// An action and its way back.
#[derive(Debug, Clone)]
pub struct Sample {
    /// For the messages.
    pub name: String,
    /// The action.
    pub action: Action,
    /// How it is taken back.
    pub undo: SampleUndo,
    /// What it touches; what must be as before when it was taken back.
    pub touches: Scope,
    /// What can only be tried while this one stands.
    pub within: Vec<Sample>,
}

/// How a sample is taken back.
#[derive(Debug, Clone)]
pub enum SampleUndo {
    /// By this action.
    By(Action),
    /// By what it saved of this file.
    Saved(String),
    /// It is not: each time it is done, it changes something more.
    Stays,
    /// There is nothing to take back: it only asks.
    Asks,
}

/// An access change to try commit-confirm with.
#[derive(Debug, Clone)]
pub struct AccessSample {
    /// The change; it must change something.
    pub change: AccessChange,
    /// What it touches.
    pub touches: Scope,
    /// A time for the revert that is long enough for the orders of a test.
    pub revert_after: Seconds,
    /// A short time, to see the revert fire.
    pub short: Seconds,
}

/// The whole suite.
///
/// # Panics
/// On the first thing that a driver does not keep.
pub fn conformance<R: RealmTag>(mut fixture: Fixture<R>) {
    let fixture = &mut fixture;
    actions::all_are_covered(fixture);
    let whole = fixture.whole();
    let begun = fixture.seen(&whole);
    actions::done_and_taken_back(fixture);
    actions::unheard(fixture);
    bounds::strangers(fixture);
    bounds::nobody(fixture);
    bounds::leases(fixture);
    bounds::changed_since(fixture);
    sight::hidden_sources_are_unknown(fixture);
    if let Some(sample) = fixture.access.first().cloned() {
        access::order(fixture, &sample);
        access::commits_and_restores(fixture, &sample);
        access::reverts(fixture, &sample);
        access::fires(fixture, &sample);
    }
    reboot::kept_and_taken_back(fixture);
    let stays = actions::that_stay(&fixture.samples);
    let without = |mut facts: BTreeMap<FactPath, Seen>| {
        facts.retain(|path, _| !stays.paths.contains(path));
        facts
    };
    let ended = fixture.seen(&whole);
    assert_eq!(without(begun), without(ended), "all is as it was");
}

/// The part of the suite for a driver that only reads: where nobody answers nothing is known, what cannot be read is unknown, and
/// every order is refused. Samples, access and strangers of the fixture are not used.
///
/// # Panics
/// On the first thing that a driver does not keep.
pub fn observing<R: RealmTag>(mut fixture: Fixture<R>) {
    let fixture = &mut fixture;
    let mut scope = Scope::default();
    for path in &fixture.sources {
        scope.collections.insert(path.kind);
        scope.add(path.clone());
    }
    bounds::nobody_is_seen(fixture, &scope);
    sight::hidden_sources_are_unknown(fixture);
    bounds::every_order_is_refused(fixture);
}

/// The lease that the parts take.
const TTL: Seconds = Seconds(120);

/// Who acts in one part of the suite.
struct Part {
    name: &'static str,
    epoch: u64,
}

impl Part {
    fn new(name: &'static str) -> Self {
        Self { name, epoch: 1 }
    }

    /// Run ids of one process do not repeat on a target that keeps what runs saved.
    fn run(&self) -> RunId {
        RunId(format!("conformance-{}-{}", self.name, std::process::id()))
    }

    fn step(&self, step: &str) -> Ticket {
        Ticket {
            controller: ControllerId(format!("controller-{}", self.name)),
            epoch: self.epoch,
            run: self.run(),
            step: StepId(step.to_owned()),
        }
    }
}

/// The way back from a step has a name of its own.
fn back(ticket: &Ticket) -> Ticket {
    Ticket {
        step: StepId(format!("{}~back", ticket.step)),
        ..ticket.clone()
    }
}

impl<R: RealmTag> Fixture<R> {
    fn look(&mut self, scope: &Scope) -> TargetFacts {
        let now = self.console.now();
        self.driver.observe(scope, now)
    }

    /// What was seen of the paths and kinds of a scope. Everything must be known.
    fn seen(&mut self, scope: &Scope) -> BTreeMap<FactPath, Seen> {
        let facts = self.look(scope);
        assert!(
            facts.identity.is_some(),
            "nobody answers: {:?}",
            facts.errors
        );
        for kind in &scope.collections {
            let complete = facts.collections.get(kind);
            let whole = matches!(complete, Some(Completeness::Yes(_)));
            assert!(whole, "{kind:?} is not complete: {complete:?}");
        }
        let mut seen: BTreeMap<_, _> = facts
            .facts
            .iter()
            .filter(|(p, _)| scope.paths.contains(p) || scope.collections.contains(&p.kind))
            .map(|(p, f)| (p.clone(), f.seen.clone()))
            .collect();
        for path in &scope.paths {
            seen.insert(path.clone(), facts.seen(path));
        }
        let unknown = seen.iter().find(|(_, s)| matches!(s, Seen::Unknown(_)));
        assert!(unknown.is_none(), "not known: {unknown:?}");
        seen
    }

    /// Everything that any sample touches.
    fn whole(&self) -> Scope {
        let access = self.access.iter().map(|sample| sample.touches.clone());
        let touched = actions::touched(&self.samples);
        access.fold(touched, Scope::union)
    }

    /// The same without archives: for what is not about them.
    fn quick(&self) -> Scope {
        let mut quick = self.whole();
        quick.paths.retain(|path| !takes_seconds(path));
        quick
    }

    /// What `bold` does may touch nothing that any sample touches.
    fn untouched(&mut self, what: &str, bold: impl FnOnce(&mut Self)) {
        let quick = self.quick();
        let before = self.seen(&quick);
        bold(self);
        assert_eq!(before, self.seen(&quick), "{what} may change nothing");
    }

    fn act(&mut self, ticket: &Ticket, action: &Action) -> Result<Output, ActError> {
        self.driver.act(ticket, &Order::Do(action))
    }

    fn lease(&mut self, ticket: &Ticket) {
        let order = Order::TakeLease { ttl: TTL };
        well("take the lease", self.driver.act(ticket, &order));
    }

    fn release(&mut self, ticket: &Ticket) {
        let released = self.driver.act(ticket, &Order::ReleaseLease);
        well("release the lease", released);
    }

    fn access(&mut self, ticket: &Ticket, order: AccessOrder<'_>) -> Result<Output, ActError> {
        self.driver.act(ticket, &Order::Access(order))
    }

    fn state(&mut self, ticket: &Ticket) -> String {
        let asked = self.access(ticket, AccessOrder::Status);
        let output = well("ask for the state", asked);
        let state = output.values.get("state").and_then(Value::as_text);
        state.unwrap_or("none").to_owned()
    }

    /// Asks again until the answer is yes.
    fn until(&mut self, what: &str, limit: Seconds, mut ask: impl FnMut(&mut Self) -> bool) {
        let begun = self.console.now();
        while !ask(self) {
            let waited = self.console.now().duration_since(begun).as_secs();
            assert!(waited < limit.0, "{what}: not within {limit}");
            self.console.pause();
        }
    }
}

/// Archives can only be asked for by opening their repository, whose key is slow to derive by design.
fn takes_seconds(path: &FactPath) -> bool {
    matches!(path.kind, FactKind::Archive | FactKind::Repository)
}

#[track_caller]
fn well<T, E: Debug>(what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(e) => panic!("{what}: {e:?}"),
    }
}

#[track_caller]
fn refused(what: &str, result: Result<Output, ActError>) -> Refusal {
    match result {
        Err(ActError::Refused(refusal)) => refusal,
        other => panic!("{what}: should have been refused, was {other:?}"),
    }
}
