//! `backup`, `restore`, `drill`: plans that `protect` renders and the engine runs.

use super::apply::{Manner, approved_run};
use crate::cli::{DataArgs, RestoreArgs};
use crate::consent::{allowed, approve};
use crate::exit::{Exit, Stop};
use crate::output::{Paint, report as report_output, wrap};
use crate::running::{self, keep_what_is};
use crate::world::{WallClock, World};
use crate::{evidence, pins};
use anyhow::Result;
use engine::drivers::Drivers;
use engine::report::RunReport;
use jiff::Timestamp;
use model::evidence::Grade;
use model::fact::{FactPath, Facts, Seen};
use model::id::StepId;
use model::lab::Lab;
use model::plan::{Plan, Purpose, Reading};
use model::realm::{Realm, RealmTag};
use model::run::StepOutcome;
use plan::Context;
use protect::RestoreRequest;
use std::collections::{BTreeMap, BTreeSet};

/// Takes archives now and reads them back.
pub(crate) fn backup<R: RealmTag>(
    tag: R,
    args: &DataArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    world.datasets_exist(&args.datasets)?;
    allowed(&args.consent, &world.realm())?;
    let (mut drivers, facts) = looked(&world)?;
    let datasets: BTreeSet<String> = args.datasets.iter().cloned().collect();
    let left = left_out(&world.tree.lab, &args.datasets, "archived", paint);
    let plan = planned(&world, &facts, |ctx| protect::backup_plan(ctx, &datasets))?;
    let manner = Manner::of(&args.consent, json, paint);
    let exit = approved_run(&world, plan, &facts, &mut drivers, manner)?;
    keep_what_is(&world, &mut drivers, None)?;
    Ok(exit.or_unknown(left))
}

/// Restores a dataset to a new directory.
pub(crate) fn restore<R: RealmTag>(
    tag: R,
    args: &RestoreArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    world.datasets_exist(std::slice::from_ref(&args.dataset))?;
    allowed(&args.consent, &world.realm())?;
    let (mut drivers, facts) = looked(&world)?;
    let request = RestoreRequest {
        dataset: args.dataset.clone(),
        repository: args.repository.clone(),
        archive: args.archive.clone(),
        to: args.to.clone(),
    };
    at_hand(&world, &args.dataset)?;
    let plan = planned(&world, &facts, |ctx| protect::restore_plan(ctx, &request))?;
    only_new(&mut drivers, &plan)?;
    let manner = Manner::of(&args.consent, json, paint);
    let exit = approved_run(&world, plan, &facts, &mut drivers, manner)?;
    pins::put(&world)?;
    Ok(exit)
}

/// A restore never goes where something is already, be it of an earlier restore: that would pass for this one.
fn only_new<R: RealmTag>(drivers: &mut Drivers<R>, plan: &Plan) -> Result<()> {
    let scopes = engine::scope::of_plan(plan);
    let facts = engine::observe::observe_all(drivers, &scopes, &WallClock, scopes.len());
    for step in &plan.steps {
        let Some(there) = facts.targets.get(&step.target.name) else {
            continue;
        };
        let taken = |path: &FactPath, wanted: &Reading| {
            *wanted == Reading::Absent && matches!(there.seen(path), Seen::Present(_))
        };
        if let Some((path, _)) = step.reads.iter().find(|(p, r)| taken(p, r)) {
            let why = format!("{path} exists already on {}", step.target);
            let help = "name a directory that is not there yet";
            return Err(Stop::refused(why).help(help).into());
        }
    }
    Ok(())
}

/// Restores in isolation, asks, measures, tears down; records what that shows.
pub(crate) fn drill<R: RealmTag>(
    tag: R,
    args: &DataArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    world.datasets_exist(&args.datasets)?;
    let mut left = left_out(&world.tree.lab, &args.datasets, "drilled", paint);
    let mut chosen = drilled(&world.tree.lab, &args.datasets)?;
    for dataset in &args.datasets {
        at_hand(&world, dataset)?;
    }
    chosen.retain(|dataset| match at_hand(&world, dataset) {
        Ok(()) => true,
        Err(why) => {
            left = true;
            err!(
                "{}",
                wrap::hanging("not drilled: ", &why.to_string(), paint.width())
            );
            false
        }
    });
    let (mut drivers, facts) = looked(&world)?;
    let mut worst = Exit::Ok;
    let mut reports = Vec::new();
    for dataset in chosen {
        let suffix = Timestamp::now().as_second().to_string();
        let plan = planned(&world, &facts, |ctx| {
            protect::drill_plan(ctx, &dataset, &suffix)
        })?;
        let report = drill_one(
            &world,
            &facts,
            plan,
            &mut drivers,
            args,
            (!json).then_some(paint),
        )?;
        worst = worst.max(running::exit(&report));
        if json {
            reports.push(report_output::json(&report));
        } else {
            let text = report_output::text(&report, &Purpose::Drill, &world.hints, paint);
            out!("\n{text}");
        }
    }
    if json {
        dataln!("{}", serde_json::to_string_pretty(&reports)?);
    }
    pins::put(&world)?;
    Ok(worst.or_unknown(left))
}

