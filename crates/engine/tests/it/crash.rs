//! The controller is killed at every line of the journal, before and after it is durable: resume reaches the goal, unwind
//! the start. Then it is killed again at every line while taking up.

use crate::rig::{self, Controller, check_trace, deaths, drill, going_on, plan, restorable, world};
use engine::report::{Ending, Refused};
use model::plan::Plan;
use model::run::{Event, RunOutcome};
use testkit::fake::{Die, FakeWorld, Fault, MemoryLog, Trigger, Word};
use testkit::lab::Planner;

type Make = fn(&FakeWorld) -> Plan;

const PLANS: &[Make] = &[
    |w| plan(rig::ordinary(w)),
    |w| plan(rig::with_access(w)),
    |w| drill(Planner::new(w, "db").drill("shop", 5)),
];

/// Brings the world to the crash. `None` when the run ended before it.
fn crash(make: Make, die: Die) -> Option<(FakeWorld, Plan, MemoryLog)> {
    let world = world();
    let plan = make(&world);
    let mut log = MemoryLog::new(&world).dying(die);
    let report = Controller::default().run(&world, &plan, &mut log);
    matches!(report.ending, Ending::Interrupted(_)).then_some((world, plan, log))
}

fn lines(make: Make) -> usize {
    let world = world();
    let plan = make(&world);
    let mut log = MemoryLog::new(&world);
    Controller::default().run(&world, &plan, &mut log);
    log.entries().len()
}

fn reached(plan: &Plan, world: &FakeWorld, start: &FakeWorld) {
    if plan.purpose == model::plan::Purpose::Drill {
        assert_eq!(restorable(start), restorable(world));
    } else {
        for step in &plan.steps {
            assert!(rig::truly_holds(world, step), "{}", step.id);
        }
    }
}

/// A kill may come long before somebody takes the run up; then an armed revert has fired.
const LATER: [i64; 2] = [0, 300];

#[test]
fn resume_after_a_crash_at_each_line_reaches_the_goal() {
    for make in PLANS {
        for die in deaths(lines(*make)) {
            for later in LATER {
                let Some((world, plan, log)) = crash(*make, die) else {
                    panic!("{die:?}: it should have been interrupted");
                };
                world.pass(later);
                if log.entries().is_empty() {
                    assert_eq!(restorable(&rig::world()), restorable(&world));
                    continue;
                }
                let mut more = going_on(&world, log.entries());
                let taken = Controller::default().resume(&world, log.entries(), &mut more);
                if finished(&log) {
                    assert!(matches!(taken, Err(Refused::Ended)));
                } else {
                    let report = taken.unwrap();
                    let what = format!("{die:?} {later} {report:#?}");
                    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{what}");
                }
                reached(&plan, &world, &rig::world());
                assert!(world.armed().is_empty(), "{die:?}");
                check_trace(&world.trace());
                engine::settle::settle(more.entries()).unwrap();
            }
        }
    }
}

fn finished(log: &MemoryLog) -> bool {
    log.events().any(|e| matches!(e, Event::Finished { .. }))
}

#[test]
fn unwind_after_a_crash_at_each_line_ends_at_the_start() {
    for make in PLANS {
        for die in deaths(lines(*make)) {
            for later in LATER {
                let (world, plan, log) = crash(*make, die).unwrap();
                world.pass(later);
                if log.entries().is_empty() || finished(&log) {
                    continue;
                }
                let mut more = going_on(&world, log.entries());
                let report = Controller::default()
                    .unwind(&world, log.entries(), &mut more)
                    .unwrap();
                let what = format!("{die:?} {later} {report:#?}");
                let drill = plan.purpose == model::plan::Purpose::Drill;
                if !drill {
                    assert_eq!(report.outcome(), Some(RunOutcome::FailedUndone), "{what}");
                }
                assert_eq!(restorable(&rig::world()), restorable(&world), "{what}");
                assert!(world.armed().is_empty(), "{what}");
                check_trace(&world.trace());
            }
        }
    }
}

/// A run that was taking itself back when it died goes on taking itself back.
#[test]
fn a_crash_while_unwinding_goes_on_unwinding() {
    let failing = |world: &FakeWorld| {
        let plan = plan(rig::with_access(world));
        let last = plan.steps.last().unwrap();
        world.script(Trigger::at(&last.id, Word::Do), Fault::Fails);
        plan
    };
    let world = rig::world();
    let plan = failing(&world);
    let mut log = MemoryLog::new(&world);
    Controller::default().run(&world, &plan, &mut log);
    let failed = log.entries().iter().position(|e| {
        matches!(&e.event, Event::Ended { outcome, .. }
            if matches!(outcome, model::run::StepOutcome::FailedClean(_)))
    });
    for die in deaths(log.entries().len() - 1).filter(|d| match d {
        Die::Before(n) => *n > failed.unwrap(),
        Die::After(n) => *n >= failed.unwrap(),
        Die::Never => false,
    }) {
        let world = rig::world();
        let plan = failing(&world);
        let mut log = MemoryLog::new(&world).dying(die);
        Controller::default().run(&world, &plan, &mut log);
        let mut more = going_on(&world, log.entries());
        let report = Controller::default()
            .resume(&world, log.entries(), &mut more)
            .unwrap();
        let what = format!("{die:?} {report:#?}");
        assert_eq!(report.outcome(), Some(RunOutcome::FailedUndone), "{what}");
        assert_eq!(restorable(&rig::world()), restorable(&world), "{what}");
    }
}

/// Killed again while taking up, at every line: the third process brings it to its end.
#[test]
fn a_second_crash_while_taking_up() {
    for make in PLANS {
        let total = lines(*make);
        for first in (1..total - 1).map(Die::After) {
            for more in (1..total + 4).step_by(3) {
                second_crash(*make, first, more);
            }
        }
    }
}

