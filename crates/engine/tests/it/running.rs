//! Runs that go well, and runs that are refused.

use crate::rig::{self, Controller, check_trace, drill, ended, just_run, outcome, plan, world};
use engine::context::OnFailure;
use engine::report::{Ending, Refused};
use engine::run::{Approval, run};
use model::digest::Digest;
use model::fact::{FactKind, FactPath};
use model::id::StepId;
use model::plan::{Action, Cond, Purpose, Undo};
use model::realm::{InRealm, Twin};
use model::run::{AccessPhase, Event, RunOutcome, StepOutcome};
use model::value::Value;
use testkit::fake::{Fault, MemoryLog, Trace, Trigger, Word};
use testkit::lab::{self, Planner};

#[test]
fn a_plan_is_brought_about_and_a_second_run_changes_nothing() {
    let world = world();
    let mut steps = rig::ordinary(&world);
    steps.extend(rig::with_access(&world).into_iter().skip(1).take(3));
    let plan = plan(steps);
    let (report, log) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    for step in &plan.steps {
        assert!(rig::truly_holds(&world, step), "{}", step.id);
    }
    // What was there already was not done again.
    let cron = plan.steps.iter().find(|s| s.id.0.ends_with("cron.service"));
    assert_ne!(outcome(&report, cron.unwrap()), &StepOutcome::AlreadyDone);
    check_trace(&world.trace());
    assert_eq!(world.leased(), Vec::<String>::new());
    assert_eq!(
        log.entries().last().unwrap().event,
        Event::Finished {
            outcome: RunOutcome::Succeeded
        }
    );

    let before = world.state();
    let mut second = MemoryLog::new(&world);
    let again = Controller {
        run: "run-2",
        ..Controller::default()
    };
    let report = again.run(&world, &plan, &mut second);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded));
    let all = report.steps.iter().map(|s| &s.outcome);
    assert!(all.into_iter().all(|o| *o == StepOutcome::AlreadyDone));
    assert!(!second.events().any(|e| matches!(e, Event::Intent { .. })));
    assert_eq!(before, world.state());
}

#[test]
fn the_journal_begins_with_the_whole_plan_before_anything_is_sent() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    just_run(&world, &plan);
    let trace = world.trace();
    let Some(Trace::Journal(Event::Started {
        plan: held, digest, ..
    })) = trace.first()
    else {
        panic!("{:?}", trace.first());
    };
    assert_eq!((**held).clone(), plan);
    assert_eq!(*digest, plan.digest());
}

#[test]
fn every_phase_is_journaled_in_order() {
    let world = world();
    let web = Planner::new(&world, "web");
    let plan = plan(vec![web.nft("holdfast", "accept 22")]);
    let (_, log) = just_run(&world, &plan);
    let phases: Vec<AccessPhase> = log
        .events()
        .filter_map(|e| match e {
            Event::Phase { phase, .. } => Some(*phase),
            _ => None,
        })
        .collect();
    use AccessPhase::{Arm, Disarm, Live, Persist, Pretest, Test};
    assert_eq!(phases, [Pretest, Arm, Live, Test, Persist, Disarm]);
}

fn refusal(ending: &Ending) -> &Refused {
    match ending {
        Ending::Refused(refused) => refused,
        other => panic!("{other:?}"),
    }
}

/// Refused before the journal has a line or a target an order.
#[test]
fn what_is_refused_before_anything_happens() {
    let good = || {
        let world = world();
        let plan = plan(rig::ordinary(&world));
        (world, plan)
    };
    let (world, plan) = good();
    let mut log = MemoryLog::new(&world);
    let mut wait = world.waiting();
    let mut nonce = || "n".to_owned();
    let mut try_it = |approved: Digest, plan: &model::plan::Plan, drivers: Twin| {
        let bound = InRealm::bind(rig::tag(), plan.clone()).unwrap();
        let mut drivers = world.drivers(drivers);
        let ctx = engine::context::RunContext {
            run: model::id::RunId("r".to_owned()),
            controller: model::id::ControllerId("c".to_owned()),
            epoch: 1,
            clock: &world,
            wait: &mut wait,
            nonce: &mut nonce,
            policy: Default::default(),
        };
        let approval = Approval { digest: approved };
        run(bound, approval, &mut drivers, &mut log, ctx).ending
    };
    let other = try_it(Digest::of("another plan"), &plan, rig::tag());
    assert!(matches!(refusal(&other), Refused::NotApproved { .. }));

    let other = try_it(plan.digest(), &plan, Twin::new("other"));
    assert!(matches!(refusal(&other), Refused::OtherRealm(_)));

    let mut strange = plan.clone();
    strange.format = 99;
    let other = try_it(strange.digest(), &strange, rig::tag());
    assert!(matches!(refusal(&other), Refused::Format { found: 99 }));

    let mut late = plan.clone();
    let last = late.steps.last().unwrap().id.clone();
    late.steps[0].after.insert(last);
    let other = try_it(late.digest(), &late, rig::tag());
    assert!(matches!(refusal(&other), Refused::Malformed { .. }));

    let mut twice = plan.clone();
    twice.steps.push(twice.steps[0].clone());
    let other = try_it(twice.digest(), &twice, rig::tag());
    assert!(matches!(refusal(&other), Refused::Malformed { .. }));

    let mut lost = plan.clone();
    lost.steps[0].target.name = "nowhere".to_owned();
    let other = try_it(lost.digest(), &lost, rig::tag());
    assert!(matches!(refusal(&other), Refused::NoDriver { .. }));

    assert_eq!(log.entries(), []);
    assert_eq!(world.trace(), []);
}

