//! From what was seen and done to records in the ledger.

use crate::world::World;
use anyhow::Result;
use jiff::Timestamp;
use model::compose::Projects;
use model::evidence::{Body, Grade, Measured};
use model::fact::Facts;
use model::realm::{Realm, RealmTag};
use plan::Context;

/// What an observation of this realm counts as.
pub(crate) fn grade(realm: &Realm) -> Grade {
    match realm {
        Realm::Real => Grade::Real,
        Realm::Twin(_) => Grade::Twin {
            stand_ins: vec!["container".to_owned()],
        },
    }
}

/// What an observation says about what runs, held against the Compose projects; recorded beside the rest.
pub(crate) fn record_inventory<R: RealmTag>(
    world: &World<R>,
    facts: &Facts,
    projects: &Projects,
) -> Result<()> {
    let grade = grade(&world.realm());
    let measured = world.with_context(facts, |ctx| {
        plan::evidence::of_inventory(ctx, projects, &grade)
    })?;
    append(world, named(world, measured)?)
}

/// With the observation that each of them rests on: the one that was kept last.
fn named<R: RealmTag>(world: &World<R>, mut measured: Vec<Measured>) -> Result<Vec<Measured>> {
    if let Some(id) = world.store.observation_ids()?.pop() {
        for one in &mut measured {
            one.summary.push_str(&format!("; facts {id}"));
        }
    }
    Ok(measured)
}

/// Records what an observation says about promises: ways in, access, patches, and freshness of archives.
pub(crate) fn record_observation<R: RealmTag>(world: &World<R>, facts: &Facts) -> Result<()> {
    let owned = world.owned()?;
    let ctx = Context {
        lab: &world.tree.lab,
        sources: &world.tree.sources,
        facts,
        owned: &owned,
        now: Timestamp::now(),
    };
    let grade = grade(&world.realm());
    let mut measured = plan::evidence::of_hosts(&ctx, &grade);
    measured.extend(protect::freshness_evidence(&ctx, &grade));
    append(world, named(world, measured)?)
}

/// Appends measurements.
pub(crate) fn append<R: RealmTag>(world: &World<R>, measured: Vec<Measured>) -> Result<()> {
    let stamp = world.stamp();
    for one in measured {
        world.store.append(Body::Measured(one), &stamp)?;
    }
    Ok(())
}
