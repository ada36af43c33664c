//! Actions: each does what it says, doing it again is harmless, its way back brings everything back, lost answers harm nothing.

use super::{Fixture, Part, Sample, SampleUndo, back, refused, takes_seconds, well};
use model::fact::{FactPath, Scope, Seen};
use model::id::StepId;
use model::plan::Action;
use model::realm::RealmTag;
use model::run::Output;
use plan::driver::{ActError, Order, Ticket};
use std::collections::{BTreeMap, BTreeSet};

/// Every action that is not an access change; a new one needs a sample.
const WORDS: &[&str] = &[
    "put-file",
    "remove-file",
    "install-package",
    "remove-package",
    "set-unit",
    "set-sysctl",
    "add-user",
    "remove-user",
    "restore-saved",
    "put-secret",
    "init-repository",
    "take-archive",
    "verify-archive",
    "restore-archive",
    "remove-scratch",
    "start-isolated",
    "stop-isolated",
    "check-restored",
];

fn word(action: &Action) -> &'static str {
    match action {
        Action::PutFile(_) => "put-file",
        Action::RemoveFile { .. } => "remove-file",
        Action::InstallPackage { .. } => "install-package",
        Action::RemovePackage { .. } => "remove-package",
        Action::SetUnit { .. } => "set-unit",
        Action::SetSysctl { .. } => "set-sysctl",
        Action::AddUser { .. } => "add-user",
        Action::RemoveUser { .. } => "remove-user",
        Action::Access(_) => "access",
        Action::RestoreSaved { .. } => "restore-saved",
        Action::PutSecret { .. } => "put-secret",
        Action::InitRepository(_) => "init-repository",
        Action::TakeArchive { .. } => "take-archive",
        Action::VerifyArchive { .. } => "verify-archive",
        Action::RestoreArchive { .. } => "restore-archive",
        Action::RemoveScratch { .. } => "remove-scratch",
        Action::StartIsolated { .. } => "start-isolated",
        Action::StopIsolated { .. } => "stop-isolated",
        Action::CheckRestored { .. } => "check-restored",
    }
}

/// All samples, those within others included.
fn all(samples: &[Sample]) -> Vec<&Sample> {
    let each = samples.iter();
    each.flat_map(|s| std::iter::once(s).chain(all(&s.within)))
        .collect()
}

/// What any of them touches.
pub(super) fn touched(samples: &[Sample]) -> Scope {
    let scopes = all(samples).into_iter().map(|s| s.touches.clone());
    scopes.fold(Scope::default(), Scope::union)
}

/// What those touch that are not taken back.
pub(super) fn that_stay(samples: &[Sample]) -> Scope {
    let all = all(samples).into_iter();
    let stay = all.filter(|s| matches!(s.undo, SampleUndo::Stays));
    stay.fold(Scope::default(), |scope, s| scope.union(s.touches.clone()))
}

/// The samples and their ways back are all actions there are.
pub(super) fn all_are_covered<R: RealmTag>(fixture: &Fixture<R>) {
    let covered: BTreeSet<&str> = all(&fixture.samples)
        .into_iter()
        .flat_map(|sample| {
            let undo = match &sample.undo {
                SampleUndo::By(action) => Some(word(action)),
                SampleUndo::Saved(_) => Some("restore-saved"),
                SampleUndo::Stays | SampleUndo::Asks => None,
            };
            undo.into_iter().chain([word(&sample.action)])
        })
        .collect();
    let wanted: BTreeSet<&str> = WORDS.iter().copied().collect();
    assert_eq!(covered, wanted, "actions without a sample, or too many");
}

/// The action that takes a step back.
pub(super) fn undo_of(sample: &Sample, ticket: &Ticket) -> Option<Action> {
    match &sample.undo {
        SampleUndo::By(action) => Some(action.clone()),
        SampleUndo::Saved(_) => Some(Action::RestoreSaved {
            run: ticket.run.clone(),
            step: ticket.step.clone(),
        }),
        SampleUndo::Stays | SampleUndo::Asks => None,
    }
}

