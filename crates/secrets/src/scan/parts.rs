//! What a text must hold for a shape to be in it: a few letters that stand in every match. All of them are looked for in one go, and an
//! expression is compiled when the first text comes that has its letters. Most texts have none of them.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Captures, Match, Regex};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Letters, one of which stands in every name that is a secret's: what none of them is in names none.
pub(super) const NOUNS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "psk",
    "pw",
    "kennwort",
    "wachtwoord",
    "contrasena",
    "mdp",
    "schl\u{fc}ssel",
    "schl\u{dc}ssel",
    "schluessel",
    "private",
    "preshared",
    "salt",
    "seed",
    "pepper",
    "cred",
    "_pat",
    "_sas",
    "dbroot",
    "authtok",
    "hmacencoded",
    "mnemonic",
    "plex_claim",
    "pushover_user",
    "rediscli_auth",
    "epik_signature",
];

/// Gathers the letters of all shapes.
#[derive(Default)]
pub(super) struct Parts {
    known: BTreeMap<&'static str, usize>,
    all: Vec<&'static str>,
    #[cfg(test)]
    shapes: Vec<&'static str>,
}

impl Parts {
    /// A shape and its letters, small ones: a match has one of them, whatever their case. Without letters it is looked for everywhere.
    pub(super) fn shape(&mut self, any: &'static [&'static str], shape: &'static str) -> Lazy {
        #[cfg(test)]
        self.shapes.push(shape);
        Lazy {
            any: self.ids(any),
            shape,
            compiled: OnceLock::new(),
        }
    }

    /// The letters alone.
    pub(super) fn ids(&mut self, any: &[&'static str]) -> Vec<usize> {
        any.iter().map(|part| self.id(part)).collect()
    }

    fn id(&mut self, part: &'static str) -> usize {
        let all = &mut self.all;
        *self.known.entry(part).or_insert_with(|| {
            all.push(part);
            all.len() - 1
        })
    }

    pub(super) fn index(self) -> Index {
        // A single sign is in most texts, and found at once.
        let long = |part: &str| part.len() > 1;
        let (mut signs, mut words, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for (id, part) in self.all.iter().enumerate() {
            match long(part) {
                true => {
                    ids.push(id);
                    words.push(*part);
                }
                false => signs.push((id, *part)),
            }
        }
        let nouns = NOUNS.len();
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(NOUNS.iter().chain(&words));
        Index {
            size: self.all.len(),
            signs,
            ids,
            nouns,
            searcher: searcher.ok(),
            #[cfg(test)]
            shapes: self.shapes,
        }
    }
}

/// All letters, ready to be looked for.
#[derive(Default)]
pub(super) struct Index {
    size: usize,
    signs: Vec<(usize, &'static str)>,
    /// Of each of the longer ones.
    ids: Vec<usize>,
    nouns: usize,
    searcher: Option<AhoCorasick>,
    #[cfg(test)]
    pub(super) shapes: Vec<&'static str>,
}

/// What a text holds.
pub(super) struct Held {
    parts: Vec<bool>,
    /// Where the letters of a secret's name begin, in the order of the text.
    pub(super) nouns: Vec<usize>,
}

impl Index {
    pub(super) fn of(&self, text: &str) -> Held {
        let mut held = Held {
            // Without a searcher everything is looked for.
            parts: vec![self.searcher.is_none(); self.size],
            nouns: Vec::new(),
        };
        for (id, sign) in &self.signs {
            held.put(*id, text.contains(sign));
        }
        let searcher = self.searcher.iter();
        for found in searcher.flat_map(|s| s.find_overlapping_iter(text)) {
            match found.pattern().as_usize().checked_sub(self.nouns) {
                None => held.nouns.push(found.start()),
                Some(n) => {
                    if let Some(id) = self.ids.get(n) {
                        held.put(*id, true);
                    }
                }
            }
        }
        held
    }
}

impl Held {
    fn put(&mut self, id: usize, is: bool) {
        if let Some(part) = self.parts.get_mut(id) {
            *part |= is;
        }
    }

    /// One of them, or there are none to look for.
    pub(super) fn any(&self, ids: &[usize]) -> bool {
        ids.is_empty() || ids.iter().any(|id| self.parts.get(*id) == Some(&true))
    }
}

/// An expression that is compiled when it is needed.
pub(super) struct Lazy {
    any: Vec<usize>,
    shape: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Lazy {
    /// Whether the text may have it.
    pub(super) fn may_be(&self, held: &Held) -> bool {
        held.any(&self.any)
    }

    /// All that it finds.
    pub(super) fn captures<'t>(
        &self,
        held: &Held,
        text: &'t str,
    ) -> impl Iterator<Item = Captures<'t>> {
        let regex = self.when(held).into_iter();
        regex.flat_map(move |r| r.captures_iter(text))
    }

    /// Where it is.
    pub(super) fn places<'t>(&self, held: &Held, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let regex = self.when(held).into_iter();
        regex.flat_map(move |r| r.find_iter(text))
    }

    fn when(&self, held: &Held) -> Option<&Regex> {
        if !self.may_be(held) {
            return None;
        }
        let compiled = self.compiled.get_or_init(|| Regex::new(self.shape).ok());
        compiled.as_ref()
    }
}
