//! Several secrets under one name: the items of a list (`"token": ["…", "…"]`), and the entries of a map whose name is a plural
//! (`"passwords": {"jo": "…"}`), also where they are a text in a text, whose quotes are escaped.

use super::found::Found;
use super::literal::Bounds;
use diag::naming;
use std::ops::Range;

/// Ends of names that several secrets stand under.
const PLURALS: [&str; 6] = [
    "passwords",
    "passwds",
    "passphrases",
    "passcodes",
    "tokens",
    "keys",
];

/// Whether the entries of a map of this name are secrets, each under the name of whose it is.
pub(super) fn is_plural(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    naming(name).is_some() && PLURALS.iter().any(|end| lower.ends_with(end))
}

/// Keys of what is said of passwords, where they are kept among it.
const ABOUT: [&str; 14] = [
    "at", "cost", "escrow", "holders", "host", "in", "kind", "note", "opens", "owner", "place",
    "price", "user", "was",
];

/// Whether an entry of such a map is a secret: whose it is says no more of it, so it is one word that somebody or something made up.
pub(super) fn is_one_of(name: &str, entry: &str, said: &str) -> bool {
    let sign = |c: char| c.is_whitespace() || c == '/';
    let is_word = said.chars().all(char::is_alphabetic);
    // `passwords: {min_length: 12}`
    let about = || ABOUT.contains(&entry) || naming(&format!("password_{entry}")).is_none();
    is_plural(name) && !is_word && !said.contains(sign) && !about()
}

/// The texts of a list, in quotes.
pub(super) fn of_list(inner: &str, start: usize) -> Vec<Found<'_>> {
    let found = in_quotes(inner).into_iter();
    found.map(|span| written_out(inner, span, start)).collect()
}

/// The values of a map, if they and their keys stand in quotes.
pub(super) fn of_map<'t>(name: &str, inner: &'t str, start: usize) -> Vec<Found<'t>> {
    let mut out = Vec::new();
    let mut key = None;
    for span in in_quotes(inner) {
        let said = inner.get(span.clone()).unwrap_or_default();
        let rest = inner.get(span.end..).unwrap_or_default();
        let behind = rest.trim_start_matches(['\\', '"', '\'']).trim_start();
        match (behind.starts_with(':'), key.take()) {
            (true, _) => key = Some(said),
            (false, Some(key)) if is_one_of(name, key, said) => {
                out.push(written_out(inner, span, start));
            }
            (false, _) => {}
        }
    }
    out
}

fn written_out(inner: &str, span: Range<usize>, start: usize) -> Found<'_> {
    let said = inner.get(span.clone()).unwrap_or_default();
    Found {
        text: said,
        raw: said,
        start: start + span.start,
        bounds: Bounds::Quoted,
    }
}

/// What stands in quotes. They end with quotes that are no more escaped than those they begin with.
fn in_quotes(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let slashes = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default().iter().rev();
        before.take_while(|b| **b == b'\\').count()
    };
    let mut out = Vec::new();
    let mut begun: Option<(usize, u8, usize)> = None;
    for (at, sign) in bytes.iter().enumerate().filter(|(_, b)| b"\"'".contains(b)) {
        let escapes = slashes(at);
        match begun {
            None => begun = Some((at + 1, *sign, escapes)),
            Some((from, open, depth)) if open == *sign && escapes <= depth => {
                out.push(from..at - escapes);
                begun = None;
            }
            Some(_) => {}
        }
    }
    out
}
