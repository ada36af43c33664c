//! What is hidden in lines, and in environment files, is taken out of what is said of them.

use super::said::{self, Fit};
use super::variables::{Said, Searcher};
use super::words::Words;
use super::{Names, Veil, is_hidden, within};
use diag::{Diagnostic, SourceSet, Span};
use std::collections::BTreeMap;

/// The lines that something is said of: what they hide is looked up once, however much is said of them.
struct Lines<'a> {
    words: Words<'a>,
    said: Said,
}

pub(super) struct Messages<'a, 'n> {
    veil: &'a Veil,
    sources: &'a SourceSet,
    names: &'a Names<'n>,
    variables: Searcher<'a>,
    known: BTreeMap<Span, Lines<'a>>,
}

/// What one message is about.
struct About<'a> {
    places: Vec<Span>,
    /// Keys that are called by their names, behind so many of the places.
    own: Vec<(usize, &'a str)>,
    said: Said,
}

impl<'a, 'n> Messages<'a, 'n> {
    pub(super) fn new(veil: &'a Veil, sources: &'a SourceSet, names: &'a Names<'n>) -> Self {
        Self {
            variables: Searcher::of(veil.of_variables(sources).map(|v| v.word)),
            known: BTreeMap::new(),
            veil,
            sources,
            names,
        }
    }

    pub(super) fn over(&mut self, d: &mut Diagnostic) {
        let about = self.about(d);
        let labels = d.primary.iter_mut().chain(&mut d.secondary);
        let said = [&mut d.message]
            .into_iter()
            .chain(&mut d.notes)
            .chain(&mut d.help)
            .chain(&mut d.parts)
            .chain(labels.map(|l| &mut l.text));
        for text in said {
            for (secret, fit) in self.hidden(text, &about) {
                if text.contains(secret) {
                    *text = said::without(text, secret, self.names.known(secret), fit);
                }
            }
            if text.contains("://") || text.contains(['?', '&', ';']) {
                *text = diag::hide_addresses(text);
            }
        }
    }

    fn about(&mut self, d: &Diagnostic) -> About<'a> {
        let mut about = About {
            places: Vec::new(),
            own: Vec::new(),
            said: Said::Elsewhere,
        };
        for label in d.primary.iter().chain(&d.secondary) {
            let source = label.span.source;
            let text = self.sources.get(source).map(|s| s.text.as_str());
            let look = self.veil.looks.get(source.0 as usize);
            let lines = self.sources.whole_lines(label.span);
            let (Some(text), Some(look), Some(lines)) = (text, look, lines) else {
                continue;
            };
            let place = Span::new(source, lines.start, lines.end);
            let known = self.known.entry(place).or_insert_with(|| {
                let variable = text.get(lines.clone()).is_some_and(|t| t.contains('$'));
                Lines {
                    words: Words::of(within(look, text, lines)),
                    said: match variable {
                        true => Said::BesideAVariable,
                        false => Said::Elsewhere,
                    },
                }
            });
            if known.said == Said::BesideAVariable {
                about.said = known.said;
            }
            about.places.push(place);
            // A key is called by its name, even where its value has the same word.
            if d.code == "unknown-key" && !is_hidden(look, &label.span) {
                let key = text.get(label.span.start as usize..label.span.end as usize);
                let behind = about.places.len();
                about.own.extend(key.map(|key| (behind, key)));
            }
        }
        about
    }

    /// The words that are to be taken out of a text.
    fn hidden(&self, text: &str, about: &About<'_>) -> BTreeMap<&'a str, Fit> {
        let found = self.variables.in_text(text, about.said, self.names);
        let mut out: BTreeMap<&str, Fit> = found.into_iter().collect();
        let places = about.places.iter().map(|place| self.known.get(place));
        for (n, lines) in places.enumerate() {
            let words = lines.into_iter().flat_map(|l| l.words.perhaps_in(text));
            let own = |w: &&str| about.own.iter().any(|(at, key)| *at > n && key == w);
            out.extend(words.filter(|w| !own(w)).map(|w| (w, Fit::Anywhere)));
        }
        out
    }
}
