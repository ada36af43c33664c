//! A change of texts as a unified patch.

use super::mask::mask;
use similar::TextDiff;

/// The difference of two versions of a file, with three lines around each change. Where a secret belongs stand stars, so that the
/// patch is for reading.
pub fn patch(path: &str, old: &str, new: &str) -> String {
    let (old, new) = (mask(old), mask(new));
    let path = plain(path);
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let mut shown = diff.unified_diff();
    shown.header(&format!("a/{path}"), &format!("b/{path}"));
    plain(&shown.to_string())
}

/// Without what a terminal would obey.
fn plain(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let (body, end) = match line.strip_suffix("\r\n") {
            Some(body) => (body, "\n"),
            None => (line, ""),
        };
        let tabs = body.split('\t').map(super::clean);
        tabs.collect::<Vec<_>>().join("\t") + end
    });
    lines.collect()
}
