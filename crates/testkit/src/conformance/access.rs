//! Commit-confirm: orders in their turn only, changes that stay and come back, reverts that are ordered or fire by themselves.

use super::{AccessSample, Fixture, Part, back, refused, well};
use model::plan::{AccessChange, Action};
use model::realm::RealmTag;
use model::run::Output;
use model::units::Seconds;
use plan::driver::{AccessOrder, ActError, Refusal, Ticket};

/// Refused because of the state of the revert; for a step that armed nothing the state may be an earlier step's.
fn out_of_turn(what: &str, result: Result<Output, ActError>) -> String {
    match refused(what, result) {
        Refusal::Revert { state } => state,
        other => panic!("{what}: refused for another reason: {other:?}"),
    }
}

fn wrong_state(what: &str, state: &str, result: Result<Output, ActError>) {
    assert_eq!(out_of_turn(what, result), state, "{what}");
}

/// Orders that come at the wrong time are refused and change nothing.
pub(super) fn order<R: RealmTag>(fixture: &mut Fixture<R>, sample: &AccessSample) {
    let part = Part::new("order");
    let ticket = part.step("access");
    let change = &sample.change;
    let arm = || AccessOrder::Arm {
        change,
        revert_after: sample.revert_after,
    };
    let live = || AccessOrder::Live { change, nonce: "n" };
    let persist = || AccessOrder::Persist { change };
    let timeout = Seconds(10);
    let test = |nonce| AccessOrder::Test { nonce, timeout };
    let plain = Action::Access(change.clone());
    refused("arm without a lease", fixture.access(&ticket, arm()));
    fixture.lease(&ticket);
    fixture.untouched("an order out of turn", |fixture| {
        refused("past commit-confirm", fixture.act(&ticket, &plain));
        assert_eq!(fixture.state(&ticket), "idle");
        for order in [AccessOrder::Disarm, live(), persist()] {
            let what = format!("{order:?} without arm");
            out_of_turn(&what, fixture.access(&ticket, order));
        }
        well("test before", fixture.access(&ticket, test(None)));
        well("arm", fixture.access(&ticket, arm()));
        assert_eq!(fixture.state(&ticket), "armed");
        let stale = fixture.access(&ticket, test(Some("n")));
        assert!(stale.is_err(), "a nonce that was not written: {stale:?}");
        wrong_state("arm twice", "armed", fixture.access(&ticket, arm()));
        let other = part.step("another");
        assert_eq!(fixture.state(&other), "armed", "it is everybody's");
        for order in [arm(), live(), persist(), AccessOrder::Disarm] {
            let what = format!("{order:?} of another step");
            out_of_turn(&what, fixture.access(&other, order));
        }
        assert_eq!(fixture.state(&ticket), "armed");
    });
    fixture.untouched("a revert of what was only armed", |fixture| {
        for times in ["revert", "revert again"] {
            well(times, fixture.access(&ticket, AccessOrder::Revert));
            assert_eq!(fixture.state(&ticket), "reverted");
        }
        for order in [AccessOrder::Disarm, live(), persist()] {
            let what = format!("{order:?} after revert");
            wrong_state(&what, "reverted", fixture.access(&ticket, order));
        }
        assert_eq!(fixture.state(&part.step("another")), "idle");
    });
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
    let text = format!("nonce-{}", ticket.step);
    let nonce = Some(text.as_str());
    let test = || AccessOrder::Test { nonce, timeout };
    let arm = AccessOrder::Arm {
        change,
        revert_after,
    };
    well("arm", fixture.access(ticket, arm));
    let live = AccessOrder::Live {
        change,
        nonce: &text,
    };
    well("live", fixture.access(ticket, live));
    well("test", fixture.access(ticket, test()));
    let persist = AccessOrder::Persist { change };
    well("persist", fixture.access(ticket, persist));
    well("test again", fixture.access(ticket, test()));
}

/// All of it.
pub(super) fn commit<R: RealmTag>(
    fixture: &mut Fixture<R>,
    ticket: &Ticket,
    change: &AccessChange,
    revert_after: Seconds,
) {
    go(fixture, ticket, change, revert_after);
    well("disarm", fixture.access(ticket, AccessOrder::Disarm));
    assert_eq!(fixture.state(ticket), "committed");
}

/// A change goes through, and its restore brings everything back, twice.
pub(super) fn commits_and_restores<R: RealmTag>(fixture: &mut Fixture<R>, sample: &AccessSample) {
    let part = Part::new("commit");
    let ticket = part.step("access");
    fixture.lease(&ticket);
    let before = fixture.seen(&sample.touches);
    commit(fixture, &ticket, &sample.change, sample.revert_after);
    let after = fixture.seen(&sample.touches);
    assert_ne!(before, after, "the change should change what it touches");
    assert_eq!(fixture.state(&part.step("another")), "idle");
    let again = fixture.access(&ticket, AccessOrder::Disarm);
    well("disarm again is harmless", again);
    assert_eq!(fixture.state(&ticket), "committed");
    let (run, step) = (ticket.run.clone(), ticket.step.clone());
    let plain = Action::RestoreSaved {
        run: run.clone(),
        step: step.clone(),
    };
    fixture.untouched("an order after the commit", |fixture| {
        let change = &sample.change;
        let arm = AccessOrder::Arm {
            change,
            revert_after: sample.revert_after,
        };
        let live = AccessOrder::Live { change, nonce: "n" };
        for order in [AccessOrder::Revert, arm, live] {
            let what = format!("{order:?} after the commit");
            wrong_state(&what, "committed", fixture.access(&ticket, order));
        }
        refused("past commit-confirm", fixture.act(&back(&ticket), &plain));
    });
    let restore = AccessChange::Restore { run, step };
    for times in ["restore", "restore again"] {
        let ticket = part.step(times);
        commit(fixture, &ticket, &restore, sample.revert_after);
        let back = fixture.seen(&sample.touches);
        assert_eq!(before, back, "{times} brings back what was there");
    }
    fixture.release(&ticket);
}

/// An ordered revert brings everything back, live and persistent.
pub(super) fn reverts<R: RealmTag>(fixture: &mut Fixture<R>, sample: &AccessSample) {
    let ticket = Part::new("revert").step("access");
    fixture.lease(&ticket);
    fixture.untouched("what is reverted", |fixture| {
        go(fixture, &ticket, &sample.change, sample.revert_after);
        well("revert", fixture.access(&ticket, AccessOrder::Revert));
        assert_eq!(fixture.state(&ticket), "reverted");
    });
    fixture.release(&ticket);
}

/// A revert that nobody disarms fires by itself.
pub(super) fn fires<R: RealmTag>(fixture: &mut Fixture<R>, sample: &AccessSample) {
    let ticket = Part::new("fire").step("access");
    fixture.lease(&ticket);
    fixture.untouched("a revert that fired", |fixture| {
        let change = &sample.change;
        let arm = AccessOrder::Arm {
            change,
            revert_after: sample.short,
        };
        well("arm", fixture.access(&ticket, arm));
        // On a slow target it may have fired already.
        let _ = fixture.access(&ticket, AccessOrder::Live { change, nonce: "n" });
        let limit = Seconds(sample.short.0 + 60);
        fixture.until("the revert fires by itself", limit, |fixture| {
            fixture.state(&ticket) == "reverted"
        });
    });
    let late = fixture.access(&ticket, AccessOrder::Disarm);
    wrong_state("disarm after it fired", "reverted", late);
    fixture.release(&ticket);
}
