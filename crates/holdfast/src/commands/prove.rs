//! `prove`: the scoreboard.

use crate::cli::LabArgs;
use crate::exit::Exit;
use crate::output::{Paint, scoreboard};
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::fact::{FORMAT, Facts};
use model::promise::{State, Verdict};
use model::realm::RealmTag;
use plan::Context;
use plan::prove::{Proving, prove as verdicts};
use std::collections::BTreeMap;

/// States every promise; looks at nothing but what is recorded.
pub(crate) fn prove<R: RealmTag>(tag: R, args: &LabArgs, json: bool, paint: Paint) -> Result<Exit> {
    let world = World::open(tag, &args.lab)?;
    let now = Timestamp::now();
    let mut all = state(&world, now)?;
    if json {
        for verdict in &mut all {
            verdict.promise.prove_with = world.hints.whole(&verdict.promise.prove_with);
        }
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        print!("{}", scoreboard::text(&all, now, &world.hints, paint));
    }
    Ok(exit(&all))
}

/// All promises with their states.
pub(crate) fn state<R: RealmTag>(world: &World<R>, now: Timestamp) -> Result<Vec<Verdict>> {
    let facts = Facts {
        format: FORMAT,
        realm: world.realm(),
        targets: world.store.latest_answers(world.tree.lab.hosts.keys())?,
    };
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts: &facts,
        owned: &owned,
        now,
    };
    let mut promises = plan::promises::of_hosts(&ctx);
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
