//! Intervals of calendars, each looked for once: a lab has many schedules and few different ones.

use model::units::Seconds;
use model::units::calendar::Calendar;
use std::collections::BTreeMap;

/// What was found so far, by how it is written.
#[derive(Default)]
pub(crate) struct Intervals(BTreeMap<String, Option<Seconds>>);

impl Intervals {
    /// The longest time between two occurrences.
    pub(crate) fn longest(&mut self, calendar: &Calendar) -> Option<Seconds> {
        let entry = self.0.entry(calendar.to_string());
        *entry.or_insert_with(|| {
            let minutes = i64::try_from(calendar.longest_interval()?).ok()?;
            Some(Seconds(minutes.checked_mul(60)?))
        })
    }
}
