//! What every driver must keep, as one suite: the fake world passes it, and so must the real ones.
//!
//! Each part takes a fixture of its own and panics with what was expected; it says nothing about how a driver does it.

use jiff::Timestamp;
use model::fact::{FactPath, Scope, Seen, TargetFacts};
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
    /// A driver for the same address that is enrolled as somebody else.
    pub impostor: Option<Box<dyn Driver<R>>>,
    /// Actions that work on this target, each with its way back.
    pub samples: Vec<Sample>,
    /// An access change that works and does not shut the driver out; none if the target holds no revert.
    pub access: Option<AccessSample>,
    /// Waits, or lets the time of a fake pass.
    pub wait: Box<dyn FnMut(Seconds)>,
    /// Tells the time.
    pub now: Box<dyn Fn() -> Timestamp>,
    /// Kept as long as the fixture, e.g. a container.
    pub keep: Box<dyn std::any::Any>,
}

/// An action and its way back.
#[derive(Debug, Clone)]
pub struct Sample {
    /// For the messages.
    pub name: String,
    /// The action; it must change something.
    pub action: Action,
    /// How it is taken back.
    pub undo: SampleUndo,
    /// What it touches; what must be as before when it was taken back.
    pub touches: Scope,
}

/// How a sample is taken back.
#[derive(Debug, Clone)]
pub enum SampleUndo {
    /// By this action.
    By(Action),
    /// By what it saved.
    Saved,
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

/// The whole suite. `make` is called once per part.
///
/// # Panics
/// On the first thing that a driver does not keep.
pub fn conformance<R: RealmTag>(make: impl Fn() -> Fixture<R>) {
    actions(&make);
    identity(&make);
    leases(&make);
    if make().access.is_some() {
        access_order(&make);
        access_commits_and_restores(&make);
        access_reverts(&make);
        access_fires(&make);
    }
}

/// The lease that the parts take.
const TTL: Seconds = Seconds(120);

fn ticket(run: &str, epoch: u64, step: &str) -> Ticket {
    Ticket {
        controller: ControllerId("conformance".to_owned()),
        epoch,
        run: RunId(run.to_owned()),
        step: StepId(step.to_owned()),
    }
}

/// Run ids of one process do not repeat on a target that keeps what runs saved.
fn run_id(part: &str) -> String {
    format!("conformance-{part}-{}", std::process::id())
}

impl<R: RealmTag> Fixture<R> {
    fn look(&mut self, scope: &Scope) -> TargetFacts {
        let now = (self.now)();
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
        for (kind, complete) in &facts.collections {
            let whole = matches!(complete, model::fact::Completeness::Yes(_));
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

    fn lease(&mut self, ticket: &Ticket) {
        well(
            "take the lease",
            self.driver.act(ticket, &Order::TakeLease { ttl: TTL }),
        );
    }

    fn release(&mut self, ticket: &Ticket) {
        well(
            "release the lease",
            self.driver.act(ticket, &Order::ReleaseLease),
        );
    }

    fn access(&mut self, ticket: &Ticket, order: AccessOrder<'_>) -> Result<Output, ActError> {
        self.driver.act(ticket, &Order::Access(order))
    }

    fn state(&mut self, ticket: &Ticket) -> String {
        let output = well(
            "ask for the state",
            self.access(ticket, AccessOrder::Status),
        );
        let state = output.values.get("state").and_then(Value::as_text);
        state.unwrap_or("none").to_owned()
    }
}

fn well<T, E: Debug>(what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(e) => panic!("{what}: {e:?}"),
    }
}

fn refused(what: &str, result: Result<Output, ActError>) -> Refusal {
    match result {
        Err(ActError::Refused(refusal)) => refusal,
        other => panic!("{what}: should have been refused, was {other:?}"),
    }
}

/// Every action changes what it touches; again is harmless; its undo brings everything back; so does the undo again.
fn actions<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let mut fixture = make();
    let run = run_id("actions");
    for (nth, sample) in fixture.samples.clone().into_iter().enumerate() {
        let name = &sample.name;
        let ticket = ticket(&run, 1, &format!("sample-{nth}"));
        fixture.lease(&ticket);
        let before = fixture.seen(&sample.touches);
        let order = Order::Do(&sample.action);
        well(name, fixture.driver.act(&ticket, &order));
        let after = fixture.seen(&sample.touches);
        assert_ne!(before, after, "{name}: it should change what it touches");
        // Refusing to do it twice is as harmless as doing it.
        let twice = fixture.driver.act(&ticket, &order);
        assert!(
            matches!(twice, Ok(_) | Err(ActError::Refused(_))),
            "{name}, twice: {twice:?}"
        );
        assert_eq!(
            after,
            fixture.seen(&sample.touches),
            "{name}: twice is once"
        );
        let undo = match sample.undo {
            SampleUndo::By(action) => action,
            SampleUndo::Saved => Action::RestoreSaved {
                run: ticket.run.clone(),
                step: ticket.step.clone(),
            },
        };
        for times in ["undo", "undo again"] {
            well(
                &format!("{name}: {times}"),
                fixture.driver.act(&ticket, &Order::Do(&undo)),
            );
            let back = fixture.seen(&sample.touches);
            assert_eq!(before, back, "{name}: {times} brings back what was there");
        }
        fixture.release(&ticket);
    }
}

/// Nobody but the enrolled one is acted upon.
fn identity<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let mut fixture = make();
    let (Some(mut impostor), Some(sample)) =
        (fixture.impostor.take(), fixture.samples.first().cloned())
    else {
        return;
    };
    let before = fixture.seen(&sample.touches);
    let ticket = ticket(&run_id("identity"), 1, "sample");
    for order in [Order::TakeLease { ttl: TTL }, Order::Do(&sample.action)] {
        let why = refused("another identity", impostor.act(&ticket, &order));
        assert!(matches!(why, Refusal::WrongIdentity { .. }), "{why:?}");
    }
    assert_eq!(
        before,
        fixture.seen(&sample.touches),
        "nothing may have changed"
    );
}

