//! A controller on a fake world: run, resume, unwind, and the invariants that hold whatever happened.

use engine::context::{Policy, RunContext};
use engine::drivers::Drivers;
use engine::report::{Refused, RunReport};
use engine::run::{Approval, run};
use engine::takeover;
use model::id::{ControllerId, RunId, StepId};
use model::plan::{ConfirmPolicy, Plan, Purpose, Step};
use model::realm::{InRealm, Realm, RealmTag, Twin};
use model::run::{Entry, Event, StepOutcome};
use model::units::Seconds;
use std::collections::BTreeMap;
use testkit::fake::{Die, FakeWorld, MemoryLog, State, Trace, Word};
use testkit::lab;

pub(crate) fn tag() -> Twin {
    Twin::new("fake")
}

pub(crate) fn world() -> FakeWorld {
    FakeWorld::new(tag().realm()).host("web").host("db")
}

pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    lab::plan(&tag().realm(), Purpose::Apply, steps)
}

pub(crate) fn drill(steps: Vec<Step>) -> Plan {
    lab::plan(&tag().realm(), Purpose::Drill, steps)
}

/// One controller installation.
#[derive(Debug, Clone)]
pub(crate) struct Controller {
    pub(crate) name: &'static str,
    pub(crate) epoch: u64,
    pub(crate) run: &'static str,
    pub(crate) policy: Policy,
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            name: "laptop",
            epoch: 1,
            run: "run-1",
            policy: Policy {
                lease: Seconds(600),
                attempts: 5,
                pause: Seconds(10),
                confirm: ConfirmPolicy {
                    revert_after: Seconds(60),
                    test_timeout: Seconds(10),
                },
                margin: Seconds(60),
                ..Policy::default()
            },
        }
    }
}

impl Controller {
    fn with<T>(&self, world: &FakeWorld, tell: impl FnOnce(RunContext<'_>) -> T) -> T {
        self.with_waiting(world, &mut world.waiting(), tell)
    }

    fn with_waiting<T>(
        &self,
        world: &FakeWorld,
        wait: &mut dyn FnMut(Seconds),
        tell: impl FnOnce(RunContext<'_>) -> T,
    ) -> T {
        let mut count = 0;
        let mut nonce = || {
            count += 1;
            format!("nonce-{}-{count}", self.epoch)
        };
        tell(RunContext {
            run: RunId(self.run.to_owned()),
            controller: ControllerId(self.name.to_owned()),
            epoch: self.epoch,
            clock: world,
            wait,
            nonce: &mut nonce,
            policy: self.policy.clone(),
        })
    }

    pub(crate) fn run(&self, world: &FakeWorld, plan: &Plan, log: &mut MemoryLog) -> RunReport {
        let approval = Approval {
            digest: plan.digest(),
        };
        let bound = InRealm::bind(tag(), plan.clone()).unwrap();
        self.with(world, |ctx| {
            run(bound, approval, &mut world.drivers(tag()), log, ctx)
        })
    }

    /// Runs with these drivers, which may know the world from another time.
    pub(crate) fn run_with(
        &self,
        world: &FakeWorld,
        plan: &Plan,
        drivers: &mut Drivers<Twin>,
    ) -> RunReport {
        let approval = Approval {
            digest: plan.digest(),
        };
        let bound = InRealm::bind(tag(), plan.clone()).unwrap();
        let mut log = MemoryLog::new(world);
        self.with(world, |ctx| run(bound, approval, drivers, &mut log, ctx))
    }

    /// Runs while something else happens at every pause.
    pub(crate) fn run_waiting(
        &self,
        world: &FakeWorld,
        plan: &Plan,
        log: &mut MemoryLog,
        meanwhile: &mut dyn FnMut(),
    ) -> RunReport {
        let approval = Approval {
            digest: plan.digest(),
        };
        let bound = InRealm::bind(tag(), plan.clone()).unwrap();
        let mut waiting = world.waiting();
        let mut wait = |s: Seconds| {
            waiting(s);
            meanwhile();
        };
        self.with_waiting(world, &mut wait, |ctx| {
            run(bound, approval, &mut world.drivers(tag()), log, ctx)
        })
    }

    pub(crate) fn resume(
        &self,
        world: &FakeWorld,
        entries: &[Entry],
        log: &mut MemoryLog,
    ) -> Result<RunReport, Refused> {
        self.with(world, |ctx| {
            takeover::resume(entries, &mut world.drivers(tag()), log, ctx)
        })
    }

    pub(crate) fn unwind(
        &self,
        world: &FakeWorld,
        entries: &[Entry],
        log: &mut MemoryLog,
    ) -> Result<RunReport, Refused> {
        self.with(world, |ctx| {
            takeover::unwind(entries, &mut world.drivers(tag()), log, ctx)
        })
    }
}

/// Runs a plan on a world with nothing special about controller and journal.
pub(crate) fn just_run(world: &FakeWorld, plan: &Plan) -> (RunReport, MemoryLog) {
    let mut log = MemoryLog::new(world);
    let report = Controller::default().run(world, plan, &mut log);
    (report, log)
}

/// A journal that goes on after these lines.
pub(crate) fn going_on(world: &FakeWorld, entries: &[Entry]) -> MemoryLog {
    MemoryLog::new(world).holding(entries)
}

pub(crate) fn outcome<'a>(report: &'a RunReport, step: &Step) -> &'a StepOutcome {
    &report.step(&step.id).unwrap().outcome
}

