//! Random plans on random worlds with random faults, by seed. Whatever happens, the invariants hold; a failure prints its
//! seed, and `HOLDFAST_SEED=<seed>` runs that one alone. `HOLDFAST_CAMPAIGN` is the number of cases.

use crate::rig::{self, Controller, check_trace, going_on, restorable, world};
use engine::context::OnFailure;
use engine::report::{Ending, Refused, RunReport};
use model::plan::{Plan, Purpose, Step};
use model::run::{RunOutcome, StepOutcome};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use testkit::fake::{Die, FakeWorld, MemoryLog, SplitMix64, State};
use testkit::lab::{self, Planner};

#[expect(
    clippy::disallowed_methods,
    reason = "the size of a campaign is the caller's choice"
)]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn campaign() {
    let seeds: Vec<u64> = match number("HOLDFAST_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("HOLDFAST_CAMPAIGN").unwrap_or(300)).collect(),
    };
    let mut tally: BTreeMap<String, u32> = BTreeMap::new();
    for seed in &seeds {
        let case = catch_unwind(AssertUnwindSafe(|| case(*seed)));
        match case {
            Ok(outcome) => *tally.entry(outcome).or_default() += 1,
            Err(_) => panic!("seed {seed} failed; HOLDFAST_SEED={seed} runs it alone"),
        }
    }
    println!("{tally:?}");
    // A campaign in which everything ends the same way tries nothing.
    if seeds.len() >= 300 {
        for kind in [
            "Succeeded",
            "FailedUndone",
            "FailedChanged",
            "PartlyUnknown",
        ] {
            let times = tally.get(kind).copied().unwrap_or(0);
            assert!(times >= 3, "only {times} runs ended {kind}: {tally:?}");
        }
    }
}

/// The same seed is the same story.
#[test]
fn a_seed_tells_one_story() {
    for seed in 0..20 {
        let first = story(seed).0.trace();
        assert_eq!(first, story(seed).0.trace(), "seed {seed}");
    }
}

/// One step that can be taken back, of whatever kind; `nth` makes it differ from others.
fn any_step(prng: &mut SplitMix64, world: &FakeWorld, nth: usize) -> Step {
    let host = if prng.chance(700) { "web" } else { "db" };
    let p = Planner::new(world, host);
    let name = format!("n{nth}");
    match prng.below(14) {
        0 | 1 => p.file(&format!("/etc/{name}"), &format!("text {nth}")),
        2 | 3 => p.package(&name),
        4 => p.unit("app.service", true),
        5 => p.unit("cron.service", false),
        6 => p.sysctl("vm.swappiness", "10", "60"),
        7 | 8 => p.user(&name),
        9 => p.nft("holdfast", "table inet holdfast { accept 22 }"),
        10 => p.sshd("AllowUsers admin anna\n"),
        11 => p.keys("anna", &[&format!("ssh-ed25519 {name}")], &[]),
        12 => {
            let text = ["drop-all", "drop-new"];
            p.nft("holdfast", prng.pick(&text).copied().unwrap_or_default())
        }
        _ => p.sshd("AllowUsers nobody\n"),
    }
}

fn any_plan(prng: &mut SplitMix64, world: &FakeWorld) -> Plan {
    if prng.chance(150) {
        let at_least = if prng.chance(700) { 5 } else { 11 };
        return rig::drill(Planner::new(world, "db").drill("shop", at_least));
    }
    let mut steps: Vec<Step> = Vec::new();
    for nth in 0..=prng.below(6) {
        let step = any_step(prng, world, usize::try_from(nth).unwrap());
        // What two steps touch belongs to the later plan.
        let clash = |s: &Step| {
            s.target == step.target && s.reads.keys().any(|p| step.reads.contains_key(p))
        };
        if steps.iter().any(clash) {
            continue;
        }
        steps.push(step);
    }
    let before: Vec<_> = steps.iter().map(|s| s.id.clone()).collect();
    for (nth, step) in steps.iter_mut().enumerate() {
        if nth > 0 && prng.chance(400) {
            step.after.extend(prng.pick(&before[..nth]).cloned());
        }
    }
    lab::plan(world.realm(), Purpose::Apply, steps)
}

fn any_death(prng: &mut SplitMix64, from: usize) -> Die {
    let line = from + usize::try_from(prng.below(25)).unwrap();
    match prng.below(3) {
        0 => Die::Before(line),
        1 => Die::After(line),
        _ => Die::Never,
    }
}

struct Told {
    plan: Plan,
    start: BTreeMap<String, State>,
    log: MemoryLog,
    report: Option<RunReport>,
}

