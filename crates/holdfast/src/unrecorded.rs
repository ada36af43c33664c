//! Runs that a crash left without their record or without their end.

use crate::exit::Stop;
use crate::running;
use crate::world::World;
use anyhow::Result;
use engine::report::{Ending, RunReport, StepReport};
use engine::settle::{Situation, settle};
use model::evidence::Body;
use model::id::{ObjectRef, RunId};
use model::plan::{Plan, Purpose};
use model::realm::RealmTag;
use std::collections::BTreeSet;

/// Writes down what belongs to runs that ended while this program could not: whose things they made, and that they were.
pub(crate) fn catch_up<R: RealmTag>(world: &World<R>) -> Result<()> {
    let records = world.store.records()?;
    let known: BTreeSet<&RunId> = records.iter().filter_map(|r| recorded(&r.body)).collect();
    for run in world.store.runs()? {
        if known.contains(&run) {
            continue;
        }
        let Ok(situation) = settle(&world.store.load_run(&run)?.entries) else {
            continue;
        };
        if let Some(report) = report(&situation) {
            running::record(world, &situation.plan, &report)?;
        }
    }
    Ok(())
}

fn recorded(body: &Body) -> Option<&RunId> {
    match body {
        Body::Run { run, .. } => Some(run),
        _ => None,
    }
}

/// What the engine told of a run that came to its end, by its journal.
fn report(situation: &Situation) -> Option<RunReport> {
    let finished = situation.finished?;
    let steps = situation.plan.steps.iter().filter_map(|step| {
        let state = situation.steps.get(&step.id)?;
        Some(StepReport {
            step: step.id.clone(),
            outcome: state.ended.clone()?,
            output: state.done.clone(),
            begun: state.begun,
        })
    });
    Some(RunReport {
        run: situation.run.clone(),
        ending: Ending::Finished(finished),
        steps: steps.collect(),
        remains: Vec::new(),
        notes: Vec::new(),
    })
}

/// A run that has not come to its end, and a host that it acts on.
struct HalfDone {
    run: RunId,
    target: ObjectRef,
}

/// Refuses to change hosts on which a run stands half done: what it left would pass for what somebody else made.
///
/// # Errors
/// A refusal that names the run and the two ways to settle it.
pub(crate) fn settled_first<R: RealmTag>(world: &World<R>, plan: &Plan) -> Result<()> {
    if !matches!(plan.purpose, Purpose::Apply | Purpose::Undo(_)) {
        return Ok(());
    }
    let targets = targets(plan);
    let Some(HalfDone { run, target }) = half_done(world, &targets)?.into_iter().next() else {
        return Ok(());
    };
    Err(Stop::refused(format!(
        "run {run} was interrupted and stands half done on {target}"
    ))
    .help(settle_by(world, &run))
    .into())
}

/// The same before anybody is asked for consent. A run that another process is at is said to be that.
pub(crate) fn settled_before_asking<R: RealmTag>(world: &World<R>, plan: &Plan) -> Result<()> {
    match settled_first(world, plan) {
        Ok(()) => Ok(()),
        Err(interrupted) => {
            let _nobody_else = world.store.lease()?;
            Err(interrupted)
        }
    }
}

/// Mentions runs that stand half done on hosts that are looked at: what is seen there is in between.
pub(crate) fn mention<'a, R: RealmTag>(
    world: &World<R>,
    hosts: impl IntoIterator<Item = &'a String>,
) -> Result<()> {
    let hosts: Vec<ObjectRef> = hosts
        .into_iter()
        .map(|h| world.tree.lab.machine_ref(h))
        .collect();
    for HalfDone { run, target } in half_done(world, &hosts.iter().collect())? {
        match world.store.lease() {
            Ok(_) => errln!(
                "note: run {run} was interrupted and stands half done on {target}; {}",
                settle_by(world, &run)
            ),
            Err(_) => errln!("note: run {run} is at work on {target}"),
        }
    }
    Ok(())
}

/// The two ways to settle a run, each in a line of its own.
pub(crate) fn settle_by<R: RealmTag>(world: &World<R>, run: &RunId) -> String {
    format!(
        "settle it first; the one goes on with it, the other takes it back:\n  {}\n  {}",
        world.hints.resume(run),
        world.hints.unwind(run)
    )
}

/// Runs without an end that act on one of the targets.
fn half_done<R: RealmTag>(
    world: &World<R>,
    targets: &BTreeSet<&ObjectRef>,
) -> Result<Vec<HalfDone>> {
    let mut found = Vec::new();
    for run in world.store.open_runs()? {
        let Ok(open) = settle(&world.store.load_run(&run)?.entries) else {
            errln!(
                "note: the journal of run {run} cannot be read; look at it with `{}`",
                world.hints.command(&format!("runs show {run}"))
            );
            continue;
        };
        let its = open.plan.steps.iter().map(|s| &s.target);
        let target = its.filter(|t| targets.contains(t)).min().cloned();
        found.extend(target.map(|target| HalfDone { run, target }));
    }
    Ok(found)
}

fn targets(plan: &Plan) -> BTreeSet<&ObjectRef> {
    plan.steps.iter().map(|s| &s.target).collect()
}
