//! A name and its value as they were found, and whether the value is a secret.

use super::kind::Kind;
use super::literal::{Bounds, is_secret, is_strong, literal};
use super::{several, words, yaml};
use diag::{Naming, naming};
use regex::Match;
use std::ops::Range;

/// Keys under which a map has what its own key names.
pub(super) const VALUES: [&str; 9] = [
    "value",
    "Value",
    "plain",
    "plaintext",
    "clear",
    "cleartext",
    "text",
    "literal",
    "default",
];

/// A value under a name, or a name and a value in one text, as Compose takes the environment in a list.
pub(super) fn of_tree(
    text: &str,
    value: &yaml::Value<'_>,
    named: &mut impl FnMut(&str, Found<'_>),
) {
    let bounds = match value.quoted {
        true => Bounds::Quoted,
        false => Bounds::Read,
    };
    let raw = text.get(value.span.clone()).unwrap_or_default();
    let found = Found {
        text: value.text.trim(),
        raw,
        start: value.span.start,
        bounds,
    };
    // `password: {value: x}`, `passwords: {jo: x}`
    let of_map =
        || VALUES.contains(&value.name) || several::is_one_of(value.under, value.name, value.text);
    let name = match naming(value.name).is_none() && of_map() {
        true => value.under,
        false => value.name,
    };
    named(name, found);
    let name = |n: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        !n.is_empty() && !n.starts_with('-') && n.bytes().all(good)
    };
    if let Some((name, said)) = value.text.split_once('=').filter(|(n, _)| name(n))
        && let Some(at) = raw.find('=')
        && !is_assignment(said)
    {
        let found = Found {
            text: said.trim(),
            raw: raw.get(at + 1..).unwrap_or_default(),
            start: value.span.start + at + 1,
            bounds,
        };
        named(name, found);
    }
}

/// A command behind the value, which a shell takes as its own: `DB_PASSWORD=x app --port 80`.
fn is_assignment(said: &str) -> bool {
    let mut words = said.split_whitespace();
    let first = words.next().unwrap_or_default();
    words.next().is_some() && is_strong(first, Kind::Settings)
}

/// A value as it was found.
pub(super) struct Found<'a> {
    /// What it says.
    pub(super) text: &'a str,
    /// What stands in the text for it.
    pub(super) raw: &'a str,
    /// Where that begins.
    pub(super) start: usize,
    pub(super) bounds: Bounds,
}

impl<'a> Found<'a> {
    /// What a shape has taken for a value, perhaps with quotes around it.
    pub(super) fn word(value: &Match<'a>) -> Self {
        let (inner, range) = words::bare(value.as_str(), value.range());
        if inner.len() < value.as_str().len() {
            return Self {
                text: inner,
                raw: inner,
                start: range.start,
                bounds: Bounds::Quoted,
            };
        }
        // SQL marks a text of any alphabet.
        let (inner, range) = match inner.strip_prefix("N'") {
            Some(rest) => (rest, range.start + 2..range.end),
            None => (inner, range),
        };
        // The quotes may be around the name as well.
        let inner = inner.trim_end_matches(['"', '\'', ';', '\\']);
        Self {
            text: inner,
            raw: inner,
            start: range.start,
            bounds: Bounds::Guessed,
        }
    }

    /// A value between tags, in quotes or in an attribute is all of it.
    pub(super) fn written_out(value: &Match<'a>) -> Self {
        Self {
            text: value.as_str(),
            raw: value.as_str(),
            start: value.start(),
            bounds: Bounds::Quoted,
        }
    }

    /// What stands behind a name in its line, and if that is a list, each item of it.
    pub(super) fn items(value: &Match<'a>) -> Vec<Self> {
        let whole = Self::rest_of_line(value);
        let inner = whole.text.strip_prefix('[');
        let Some(inner) = inner.and_then(|t| t.strip_suffix(']')) else {
            return vec![whole];
        };
        let mut start = whole.start + 1;
        let item = |part: &'a str| {
            let lead = part.len() - part.trim_start().len();
            let said = part.trim();
            let (text, span) = words::bare(said, start + lead..start + lead + said.len());
            start += part.len() + 1;
            Self {
                text,
                raw: text,
                start: span.start,
                bounds: Bounds::Quoted,
            }
        };
        inner.split(',').map(item).collect()
    }

    /// What stands behind a name in its line, up to a comment.
    pub(super) fn rest_of_line(value: &Match<'a>) -> Self {
        let said = value.as_str();
        let quote = said.chars().next().filter(|c| "\"'".contains(*c));
        let closed = quote.and_then(|q| {
            let ends = said.match_indices(q).skip(1).map(|(at, _)| at);
            let mut ends = ends.filter(|at| {
                let rest = said.get(at + 1..).unwrap_or_default().trim_start();
                rest.is_empty() || rest.starts_with('#')
            });
            ends.next()
        });
        let (inner, lead, bounds) = match closed {
            Some(end) => (said.get(1..end), 1, Bounds::Quoted),
            None => {
                let comment = said.find(" #").unwrap_or(said.len());
                (said.get(..comment), 0, Bounds::Read)
            }
        };
        let inner = inner.unwrap_or_default().trim_end();
        Self {
            text: inner,
            raw: inner,
            start: value.start() + lead,
            bounds,
        }
    }

    /// Where it is, if it is a secret under this name.
    pub(super) fn secret(&self, name: &str, kind: Kind) -> Option<Range<usize>> {
        let naming = naming(name)?;
        if naming != Naming::Password && is_its_name(name, self.text) {
            return None;
        }
        let said = literal(self.text, self.bounds, kind)?;
        let lines = said.lines().map(str::trim);
        let any = |text: &str| is_secret((name, naming), (text, self.bounds), kind);
        if !any(said) && !lines.into_iter().any(any) {
            return None;
        }
        let at = match said.len() < self.text.len() {
            true => self.raw.rfind(said),
            false => None,
        };
        Some(match at {
            Some(at) => self.start + at..self.start + at + said.len(),
            None => self.start..self.start + self.raw.len(),
        })
    }
}

/// `GITHUB_CLIENT_SECRET: github-client-secret` says what belongs there.
fn is_its_name(name: &str, text: &str) -> bool {
    let joined = |t: &'_ str| -> String {
        let signs = t.chars().filter(char::is_ascii_alphanumeric);
        signs.map(|c| c.to_ascii_lowercase()).collect()
    };
    text.len() <= 2 * name.len() && joined(text) == joined(name)
}

pub(super) fn unquoted(text: &str, range: Range<usize>) -> (&str, Range<usize>) {
    let inner = text
        .strip_prefix(['"', '\''])
        .and_then(|t| t.strip_suffix(['"', '\'']));
    match inner {
        Some(inner) => (inner, range.start + 1..range.end - 1),
        None => (text, range),
    }
}
