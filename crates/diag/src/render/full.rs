//! The long form for people: message, excerpt with carets, notes, help and mend.

use super::labels::{Below, Drawn, NUMBER, columns_beside, fitted};
use super::mask::mask;
use super::{clean, sorted, word};
use crate::source::{Source, SourceId, SourceSet, Span};
use crate::{Diagnostic, Edit, Fix, Label, Lines, Severity};
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Whether the output carries terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// ANSI colours.
    Always,
}

/// Every diagnostic with the lines it is about; diagnostics are separated by an empty line.
pub fn full(diagnostics: &[Diagnostic], sources: &SourceSet, color: Color) -> String {
    Excerpts::of(sources, color, None).full(diagnostics)
}

/// Prints diagnostics in several turns; what a turn has made of a text is there for the next one.
pub(super) struct Excerpts<'a> {
    renderer: Renderer,
    texts: Texts<'a>,
    width: Option<usize>,
}

impl<'a> Excerpts<'a> {
    /// The width is that of [`Whole`](super::Whole).
    pub(super) fn of(sources: &'a SourceSet, color: Color, width: Option<usize>) -> Self {
        let renderer = match color {
            Color::Never => Renderer::plain(),
            Color::Always => Renderer::styled(),
        };
        let renderer = width.map_or(renderer.clone(), |w| renderer.term_width(w));
        let masked = BTreeMap::new();
        let texts = Texts { sources, masked };
        Self {
            renderer,
            texts,
            width,
        }
    }

    /// Masks the texts of what will be shown, several at a time: each is read to its end for that.
    pub(super) fn prepare(&mut self, shown: &[&Diagnostic]) {
        self.texts.prepare(shown);
    }

    /// See [`full`].
    pub(super) fn full(&mut self, diagnostics: &[Diagnostic]) -> String {
        let mut out = String::new();
        for diagnostic in sorted(diagnostics) {
            self.texts.load(diagnostic);
            let (report, width) = report(diagnostic, &self.texts, self.width);
            match (self.width, width) {
                (Some(screen), Some(width)) => {
                    let shown = self.renderer.clone().term_width(width).render(&report);
                    out.push_str(&patches_folded(&shown, screen));
                }
                _ => out.push_str(&self.renderer.render(&report)),
            }
            out.push_str("\n\n");
        }
        out
    }
}

/// Source texts as they may be shown, masked once each.
struct Texts<'a> {
    sources: &'a SourceSet,
    masked: BTreeMap<SourceId, String>,
}

impl Texts<'_> {
    fn load(&mut self, diagnostic: &Diagnostic) {
        for id in texts_of(diagnostic) {
            if let Some(source) = self.sources.get(id) {
                self.masked.entry(id).or_insert_with(|| mask(&source.text));
            }
        }
    }

    fn prepare(&mut self, shown: &[&Diagnostic]) {
        let all: BTreeSet<SourceId> = shown.iter().flat_map(|d| texts_of(d)).collect();
        let sources = self.sources;
        let masked = all.into_par_iter().filter_map(|id| {
            let source = sources.get(id)?;
            Some((id, mask(&source.text)))
        });
        self.masked.par_extend(masked);
    }

    fn get(&self, id: SourceId) -> Option<Text<'_>> {
        Some(Text {
            source: self.sources.get(id)?,
            lines: self.sources.lines(id)?,
            masked: self.masked.get(&id)?,
        })
    }
}

/// A text as it may be shown.
#[derive(Clone, Copy)]
struct Text<'a> {
    source: &'a Source,
    lines: &'a Lines,
    masked: &'a str,
}

/// The texts that a diagnostic shows something of.
fn texts_of(d: &Diagnostic) -> impl Iterator<Item = SourceId> {
    let edits = d.fix.iter().flat_map(|f| &f.edits);
    let spans = labels(d).map(|(l, _)| l.span);
    spans.chain(edits.map(|e| e.span)).map(|span| span.source)
}

