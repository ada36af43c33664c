//! Commit-confirm: lock-outs of every kind, at every phase, end with the way in as it was.

use crate::rig::{self, Controller, check_trace, ended, just_run, outcome, plan, world};
use model::fact::{FactKind, FactPath};
use model::plan::Step;
use model::run::{AccessPhase, Event, RunOutcome, StepOutcome};
use testkit::fake::{Die, FakeWorld, Fault, Look, MemoryLog, Trace, Trigger, Word};
use testkit::lab::Planner;

type Make = fn(&FakeWorld) -> Step;

/// Changes that shut the controller out, each in its way.
const LOCK_OUTS: &[(&str, Make)] = &[
    ("everything dropped", |w| {
        Planner::new(w, "web").nft("holdfast", "drop-all")
    }),
    ("established kept, new dropped", |w| {
        Planner::new(w, "web").nft("holdfast", "drop-new")
    }),
    ("AllowUsers without us", |w| {
        Planner::new(w, "web").sshd("AllowUsers anna\n")
    }),
    ("another port", |w| {
        Planner::new(w, "web").sshd("Port 2222\n")
    }),
    ("no keys allowed", |w| {
        Planner::new(w, "web").sshd("PubkeyAuthentication no\n")
    }),
    ("our key removed", |w| {
        Planner::new(w, "web").keys("admin", &["ssh-ed25519 stranger"], &["ssh-ed25519 admin"])
    }),
    ("default route gone", |w| {
        Planner::new(w, "web").route("10.0.0.66")
    }),
];

fn expect_back(
    what: &str,
    world: &FakeWorld,
    start: &std::collections::BTreeMap<String, testkit::fake::State>,
) {
    assert!(world.locked_out().is_empty(), "{what}: still locked out");
    assert!(world.armed().is_empty(), "{what}: still armed");
    assert_eq!(*start, rig::restorable(world), "{what}");
}

#[test]
fn every_lock_out_is_reverted() {
    for (what, make) in LOCK_OUTS {
        let world = world();
        let start = rig::restorable(&world);
        let motd = Planner::new(&world, "web").file("/etc/motd", "hello");
        let plan = plan(vec![motd, make(&world)]);
        let (report, _) = just_run(&world, &plan);
        assert_eq!(
            report.outcome(),
            Some(RunOutcome::FailedUndone),
            "{what}: {report:#?}"
        );
        let ended = outcome(&report, &plan.steps[1]);
        assert!(
            matches!(ended, StepOutcome::Reverted(_)),
            "{what}: {ended:?}"
        );
        assert_eq!(
            *outcome(&report, &plan.steps[0]),
            StepOutcome::Undone,
            "{what}"
        );
        // It was never given a persistent form; and where the session still stood, nobody had to wait for the revert.
        let persisted = |t: &Trace| {
            matches!(
                t,
                Trace::Changed {
                    word: Word::Persist,
                    ..
                }
            )
        };
        assert!(!world.trace().iter().any(persisted), "{what}");
        let cut_off = *what == "everything dropped" || *what == "default route gone";
        let fired = world.trace().contains(&Trace::Fired("web".to_owned()));
        assert_eq!(fired, cut_off, "{what}");
        expect_back(what, &world, &start);
        check_trace(&world.trace());
    }
}

/// The controller dies at any line of a lock-out and never comes back: the target lets people in again by itself.
#[test]
fn a_lock_out_whose_controller_died_is_reverted_by_the_target() {
    for (what, make) in LOCK_OUTS {
        for die in rig::deaths(12) {
            for reboot in [false, true] {
                let world = world();
                let start = rig::restorable(&world);
                let plan = plan(vec![make(&world)]);
                let mut log = MemoryLog::new(&world).dying(die);
                Controller::default().run(&world, &plan, &mut log);
                if reboot {
                    world.reboot("web");
                }
                world.pass(120);
                expect_back(&format!("{what} {die:?}"), &world, &start);
            }
        }
    }
}

