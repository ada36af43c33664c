//! Two controllers at once, and what a lease that ran out means.

use crate::rig::{self, Controller, going_on, plan, world};
use engine::report::{Ending, Refused};
use model::run::{Event, RunOutcome};
use plan::driver::Refusal;
use testkit::fake::{Die, FakeWorld, Fault, MemoryLog, Trace, Trigger, Word};
use testkit::lab::Planner;

fn desk() -> Controller {
    Controller {
        name: "desk",
        run: "run-2",
        ..Controller::default()
    }
}

fn one_file(world: &FakeWorld, host: &str) -> model::plan::Step {
    Planner::new(world, host).file("/etc/motd", host)
}

/// A run of the first controller that died after its first effect.
fn died(world: &FakeWorld) -> (model::plan::Plan, MemoryLog) {
    let plan = plan(rig::ordinary(world));
    let mut log = MemoryLog::new(world).dying(Die::After(4));
    let report = Controller::default().run(world, &plan, &mut log);
    assert!(matches!(report.ending, Ending::Interrupted(_)));
    (plan, log)
}

#[test]
fn the_lease_refuses_a_second_controller() {
    let world = world();
    died(&world);
    assert_eq!(world.leased(), ["db", "web"]);
    let before = world.state();
    // Its own target is free, the other is not: the free one's lease is given back.
    let free = FakeWorld::host(world.clone(), "nas");
    let plan = plan(vec![one_file(&free, "nas"), one_file(&free, "web")]);
    let mut log = MemoryLog::new(&free);
    let report = desk().run(&free, &plan, &mut log);
    let Ending::Refused(Refused::Lease { target, why }) = &report.ending else {
        panic!("{report:#?}");
    };
    assert_eq!(target.name, "web");
    assert!(matches!(why, Refusal::LeaseHeld { .. }));
    assert_eq!(free.leased(), ["db", "web"]);
    let mut after = free.state();
    after.remove("nas");
    assert_eq!(before, after);
    assert_eq!(
        log.events().last(),
        Some(&Event::Finished {
            outcome: RunOutcome::Refused
        })
    );
}

#[test]
fn a_lease_that_ran_out_is_given_to_another_and_the_first_is_fenced() {
    let world = world();
    let (_, log) = died(&world);
    world.pass(601);
    let mut second = MemoryLog::new(&world).dying(Die::After(4));
    let other = plan(vec![
        Planner::new(&world, "web").package("htop"),
        one_file(&world, "web"),
    ]);
    desk().run(&world, &other, &mut second);
    let before = world.state();
    let mut more = going_on(&world, log.entries());
    let report = Controller::default()
        .resume(&world, log.entries(), &mut more)
        .unwrap();
    assert!(
        matches!(report.ending, Ending::Refused(Refused::Lease { .. })),
        "{report:#?}"
    );
    assert_eq!(before, world.state());
    // The run is still open: it can be taken up when the other is through.
    let mut last = going_on(&world, second.entries());
    desk().unwind(&world, second.entries(), &mut last).unwrap();
    let entries = more.entries().to_vec();
    let mut again = going_on(&world, &entries);
    let report = Controller::default()
        .resume(&world, &entries, &mut again)
        .unwrap();
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
}

/// Fenced out in the middle of a run: nothing more is done on that target, and the run says that it is left changed.
#[test]
fn a_run_that_is_fenced_out_in_the_middle_stops_there() {
    let world = world();
    let plan = plan(vec![
        Planner::new(&world, "web").package("htop"),
        one_file(&world, "web"),
    ]);
    // The link is down for so long that the lease runs out.
    let mut slow = Controller::default();
    slow.policy.lease = model::units::Seconds(5);
    slow.policy.pause = model::units::Seconds(100);
    world.script(
        Trigger::at(&plan.steps[1].id, Word::Do),
        Fault::LinkDown(90),
    );
    let thief = world.clone();
    let mut stolen = false;
    let mut steal = move || {
        if !std::mem::replace(&mut stolen, true) {
            thief.calm();
            let plan = crate::rig::plan(vec![Planner::new(&thief, "web").file("/etc/issue", "x")]);
            let mut log = MemoryLog::new(&thief).dying(Die::After(4));
            desk().run(&thief, &plan, &mut log);
        }
    };
    let report = slow.run_waiting(&world, &plan, &mut MemoryLog::new(&world), &mut steal);
    let changed_by_first = |t: &Trace| matches!(t, Trace::Changed { step, word: Word::Do, .. } if step.0.contains("motd"));
    assert!(!world.trace().iter().any(changed_by_first), "{report:#?}");
    assert_ne!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    assert_ne!(
        report.outcome(),
        Some(RunOutcome::FailedUndone),
        "{report:#?}"
    );
}

#[test]
fn the_lease_is_given_back_also_after_a_failure() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    world.script(Trigger::at(&plan.steps[2].id, Word::Do), Fault::Fails);
    rig::just_run(&world, &plan);
    assert!(world.leased().is_empty());
}

#[test]
fn a_lease_that_cannot_be_given_back_is_noted() {
    let world = world();
    let plan = plan(vec![one_file(&world, "web")]);
    world.script(
        Trigger::at(&plan.steps[0].id, Word::ReleaseLease),
        Fault::TimeoutBefore,
    );
    let (report, _) = rig::just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded));
    assert!(
        report.notes.iter().any(|n| n.contains("lease of host/web")),
        "{report:#?}"
    );
}

#[test]
fn somebody_else_at_the_address_refuses_the_run() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    let mut drivers = world.drivers(rig::tag());
    world.impersonate("web");
    let before = world.state();
    let report = Controller::default().run_with(&world, &plan, &mut drivers);
    let Ending::Refused(Refused::Lease { why, .. }) = &report.ending else {
        panic!("{report:#?}");
    };
    assert!(matches!(why, Refusal::WrongIdentity { .. }));
    assert_eq!(before, world.state());
    assert!(world.leased().is_empty());
}
