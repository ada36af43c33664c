//! What was answered, and what is made of it.

use crate::profile::Profile;
use crate::project::Project;
use crate::question::Key;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The answer that says that nobody knows yet.
pub const UNKNOWN: &str = "unknown";

/// A machine as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Its address, if it was given.
    pub address: Option<String>,
}

/// All answers to one start.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The shape of the lab.
    pub profile: Profile,
    /// The day on which it is made, for the dates of reviews.
    pub today: Date,
    /// Time zone of calendars.
    pub timezone: Option<String>,
    /// Somebody named it; else it is that of the machine that this runs on.
    pub timezone_named: bool,
    /// A name that fits the folder.
    pub folder: String,
    /// Where Compose files lie already, if anywhere in the folder.
    pub nearby: Option<String>,
    /// The Compose projects that were found.
    pub projects: Vec<Project>,
    said: BTreeMap<Key, String>,
}

impl Answers {
    /// Nothing answered yet.
    pub fn new(profile: Profile, today: Date, folder: &str) -> Self {
        Self {
            profile,
            today,
            timezone: None,
            timezone_named: false,
            folder: name_of(folder),
            nearby: None,
            projects: Vec::new(),
            said: BTreeMap::new(),
        }
    }

    /// Takes an answer; what is empty or `unknown` takes it back.
    pub fn set(&mut self, key: Key, text: &str) {
        match text.trim() {
            "" | UNKNOWN => self.said.remove(&key),
            text => self.said.insert(key, text.to_owned()),
        };
    }

    /// What a person or a flag said.
    pub fn said(&self, key: Key) -> Option<&str> {
        self.said.get(&key).map(String::as_str)
    }

    /// What holds if nothing is said: a proposal for a choice, `unknown` for a fact.
    pub fn default(&self, key: Key) -> &str {
        match key {
            Key::Name => &self.folder,
            Key::Compose => self.nearby.as_deref().unwrap_or("none"),
            _ => self.profile.proposal(key).unwrap_or(UNKNOWN),
        }
    }

    /// What holds; nothing for a fact that nobody stated.
    pub(crate) fn get(&self, key: Key) -> Option<&str> {
        let text = self.said(key).unwrap_or_else(|| self.default(key));
        (text != UNKNOWN).then_some(text)
    }

    /// The machines, shared storage not among them.
    pub fn machines(&self) -> Vec<Machine> {
        let each = words(self.get(Key::Hosts).unwrap_or_default());
        each.map(machine).collect()
    }

    /// The machine with the shared storage.
    pub fn storage(&self) -> Option<Machine> {
        let asked = self.profile.asks(Key::Storage);
        let text = self.get(Key::Storage).filter(|t| asked && *t != "none")?;
        words(text).next().map(machine)
    }

    /// Label and size of each disk.
    pub(crate) fn disks(&self) -> Vec<(String, Option<String>)> {
        let text = tight(self.get(Key::Disks).unwrap_or_default());
        words(&text).map(pair).collect()
    }

    /// Name and folder of each body of data.
    pub(crate) fn data(&self) -> Vec<(String, Option<String>)> {
        let text = self.get(Key::Data).unwrap_or_default();
        let each = text.split(',').map(str::trim).filter(|t| !t.is_empty());
        each.map(pair).collect()
    }

    /// The machine on which the data lies: the shared storage, else the first.
    pub(crate) fn home(&self) -> String {
        let first = || self.machines().first().map(|m| m.name.clone());
        let name = self.storage().map(|m| m.name).or_else(first);
        name.unwrap_or_default()
    }

    /// Whether a firewall of Holdfast's is wanted.
    pub(crate) fn firewall(&self) -> bool {
        self.get(Key::Firewall) == Some("yes")
    }

    /// When what is let in must be looked at again: in a year.
    pub(crate) fn review(&self) -> Date {
        let year = jiff::Span::new().years(1);
        self.today.checked_add(year).unwrap_or(self.today)
    }

    /// The person who answers for the lab.
    pub(crate) fn owner(&self) -> &str {
        self.get(Key::Owner).unwrap_or("owner")
    }
}

/// The parts of a list, between commas or blanks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t']).filter(|t| !t.is_empty())
}

/// Units of sizes, in small letters.
const UNITS: [&str; 11] = [
    "b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "pib",
];

/// Sizes without the blank before their unit: `ssd=500 GB` as `ssd=500GB`.
fn tight(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive([',', ' ', '\t']) {
        let word = part.trim_end_matches([',', ' ', '\t']).to_lowercase();
        let number = out.trim_end();
        let counts = number.ends_with(|c: char| c.is_ascii_digit());
        if counts && UNITS.contains(&word.as_str()) {
            out.truncate(number.len());
        }
        out.push_str(part);
    }
    out
}

/// `NAME=VALUE`, or `NAME`.
fn pair(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name.trim().to_owned(), Some(value.trim().to_owned())),
        None => (text.to_owned(), None),
    }
}

fn machine(text: &str) -> Machine {
    let (name, address) = pair(text);
    Machine { name, address }
}

/// A name that the language takes, made of the name of a folder.
fn name_of(folder: &str) -> String {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name: String = folder.chars().filter(|c| good(*c)).take(63).collect();
    let name = name.trim_start_matches(['-', '_', '.']);
    match name {
        "" => "home".to_owned(),
        name => name.to_owned(),
    }
}