#[test]
fn a_wall_clock_that_jumps_neither_fires_nor_holds_up_the_revert() {
    for jump in [-1_000_000, 1_000_000] {
        let world = world();
        let web = Planner::new(&world, "web");
        let good = plan(vec![web.nft("holdfast", "accept 22")]);
        world.script(
            Trigger::at(&good.steps[0].id, Word::Live),
            Fault::WallStep(jump),
        );
        let (report, _) = just_run(&world, &good);
        assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");

        let world = rig::world();
        let start = rig::restorable(&world);
        let bad = plan(vec![
            Planner::new(&world, "web").nft("holdfast", "drop-all"),
        ]);
        world.script(
            Trigger::at(&bad.steps[0].id, Word::Live),
            Fault::WallStep(jump),
        );
        let (report, _) = just_run(&world, &bad);
        assert_eq!(report.outcome(), Some(RunOutcome::FailedUndone));
        expect_back("jump", &world, &start);
    }
}

/// Every order of commit-confirm goes wrong in every way: the change is either made or not, and nothing stays armed.
#[test]
fn every_order_fails_in_every_way() {
    let words = [
        Word::Test,
        Word::Arm,
        Word::Status,
        Word::Live,
        Word::Persist,
        Word::Disarm,
    ];
    let faults = [
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
        Fault::Late,
        Fault::Killed(1),
        Fault::Killed(2),
        Fault::Fails,
        Fault::FailsAfter(1),
        Fault::Lie,
        Fault::Reboot(0),
        Fault::Reboot(1),
        Fault::LinkDown(8),
        Fault::LinkDown(90),
    ];
    for word in words {
        for fault in faults {
            for nth in 0..3 {
                one_order(word, fault, nth);
            }
        }
    }
}

fn one_order(word: Word, fault: Fault, nth: u32) {
    let world = world();
    let start = rig::restorable(&world);
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    world.script(Trigger::at(&plan.steps[0].id, word).after(nth), fault);
    let (report, _) = just_run(&world, &plan);
    let what = format!("{word:?} {fault:?} {nth}: {report:#?}");
    assert!(world.armed().is_empty(), "{what}");
    assert!(world.locked_out().is_empty(), "{what}");
    match report.outcome() {
        Some(RunOutcome::Succeeded) => assert!(rig::truly_holds(&world, &plan.steps[0]), "{what}"),
        Some(RunOutcome::FailedUndone | RunOutcome::Refused) => {
            assert_eq!(start, rig::restorable(&world), "{what}");
        }
        other => panic!("{other:?} {what}"),
    }
    // What was committed stays so, and what was not, too.
    let end = world.state();
    world.pass(600);
    world.reboot("web");
    assert_eq!(end, world.state(), "{what}");
    check_trace(&world.trace());
}

/// The revert fires while the controller dawdles before disarming: the outcome is what the target's state file says.
#[test]
fn a_revert_that_fires_before_disarm_wins() {
    let world = world();
    let start = rig::restorable(&world);
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    world.script(
        Trigger::at(&plan.steps[0].id, Word::Persist),
        Fault::LinkDown(70),
    );
    let (report, _) = just_run(&world, &plan);
    let ended = outcome(&report, &plan.steps[0]);
    assert!(matches!(ended, StepOutcome::Reverted(_)), "{report:#?}");
    assert!(world.trace().contains(&Trace::Fired("web".to_owned())));
    expect_back("late", &world, &start);
}

#[test]
fn a_change_that_does_not_hold_what_it_promised_is_reverted_not_committed() {
    let world = world();
    let start = rig::restorable(&world);
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    world.script(Trigger::at(&plan.steps[0].id, Word::Persist), Fault::Lie);
    let (report, _) = just_run(&world, &plan);
    let ended = outcome(&report, &plan.steps[0]);
    assert!(matches!(ended, StepOutcome::Reverted(_)), "{report:#?}");
    expect_back("lie", &world, &start);
}

