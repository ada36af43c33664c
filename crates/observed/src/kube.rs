//! Kubernetes as its API told it, beside the declaration.

use crate::Context;
use crate::backups::number;
use crate::look::{Look, products};
use model::units::Seconds;
use model::value::Value;
use plan::interface::By;

/// What was made less than this before the look (s) may still be on its way.
const YOUNG: i64 = 600;

/// Clusters that were asked.
pub(crate) fn all<'c, 'a>(ctx: &'c Context<'a>) -> Vec<Look<'c, 'a>> {
    let all = products(ctx).into_iter();
    let asked = all.filter(|(_, i)| matches!(i.by, By::Kubernetes(_)));
    asked.map(|(look, _)| look).collect()
}

/// Why nothing is concluded yet of what was just made.
pub(crate) fn young(look: &Look<'_, '_>, value: &Value) -> Option<String> {
    let age = look.ago(number(value, "created")?);
    let is_young = (0..YOUNG).contains(&age);
    is_young.then(|| format!("it was made {} before the look", Seconds(age)))
}
