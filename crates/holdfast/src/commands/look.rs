//! The verbs that look and change nothing: `observe`, `drift`, `ports`, `plan`.

use crate::cli::{LabArgs, LookArgs};
use crate::exit::Exit;
use crate::interfaces::Chosen;
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, drift as drift_output, plan as plan_output, wrap};
use crate::world::World;
use crate::{consent, in_twin, pins, unrecorded};
use anyhow::Result;
use model::fact::{Completeness, FactKind, Facts, TargetFacts};
use model::kleene::Reason;
use model::realm::RealmTag;
use plan::How;
use plan::driver::{Maturity, Properties};
use plan::ports::{Justification, Port};
use serde_json::json;

/// Looks at the hosts and records what that says about their promises.
pub(crate) fn observe<R: RealmTag>(
    tag: R,
    args: &LookArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.at.lab)?;
    let chosen = Chosen::of(args.at.host.as_deref(), args.cluster.as_deref());
    pins::compare(&world)?;
    let owned = world.owned()?;
    let (facts, drivers) = world.look_around(chosen, |only| world.scopes(only, &owned))?;
    world.keep(&facts)?;
    crate::evidence::record_observation(&world, &facts)?;
    pins::put(&world)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&facts)?);
    } else {
        let here = world.present(&facts);
        print!("{}", observed(&here, args.at.unknown, paint));
        print!("{}", untried(&drivers, &here, paint));
        print!("{}", world.beyond(&facts, paint));
    }
    let here = world.present(&facts);
    Ok(if here.targets.values().any(has_unknown) {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    })
}

fn has_unknown(facts: &TargetFacts) -> bool {
    facts.identity.is_none()
        || facts
            .collections
            .values()
            .any(|c| matches!(c, Completeness::No(_)))
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
            details.push_str(&errors(name, target, paint));
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
            (format!("{} ms", target.took_ms), Some(Tone::Dim)),
        ]);
        for (kind, reason) in unknown.iter().filter(|_| list_unknown) {
            let line = format!("{name} {}: {reason}", kind.word());
            details.push_str(&wrap::hanging("  ", &line, paint.width()));
        }
        details.push_str(&errors(name, target, paint));
    }
    table.print(paint, 0) + &details
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

fn errors(name: &str, target: &TargetFacts, paint: Paint) -> String {
    let label = format!("  {name}: ");
    let line = |error: &String| wrap::hanging(&label, error, paint.width());
    target.errors.iter().map(line).collect()
}

/// Declared against observed.
pub(crate) fn drift<R: RealmTag>(
    tag: R,
    args: &LookArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let mut world = World::open(tag, &args.at.lab)?;
    let projects = world.tree.read_stacks();
    let chosen = Chosen::of(args.at.host.as_deref(), args.cluster.as_deref());
    let (facts, _) = world.look_around(chosen, |only| world.shallow(only))?;
    let here = world.present(&facts);
    unrecorded::mention(&world, here.targets.keys())?;
    let (differences, stand_ins) = world.with_context(&facts, |ctx| {
        let backups = super::apply::backups(ctx);
        let stacks = plan::stacks::drift(ctx, &projects);
        let all = [
            plan::planner::drift(ctx),
            plan::planner::contributed_drift(&backups),
            plan::interface::drift(ctx),
            stacks.differences,
        ];
        (all.concat(), stacks.stand_ins)
    })?;
    let apart = world.apart(&differences);
    if json {
        println!("{}", serde_json::to_string_pretty(&differences)?);
    } else {
        let text = drift_output::text(&apart.found, &here, args.at.unknown, paint);
        print!("{text}{}", world.beyond(&facts, paint));
        print!("{}", in_twin::counted(apart.beyond, stand_ins, paint));
    }
    let known = apart.found.iter().any(|d| d.how != How::Unknown);
    let silent = here.targets.values().any(|f| f.identity.is_none());
    Ok(if known {
        Exit::Findings
    } else if silent || !apart.found.is_empty() {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    })
}

