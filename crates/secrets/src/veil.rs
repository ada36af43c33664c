//! What of the texts of a lab may be shown: not the secrets that stand in them, nor what may be one.
//!
//! Everything that prints a line of somebody's text takes it from here. The first wall is the scanner, which also hides what it is not
//! sure of; the second is the mask of the renderer of excerpts, which knows no formats. Messages are held against the lines that they
//! are about: a rule that repeats a word of its line repeats none that is hidden in it.

mod entries;
mod flow;
mod lines;
mod marked;
mod messages;
mod names;
mod said;
mod used;
mod variables;
mod words;

pub use names::Names;
pub use used::{Used, Uses};
pub use variables::{Variable, brought_along, is_environment, is_telling, variables};

use crate::scan::{Grade, Look, is_of_words};
use diag::{Diagnostic, SourceSet, Span};
use messages::Messages;
use model::id::Kind;
use said::Known;
use std::collections::BTreeSet;
use std::ops::Range;

/// Texts as they may be shown, and what was found in them.
#[derive(Debug)]
pub struct Veil {
    /// The same texts with stars; every byte keeps its place.
    pub shown: SourceSet,
    looks: Vec<Look>,
}

impl Veil {
    /// Of what was found in each text; hides also what could be a secret behind unknown keys: nobody knows what that is.
    ///
    /// What of it is the name of something stays where the key is plainly no secret's.
    pub fn of(
        sources: &SourceSet,
        mut looks: Vec<Look>,
        told: &[Diagnostic],
        names: &Names<'_>,
    ) -> Self {
        let texts: Vec<_> = sources.iter().map(|(_, source)| source).collect();
        for (id, places) in lines::unknown_keys(told, sources) {
            let text = texts.get(id.0 as usize);
            if let (Some(text), Some(look)) = (text, looks.get_mut(id.0 as usize)) {
                let hidden = lines::behind_all(&text.text, places, names);
                look.doubtful.extend(hidden);
            }
        }
        for (id, unread, places) in lines::wrong(told, sources) {
            let text = texts.get(id.0 as usize);
            if let (Some(text), Some(look)) = (text, looks.get_mut(id.0 as usize)) {
                let hidden = places.into_iter();
                let hidden = hidden.flat_map(|lines| named(&text.text, lines, unread));
                look.doubtful.extend(hidden);
            }
        }
        let mut shown = SourceSet::default();
        for ((id, source), look) in sources.iter().zip(&mut looks) {
            look.doubtful.sort_by_key(|span| (span.start, span.end));
            look.doubtful.dedup();
            // Most texts hide nothing, and are not copied.
            let bare = look.leaks.is_empty() && look.doubtful.is_empty();
            if !(bare && shown.share(sources, id).is_some()) {
                shown.add(source.path.clone(), look.veiled(&source.text));
            }
        }
        Self { shown, looks }
    }

    /// Secrets in clear text and what each seems to be, without those that the language has refused. A file that is read for several
    /// stacks has each once.
    pub fn leaks(&self, sources: &SourceSet, told: &[Diagnostic]) -> Vec<(Span, String)> {
        let refused: Vec<&Diagnostic> = told
            .iter()
            .filter(|d| d.code == "secret-in-clear")
            .collect();
        let mut seen = BTreeSet::new();
        let mut leaks = Vec::new();
        for ((id, source), look) in sources.iter().zip(&self.looks) {
            for leak in look.leaks.iter().filter(|l| l.grade == Grade::Clear) {
                if !seen.insert((source.path.as_str(), leak.span.start, leak.span.end)) {
                    continue;
                }
                let span = Span::new(id, leak.span.start, leak.span.end);
                let line = sources.position(span).map_or(0, |p| p.line);
                // Its message names the place, since it must not show it.
                let place = format!(", at {}:{line}:", source.path);
                let is_here = |d: &&Diagnostic| {
                    let stands = d.primary.as_ref().is_some_and(|l| overlap(&l.span, &span));
                    stands || d.message.contains(&place)
                };
                if !refused.iter().any(is_here) {
                    leaks.push((span, leak.what.clone()));
                }
            }
        }
        leaks
    }

