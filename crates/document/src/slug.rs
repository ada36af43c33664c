//! What links to headings are written as.

use std::collections::BTreeMap;

/// Slugs of one document: the second of two equal headings gets `-1`, as on GitHub and GitLab.
#[derive(Default)]
pub(super) struct Slugs {
    seen: BTreeMap<String, usize>,
}

impl Slugs {
    /// The slug of the next heading.
    pub(super) fn next(&mut self, heading: &str) -> String {
        let slug = slug(heading);
        let count = self.seen.entry(slug.clone()).or_default();
        *count += 1;
        match *count {
            1 => slug,
            n => format!("{slug}-{}", n - 1),
        }
    }
}

/// Lower case, without punctuation, `-` for each space.
fn slug(heading: &str) -> String {
    let kept = heading
        .trim()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn slugs_are_those_of_github() {
        let mut slugs = super::Slugs::default();
        for (heading, expected) in [
            ("Requirements & Planning", "requirements--planning"),
            ("Business Case & ROI", "business-case--roi"),
            ("Why Build a Personal Cloud?", "why-build-a-personal-cloud"),
            ("5.3 Change Management", "53-change-management"),
            ("Überblick", "überblick"),
            ("Überblick", "überblick-1"),
            ("✅ Done", "-done"),
        ] {
            assert_eq!(slugs.next(heading), expected);
        }
    }
}