/// No act without a lease; one run at a time; a larger epoch of a run fences the smaller one.
fn leases<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let mut fixture = make();
    let Some(sample) = fixture.samples.first().cloned() else {
        return;
    };
    let order = Order::Do(&sample.action);
    let before = fixture.seen(&sample.touches);
    let run = run_id("lease");
    let first = ticket(&run, 1, "sample");
    refused("act without a lease", fixture.driver.act(&first, &order));

    fixture.lease(&first);
    let mut other = ticket(&run_id("lease-other"), 1, "sample");
    other.controller = ControllerId("another".to_owned());
    let why = refused(
        "second lease",
        fixture.driver.act(&other, &Order::TakeLease { ttl: TTL }),
    );
    assert!(matches!(why, Refusal::LeaseHeld { .. }), "{why:?}");
    refused("act on another's lease", fixture.driver.act(&other, &order));

    let newer = Ticket {
        epoch: 2,
        ..first.clone()
    };
    fixture.lease(&newer);
    let why = refused("act of an older epoch", fixture.driver.act(&first, &order));
    assert!(matches!(why, Refusal::Fenced { .. }), "{why:?}");
    let again = fixture.driver.act(&first, &Order::TakeLease { ttl: TTL });
    let why = refused("lease of an older epoch", again);
    assert!(
        matches!(why, Refusal::Fenced { .. } | Refusal::LeaseHeld { .. }),
        "{why:?}"
    );
    assert_eq!(
        before,
        fixture.seen(&sample.touches),
        "nothing may have changed"
    );

    fixture.release(&newer);
    refused("act after the release", fixture.driver.act(&newer, &order));
    fixture.lease(&other);
    fixture.release(&other);
}

fn wrong_state(what: &str, state: &str, result: Result<Output, ActError>) {
    let why = refused(what, result);
    let expected = Refusal::Revert {
        state: state.to_owned(),
    };
    assert_eq!(why, expected, "{what}");
}

/// A fixture with a lease, and its access sample.
fn begin<R: RealmTag>(
    make: &impl Fn() -> Fixture<R>,
    part: &str,
) -> Option<(Fixture<R>, AccessSample, Ticket)> {
    let mut fixture = make();
    let sample = fixture.access.clone()?;
    let ticket = ticket(&run_id(part), 1, "access");
    fixture.lease(&ticket);
    Some((fixture, sample, ticket))
}

/// Orders that come at the wrong time are refused and change nothing.
fn access_order<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let Some((mut fixture, sample, ticket)) = begin(make, "order") else {
        return;
    };
    let change = &sample.change;
    let arm = || AccessOrder::Arm {
        change,
        revert_after: sample.revert_after,
    };
    let live = || AccessOrder::Live { change, nonce: "n" };
    let before = fixture.seen(&sample.touches);
    let idle = fixture.state(&ticket);
    wrong_state(
        "disarm without arm",
        &idle,
        fixture.access(&ticket, AccessOrder::Disarm),
    );
    wrong_state("live without arm", &idle, fixture.access(&ticket, live()));
    let persist = fixture.access(&ticket, AccessOrder::Persist { change });
    wrong_state("persist without arm", &idle, persist);
    well("arm", fixture.access(&ticket, arm()));
    assert_eq!(fixture.state(&ticket), "armed");
    wrong_state("arm twice", "armed", fixture.access(&ticket, arm()));
    assert_eq!(
        before,
        fixture.seen(&sample.touches),
        "arming changes nothing"
    );
    well("revert", fixture.access(&ticket, AccessOrder::Revert));
    assert_eq!(fixture.state(&ticket), "reverted");
    wrong_state(
        "disarm after revert",
        "reverted",
        fixture.access(&ticket, AccessOrder::Disarm),
    );
    wrong_state(
        "live after revert",
        "reverted",
        fixture.access(&ticket, live()),
    );
    assert_eq!(
        before,
        fixture.seen(&sample.touches),
        "nothing may have changed"
    );
    fixture.release(&ticket);
}

