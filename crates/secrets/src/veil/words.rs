//! Words that are hidden in a line, by how they begin: a message is short, and a line may hide thousands.

use std::collections::{BTreeMap, BTreeSet};

/// No hidden word that is looked for is shorter.
const HEAD: usize = 4;

/// The hidden words of one place.
pub(super) struct Words<'t> {
    by_head: BTreeMap<&'t [u8], BTreeSet<&'t str>>,
    /// They may come about when another word is taken out.
    starred: BTreeSet<&'t str>,
}

impl<'t> Words<'t> {
    /// Each has four bytes or more.
    pub(super) fn of(words: impl Iterator<Item = &'t str>) -> Self {
        let mut out = Self {
            by_head: BTreeMap::new(),
            starred: BTreeSet::new(),
        };
        for word in words {
            if word.contains('*') {
                out.starred.insert(word);
            } else if let Some(head) = word.as_bytes().get(..HEAD) {
                out.by_head.entry(head).or_default().insert(word);
            }
        }
        out
    }

    /// Those that a text could have in it.
    pub(super) fn perhaps_in<'w>(
        &'w self,
        text: &str,
    ) -> impl Iterator<Item = &'t str> + use<'t, 'w> {
        let heads: BTreeSet<&[u8]> = text.as_bytes().windows(HEAD).collect();
        let found: Vec<&'t str> = heads
            .into_iter()
            .filter_map(|head| self.by_head.get(head))
            .flatten()
            .copied()
            .filter(|word| text.contains(word))
            .collect();
        found.into_iter().chain(self.starred.iter().copied())
    }
}
