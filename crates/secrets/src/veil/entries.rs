//! The variables of an environment file, as Compose reads them: `NAME=value`, `export NAME=value`, `NAME: value`, and values in quotes that go
//! on over several lines.

use std::ops::Range;

/// One of them.
pub(super) struct Entry<'t> {
    pub(super) name: &'t str,
    /// From behind the name to the end of the value.
    pub(super) rest: Range<usize>,
    /// The value ends in another line.
    pub(super) goes_on: bool,
}

/// All of a text. Each line of a value that goes on is looked at as one of its own, too: a quote may have been forgotten.
pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begins = start;
        start += line.len();
        let bare = without_export(line);
        let Some((before, value)) = bare.split_once(['=', ':']) else {
            continue;
        };
        let name = before.trim();
        if name.is_empty() || name.starts_with('#') || name.contains(char::is_whitespace) {
            continue;
        }
        let from = begins + line.len() - bare.len() + before.len();
        let end = begins + line.trim_end_matches(['\n', '\r']).len();
        let closed = closed_below(text, value.trim_start(), start);
        out.push(Entry {
            name,
            rest: from..closed.unwrap_or(end),
            goes_on: closed.is_some(),
        });
    }
    out
}

/// Without the word that a shell would need.
pub(super) fn without_export(line: &str) -> &str {
    let bare = line.trim_start();
    let rest = bare.strip_prefix("export");
    let rest = rest.filter(|rest| rest.starts_with([' ', '\t']));
    rest.map_or(bare, str::trim_start)
}

/// The end of a value whose quotes are not closed in its line: behind them, if they are in one below.
fn closed_below(text: &str, value: &str, next: usize) -> Option<usize> {
    let quote = value.chars().next().filter(|c| "\"'".contains(*c))?;
    if end_of(value.get(1..)?, quote).is_some() {
        return None;
    }
    Some(next + end_of(text.get(next..)?, quote)? + 1)
}

/// Where a quote is that no sign escapes.
fn end_of(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            return Some(at);
        }
        escaped = c == '\\' && quote == '"' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_a_variable_are_read() {
        for (text, want) in [
            ("A=1\nB = 2\r\n", ["A|=1", "B|=2"].as_slice()),
            ("export\tA=1\nexport  B=2\n", &["A|=1", "B|=2"]),
            ("A: 1\nexported=2", &["A|:1", "exported|=2"]),
            (
                "A=\"1\n2\\\"\n3\" # x\nB=4",
                &["A|=\"1\n2\\\"\n3\"", "B|=4"],
            ),
            ("A='1\nB=2\n", &["A|='1", "B|=2"]),
            ("# A=1\nno words = 2\n", &[]),
        ] {
            let all = entries(text);
            let shown = |e: &Entry<'_>| {
                let rest: String = text[e.rest.clone()].split(' ').collect();
                format!("{}|{rest}", e.name)
            };
            let found: Vec<String> = all.iter().map(shown).collect();
            assert_eq!(found, want, "{text}");
        }
    }
}
