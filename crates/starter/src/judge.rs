//! Whether an answer is good: the tree that would come of it is read by the language and looked at by the rules.

use crate::answers::{Answers, UNKNOWN};
use crate::question::Key;
use crate::write::files;
use diag::{Class, Diagnostic, Severity, SourceSet};
use model::knowledge::Knowledge;
use rules::Context;
use std::collections::BTreeSet;

/// What is known beside the answers.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Facts about products.
    pub knowledge: &'a Knowledge,
}

/// What is thought of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong with it.
    Good,
    /// It can be taken, and the linter will find this.
    Finding(String),
    /// It cannot be taken.
    Bad(String),
}

impl Judge<'_> {
    /// Takes an answer if it is no bad one.
    pub fn take(&self, answers: &mut Answers, key: Key, text: &str) -> Verdict {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Verdict::Bad(
                "an answer is one line of text, without control characters".to_owned(),
            );
        }
        let mut next = answers.clone();
        next.set(key, text);
        if let Some(why) = self.amiss(&next, key) {
            return Verdict::Bad(why);
        }
        let (before, after) = (self.said_of(answers), self.said_of(&next));
        let known: BTreeSet<&str> = before.iter().map(|d| d.message.as_str()).collect();
        let fresh = || after.iter().filter(|d| !known.contains(d.message.as_str()));
        if let Some(d) = fresh().find(|d| d.class == Class::Invalid) {
            return Verdict::Bad(told(d));
        }
        // A router that no machine can be is no finding to go on with: all that is reached by it would be written down wrong.
        let no_router = |d: &&Diagnostic| d.code == "net-gw" && d.severity == Severity::Error;
        if let Some(d) = fresh().find(no_router) {
            return Verdict::Bad(told(d));
        }
        *answers = next;
        match fresh().find(|d| d.severity >= Severity::Warning) {
            Some(d) => Verdict::Finding(d.message.clone()),
            None => Verdict::Good,
        }
    }

    /// Everything that is wrong with the tree of these answers, errors of the language first.
    pub fn said_of(&self, answers: &Answers) -> Vec<Diagnostic> {
        let mut sources = SourceSet::default();
        for file in files(answers).into_iter().filter(|f| f.is_lab()) {
            sources.add(file.path, file.text);
        }
        let (lab, mut said) = lang::analyze(&sources);
        said.extend(rules::check(&Context {
            knowledge: self.knowledge,
            ..Context::new(&lab, answers.today)
        }));
        said
    }

    /// What the shape of an answer says before a tree is made of it.
    fn amiss(&self, answers: &Answers, key: Key) -> Option<String> {
        let text = answers.said(key)?;
        match key {
            Key::Hosts => machines(answers),
            Key::Storage if text.split([',', ' ']).filter(|t| !t.is_empty()).count() > 1 => {
                Some("one machine, or none".to_owned())
            }
            Key::Disks => valued(&answers.disks(), "a size: nvme0=1TB"),
            Key::Data => valued(&answers.data(), "a folder: photos=/srv/photos"),
            Key::Firewall if text == "yes" && answers.said(Key::Network).is_none() => Some(
                "what it lets in comes from the network, which is not known yet (--network)"
                    .to_owned(),
            ),
            Key::Firewall => yes_or_no(text),
            Key::Os => self.slip(text),
            Key::Away if text.starts_with('/') => Some(format!(
                "{text} is a folder of the machine itself, which is not away; a restic location is such as sftp:box:/home/lab"
            )),
            _ => None,
        }
    }

    /// A system that is nearly one of those that are known.
    fn slip(&self, text: &str) -> Option<String> {
        let named = |name: &str| self.knowledge.named(name).is_some();
        if named(text) {
            return None;
        }
        // `Proxmox VE`, as its maker writes it.
        let words: Vec<&str> = text.split_whitespace().collect();
        let word = words.join("-").to_lowercase();
        if named(&word) {
            return Some(format!("write '{word}'"));
        }
        let products = self.knowledge.products.iter();
        let names = products.flat_map(|(key, p)| {
            let more = p.names.iter().map(|n| n.value.0.as_str());
            std::iter::once(key.as_str()).chain(more)
        });
        // `Debian 13`: its version has a key of its own.
        if let Some((version, name)) = words.split_last()
            && version.starts_with(|c: char| c.is_ascii_digit())
        {
            let bare = name.join("-").to_lowercase();
            if named(&bare) {
                return Some(format!(
                    "write '{bare}' here; its version, {version}, is stated in the files that are written ('version: \"{version}\"')"
                ));
            }
        }
        if let Some((_, known)) = SHORT.iter().find(|(short, _)| *short == word) {
            return named(known).then(|| format!("write '{known}'"));
        }
        match nearest(&word, names) {
            Some(near) => Some(format!(
                "no system is known as '{text}'; did you mean '{near}'?"
            )),
            None => (words.len() > 1).then(|| format!("it is one word: '{word}'")),
        }
    }
}