/// The word for how a step ended.
pub(crate) fn ended(report: &RunReport, step: &Step) -> &'static str {
    outcome(report, step).word()
}

/// The state of the world without what compensation is known to leave.
pub(crate) fn restorable(world: &FakeWorld) -> BTreeMap<String, State> {
    let mut all = world.state();
    for state in all.values_mut() {
        let home = |k: &str| k.starts_with("/home/");
        state.live.retain(|p, _| !home(&p.key));
    }
    all
}

/// Whether what a step promises truly holds.
pub(crate) fn truly_holds(world: &FakeWorld, step: &Step) -> bool {
    let truth = world.truth(&step.target.name, &engine::scope::of_step(step));
    engine::decide::post(step, &truth).is_true()
}

/// What must hold of every trace: no effect of a step before it was announced; never two effects for one announcement, save
/// the phases of commit-confirm; every announcement after a look; and nothing but leases before the run was journaled.
pub(crate) fn check_trace(trace: &[Trace]) {
    let mut announced: BTreeMap<StepId, Vec<Word>> = BTreeMap::new();
    let mut looked: BTreeMap<String, bool> = BTreeMap::new();
    let mut started = false;
    for (nth, event) in trace.iter().enumerate() {
        let at = || format!("at {nth} of {trace:#?}");
        match event {
            Trace::Journal(Event::Started { .. }) => started = true,
            Trace::Journal(Event::Intent { step }) => {
                let host = step.0.split('/').next().unwrap().to_owned();
                assert!(
                    looked.insert(host, false).unwrap_or_default(),
                    "announced without a look since the last effect, {}",
                    at()
                );
                announced.insert(step.clone(), Vec::new());
            }
            Trace::Journal(Event::Ended { step, .. }) => {
                announced.remove(step);
            }
            Trace::Journal(_) | Trace::Fired(_) => {}
            Trace::Observed(host) => {
                looked.insert(host.clone(), true);
            }
            Trace::Changed { step, word, .. } => {
                // The way back of a step is announced under the step's own name.
                let name = step.0.trim_end_matches("~back");
                let step = &StepId(name.to_owned());
                assert!(started, "changed before the run was journaled, {}", at());
                let seen = announced.get_mut(step);
                let seen = seen.unwrap_or_else(|| panic!("changed before announced, {}", at()));
                let again = seen.contains(word) && *word != Word::Revert;
                assert!(!again, "changed twice for one announcement, {}", at());
                seen.push(*word);
            }
        }
    }
}

/// Every line at which a controller can die, before and after it is durable, for a journal of so many lines.
pub(crate) fn deaths(lines: usize) -> impl Iterator<Item = Die> {
    (0..lines).flat_map(|n| [Die::Before(n), Die::After(n)])
}

/// Ordinary steps of all kinds, on two hosts, that rest on each other.
pub(crate) fn ordinary(world: &FakeWorld) -> Vec<Step> {
    let web = lab::Planner::new(world, "web");
    let db = lab::Planner::new(world, "db");
    let mut steps = lab::chained(vec![
        web.user("anna"),
        web.file("/etc/motd", "hello"),
        web.package("nginx"),
        web.unit("app.service", true),
    ]);
    steps.push(db.sysctl("vm.swappiness", "10", "60"));
    steps.push(web.unit("cron.service", true));
    steps
}

/// The same with changes of ways in among them.
pub(crate) fn with_access(world: &FakeWorld) -> Vec<Step> {
    let web = lab::Planner::new(world, "web");
    let mut steps = lab::chained(vec![
        web.user("anna"),
        web.keys("anna", &["ssh-ed25519 anna"], &[]),
        web.sshd("AllowUsers admin anna\nPasswordAuthentication no\n"),
        web.nft("holdfast", "table inet holdfast { accept 22 }"),
    ]);
    steps.push(web.file("/etc/motd", "hello"));
    steps
}

/// What a target knows the way back of a step by.
pub(crate) fn back(step: &StepId) -> StepId {
    StepId(format!("{step}~back"))
}

/// Another twin, by name.
pub(crate) fn other_twin() -> Realm {
    Realm::Twin("other".to_owned())
}
