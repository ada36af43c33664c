//! Lines that are too narrow for all copies that go through them.

use super::Trial;
use super::recover::World;
use graph::bodies::Body;
use graph::copies::{Side, side};
use model::lab::FaultScope;

/// What takes the newest copy falls behind for ever, since the line is too narrow for all that goes through it.
pub(super) fn crowded(
    world: &World<'_>,
    body: &Body<'_>,
    by: &str,
    scope: FaultScope,
    trial: &mut Trial,
) {
    for crowd in &world.crowds {
        let here = |by: &str| crowd.takers.contains(by);
        if !here(by) {
            continue;
        }
        let why = format!(
            "{} do not fit through its uplink: {} a day > {} a day",
            crowd.what(),
            graph::amounts::decimal(crowd.per_day),
            graph::amounts::decimal(crowd.fits)
        );
        if crowd.assumed {
            let what = crowd.what();
            trial
                .assumed
                .insert(format!("some of the sizes, changes or rates of {what}"));
        }
        let other =
            world.copies.copies(body).into_iter().any(|c| {
                !here(&c.by) && !matches!(side(world.lab, body, c, scope), Side::Inside(_))
            });
        let list = match other || crowd.faster.is_some() {
            true => &mut trial.unknown,
            false => &mut trial.impossible,
        };
        if !list.contains(&why) {
            list.push(why);
        }
    }
}
