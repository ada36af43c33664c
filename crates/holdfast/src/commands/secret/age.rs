//! How old a secret is, and whether it should have been changed. A file says when one of its values was last changed, so a value
//! is at least that old; only a declared day says more.

use super::Named;
use jiff::Timestamp;
use jiff::civil::Date;
use model::declare::OptExt as _;
use vault::Described;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// How long ago a secret was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// So many days.
    Days(u64),
    /// So many days or more.
    AtLeast(u64),
    /// Nobody knows.
    Unknown,
}

/// Whether it is past the time in which it should be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// It is.
    Overdue,
    /// It is not.
    InTime,
    /// What is known does not tell.
    Unknown,
    /// Nobody said how often.
    Never,
}

/// Age, whether it is due, and what does not fit together.
pub(super) struct Judged {
    pub(super) age: Age,
    pub(super) due: Due,
    /// Every so many days.
    pub(super) every: Option<u64>,
    pub(super) doubt: Option<String>,
}

pub(super) fn judge(
    named: &Named<'_>,
    described: &Described,
    now: Timestamp,
    today: Date,
) -> Judged {
    let entry = named.entry;
    let rotated = entry.and_then(|e| e.rotated.known()).copied();
    let every = entry
        .and_then(|e| e.rotate_every.known())
        .map(|d| d.seconds() / DAY);
    let written = described
        .last_modified
        .as_ref()
        .and_then(|t| t.parse::<Timestamp>().ok());
    let days =
        |from: Date| u64::try_from(from.until(today).map_or(0, |s| s.get_days())).unwrap_or(0);
    let age = match (rotated, written) {
        (Some(day), _) => Age::Days(days(day)),
        (None, Some(at)) => {
            let seconds = now.as_second() - at.as_second();
            Age::AtLeast(u64::try_from(seconds).unwrap_or(0) / DAY)
        }
        (None, None) => Age::Unknown,
    };
    let due = match (every, age) {
        (None, _) => Due::Never,
        (Some(every), Age::Days(days) | Age::AtLeast(days)) if days > every => Due::Overdue,
        (Some(_), Age::Days(_)) => Due::InTime,
        (Some(_), Age::AtLeast(_) | Age::Unknown) => Due::Unknown,
    };
    let doubt = rotated.zip(written).and_then(|(day, at)| {
        let last = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let before = last.tomorrow().is_ok_and(|next| next < day);
        before.then(|| {
            format!("declared as changed on {day}, but its file was last changed on {last}")
        })
    });
    Judged {
        age,
        due,
        every,
        doubt,
    }
}

impl Age {
    pub(super) fn words(self) -> String {
        match self {
            Age::Days(n) => format!("{n} d ago"),
            Age::AtLeast(n) => format!("{n} d ago or earlier"),
            Age::Unknown => "unknown".to_owned(),
        }
    }
}
