//! How old a secret is, and whether it should have been changed. A file says when one of its values was last changed, so a value is
//! at least that old; only a declared day says more.

use crate::origin::days;
use jiff::Span;
use jiff::civil::Date;
use model::declare::OptExt as _;
use model::lab::people::SecretEntry;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// How long ago a secret was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// So many days.
    Days(u64),
    /// So many days or more.
    AtLeast(u64),
    /// Nobody knows.
    Unknown,
}

impl Age {
    /// `12 d ago`, `12 d ago or earlier`, `unknown`.
    pub fn words(self) -> String {
        match self {
            Age::Days(n) => format!("{n} d ago"),
            Age::AtLeast(n) => format!("{n} d ago or earlier"),
            Age::Unknown => "unknown".to_owned(),
        }
    }
}

/// Whether it is past the time in which it should be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is.
    Overdue,
    /// It is not.
    InTime,
    /// What is known does not tell.
    Unknown,
    /// Nobody said how often.
    Never,
}

/// What is known of a secret's age, against how often it is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// How old it is.
    pub age: Age,
    /// Whether that is too old.
    pub due: Due,
    /// Every so many days.
    pub every: Option<u64>,
    /// The last day on which it is in time, if both are declared.
    pub until: Option<Date>,
}

/// Judges a secret; `unchanged` are the whole days for which nothing in its file was changed.
pub fn rotation(entry: Option<&SecretEntry>, unchanged: Option<u64>, today: Date) -> Rotation {
    let rotated = entry.and_then(|e| e.rotated.known()).copied();
    let every = entry
        .and_then(|e| e.rotate_every.known())
        .map(|d| d.seconds() / DAY);
    let age = match (rotated, unchanged) {
        (Some(day), _) => Age::Days(u64::try_from(days(day, today)).unwrap_or(0)),
        (None, Some(days)) => Age::AtLeast(days),
        (None, None) => Age::Unknown,
    };
    let due = match (every, age) {
        (None, _) => Due::Never,
        (Some(every), Age::Days(days) | Age::AtLeast(days)) if days > every => Due::Overdue,
        (Some(_), Age::Days(_)) => Due::InTime,
        (Some(_), Age::AtLeast(_) | Age::Unknown) => Due::Unknown,
    };
    let until = rotated.zip(every).and_then(|(day, every)| {
        let span = i64::try_from(every).ok()?;
        day.checked_add(Span::new().try_days(span).ok()?).ok()
    });
    Rotation {
        age,
        due,
        every,
        until,
    }
}
