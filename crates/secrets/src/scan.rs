//! Secrets in clear text: private keys, tokens of known shape, passwords in URLs, values under keys that are named as secrets, and
//! what the files and commands of many programs hold in places of their own.
//!
//! A finding is a range of bytes and what it seems to be, never the text itself. The shapes of tokens are those that their
//! issuers publish so that scanners can find them.

mod calls;
mod family;
mod found;
mod hash;
mod inner;
mod kind;
mod leaks;
mod literal;
mod markdown;
mod names;
mod parts;
mod query;
mod sentences;
mod settings;
mod several;
mod slips;
mod tokens;
mod words;
mod yaml;

pub(crate) use self::family::compose::{commands_in_lines, environment_of_secrets};
pub use self::family::{FAMILIES, Family};
pub(crate) use self::kind::is_code;
pub use self::kind::is_text;

use self::family::{Families, Verdict};
use self::found::{Found, unquoted};
use self::hash::Hashes;
use self::inner::Inner;
use self::kind::{Form, Kind, kind};
use self::leaks::{Leaks, Quiet};
pub(crate) use self::literal::is_of_words;
use self::literal::is_strong;
use self::parts::{Index, Parts};
use self::sentences::Sentences;
use self::settings::Settings;
use self::slips::Slips;
pub(crate) use self::slips::before as name_before;
use self::tokens::Tokens;
use self::words::Words;
use std::collections::BTreeSet;
use std::ops::Range;

/// Something that looks like a secret in clear text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it seems to be: `a private key`, `a token of GitHub`.
    pub what: String,
    /// How bad it is.
    pub grade: Grade,
}

/// What whoever reads the text has of a secret, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The secret itself.
    Clear,
    /// The hash of a password: it lets nobody in, and words can be tried on it.
    Hash,
}

/// All that there is to look for, each compiled once and not before it is needed.
pub struct Scanner {
    index: Index,
    tokens: Tokens,
    settings: Settings,
    hashes: Hashes,
    families: Families,
    words: Words,
    sentences: Sentences,
    slips: Slips,
}

impl Default for Scanner {
    fn default() -> Self {
        let mut parts = Parts::default();
        Self {
            tokens: Tokens::new(&mut parts),
            settings: Settings::new(&mut parts),
            hashes: Hashes::new(&mut parts),
            families: Families::new(&mut parts),
            words: Words::new(&mut parts),
            sentences: Sentences::new(&mut parts),
            slips: Slips::new(&mut parts),
            index: parts.index(),
        }
    }
}

/// What was found in a text.
#[derive(Debug, Default)]
pub struct Look {
    /// What is told, in the order of the text; no two overlap.
    pub leaks: Vec<Leak>,
    /// What is only hidden wherever the text is shown: it may be a plain word that stands where a secret would, as a sentence has them.
    pub doubtful: Vec<Range<usize>>,
}

impl Look {
    /// The text with stars in place of all that may be a secret; every byte keeps its place.
    pub fn veiled(&self, text: &str) -> String {
        let doubtful = self.doubtful.iter().map(|span| Leak {
            span: span.clone(),
            what: String::new(),
            grade: Grade::Clear,
        });
        let all = Leaks::of(self.leaks.iter().cloned().chain(doubtful));
        masked(text, &all)
    }

    /// With what was found in a part of the text.
    pub(crate) fn join(&mut self, other: Self, start: usize) {
        let moved = |span: Range<usize>| span.start + start..span.end + start;
        let more = other.leaks.into_iter().map(|leak| Leak {
            span: moved(leak.span),
            ..leak
        });
        self.leaks = Leaks::of(std::mem::take(&mut self.leaks).into_iter().chain(more));
        self.doubtful.extend(other.doubtful.into_iter().map(moved));
    }

    /// Without what goes on behind the end of a line, where the lines have it by themselves: what follows is the name of another setting,
    /// and its value would stay.
    fn part(&mut self, by_line: &Self, lines: &Inner) {
        let told = by_line.leaks.iter().map(|leak| &leak.span);
        let begun = told.chain(&by_line.doubtful);
        let begun: BTreeSet<usize> = begun.map(|span| span.start + lines.start).collect();
        let is_one = |span: &Range<usize>| {
            let next = lines.ends.partition_point(|end| *end < span.start);
            let goes_on = lines.ends.get(next).is_some_and(|end| *end < span.end);
            !(goes_on && begun.contains(&span.start))
        };
        // What a line has as well is told by the name that it has there.
        let same: BTreeSet<(usize, usize)> = by_line
            .leaks
            .iter()
            .map(|leak| (leak.span.start + lines.start, leak.span.end + lines.start))
            .collect();
        self.leaks
            .retain(|leak| is_one(&leak.span) && !same.contains(&(leak.span.start, leak.span.end)));
        self.doubtful.retain(is_one);
    }
}

impl Scanner {
    /// Looks through a text for what is to be told; `path` tells what kind of text it is.
    pub fn scan(&self, path: &str, text: &str) -> Vec<Leak> {
        self.look(path, text).leaks
    }

