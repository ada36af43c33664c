//! Codes by which somebody gets in who has lost a second factor. Services hand out eight or ten of them, and people paste them into a
//! document.

use super::Family;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "recovery codes",
    files: &[
        "*.md", "*.txt", "*.rst", "*.adoc", "*.html", "*.yaml", "*.yml", "*.json", "*.org", "*.csv",
    ],
    what: "four codes or more behind `recovery codes`, `backup codes`, `scratch codes` and their like: `a1b2c-3d4e5`, `1234 5678`, `12345678`",
    shapes: &[],
    read: Some(lists),
};

/// What the codes are called, in small letters.
const NAMES: [&str; 8] = [
    "recovery",
    "backup",
    "scratch",
    "emergency",
    "2fa",
    "mfa",
    "one-time",
    "wiederherstellungs",
];
/// Fewer may be anything.
const FEWEST: usize = 4;
/// So many lines are looked at behind the name.
const MOST_LINES: usize = 40;

/// One finding for each list, which begins with its first code and ends with its last.
fn lists(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out: Vec<(Range<usize>, &'static str)> = Vec::new();
    // The letters are few, and most texts have none of them.
    let places = ["codes", "Codes", "CODES"].into_iter();
    let mut places: Vec<usize> = places
        .flat_map(|noun| text.match_indices(noun).map(|(at, _)| at))
        .collect();
    places.sort_unstable();
    for at in places {
        let is_in_last = out.last().is_some_and(|(span, _)| at < span.end);
        if is_in_last || !is_named(text, at) {
            continue;
        }
        let from = at + "codes".len();
        out.extend(codes(text, from).map(|span| (span, "recovery codes")));
    }
    out
}

/// Whether the word before says what codes they are.
fn is_named(text: &str, at: usize) -> bool {
    const LONGEST: usize = 24;
    let before = text.get(..at).unwrap_or_default();
    let start = before.char_indices().rev().take(LONGEST).last();
    let before = start.and_then(|(at, _)| before.get(at..));
    let before = before.unwrap_or_default().to_ascii_lowercase();
    let bare = before.trim_end_matches([' ', '-', '_']);
    NAMES.iter().any(|name| bare.ends_with(name))
}

/// From the first code to the last: lines of codes and of nothing else.
fn codes(text: &str, from: usize) -> Option<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let lines = text.get(from..)?.split_inclusive('\n').take(MOST_LINES);
    let mut start = from;
    for (n, line) in lines.enumerate() {
        let begins = start;
        start += line.len();
        let here = of_line(line, begins);
        let is_empty = line.trim_matches(|c: char| !c.is_alphanumeric()).is_empty();
        match here {
            Some(here) => found.extend(here),
            // Behind the name the sentence may go on.
            None if n == 0 || is_empty => {}
            None if found.is_empty() && n <= 3 => {}
            None => break,
        }
    }
    let mixed = found.iter().filter(|span| {
        let said = text.get((*span).clone()).unwrap_or_default();
        said.contains(|c: char| c.is_ascii_digit())
    });
    let enough = found.len() >= FEWEST && mixed.count() * 2 >= found.len();
    let (first, last) = (found.first()?, found.last()?);
    enough.then_some(first.start..last.end)
}

/// The codes of a line that has nothing else but the marks of a list or of a table.
fn of_line(line: &str, start: usize) -> Option<Vec<Range<usize>>> {
    let marks = |c: char| c.is_whitespace() || ",;|[](){}\"'`*•".contains(c);
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut half: Option<Range<usize>> = None;
    for (n, word) in line.split(marks).filter(|w| !w.is_empty()).enumerate() {
        let at = start + (word.as_ptr() as usize - line.as_ptr() as usize);
        let span = at..at + word.len();
        // `- `, `1.`, `10)`, `:`
        let is_number = n == 0
            && word.len() <= 3
            && word
                .trim_end_matches(['.', ':'])
                .bytes()
                .all(|b| b.is_ascii_digit());
        if ["-", "+", ":", "x"].contains(&word) || is_number {
            continue;
        }
        let digits = word.bytes().all(|b| b.is_ascii_digit());
        if digits && word.len() == 4 {
            half = match half.take() {
                Some(first) => {
                    out.push(first.start..span.end);
                    None
                }
                None => Some(span),
            };
            continue;
        }
        if half.is_some() || !is_code(word) {
            return None;
        }
        out.push(span);
    }
    (half.is_none() && !out.is_empty()).then_some(out)
}

/// Groups of letters and digits of the same length, or one word of them.
fn is_code(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    let good = |g: &&str| g.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = groups.first().map_or(0, |g| g.len());
    let same = groups.iter().all(|g| g.len() == first);
    let digit = word.contains(|c: char| c.is_ascii_digit());
    groups.iter().all(good)
        && match groups.len() {
            1 => digit && (6..=32).contains(&word.len()),
            2..=8 => same && (3..=10).contains(&first),
            _ => false,
        }
}