/// A world, a plan, faults, deaths and takeovers, until the run has ended.
fn story(seed: u64) -> (FakeWorld, Told) {
    let prng = &mut SplitMix64::new(seed);
    let world = world();
    let start = restorable(&world);
    let plan = any_plan(prng, &world);
    let per_mille = *prng.pick(&[0, 20, 60, 200]).unwrap();
    let budget = u32::try_from(prng.below(8)).unwrap();
    world.unleash(prng.next_u64(), per_mille, budget);
    let mut controller = Controller::default();
    if prng.chance(150) {
        controller.policy.on_failure = OnFailure::Continue;
    }
    let mut log = MemoryLog::new(&world).dying(any_death(prng, 0));
    let mut report = Some(controller.run(&world, &plan, &mut log));
    for attempt in 0..6 {
        let interrupted = |r: &RunReport| !matches!(r.ending, Ending::Finished(_));
        if log.entries().is_empty() || !report.as_ref().is_some_and(interrupted) {
            break;
        }
        world.pass(i64::try_from(prng.below(200)).unwrap());
        let die = if attempt < 3 {
            any_death(prng, log.entries().len())
        } else {
            world.calm();
            Die::Never
        };
        let before = log.entries().to_vec();
        log = going_on(&world, &before).dying(die);
        controller.epoch += 1;
        let taken = if prng.chance(500) {
            controller.resume(&world, &before, &mut log)
        } else {
            controller.unwind(&world, &before, &mut log)
        };
        report = match taken {
            Ok(report) => Some(report),
            Err(Refused::Ended) => None,
            Err(other) => panic!("{other}"),
        };
    }
    let told = Told {
        plan,
        start,
        log,
        report,
    };
    (world, told)
}

fn case(seed: u64) -> String {
    let (world, told) = story(seed);
    check_trace(&world.trace());
    if told.log.entries().is_empty() {
        assert_eq!(told.start, restorable(&world));
        return "nothing".to_owned();
    }
    let situation = engine::settle::settle(told.log.entries()).unwrap();
    let outcome = situation.finished.unwrap();
    let what = format!("{outcome:?} {:#?}", told.report);
    let drill = told.plan.purpose == Purpose::Drill;
    match outcome {
        RunOutcome::Succeeded if drill => assert_eq!(told.start, restorable(&world), "{what}"),
        RunOutcome::Succeeded => {
            for step in &told.plan.steps {
                assert!(rig::truly_holds(&world, step), "{} {what}", step.id);
            }
        }
        RunOutcome::FailedUndone | RunOutcome::Refused => {
            assert_eq!(told.start, restorable(&world), "{what}");
        }
        RunOutcome::FailedChanged => {
            let why = |s: &engine::settle::StepState| {
                s.done.is_some() || s.begun && !matches!(s.ended, Some(StepOutcome::Undone))
            };
            assert!(situation.steps.values().any(why), "{what}");
        }
        RunOutcome::PartlyUnknown => {}
    }
    check_steps(&world, &told, &situation, &what);
    check_way_in(&world, &what);
    format!("{outcome:?}")
}

/// What the journal says of a step is so: done ones hold, and what was undone or never happened left nothing.
fn check_steps(world: &FakeWorld, told: &Told, situation: &engine::settle::Situation, what: &str) {
    let drill = told.plan.purpose == Purpose::Drill;
    for step in &told.plan.steps {
        let ended = situation.steps.get(&step.id).and_then(|s| s.ended.clone());
        let truth = world.truth(&step.target.name, &engine::scope::of_step(step));
        match ended {
            Some(StepOutcome::Done(_)) if !step.post.is_empty() => {
                assert!(rig::truly_holds(world, step), "{} {what}", step.id);
            }
            Some(
                StepOutcome::Undone
                | StepOutcome::FailedClean(_)
                | StepOutcome::Reverted(_)
                | StepOutcome::Refused(_)
                | StepOutcome::Skipped(_),
            )
            | None => {
                let back = engine::decide::restored(step, &truth);
                assert!(drill || back.is_true(), "{} {ended:?} {what}", step.id);
            }
            _ => {}
        }
    }
}

/// An armed revert is always resolved, nobody stays locked out, and what is committed survives a boot.
fn check_way_in(world: &FakeWorld, what: &str) {
    world.calm();
    world.pass(1000);
    assert!(world.armed().is_empty(), "{what}");
    assert!(world.locked_out().is_empty(), "{what}");
    let end = world.state();
    world.reboot("web");
    world.reboot("db");
    assert!(world.locked_out().is_empty(), "{what}");
    assert_eq!(end, world.state(), "{what}");
}