#[test]
fn an_approval_is_for_steps_and_effects() {
    let world = world();
    let web = Planner::new(&world, "web");
    let shown = plan(vec![web.file("/etc/motd", "hello")]);
    let run = plan(vec![web.file("/etc/motd", "evil")]);
    assert_ne!(shown.digest(), run.digest());
}

#[test]
fn a_stale_step_blocks_itself_and_what_rests_on_it() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    let motd = FactPath::new(FactKind::File, "/etc/motd");
    world.meddle("web", motd.clone(), Some(Value::from("by hand")));
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::PartlyUnknown));
    let outcomes: Vec<_> = report.steps.iter().map(|s| s.outcome.clone()).collect();
    assert!(matches!(outcomes[0], StepOutcome::Done(_)));
    let stale = StepOutcome::Stale {
        path: "file:/etc/motd".to_owned(),
        was: "absent".to_owned(),
        is: "by hand".to_owned(),
    };
    assert_eq!(outcomes[1], stale);
    let skipped = StepOutcome::Skipped(plan.steps[1].id.clone());
    assert_eq!(outcomes[2], skipped);
    assert_eq!(outcomes[3], StepOutcome::Skipped(plan.steps[2].id.clone()));
    // Independent ones go on.
    assert!(matches!(outcomes[4], StepOutcome::Done(_)), "{outcomes:?}");
    let there = world.state()["web"].live.get(&motd).cloned();
    assert_eq!(there, Some(Value::from("by hand")));
}

#[test]
fn an_unknown_precondition_blocks_that_step_only() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    // Steps: user anna is the first look.
    world.script_look(0, 1, testkit::fake::Look::Incomplete(FactKind::User));
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::PartlyUnknown));
    assert_eq!(ended(&report, &plan.steps[0]), "unknown");
    assert_eq!(ended(&report, &plan.steps[4]), "done");
    assert!(!report.step(&plan.steps[0].id).unwrap().begun);
}

#[test]
fn an_unreachable_host_costs_only_itself() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    let anna = &plan.steps[0].id;
    world.script(Trigger::at(anna, Word::TakeLease), Fault::Gone);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::PartlyUnknown));
    assert_eq!(ended(&report, &plan.steps[0]), "unknown");
    assert_eq!(ended(&report, &plan.steps[4]), "done");
    assert_eq!(ended(&report, &plan.steps[5]), "unknown");
}

#[test]
fn a_drill_is_taken_back_in_any_case_and_keeps_what_it_measured() {
    for (at_least, expected) in [(5, RunOutcome::Succeeded), (11, RunOutcome::FailedUndone)] {
        let world = world();
        let before = world.state();
        let plan = drill(Planner::new(&world, "db").drill("shop", at_least));
        let (report, _) = just_run(&world, &plan);
        assert_eq!(report.outcome(), Some(expected), "{report:#?}");
        assert_eq!(before, world.state());
        assert_eq!(*outcome(&report, &plan.steps[0]), StepOutcome::Undone);
        assert!(report.step(&plan.steps[0].id).unwrap().output.is_some());
        let check = report.step(&plan.steps[2].id).unwrap();
        let answer = check.output.as_ref().and_then(|o| o.values.get("answer"));
        match expected {
            RunOutcome::Succeeded => assert_eq!(answer, Some(&Value::from(10))),
            _ => assert!(matches!(check.outcome, StepOutcome::FailedClean(_))),
        }
        check_trace(&world.trace());
    }
}

#[test]
fn a_step_that_names_no_facts_is_torn_when_it_fails() {
    let world = world();
    let web = Planner::new(&world, "web");
    let action = Action::RemovePackage {
        name: "nginx".to_owned(),
    };
    let undo = Undo::Irreversible("gone".to_owned());
    let step = web.step("blind", action, Vec::<Cond>::new(), undo);
    world.script(Trigger::at(&step.id, Word::Do), Fault::Fails);
    let plan = plan(vec![step]);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::FailedChanged));
    assert_eq!(ended(&report, &plan.steps[0]), "torn");
}

#[test]
fn going_on_after_a_failure_blocks_only_what_rests_on_it() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    let mut controller = Controller::default();
    controller.policy.on_failure = OnFailure::Continue;
    world.script(Trigger::at(&plan.steps[1].id, Word::Do), Fault::Fails);
    let report = controller.run(&world, &plan, &mut MemoryLog::new(&world));
    assert_eq!(report.outcome(), Some(RunOutcome::FailedChanged));
    let kinds: Vec<bool> = report
        .steps
        .iter()
        .map(|s| s.outcome.is_success())
        .collect();
    assert_eq!(kinds, [true, false, false, false, true, true]);
}

#[test]
fn a_trial_of_the_revert_succeeds_by_being_reverted() {
    let world = world();
    let before = world.state();
    let web = Planner::new(&world, "web");
    let step = web.nft("trial", "table inet trial { }");
    let plan = lab::plan(world.realm(), Purpose::Selftest, vec![step]);
    let (report, log) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    assert_eq!(ended(&report, &plan.steps[0]), "reverted");
    assert_eq!(before, world.state());
    let fired = Trace::Fired("web".to_owned());
    assert!(world.trace().contains(&fired), "nobody may order it");
    let persisted = |e: &Event| {
        matches!(
            e,
            Event::Phase {
                phase: AccessPhase::Persist,
                ..
            }
        )
    };
    assert!(!log.events().any(persisted));

    let broken = rig::world();
    broken.break_revert("web");
    let (report, _) = just_run(&broken, &plan);
    assert_ne!(report.outcome(), Some(RunOutcome::Succeeded));
}

#[test]
fn step_ids_are_unique() {
    let world = world();
    let steps = rig::ordinary(&world);
    let ids: std::collections::BTreeSet<&StepId> = steps.iter().map(|s| &s.id).collect();
    assert_eq!(ids.len(), steps.len());
}
