//! When something happens again and again: systemd calendar expressions, windows, and cron lines.

use super::calendar_pattern::CALENDAR;
use super::calendar_text;
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use std::fmt;

/// A repeated time: `daily`, `Sat 02:00`, `Mon..Fri *-*-* 06:30`, `*-*-01 03:00` (systemd.time(7)), a window
/// `Sat 02:00..06:00`, or five fields of cron(5), `0 3 * * 0`. To the minute, in the lab's own time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    written: String,
    pub(super) at: Pattern5,
    /// For a window: how many minutes after its beginning it ends.
    pub(super) minutes: Option<u32>,
}

/// Which minutes match; bit n of a mask stands for the number n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern5 {
    /// Bit 0 is Monday.
    pub(super) weekdays: u64,
    pub(super) months: u64,
    pub(super) days: u64,
    pub(super) hours: u64,
    pub(super) minutes: u64,
    /// cron(5): if both the day of the month and the weekday are restricted, either will do.
    pub(super) either_day: bool,
}

/// The Gregorian calendar and its weekdays repeat after 400 years; what can be written here, after 28 between 1901 and 2099.
const CYCLE_DAYS: i64 = 28 * 1461 / 4;

impl Calendar {
    /// The first time that is later than `after`; none if there is no such day, as with 30 February.
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        let mut day = after.date();
        let mut from = minute_of_day(after) + 1;
        for _ in 0..=CYCLE_DAYS {
            if self.at.day(day)
                && let Some(minute) = self.at.times().find(|m| *m >= from)
            {
                let (hour, minute) = (
                    i8::try_from(minute / 60).ok()?,
                    i8::try_from(minute % 60).ok()?,
                );
                return Some(day.at(hour, minute, 0, 0));
            }
            day = day.checked_add(1.day()).ok()?;
            from = 0;
        }
        None
    }

    /// The longest time between two occurrences, in minutes; none if there are no two.
    pub fn longest_interval(&self) -> Option<u64> {
        let times: Vec<i64> = self.at.times().collect();
        let (first, last) = (*times.first()?, *times.last()?);
        let within = times
            .windows(2)
            .filter_map(|w| Some(w.get(1)? - w.first()?))
            .max();
        let mut longest = within.unwrap_or(0);
        let mut before: Option<i64> = None;
        let mut day = Date::constant(2001, 1, 1);
        for n in 0..=self.at.cycle() {
            if self.at.day(day) {
                if let Some(before) = before {
                    longest = longest.max((n - before) * 24 * 60 + first - last);
                }
                before = Some(n);
            }
            day = day.checked_add(1.day()).ok()?;
        }
        u64::try_from(longest).ok().filter(|n| *n > 0)
    }

    /// The mean time between two occurrences, in minutes: of what comes four times a year, 91.3 days.
    pub fn mean_interval(&self) -> Option<u64> {
        let days = u64::try_from(self.days_of_cycle().len()).ok()?;
        let minutes = u64::from(self.cycle_days()) * 24 * 60;
        minutes.checked_div(days * self.times_of_day())
    }

    /// After so many days, from any Monday of 1901 to 2099 on, all that comes comes again: a week, or 28 years.
    pub fn cycle_days(&self) -> u32 {
        match self.at.is_weekly() {
            true => 7,
            false => u32::try_from(CYCLE_DAYS).unwrap_or(u32::MAX),
        }
    }

    /// The days of a cycle on which it comes; the first is 0.
    pub fn days_of_cycle(&self) -> Vec<u32> {
        let mut day = Date::constant(2001, 1, 1);
        let mut out = Vec::new();
        for n in 0..self.cycle_days() {
            if self.at.day(day) {
                out.push(n);
            }
            match day.checked_add(1.day()) {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        out
    }

    /// At which minutes of such a day, in order.
    pub fn minutes_of_day(&self) -> Vec<u32> {
        let times = self.at.times();
        times.filter_map(|m| u32::try_from(m).ok()).collect()
    }

    fn times_of_day(&self) -> u64 {
        u64::try_from(self.at.times().count()).unwrap_or(u64::MAX)
    }

    /// For a window: its length in minutes.
    pub fn window_minutes(&self) -> Option<u32> {
        self.minutes
    }
}

impl Pattern5 {
    /// After so many days the same days come again.
    fn cycle(&self) -> i64 {
        match self.is_weekly() {
            true => 14,
            false => CYCLE_DAYS,
        }
    }

    /// It knows no dates, but days of the week alone.
    fn is_weekly(&self) -> bool {
        let any = |mask: u64, range: std::ops::RangeInclusive<u32>| {
            range.into_iter().all(|n| mask >> n & 1 == 1)
        };
        any(self.days, 1..=31) && any(self.months, 1..=12) && !self.either_day
    }

    fn day(&self, day: Date) -> bool {
        let bit = |mask: u64, n: i8| u32::try_from(n).is_ok_and(|n| mask >> n & 1 == 1);
        let weekday = bit(self.weekdays, day.weekday().to_monday_zero_offset());
        let date = bit(self.days, day.day());
        let fits = if self.either_day {
            weekday || date
        } else {
            weekday && date
        };
        fits && bit(self.months, day.month())
    }

    /// Minutes of the day, in order.
    fn times(&self) -> impl Iterator<Item = i64> + '_ {
        let hours = (0..24_i64).filter(|h| self.hours >> h & 1 == 1);
        hours.flat_map(|h| {
            let minutes = (0..60_i64).filter(|m| self.minutes >> m & 1 == 1);
            minutes.map(move |m| h * 60 + m)
        })
    }
}

fn minute_of_day(at: DateTime) -> i64 {
    i64::from(at.hour()) * 60 + i64::from(at.minute())
}

impl Value for Calendar {
    const FORM: ValueForm = ValueForm {
        name: "calendar",
        doc: "When something happens again and again: `daily`, `Sat 02:00`, `Mon..Fri *-*-* 06:30` as in systemd.time(7), a window `Sat 02:00..06:00`, or a cron line `0 3 * * 0`.",
        what: "a calendar expression such as daily, 'Sat 02:00' or '0 3 * * 0'",
        examples: &[
            "daily",
            "Sat 02:00",
            "Mon..Fri *-*-* 06:30",
            "Sat 02:00..06:00",
            "0 3 * * 0",
        ],
        pattern: Pattern::Regex(CALENDAR),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let (at, minutes) = calendar_text::read(text).ok_or_else(|| {
            let mut wrong = Wrong::of::<Self>();
            wrong.meant = calendar_text::meant(text);
            wrong.help = calendar_text::limits(text).map(str::to_owned);
            wrong
        })?;
        let written = text.to_owned();
        let calendar = Self {
            written,
            at,
            minutes,
        };
        match calendar.next(Date::constant(2001, 1, 1).at(0, 0, 0, 0)) {
            Some(_) => Ok(calendar),
            None => Err(Wrong::new("never comes: there is no such day")),
        }
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

serde_as_text!(Calendar);
