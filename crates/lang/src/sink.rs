//! Where diagnostics are collected: a bounded number of them, and none that shows a secret.

use diag::{Applicability, Class, Diagnostic, Severity, SourceSet, Span};
use model::declare::SECRET_IN_CLEAR;
use model::lab::open::Open;
use std::collections::BTreeMap;

/// Enough to work with; a file of garbage must not fill the memory with complaints.
const MOST: usize = 1_000;

/// Collects diagnostics and the places of secrets in clear text.
#[derive(Default)]
pub(crate) struct Sink {
    diagnostics: Vec<Diagnostic>,
    dropped: usize,
    /// Those that are invalid, and those that were dropped.
    invalid: usize,
    secrets: Vec<Span>,
    open: Vec<Open>,
}

impl Sink {
    /// Adds a diagnostic.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        let room = self.diagnostics.len() < MOST;
        self.invalid += usize::from(!room || diagnostic.class == Class::Invalid);
        if room {
            self.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether a text could not be read to its end.
    pub(crate) fn breaks_off(&self) -> bool {
        self.diagnostics.iter().any(|d| d.code == "yaml-syntax")
    }

    /// Adds what another sink has collected, as if it had been reported here.
    pub(crate) fn append(&mut self, other: Sink) {
        other.diagnostics.into_iter().for_each(|d| self.report(d));
        self.dropped += other.dropped;
        self.invalid += other.dropped;
        self.secrets.extend(other.secrets);
    }

    /// Where complaints of a code point, in order.
    pub(crate) fn places(&self, code: &str) -> impl Iterator<Item = Span> {
        let all = self.diagnostics.iter().filter(move |d| d.code == code);
        all.filter_map(|d| d.primary.as_ref()).map(|p| p.span)
    }

    /// Says what to do about the complaint at a place, instead of what it says itself.
    pub(crate) fn advise(&mut self, code: &str, at: Span, help: &str) {
        let there = |d: &&mut Diagnostic| d.primary.as_ref().is_some_and(|p| p.span == at);
        let all = self.diagnostics.iter_mut().filter(|d| d.code == code);
        for d in all.filter(there).filter(|d| d.fix.is_none()) {
            // Which forms a reference to a secret has is known better there.
            if !d.help.iter().any(|h| h.starts_with("write one of")) {
                d.help = vec![help.to_owned()];
            }
        }
    }

    /// Drops the complaints that point into a place, but for those about secrets: something better is known of it.
    pub(crate) fn forget(&mut self, within: Span) {
        self.diagnostics.retain(|d| {
            let at = d.primary.as_ref().map(|p| p.span);
            let in_it = at.is_some_and(|p| {
                p.source == within.source && within.start <= p.start && p.end <= within.end
            });
            !(in_it && d.class == Class::Invalid && d.code != SECRET_IN_CLEAR)
        });
    }

    /// Says what to do about the complaint at a place instead of what was guessed.
    pub(crate) fn unguess(&mut self, code: &str, at: Span, help: &str) {
        let all = self.diagnostics.iter_mut().filter(|d| d.code == code);
        let there = |d: &&mut Diagnostic| d.primary.as_ref().is_some_and(|p| p.span == at);
        for d in all.filter(there) {
            d.fix = None;
            d.help = vec![help.to_owned()];
        }
    }

    /// Whether a secret was seen where something points.
    pub(crate) fn is_secret(&self, at: Span) -> bool {
        let touches = |s: &Span| s.source == at.source && s.start <= at.end && at.start <= s.end;
        self.secrets.iter().any(touches)
    }

    /// How much was found to be invalid so far.
    pub(crate) fn invalid(&self) -> usize {
        self.invalid
    }

    /// How much was reported so far.
    pub(crate) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// What was reported since there was so much of it; none if a part of it was dropped.
    pub(crate) fn since(&self, len: usize) -> Option<&[Diagnostic]> {
        let more = self.diagnostics.get(len..)?;
        (self.dropped == 0).then_some(more)
    }

    /// Nothing was reported so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Remembers that a value is declared not to be known.
    pub(crate) fn left_open(&mut self, open: Open) {
        self.open.push(open);
    }

    /// What was declared not to be known since this was asked last.
    pub(crate) fn take_open(&mut self) -> Vec<Open> {
        std::mem::take(&mut self.open)
    }

    /// Remembers that a secret is written here, so that no diagnostic shows its line.
    pub(crate) fn secret(&mut self, span: Span) {
        self.secrets.push(span);
    }

    /// All diagnostics; those whose excerpt would show a secret keep their place and show no line.
    pub(crate) fn finish(self, sources: &SourceSet) -> Vec<Diagnostic> {
        let secrets: Vec<Span> = self.secrets.iter().map(|s| lines(*s, sources)).collect();
        let mut all: Vec<Diagnostic> = self
            .diagnostics
            .into_iter()
            .map(|d| conceal(d, &secrets, sources))
            .collect();
        if self.dropped > 0 {
            let dropped = self.dropped;
            let more = format!(
                "{dropped} further diagnostics are left out, mend the first ones and check again"
            );
            all.push(Diagnostic::new(
                "too-many",
                Severity::Error,
                diag::Class::Invalid,
                more,
            ));
        }
        all
    }
}

/// The whole lines that a span touches.
fn lines(span: Span, sources: &SourceSet) -> Span {
    let Some(source) = sources.get(span.source) else {
        return span;
    };
    let text = source.text.as_bytes();
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).min(text.len());
    while start > 0 && text.get(start - 1) != Some(&b'\n') {
        start -= 1;
    }
    while end < text.len() && text.get(end) != Some(&b'\n') {
        end += 1;
    }
    Span::new(span.source, start, end)
}

fn conceal(mut d: Diagnostic, secrets: &[Span], sources: &SourceSet) -> Diagnostic {
    if secrets.is_empty() {
        return d;
    }
    let edits = d.fix.iter().flat_map(|f| f.edits.iter().map(|e| e.span));
    let spans = d.primary.iter().chain(&d.secondary).map(|l| l.span);
    // An excerpt shows everything between its first and its last label.
    let mut shown: BTreeMap<diag::SourceId, Span> = BTreeMap::new();
    for span in spans.chain(edits) {
        let window = shown.entry(span.source).or_insert(span);
        window.start = window.start.min(span.start);
        window.end = window.end.max(span.end);
    }
    let shows = shown.values().any(|window| {
        let window = lines(*window, sources);
        secrets
            .iter()
            .any(|s| s.source == window.source && s.start <= window.end && window.start <= s.end)
    });
    if shows {
        d.veiled = true;
        d.secondary.clear();
        if let Some(fix) = &mut d.fix {
            fix.applicability = Applicability::DisplayOnly;
            fix.edits.clear();
        }
    }
    d
}
