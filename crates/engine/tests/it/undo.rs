//! The plan that takes a finished run back.

use crate::rig::{self, Controller, just_run, outcome, plan, restorable, world};
use engine::observe::observe_all;
use engine::scope;
use engine::undo::{Conflict, UndoRefused, undo_plan};
use model::fact::{FactKind, FactPath, Facts};
use model::plan::{Action, Plan, Purpose, Undo};
use model::run::{Entry, RunOutcome, StepOutcome};
use model::value::Value;
use testkit::fake::{Die, FakeWorld, Fault, Look, MemoryLog, Trigger, Word};
use testkit::lab::Planner;

fn now(world: &FakeWorld, plan: &Plan) -> Facts {
    let mut drivers = world.drivers(rig::tag());
    observe_all(&mut drivers, &scope::of_plan(plan), world, 2)
}

fn done(make: fn(&FakeWorld) -> Vec<model::plan::Step>) -> (FakeWorld, Plan, Vec<Entry>) {
    let world = world();
    let plan = plan(make(&world));
    let (report, log) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    (world, plan, log.entries().to_vec())
}

fn conflicts(refused: Result<Plan, UndoRefused>) -> Vec<Conflict> {
    match refused {
        Err(UndoRefused::Conflicts(conflicts)) => conflicts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn undoing_a_run_brings_back_what_was_there_and_twice_is_nothing() {
    for make in [rig::ordinary, rig::with_access] {
        let (world, plan, entries) = done(make);
        let undo = undo_plan(&entries, &now(&world, &plan)).unwrap();
        assert!(matches!(undo.purpose, Purpose::Undo(_)));
        let second = Controller {
            run: "run-2",
            ..Controller::default()
        };
        let mut log = MemoryLog::new(&world);
        let report = second.run(&world, &undo, &mut log);
        assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
        assert_eq!(restorable(&rig::world()), restorable(&world));

        let again = undo_plan(&entries, &now(&world, &plan)).unwrap();
        assert!(again.is_empty(), "{again:#?}");

        // The undo of the undo is the plan again.
        let redo = undo_plan(log.entries(), &now(&world, &undo)).unwrap();
        let third = Controller {
            run: "run-3",
            ..Controller::default()
        };
        let report = third.run(&world, &redo, &mut MemoryLog::new(&world));
        assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
        for step in &plan.steps {
            assert!(rig::truly_holds(&world, step), "{}", step.id);
        }
    }
}

#[test]
fn the_order_is_turned_round() {
    let (world, plan, entries) = done(rig::ordinary);
    let undo = undo_plan(&entries, &now(&world, &plan)).unwrap();
    let mut ids: Vec<_> = undo.steps.iter().map(|s| s.id.clone()).collect();
    ids.reverse();
    let original: Vec<_> = plan.steps.iter().map(|s| s.id.clone()).collect();
    assert_eq!(ids, original);
    let anna = undo
        .steps
        .iter()
        .find(|s| s.id == plan.steps[0].id)
        .unwrap();
    // Everything that rested on the account, also by way of others.
    let above: Vec<_> = plan.steps[1..4].iter().map(|s| s.id.clone()).collect();
    assert_eq!(anna.after, above.into_iter().collect());
    assert!(matches!(&anna.action, Action::RemoveUser { name } if name == "anna"));
}

/// An undo fails at each step in turn: the run's result stands again.
#[test]
fn an_undo_that_fails_is_itself_taken_back() {
    for nth in 0..5 {
        let (world, plan, entries) = done(rig::ordinary);
        let before = restorable(&world);
        let undo = undo_plan(&entries, &now(&world, &plan)).unwrap();
        world.script(Trigger::at(&undo.steps[nth].id, Word::Do), Fault::Fails);
        let second = Controller {
            run: "run-2",
            ..Controller::default()
        };
        let report = second.run(&world, &undo, &mut MemoryLog::new(&world));
        assert_eq!(
            report.outcome(),
            Some(RunOutcome::FailedUndone),
            "{report:#?}"
        );
        assert_eq!(before, restorable(&world));
    }
}

#[test]
fn what_something_else_changed_since_is_refused_by_name() {
    let (world, plan, entries) = done(rig::ordinary);
    let motd = FactPath::new(FactKind::File, "/etc/motd");
    let nginx = FactPath::new(FactKind::Package, "nginx");
    world.meddle("web", motd.clone(), Some(Value::from("by hand")));
    // The promise of the step, that it is installed, holds; but it is not the version that the run left.
    world.meddle("web", nginx.clone(), Some(Value::from("1.1")));
    let found = conflicts(undo_plan(&entries, &now(&world, &plan)));
    let paths: Vec<_> = found
        .iter()
        .map(|c| match c {
            Conflict::Changed { path, was, is, .. } => (path.clone(), was.clone(), is.clone()),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(paths.len(), 2, "{found:?}");
    assert_eq!(paths[0], (nginx, "1.0".to_owned(), "1.1".to_owned()));
    assert_eq!(paths[1].0, motd);
    assert_eq!(paths[1].2, "by hand");
}

#[test]
fn what_somebody_took_back_by_hand_needs_nothing() {
    let (world, plan, entries) = done(rig::ordinary);
    world.meddle("web", FactPath::new(FactKind::File, "/etc/motd"), None);
    let undo = undo_plan(&entries, &now(&world, &plan)).unwrap();
    assert_eq!(undo.steps.len(), plan.steps.len() - 1);
    assert!(!undo.steps.iter().any(|s| s.id == plan.steps[1].id));
}

#[test]
fn what_cannot_be_read_or_taken_back_is_refused() {
    let (world, plan, entries) = done(rig::ordinary);
    world.script_look(0, 9, Look::Timeout);
    let found = conflicts(undo_plan(&entries, &now(&world, &plan)));
    let unknown = |c: &Conflict| matches!(c, Conflict::Unknown { .. });
    assert!(found.iter().all(unknown) && !found.is_empty(), "{found:?}");
    let nobody = Facts {
        targets: Default::default(),
        ..now(&world, &plan)
    };
    assert!(conflicts(undo_plan(&entries, &nobody)).iter().all(unknown));

    let world = rig::world();
    let mut steps = rig::ordinary(&world);
    steps[1].undo = Undo::Irreversible("it was published".to_owned());
    let plan = rig::plan(steps);
    let (_, log) = just_run(&world, &plan);
    let found = conflicts(undo_plan(log.entries(), &now(&world, &plan)));
    assert!(
        matches!(&found[..], [Conflict::Irreversible { why, .. }] if why == "it was published")
    );
}

#[test]
fn a_torn_step_is_refused_until_its_facts_are_as_before() {
    let world = world();
    let plan = plan(vec![Planner::new(&world, "web").unit("app.service", true)]);
    world.script(Trigger::at(&plan.steps[0].id, Word::Do), Fault::Killed(1));
    let (report, log) = just_run(&world, &plan);
    assert!(
        matches!(outcome(&report, &plan.steps[0]), StepOutcome::Torn(_)),
        "{report:#?}"
    );
    assert_eq!(report.outcome(), Some(RunOutcome::FailedChanged));
    let found = conflicts(undo_plan(log.entries(), &now(&world, &plan)));
    assert!(matches!(&found[..], [Conflict::Undecided { .. }]));
    let app = FactPath::new(FactKind::Unit, "app.service");
    let before = rig::world().state()["web"].live[&app].clone();
    world.meddle("web", app, Some(before));
    assert!(
        undo_plan(log.entries(), &now(&world, &plan))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_run_that_took_itself_back_leaves_nothing_to_undo() {
    let world = world();
    let plan = plan(rig::ordinary(&world));
    world.script(Trigger::at(&plan.steps[3].id, Word::Do), Fault::Fails);
    let (_, log) = just_run(&world, &plan);
    assert!(
        undo_plan(log.entries(), &now(&world, &plan))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn an_open_run_or_facts_of_another_realm_are_refused() {
    let (world, plan, entries) = done(rig::ordinary);
    let facts = now(&world, &plan);
    let open = undo_plan(&entries[..entries.len() - 1], &facts);
    assert_eq!(open, Err(UndoRefused::NotEnded));
    let other = Facts {
        realm: rig::other_twin(),
        ..facts
    };
    let refused = undo_plan(&entries, &other);
    assert!(matches!(refused, Err(UndoRefused::OtherRealm { .. })));
    let empty = undo_plan(&[], &other);
    assert!(matches!(empty, Err(UndoRefused::Journal(_))));
}

/// Two steps of one run on one fact: the last one's result is what must be there; both are taken back.
#[test]
fn two_steps_on_one_fact_are_taken_back_one_after_the_other() {
    let world = world();
    let web = Planner::new(&world, "web");
    let first = web.sysctl("vm.swappiness", "10", "60");
    let key = FactPath::new(FactKind::Sysctl, "vm.swappiness");
    world.meddle("web", key.clone(), Some("10".into()));
    let mut second = web.sysctl("vm.swappiness", "20", "10");
    second.id.0.push_str("-again");
    world.meddle("web", key.clone(), Some("60".into()));
    let plan = plan(testkit::lab::chained(vec![first, second]));
    let (report, log) = just_run(&world, &plan);
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    let undo = undo_plan(log.entries(), &now(&world, &plan)).unwrap();
    assert_eq!(undo.steps.len(), 2);
    let next = Controller {
        run: "run-2",
        ..Controller::default()
    };
    let report = next.run(&world, &undo, &mut MemoryLog::new(&world).dying(Die::Never));
    assert_eq!(report.outcome(), Some(RunOutcome::Succeeded), "{report:#?}");
    assert_eq!(world.state()["web"].live[&key], "60".into());
}
