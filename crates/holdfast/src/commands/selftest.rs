//! `selftest revert`: arm a revert on a host, make a change that matters to nobody, and let the revert fire.

use crate::cli::SelftestVerb;
use crate::consent::approve;
use crate::exit::Exit;
use crate::output::{Paint, report as report_output};
use crate::running;
use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::fact::{FactKind, FactPath, Facts};
use model::id::{Kind, ObjectRef, StepId};
use model::plan::{AccessChange, Action, Cond, FORMAT, Plan, Purpose, Reading, Risk, Step, Undo};
use model::realm::{Realm, RealmTag};
use plan::Context;
use std::collections::{BTreeMap, BTreeSet};

/// A table that accepts everything: the change that is reverted.
const TABLE: &str = "holdfast_selftest";

/// Proves that the revert fires.
pub(crate) fn revert<R: RealmTag>(
    tag: R,
    verb: &SelftestVerb,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let SelftestVerb::Revert {
        host, lab, consent, ..
    } = verb;
    let world = World::open(tag, lab)?;
    let mut drivers = world.drivers(Some(host))?;
    let facts: Facts = world.observe(&mut drivers, Some(host))?;
    world.only_own(&facts)?;
    let plan = trial(host, world.realm());
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts: &facts,
        owned: &owned,
        now: Timestamp::now(),
    };
    approve(&plan, &ctx, consent, (!json).then_some(paint))?;
    if !json {
        outln!(
            "\nThe revert fires {} s after it is armed.",
            consent.revert_after
        );
    }
    let report = running::run(
        &world,
        plan,
        &mut drivers,
        running::policy(consent.revert_after, &Purpose::Selftest),
        (!json).then_some(paint),
    )?;
    if json {
        dataln!("{:#}", report_output::json(&report));
    } else {
        let text = report_output::text(&report, &Purpose::Selftest, &world.hints, paint);
        out!("{text}");
    }
    Ok(running::exit(&report))
}

fn trial(host: &str, realm: Realm) -> Plan {
    let path = FactPath::new(FactKind::Nft, format!("inet/{TABLE}"));
    let ruleset = format!(
        "table inet {TABLE} {{\n\tchain input {{\n\t\ttype filter hook input priority 10; policy accept;\n\t}}\n}}\n"
    );
    let change = AccessChange::Nft {
        table: TABLE.to_owned(),
        ruleset: Some(ruleset),
    };
    let step = Step {
        id: StepId(format!("{host}/selftest")),
        target: ObjectRef::new(Kind::Host, host),
        summary: format!(
            "add table inet {TABLE}, which accepts everything, and let its revert fire"
        ),
        action: Action::Access(change),
        reads: BTreeMap::from([(path.clone(), Reading::Absent)]),
        post: vec![Cond::Present(path)],
        undo: Undo::Saved,
        risk: Risk::Access,
        cause: "holdfast selftest revert".to_owned(),
        after: BTreeSet::new(),
    };
    Plan {
        format: FORMAT,
        realm,
        purpose: Purpose::Selftest,
        steps: vec![step],
        blocked: Vec::new(),
    }
}
