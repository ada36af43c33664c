//! Units by name.

use super::ByPath;
use super::frame::{Section, quote};
use super::properties::Properties;
use model::fact::Seen;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: ByPath = ByPath {
    sh: include_str!("sh/unit.sh"),
    call: |key| name(key).map(|key| format!("unit {key}")),
    read,
    source: "systemctl show",
};

/// A unit's name, quoted. systemctl takes patterns, too, and those would show other units.
pub(super) fn name(key: &str) -> Result<String, Reason> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
    if key.contains('.') && !key.starts_with(['-', '.']) && key.chars().all(plain) {
        Ok(quote(key))
    } else {
        Err(Reason::new("this is no name of a unit with its suffix"))
    }
}

fn read(section: &Section<'_>) -> Result<Seen, Reason> {
    let shown = Properties::read(section);
    if shown.is_missing()? {
        return Ok(Seen::Absent);
    }
    Ok(Seen::Present(Value::map([
        ("active", Value::from(shown.active()?)),
        ("enabled", Value::from(shown.enabled())),
        ("load", Value::from(shown.need("LoadState")?)),
    ])))
}
