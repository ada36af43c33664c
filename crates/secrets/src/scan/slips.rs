//! What stands behind a name that may be a slip of a secret's: `--passwrod x`, `tokne=x`. It is hidden wherever a text is shown, and
//! told nowhere: a name that is near to another one is still another name.

use super::family::compose::doubtful;
use super::kind::{Form, Kind};
use super::literal::{Bounds, is_of_words, is_strong, literal};
use super::names;
use super::parts::{Held, Lazy, NOUNS, Parts};
use super::words::{bare, gap, is_word, value};
use diag::misspelt;
use std::collections::BTreeMap;
use std::ops::Range;

/// An option and its value.
const OPTION: &str = concat!(
    r#"(?:^|[\s"'\[,(`])--?([A-Za-z][A-Za-z0-9_-]*)"#,
    gap!(),
    value!()
);
/// A name and what is assigned to it.
const ASSIGNED: &str = concat!(r#"([A-Za-z_][A-Za-z0-9_.-]*)["']?="#, value!());

/// A name without its colon, and a word: an item of a list or a map in one line, or of a list in lines.
const BESIDE: &str = r#"(?m)(?:[{,\[]|^[ \t]*-[ \t])[ \t]*["']?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]+([^\s,{}\[\]"':#]+)["']?[ \t]*(?:[,}\]\r]|$)"#;
/// A variable, and what stands in its place or is said if there is none.
const VARIABLE: &str = r"\$\{([A-Za-z_][A-Za-z0-9_]*):?([-?+])([^{}\n]+)\}";
/// A sentence that says a password: `root password is …`.
const SENTENCE: &str = r#"(?i)\b(?:password|passwort|passphrase|passwd|passcode|kennwort|pw|pwd)[ \t]+(?:(?:is|ist|was|war)[ \t]+|[=:][ \t]*)?["'`]?([^\s"'`<>,;]{4,})"#;
/// The number that unlocks something, or a word in its place: `# PIN 4839`.
const NUMBER: &str =
    r#"(?i)\b(?:pin|puk|passcode)\b[ \t]*(?:(?:is|ist)[ \t]+|[=:][ \t]*)?["'`]?([^\s"'`<>,;]{4,})"#;
/// A name and what may be its password, where a line says what for: `iDRAC: root / …`.
const BESIDE_NAME: &str =
    r#"[:=|][ \t]*[`*]*[A-Za-z][[:word:].@-]{0,30}[`*]*[ \t]+/[ \t]+[`*"]*([^\s`*"'|,;()]{6,})"#;
/// What is named `key` alone: of a dashboard's widget, of a cache, of anything.
const KEY: &str = r#"(?i)(?:^|[\s{,"'.])key["']?[ \t]*[:=][ \t]*["']?([^\s"',{}\[\]]{12,})"#;
/// A share of a file server with who asks for it: `//user:password@nas/share`. With a scheme it is a URL.
const SHARE: &str = r#"(?:^|[\s"'=,\[{])//[^\s/:@"']+:([^\s@"'/]+)@"#;
/// A place beyond a program, as repositories of backups are named: `sftp:user:password@host:/path`.
const PLACE: &str = r#"\b(?:sftp|ssh|scp|rsync|smb|ftp|rest|webdav):([^\s:@/"']+:[^\s"'/]+)@"#;
/// The option of a command that says a password: `pass show -p …`.
const ASKED: &str = r#"\b(?:pass|gopass|rbw|bw|op|secret-tool|keepassxc-cli)["']?[ \t,][^\n|;&]*?[\s"',\[]-(?:p|-pass(?:word|phrase)?)["']?[= \t,]+["']?([^\s"',\]}]+)"#;
/// A short option of any program that takes a password by it in many: `app -p …`.
const SHORT_OPTION: &str = concat!(r#"(?:^|[\s"'\[,(`])-p"#, gap!(), value!());
/// Fewer signs may be a name.
const FEWEST_OF_OPTION: usize = 10;
/// What is said of a variable in one word.
const SAID: [&str; 6] = [
    "required",
    "missing",
    "unset",
    "empty",
    "error",
    "undefined",
];

/// The shapes, compiled when they are needed.
pub(super) struct Slips {
    option: Lazy,
    assigned: Lazy,
    beside: Lazy,
    variable: Lazy,
    sentence: Lazy,
    number: Lazy,
    key: Lazy,
    beside_name: Lazy,
    short_option: Lazy,
    places: [Lazy; 3],
}

impl Slips {
    pub(super) fn new(parts: &mut Parts) -> Self {
        Self {
            option: parts.shape(&[], OPTION),
            assigned: parts.shape(&["="], ASSIGNED),
            beside: parts.shape(NOUNS, BESIDE),
            variable: parts.shape(&["${"], VARIABLE),
            sentence: parts.shape(&["pass", "kennwort", "pw"], SENTENCE),
            number: parts.shape(&["pin", "puk", "passcode"], NUMBER),
            key: parts.shape(&["key"], KEY),
            beside_name: parts.shape(&[" / "], BESIDE_NAME),
            short_option: parts.shape(&["-p"], SHORT_OPTION),
            places: [
                parts.shape(&["//"], SHARE),
                parts.shape(
                    &[
                        "sftp:", "ssh:", "scp:", "rsync:", "smb:", "ftp:", "rest:", "webdav:",
                    ],
                    PLACE,
                ),
                parts.shape(&["-p"], ASKED),
            ],
        }
    }

    pub(super) fn find(&self, (text, form): (&str, Form), held: &Held) -> Vec<Range<usize>> {
        let mut out = self.variables(text, held);
        out.extend(self.said(text, held));
        if form == Form::Tree {
            out.extend(doubtful(text));
        }
        if form == Form::Tree && names::may_have(text, &held.nouns) {
            for found in self.beside.captures(held, text) {
                let is_named = found.get(1).is_some_and(|name| is_named(name.as_str()));
                out.extend(found.get(2).filter(|_| is_named).map(|v| v.range()));
            }
        }
        // Comparing a name is quadratic in it, and a text has each often.
        let mut known: BTreeMap<&str, bool> = BTreeMap::new();
        let options = has_option(text).then_some(&self.option).into_iter();
        let shapes = options.chain([&self.assigned]);
        for found in shapes.flat_map(|shape| shape.captures(held, text)) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let name = name.as_str();
            let is_named = known
                .entry(name)
                .or_insert_with(|| misspelt(name).is_some());
            let (said, span) = bare(value.as_str(), value.range());
            let written = literal(said, Bounds::Guessed, Kind::Settings).is_some();
            if *is_named && written && is_word(said) {
                out.push(span);
            }
        }
        out
    }
}

impl Slips {
    /// What stands in sentences and in places, where it is made up.
    fn said(&self, text: &str, held: &Held) -> Vec<Range<usize>> {
        let only = |shape: &Lazy, is: fn(&str) -> bool| -> Vec<Range<usize>> {
            let found = shape.captures(held, text).filter_map(|f| f.get(1));
            found
                .filter(|v| is(v.as_str()))
                .map(|v| v.range())
                .collect()
        };
        let mut out = only(&self.sentence, is_made_up);
        out.extend(only(&self.number, |said| {
            is_number(said) || is_made_up(said) && !is_of_words(said)
        }));
        out.extend(only(&self.beside_name, is_made_up));
        out.extend(only(&self.key, |said| is_strong(said, Kind::Prose)));
        for found in self.short_option.captures(held, text) {
            let Some(value) = found.get(1) else { continue };
            let (said, span) = bare(value.as_str(), value.range());
            if said.len() >= FEWEST_OF_OPTION && is_made_up(said) && !is_of_words(said) {
                out.push(span);
            }
        }
        out.extend(self.places.iter().flat_map(|shape| only(shape, is_written)));
        out
    }

    /// What stands for a variable that is named as a secret, or behind the name of one.
    fn variables(&self, text: &str, held: &Held) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        for found in self.variable.captures(held, text) {
            let (Some(whole), Some(name), Some(sign), Some(value)) =
                (found.get(0), found.get(1), found.get(2), found.get(3))
            else {
                continue;
            };
            let said = value.as_str();
            let told = sign.as_str() == "?" && is_said(said);
            let under = || is_named(before(text, whole.start()));
            if !told && is_word(said) && (is_named(name.as_str()) || under()) {
                out.push(value.range());
            }
        }
        out
    }
}

