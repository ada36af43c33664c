//! `apply`, whole: the model of every mutating verb.

use crate::cli::{ApplyArgs, Consent};
use crate::consent::{allowed, approve};
use crate::exit::Exit;
use crate::output::{Paint, plan as plan_output, report as report_output};
use crate::running::{self, keep_what_is};
use crate::world::World;
use crate::{pins, unrecorded};
use anyhow::Result;
use engine::drivers::Drivers;
use model::fact::{FactKind, FactPath, Facts, Seen};
use model::plan::{Action, Plan, Purpose};
use model::realm::RealmTag;
use plan::planner::{Contribution, plan};
use plan::{Context, How};
use std::collections::BTreeSet;

/// Makes the lab as declared.
pub(crate) fn apply<R: RealmTag>(
    tag: R,
    args: &ApplyArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.at.world.lab)?;
    allowed(&args.consent, &world.realm())?;
    let mut drivers = world.drivers(args.at.host.as_deref())?;
    pins::compare(&world)?;
    let facts = world.look(&mut drivers, args.at.host.as_deref())?;
    world.only_own(&facts)?;
    let plan = wanted(&world, &facts)?;
    if plan.steps.is_empty() {
        unrecorded::mention(&world, facts.targets.keys())?;
        return nothing_to_do(&world, &plan, &facts, json, paint);
    }
    let installing = installing(&plan);
    let manner = Manner::of(&args.consent, json, paint);
    let exit = approved_run(&world, plan, &facts, &mut drivers, manner)?;
    let after = keep_what_is(&world, &mut drivers, args.at.host.as_deref())?;
    if exit == Exit::Ok {
        came_along(&world, &installing, (&facts, &after))?;
    }
    Ok(exit)
}

/// The hosts on which a plan installs packages.
fn installing(plan: &Plan) -> BTreeSet<String> {
    let steps = plan.steps.iter();
    let installs = steps.filter(|s| matches!(s.action, Action::InstallPackage { .. }));
    installs.map(|s| s.target.name.clone()).collect()
}

/// Packages that came along with those of a run are no news.
fn came_along<R: RealmTag>(
    world: &World<R>,
    hosts: &BTreeSet<String>,
    (before, after): (&Facts, &Facts),
) -> Result<()> {
    world.store.change_accepted(|accepted| {
        for host in hosts {
            let looks = (before.targets.get(host), after.targets.get(host));
            let (Some(before), Some(after)) = looks else {
                continue;
            };
            let of_host = accepted.entry(host.clone()).or_default();
            for (name, _) in after.items(FactKind::Package) {
                let path = FactPath::new(FactKind::Package, name);
                if before.seen(&path) == Seen::Absent {
                    model::accepted::accept(of_host, &path, &after.seen(&path), after.at);
                }
            }
        }
    })?;
    Ok(())
}

/// The plan that makes the observed hosts as declared, backups' timers included.
pub(crate) fn wanted<R: RealmTag>(world: &World<R>, facts: &Facts) -> Result<Plan> {
    world.with_context(facts, |ctx| plan(ctx, &world.realm(), backups(ctx)))
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

/// What was agreed to, and how it is told.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    consent: &'a Consent,
    json: bool,
    paint: Paint,
}

impl<'a> Manner<'a> {
    pub(crate) fn of(consent: &'a Consent, json: bool, paint: Paint) -> Self {
        Self {
            consent,
            json,
            paint,
        }
    }
}

/// Checks, shows, gets approval, runs, reports: the second half of every mutating verb.
pub(crate) fn approved_run<R: RealmTag>(
    world: &World<R>,
    plan: Plan,
    facts: &Facts,
    drivers: &mut Drivers<R>,
    Manner {
        consent,
        json,
        paint,
    }: Manner<'_>,
) -> Result<Exit> {
    if plan.steps.is_empty() {
        return nothing_to_do(world, &plan, facts, json, paint);
    }
    unrecorded::settled_before_asking(world, &plan)?;
    world.secrets_at_hand(&plan)?;
    let show = (!json).then_some(paint);
    world.with_context(facts, |ctx| approve(&plan, ctx, consent, show))??;
    let (blocked, purpose) = (plan.blocked.clone(), plan.purpose.clone());
    let policy = running::policy(consent.revert_after, &purpose);
    let report = running::run(world, plan, drivers, policy, show)?;
    if json {
        let mut shown = report_output::json(&report);
        shown["blocked"] = serde_json::json!(blocked);
        dataln!("{shown:#}");
    } else {
        let text = report_output::text(&report, &purpose, &world.hints, paint);
        out!("\n{text}");
    }
    let exit = running::exit(&report);
    Ok(if exit == Exit::Ok && !blocked.is_empty() {
        Exit::PartlyUnknown
    } else {
        exit
    })
}

/// Differences that no step mends: a person decides about them.
pub(crate) fn reported(ctx: &Context<'_>, plan: &Plan) -> usize {
    let known = plan::planner::drift(ctx);
    let known = known.iter().filter(|d| d.how != How::Unknown);
    if plan.steps.is_empty() {
        known.count()
    } else {
        0
    }
}

fn nothing_to_do<R: RealmTag>(
    world: &World<R>,
    plan: &Plan,
    facts: &Facts,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    if json {
        dataln!("{:#}", serde_json::json!({"plan": plan, "run": null}));
    } else {
        let reported = match plan.purpose {
            Purpose::Apply => world.with_context(facts, |ctx| reported(ctx, plan))?,
            _ => 0,
        };
        let text = plan_output::nothing_to_do(plan, reported, &world.hints, paint);
        out!("{text}");
    }
    Ok(if plan.blocked.is_empty() {
        Exit::Ok
    } else {
        Exit::PartlyUnknown
    })
}