/// The datasets to drill: those named, else all that Holdfast archives.
fn drilled(lab: &Lab, named: &[String]) -> Result<Vec<String>> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let ours = protect::archived(lab);
    if ours.is_empty() {
        return Err(Stop::refused(protect::Refused::NothingToBackUp.to_string()).into());
    }
    Ok(ours.into_iter().map(str::to_owned).collect())
}

/// The machine that has a dataset can be acted on here.
fn at_hand<R: RealmTag>(world: &World<R>, dataset: &str) -> Result<()> {
    let lab = &world.tree.lab;
    let seat = lab.datasets.get(dataset).and_then(|d| lab.seat(d));
    match seat.and_then(|seat| Some((seat, world.why_not(seat)?))) {
        Some((seat, why)) => {
            let of = lab.machine_ref(seat);
            Err(Stop::refused(format!("dataset '{dataset}' is on {of}: {why}")).into())
        }
        None => Ok(()),
    }
}

/// Says which datasets of a run over all of them are left out, and why. True if one of them is declared to be archived and
/// cannot be, which nobody may take for done.
fn left_out(lab: &Lab, named: &[String], what: &str, paint: Paint) -> bool {
    if !named.is_empty() {
        return false;
    }
    let others = protect::elsewhere(lab);
    for why in others.values() {
        let line = wrap::hanging(&format!("not {what}: "), &why.to_string(), paint.width());
        err!("{line}");
    }
    let theirs = |why: &protect::Refused| matches!(why, protect::Refused::Foreign { .. });
    others.values().any(|why| !theirs(why))
}

fn drill_one<R: RealmTag>(
    world: &World<R>,
    facts: &Facts,
    plan: Plan,
    drivers: &mut Drivers<R>,
    args: &DataArgs,
    show: Option<Paint>,
) -> Result<RunReport> {
    let owned = world.owned()?;
    let ctx = context(world, facts, &owned);
    approve(&plan, &ctx, &args.consent, show)?;
    let report = running::run(
        world,
        plan.clone(),
        drivers,
        running::policy(args.consent.revert_after, &Purpose::Drill),
        show,
    )?;
    let grade = match world.realm() {
        Realm::Real => Grade::Isolated,
        twin @ Realm::Twin(_) => evidence::grade(&twin),
    };
    evidence::append(
        world,
        protect::drill_evidence(&ctx, &plan, &outcomes(&report), &grade),
    )?;
    Ok(report)
}

/// How each step went before the drill was torn down.
fn outcomes(report: &RunReport) -> BTreeMap<StepId, StepOutcome> {
    let went = report.steps.iter().map(|s| {
        let outcome = match (&s.outcome, &s.output) {
            (StepOutcome::Undone, Some(output)) => StepOutcome::Done(output.clone()),
            (other, _) => other.clone(),
        };
        (s.step.clone(), outcome)
    });
    went.collect()
}

fn looked<R: RealmTag>(world: &World<R>) -> Result<(Drivers<R>, Facts)> {
    let mut drivers = world.drivers(None)?;
    pins::compare(world)?;
    let facts = world.observe(&mut drivers, None)?;
    world.only_own(&facts)?;
    Ok((drivers, facts))
}

fn context<'a, R: RealmTag>(
    world: &'a World<R>,
    facts: &'a Facts,
    owned: &'a plan::Owned,
) -> Context<'a> {
    Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts,
        owned,
        now: Timestamp::now(),
    }
}

/// A plan, or the refusal as the user sees it.
fn planned<R: RealmTag>(
    world: &World<R>,
    facts: &Facts,
    make: impl FnOnce(&Context<'_>) -> Result<Plan, protect::Refused>,
) -> Result<Plan> {
    let owned = world.owned()?;
    make(&context(world, facts, &owned)).map_err(|why| Stop::refused(why.to_string()).into())
}
