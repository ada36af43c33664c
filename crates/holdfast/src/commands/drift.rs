//! `drift`: declared and accepted against observed.

mod accept;

use crate::cli::{DriftArgs, DriftVerb, LookArgs};
use crate::exit::Exit;
use crate::interfaces::Chosen;
use crate::output::{Paint, drift as output};
use crate::world::World;
use crate::{in_twin, unrecorded};
use anyhow::Result;
use model::compose::Projects;
use model::fact::{FactKind, Facts};
use model::realm::RealmTag;
use plan::{Difference, How};
use std::collections::BTreeMap;

/// What one look says.
pub(crate) struct Drift {
    /// What counts.
    pub(crate) differences: Vec<Difference>,
    /// What a waiver accepts, with the day until which it does.
    pub(crate) waived: Vec<(Difference, String)>,
    /// Kinds that there is no starting point of, by host.
    pub(crate) without: BTreeMap<String, Vec<FactKind>>,
    /// Containers of a twin whose image stands in for the declared one.
    pub(crate) stand_ins: usize,
}

/// Shows differences, or accepts them.
pub(crate) fn drift<R: RealmTag>(
    tag: R,
    args: &DriftArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    match &args.what {
        Some(DriftVerb::Accept(args)) => accept::accept(tag, args, json, paint),
        None => show(tag, &args.look, json, paint),
    }
}

fn show<R: RealmTag>(tag: R, args: &LookArgs, json: bool, paint: Paint) -> Result<Exit> {
    let mut world = World::open(tag, &args.at.world.lab)?;
    world.patience = args.timeout;
    let chosen = Chosen::of(args.at.host.as_deref(), args.cluster.as_deref());
    let facts = look(&world, chosen)?;
    let here = world.present(&facts);
    unrecorded::mention(&world, here.targets.keys())?;
    let projects = world.tree.read_stacks();
    let mut drift = of(&world, &facts, Some(&projects))?;
    let is_all = matches!(chosen, Chosen::All);
    if is_all {
        let unseen = world.with_context(&facts, plan::unlooked::stacks)?;
        drift.differences.extend(unseen);
        let unasked = world.with_context(&facts, plan::traefik::unlooked)?;
        drift.differences.extend(unasked);
    }
    if json {
        outln!("{}", serde_json::to_string_pretty(&drift.differences)?);
    }
    // What no twin can show is counted and does not count as drift.
    let apart = world.apart(&drift.differences);
    drift.differences = apart.found;
    if !json {
        let text = output::text(&drift.differences, &here, args.unknown, paint);
        out!("{text}{}", world.beyond(&facts, paint));
        if is_all {
            let shut = plan::unlooked::guests(&world.tree.lab);
            out!("{}", output::shut(&shut, paint));
        }
        out!("{}", in_twin::counted(apart.beyond, drift.stand_ins, paint));
        out!("{}", output::waived(&drift.waived, paint));
        out!("{}", output::without(&drift.without, &world.hints, paint));
    }
    Ok(exit(&drift, &here))
}

/// Looks at all that can differ.
pub(crate) fn look<R: RealmTag>(world: &World<R>, chosen: Chosen<'_>) -> Result<Facts> {
    let (facts, _) = world.look_around(chosen, |only| {
        let shallow = world.shallow(only)?;
        world.with_news(only, shallow)
    })?;
    Ok(facts)
}

/// Everything that differs, with what is accepted apart; containers only where the projects are given.
pub(crate) fn of<R: RealmTag>(
    world: &World<R>,
    facts: &Facts,
    projects: Option<&Projects>,
) -> Result<Drift> {
    let accepted = world.store.accepted()?;
    let today = jiff::Zoned::now().date();
    world.with_context(facts, |ctx| {
        let backups = super::apply::backups(ctx);
        let news = plan::news::news(ctx, &accepted);
        let stacks = projects.map(|p| plan::stacks::drift(ctx, p));
        let stacks = stacks.unwrap_or_default();
        let all = [
            plan::news::without_known_gaps(ctx, plan::planner::drift(ctx)),
            news.differences,
            plan::planner::contributed_drift(&backups),
            plan::guests::drift(ctx),
            plan::hardware::drift(ctx),
            plan::storage::drift(ctx),
            plan::ups::drift(ctx),
            plan::device::drift(ctx),
            plan::router::drift(ctx),
            plan::appliance::drift(ctx),
            plan::datastore::drift(ctx),
            plan::kube::drift(ctx),
            plan::wireguard::drift(ctx),
            plan::traefik::drift(ctx),
            plan::tunnels::drift(ctx),
            stacks.differences,
        ];
        let mut drift = Drift {
            differences: Vec::new(),
            waived: Vec::new(),
            without: news.without,
            stand_ins: stacks.stand_ins,
        };
        for difference in all.concat() {
            // What is not known cannot be accepted.
            let waiver = plan::waive::waiver(ctx.lab, &difference, today);
            match waiver.filter(|_| difference.how != How::Unknown) {
                Some(waiver) => {
                    let until = waiver.expires.as_ref();
                    let until = until.map_or_else(String::new, |e| e.value.to_string());
                    drift.waived.push((difference, until));
                }
                None => drift.differences.push(difference),
            }
        }
        drift
    })
}

fn exit(drift: &Drift, facts: &Facts) -> Exit {
    let known = drift.differences.iter().any(|d| d.how != How::Unknown);
    let silent = facts.targets.values().any(|f| f.identity.is_none());
    if known {
        Exit::Findings
    } else if silent || !drift.differences.is_empty() {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    }
}