/// What people call systems for short.
const SHORT: [(&str, &str); 4] = [
    ("pve", "proxmox-ve"),
    ("proxmox", "proxmox-ve"),
    ("pbs", "proxmox-backup-server"),
    ("rhel", "red-hat-enterprise-linux"),
];

/// The message, what was meant, what to do.
fn told(d: &Diagnostic) -> String {
    let mut text = d.message.clone();
    let more = d.fix.iter().map(|f| &f.message).chain(&d.help);
    for more in more {
        text.push_str("; ");
        text.push_str(more);
    }
    text
}

fn machines(answers: &Answers) -> Option<String> {
    let (wanted, named) = (answers.profile.machines(), answers.machines());
    for machine in &named {
        let name = machine.name.as_str();
        if is_ipv4(name) {
            return Some(format!("'{name}' is an address; write NAME={name}"));
        }
        if let Some((name, address)) = name.split_once(':') {
            return Some(format!("write '{name}={address}', with '=' and not ':'"));
        }
    }
    let (least, most) = (wanted.start(), wanted.end());
    if !wanted.contains(&named.len()) {
        let many = match (least, most) {
            (1, 1) => "one machine".to_owned(),
            (a, b) if a == b => format!("{a} machines"),
            (a, b) => format!("{a} to {b} machines"),
        };
        let (word, n) = (answers.profile.word(), named.len());
        return Some(format!("a lab of profile {word} has {many}, here are {n}"));
    }
    let mut seen = BTreeSet::new();
    let twice = named.iter().find(|m| !seen.insert(m.name.as_str()))?;
    Some(format!("'{}' is named twice", twice.name))
}

fn is_ipv4(text: &str) -> bool {
    let mut parts = text.split('.');
    text.matches('.').count() == 3 && parts.all(|p| p.parse::<u8>().is_ok())
}

fn valued(pairs: &[(String, Option<String>)], with: &str) -> Option<String> {
    let mut seen = BTreeSet::new();
    pairs.iter().find_map(|(name, value)| match value {
        None => Some(match name.split_once(':') {
            Some((name, value)) => format!("write '{name}={value}', with '=' and not ':'"),
            None => format!("'{name}' lacks {with}"),
        }),
        Some(_) if name.is_empty() => Some(format!(
            "a name is missing before '='; it is written with {with}"
        )),
        Some(_) if !seen.insert(name) => Some(format!("'{name}' is named twice")),
        Some(_) => None,
    })
}

fn yes_or_no(text: &str) -> Option<String> {
    let known = ["yes", "no"];
    match known.contains(&text) {
        true => None,
        false => Some(format!("'{text}' is neither yes nor no")),
    }
}

/// The known word that is a letter or two away.
fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let far = known.map(|k| (strsim::damerau_levenshtein(word, k), k));
    let near = far.filter(|(distance, k)| *distance <= allowed && *k != UNKNOWN);
    near.min().map(|(_, k)| k)
}