/// Refusing to do it twice is as harmless as doing it.
fn harmless(what: &str, result: &Result<Output, ActError>) {
    let fits = matches!(result, Ok(_) | Err(ActError::Refused(_)));
    assert!(fits, "{what}: {result:?}");
}

/// Every action changes what it touches; again is harmless; its undo brings everything back; so does the undo again.
pub(super) fn done_and_taken_back<R: RealmTag>(fixture: &mut Fixture<R>) {
    let part = Part::new("actions");
    let lease = part.step("lease");
    fixture.lease(&lease);
    for (nth, sample) in fixture.samples.clone().iter().enumerate() {
        attempt(fixture, &part.step(&nth.to_string()), sample);
    }
    fixture.release(&lease);
}

fn attempt<R: RealmTag>(fixture: &mut Fixture<R>, ticket: &Ticket, sample: &Sample) {
    let name = &sample.name;
    let before = fixture.seen(&sample.touches);
    well(name, fixture.act(ticket, &sample.action));
    let after = fixture.seen(&sample.touches);
    match sample.undo {
        SampleUndo::Asks => assert_eq!(before, after, "{name}: it should only ask"),
        _ => assert_ne!(before, after, "{name}: it should change what it touches"),
    }
    if let SampleUndo::By(_) | SampleUndo::Saved(_) = sample.undo {
        let twice = fixture.act(ticket, &sample.action);
        harmless(&format!("{name}, twice"), &twice);
        let seen = fixture.seen(&sample.touches);
        assert_eq!(after, seen, "{name}: twice is once");
    }
    for (nth, inner) in sample.within.iter().enumerate() {
        let step = StepId(format!("{}.{nth}", ticket.step));
        attempt(
            fixture,
            &Ticket {
                step,
                ..ticket.clone()
            },
            inner,
        );
    }
    let Some(undo) = undo_of(sample, ticket) else {
        return;
    };
    for times in ["undo", "undo again"] {
        let undone = fixture.act(&back(ticket), &undo);
        well(&format!("{name}: {times}"), undone);
        let back = fixture.seen(&sample.touches);
        assert_eq!(before, back, "{name}: {times} brings back what was there");
    }
}

/// An action whose answer was lost is settled by ordering it again, and so is its way back; archives, which take seconds, are
/// only done twice above.
pub(super) fn unheard<R: RealmTag>(fixture: &mut Fixture<R>) {
    let part = Part::new("unheard");
    let lease = part.step("lease");
    fixture.lease(&lease);
    for (nth, sample) in fixture.samples.clone().iter().enumerate() {
        let ticket = part.step(&nth.to_string());
        let Some(undo) = undo_of(sample, &ticket) else {
            continue;
        };
        if sample.touches.paths.iter().any(takes_seconds) || !sample.within.is_empty() {
            continue;
        }
        let name = &sample.name;
        let before = fixture.seen(&sample.touches);
        let after = lost(fixture, &ticket, sample, &sample.action);
        assert_ne!(before, after, "{name}: it should have been done unheard");
        let undone = lost(fixture, &back(&ticket), sample, &undo);
        assert_eq!(before, undone, "{name}: it should be undone unheard");
    }
    let nothing = Action::RestoreSaved {
        run: part.run(),
        step: StepId("that never was".to_owned()),
    };
    fixture.untouched("an undo of what never was", |fixture| {
        refused("nothing saved", fixture.act(&part.step("none"), &nothing));
    });
    fixture.release(&lease);
}

/// Does it unheard, then once more; returns what is there then.
fn lost<R: RealmTag>(
    fixture: &mut Fixture<R>,
    ticket: &Ticket,
    sample: &Sample,
    action: &Action,
) -> BTreeMap<FactPath, Seen> {
    let name = &sample.name;
    let order = Order::Do(action);
    let (driver, console) = (fixture.driver.as_mut(), &mut fixture.console);
    let unheard = console.unheard(driver, ticket, &order);
    let doubt = matches!(unheard, Err(ActError::Unreachable { .. }));
    assert!(doubt, "{name}: a lost answer is a doubt, not {unheard:?}");
    harmless(&format!("{name}, settled"), &fixture.act(ticket, action));
    fixture.seen(&sample.touches)
}