    /// What is hidden in a place, each word of it.
    pub fn hidden_in(&self, sources: &SourceSet, span: Span) -> Vec<String> {
        let text = sources.get(span.source).map(|s| s.text.as_str());
        let look = self.looks.get(span.source.0 as usize);
        let (Some(text), Some(look)) = (text, look) else {
            return Vec::new();
        };
        inside(look, span.start as usize..span.end as usize)
            .filter_map(|span| text.get(span.clone()))
            .map(str::to_owned)
            .collect()
    }

    /// The secrets of environment files.
    pub fn of_variables<'t>(
        &'t self,
        sources: &'t SourceSet,
    ) -> impl Iterator<Item = Variable<'t>> + use<'t> {
        let files = sources.iter().zip(&self.looks);
        files.flat_map(|((_, source), look)| variables(source, &look.leaks))
    }

    /// Takes out of what is said whatever is hidden in the lines that it is about, the secrets of links, and those that variables bring
    /// along.
    ///
    /// Whoever knows what else a word is says so: names of declared objects stay in messages.
    pub fn over(&self, sources: &SourceSet, told: &mut [Diagnostic], names: &Names<'_>) {
        let mut messages = Messages::new(self, sources, names);
        told.iter_mut().for_each(|d| messages.over(d));
    }
}

/// Whether two places share a byte.
fn overlap(a: &Span, b: &Span) -> bool {
    a.source == b.source && a.start < b.end && b.start < a.end
}

/// Words of keys behind which words could be somebody's way in, though they are no names of secrets.
const WAYS_IN: [&str; 12] = [
    "access", "account", "auth", "code", "key", "login", "logon", "pin", "user", "wifi", "wlan",
    "zugang",
];

/// What is known of an unknown key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It is a slip of a known one, and neither is the name of a secret.
    Slip,
    /// It is plainly not the name of a secret: words behind it are words.
    Plain,
    /// It may be one's.
    Perhaps,
}

fn standing(d: &Diagnostic, key: &str) -> Standing {
    let open = |name: &str| diag::naming(name).is_none() && diag::misspelt(name).is_none();
    let meant = d.fix.as_ref().and_then(|fix| fix.edits.first());
    let lower = key.to_lowercase();
    match meant {
        _ if !open(key) => Standing::Perhaps,
        Some(edit) if open(&edit.text) => Standing::Slip,
        None if !WAYS_IN.iter().any(|word| lower.contains(word)) => Standing::Plain,
        Some(_) | None => Standing::Perhaps,
    }
}

/// Letters with digits or signs among them, as no word has them.
fn is_mixed(word: &str) -> bool {
    let signs = |c: char| "!@#$^&*=|\\<>?".contains(c);
    let bare = word.trim_matches(|c: char| ",.;:!?()".contains(c));
    bare.contains(signs) || bare.chars().any(|c| c.is_ascii_digit()) && !is_plain(bare)
}

/// Whether a secret was found right where something points.
fn is_hidden(look: &Look, span: &Span) -> bool {
    inside(look, span.start as usize..span.end as usize)
        .next()
        .is_some()
}

/// Of what stands behind a key that is plainly no secret's, the words that nobody writes there but one who made them up.
fn made_up(
    text: &str,
    places: Vec<Range<usize>>,
    is_odd: fn(&str) -> bool,
    names: &Names<'_>,
) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for place in places {
        let part = text.get(place.clone()).unwrap_or_default();
        for word in part.split([' ', '\t', '"', '\'']) {
            if is_odd(word) && !is_plain(word) && names.known(word) != Some(Known::Name) {
                let start = place.start + (word.as_ptr() as usize - part.as_ptr() as usize);
                out.push(start..start + word.len());
            }
        }
    }
    out
}

