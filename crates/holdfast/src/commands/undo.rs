//! `undo`: take back a run, as a new run.

use super::apply::{Manner, approved_run};
use crate::cli::UndoArgs;
use crate::consent::allowed;
use crate::exit::{Exit, Stop};
use crate::output::Paint;
use crate::running::keep_what_is;
use crate::unrecorded;
use crate::world::World;
use anyhow::Result;
use model::fact::{Facts, Scope};
use model::id::RunId;
use model::plan::Purpose;
use model::realm::RealmTag;
use model::run::{Entry, Event, RunOutcome, StepOutcome};
use std::collections::BTreeMap;

/// Takes back a run; refused if something else changed what the run made.
pub(crate) fn undo<R: RealmTag>(tag: R, args: &UndoArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    allowed(&args.consent, &world.realm())?;
    let run = match (&args.run, args.last) {
        (Some(run), _) => RunId(run.clone()),
        (None, true) => newest_change(&world)?,
        (None, false) => return Err(Stop::usage("say which run: undo RUN, or undo --last").into()),
    };
    let entries = world.journal(&run)?;
    if world.store.open_runs()?.contains(&run) {
        let _nobody_is_at_it = world.store.lease()?;
        return Err(Stop::refused(format!("run {run} has not ended"))
            .help(unrecorded::settle_by(&world, &run))
            .into());
    }
    let mut drivers = world.drivers(None)?;
    let facts = touched(&world, &mut drivers, &entries)?;
    world.only_own(&facts)?;
    let plan = engine::undo::undo_plan(&entries, &facts).map_err(|why| {
        Stop::refused(format!("run {run} is not undone: {why}")).help(format!(
            "look at what changed since with `{}`",
            world.hints.command("drift")
        ))
    })?;
    if plan.steps.is_empty() {
        if json {
            dataln!("{:#}", serde_json::json!({"plan": plan, "run": null}));
        } else {
            outln!("Nothing to undo: nothing of what run {run} changed is left.");
        }
        return Ok(Exit::Ok);
    }
    let manner = Manner::of(&args.consent, json, paint);
    let exit = approved_run(&world, plan, &facts, &mut drivers, manner)?;
    keep_what_is(&world, &mut drivers, None)?;
    Ok(exit)
}

/// Looks at every fact that the run's steps rest on or promise.
fn touched<R: RealmTag>(
    world: &World<R>,
    drivers: &mut engine::drivers::Drivers<R>,
    entries: &[Entry],
) -> Result<Facts> {
    let mut scopes: BTreeMap<String, Scope> = world.scopes(None, &world.owned()?)?;
    if let Some(Event::Started { plan, .. }) = entries.first().map(|e| &e.event) {
        for step in &plan.steps {
            let scope = scopes.entry(step.target.name.clone()).or_default();
            *scope = scope.clone().union(engine::scope::of_step(step));
        }
    }
    world.ask(drivers, &scopes)
}

/// The newest run of this realm that changed something and was not itself taken back.
fn newest_change<R: RealmTag>(world: &World<R>) -> Result<RunId> {
    let mut undone = Vec::new();
    for run in world.store.runs()?.into_iter().rev() {
        let entries = world.store.load_run(&run)?.entries;
        let Some(Event::Started { plan, .. }) = entries.first().map(|e| &e.event) else {
            continue;
        };
        if let Purpose::Undo(of) = &plan.purpose {
            undone.push(of.clone());
            continue;
        }
        let kept = matches!(plan.purpose, Purpose::Apply | Purpose::Restore);
        let taken_back = entries.iter().any(|e| {
            matches!(
                e.event,
                Event::Finished {
                    outcome: RunOutcome::FailedUndone | RunOutcome::Refused
                }
            )
        });
        let changed = entries.iter().any(|e| {
            matches!(
                e.event,
                Event::Ended {
                    outcome: StepOutcome::Done(_),
                    ..
                }
            )
        });
        if kept && changed && !taken_back && !undone.contains(&run) {
            return Ok(run);
        }
    }
    Err(Stop::usage("there is no run to undo")
        .help(format!(
            "`{}` shows all of them",
            world.hints.command("runs list")
        ))
        .into())
}