    /// The same, with what is only to be hidden. Texts in the text are looked through by rules of their own.
    pub fn look(&self, path: &str, text: &str) -> Look {
        let mut look = self.look_outside(path, text);
        if let Some(script) = inner::script(path, text) {
            let mut found = self.look(script.path, &script.text);
            // An example has a word that says what belongs there.
            let leaks = std::mem::take(&mut found.leaks);
            for leak in leaks {
                let value = script.text.get(leak.span.clone()).unwrap_or_default();
                match inner::is_stand_in(value) {
                    true => found.doubtful.push(leak.span),
                    false => found.leaks.push(leak),
                }
            }
            look.join(found, script.start);
        }
        let (kind, form) = kind(path);
        if let Some(lines) = inner::lines(text, kind, form) {
            let found = self.look_outside(lines.path, &lines.text);
            look.part(&found, &lines);
            look.join(found, lines.start);
        }
        for file in inner::written(text, form) {
            let found = self.look_outside(&file.path, file.text);
            look.join(found, file.start);
        }
        look
    }

    /// Of the text as it stands.
    fn look_outside(&self, path: &str, text: &str) -> Look {
        let (kind, form) = kind(path);
        let (mut out, mut doubtful) = (Leaks::default(), Vec::new());
        let held = self.index.of(text);
        self.tokens.find((text, &held), kind, &mut out);
        let mut quiet = Quiet(self.hashes.find(text, &held));
        for span in &quiet.0 {
            out.put(Leak {
                span: span.clone(),
                what: "a hash of a password".to_owned(),
                grade: Grade::Hash,
            });
        }
        if form == Form::Tree {
            quiet.add(yaml::sealed(text));
        }
        let mut named = |name: &str, value: Found<'_>| {
            if let Some(span) = value.secret(name, kind).filter(|span| !quiet.has(span)) {
                out.add(span, format!("the value of '{name}'"));
            }
        };
        self.settings.find((path, text), &held, &mut named);
        let mut more = Vec::new();
        self.families
            .find((path, text), &held, &mut named, &mut |v| more.push(v));
        for verdict in more {
            match verdict {
                Verdict::Told(leak) => out.put(leak),
                Verdict::Doubtful(span) => doubtful.push(span),
            }
        }
        for address in family::notify::addresses(text) {
            match address.is_told && !quiet.has(&address.span) {
                true => out.add(address.span, "a token of a service of messages".to_owned()),
                false => doubtful.push(address.span),
            }
        }
        for parameter in query::parameters(text, kind) {
            let what = format!("the value of '{}' in a URL", parameter.name);
            match parameter.is_told && !quiet.has(&parameter.span) {
                true => out.add(parameter.span, what),
                false => doubtful.push(parameter.span),
            }
        }
        for word in self.words.find(text, &held, kind) {
            if quiet.has(&word.span) {
                continue;
            }
            // A sentence, or a comment, has other words after an option.
            let value = text.get(word.span.clone()).unwrap_or_default();
            let bare = matches!(kind, Kind::Settings | Kind::Script) && word.is_sure;
            match bare || is_strong(value, kind) {
                true => out.add(word.span, word.what),
                false => doubtful.push(word.span),
            }
        }
        let heard = self.sentences.find((path, text), &held, kind);
        for span in heard.told.into_iter().filter(|span| !quiet.has(span)) {
            out.add(span, "a password in a sentence".to_owned());
        }
        doubtful.extend(heard.doubtful);
        doubtful.extend(self.slips.find((text, form), &held));
        doubtful.retain(|span| !quiet.has(span));
        Look {
            leaks: out.0.into_values().collect(),
            doubtful,
        }
    }
}

impl Scanner {
    /// The words of a command that hold what may be a secret, without it; as a list, and as a line of a shell, since what an option
    /// takes is none by itself.
    pub fn veiled_words(&self, words: &[&str]) -> Vec<Option<String>> {
        let plain: Vec<String> = words.iter().map(|word| in_quotes(word)).collect();
        let mut out = vec![None; words.len()];
        for (name, head, between) in [("x.yaml", "words: [\"", "\", \""), ("x.sh", "", " ")] {
            let line = format!("{head}{}", plain.join(between));
            let veiled = self.look(name, &line).veiled(&line);
            let mut at = head.len();
            for (word, out) in plain.iter().zip(&mut out) {
                let shown = veiled.get(at..at + word.len());
                at += word.len() + between.len();
                *out = shown
                    .filter(|s| s != word)
                    .map(str::to_owned)
                    .or(out.take());
            }
        }
        out
    }
}

/// A word as it can stand in quotes, of the same length and without an end of them: escaped quotes stay.
fn in_quotes(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut slashes = 0;
    for c in word.chars() {
        if c == '\\' {
            slashes += 1;
            continue;
        }
        let is_escaped = c == '"' && slashes % 2 == 1;
        let (sign, c) = match c {
            '"' if is_escaped => ("\\", '"'),
            '"' | '\n' | '\r' => ("'", '\''),
            c => ("'", c),
        };
        out.push_str(&sign.repeat(std::mem::take(&mut slashes)));
        out.push(c);
    }
    out + &"'".repeat(slashes)
}

/// Whether a word is too long and too mixed to be one of a language.
pub(crate) fn is_made_up(word: &str) -> bool {
    is_strong(word, Kind::Settings)
}

/// The same, and too mixed to stand in another word by chance.
pub(crate) fn is_random(word: &str) -> bool {
    is_strong(word, Kind::Prose)
}

/// The text with stars in place of what was found; every byte keeps its place.
pub fn masked(text: &str, leaks: &[Leak]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for leak in leaks {
        out.push_str(text.get(at..leak.span.start).unwrap_or_default());
        let hidden = text.get(leak.span.clone()).unwrap_or_default();
        for c in hidden.chars() {
            match c {
                '\n' => out.push('\n'),
                c => out.push_str(&"*".repeat(c.len_utf8())),
            }
        }
        at = leak.span.end;
    }
    out + text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
