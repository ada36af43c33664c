//! A reboot: what was done stays, leases do not, and what was saved before it takes everything back after it.

use super::{Fixture, Part, SampleUndo, access, back, well};
use model::id::ControllerId;
use model::plan::{AccessChange, Action};
use model::realm::RealmTag;

/// Everything that saves is done, the target reboots, and all of it is taken back.
pub(super) fn kept_and_taken_back<R: RealmTag>(fixture: &mut Fixture<R>) {
    let mut part = Part::new("reboot");
    let lease = part.step("lease");
    let scope = fixture.quick();
    let before = fixture.seen(&scope);
    fixture.lease(&lease);
    let saving = |s: &&super::Sample| matches!(s.undo, SampleUndo::Saved(_));
    let samples = fixture.samples.clone();
    let samples: Vec<_> = samples.iter().filter(saving).collect();
    let changes = fixture.access.clone();
    for (nth, sample) in samples.iter().enumerate() {
        let ticket = part.step(&nth.to_string());
        well(&sample.name, fixture.act(&ticket, &sample.action));
    }
    for (nth, sample) in changes.iter().enumerate() {
        let ticket = part.step(&format!("access-{nth}"));
        access::commit(fixture, &ticket, &sample.change, sample.revert_after);
    }
    let changed = fixture.seen(&scope);
    assert_ne!(before, changed);
    fixture.console.reboot();
    assert_eq!(changed, fixture.seen(&scope), "a reboot changes nothing");

    let mut other = part.step("lease");
    other.controller = ControllerId("after-reboot".to_owned());
    fixture.lease(&other);
    fixture.release(&other);
    part.epoch = 2;
    let lease = part.step("lease");
    fixture.lease(&lease);
    for (nth, sample) in changes.iter().enumerate().rev() {
        let ticket = part.step(&format!("access-{nth}"));
        let (run, step) = (ticket.run.clone(), ticket.step.clone());
        let change = AccessChange::Restore { run, step };
        access::commit(fixture, &back(&ticket), &change, sample.revert_after);
    }
    for (nth, sample) in samples.iter().enumerate().rev() {
        let ticket = part.step(&nth.to_string());
        let undo = Action::RestoreSaved {
            run: ticket.run.clone(),
            step: ticket.step.clone(),
        };
        well(&sample.name, fixture.act(&back(&ticket), &undo));
    }
    assert_eq!(before, fixture.seen(&scope), "all is taken back");
    fixture.release(&lease);
}
