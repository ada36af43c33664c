//! Words that are hidden in a line, by how they begin: a message is short, and a line may hide thousands.

use std::collections::{BTreeMap, BTreeSet};

/// No hidden word that is looked for is shorter.
const HEAD: usize = 4;

/// So many heads of words are tried one after the other.
const FEW: usize = 4;

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
        let found: Vec<&'t str> = match self.by_head.len() {
            // Most lines hide nothing, and a few words are looked for faster than the text is taken apart.
            0..=FEW => found(self.by_head.values(), text),
            _ => {
                let heads: BTreeSet<&[u8]> = text.as_bytes().windows(HEAD).collect();
                let known = heads.into_iter().filter_map(|head| self.by_head.get(head));
                found(known, text)
            }
        };
        found.into_iter().chain(self.starred.iter().copied())
    }
}

/// Of sets of words, those that stand in a text.
fn found<'t, 'w>(sets: impl Iterator<Item = &'w BTreeSet<&'t str>>, text: &str) -> Vec<&'t str>
where
    't: 'w,
{
    let words = sets.flatten().copied();
    words.filter(|word| text.contains(word)).collect()
}
