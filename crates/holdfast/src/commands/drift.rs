//! `drift`: declared and accepted against observed.

mod accept;

use crate::cli::{DriftArgs, DriftVerb, LookArgs};
use crate::exit::Exit;
use crate::interfaces::Chosen;
use crate::output::{Paint, drift as output};
use crate::unrecorded;
use crate::world::World;
use anyhow::Result;
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
    let world = World::open(tag, &args.at.lab)?;
    let chosen = Chosen::of(args.at.host.as_deref(), args.cluster.as_deref());
    let facts = look(&world, chosen)?;
    unrecorded::mention(&world, facts.targets.keys())?;
    let drift = of(&world, &facts)?;
    if json {
        outln!("{}", serde_json::to_string_pretty(&drift.differences)?);
    } else {
        let text = output::text(&drift.differences, &facts, args.at.unknown, paint);
        out!("{text}");
        out!("{}", output::waived(&drift.waived, paint));
        out!("{}", output::without(&drift.without, &world.hints, paint));
    }
    Ok(exit(&drift, &facts))
}

/// Looks at all that can differ.
pub(crate) fn look<R: RealmTag>(world: &World<R>, chosen: Chosen<'_>) -> Result<Facts> {
    let (facts, _) = world.look_around(chosen, |only| {
        let shallow = world.shallow(only)?;
        world.with_news(only, shallow)
    })?;
    Ok(facts)
}

/// Everything that differs, with what is accepted apart.
pub(crate) fn of<R: RealmTag>(world: &World<R>, facts: &Facts) -> Result<Drift> {
    let accepted = world.store.accepted()?;
    let today = jiff::Zoned::now().date();
    world.with_context(facts, |ctx| {
        let backups = super::apply::backups(ctx);
        let news = plan::news::news(ctx, &accepted);
        let all = [
            plan::news::without_known_gaps(ctx, plan::planner::drift(ctx)),
            news.differences,
            plan::planner::contributed_drift(&backups),
            plan::interface::drift(ctx),
        ];
        let mut drift = Drift {
            differences: Vec::new(),
            waived: Vec::new(),
            without: news.without,
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
