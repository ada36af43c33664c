//! The fake world passes the suite that real drivers pass.

use crate::rig;
use engine::context::Clock;
use model::fact::{FactKind, FactPath, Scope};
use model::plan::{AccessChange, Action, Step, Undo};
use model::realm::Twin;
use model::units::Seconds;
use testkit::conformance::{AccessSample, Fixture, Sample, SampleUndo, conformance};
use testkit::fake::{Fault, Trigger, Word};
use testkit::lab::Planner;

fn sample(step: Step) -> Sample {
    Sample {
        name: step.id.to_string(),
        touches: engine::scope::of_step(&step),
        undo: match step.undo {
            Undo::Exact(action) | Undo::Compensate { action, .. } => SampleUndo::By(*action),
            Undo::Saved => SampleUndo::Saved,
            Undo::Irreversible(why) => panic!("not a sample: {why}"),
        },
        action: step.action,
    }
}

fn fixture() -> Fixture<Twin> {
    let world = rig::world();
    let web = Planner::new(&world, "web");
    world.meddle(
        "web",
        FactPath::new(FactKind::File, "/etc/old"),
        Some("old".into()),
    );
    let mut steps = vec![
        web.file("/etc/motd", "hello"),
        web.file("/etc/old", "new"),
        web.no_file("/etc/old"),
        web.package("nginx"),
        web.unit("app.service", true),
        web.sysctl("vm.swappiness", "10", "60"),
        web.user("anna"),
    ];
    steps.extend(web.drill("shop", 1).into_iter().take(1));
    let mut touches = Scope::default();
    touches.add(FactPath::new(FactKind::Nft, "inet/trial"));
    touches.add(FactPath::new(FactKind::File, "/etc/holdfast/nft/trial.nft"));
    let clock = world.clone();
    Fixture {
        driver: Box::new(world.driver(rig::tag(), "web")),
        impostor: Some(Box::new(
            world.driver(rig::tag(), "web").expecting_another(),
        )),
        samples: steps.into_iter().map(sample).collect(),
        access: Some(AccessSample {
            change: AccessChange::Nft {
                table: "trial".to_owned(),
                ruleset: Some("table inet trial { }".to_owned()),
            },
            touches,
            revert_after: Seconds(60),
            short: Seconds(5),
        }),
        wait: Box::new(world.waiting()),
        now: Box::new(move || clock.now()),
        keep: Box::new(world),
    }
}

#[test]
fn the_fake_keeps_the_contract() {
    conformance(fixture);
}

/// A suite that cannot fail proves nothing.
#[test]
#[should_panic(expected = "it should change what it touches")]
fn a_driver_that_lies_is_found_out() {
    conformance(|| {
        let fixture = fixture();
        let world = fixture.keep.downcast_ref::<testkit::fake::FakeWorld>();
        let trigger = Trigger {
            step: None,
            word: Some(Word::Do),
            nth: 4,
            times: 1,
        };
        world.unwrap().script(trigger, Fault::Lie);
        fixture
    });
}

#[test]
#[should_panic(expected = "undo brings back what was there")]
fn an_undo_that_is_not_one_is_found_out() {
    conformance(|| {
        let mut fixture = fixture();
        fixture.samples[0].undo = SampleUndo::By(Action::SetSysctl {
            key: "a".to_owned(),
            value: "b".to_owned(),
        });
        fixture
    });
}