/// Every open port with its justification or the lack of it.
pub(crate) fn ports<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    let facts = world.look(&mut drivers, args.host.as_deref())?;
    let mut rows: Vec<Port> = Vec::new();
    for (name, host) in world.hosts(args.host.as_deref())? {
        if let Some(observed) = facts.targets.get(name) {
            rows.extend(plan::ports::ports(name, host, observed));
        }
    }
    let states: Vec<Justification> = rows.iter().map(|r| r.state).collect();
    let any = |state: Justification| states.contains(&state);
    if json {
        println!("{:#}", ports_json(&rows));
    } else {
        print!("{}", drift_output::silent(&facts, paint));
        let answered = |host: &str| {
            facts
                .targets
                .get(host)
                .is_some_and(|f| f.identity.is_some())
        };
        let (rows, silent): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| answered(&r.host));
        print!("{}", ports_text(&rows, !silent.is_empty(), paint));
    }
    Ok(if any(Justification::None) {
        Exit::Findings
    } else if any(Justification::Unknown) {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    })
}

/// The word for whether somebody answers for a socket, the same in every form.
fn answered_for(state: Justification) -> (&'static str, Tone) {
    match state {
        Justification::Declared => ("declared", Tone::Good),
        Justification::Local => ("local", Tone::Dim),
        Justification::None => ("unjustified", Tone::Bad),
        Justification::Unknown => ("unknown", Tone::Look),
    }
}

fn ports_json(rows: &[Port]) -> serde_json::Value {
    let row = |r: &Port| {
        json!({
            "host": r.host,
            "socket": r.socket,
            "process": r.process,
            "state": answered_for(r.state).0,
            "reason": r.reason,
        })
    };
    rows.iter().map(row).collect()
}

fn ports_text(rows: &[Port], more_unknown: bool, paint: Paint) -> String {
    let mut table = Table::default();
    if !rows.is_empty() {
        table = Table::headed(&["HOST", "STATE", "SOCKET", "PROCESS", "REASON"]);
    }
    for row in rows {
        let (word, tone) = answered_for(row.state);
        table.row([
            (row.host.clone(), Some(Tone::Head)),
            (word.to_owned(), Some(tone)),
            (row.socket.clone(), None),
            (row.process.clone(), None),
            (row.reason.clone(), None),
        ]);
    }
    let open = rows
        .iter()
        .filter(|r| r.state == Justification::None)
        .count();
    let unknown = |r: &Port| r.state == Justification::Unknown;
    let known = rows.iter().filter(|r| !unknown(r)).count();
    let sockets = count(known, "socket", "sockets");
    let table = table.print(paint, 0);
    if more_unknown || rows.iter().any(unknown) {
        format!("{table}\n{sockets} known, {open} without a declared reason; not all is known\n")
    } else {
        format!("{table}\n{sockets}, {open} without a declared reason\n")
    }
}

/// What `apply` would do.
pub(crate) fn plan<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    let facts = world.look(&mut drivers, args.host.as_deref())?;
    unrecorded::mention(&world, facts.targets.keys())?;
    let plan = super::apply::wanted(&world, &facts)?;
    let needs = world.with_context(&facts, |ctx| consent::needs(&plan, ctx))?;
    if json {
        let shown = json!({"digest": plan.digest(), "plan": plan, "needs": needs});
        println!("{shown:#}");
    } else if plan.steps.is_empty() {
        let reported = world.with_context(&facts, |ctx| super::apply::reported(ctx, &plan))?;
        let text = plan_output::nothing_to_do(&plan, reported, &world.hints, paint);
        print!("{text}");
    } else {
        print!("{}", plan_output::text(&plan, paint));
        print!("{}", plan_output::needs(&needs, paint));
    }
    Ok(match (plan.steps.is_empty(), plan.blocked.is_empty()) {
        (true, true) => Exit::Ok,
        (true, false) => Exit::PartlyUnknown,
        (false, _) => Exit::Findings,
    })
}