fn labels(d: &Diagnostic) -> impl Iterator<Item = (&Label, AnnotationKind)> {
    let primary = d.primary.iter().map(|l| (l, AnnotationKind::Primary));
    primary.chain(d.secondary.iter().map(|l| (l, AnnotationKind::Context)))
}

/// What is told, and the width that excerpts are laid out for.
fn report<'a>(
    d: &'a Diagnostic,
    texts: &'a Texts<'a>,
    width: Option<usize>,
) -> (Vec<Group<'a>>, Option<usize>) {
    let say = |text: &str, before: usize| folded(&clean(text), width, before);
    let title = word(d.severity).len() + d.code.as_str().len() + 4;
    let level = match d.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let (mut shown, mut narrow) = (snippets(d, texts, width), width);
    if shown.tight {
        narrow = width.map(|w| w.saturating_sub(NUMBER + 1));
        shown = snippets(d, texts, narrow);
    }
    let Shown {
        excerpts, below, ..
    } = shown;
    let mut group = level
        .primary_title(say(&d.message, title))
        .id(d.code.clone())
        .elements(excerpts);
    group = group.elements(below.into_iter().map(|(number, text)| {
        let text = say(&text, BESIDE);
        Level::NOTE.with_name(number).message(text)
    }));
    group = group.elements(d.notes.iter().map(|n| Level::NOTE.message(say(n, BESIDE))));
    let controls = (!d.controls.is_empty()).then(|| d.controls.join(", "));
    group =
        group.elements(controls.map(|c| Level::NOTE.with_name("control").message(say(&c, BESIDE))));
    group = group.elements(d.help.iter().map(|h| Level::HELP.message(say(h, BESIDE))));
    let mend = d.fix.as_ref().map(|f| fix(f, texts, width));
    (std::iter::once(group).chain(mend).collect(), narrow)
}

/// The lines of a mend in pieces that fit, broken between words. They stand in no excerpt, so that nothing below them has to meet.
fn patches_folded(shown: &str, width: usize) -> String {
    let mut out = String::with_capacity(shown.len());
    for (n, line) in shown.split('\n').enumerate() {
        if n > 0 {
            out.push('\n');
        }
        match patch_indent(line) {
            Some(indent) => fold_line(line, width, indent, &mut out),
            None => out.push_str(line),
        }
    }
    out
}

/// Of `12 +   key: value` the column at which its further lines begin.
fn patch_indent(line: &str) -> Option<usize> {
    let plain: String = visible(line).map(|(_, c)| c).collect();
    let number = plain.trim_start();
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let body = rest.strip_prefix(' ')?.strip_prefix(['+', '-', '~'])?;
    let indent = plain.chars().count() - body.trim_start().chars().count();
    (rest.len() < number.len()).then_some(indent + 4)
}

/// The characters that are seen, without what colours them.
fn visible(line: &str) -> impl Iterator<Item = (usize, char)> {
    let mut escape = false;
    line.char_indices().filter(move |(_, c)| {
        let hidden = escape || *c == '\u{1b}';
        escape = hidden && *c != 'm';
        !hidden
    })
}

fn fold_line(line: &str, width: usize, indent: usize, out: &mut String) {
    let indent = indent.min(width / 2);
    let (mut from, mut used, mut seen_word) = (0, 0, false);
    // Where the last blank stands behind a word, and what is used behind it.
    let mut blank: Option<(usize, usize)> = None;
    for (at, c) in visible(line) {
        used += 1;
        if c == ' ' && seen_word {
            blank = Some((at, used));
        }
        // The number and the sign are no words to break behind.
        seen_word |= used > indent.saturating_sub(4) && c != ' ';
        if used > width
            && let Some((stop, before)) = blank.take()
        {
            out.push_str(&line[from..stop]);
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            from = stop + 1;
            used = indent + used - before;
        }
    }
    out.push_str(&line[from..]);
}

/// What stands before a note, a control or a help: the number of a line, `=` and the word.
const BESIDE: usize = 18;
/// Words are not folded into less.
const NARROWEST: usize = 10;

