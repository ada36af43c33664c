//! Every list of steps fails at each step in turn, in every way: the world is back where it began, or the run says that it is
//! not.

use crate::rig::{self, check_trace, ended, just_run, outcome, plan, restorable, world};
use model::plan::{Plan, Undo};
use model::run::{Event, RunOutcome, StepOutcome};
use testkit::fake::{FakeWorld, Fault, Look, Trigger, Word};
use testkit::lab::Planner;

fn first_order(plan: &Plan, nth: usize) -> Trigger {
    let step = &plan.steps[nth];
    let word = match step.action {
        model::plan::Action::Access(_) => Word::Live,
        _ => Word::Do,
    };
    Trigger::at(&step.id, word)
}

/// Failing at each step in turn brings the starting facts back.
#[test]
fn failing_at_each_step_goes_back_to_the_start() {
    for make in [rig::ordinary, rig::with_access] {
        let steps = make(&world()).len();
        for nth in 0..steps {
            for fault in [
                Fault::Fails,
                Fault::TimeoutBefore,
                Fault::Lie,
                Fault::Killed(0),
            ] {
                let world = world();
                let start = restorable(&world);
                let plan = plan(make(&world));
                world.script(first_order(&plan, nth).always(), fault);
                let (report, _) = just_run(&world, &plan);
                let what = format!("{} {fault:?}: {report:#?}", plan.steps[nth].id);
                if matches!(outcome(&report, &plan.steps[nth]), StepOutcome::AlreadyDone) {
                    continue;
                }
                assert_eq!(report.outcome(), Some(RunOutcome::FailedUndone), "{what}");
                assert_eq!(start, restorable(&world), "{what}");
                assert!(world.armed().is_empty(), "{what}");
                check_trace(&world.trace());
            }
        }
    }
}

/// A session that dies at any point of a step ends in a described state: undone, done, or torn and said so.
#[test]
fn a_session_killed_at_each_point_is_described() {
    for make in [rig::ordinary, rig::with_access] {
        let steps = make(&world()).len();
        for nth in 0..steps {
            for k in 0..6 {
                for fault in [Fault::Killed(k), Fault::FailsAfter(k), Fault::Reboot(k)] {
                    killed_at(make, nth, fault);
                }
            }
        }
    }
}

fn killed_at(make: fn(&FakeWorld) -> Vec<model::plan::Step>, nth: usize, fault: Fault) {
    for word in [Word::Do, Word::Arm, Word::Live, Word::Persist, Word::Disarm] {
        let world = world();
        let start = restorable(&world);
        let plan = plan(make(&world));
        let trigger = Trigger::at(&plan.steps[nth].id, word);
        world.script(trigger, fault);
        let (report, _) = just_run(&world, &plan);
        let what = format!("{} {word:?} {fault:?}: {report:#?}", plan.steps[nth].id);
        match report.outcome() {
            Some(RunOutcome::Succeeded) => {
                for step in &plan.steps {
                    assert!(rig::truly_holds(&world, step), "{} {what}", step.id);
                }
            }
            Some(RunOutcome::FailedUndone) => assert_eq!(start, restorable(&world), "{what}"),
            Some(RunOutcome::FailedChanged) => {
                let torn =
                    |s: &engine::report::StepReport| matches!(s.outcome, StepOutcome::Torn(_));
                assert!(report.steps.iter().any(torn), "{what}");
            }
            other => panic!("{other:?} {what}"),
        }
        assert!(world.armed().is_empty(), "{what}");
        check_trace(&world.trace());
    }
}

/// What was done by an order whose answer was lost is done: it is seen, and not done twice.
#[test]
fn a_lost_answer_is_settled_by_looking() {
    for fault in [Fault::TimeoutAfter, Fault::Late] {
        for nth in 0..5 {
            let world = world();
            let plan = plan(rig::ordinary(&world));
            world.script(first_order(&plan, nth), fault);
            let (report, log) = just_run(&world, &plan);
            assert_eq!(
                report.outcome(),
                Some(RunOutcome::Succeeded),
                "{fault:?} {report:#?}"
            );
            let id = &plan.steps[nth].id;
            let intents = log
                .events()
                .filter(|e| matches!(e, Event::Intent { step } if step == id));
            assert_eq!(intents.count(), 1, "{fault:?}");
            check_trace(&world.trace());
        }
    }
}

/// An order that is still at work when its connection is lost must not be taken for one that never began.
#[test]
fn an_order_still_at_work_is_waited_for() {
    let world = world();
    let start = restorable(&world);
    let web = Planner::new(&world, "web");
    let plan = plan(vec![
        web.file("/etc/motd", "hello"),
        web.file("/etc/issue", "hi"),
    ]);
    world.script(first_order(&plan, 0), Fault::Late);
    world.script(first_order(&plan, 1), Fault::Fails);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::FailedUndone));
    assert_eq!(*outcome(&report, &plan.steps[0]), StepOutcome::Undone);
    assert_eq!(start, restorable(&world));
}

