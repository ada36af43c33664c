//! The verbs that look and change nothing: `observe` and `plan`; see also `drift` and `ports`.

use crate::cli::{HostArgs, ObserveArgs};
use crate::exit::Exit;
use crate::interfaces::Chosen;
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, drift, plan as plan_output, reasons, wrap};
use crate::world::World;
use crate::{consent, pins, unrecorded};
use anyhow::Result;
use model::fact::{Before, Completeness, FactKind, FactPath, Facts, Seen, TargetFacts};
use model::kleene::Reason;
use model::realm::RealmTag;
use plan::driver::{Maturity, Properties};
use serde_json::json;
use std::collections::BTreeMap;

/// Looks at the hosts and records what that says about their promises.
pub(crate) fn observe<R: RealmTag>(
    tag: R,
    args: &ObserveArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let full = args.full;
    let args = &args.look;
    let mut world = World::open(tag, &args.at.world.lab)?;
    world.patience = args.timeout;
    let projects = world.tree.read_stacks();
    let chosen = Chosen::of(args.at.host.as_deref(), args.cluster.as_deref());
    pins::compare(&world)?;
    let before = match full {
        true => BTreeMap::new(),
        false => world.read_before()?,
    };
    let (facts, drivers) = whole(&world, chosen, &before)?;
    world.keep(&facts)?;
    crate::evidence::record_observation(&world, &facts)?;
    crate::evidence::record_inventory(&world, &facts, &projects)?;
    pins::put(&world)?;
    super::store::follow(&world);
    if json {
        dataln!("{}", serde_json::to_string_pretty(&facts)?);
    } else {
        let here = world.present(&facts);
        out!("{}", observed(&here, args.unknown, paint));
        out!("{}", untried(&drivers, &here, paint));
        out!("{}", world.beyond(&facts, paint));
        if matches!(chosen, Chosen::All) {
            let shut = plan::unlooked::guests(&world.tree.lab);
            out!("{}", drift::shut(&shut, paint));
        }
    }
    let here = world.present(&facts);
    Ok(if here.targets.values().any(has_unknown) {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    })
}

/// It did not answer, or not all of a kind could be seen. A single fact that a machine never tells (a container its hardware) is counted
/// and listed: who needs it says so.
fn has_unknown(facts: &TargetFacts) -> bool {
    let mut kinds = facts.collections.values();
    facts.identity.is_none() || kinds.any(|c| matches!(c, Completeness::No(_)))
}

/// Facts that are unknown, each with its reason.
fn single(facts: &TargetFacts) -> impl Iterator<Item = (&FactPath, &Reason)> {
    facts
        .facts
        .iter()
        .filter_map(|(path, fact)| match &fact.seen {
            Seen::Unknown(why) => Some((path, why)),
            Seen::Present(_) | Seen::Absent => None,
        })
}

/// Looks at everything that is kept of an observation; `before` has what was read then.
pub(crate) fn whole<R: RealmTag>(
    world: &World<R>,
    chosen: Chosen<'_>,
    before: &BTreeMap<String, BTreeMap<FactKind, Before>>,
) -> Result<(Facts, Vec<Properties>)> {
    let owned = world.owned()?;
    world.look_around(chosen, |only| {
        let mut scopes = world.scopes(only, &owned)?;
        for (name, scope) in &mut scopes {
            scope.before = Some(before.get(name).cloned().unwrap_or_default());
            // Only who observes asks apt, which takes a second or two where its lists have changed.
            scope.collections.insert(FactKind::Patch);
            // Disks and certificates are asked only then, too: no plan needs them, and disks take their time to answer.
            scope.collections.extend(FactKind::BESIDE_PLANS);
            scope.collections.insert(FactKind::Timer);
        }
        world.with_ways(only, world.with_news(only, scopes)?)
    })
}

