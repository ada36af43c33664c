//! `NAME=VALUE` lines, as systemctl prints them.

use super::frame::Section;
use model::kleene::Reason;
use std::collections::BTreeMap;

/// The lines of a section by name.
pub(super) struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Reads a section; lines without `=` are left out.
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self::of(&section.text())
    }

    /// Reads lines.
    pub(super) fn of(text: &str) -> Self {
        let pairs = text.lines().filter_map(|l| l.split_once('='));
        Self(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    }

    /// A property; empty if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A property that has to be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Reason> {
        match self.get(name) {
            "" => Err(Reason::new(format!("systemctl shows no {name}"))),
            value => Ok(value),
        }
    }

    /// The state of its file as `systemctl is-enabled` says it; what has no file is `none`.
    pub(super) fn enabled(&self) -> &str {
        let said = [self.get("enabled"), self.get("UnitFileState"), "none"];
        said.into_iter().find(|s| !s.is_empty()).unwrap_or_default()
    }

    /// systemd knows no such unit, and none of the name is running either.
    pub(super) fn is_missing(&self) -> Result<bool, Reason> {
        let load = self.need("LoadState")?;
        Ok(load == "not-found" && self.need("ActiveState")? == "inactive")
    }

    /// Whether it runs.
    pub(super) fn active(&self) -> Result<bool, Reason> {
        Ok(matches!(self.need("ActiveState")?, "active" | "reloading"))
    }
}
