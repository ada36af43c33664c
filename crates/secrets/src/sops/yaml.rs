//! YAML texts as SOPS writes them: one document, no aliases.

use super::error::SopsError;
use super::tree::{Entry, Kind, Node, Scalar, line};
use saphyr_parser::{Event, Parser, ScalarStyle};

/// Deeper than any document of secrets.
const MAX_DEPTH: usize = 64;

/// Something that is still open.
struct Frame {
    start: usize,
    items: Vec<Node>,
    entries: Vec<Entry>,
    /// Of a map: the key that waits for its value.
    key: Option<(String, usize)>,
    is_map: bool,
}

pub(crate) fn parse(text: &str) -> Result<Node, SopsError> {
    let bytes: Vec<usize> = text.char_indices().map(|(b, _)| b).collect();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or(text.len());
    let wrong = |at: usize, why: &str| SopsError::Syntax {
        line: line(text, at),
        why: why.to_owned(),
    };
    let mut stack: Vec<Frame> = Vec::new();
    let mut root = None;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, at) = event.map_err(|e| wrong(byte(e.marker().index()), e.info()))?;
        let (start, end) = (byte(at.start.index()), byte(at.end.index()));
        let done = match event {
            Event::StreamEnd => break,
            Event::Scalar(text, style, _, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let text = text.into_owned();
                Some(Node {
                    span: start..end,
                    kind: Kind::Scalar(Scalar { text, plain }),
                })
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if stack.len() >= MAX_DEPTH {
                    return Err(wrong(start, "the text is nested too deep"));
                }
                let is_map = matches!(event, Event::MappingStart(..));
                stack.push(Frame {
                    start,
                    items: Vec::new(),
                    entries: Vec::new(),
                    key: None,
                    is_map,
                });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => stack.pop().map(|frame| closed(frame, end)),
            Event::Alias(_) => {
                return Err(wrong(
                    start,
                    "an alias; SOPS files have none, write the value out",
                ));
            }
            Event::DocumentStart(_) if root.is_some() => {
                return Err(wrong(
                    start,
                    "a second document begins; only files of one are read",
                ));
            }
            _ => None,
        };
        let Some(node) = done else { continue };
        match stack.last_mut() {
            None => root = Some(node),
            Some(frame) => put(frame, node, start).map_err(|why| wrong(start, why))?,
        }
    }
    root.ok_or(SopsError::NotSops)
}

fn closed(frame: Frame, end: usize) -> Node {
    let kind = match frame.is_map {
        true => Kind::Map(frame.entries),
        false => Kind::List(frame.items),
    };
    Node {
        span: frame.start..end.max(frame.start),
        kind,
    }
}

fn put(frame: &mut Frame, node: Node, start: usize) -> Result<(), &'static str> {
    if !frame.is_map {
        frame.items.push(node);
        return Ok(());
    }
    match frame.key.take() {
        Some((key, start)) => frame.entries.push(Entry {
            key,
            start,
            value: node,
        }),
        None => {
            let key = node.text().ok_or("a key is a list or a map")?;
            if frame.entries.iter().any(|e| e.key == key) {
                return Err("a key is given twice");
            }
            frame.key = Some((key.to_owned(), start));
        }
    }
    Ok(())
}
