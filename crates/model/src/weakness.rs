//! Weaknesses that are known to be exploited, and the versions in which Debian has mended them: two published lists, joined when they are taken.
//! `docs/formats/weaknesses.md` describes the file.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the file's format.
pub const FORMAT: u32 = 1;

/// Both lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weaknesses {
    /// Version of the format.
    pub format: u32,
    /// What is known to be exploited.
    pub exploited: Exploited,
    /// What Debian says of it, if its list was taken.
    pub debian: Option<Debian>,
}

/// The list of what is known to be exploited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploited {
    /// As its publisher counts.
    pub version: String,
    /// The day on which it was published.
    pub dated: Date,
    /// By CVE.
    pub all: BTreeMap<String, Weakness>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weakness {
    /// In words.
    pub name: String,
    /// Since when it is on the list.
    pub added: Date,
    /// It is used for ransomware.
    pub ransomware: bool,
}

/// What Debian says of what is known to be exploited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debian {
    /// The day of its list, as who took it says.
    pub dated: Date,
    /// What it was asked for: the CVEs of the other list on that day.
    pub asked: BTreeSet<String>,
    /// By source package, CVE and name of the release.
    pub sources: BTreeMap<String, BTreeMap<String, BTreeMap<String, Mended>>>,
    /// The versions that its repositories had, by source package and name of the release. Without them no version is known to be Debian's.
    #[serde(default)]
    pub offered: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// How a release stands to a weakness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mended {
    /// In this version and all that are newer.
    Since(String),
    /// In none yet.
    Open,
    /// It has not the weakness, or it does no harm there.
    Unaffected,
    /// Debian does not know.
    Undetermined,
}

impl Weaknesses {
    /// What is known to be exploited, and was not on the list yet when Debian's was taken.
    pub fn unasked(&self) -> impl Iterator<Item = &str> {
        let asked = self.debian.as_ref().map(|d| &d.asked);
        let all = self.exploited.all.keys().map(String::as_str);
        all.filter(move |cve| !asked.is_some_and(|a| a.contains(*cve)))
    }
}
