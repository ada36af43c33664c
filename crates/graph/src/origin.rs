//! How findings say where a fact about a product stands, and how old it is.

use diag::Diagnostic;
use jiff::civil::Date;
use model::knowledge::Origin;

/// Facts older than this are to be looked at again.
const DAYS: i32 = 365;

/// Days from one day to another.
pub fn days(from: Date, to: Date) -> i32 {
    from.until(to)
        .map(|span| span.get_days())
        .unwrap_or_default()
}

/// Adds where the fact stands and when it was checked, and that it is old if it is.
pub fn cite(d: Diagnostic, origin: &Origin, today: Date) -> Diagnostic {
    let Origin { source, checked } = origin;
    let d = d.note(format!("checked on {checked}: {source}"));
    let age = days(*checked, today);
    if age <= DAYS {
        return d;
    }
    d.note(format!(
        "that was {age} days ago, more than a year: look again; 'holdfast facts update' takes a newer table"
    ))
}