/// Nothing is committed on a guess.
#[test]
fn a_change_that_cannot_be_seen_is_reverted() {
    for (persist, blind, expected) in [
        // One look fails, the next one tells.
        (None, 1, true),
        (Some(Fault::Lie), 1, false),
        // No look tells.
        (None, 5, false),
        (Some(Fault::Lie), 5, false),
    ] {
        let world = world();
        let start = rig::restorable(&world);
        let plan = plan(vec![
            Planner::new(&world, "web").nft("holdfast", "accept 22"),
        ]);
        let step = &plan.steps[0];
        if let Some(fault) = persist {
            world.script(Trigger::at(&step.id, Word::Persist), fault);
        }
        // The first look decides.
        world.script_look(1, blind, Look::Timeout);
        let mut controller = Controller::default();
        // So long that it cannot be the revert's deadline that decides.
        controller.policy.confirm.revert_after = model::units::Seconds(5000);
        let report = controller.run(&world, &plan, &mut MemoryLog::new(&world));
        let ended = outcome(&report, step);
        if expected {
            assert!(matches!(ended, StepOutcome::Done(_)), "{report:#?}");
        } else {
            assert!(matches!(ended, StepOutcome::Reverted(_)), "{report:#?}");
            expect_back("unseen", &world, &start);
        }
    }
}

#[test]
fn a_revert_that_only_says_that_it_is_armed_is_not_relied_on() {
    let world = world();
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    world.script(Trigger::at(&plan.steps[0].id, Word::Arm), Fault::Lie);
    let (report, log) = just_run(&world, &plan);
    assert_eq!(
        report.outcome(),
        Some(RunOutcome::FailedUndone),
        "{report:#?}"
    );
    let live = |e: &Event| {
        matches!(
            e,
            Event::Phase {
                phase: AccessPhase::Live,
                ..
            }
        )
    };
    assert!(!log.events().any(live), "the change must not be sent");
}

/// An ordered revert that goes wrong is ordered again, or the target's own is waited for.
#[test]
fn a_revert_is_not_believed_but_seen() {
    for fault in [
        Fault::Lie,
        Fault::Fails,
        Fault::FailsAfter(1),
        Fault::Killed(2),
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
        Fault::Late,
        Fault::Reboot(1),
        Fault::LinkDown(90),
    ] {
        for always in [false, true] {
            let world = world();
            let start = rig::restorable(&world);
            let plan = plan(vec![
                Planner::new(&world, "web").nft("holdfast", "accept 22"),
            ]);
            let id = &plan.steps[0].id;
            world.script(Trigger::at(id, Word::Disarm), Fault::Fails);
            let trigger = Trigger::at(id, Word::Revert);
            let trigger = if always { trigger.always() } else { trigger };
            world.script(trigger, fault);
            let (report, _) = just_run(&world, &plan);
            let what = format!("{fault:?} {always} {report:#?}");
            let ended = outcome(&report, &plan.steps[0]);
            assert!(matches!(ended, StepOutcome::Reverted(_)), "{what}");
            expect_back(&what, &world, &start);
        }
    }
}

#[test]
fn a_path_that_does_not_work_before_refuses_the_change() {
    let world = world();
    let web = Planner::new(&world, "web");
    world.meddle(
        "web",
        FactPath::new(FactKind::Sshd, "allowusers"),
        Some("nobody".into()),
    );
    let plan = plan(vec![web.nft("holdfast", "accept 22")]);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Refused), "{report:#?}");
    let armed = |t: &Trace| {
        matches!(
            t,
            Trace::Changed {
                word: Word::Arm,
                ..
            }
        )
    };
    assert!(!world.trace().iter().any(armed));
}

#[test]
fn a_target_that_holds_no_revert_is_refused() {
    let world = world();
    world.without_revert("web");
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    let (report, log) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Refused));
    assert!(!log.events().any(|e| matches!(e, Event::Intent { .. })));
}

#[test]
fn what_the_target_finds_invalid_is_refused_and_disarmed() {
    let world = world();
    let start = rig::restorable(&world);
    let mut step = Planner::new(&world, "web").sshd("PasswordAuthentication no\n");
    let model::plan::Action::Access(model::plan::AccessChange::Sshd { content, .. }) =
        &mut step.action
    else {
        panic!()
    };
    *content = Some("syntax-error\n".to_owned());
    let plan = plan(vec![step]);
    let (report, _) = just_run(&world, &plan);
    let ended = outcome(&report, &plan.steps[0]);
    assert!(matches!(ended, StepOutcome::Refused(_)), "{report:#?}");
    expect_back("syntax error", &world, &start);
}

