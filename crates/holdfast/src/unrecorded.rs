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

/// Refuses to change hosts on which a run stands half done: what it left would pass for what somebody else made.
///
/// # Errors
/// A refusal that names the run and the two ways to settle it.
pub(crate) fn settled_first<R: RealmTag>(world: &World<R>, plan: &Plan) -> Result<()> {
    if !matches!(plan.purpose, Purpose::Apply | Purpose::Undo(_)) {
        return Ok(());
    }
    for run in world.store.open_runs()? {
        let Ok(open) = settle(&world.store.load_run(&run)?.entries) else {
            eprintln!(
                "note: the journal of run {run} cannot be read; look at it with `holdfast runs show {run}`"
            );
            continue;
        };
        let common: BTreeSet<&ObjectRef> = targets(plan)
            .intersection(&targets(&open.plan))
            .copied()
            .collect();
        if let Some(target) = common.first() {
            return Err(Stop::refused(format!("run {run} was interrupted and stands half done on {target}"))
                .help(format!(
                    "settle it first: `holdfast runs resume {run}` goes on with it, `holdfast runs unwind {run}` takes it back"
                ))
                .into());
        }
    }
    Ok(())
}

fn targets(plan: &Plan) -> BTreeSet<&ObjectRef> {
    plan.steps.iter().map(|s| &s.target).collect()
}