fn second_crash(make: Make, first: Die, more: usize) {
    let (world, plan, log) = crash(make, first).unwrap();
    let at = Die::After(log.entries().len() + more - 1);
    let forward = more.is_multiple_of(2);
    let controller = Controller::default();
    let mut second = going_on(&world, log.entries()).dying(at);
    let taken = if forward {
        controller.resume(&world, log.entries(), &mut second)
    } else {
        controller.unwind(&world, log.entries(), &mut second)
    };
    let mut ended = taken.unwrap();
    if matches!(ended.ending, Ending::Interrupted(_)) && !finished(&second) {
        let mut third = going_on(&world, second.entries());
        ended = controller
            .resume(&world, second.entries(), &mut third)
            .unwrap();
    }
    let what = format!("{first:?} {at:?} {ended:#?}");
    assert!(world.armed().is_empty(), "{what}");
    check_trace(&world.trace());
    match ended.outcome() {
        Some(RunOutcome::Succeeded) => reached(&plan, &world, &rig::world()),
        Some(RunOutcome::FailedUndone) => {
            assert_eq!(restorable(&rig::world()), restorable(&world), "{what}");
        }
        None => assert!(finished(&second)),
        other => panic!("{other:?} {what}"),
    }
}

/// What somebody changed by hand after the crash is theirs.
#[test]
fn unwinding_does_not_overwrite_what_somebody_else_made_of_it() {
    let make: Make = |w| plan(rig::ordinary(w));
    let (world, plan, log) = crash(make, Die::Before(lines(make) - 1)).unwrap();
    let motd = plan.steps[1].reads.keys().next().unwrap().clone();
    world.meddle("web", motd.clone(), Some("by hand".into()));
    let mut more = going_on(&world, log.entries());
    let report = Controller::default()
        .unwind(&world, log.entries(), &mut more)
        .unwrap();
    assert_eq!(
        report.outcome(),
        Some(RunOutcome::FailedChanged),
        "{report:#?}"
    );
    assert_eq!(
        world.state()["web"].live.get(&motd),
        Some(&"by hand".into())
    );
    assert!(
        report.notes.iter().any(|n| n.contains("by hand")),
        "{report:#?}"
    );
}

#[test]
fn an_older_epoch_does_not_take_up() {
    let make: Make = |w| plan(rig::ordinary(w));
    let (world, _, log) = crash(make, Die::After(5)).unwrap();
    let newer = Controller {
        epoch: 7,
        ..Controller::default()
    };
    let mut second = going_on(&world, log.entries()).dying(Die::After(log.entries().len()));
    newer.resume(&world, log.entries(), &mut second).unwrap();
    let entries = second.entries().to_vec();
    let mut third = going_on(&world, &entries);
    let old = Controller::default().resume(&world, &entries, &mut third);
    assert_eq!(old, Err(Refused::OldEpoch { ours: 1, theirs: 7 }));
    assert_eq!(third.entries(), entries);
}

/// A target that was lost when the run died is asked again by the one that takes up.
#[test]
fn a_lost_step_is_settled_when_the_run_is_taken_up() {
    let world = rig::world();
    let plan = plan(rig::ordinary(&world));
    let motd = &plan.steps[1].id;
    world.script(Trigger::at(motd, Word::Do), Fault::TimeoutAfter);
    world.script(
        Trigger::at(motd, Word::TakeLease).always(),
        Fault::TimeoutBefore,
    );
    let mut log = MemoryLog::new(&world);
    let whole = {
        let world = rig::world();
        let mut log = MemoryLog::new(&world);
        Controller::default().run(&world, &plan, &mut log);
        log.entries().len()
    };
    log = log.dying(Die::Before(whole - 8));
    let report = Controller::default().run(&world, &plan, &mut log);
    assert!(
        matches!(report.ending, Ending::Interrupted(_)),
        "{report:#?}"
    );
    world.calm();
    let mut more = going_on(&world, log.entries());
    let report = Controller::default()
        .resume(&world, log.entries(), &mut more)
        .unwrap();
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    check_trace(&world.trace());
}

/// The session dies halfway through a way back, and the controller with it: what is found between is the run's own doing, and
/// the way back is gone again.
#[test]
fn a_way_back_that_was_torn_by_a_crash_is_gone_again() {
    let torn = |die: Die| {
        let world = rig::world();
        let web = Planner::new(&world, "web");
        let plan = plan(vec![
            web.unit("app.service", true),
            web.file("/etc/motd", "hello"),
        ]);
        world.script(Trigger::at(&plan.steps[1].id, Word::Do), Fault::Fails);
        let back = rig::back(&plan.steps[0].id);
        world.script(Trigger::at(&back, Word::Do), Fault::Killed(1));
        let mut log = MemoryLog::new(&world).dying(die);
        Controller::default().run(&world, &plan, &mut log);
        (world, plan, log)
    };
    let (_, plan, log) = torn(Die::Never);
    let unit = &plan.steps[0].id;
    let intents = log.entries().iter();
    let mut intents =
        intents.filter(|e| matches!(&e.event, Event::Intent { step } if step == unit));
    let undoing = usize::try_from(intents.nth(1).unwrap().seq).unwrap();
    for die in [Die::Before(undoing + 1), Die::After(undoing + 1)] {
        let (world, _, log) = torn(die);
        let mut more = going_on(&world, log.entries());
        let report = Controller::default()
            .unwind(&world, log.entries(), &mut more)
            .unwrap();
        assert_eq!(
            report.outcome(),
            Some(RunOutcome::FailedUndone),
            "{report:#?}"
        );
        assert_eq!(restorable(&rig::world()), restorable(&world));
    }
}
