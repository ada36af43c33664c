//! The secrets of one text as they are told: where, what, and the words before them.

use crate::scan::{Grade, Look, Scanner};
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
    of(scanner.look(name, text), commit, name, text)
}

/// The same of what was found in it.
pub fn of(look: Look, commit: Option<&str>, name: &str, text: &str) -> Vec<(Digest, Shown)> {
    if look.leaks.is_empty() {
        return Vec::new();
    }
    let hidden = look.veiled(text);
    let hidden: Vec<&str> = hidden.lines().collect();
    // A line may hold many.
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
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
        let here = lines.entry(line).or_insert_with(|| {
            let line = hidden.get(line - 1).copied().unwrap_or_default();
            diag::hide(line)
        });
        let excerpt = around(here, leak.span.start - begins);
        let shown = Shown {
            commit: commit.map(str::to_owned),
            file: name.to_owned(),
            line,
            column,
            what: leak.what,
            grade: leak.grade,
            excerpt,
        };
        out.push((Digest::of(secret), shown));
    }
    out
}

/// The name right before a secret, and nothing of what else its line holds: that may be one that was not known.
fn around(line: &str, at: usize) -> String {
    let (Some(before), Some(rest)) = (line.get(..at), line.get(at..)) else {
        return "…".to_owned();
    };
    let after = rest.trim_start_matches('*');
    let stars = "*".repeat(rest.len() - after.len());
    let closed = after
        .trim_matches(['"', '\'', ',', ';', '}', ']', ' '])
        .is_empty();
    let name = name_before(before);
    let begins = before.get(..before.len() - name.len()).unwrap_or_default();
    let is_first = begins.trim_matches([' ', '\t', '-']).is_empty();
    let head = if is_first { "" } else { "… " };
    let tail = if closed { after } else { " …" };
    format!("{head}{name}{stars}{tail}")
        .chars()
        .take(100)
        .collect()
}

/// What a line ends with if that is a name, with the signs behind it; nothing if it may be a value.
fn name_before(before: &str) -> &str {
    const SIGNS: &str = " \t:=>,|*\"'`\\";
    let Some((name, signs)) = last_word(before, SIGNS) else {
        return "";
    };
    let is_set = signs.contains([':', '=', '>']);
    let is_option = name.starts_with("--") || name.starts_with('-') && name.len() <= 3;
    let is_secrets = diag::misspelt(name).is_some();
    if !(is_set || is_option || is_secrets) {
        return "";
    }
    let whole = name.len() + signs.len();
    let front = before.get(..before.len() - whole).unwrap_or_default();
    // The first part of a value that has such signs in it: `password: one:***`.
    let is_part = !is_secrets
        && !front.ends_with([',', '{', '[', ';', '&', '<'])
        && last_word(front, SIGNS).is_some_and(|(name, signs)| {
            !signs.contains([',', '>']) && diag::misspelt(name).is_some()
        });
    match is_part {
        true => "",
        false => before.get(before.len() - whole..).unwrap_or_default(),
    }
}

/// The last word of a text, and the signs behind it.
fn last_word<'t>(text: &'t str, signs: &str) -> Option<(&'t str, &'t str)> {
    let bare = text.trim_end_matches(|c| signs.contains(c));
    let behind = text.get(bare.len()..)?;
    let part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let before = bare.trim_end_matches(part);
    let name = bare.get(before.len()..)?;
    // The `n` of a `\n` is none of it.
    let is_escaped = before.ends_with('\\') && name.starts_with(['n', 'r', 't']);
    let name = if is_escaped { name.get(1..)? } else { name };
    (!name.is_empty()).then_some((name, behind))
}

#[cfg(test)]
mod tests {
    use super::each;
    use crate::scan::Scanner;

    /// Neither a secret nor the word beside it, told or not, is in what is shown.
    #[test]
    fn of_a_line_only_the_name_of_the_secret_is_shown() {
        for (text, want) in [
            ("DB_PASSWORD=hunter2hunter2", "DB_PASSWORD=**************"),
            ("  - token: hunter2hunter2", "token: **************"),
            (
                r#"A: "b: c\ntoken: hunter2hunter2""#,
                "… token: **************\"",
            ),
            (
                "environment: {DB_PASSWORD: walnut, ADMIN_PASSWORD: hunter2hunter2}",
                "… ADMIN_PASSWORD: **************}",
            ),
            (
                "environment: {SALT_OF: walnut, ADMIN_PASSWORD: hunter2hunter2, B_PASS: walnut}",
                "… ADMIN_PASSWORD: ************** …",
            ),
            (
                "command: app --password walnut --token hunter2hunter2",
                "… --token **************",
            ),
            (
                "command: [app, --word, walnut, '--token', 'hunter2hunter2']",
                "… --token', '**************']",
            ),
            (
                "command: app -pwalnut ghp_0123456789abcdefghijABCDEFGHIJ012345",
                "… ****************************************",
            ),
        ] {
            let found = each(&Scanner::default(), None, "compose.yaml", text);
            let shown: Vec<&str> = found.iter().map(|(_, s)| s.excerpt.as_str()).collect();
            assert!(shown.contains(&want), "{text}: {shown:?}");
            assert!(!shown.iter().any(|s| s.contains("walnut")), "{shown:?}");
        }
    }

    #[test]
    fn each_secret_of_a_line_is_shown_by_its_own_name() {
        let text = "environment: {A_TOKEN: hunter2hunter2, B_TOKEN: 7hunter7hunter}";
        let found = each(&Scanner::default(), None, "compose.yaml", text);
        let shown: Vec<&str> = found.iter().map(|(_, s)| s.excerpt.as_str()).collect();
        assert_eq!(
            shown,
            ["… A_TOKEN: ************** …", "… B_TOKEN: **************}"]
        );
    }
}
