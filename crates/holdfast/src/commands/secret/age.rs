//! How old a secret is, as declared and as its file says.

use super::Named;
use graph::rotation::{Rotation, rotation};
use jiff::Timestamp;
use jiff::civil::Date;
use model::declare::OptExt as _;
use vault::Described;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Age, whether it is due, and what does not fit together.
pub(super) struct Judged {
    pub(super) rotation: Rotation,
    pub(super) doubt: Option<String>,
}

pub(super) fn judge(
    named: &Named<'_>,
    described: &Described,
    now: Timestamp,
    today: Date,
) -> Judged {
    let written = described
        .last_modified
        .as_ref()
        .and_then(|t| t.parse::<Timestamp>().ok());
    let unchanged =
        written.map(|at| u64::try_from((now.as_second() - at.as_second()) / DAY).unwrap_or(0));
    let rotated = named.entry.and_then(|e| e.rotated.known()).copied();
    let doubt = rotated.zip(written).and_then(|(day, at)| {
        let last = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let before = last.tomorrow().is_ok_and(|next| next < day);
        before.then(|| {
            format!("declared as changed on {day}, but its file was last changed on {last}")
        })
    });
    Judged {
        rotation: rotation(named.entry, unchanged, today),
        doubt,
    }
}
