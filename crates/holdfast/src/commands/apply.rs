//! `apply`, whole: the model of every mutating verb.

use crate::cli::{Consent, MutateArgs};
use crate::consent::approve;
use crate::exit::Exit;
use crate::output::{Paint, plan as plan_output, report as report_output};
use crate::world::World;
use crate::{pins, running};
use anyhow::{Context as _, Result};
use engine::drivers::Drivers;
use jiff::Timestamp;
use model::fact::Facts;
use model::plan::Plan;
use model::realm::RealmTag;
use plan::Context;
use plan::planner::{Contribution, plan};

/// Makes the lab as declared.
pub(crate) fn apply<R: RealmTag>(
    tag: R,
    args: &MutateArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.at.lab)?;
    let mut drivers = world.drivers(args.at.host.as_deref())?;
    pins::compare(&world)?;
    let facts = world.look(&mut drivers, args.at.host.as_deref())?;
    world.only_own(&facts)?;
    let plan = wanted(&world, &facts)?;
    if plan.steps.is_empty() {
        return Ok(nothing_to_do(&plan, json, paint));
    }
    let exit = approved_run(
        &world,
        plan,
        &facts,
        &mut drivers,
        &args.consent,
        json,
        paint,
    )?;
    keep_what_is(&world, &mut drivers, args.at.host.as_deref())
        .context("the run went as shown, but what stands now could not be kept")?;
    Ok(exit)
}

/// Looks once more, records what that shows, and pins the ledger's head.
fn keep_what_is<R: RealmTag>(
    world: &World<R>,
    drivers: &mut Drivers<R>,
    host: Option<&str>,
) -> Result<()> {
    let after = world.observe(drivers, host)?;
    crate::evidence::record_observation(world, &after)?;
    pins::put(world)
}

/// The plan that makes the observed hosts as declared, backups' timers included.
pub(crate) fn wanted<R: RealmTag>(world: &World<R>, facts: &Facts) -> Result<Plan> {
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts,
        owned: &owned,
        now: Timestamp::now(),
    };
    Ok(plan(&ctx, &world.realm(), backups(&ctx)))
}

/// What backups need on the hosts that answered.
pub(crate) fn backups(ctx: &Context<'_>) -> Contribution {
    let mut extra = Contribution::default();
    for (name, ..) in ctx
        .observed_hosts()
        .filter(|(_, _, f)| f.identity.is_some())
    {
        let setup = protect::setup(ctx, name);
        extra.steps.extend(setup.steps);
        extra.blocked.extend(setup.blocked);
    }
    extra
}

/// Checks, shows, gets approval, runs, reports: the second half of every mutating verb.
pub(crate) fn approved_run<R: RealmTag>(
    world: &World<R>,
    plan: Plan,
    facts: &Facts,
    drivers: &mut Drivers<R>,
    consent: &Consent,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    if plan.steps.is_empty() {
        return Ok(nothing_to_do(&plan, json, paint));
    }
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts,
        owned: &owned,
        now: Timestamp::now(),
    };
    world.secrets_at_hand(&plan)?;
    approve(&plan, &ctx, consent, (!json).then_some(paint))?;
    let blocked = plan.blocked.clone();
    let report = running::run(world, plan, drivers, running::policy(consent.revert_after))?;
    if json {
        let mut shown = report_output::json(&report);
        shown["blocked"] = serde_json::json!(blocked);
        println!("{shown:#}");
    } else {
        print!("\n{}", report_output::text(&report, paint));
    }
    let exit = running::exit(&report);
    Ok(if exit == Exit::Ok && !blocked.is_empty() {
        Exit::PartlyUnknown
    } else {
        exit
    })
}

fn nothing_to_do(plan: &Plan, json: bool, paint: Paint) -> Exit {
    if json {
        println!("{:#}", serde_json::json!({"plan": plan, "run": null}));
    } else {
        print!("{}", plan_output::text(plan, paint));
    }
    if plan.blocked.is_empty() {
        Exit::Ok
    } else {
        Exit::PartlyUnknown
    }
}