/// What hides in lines; both lists are in the order of the text.
fn within<'t>(look: &'t Look, text: &'t str, lines: Range<usize>) -> impl Iterator<Item = &'t str> {
    // Words of three signs are everywhere.
    inside(look, lines)
        .filter(|span| span.len() > 3)
        .filter_map(|span| text.get(span.clone()))
}

/// What is hidden of a range.
fn inside(look: &Look, place: Range<usize>) -> impl Iterator<Item = &Range<usize>> {
    let first = look.leaks.partition_point(|l| l.span.end <= place.start);
    let told = look.leaks.get(first..).unwrap_or_default();
    let told = told.iter().map(|leak| &leak.span);
    let first = look.doubtful.partition_point(|s| s.start < place.start);
    let doubtful = look.doubtful.get(first..).unwrap_or_default().iter();
    let told = told.take_while(move |span| span.start < place.end);
    told.chain(doubtful.take_while(move |span| span.start < place.end))
}

/// Of what stands between two signs of YAML: perhaps a key, and a text.
fn of_part(part: &str, at: usize) -> Option<Range<usize>> {
    let value = match part.split_once(": ") {
        Some((key, value)) if is_plain(key.trim()) => value,
        _ => part,
    };
    let value = value.split(" #").next().unwrap_or_default();
    let said = value.trim();
    let bare = said.trim_matches(['"', '\'']);
    // Of several words, the first says what the others are for.
    let (first, others) = match bare.split_once([' ', '\t']) {
        Some((first, others)) => (first, others.trim()),
        None => (bare, ""),
    };
    let hidden = match (is_plain(first), others.is_empty()) {
        (true, true) => return None,
        (true, false) => others,
        (false, _) => bare,
    };
    let start = hidden.as_ptr() as usize - part.as_ptr() as usize;
    (!hidden.is_empty()).then(|| at + start..at + start + hidden.len())
}

/// What stands behind the name of a secret in lines that are wrong: anything, if they could not be read, else what YAML takes for a tag, an
/// anchor, an alias or the head of a text.
fn named(text: &str, lines: Range<usize>, unread: bool) -> Vec<Range<usize>> {
    const SIGNS: [char; 7] = [',', '{', '}', '[', ']', '\n', '\r'];
    let mut out = Vec::new();
    let mut start = lines.start;
    for part in text.get(lines).unwrap_or_default().split(SIGNS) {
        let from = start;
        start += part.len() + 1;
        let mut at = from;
        for word in part.split([' ', '\t']) {
            let end = at + word.len();
            let name = word.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
            let names = diag::naming(name).is_some() || diag::misspelt(name).is_some();
            let rest = text.get(end..from + part.len()).unwrap_or_default();
            let value = rest.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
            if names
                && !value.is_empty()
                && (unread || value.starts_with(['!', '&', '*', '|', '>']))
            {
                let begin = end + (value.as_ptr() as usize - rest.as_ptr() as usize);
                out.push(begin..begin + value.len());
                break;
            }
            at = end + 1;
        }
    }
    out
}

/// A word, a number with its unit, an address, a path or a reference to an object: nothing of it is made up. An anchor, an alias and a tag
/// are as plain as their names.
fn is_plain(text: &str) -> bool {
    let text = text.trim_start_matches(['&', '*', '!']);
    if is_reference(text) {
        return true;
    }
    let good = |c: char| c.is_ascii_alphanumeric() || "._-/~+:%".contains(c);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    let address = text
        .chars()
        .all(|c| c.is_ascii_hexdigit() || ".:/".contains(c));
    text.chars().all(good)
        && (digits == 0 || letters <= 3 || address || text.starts_with(['/', '.', '~']))
}

/// `host/nas2`: a kind of objects, and a name of letters with a number behind them.
fn is_reference(text: &str) -> bool {
    let parts = text.split_once('/');
    parts.is_some_and(|(kind, name)| {
        let is_kind = Kind::ALL.iter().any(|k| k.word() == kind);
        is_kind && !name.is_empty() && is_of_words(name)
    })
}

#[cfg(test)]
mod tests;
