//! Words that say what a job works with and whom it tells. No others of its commands and scripts are kept.

pub(super) const SH: &str = include_str!("sh/words.sh");

/// Stands among the words where a script was not read.
pub(super) const UNREAD: &str = "?";

/// Those that the host found, and whether it read everything.
pub(super) fn found(text: &str) -> impl Iterator<Item = &str> {
    let unread = text.contains(UNREAD).then_some(UNREAD);
    known(text).chain(unread)
}

/// Those of a text that are known.
pub(super) fn known(text: &str) -> impl Iterator<Item = &str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.split(move |c| !word(c))
        .filter(|w| list().any(|k| k == *w))
}

/// The list stands in the script, so that there is one.
fn list() -> impl Iterator<Item = &'static str> {
    let line = SH.lines().find_map(|l| l.strip_prefix("words='"));
    line.unwrap_or_default().trim_end_matches('\'').split('|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_of_the_list_are_known_and_nothing_else() {
        assert!(list().count() > 30 && list().is_sorted_by(|a, b| a < b));
        let found: Vec<&str> =
            known("/opt/restic -p s3cret; curl https://hc-ping.com/uuid backups").collect();
        assert_eq!(found, ["restic", "curl", "hc-ping"]);
    }
}
