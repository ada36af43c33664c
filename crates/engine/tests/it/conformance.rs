//! The fake world passes the suite that real drivers pass.

use crate::rig;
use engine::context::Clock;
use jiff::Timestamp;
use model::fact::{FactKind, FactPath, NativeIdentity, Scope};
use model::plan::{AccessChange, Action, RepositoryHandle, Source, Step, Undo};
use model::realm::Twin;
use model::run::Output;
use model::secret::SecretRef;
use model::units::Seconds;
use model::value::Value;
use plan::driver::{ActError, Driver, Order, Ticket};
use std::collections::BTreeMap;
use testkit::conformance::{
    AccessSample, Console, Fixture, Sample, SampleUndo, Stranger, conformance,
};
use testkit::fake::{FakeWorld, Fault, Look, Trigger, Word};
use testkit::lab::Planner;

/// The fake world, for the suite.
struct Meddler {
    world: FakeWorld,
    before: BTreeMap<String, Option<Value>>,
    /// What is hidden is not noticed by anybody.
    overlooked: bool,
}

fn file(path: &str) -> FactPath {
    FactPath::new(FactKind::File, path)
}

impl Console<Twin> for Meddler {
    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn pause(&mut self) {
        self.world.pass(1);
    }

    fn reboot(&mut self) {
        self.world.reboot("web");
    }

    fn unheard(
        &mut self,
        driver: &mut dyn Driver<Twin>,
        ticket: &Ticket,
        order: &Order<'_>,
    ) -> Result<Output, ActError> {
        let trigger = Trigger::at(&ticket.step, Word::of(order));
        self.world.script(trigger, Fault::Late);
        driver.act(ticket, order)
    }

    fn meddle(&mut self, path: &str) {
        let now = self.world.state()["web"].live.get(&file(path)).cloned();
        self.before.insert(path.to_owned(), now);
        let value = Some("somebody else's".into());
        self.world.meddle("web", file(path), value);
    }

    fn mend(&mut self, path: &str) {
        let before = self.before.remove(path).unwrap();
        self.world.meddle("web", file(path), before);
    }

    fn hide(&mut self, kind: FactKind) {
        if !self.overlooked {
            self.world.script_look(0, 1, Look::Incomplete(kind));
        }
    }

    fn show(&mut self, _: FactKind) {}
}

fn sample(step: Step) -> Sample {
    Sample {
        name: step.id.to_string(),
        touches: engine::scope::of_step(&step),
        undo: match (step.undo, &step.action) {
            (Undo::Exact(action) | Undo::Compensate { action, .. }, _) => SampleUndo::By(*action),
            (Undo::Saved, Action::PutFile(put)) => SampleUndo::Saved(put.path.clone()),
            (Undo::Saved, Action::RemoveFile { path }) => SampleUndo::Saved(path.clone()),
            (Undo::Saved, other) => panic!("what does it save: {other:?}"),
            (Undo::Irreversible(_), _) => SampleUndo::Asks,
        },
        action: step.action,
        within: Vec::new(),
    }
}

fn of(name: &str, action: Action, undo: SampleUndo, touches: FactPath) -> Sample {
    let mut scope = Scope::default();
    scope.add(touches);
    Sample {
        name: name.to_owned(),
        action,
        undo,
        touches: scope,
        within: Vec::new(),
    }
}

fn repository(name: &str) -> RepositoryHandle {
    RepositoryHandle {
        name: name.to_owned(),
        location: format!("/srv/{name}"),
        password_file: format!("/etc/holdfast/secrets/{name}"),
    }
}

/// A secret, repositories, archives, and a drill within a restore.
fn data_samples(web: &Planner<'_>) -> Vec<Sample> {
    let secret = "/etc/holdfast/secrets/fresh".to_owned();
    let (made, dataset) = (repository("fresh"), "shop".to_owned());
    let archive = || FactPath::new(FactKind::Archive, "vault/shop");
    let source = Source::Postgres {
        database: dataset.clone(),
    };
    let put = Action::PutSecret {
        path: secret.clone(),
        secret: SecretRef::Env("FRESH".to_owned()),
        keyed_hash: "x".to_owned(),
    };
    let remove = Action::RemoveFile {
        path: secret.clone(),
    };
    let unmake = Action::RemoveScratch {
        path: made.location.clone(),
    };
    let take = Action::TakeArchive {
        repository: repository("vault"),
        dataset: dataset.clone(),
        source,
    };
    let verify = Action::VerifyArchive {
        repository: repository("vault"),
        dataset,
    };
    let fresh = FactPath::new(FactKind::Repository, "fresh");
    let mut samples = vec![
        of("secret", put, SampleUndo::By(remove), file(&secret)),
        of(
            "repository",
            Action::InitRepository(made),
            SampleUndo::By(unmake),
            fresh,
        ),
        of("archive", take, SampleUndo::Stays, archive()),
        of("verify", verify, SampleUndo::Asks, archive()),
    ];
    let drill = web.drill("shop", 1).into_iter().map(sample);
    let nested = drill.rev().reduce(|inner, mut outer| {
        outer.within.push(inner);
        outer
    });
    samples.extend(nested);
    samples
}

