//! Source texts and places in them.

use crate::lines::Lines;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// Index of a text in a [`SourceSet`].
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct SourceId(pub u32);

/// A half-open byte range `start..end` of one source.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span {
    /// The text that the range lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `start..end` of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            source,
            start: clip(start),
            end: clip(end.max(start)),
        }
    }
}

/// A value together with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Line and column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with the path that is shown for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as shown to the user, relative to the lab tree.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// All texts of one lab tree, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSet {
    /// A text may be in several sets, and takes the room of one.
    sources: Vec<Arc<Held>>,
}

/// A text, and its lines, so that a place is found without reading what comes before it.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    source: Source,
    lines: Lines,
}

impl SourceSet {
    /// Adds a text and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.hold(Arc::new(Held {
            source: Source {
                path: path.into(),
                text: text.into(),
            },
            lines: Lines::default(),
        }))
    }

    /// Adds a text of another set as it is, if that has it.
    pub fn share(&mut self, from: &Self, id: SourceId) -> Option<SourceId> {
        let held = from.sources.get(id.0 as usize)?;
        Some(self.hold(Arc::clone(held)))
    }

    fn hold(&mut self, held: Arc<Held>) -> SourceId {
        self.sources.push(held);
        SourceId(u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text with this id, if the set holds it.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize).map(|held| &held.source)
    }

    /// All texts with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        let all = self.sources.iter().enumerate();
        all.map(|(n, s)| (SourceId(u32::try_from(n).unwrap_or(u32::MAX)), &s.source))
    }

    /// Line and column of the first byte of `span`.
    pub fn position(&self, span: Span) -> Option<Position> {
        let text = &self.get(span.source)?.text;
        let at = (span.start as usize).min(text.len());
        let lines = self.lines(span.source)?;
        let (line, column) = (lines.number(text, at), lines.column(text, at)?);
        Some(Position { line, column })
    }

    /// The lines of a text.
    pub(crate) fn lines(&self, id: SourceId) -> Option<&Lines> {
        self.sources.get(id.0 as usize).map(|held| &held.lines)
    }

    /// The bytes of the whole lines that a span touches, without the end of the last one.
    pub fn whole_lines(&self, span: Span) -> Option<Range<usize>> {
        let text = &self.get(span.source)?.text;
        let place = (span.start as usize).min(text.len())..(span.end as usize).min(text.len());
        Some(self.lines(span.source)?.around(text, place))
    }

    /// `path:line:column` of a span, for one-line messages.
    pub fn place(&self, span: Span) -> String {
        match (self.get(span.source), self.position(span)) {
            (Some(s), Some(p)) => format!("{}:{}:{}", s.path, p.line, p.column),
            _ => "<unknown place>".to_owned(),
        }
    }
}