fn observed(facts: &Facts, list_unknown: bool, paint: Paint) -> String {
    let mut table = Table::default();
    let mut details = String::new();
    for (name, target) in &facts.targets {
        let reached = target.identity.is_some();
        let unknown: Vec<(&FactKind, &Reason)> = target
            .collections
            .iter()
            .filter_map(|(k, c)| match c {
                Completeness::No(r) => Some((k, r)),
                Completeness::Yes(_) => None,
            })
            .collect();
        if !reached {
            table.row([
                (name.as_str(), Some(Tone::Head)),
                ("unreachable", Some(Tone::Bad)),
            ]);
            continue;
        }
        table.row([
            (name.clone(), Some(Tone::Head)),
            ("answered".to_owned(), Some(Tone::Good)),
            (count(target.facts.len(), "fact", "facts"), None),
            (
                count(unknown.len(), "kind incomplete", "kinds incomplete"),
                Some(if unknown.is_empty() {
                    Tone::Dim
                } else {
                    Tone::Look
                }),
            ),
            lone(single(target).count()),
            (format!("{} ms", target.took_ms), Some(Tone::Dim)),
            (unchanged(target), Some(Tone::Dim)),
        ]);
        if list_unknown {
            let kinds = unknown.iter().map(|(k, why)| (k.word().to_owned(), *why));
            let facts = single(target).map(|(path, why)| (path.to_string(), why));
            for (of, why) in kinds.chain(facts) {
                let line = format!("{name} {of}: {why}");
                details.push_str(&wrap::hanging("  ", &line, paint.width()));
            }
        }
    }
    table.print(paint, 0) + &details + &errors(facts, paint)
}

fn lone(unknown: usize) -> (String, Option<Tone>) {
    match unknown {
        0 => (String::new(), None),
        some => (
            count(some, "fact unknown", "facts unknown"),
            Some(Tone::Look),
        ),
    }
}

/// Since when the kinds stand that were proven unchanged and not read again.
fn unchanged(target: &TargetFacts) -> String {
    let earlier = target.readings.iter().filter(|(_, r)| r.at < target.at);
    let mut since: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for (kind, reading) in earlier {
        since.entry(reading.at).or_default().push(kind.word());
    }
    let said = since.iter();
    let said = said.map(|(at, kinds)| format!("{} unchanged since {at:.0}", kinds.join(", ")));
    said.collect::<Vec<_>>().join("; ")
}

/// Which drivers were never tried on the real product, where one of them answered.
fn untried(drivers: &[Properties], facts: &Facts, paint: Paint) -> String {
    let answered = |d: &&Properties| {
        let target = facts.targets.get(&d.target.to_string());
        target.is_some_and(|f| f.identity.is_some())
    };
    let how = |maturity: Maturity| match maturity {
        Maturity::Real => None,
        Maturity::Recorded => Some("tested on recorded answers"),
        Maturity::Schema => Some("tested on a simulator made from the published schema"),
    };
    let line = |d: &Properties| {
        let label = format!("  {}: ", d.target);
        let how = how(d.maturity)?;
        let text = format!("driver {}, maturity {}: {how}", d.name, d.maturity.word());
        Some(wrap::hanging(&label, &text, paint.width()))
    };
    drivers.iter().filter(answered).filter_map(line).collect()
}

/// What went wrong: one line for each reason, with all whom it befell.
fn errors(facts: &Facts, paint: Paint) -> String {
    let said = facts.targets.iter().flat_map(|(name, target)| {
        let errors = target.errors.iter();
        errors.map(move |why| (name.as_str(), why.as_str()))
    });
    let line = |(why, names): (&str, Vec<&str>)| match names.as_slice() {
        [name] => wrap::hanging(&format!("  {name}: "), why, paint.width()),
        many => {
            let text = format!("{} machines, {why}: {}", many.len(), many.join(", "));
            wrap::hanging("  ", &text, paint.width())
        }
    };
    reasons::fold(said).into_iter().map(line).collect()
}

/// What `apply` would do.
pub(crate) fn plan<R: RealmTag>(tag: R, args: &HostArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.world.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    let facts = world.look(&mut drivers, args.host.as_deref())?;
    unrecorded::mention(&world, facts.targets.keys())?;
    let plan = super::apply::wanted(&world, &facts)?;
    let needs = world.with_context(&facts, |ctx| consent::needs(&plan, ctx))?;
    if json {
        let shown = json!({"digest": plan.digest(), "plan": plan, "needs": needs});
        dataln!("{shown:#}");
    } else if plan.steps.is_empty() {
        let reported = world.with_context(&facts, |ctx| super::apply::reported(ctx, &plan))?;
        let text = plan_output::nothing_to_do(&plan, reported, &world.hints, paint);
        out!("{text}");
    } else {
        out!("{}", plan_output::text(&plan, paint));
        out!("{}", plan_output::needs(&needs, paint));
    }
    Ok(match (plan.steps.is_empty(), plan.blocked.is_empty()) {
        (true, true) => Exit::Ok,
        (true, false) => Exit::PartlyUnknown,
        (false, _) => Exit::Findings,
    })
}
