//! `prove`: the scoreboard.

use crate::cli::LabArgs;
use crate::exit::Exit;
use crate::output::words::count;
use crate::output::{Paint, scoreboard, wrap};
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::compose::Projects;
use model::fact::{FORMAT, Facts};
use model::lab::{DataClass, Lab, Tier};
use model::promise::{State, Verdict};
use model::realm::RealmTag;
use plan::Context;
use plan::prove::{Proving, prove as verdicts};
use std::collections::BTreeMap;

/// States every promise; looks at nothing but what is recorded.
pub(crate) fn prove<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let mut world = World::open(tag, &args.lab)?;
    let projects = world.tree.read_stacks();
    let now = Timestamp::now();
    let mut all = state(&world, &projects, now)?;
    let silent = without_promise(&world.tree.lab);
    let said = said(&silent);
    if json {
        for verdict in &mut all {
            verdict.promise.prove_with = world.hints.whole(&verdict.promise.prove_with);
        }
        dataln!("{}", serde_json::to_string_pretty(&all)?);
        if !silent.is_empty() {
            errln!("left out: {said}");
        }
    } else {
        out!("{}", scoreboard::text(&all, now, &world.hints, paint));
        if !silent.is_empty() {
            out!("{}", wrap::hanging("left out: ", &said, paint.width()));
        }
    }
    Ok(match exit(&all) {
        Exit::Ok if !silent.is_empty() => Exit::PartlyUnknown,
        exit => exit,
    })
}

/// Data that has objectives and no promise: only datasets are backed up and drilled so far.
fn without_promise(lab: &Lab) -> Vec<String> {
    let bodies = graph::bodies::all(lab);
    let open = bodies.iter().filter(|b| {
        let wanted = |(_, tier): &(&str, &Tier)| !tier.rto.is_empty() || !tier.rpo.is_empty();
        !b.is_dataset() && b.class != Some(DataClass::Scratch) && b.tiers.iter().any(wanted)
    });
    open.map(|b| b.what.clone()).collect()
}

/// What is left out, and how it would be taken in.
fn said(silent: &[String]) -> String {
    format!(
        "{} with objectives and without a promise, since only datasets are backed up and drilled: {}. To have it proven, declare it under 'datasets'.",
        count(silent.len(), "body of data", "bodies of data"),
        silent.join(", ")
    )
}

/// All promises with their states.
fn state<R: RealmTag>(
    world: &World<R>,
    projects: &Projects,
    now: Timestamp,
) -> Result<Vec<Verdict>> {
    let facts = Facts {
        format: FORMAT,
        realm: world.realm(),
        targets: world
            .store
            .latest_answers(world.tree.lab.machines().map(|(name, _)| name))?,
    };
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts: &facts,
        owned: &owned,
        now,
    };
    let mut promises = plan::promises::of_hosts(&ctx, Some(projects));
    promises.extend(protect::promises(&ctx));
    let records = world.store.history()?;
    protect::hold_against_drills(&mut promises, &records, &world.realm());
    let waived = waivers(world, now);
    let with = Proving {
        records: &records,
        realm: &world.realm(),
        now,
        clock: world.stamp().clock,
        waived: &waived,
    };
    Ok(verdicts(promises, &with))
}

/// Accepted promises, with the date until which they are.
fn waivers<R: RealmTag>(world: &World<R>, now: Timestamp) -> BTreeMap<String, String> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let valid = world.tree.lab.waivers.iter().filter_map(|w| {
        let expires = w.expires.as_ref()?.value;
        let complete = w.reason.is_some() && w.owner.is_some() && expires >= today;
        complete.then(|| (w.id.value.clone(), expires.to_string()))
    });
    valid.collect()
}

fn exit(verdicts: &[Verdict]) -> Exit {
    let broken = verdicts
        .iter()
        .any(|v| matches!(v.state, State::Broken(_)) && v.waived_until.is_none());
    let open = verdicts
        .iter()
        .any(|v| !matches!(v.state, State::Proven | State::Broken(_)));
    match (broken, open) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::PartlyUnknown,
        (false, false) => Exit::Ok,
    }
}
