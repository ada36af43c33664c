//! The secrets of one text as they are told: where, what, and the words before them.

use crate::scan::{Grade, Scanner};
use model::digest::Digest;
use std::collections::BTreeMap;

/// A secret in clear text.
#[derive(Debug)]
pub struct Shown {
    /// The commit that brought it, if it is not in the files any more.
    pub commit: Option<String>,
    /// The file that it stands in.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What it seems to be.
    pub what: String,
    /// How bad it is.
    pub grade: Grade,
    /// The line without it.
    pub excerpt: String,
}

/// Looks through a text. The digests tell whether a secret is known already; they are kept nowhere.
pub fn each(
    scanner: &Scanner,
    commit: Option<&str>,
    name: &str,
    text: &str,
) -> Vec<(Digest, Shown)> {
    let look = scanner.look(name, text);
    if look.leaks.is_empty() {
        return Vec::new();
    }
    let hidden = look.veiled(text);
    let hidden: Vec<&str> = hidden.lines().collect();
    // A line may hold many.
    let mut excerpts: BTreeMap<usize, String> = BTreeMap::new();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    // The last place in a line, and its column: the next one is counted from there.
    let (mut last, mut column) = (0, 1);
    let mut out = Vec::new();
    for leak in look.leaks {
        let secret = text.get(leak.span.clone()).unwrap_or_default();
        let line = ends.partition_point(|at| *at < leak.span.start) + 1;
        let begins = line.checked_sub(2).and_then(|n| ends.get(n));
        let begins = begins.map_or(0, |at| at + 1);
        if last < begins {
            (last, column) = (begins, 1);
        }
        let between = text.get(last..leak.span.start).unwrap_or_default();
        (last, column) = (leak.span.start, column + between.chars().count());
        let excerpt = excerpts.entry(line).or_insert_with(|| {
            let line = hidden.get(line - 1).copied().unwrap_or_default();
            around(&diag::hide(line.trim()))
        });
        let shown = Shown {
            commit: commit.map(str::to_owned),
            file: name.to_owned(),
            line,
            column,
            what: leak.what,
            grade: leak.grade,
            excerpt: excerpt.clone(),
        };
        out.push((Digest::of(secret), shown));
    }
    out
}

/// What stands right before a secret, and nothing of what else its line holds: that may be one that was not known.
fn around(hidden: &str) -> String {
    let Some((before, rest)) = hidden.split_once("***") else {
        return "…".to_owned();
    };
    let after = rest.trim_start_matches('*');
    let quoted = after
        .trim_matches(['"', '\'', ',', ';', '}', ']', ' '])
        .is_empty();
    let words: Vec<&str> = before.split_inclusive(char::is_whitespace).collect();
    let near: String = words
        .iter()
        .skip(words.len().saturating_sub(2))
        .copied()
        .collect();
    let stars = "*".repeat(3 + rest.len() - after.len());
    let (head, tail) = (
        if words.len() > 2 { "… " } else { "" },
        if quoted { after } else { " …" },
    );
    format!("{head}{near}{stars}{tail}")
        .chars()
        .take(100)
        .collect()
}