#[test]
fn a_false_report_of_success_is_found_out() {
    let world = world();
    let web = Planner::new(&world, "web");
    let plan = plan(vec![web.file("/etc/motd", "hello")]);
    world.script(first_order(&plan, 0), Fault::Lie);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(ended(&report, &plan.steps[0]), "failed");
}

#[test]
fn one_stale_look_after_a_success_is_not_believed() {
    let world = world();
    let web = Planner::new(&world, "web");
    let plan = plan(vec![web.file("/etc/motd", "hello")]);
    // The first look decides, the second comes after the act.
    world.script_look(1, 1, Look::Stale);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
}

#[test]
fn a_target_that_is_lost_within_a_step_is_unknown_and_not_asked_again() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    world.script(first_order(&plan, 1), Fault::Gone);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(
        report.outcome(),
        Some(RunOutcome::PartlyUnknown),
        "{report:#?}"
    );
    let motd = report.step(&plan.steps[1].id).unwrap();
    assert!(matches!(motd.outcome, StepOutcome::Unknown(_)) && motd.begun);
    assert_eq!(ended(&report, &plan.steps[4]), "done");
    assert_eq!(ended(&report, &plan.steps[5]), "unknown");
}

#[test]
fn a_link_that_comes_back_in_time_costs_nothing() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    world.script(first_order(&plan, 2), Fault::LinkDown(6));
    let (report, _) = just_run(&world, &plan);
    // The order never arrived: a clean failure, taken back.
    assert_eq!(
        report.outcome(),
        Some(RunOutcome::FailedUndone),
        "{report:#?}"
    );
}

#[test]
fn what_cannot_be_taken_back_stays_and_is_said() {
    let world = world();
    let mut steps = rig::ordinary(&world);
    steps[1].undo = Undo::Irreversible("it was published".to_owned());
    let plan = plan(steps);
    world.script(first_order(&plan, 3), Fault::Fails);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::FailedChanged));
    assert!(
        report.notes.iter().any(|n| n.contains("it was published")),
        "{report:#?}"
    );
    // What the irreversible step rests on stays too; what came after it is undone.
    assert_eq!(ended(&report, &plan.steps[0]), "done");
    assert_eq!(ended(&report, &plan.steps[1]), "done");
    assert_eq!(*outcome(&report, &plan.steps[2]), StepOutcome::Undone);
}

#[test]
fn a_failing_undo_is_tried_again_and_then_said() {
    for (times, expected) in [
        (1, RunOutcome::FailedUndone),
        (u32::MAX, RunOutcome::FailedChanged),
    ] {
        for fault in [Fault::Fails, Fault::TimeoutBefore, Fault::TimeoutAfter] {
            let world = world();
            let start = restorable(&world);
            let plan = plan(rig::ordinary(&world));
            let mut undo = Trigger::at(&rig::back(&plan.steps[1].id), Word::Do);
            undo.times = times;
            world.script(undo, fault);
            world.script(first_order(&plan, 3), Fault::Fails);
            let (report, _) = just_run(&world, &plan);
            let heard = fault == Fault::TimeoutAfter;
            let expected = if heard {
                RunOutcome::FailedUndone
            } else {
                expected
            };
            assert_eq!(report.outcome(), Some(expected), "{fault:?} {report:#?}");
            if expected == RunOutcome::FailedUndone {
                assert_eq!(start, restorable(&world), "{fault:?}");
            } else {
                assert_eq!(ended(&report, &plan.steps[1]), "done");
                // The account that the file rests on is not removed from under it.
                assert_eq!(ended(&report, &plan.steps[0]), "done");
            }
            check_trace(&world.trace());
        }
    }
}

#[test]
fn compensation_says_what_remains() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    world.script(first_order(&plan, 3), Fault::Fails);
    let (report, _) = just_run(&world, &plan);
    let remains: Vec<&str> = report.remains.iter().map(|(_, w)| w.as_str()).collect();
    assert_eq!(
        remains,
        ["configuration files", "the home directory of anna"]
    );
}

#[test]
fn a_refusal_before_the_first_effect_is_a_refused_run() {
    let world = world();
    let web = Planner::new(&world, "web");
    let mut step = web.file("/etc/motd", "hello");
    step.action = model::plan::Action::RestoreSaved {
        run: model::id::RunId("never".to_owned()),
        step: step.id.clone(),
    };
    let plan = plan(vec![step, web.file("/etc/issue", "hi")]);
    let start = world.state();
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Refused), "{report:#?}");
    assert_eq!(ended(&report, &plan.steps[0]), "refused");
    assert_eq!(ended(&report, &plan.steps[1]), "skipped");
    assert_eq!(start, world.state());
}