/// A text in lines that fit beside what stands before it, broken between words only.
pub(super) fn folded(text: &str, width: Option<usize>, before: usize) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let room = width.saturating_sub(before).max(NARROWEST);
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        if !out.is_empty() {
            out.push('\n');
        }
        let mut used = 0;
        for (n, word) in line.split(' ').enumerate() {
            let long = word.chars().count();
            if n > 0 && used + 1 + long > room {
                out.push('\n');
                used = 0;
            } else if n > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += long;
        }
    }
    out
}

/// Labels of one text that are further apart than this many bytes get an excerpt each.
const FARTHEST: usize = 64 * 1024;
/// Of a longer line only the place is printed.
const LONGEST_LINE: usize = 4 * 1024;

/// The excerpts of a diagnostic.
#[derive(Default)]
struct Shown<'a> {
    excerpts: Vec<Element<'a>>,
    /// What has no room beside a caret.
    below: Vec<Below>,
    /// They reach over the edge, and would not if the screen were a little narrower.
    tight: bool,
}

/// One excerpt per source, the primary's first; more where a screen has no room for it.
fn snippets<'a>(d: &'a Diagnostic, texts: &'a Texts<'a>, width: Option<usize>) -> Shown<'a> {
    let mut order: Vec<SourceId> = Vec::new();
    for (label, _) in labels(d) {
        if !order.contains(&label.span.source) {
            order.push(label.span.source);
        }
    }
    let largest = width.map_or(0, |_| largest_line(d, texts));
    let mut shown = Shown::default();
    let out = &mut shown.excerpts;
    for id in order {
        let Some(whole) = texts.get(id) else {
            continue;
        };
        let (source, text) = (whole.source, whole.masked);
        let here: Vec<(&Label, AnnotationKind)> =
            labels(d).filter(|(l, _)| l.span.source == id).collect();
        let window = Window::around(whole, here.iter().map(|(l, _)| l.span));
        if d.veiled || (window.text.len() <= FARTHEST && window.is_wide()) {
            out.extend(here.first().map(|(l, _)| origin(source, &window, l)));
            continue;
        }
        if window.text.len() <= FARTHEST {
            let groups = match width {
                Some(width) => {
                    let room = columns_beside(width, largest, &here, text);
                    let fitted = fitted(&here, text, room, &mut shown.below);
                    shown.tight |= fitted.tight;
                    fitted.groups
                }
                None => vec![here.into_iter().map(|(l, k)| (l.clone(), k)).collect()],
            };
            for group in groups {
                let window = Window::around(whole, group.iter().map(|(l, _)| l.span));
                out.push(excerpt(source, &window, &group));
            }
            continue;
        }
        for (label, kind) in here {
            let window = Window::around(whole, std::iter::once(label.span));
            out.push(excerpt(source, &window, &[(label.clone(), kind)]));
        }
    }
    shown
}

/// The largest number of a line that is shown.
fn largest_line(d: &Diagnostic, texts: &Texts<'_>) -> usize {
    let edits = d.fix.iter().flat_map(|f| &f.edits).map(|e| e.span);
    let mut last: BTreeMap<SourceId, u32> = BTreeMap::new();
    for span in labels(d).map(|(l, _)| l.span).chain(edits) {
        let end = last.entry(span.source).or_default();
        *end = span.end.max(*end);
    }
    let line = |(id, end): (SourceId, u32)| {
        let text = texts.get(id)?;
        Some(text.lines.number(text.masked, end as usize))
    };
    last.into_iter().filter_map(line).max().unwrap_or_default()
}

fn excerpt<'a>(source: &Source, window: &Window<'a>, labels: &[Drawn]) -> Element<'a> {
    let path = clean(&source.path);
    if let Some((first, _)) = labels.first().filter(|_| window.is_wide()) {
        return origin(source, window, first);
    }
    let annotations = labels.iter().map(|(label, kind)| {
        let text = (!label.text.is_empty()).then(|| clean(&label.text));
        kind.span(window.range(label.span)).label(text)
    });
    Snippet::source(window.text)
        .line_start(window.line)
        .path(path)
        .annotations(annotations)
        .into()
}

