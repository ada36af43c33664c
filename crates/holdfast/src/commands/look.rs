//! The verbs that look and change nothing: `observe`, `drift`, `ports`, `plan`.

use crate::cli::LabArgs;
use crate::exit::Exit;
use crate::output::{Paint, Table, Tone, drift as drift_output, plan as plan_output};
use crate::pins;
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::fact::{Completeness, FactKind, Facts, TargetFacts};
use model::kleene::Reason;
use model::realm::RealmTag;
use plan::{Context, How};
use serde_json::json;

/// Looks at the hosts and records what that says about their promises.
pub(crate) fn observe<R: RealmTag>(
    tag: R,
    args: &LabArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    pins::compare(&world)?;
    let facts = world.observe(&mut drivers, args.host.as_deref())?;
    crate::evidence::record_observation(&world, &facts)?;
    pins::put(&world)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&facts)?);
    } else {
        print!("{}", observed(&facts, args.unknown, paint));
    }
    Ok(if facts.targets.values().any(has_unknown) {
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
        let state = if reached {
            ("answered", Tone::Good)
        } else {
            ("unreachable", Tone::Bad)
        };
        table.row([
            (name.clone(), Some(Tone::Head)),
            (state.0.to_owned(), Some(state.1)),
            (format!("{} facts", target.facts.len()), None),
            (
                format!("{} kinds incomplete", unknown.len()),
                Some(if unknown.is_empty() {
                    Tone::Dim
                } else {
                    Tone::Look
                }),
            ),
            (format!("{} ms", target.took_ms), Some(Tone::Dim)),
        ]);
        for (kind, reason) in unknown.iter().filter(|_| list_unknown) {
            details.push_str(&format!("  {name} {}: {reason}\n", kind.word()));
        }
        for error in &target.errors {
            details.push_str(&format!("  {name}: {error}\n"));
        }
    }
    table.print(paint, 0) + &details
}

/// Declared against observed.
pub(crate) fn drift<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    let facts = world.look(&mut drivers, args.host.as_deref())?;
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts: &facts,
        owned: &owned,
        now: Timestamp::now(),
    };
    let mut differences = plan::planner::drift(&ctx);
    let backups = super::apply::backups(&ctx);
    differences.extend(plan::planner::contributed_drift(&backups));
    if json {
        println!("{}", serde_json::to_string_pretty(&differences)?);
    } else {
        print!("{}", drift_output::text(&differences, args.unknown, paint));
    }
    let known = differences.iter().any(|d| d.how != How::Unknown);
    Ok(match (known, differences.is_empty()) {
        (true, _) => Exit::Findings,
        (false, false) => Exit::PartlyUnknown,
        (false, true) => Exit::Ok,
    })
}

/// Every open port with its justification or the lack of it.
pub(crate) fn ports<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    let facts = world.look(&mut drivers, args.host.as_deref())?;
    let mut rows = Vec::new();
    for (name, host) in world.hosts(args.host.as_deref())? {
        if let Some(observed) = facts.targets.get(name) {
            rows.extend(plan::ports::ports(name, host, observed));
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        print!("{}", ports_text(&rows, paint));
    }
    let any = |state: plan::ports::Justification| rows.iter().any(|r| r.state == state);
    Ok(if any(plan::ports::Justification::None) {
        Exit::Findings
    } else if any(plan::ports::Justification::Unknown) {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    })
}

fn ports_text(rows: &[plan::ports::Port], paint: Paint) -> String {
    use plan::ports::Justification;
    let mut table = Table::default();
    for row in rows {
        let (word, tone) = match row.state {
            Justification::Declared => ("declared", Tone::Good),
            Justification::Local => ("local", Tone::Dim),
            Justification::None => ("unjustified", Tone::Bad),
            Justification::Unknown => ("unknown", Tone::Look),
        };
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
    table.print(paint, 0)
        + &format!(
            "\n{} sockets, {open} without a declared reason\n",
            rows.len()
        )
}

/// What `apply` would do.
pub(crate) fn plan<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let mut drivers = world.drivers(args.host.as_deref())?;
    let facts = world.look(&mut drivers, args.host.as_deref())?;
    let plan = super::apply::wanted(&world, &facts)?;
    if json {
        println!("{:#}", json!({"digest": plan.digest(), "plan": plan}));
    } else {
        print!("{}", plan_output::text(&plan, paint));
    }
    Ok(match (plan.steps.is_empty(), plan.blocked.is_empty()) {
        (true, true) => Exit::Ok,
        (true, false) => Exit::PartlyUnknown,
        (false, _) => Exit::Findings,
    })
}
