//! What a word that is being typed can become. The scripts that `holdfast completions` prints ask this.
//!
//! The words come from the very definitions that read the command line, the names from the lab tree that the line means. A prompt is no
//! place for errors: what cannot be read completes to nothing. Opens no file: whoever asks gives the lab.

mod line;
mod names;
mod place;
mod script;

pub use line::words;
pub use script::script;

use clap::Command;
use model::lab::Lab;
use place::Wanted;
use std::collections::BTreeSet;

/// What a word can become, and in a few words what that is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    word: String,
    about: String,
}

impl Candidate {
    /// A word that needs no explanation where it stands.
    fn bare(word: impl Into<String>) -> Self {
        Self::new(word, "")
    }

    fn new(word: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            about: about.into(),
        }
    }
}

/// What is known beside the words of a line.
pub struct Known<'a> {
    /// The command line.
    pub command: Command,
    /// Codes of findings that are not those of rules, with what they say.
    pub codes: Vec<(&'a str, &'a str)>,
    /// The lab in a folder; in this one if none is named.
    pub lab: &'a dyn Fn(Option<&str>) -> Option<Lab>,
}

/// A line for each candidate for the last of the words, and `:files` or `:directories` where the shell is to add what is on the disk.
pub fn answer(words: &[String], known: &Known<'_>) -> String {
    let mut text = String::new();
    let Some((current, before)) = words.split_last() else {
        return text;
    };
    let before = before.get(1..).unwrap_or_default();
    let place = place::find(known.command.clone(), before);
    let mut seen = BTreeSet::new();
    for wanted in place.wanted(current) {
        match wanted {
            Wanted::Word(candidate) => row(&mut text, &mut seen, current, &candidate),
            Wanted::Value { argument, before } => {
                let typed = current.strip_prefix(&before).unwrap_or_default();
                for mut candidate in names::of(&place, known, &argument, typed) {
                    candidate.word.insert_str(0, &before);
                    row(&mut text, &mut seen, current, &candidate);
                }
            }
            Wanted::Files => text.push_str(":files\n"),
            Wanted::Directories => text.push_str(":directories\n"),
        }
    }
    text
}

fn row(text: &mut String, seen: &mut BTreeSet<String>, current: &str, candidate: &Candidate) {
    let Candidate { word, about } = candidate;
    // What a shell would take apart is left to be typed by hand.
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    if word.starts_with(current) && word.chars().all(plain) && seen.insert(word.clone()) {
        let about = about.lines().next().unwrap_or_default().trim();
        text.push_str(&format!("{word}\t{}\n", about.trim_end_matches('.')));
    }
}