fn strangers(world: &FakeWorld) -> Vec<Stranger<Twin>> {
    let enrolled = |wrong, change: fn(&mut NativeIdentity)| {
        let driver = world.driver(rig::tag(), "web");
        let driver = driver.enrolled_as(|identity| identity.iter_mut().for_each(change));
        Stranger {
            wrong: Some(wrong),
            driver: Box::new(driver),
        }
    };
    let never = world.driver(rig::tag(), "web").enrolled_as(|i| *i = None);
    vec![
        enrolled("machine-id", |i| i.machine_id.push('x')),
        enrolled("host key", |i| i.host_key.push('x')),
        Stranger {
            wrong: Some("realm marker"),
            driver: Box::new(world.driver(Twin::new("another"), "web")),
        },
        Stranger {
            wrong: None,
            driver: Box::new(never),
        },
    ]
}

fn fixture(world: &FakeWorld) -> Fixture<Twin> {
    let web = Planner::new(world, "web");
    world.meddle("web", file("/etc/old"), Some("old".into()));
    let steps = vec![
        web.file("/etc/motd", "hello"),
        web.file("/etc/old", "new"),
        web.no_file("/etc/old"),
        web.package("nginx"),
        web.unit("app.service", true),
        web.sysctl("vm.swappiness", "10", "60"),
        web.user("anna"),
    ];
    let mut samples: Vec<Sample> = steps.into_iter().map(sample).collect();
    samples.extend(data_samples(&web));
    let mut touches = Scope::default();
    touches.add(FactPath::new(FactKind::Nft, "inet/trial"));
    touches.add(file("/etc/holdfast/nft/trial.nft"));
    Fixture {
        driver: Box::new(world.driver(rig::tag(), "web")),
        strangers: strangers(world),
        nobody: Box::new(world.driver(rig::tag(), "nobody")),
        samples,
        access: vec![AccessSample {
            change: AccessChange::Nft {
                table: "trial".to_owned(),
                ruleset: Some("table inet trial { }".to_owned()),
            },
            touches,
            revert_after: Seconds(60),
            short: Seconds(5),
        }],
        sources: [FactKind::User, FactKind::Package, FactKind::Key]
            .map(|kind| FactPath::new(kind, "none-such"))
            .into(),
        console: Box::new(Meddler {
            world: world.clone(),
            before: BTreeMap::new(),
            overlooked: false,
        }),
    }
}

#[test]
fn the_fake_keeps_the_contract() {
    conformance(fixture(&rig::world()));
}

/// A suite that cannot fail proves nothing.
#[test]
#[should_panic(expected = "it should change what it touches")]
fn a_driver_that_lies_is_found_out() {
    let world = rig::world();
    let trigger = Trigger {
        step: None,
        word: Some(Word::Do),
        nth: 4,
        times: 1,
    };
    world.script(trigger, Fault::Lie);
    conformance(fixture(&world));
}

#[test]
#[should_panic(expected = "undo brings back what was there")]
fn an_undo_that_is_not_one_is_found_out() {
    let mut fixture = fixture(&rig::world());
    fixture.samples[0].undo = SampleUndo::By(Action::SetSysctl {
        key: "a".to_owned(),
        value: "b".to_owned(),
    });
    conformance(fixture);
}

#[test]
#[should_panic(expected = "somebody else: should have been refused")]
fn a_driver_that_takes_anybody_is_found_out() {
    let world = rig::world();
    let mut fixture = fixture(&world);
    fixture.strangers[0].driver = Box::new(world.driver(rig::tag(), "web"));
    conformance(fixture);
}

#[test]
#[should_panic(expected = "with its source hidden")]
fn an_absence_that_nobody_could_see_is_found_out() {
    let world = rig::world();
    let mut fixture = fixture(&world);
    fixture.console = Box::new(Meddler {
        world,
        before: BTreeMap::new(),
        overlooked: true,
    });
    conformance(fixture);
}