/// A word with a digit or a sign in it, as no sentence goes on with.
fn is_made_up(text: &str) -> bool {
    let bare = text.trim_end_matches(['.', ')', '!', '?', ':']);
    let letters = bare.chars().any(char::is_alphabetic);
    let others = bare
        .chars()
        .any(|c| c.is_ascii_digit() || "!#%&+=$@".contains(c));
    letters && others && is_written(bare) && !bare.contains(['/', '(', '='])
}

/// As many digits as a lock asks for; a pin of a board has fewer.
fn is_number(text: &str) -> bool {
    let bare = text.trim_end_matches(['.', ')', '!', '?', ':']);
    (4..=12).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit())
}

fn is_written(text: &str) -> bool {
    is_word(text) && literal(text, Bounds::Guessed, Kind::Settings).is_some()
}

fn is_named(name: &str) -> bool {
    misspelt(name).is_some()
}

/// A sentence for whoever forgot the variable.
fn is_said(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let known = |word: &str| SAID.contains(&word.to_ascii_lowercase().as_str());
    known(text.trim()) || words.clone().count() > 1 && !words.any(|w| is_strong(w, Kind::Settings))
}

/// The name that a place stands behind, in its line; a tag or an anchor of YAML between them is none.
pub(crate) fn before(text: &str, at: usize) -> &str {
    const LONGEST: usize = 100;
    let bytes = text.as_bytes();
    let between = |b: &&u8| b" \t\"'=:,\\-${?+".contains(*b);
    let part = |b: &&u8| b.is_ascii_alphanumeric() || b"_.-".contains(*b);
    let mut end = at;
    // A tag and an anchor, and no more.
    for _ in 0..3 {
        let head = bytes.get(..end).unwrap_or_default();
        let behind = head.iter().rev().take(LONGEST).take_while(between).count();
        end -= behind;
        let rest = bytes.get(..end).unwrap_or_default();
        let name = rest.iter().rev().take(LONGEST).take_while(part).count();
        let is_apart = bytes.get(end).is_some_and(u8::is_ascii_whitespace);
        let head = text.get(..end - name).unwrap_or_default();
        let bare = head.trim_end_matches(['&', '!']);
        if !is_apart || bare.len() == head.len() || head.len() - bare.len() > 2 {
            return text.get(end - name..end).unwrap_or_default();
        }
        end = bare.len();
    }
    ""
}

/// Whether a word begins as an option does. A dash alone is in most texts.
fn has_option(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = |at: usize| match at.checked_sub(1).and_then(|before| bytes.get(before)) {
        None => true,
        Some(b) => b.is_ascii_whitespace() || *b == 0x0b || !b.is_ascii() || b"\"'[,(`".contains(b),
    };
    let named = |at: usize| {
        let next = bytes.get(at + 1);
        next.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'-')
    };
    let mut dashes = text.match_indices('-').map(|(at, _)| at);
    dashes.any(|at| named(at) && starts(at))
}
