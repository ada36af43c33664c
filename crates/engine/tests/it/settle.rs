//! Reading journals: what they say, and which ones cannot be.

use crate::rig::{self, just_run, plan, world};
use engine::settle::{BadJournal, Open, settle};
use model::digest::Digest;
use model::id::StepId;
use model::run::{AccessPhase, Entry, Event, Output, RunOutcome, StepOutcome};

/// A good journal with the first lines of a run of [`rig::ordinary`], and then these events.
fn journal(events: Vec<Event>) -> Vec<Entry> {
    let world = world();
    let (_, log) = just_run(&world, &plan(rig::ordinary(&world)));
    let first = log.entries()[0].clone();
    let rest = (1..).zip(events).map(|(seq, event)| Entry {
        seq,
        at: first.at,
        event,
    });
    std::iter::once(first.clone()).chain(rest).collect()
}

fn anna() -> StepId {
    StepId("web/user/anna".to_owned())
}

fn motd() -> StepId {
    StepId("web/file/etc/motd".to_owned())
}

fn intent() -> Event {
    Event::Intent { step: anna() }
}

fn ended(outcome: StepOutcome) -> Event {
    Event::Ended {
        step: anna(),
        outcome,
    }
}

fn done() -> Event {
    ended(StepOutcome::Done(Output::default()))
}

#[test]
fn what_is_open_and_which_way_it_was_going() {
    let clean = || ended(StepOutcome::FailedClean("x".to_owned()));
    let torn = || ended(StepOutcome::Torn("x".to_owned()));
    let undone = || ended(StepOutcome::Undone);
    for (events, open, is_done) in [
        (vec![], None, false),
        (vec![intent()], Some(Open::Doing), false),
        (vec![intent(), done()], None, true),
        (vec![intent(), done(), intent()], Some(Open::Undoing), true),
        (vec![intent(), done(), intent(), undone()], None, false),
        (vec![intent(), done(), intent(), done()], None, true),
        (vec![intent(), done(), intent(), torn()], None, true),
        (
            vec![intent(), done(), intent(), torn(), intent()],
            Some(Open::Undoing),
            true,
        ),
        (vec![intent(), clean(), intent()], Some(Open::Doing), false),
        (
            vec![intent(), done(), intent(), undone(), intent()],
            Some(Open::Doing),
            false,
        ),
    ] {
        let found = settle(&journal(events.clone())).unwrap();
        assert_eq!(found.open().map(|(_, o)| o), open, "{events:?}");
        let state = found.steps.get(&anna());
        assert_eq!(
            state.is_some_and(|s| s.done.is_some()),
            is_done,
            "{events:?}"
        );
    }
}

#[test]
fn a_step_whose_target_was_lost_is_still_to_be_settled() {
    let events = vec![intent(), ended(StepOutcome::Unknown("x".to_owned()))];
    let found = settle(&journal(events)).unwrap();
    assert_eq!(found.open(), None);
    assert_eq!(found.steps[&anna()].unsettled(), Some(Open::Doing));
    // One that was never begun has nothing to settle.
    let found = settle(&journal(vec![ended(StepOutcome::Unknown("x".to_owned()))])).unwrap();
    assert_eq!(found.steps[&anna()].unsettled(), None);
}

#[test]
fn the_newest_phase_and_epoch_count() {
    let phase = |phase| Event::Phase {
        step: anna(),
        phase,
    };
    let events = vec![
        intent(),
        phase(AccessPhase::Pretest),
        phase(AccessPhase::Arm),
        Event::Resumed { epoch: 3 },
    ];
    let found = settle(&journal(events)).unwrap();
    assert_eq!(found.steps[&anna()].phase, Some(AccessPhase::Arm));
    assert_eq!(found.epoch, 3);
    assert_eq!(found.finished, None);
}

#[test]
fn journals_that_cannot_be() {
    let finished = || Event::Finished {
        outcome: RunOutcome::Succeeded,
    };
    let other = || Event::Intent { step: motd() };
    for (events, why) in [
        (vec![finished(), intent()], "it follows the end of the run"),
        (
            vec![intent(), other()],
            "begins while web/user/anna is open",
        ),
        (
            vec![intent(), intent()],
            "begins while web/user/anna is open",
        ),
        (vec![done()], "ends without having been announced"),
        (
            vec![ended(StepOutcome::Undone)],
            "ends without having been announced",
        ),
        (
            vec![intent(), ended(StepOutcome::Undone)],
            "ends without having been announced",
        ),
        (
            vec![intent(), finished()],
            "the run ends while web/user/anna is open",
        ),
        (
            vec![Event::Intent {
                step: StepId("web/none".to_owned()),
            }],
            "web/none is not in the plan",
        ),
        (
            vec![Event::Phase {
                step: anna(),
                phase: AccessPhase::Arm,
            }],
            "enters a phase without having been announced",
        ),
        (vec![Event::Resumed { epoch: 0 }], "epoch 0 is older than 1"),
    ] {
        let found = settle(&journal(events.clone()));
        let Err(BadJournal::Impossible { why: found, .. }) = &found else {
            panic!("{events:?}: {found:?}");
        };
        assert!(found.contains(why), "{events:?}: {found}");
    }
}

#[test]
fn journals_without_head_or_with_holes() {
    assert_eq!(settle(&[]), Err(BadJournal::NoStart));
    let good = journal(vec![intent(), done()]);
    assert_eq!(settle(&good[1..]), Err(BadJournal::NoStart));
    let mut hole = good.clone();
    hole.remove(1);
    assert!(matches!(
        settle(&hole),
        Err(BadJournal::Gap {
            expected: 1,
            found: 2
        })
    ));
    let mut twice = good.clone();
    twice[1].event = twice[0].event.clone();
    assert!(matches!(settle(&twice), Err(BadJournal::Impossible { .. })));

    let mut other = good.clone();
    if let Event::Started { digest, .. } = &mut other[0].event {
        *digest = Digest::of("another plan");
    }
    assert!(matches!(settle(&other), Err(BadJournal::OtherPlan { .. })));
    let mut newer = good;
    if let Event::Started { format, .. } = &mut newer[0].event {
        *format = 99;
    }
    assert_eq!(settle(&newer), Err(BadJournal::Format { found: 99 }));
}

/// Whatever a run writes can be read, at every length.
#[test]
fn every_beginning_of_every_journal_can_be_read() {
    let world = world();
    let (_, log) = just_run(&world, &plan(rig::with_access(&world)));
    for lines in 1..=log.entries().len() {
        settle(&log.entries()[..lines]).unwrap();
    }
}
