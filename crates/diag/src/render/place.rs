//! Places as programs want them: path, line and column of both ends.

use crate::source::{Position, SourceSet, Span};
use serde::Serialize;

/// A span resolved to lines and columns, both counted from 1; columns count characters; the end is exclusive.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end: End,
}

/// The exclusive end of a [`Place`].
#[derive(Debug, Clone, Serialize)]
pub(super) struct End {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    /// Resolves a span; `None` if its source is not in the set.
    pub(super) fn of(span: Span, sources: &SourceSet) -> Option<Self> {
        let source = sources.get(span.source)?;
        let start = position(sources, span, span.start);
        let end = position(sources, span, span.end);
        Some(Self {
            path: source.path.clone(),
            line: start.line,
            column: start.column,
            end: End {
                line: end.line,
                column: end.column,
            },
        })
    }
}

/// Line and column of a byte; one that lies inside a character or behind the text is moved back to where it can be.
fn position(sources: &SourceSet, span: Span, byte: u32) -> Position {
    let length = sources.get(span.source).map_or(0, |s| s.text.len());
    let mut at = (byte as usize).min(length);
    loop {
        let here = Span::new(span.source, at, at);
        if let Some(position) = sources.position(here) {
            return position;
        }
        if at == 0 {
            return Position { line: 1, column: 1 };
        }
        at -= 1;
    }
}
