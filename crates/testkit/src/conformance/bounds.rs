//! What a driver must not do: act on somebody else, past its lease, or over somebody else's change.

use super::actions::undo_of;
use super::{Fixture, Part, SampleUndo, TTL, back, refused, well};
use model::fact::Scope;
use model::id::{ControllerId, RunId};
use model::plan::Action;
use model::realm::RealmTag;
use model::units::Seconds;
use plan::driver::{AccessOrder, ActError, Order, Refusal, Ticket};

const TAKE: Order<'static> = Order::TakeLease { ttl: TTL };

/// Nobody but the enrolled one of the driver's own realm is acted upon, whoever holds the lease.
pub(super) fn strangers<R: RealmTag>(fixture: &mut Fixture<R>) {
    let strangers = std::mem::take(&mut fixture.strangers);
    assert!(!strangers.is_empty(), "nobody to refuse");
    let part = Part::new("strangers");
    let ticket = part.step("sample");
    let sample = fixture.samples[0].clone();
    let access = fixture.access.first().cloned();
    fixture.lease(&ticket);
    fixture.untouched("an order to somebody else", |_| {
        for mut stranger in strangers {
            let mut orders = vec![TAKE, Order::Do(&sample.action), Order::ReleaseLease];
            if let Some(access) = &access {
                orders.push(Order::Access(AccessOrder::Arm {
                    change: &access.change,
                    revert_after: access.revert_after,
                }));
                orders.push(Order::Access(AccessOrder::Revert));
            }
            for order in orders {
                let why = refused("somebody else", stranger.driver.act(&ticket, &order));
                match (&why, stranger.wrong) {
                    (Refusal::NotEnrolled { .. }, None) => {}
                    (Refusal::WrongIdentity { what, .. }, Some(wrong)) if what == wrong => {}
                    (why, wrong) => panic!("wrong is {wrong:?}, refused was {order:?}: {why:?}"),
                }
            }
        }
    });
    // None of them gave our lease back.
    well("act on the lease", fixture.act(&ticket, &sample.action));
    let undo = undo_of(&sample, &ticket);
    let undo = undo.unwrap_or_else(|| panic!("{} has no way back", sample.name));
    well("take it back", fixture.act(&back(&ticket), &undo));
    fixture.release(&ticket);
}

/// Where nobody answers nothing is known, and nothing is said to have been done or refused.
pub(super) fn nobody<R: RealmTag>(fixture: &mut Fixture<R>) {
    let scope = fixture.whole();
    nobody_is_seen(fixture, &scope);
    let acted = fixture.nobody.act(&Part::new("nobody").step("x"), &TAKE);
    let unheard = matches!(acted, Err(ActError::Unreachable { .. }));
    assert!(unheard, "act on nobody: {acted:?}");
}

/// Where nobody answers nothing is known.
pub(super) fn nobody_is_seen<R: RealmTag>(fixture: &mut Fixture<R>, scope: &Scope) {
    let now = fixture.console.now();
    let facts = fixture.nobody.observe(scope, now);
    assert_eq!(facts.identity, None);
    assert!(!facts.errors.is_empty(), "why nobody answers is not said");
    for path in &scope.paths {
        let seen = facts.seen(path);
        let unknown = matches!(seen, model::fact::Seen::Unknown(_));
        assert!(unknown, "{path} of nobody: {seen}");
    }
}

/// A driver that only reads says so, and does nothing.
pub(super) fn every_order_is_refused<R: RealmTag>(fixture: &mut Fixture<R>) {
    let ticket = Part::new("orders").step("x");
    let status = Order::Access(AccessOrder::Status);
    for order in [TAKE, Order::ReleaseLease, status] {
        let why = refused("an order", fixture.driver.act(&ticket, &order));
        assert!(matches!(why, Refusal::Unsupported(_)), "{order:?}: {why:?}");
    }
}