/// The place alone, of the window's first line.
fn origin<'a>(source: &Source, window: &Window<'_>, label: &Label) -> Element<'a> {
    Origin::path(clean(&source.path))
        .line(window.line)
        .char_column(window.column(label.span))
        .into()
}

fn fix<'a>(fix: &'a Fix, texts: &'a Texts<'a>, width: Option<usize>) -> Group<'a> {
    let mut by_source: BTreeMap<SourceId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_source.entry(edit.span.source).or_default().push(edit);
    }
    let patches = by_source.into_iter().filter_map(|(id, edits)| {
        let whole = texts.get(id)?;
        let (source, text) = (whole.source, whole.masked);
        let window = Window::around(whole, edits.iter().map(|e| e.span));
        if window.is_wide() || window.text.len() > FARTHEST {
            return None;
        }
        // What is only added is drawn below its line, which cannot be folded; the message says what it is.
        let added = edits.iter().all(|e| adds_only(text, e));
        if added && width.is_some_and(|w| !window.fits(w, &edits)) {
            return None;
        }
        let patches = edits
            .iter()
            .map(|e| Patch::new(window.range(e.span), clean(&e.text)));
        Some(
            Snippet::source(window.text)
                .line_start(window.line)
                .path(clean(&source.path))
                .patches(patches),
        )
    });
    Level::HELP
        .secondary_title(folded(&clean(&fix.message), width, "help: ".len()))
        .elements(patches)
}

/// The new text has all of the old one and something more at one place of it.
fn adds_only(text: &str, edit: &Edit) -> bool {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let old = text.get(start..end).unwrap_or_default();
    let same = |(a, b): &(char, char)| a == b;
    let head = old.chars().zip(edit.text.chars()).take_while(same).count();
    let (old_back, new_back) = (old.chars().rev(), edit.text.chars().rev());
    let tail = old_back.zip(new_back).take_while(same).count();
    head + tail >= old.chars().count()
}

/// The lines of a text that some spans touch, so that a large file costs no more than a small one.
struct Window<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    wide: bool,
    whole: Text<'a>,
}

impl<'a> Window<'a> {
    fn around(whole: Text<'a>, spans: impl Iterator<Item = Span>) -> Self {
        let Text { lines, masked, .. } = whole;
        let (mut start, mut end) = (masked.len(), 0);
        for span in spans {
            start = start.min(span.start as usize);
            end = end.max(span.end as usize);
        }
        let start = boundary(masked, start.min(end));
        // A span that ends with its line must not pull in the next one.
        let end = boundary(masked, end).max(start);
        let place = lines.around(masked, start..end);
        Self {
            offset: place.start,
            line: lines.number(masked, place.start),
            wide: lines.is_wide(masked, start..end, LONGEST_LINE),
            whole,
            text: masked.get(place).unwrap_or_default(),
        }
    }

    /// It has a line that no terminal shows and that is dear to lay out.
    fn is_wide(&self) -> bool {
        self.wide
    }

    /// Whether its lines, with what edits add to them, stand beside their number on a screen.
    fn fits(&self, width: usize, edits: &[&Edit]) -> bool {
        let added = edits.iter().map(|e| e.text.chars().count()).max();
        let longest = self.text.lines().map(|l| l.chars().count()).max();
        let number = self.line.to_string().len() + NUMBER;
        longest.unwrap_or(0) + added.unwrap_or(0) + number <= width
    }

    /// The column of a span that begins on the first line, in characters from 1.
    fn column(&self, span: Span) -> usize {
        let at = boundary(self.whole.masked, span.start as usize);
        let column = self.whole.lines.column(self.whole.masked, at);
        column.unwrap_or(1)
    }

    fn range(&self, span: Span) -> Range<usize> {
        let at = |byte: u32| boundary(self.text, (byte as usize).saturating_sub(self.offset));
        let (start, mut end) = (at(span.start), at(span.end));
        while end > start && self.text[..end].ends_with(['\n', '\r']) {
            end -= 1;
        }
        start..end.max(start)
    }
}

/// The last character boundary at or before a byte.
pub(super) fn boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
