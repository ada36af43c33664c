//! Names and texts that come from elsewhere: what the language takes, and what can be shown.

/// Longest name of the language.
const LONGEST: usize = 63;
/// More of a foreign text is not shown.
const SHOWN: usize = 300;

/// The nearest name that the language takes; nothing if none of it can be kept.
pub(crate) fn of(text: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name: String = text
        .chars()
        .take(4 * LONGEST)
        .map(|c| if good(c) { c } else { '-' })
        .collect();
    let name = name.trim_start_matches(['-', '_', '.']);
    let name: String = name.chars().take(LONGEST).collect();
    let name = name.trim_end_matches('-');
    // `unknown` stands for no name at all.
    (!name.is_empty() && name != "unknown").then(|| name.to_owned())
}

/// The first name that is free: itself, or with a number behind it.
pub(crate) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..u32::MAX).map(|n| {
        let tail = format!("-{n}");
        let head: String = name.chars().take(LONGEST - tail.len()).collect();
        head + &tail
    });
    let mut all = std::iter::once(name.to_owned()).chain(numbered);
    all.find(|n| !taken(n)).unwrap_or_default()
}

/// A foreign text for people: one line, bounded, without what looks like a secret.
pub(crate) fn shown(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(|c| if hostile(c) { ' ' } else { c })
        .take(SHOWN)
        .collect();
    diag::hide(folded.trim())
}

/// Control characters, and those that turn or hide what stands beside them.
fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_language() {
        for (text, want) in [
            ("web", Some("web")),
            ("pve1.home.arpa", Some("pve1.home.arpa")),
            ("-x y/z", Some("x-y-z")),
            ("../../etc/passwd", Some("etc-passwd")),
            ("a: {b: c}", Some("a---b--c")),
            ("\u{1b}[31mred", Some("31mred")),
            ("äöü", None),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(of(text).as_deref(), want, "{text}");
        }
        assert_eq!(of(&"x".repeat(200)).map(|n| n.len()), Some(63));
        let taken = ["a", "a-2"];
        assert_eq!(free("a", |n| taken.contains(&n)), "a-3");
        assert_eq!(
            free(&"x".repeat(63), |n| n.len() == 63 && !n.ends_with('2')).len(),
            63
        );
    }

    #[test]
    fn what_is_shown_is_one_line() {
        assert_eq!(shown("a\nb\u{1b}[2J\u{202e}c"), "a b [2J c");
        assert!(!shown("postgres://u:hunter2@db/x").contains("hunter2"));
    }
}