/// No act without a lease; one run at a time; a larger epoch fences the smaller one; what ran out is anybody's.
pub(super) fn leases<R: RealmTag>(fixture: &mut Fixture<R>) {
    let part = Part::new("leases");
    let first = part.step("sample");
    let action = fixture.samples[0].action.clone();
    let mut other = Part::new("leases-other").step("sample");
    other.controller = ControllerId("another".to_owned());
    fixture.untouched("an act past its lease", |fixture| {
        let fenced = |fixture: &mut Fixture<R>, what: &str, ticket: &Ticket, order: &Order<'_>| {
            let why = refused(what, fixture.driver.act(ticket, order));
            assert!(matches!(why, Refusal::Fenced { .. }), "{what}: {why:?}");
        };
        let held = |fixture: &mut Fixture<R>, what: &str, ticket: &Ticket| {
            let why = refused(what, fixture.driver.act(ticket, &TAKE));
            assert!(matches!(why, Refusal::LeaseHeld { .. }), "{what}: {why:?}");
        };
        let order = Order::Do(&action);
        fenced(fixture, "without a lease", &first, &order);
        fixture.lease(&first);
        fixture.lease(&first);
        held(fixture, "another controller", &other);
        let mut larger = other.clone();
        larger.epoch = 99;
        held(fixture, "another controller of a larger epoch", &larger);
        let run = RunId(format!("{}-second", first.run));
        let second = Ticket {
            run,
            ..first.clone()
        };
        held(fixture, "another run", &second);
        fenced(fixture, "on another's lease", &other, &order);
        fenced(fixture, "on another run's lease", &second, &order);
        fenced(fixture, "release of another", &other, &Order::ReleaseLease);

        // A newer process of the same controller goes on with the run, or begins another one.
        let newer = Ticket {
            epoch: 2,
            ..first.clone()
        };
        let newest = Ticket {
            epoch: 3,
            ..second.clone()
        };
        for (old, new) in [(&first, &newer), (&newer, &newest)] {
            fixture.lease(new);
            fenced(fixture, "an older epoch", old, &order);
            fenced(fixture, "lease of an older epoch", old, &TAKE);
            fenced(fixture, "release by an older", old, &Order::ReleaseLease);
        }
        fixture.release(&newest);
        fenced(fixture, "after the release", &newest, &order);
        fenced(fixture, "an older one after the release", &newer, &TAKE);

        let short = Order::TakeLease { ttl: Seconds(1) };
        well("a short lease", fixture.driver.act(&other, &short));
        fixture.until("a lease that ran out", Seconds(20), |fixture| {
            fixture.driver.act(&newest, &TAKE).is_ok()
        });
        fenced(fixture, "after its lease ran out", &other, &order);
        fixture.release(&newest);
    });
}

/// What somebody else changed since is neither written over nor taken back.
pub(super) fn changed_since<R: RealmTag>(fixture: &mut Fixture<R>) {
    let part = Part::new("changed");
    let lease = part.step("lease");
    fixture.lease(&lease);
    let samples = fixture.samples.clone();
    let mut tried = 0;
    for (nth, sample) in samples.iter().enumerate() {
        let SampleUndo::Saved(file) = &sample.undo else {
            continue;
        };
        let (name, ticket) = (&sample.name, part.step(&nth.to_string()));
        let undo = Action::RestoreSaved {
            run: ticket.run.clone(),
            step: ticket.step.clone(),
        };
        let before = fixture.seen(&sample.touches);
        well(name, fixture.act(&ticket, &sample.action));
        let after = fixture.seen(&sample.touches);
        fixture.console.meddle(file);
        assert_ne!(after, fixture.seen(&sample.touches), "{name}: meddled with");
        fixture.untouched(&format!("{name}, meddled with"), |fixture| {
            refused("the undo", fixture.act(&back(&ticket), &undo));
            refused("once more", fixture.act(&ticket, &sample.action));
        });
        fixture.console.mend(file);
        well("the undo, mended", fixture.act(&back(&ticket), &undo));
        assert_eq!(before, fixture.seen(&sample.touches), "{name}: taken back");
        tried += 1;
    }
    assert!(tried > 0, "no sample that saves");
    fixture.release(&lease);
}
