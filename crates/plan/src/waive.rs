//! Differences that somebody accepted until a day.

use crate::Difference;
use jiff::civil::Date;
use model::lab::{DRIFT, Lab, Waiver};

/// The waiver in force that accepts a difference. One without reason, owner, object or end accepts nothing.
pub fn waiver<'a>(lab: &'a Lab, difference: &Difference, today: Date) -> Option<&'a Waiver> {
    let path = difference.path.to_string();
    let target = difference.target.to_string();
    lab.waivers.iter().find(|w| {
        let about = w.id.value.strip_prefix(DRIFT);
        let fits = about.is_some_and(|id| match id.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => id == path,
        });
        let object = w.object.as_ref().is_some_and(|o| o.value == target);
        let told = w.reason.is_some() && w.owner.is_some();
        let in_force = w.expires.as_ref().is_some_and(|e| e.value >= today);
        fits && object && told && in_force
    })
}