/// From arming to just before disarming.
fn go<R: RealmTag>(
    fixture: &mut Fixture<R>,
    ticket: &Ticket,
    change: &AccessChange,
    revert_after: Seconds,
) {
    let timeout = Seconds(10);
    let test = |nonce| AccessOrder::Test { nonce, timeout };
    well("test before", fixture.access(ticket, test(None)));
    let arm = AccessOrder::Arm {
        change,
        revert_after,
    };
    well("arm", fixture.access(ticket, arm));
    let nonce = Some("nonce-1");
    let stale = fixture.access(ticket, test(nonce));
    assert!(
        stale.is_err(),
        "a nonce that was not written is found: {stale:?}"
    );
    let live = AccessOrder::Live {
        change,
        nonce: "nonce-1",
    };
    well("live", fixture.access(ticket, live));
    well("test", fixture.access(ticket, test(nonce)));
    well(
        "persist",
        fixture.access(ticket, AccessOrder::Persist { change }),
    );
    well("test again", fixture.access(ticket, test(nonce)));
}

/// A change goes through, and its restore brings everything back, twice.
fn access_commits_and_restores<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let Some((mut fixture, sample, ticket)) = begin(make, "commit") else {
        return;
    };
    let before = fixture.seen(&sample.touches);
    go(&mut fixture, &ticket, &sample.change, sample.revert_after);
    well("disarm", fixture.access(&ticket, AccessOrder::Disarm));
    assert_eq!(fixture.state(&ticket), "committed");
    let after = fixture.seen(&sample.touches);
    assert_ne!(before, after, "the change should change what it touches");
    wrong_state(
        "disarm twice",
        "committed",
        fixture.access(&ticket, AccessOrder::Disarm),
    );
    let restore = AccessChange::Restore {
        run: ticket.run.clone(),
        step: ticket.step.clone(),
    };
    for times in ["restore", "restore again"] {
        go(&mut fixture, &ticket, &restore, sample.revert_after);
        well("disarm", fixture.access(&ticket, AccessOrder::Disarm));
        let back = fixture.seen(&sample.touches);
        assert_eq!(before, back, "{times} brings back what was there");
    }
    fixture.release(&ticket);
}

/// An ordered revert brings everything back, live and persistent.
fn access_reverts<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let Some((mut fixture, sample, ticket)) = begin(make, "revert") else {
        return;
    };
    let before = fixture.seen(&sample.touches);
    go(&mut fixture, &ticket, &sample.change, sample.revert_after);
    well("revert", fixture.access(&ticket, AccessOrder::Revert));
    assert_eq!(fixture.state(&ticket), "reverted");
    assert_eq!(
        before,
        fixture.seen(&sample.touches),
        "the revert brings everything back"
    );
    fixture.release(&ticket);
}

/// A revert that nobody disarms fires by itself.
fn access_fires<R: RealmTag>(make: &impl Fn() -> Fixture<R>) {
    let Some((mut fixture, sample, ticket)) = begin(make, "fire") else {
        return;
    };
    let before = fixture.seen(&sample.touches);
    let change = &sample.change;
    let arm = AccessOrder::Arm {
        change,
        revert_after: sample.short,
    };
    well("arm", fixture.access(&ticket, arm));
    let live = AccessOrder::Live { change, nonce: "n" };
    // On a slow target it may have fired already.
    let _ = fixture.access(&ticket, live);
    let mut state = fixture.state(&ticket);
    for _ in 0..sample.short.0 + 60 {
        if state == "reverted" {
            break;
        }
        (fixture.wait)(Seconds(1));
        state = fixture.state(&ticket);
    }
    assert_eq!(state, "reverted", "the revert should fire by itself");
    assert_eq!(
        before,
        fixture.seen(&sample.touches),
        "it brings everything back"
    );
    let late = fixture.access(&ticket, AccessOrder::Disarm);
    wrong_state("disarm after it fired", "reverted", late);
    fixture.release(&ticket);
}