#[test]
fn an_armed_revert_of_somebody_else_refuses_the_change_and_is_left_alone() {
    let world = world();
    let plan_a = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    // The first controller dies with its revert armed; its lease runs out before a long revert fires.
    let mut first = Controller::default();
    first.policy.confirm.revert_after = model::units::Seconds(5000);
    first.policy.lease = model::units::Seconds(10);
    let mut log = MemoryLog::new(&world).dying(Die::Before(5));
    first.run(&world, &plan_a, &mut log);
    assert_eq!(world.armed(), ["web"]);
    world.pass(2000);
    let other = Controller {
        name: "desk",
        run: "run-2",
        ..Controller::default()
    };
    let plan_b = plan(vec![
        Planner::new(&world, "web").sshd("PasswordAuthentication no\n"),
    ]);
    let report = other.run(&world, &plan_b, &mut MemoryLog::new(&world));
    assert_eq!(report.outcome(), Some(RunOutcome::Refused), "{report:#?}");
    assert_eq!(world.armed(), ["web"]);
}

#[test]
fn a_target_that_never_answers_again_is_unknown() {
    let world = world();
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "accept 22"),
    ]);
    world.script(
        Trigger::at(&plan.steps[0].id, Word::Test).after(1),
        Fault::Gone,
    );
    let (report, _) = just_run(&world, &plan);
    assert_eq!(
        report.outcome(),
        Some(RunOutcome::PartlyUnknown),
        "{report:#?}"
    );
    assert_eq!(ended(&report, &plan.steps[0]), "unknown");
}

#[test]
fn a_broken_revert_is_not_called_reverted() {
    let world = world();
    world.break_revert("web");
    let plan = plan(vec![
        Planner::new(&world, "web").nft("holdfast", "drop-new"),
    ]);
    let (report, _) = just_run(&world, &plan);
    assert!(
        matches!(outcome(&report, &plan.steps[0]), StepOutcome::Unknown(_)),
        "{report:#?}"
    );
    assert_ne!(report.outcome(), Some(RunOutcome::FailedUndone));
}

#[test]
fn thirty_good_changes_and_none_reverts() {
    let world = world();
    for nth in 0..30 {
        let web = Planner::new(&world, "web");
        let step = match nth % 3 {
            0 => web.nft("holdfast", &format!("accept 22 # {nth}")),
            1 => web.sshd(&format!("AllowUsers admin u{nth}\n")),
            _ => web.keys("anna", &[&format!("ssh-ed25519 key{nth}")], &[]),
        };
        let plan = plan(vec![step]);
        let (report, _) = just_run(&world, &plan);
        assert_eq!(
            report.outcome(),
            Some(RunOutcome::Succeeded),
            "{nth} {report:#?}"
        );
    }
    world.pass(1000);
    world.reboot("web");
    assert!(world.locked_out().is_empty());
    assert!(!world.trace().contains(&Trace::Fired("web".to_owned())));
}

/// Taking an access change back goes under commit-confirm too.
#[test]
fn the_way_back_of_an_access_change_is_armed_as_well() {
    let world = world();
    let start = rig::restorable(&world);
    let web = Planner::new(&world, "web");
    let plan = plan(vec![
        web.nft("holdfast", "accept 22"),
        web.file("/etc/motd", "hello"),
    ]);
    world.script(Trigger::at(&plan.steps[1].id, Word::Do), Fault::Fails);
    let (report, _) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::FailedUndone));
    let arms = world.trace().into_iter();
    let arms = arms.filter(|t| {
        matches!(
            t,
            Trace::Changed {
                word: Word::Arm,
                ..
            }
        )
    });
    assert_eq!(arms.count(), 2);
    expect_back("undone", &world, &start);
}

/// A change may cut the session that makes it and be right: the test through a new connection decides.
#[test]
fn a_lost_answer_to_the_change_itself_is_for_the_test_to_judge() {
    for (fault, expected) in [
        (Fault::TimeoutAfter, RunOutcome::Succeeded),
        (Fault::TimeoutBefore, RunOutcome::FailedUndone),
    ] {
        let world = world();
        let plan = plan(vec![
            Planner::new(&world, "web").nft("holdfast", "accept 22"),
        ]);
        world.script(Trigger::at(&plan.steps[0].id, Word::Live), fault);
        let (report, _) = just_run(&world, &plan);
        assert_eq!(report.outcome(), Some(expected), "{fault:?} {report:#?}");
    }
}
