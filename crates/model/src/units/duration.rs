//! Durations, from milliseconds to years, and work per week.

use super::decimal::{Decimal, unsigned};
use super::slip;
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use std::fmt;

/// A duration: `15m`, `1h30m`, `7d`, `4w`, `1y`, `5ms`. A year has 365 days.
///
/// Each unit stands at most once, from large to small; [`Display`](fmt::Display) gives back what was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Duration {
    written: String,
    millis: u64,
}

impl Duration {
    const UNITS: [(&'static str, u64); 7] = [
        ("y", 31_536_000_000),
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];

    /// Exact number of milliseconds.
    pub fn millis(&self) -> u64 {
        self.millis
    }

    /// Whole seconds, rounded down.
    pub fn seconds(&self) -> u64 {
        self.millis / 1_000
    }

    fn of(text: &str) -> Option<u64> {
        let mut rest = text;
        let mut units = Self::UNITS.iter();
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, after) = rest.split_at(end);
            let letters = after.find(|c: char| !c.is_ascii_lowercase());
            let (unit, after) = after.split_at(letters.unwrap_or(after.len()));
            let (_, size) = units.find(|(u, _)| *u == unit)?;
            let part = number.parse::<u64>().ok()?.checked_mul(*size)?;
            total = total.checked_add(part)?;
            rest = after;
        }
        (total > 0).then_some(total)
    }
}

/// `0`, `0m`, `00:00:00`: a number in every place, and all of them zero.
fn is_nothing(text: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    text.starts_with('0')
        && text.chars().filter(|c| digits(*c)).all(|c| c == '0')
        && text
            .chars()
            .all(|c| c == ':' || digits(c) || c.is_ascii_lowercase())
}

impl Value for Duration {
    const FORM: ValueForm = ValueForm {
        name: "duration",
        doc: "A duration: `15m`, `1h30m`, `7d`, `4w`, `1y`, `5ms`; units from large to small.",
        what: "a duration such as 15m, 1h30m, 7d or 5ms",
        examples: &["15m", "1h30m", "7d", "1y", "5ms"],
        pattern: Pattern::Regex(
            "^(?=[0-9])([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m(?!s))?([0-9]+s)?([0-9]+ms)?$",
        ),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = || {
            match slip::duration(text).filter(|t| Self::of(t).is_some()) {
            Some(meant) => Wrong::of::<Self>().meant(meant),
            None if slip::is_bare(text) => Wrong::new(format!(
                "has no unit: {text}s are seconds, {text}m minutes, {text}h hours, {text}d days"
            )),
            None if is_nothing(text) => Wrong {
                help: Some(
                    "leave the key out, or write 'unknown' if nobody knows how long".to_owned(),
                ),
                ..Wrong::new("is no time at all: a duration is longer than nothing")
            },
            None if text.contains(':') => Wrong {
                help: Some(
                    "this is a time of day; a duration is wanted, such as '1d' for every day"
                        .to_owned(),
                ),
                ..Wrong::of::<Self>()
            },
            None if text.to_ascii_lowercase().contains("quarter") => Wrong {
                help: Some("quarters differ in length: write days, as in '91d'".to_owned()),
                ..Wrong::of::<Self>()
            },
            None if text.to_ascii_lowercase().contains("mo") => Wrong {
                help: Some("months differ in length: write days, as in '30d'".to_owned()),
                ..Wrong::of::<Self>()
            },
            None if Decimal::parse(text).is_some() => Wrong {
                help: Some("whole numbers with a unit make a duration: '90s', '15m', '1h30m'; a share such as 99.9% is none".to_owned()),
                ..Wrong::of::<Self>()
            },
            None => Wrong::of::<Self>(),
        }
        };
        let millis = Self::of(text).ok_or_else(wrong)?;
        Ok(Self {
            written: text.to_owned(),
            millis,
        })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Hours of work per week, `9h/week`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Effort(Decimal);

impl Effort {
    /// Minutes per week, rounded.
    pub fn minutes_per_week(self) -> u64 {
        let minutes = self.0.times_rounded(60);
        minutes.and_then(|n| n.try_into().ok()).unwrap_or(u64::MAX)
    }
}

impl Value for Effort {
    const FORM: ValueForm = ValueForm {
        name: "effort",
        doc: "Hours of work per week, `9h/week`.",
        what: "hours per week such as 9h/week",
        examples: &["9h/week", "2.5h/week"],
        pattern: Pattern::Regex(concat!("^", unsigned!(), "h/week$")),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let number = text.strip_suffix("h/week").and_then(Decimal::parse);
        let number = number.filter(|n| !n.is_negative()).map(Self);
        number.ok_or_else(|| {
            let wrong = Wrong::of::<Self>();
            let text = slip::dotted(text).unwrap_or_else(|| text.to_owned());
            let (hours, weekly) = match slip::per(&text) {
                Some((hours, period)) => (hours, period == "week"),
                None => (text.as_str(), true),
            };
            let words = ["hours", "hour", "hrs", "hr", "h", ""];
            let number = words
                .into_iter()
                .find_map(|w| hours.trim_end().strip_suffix(w));
            let number = number.and_then(|n| Decimal::parse(n.trim_end()));
            match number.filter(|n| weekly && !n.is_negative()) {
                Some(number) => wrong.meant(format!("{number}h/week")),
                None => wrong,
            }
        })
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}h/week", self.0)
    }
}

serde_as_text!(Duration, Effort);
