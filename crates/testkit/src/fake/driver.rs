//! The fake world's driver: the contract to the letter, and whatever fault is due.

use super::access;
use super::fault::{Fault, Look, Word};
use super::identity;
use super::machine::{Cut, State};
use super::ops::{self, Not, Op};
use super::world::{FakeWorld, Inner, Trace};
use jiff::Timestamp;
use model::fact::{Completeness, Fact, FactKind, NativeIdentity, Scope, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::realm::RealmTag;
use model::run::Output;
use plan::driver::{AccessOrder, ActError, Driver, Maturity, Order, Properties, Ticket};
use std::collections::BTreeMap;

/// A handle on one host of a [`FakeWorld`].
#[derive(Debug, Clone)]
pub struct FakeDriver<R: RealmTag> {
    world: FakeWorld,
    tag: R,
    name: String,
    enrolled: Option<NativeIdentity>,
}

/// The facts that `scope` asks for, from a state.
pub(super) fn facts(
    identity: &NativeIdentity,
    state: &State,
    target: ObjectRef,
    scope: &Scope,
    now: Timestamp,
) -> TargetFacts {
    let asked = |kind, path| scope.collections.contains(&kind) || scope.paths.contains(path);
    let fact = |seen| Fact {
        seen,
        source: "fake".to_owned(),
    };
    let there = state.live.iter().filter(|(p, _)| asked(p.kind, p));
    let mut all: BTreeMap<_, _> = there
        .map(|(p, v)| (p.clone(), fact(Seen::Present(v.clone()))))
        .collect();
    for path in &scope.paths {
        let absent = || fact(Seen::Absent);
        all.entry(path.clone()).or_insert_with(absent);
    }
    let whole = |k: &FactKind| (*k, Completeness::Yes("it is all there is".to_owned()));
    TargetFacts {
        target,
        at: now,
        took_ms: 1,
        identity: Some(identity.clone()),
        facts: all,
        collections: scope.collections.iter().map(whole).collect(),
        errors: Vec::new(),
        readings: BTreeMap::new(),
    }
}

/// How an order ends, besides as asked.
#[derive(Debug, Clone, Copy)]
enum End {
    Well,
    Unheard,
    Failed,
    Reboot,
}

impl<R: RealmTag> FakeDriver<R> {
    pub(super) fn new(
        world: FakeWorld,
        tag: R,
        name: &str,
        enrolled: Option<NativeIdentity>,
    ) -> Self {
        Self {
            world,
            tag,
            name: name.to_owned(),
            enrolled,
        }
    }

    /// The same handle, but enrolled as `change` says.
    #[must_use]
    pub fn enrolled_as(mut self, change: impl FnOnce(&mut Option<NativeIdentity>)) -> Self {
        change(&mut self.enrolled);
        self
    }

    fn target(&self) -> ObjectRef {
        ObjectRef::new(Kind::Host, &self.name)
    }

    fn unreachable(&self, message: &str) -> ActError {
        ActError::Unreachable {
            target: self.target(),
            message: message.to_owned(),
        }
    }

    /// Everything before the order reaches the target's own checks.
    fn arrive(&self, inner: &mut Inner, word: Word, fault: Option<Fault>) -> Result<(), ActError> {
        inner.pass(1);
        if let Some(Fault::WallStep(seconds)) = fault {
            inner.step_wall(seconds);
        }
        let machine = inner.machines.get_mut(&self.name);
        let machine = machine.ok_or_else(|| self.unreachable("no such host"))?;
        match fault {
            Some(Fault::LinkDown(seconds)) => machine.away = machine.away.max(seconds),
            Some(Fault::Gone) => machine.away = i64::MAX,
            _ => {}
        }
        let cut = match (machine.cut(), word) {
            (Cut::Nothing, _) => false,
            (Cut::New, word) => word == Word::Test,
            (Cut::All, _) => true,
        };
        if machine.away > 0 || cut || fault == Some(Fault::TimeoutBefore) {
            inner.pass(4);
            return Err(self.unreachable("connection timed out"));
        }
        identity::check(
            &self.target(),
            self.enrolled.as_ref(),
            &machine.identity,
            &self.tag.realm(),
        )
        .map_err(ActError::Refused)?;
        // One order after another: what is still at work ends first. Asking for the state takes no lock.
        if !matches!(word, Word::Test | Word::Status) {
            machine.finish_late();
        }
        Ok(())
    }

    fn work(
        &self,
        inner: &mut Inner,
        ticket: &Ticket,
        order: &Order<'_>,
    ) -> Result<ops::Work, ActError> {
        let machine = inner.machines.get_mut(&self.name);
        let machine = machine.ok_or_else(|| self.unreachable("no such host"))?;
        if let Order::TakeLease { ttl } = order {
            let taken = machine.take_lease(ticket, ttl.0);
            return taken
                .map(|()| ops::Work::default())
                .map_err(ActError::Refused);
        }
        machine.check_lease(ticket).map_err(ActError::Refused)?;
        let work = match order {
            Order::TakeLease { .. } => Ok(ops::Work::default()),
            Order::ReleaseLease => {
                machine.release_lease();
                Ok(ops::Work::default())
            }
            Order::Do(action) => ops::work(machine, ticket, action),
            Order::Access(AccessOrder::Test { nonce, .. }) => {
                let found = machine.nonce.as_deref();
                if nonce.is_some() && found != *nonce {
                    Err(Not::Failed(format!("the nonce is {found:?}")))
                } else {
                    Ok(ops::Work::default())
                }
            }
            Order::Access(access) => access::work(machine, ticket, access),
        };
        work.map_err(|not| match not {
            Not::Refused(refusal) => ActError::Refused(refusal),
            Not::Failed(message) => self.failed(order, &message),
        })
    }

    fn failed(&self, order: &Order<'_>, message: &str) -> ActError {
        ActError::Failed {
            target: self.target(),
            command: format!("{:?}", Word::of(order)),
            message: message.to_owned(),
        }
    }

    /// Makes the changes, as far as the fault lets them come.
    fn carry_out(
        &self,
        inner: &mut Inner,
        ticket: &Ticket,
        word: Word,
        work: Vec<Op>,
        fault: Option<Fault>,
    ) -> End {
        let name = &self.name;
        let Inner {
            machines, trace, ..
        } = inner;
        let Some(machine) = machines.get_mut(name) else {
            return End::Unheard;
        };
        machine.previous = machine.state.clone();
        let (until, end) = match fault {
            Some(Fault::Killed(k)) => (k, End::Unheard),
            Some(Fault::FailsAfter(k)) => (k, End::Failed),
            Some(Fault::Reboot(k)) => (k, End::Reboot),
            Some(Fault::Fails) => (0, End::Failed),
            Some(Fault::Lie) => (0, End::Well),
            Some(Fault::TimeoutAfter) => (usize::MAX, End::Unheard),
            _ => (usize::MAX, End::Well),
        };
        let changes = work.iter().take(until).any(|op| !matches!(op, Op::Text(_)));
        if changes {
            trace.push(Trace::Changed {
                host: name.clone(),
                step: ticket.step.clone(),
                word,
            });
        }
        if fault == Some(Fault::Late) {
            machine.late = work;
            return End::Unheard;
        }
        for op in work.iter().take(until) {
            machine.apply(op);
        }
        match end {
            End::Reboot => {
                if machine.reboot() {
                    trace.push(Trace::Fired(name.clone()));
                }
                machine.away = 30;
                End::Unheard
            }
            // The change may have cut the very session that made it.
            End::Well if machine.cut() == Cut::All => End::Unheard,
            end => end,
        }
    }
}

impl<R: RealmTag> Driver<R> for FakeDriver<R> {
    fn observe(&mut self, scope: &Scope, now: Timestamp) -> TargetFacts {
        let mut inner = self.world.lock();
        let look = inner.faults.strike_look();
        let nobody = |why: &str| TargetFacts::unreachable(self.target(), now, why);
        let Some(machine) = inner.machines.get(&self.name) else {
            return nobody("no such host");
        };
        if machine.away > 0 || machine.cut() == Cut::All || look == Some(Look::Timeout) {
            inner.pass(5);
            return nobody("connection timed out");
        }
        let state = match look {
            Some(Look::Stale) => &machine.previous,
            _ => &machine.state,
        };
        let mut seen = facts(&machine.identity, state, self.target(), scope, now);
        if let Some(Look::Incomplete(kind)) = look {
            make_incomplete(&mut seen, kind);
        }
        inner.trace.push(Trace::Observed(self.name.clone()));
        seen
    }

    fn act(&mut self, ticket: &Ticket, order: &Order<'_>) -> Result<Output, ActError> {
        let mut inner = self.world.lock();
        let word = Word::of(order);
        let fault = inner.faults.strike(&ticket.step, word);
        self.arrive(&mut inner, word, fault)?;
        let (work, output) = self.work(&mut inner, ticket, order)?;
        match self.carry_out(&mut inner, ticket, word, work, fault) {
            End::Well => Ok(output),
            End::Failed => Err(self.failed(order, "it failed")),
            End::Unheard | End::Reboot => {
                inner.pass(4);
                Err(self.unreachable("connection lost"))
            }
        }
    }

    fn properties(&self) -> Properties {
        let inner = self.world.lock();
        let machine = inner.machines.get(&self.name);
        Properties {
            name: "fake".to_owned(),
            target: self.target(),
            maturity: Maturity::Real,
            holds_revert: machine.is_some_and(|m| m.holds_revert),
        }
    }
}

/// Leaves out every other item of a kind and says that the list may be short.
fn make_incomplete(seen: &mut TargetFacts, kind: FactKind) {
    let mut nth = 0;
    seen.facts.retain(|p, fact| {
        nth += usize::from(p.kind == kind);
        // What is not in a list that may be short is not known to be absent.
        p.kind != kind || (nth % 2 == 0 && fact.seen != Seen::Absent)
    });
    if let Some(list) = seen.collections.get_mut(&kind) {
        *list = Completeness::No(Reason::new("permission denied"));
    }
}
