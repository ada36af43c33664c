//! Parser events to a tree, with limits.

use super::complain;
use super::input::Text;
use super::node::{Entry, Key, Node, NodeKind, Shown};
use super::offsets::Offsets;
use crate::sink::Sink;
use crate::suggest::quote;
use diag::{Diagnostic, SourceId, Span};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Deeper nesting than any lab needs; keeps every walk over the tree shallow.
const MAX_DEPTH: usize = 64;
/// Nodes that aliases may add to one text; a few lines of aliases could else stand for billions.
const MAX_EXPANDED: usize = 50_000;

/// The tree of one text of a lab, and whether all of it was understood.
pub(super) fn parse(source: SourceId, text: &str, sink: &mut Sink) -> (Option<Node>, bool) {
    let mut read = read(source, text, Dialect::Lab, sink);
    (read.roots.pop(), read.broken.is_none())
}

/// The trees of a text that may hold several documents and tags of its own, and whether all of it was understood.
///
/// Two things that the scanner refuses and other readers take are mended first, byte for byte, so that places stay right:
/// a tab behind a colon, and a line inside of brackets that is indented less than what is around them.
pub(crate) fn documents(source: SourceId, text: &str, sink: &mut Sink) -> (Vec<Node>, bool) {
    let mut mended = Cow::Borrowed(text);
    let mut left = match text.len() <= MAX_MENDED {
        true => MAX_MENDS,
        false => 0,
    };
    loop {
        // What is said of a text that is mended is said of the mended one.
        let mut said = Sink::default();
        let read = read(source, &mended, Dialect::Foreign, &mut said);
        let broken = read.broken.as_ref().filter(|_| left > 0);
        let Some(better) = broken.and_then(|b| mend(&mended, b)) else {
            sink.append(said);
            return (read.roots, read.broken.is_none());
        };
        mended = better.into();
        left -= 1;
    }
}

/// Lines inside of brackets that are mended in one text.
const MAX_MENDS: usize = 64;
/// Longest text that is mended, since every mend reads it again.
const MAX_MENDED: usize = 1 << 20;

/// The text with one place mended; `None` if that is not what is wrong.
fn mend(text: &str, broken: &Broken) -> Option<String> {
    if broken
        .said
        .contains("must be followed by a valid YAML whitespace")
    {
        return text.contains(":\t").then(|| text.replace(":\t", ": "));
    }
    let start = text.get(..broken.at)?.rfind('\n')?;
    let before = text.get(..start)?;
    let lead = text.get(start + 1..broken.at)?;
    let last_line = before.rsplit('\n').next().unwrap_or("");
    if !broken.in_flow || !lead.trim().is_empty() || last_line.contains('#') {
        return None;
    }
    let after = text.get(start + 1..)?;
    Some(format!("{before} {after}"))
}

/// What was read of a text.
struct Read {
    roots: Vec<Node>,
    /// Where it could not be read on.
    broken: Option<Broken>,
}

/// Why a text could not be read on.
struct Broken {
    said: String,
    at: usize,
    /// Inside of brackets.
    in_flow: bool,
}

/// How strict the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// Our own language: one document, no tags.
    Lab,
    /// Somebody else's: tags are kept, documents follow each other.
    Foreign,
}

fn read(source: SourceId, text: &str, dialect: Dialect, sink: &mut Sink) -> Read {
    if let Some(diagnostic) = complain::about_bytes(source, text) {
        sink.report(diagnostic);
        return Read {
            roots: Vec::new(),
            broken: Some(Broken::limit()),
        };
    }
    let mut builder = Builder {
        source,
        text,
        dialect,
        offsets: Offsets::new(text),
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        expanded: 0,
        roots: Vec::new(),
        spare: Spare::default(),
        sink,
    };
    let mut parser = Parser::new(Text::new(text));
    let mut broken = None;
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, at)) => {
                if builder.event(event, at).is_err() {
                    broken = Some(Broken::limit());
                    break;
                }
            }
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                let open = builder.stack.last().map(|f| f.start);
                let d = complain::about_syntax(source, text, at, error.info(), open);
                builder.sink.report(d);
                builder.drop_last(at);
                let in_flow = open.is_some_and(|o| o.end > o.start);
                let said = error.info().to_owned();
                broken = Some(Broken { said, at, in_flow });
                break;
            }
        }
    }
    while !builder.stack.is_empty() {
        builder.close(None);
    }
    Read {
        roots: builder.roots,
        broken,
    }
}

impl Broken {
    /// A limit, not a mistake in a certain place.
    fn limit() -> Self {
        Self {
            said: String::new(),
            at: 0,
            in_flow: false,
        }
    }
}

/// A list or map that is still open.
struct Frame {
    start: Span,
    line: usize,
    anchor: usize,
    tag: Option<Box<str>>,
    shape: Shape,
}

enum Shape {
    Seq(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: Seen,
        pending: Pending,
        merged: Vec<Entry>,
        merges: Option<Span>,
    },
}

/// The keys of a map that is being read. Most maps are small, and looking through them is faster than keeping an index.
#[derive(Default)]
struct Seen(Option<BTreeMap<SmolStr, Span>>);

impl Seen {
    /// Maps with fewer entries have no index.
    const SMALL: usize = 16;

    /// Where a key was given before.
    fn first(&self, entries: &[Entry], text: &str) -> Option<Span> {
        match &self.0 {
            Some(index) => index.get(text).copied(),
            None => entries
                .iter()
                .find(|e| e.key.text == text)
                .map(|e| e.key.span),
        }
    }

    /// Takes note of an entry that is about to be added.
    fn note(&mut self, entries: &[Entry], key: &Key) {
        if entries.len() >= Self::SMALL {
            let index = self.index(entries);
            index.insert(key.text.clone(), key.span);
        }
    }

    fn index(&mut self, entries: &[Entry]) -> &mut BTreeMap<SmolStr, Span> {
        let keys = || entries.iter().map(|e| (e.key.text.clone(), e.key.span));
        self.0.get_or_insert_with(|| keys().collect())
    }
}

/// What a map waits for.
enum Pending {
    Key,
    Value(Key),
    /// The value of a key that was refused.
    Refused,
}

struct Builder<'a> {
    source: SourceId,
    text: &'a str,
    dialect: Dialect,
    offsets: Offsets<'a>,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    expanded: usize,
    roots: Vec<Node>,
    spare: Spare,
    sink: &'a mut Sink,
}

/// What a list holds, in one that has no room for more.
fn exactly<T>(from: &mut Vec<T>) -> Box<[T]> {
    let mut out = Vec::with_capacity(from.len());
    out.append(from);
    out.into_boxed_slice()
}

/// Lists to collect in. What was collected moves on in a list of exactly its size, and the room is used again.
#[derive(Default)]
struct Spare {
    items: Vec<Vec<Node>>,
    entries: Vec<Vec<Entry>>,
}

/// A limit was passed; the rest of the text is not read.
struct Stop;

/// How many bytes a quoted text has at the beginning of these, with both of its quotes.
fn quoted(written: &[u8], quote: u8) -> Option<usize> {
    let (first, rest) = written.split_first()?;
    let mut rest = rest.iter().enumerate().peekable();
    while let Some((at, byte)) = rest.next().filter(|_| *first == quote) {
        match *byte {
            // What follows stands for something else, in double quotes alone.
            b'\\' if quote == b'"' => {
                rest.next();
            }
            // Two single quotes stand for one.
            b'\'' if quote == b'\'' && rest.peek().is_some_and(|(_, b)| **b == quote) => {
                rest.next();
            }
            byte if byte == quote => return Some(at + 2),
            _ => {}
        }
    }
    None
}

impl Builder<'_> {
    fn span(&self, at: saphyr_parser::Span) -> Span {
        let start = self.offsets.byte(at.start.index());
        let end = self.offsets.byte(at.end.index());
        Span::new(self.source, start, end)
    }

    /// The parser takes the comment behind a quoted text for a part of it.
    fn without_what_follows(&self, span: Span, style: ScalarStyle) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => b'\'',
            ScalarStyle::DoubleQuoted => b'"',
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => return span,
        };
        let bytes = self.text.as_bytes();
        let written = bytes.get(span.start as usize..span.end as usize);
        let length = written.and_then(|w| quoted(w, quote));
        let end = length.and_then(|n| u32::try_from(n).ok());
        end.map_or(span, |n| Span {
            end: span.start + n,
            ..span
        })
    }

    fn event(&mut self, event: Event<'_>, at: saphyr_parser::Span) -> Result<(), Stop> {
        let span = self.span(at);
        let line = at.start.line();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.without_what_follows(span, style);
                let tag = self.tag(tag.as_ref(), span);
                let kind = NodeKind::Scalar(text.into());
                let mut node = Node::new(span, tag, kind);
                node.plain = style == ScalarStyle::Plain;
                self.keep(anchor, node);
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = self.tag(tag.as_ref(), span);
                let items = self.spare.items.pop().unwrap_or_default();
                return self.open(Shape::Seq(items), span, line, anchor, tag);
            }
            Event::MappingStart(anchor, tag) => {
                let tag = self.tag(tag.as_ref(), span);
                let shape = Shape::Map {
                    entries: self.spare.entries.pop().unwrap_or_default(),
                    seen: Seen::default(),
                    pending: Pending::Key,
                    merged: Vec::new(),
                    merges: None,
                };
                return self.open(shape, span, line, anchor, tag);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(Some((span, at.end.line())));
            }
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::DocumentStart(_) if self.dialect == Dialect::Lab && !self.roots.is_empty() => {
                let message = "a second document begins here, but a file holds one";
                let d = Diagnostic::invalid("yaml-syntax", message)
                    .at(span, "second document")
                    .help("put it into a file of its own under lab/, or remove the '---'");
                self.sink.report(d);
                return Err(Stop);
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Forgets a value that reaches the place of an error: text that has swallowed the line in error.
    fn drop_last(&mut self, at: usize) {
        let Some(Frame { shape, .. }) = self.stack.last_mut() else {
            return;
        };
        let touches = |n: &Node| n.span.end as usize >= at;
        match shape {
            Shape::Seq(items) => {
                items.pop_if(|n| touches(n));
            }
            Shape::Map { entries, seen, .. } => {
                // Its key stays known.
                seen.index(entries);
                entries.pop_if(|e| touches(&e.value));
            }
        }
    }

    fn tag(&mut self, tag: Option<&Cow<'_, Tag>>, span: Span) -> Option<Box<str>> {
        if self.dialect == Dialect::Foreign {
            return tag.map(|tag| tag.to_string().into());
        }
        if let Some(tag) = tag.filter(|t| !t.is_yaml_core_schema()) {
            let shown = quote(&tag.to_string());
            let d = Diagnostic::invalid(
                "yaml-syntax",
                format!("the tag {shown} has no meaning here"),
            )
            .at(span, "tagged value")
            .help("remove the tag; a secret is written as a reference, e.g. password: {env: NAME}");
            self.sink.report(d);
            self.sink.secret(span);
        }
        None
    }

    fn open(
        &mut self,
        shape: Shape,
        start: Span,
        line: usize,
        anchor: usize,
        tag: Option<Box<str>>,
    ) -> Result<(), Stop> {
        if self.stack.len() >= MAX_DEPTH {
            let d = Diagnostic::invalid(
                "yaml-limit",
                format!("the text is nested more than {MAX_DEPTH} levels deep"),
            )
            .at(start, "the rest of this file is not read")
            .help(
                "no part of a lab is nested that deep; look for a slip in brackets or indentation",
            );
            self.sink.report(d);
            return Err(Stop);
        }
        self.stack.push(Frame {
            start,
            line,
            anchor,
            tag,
            shape,
        });
        Ok(())
    }

    /// Closes the innermost list or map; without an end because the text broke off.
    fn close(&mut self, end: Option<(Span, usize)>) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let (kind, is_begun, last) = match frame.shape {
            Shape::Seq(mut items) => {
                let last = items.last().map(|n| n.span);
                let exact = exactly(&mut items);
                self.spare.items.push(items);
                (NodeKind::Seq(exact), last.is_some(), last)
            }
            Shape::Map {
                mut entries,
                mut seen,
                merged,
                ..
            } => {
                let last = entries.last().map(|e| e.value.span);
                for entry in merged {
                    if seen.first(&entries, &entry.key.text).is_none() {
                        seen.note(&entries, &entry.key);
                        entries.push(entry);
                    }
                }
                let exact = exactly(&mut entries);
                self.spare.entries.push(entries);
                (NodeKind::Map(exact), last.is_some(), last)
            }
        };
        let flow = frame.start.end > frame.start.start;
        let bracket = end.filter(|_| flow);
        let stop = bracket.map(|(s, _)| s.end).or(last.map(|s| s.end));
        let stop = stop.unwrap_or(frame.start.end).max(frame.start.end);
        let span = Span {
            end: stop,
            ..frame.start
        };
        let mut node = Node::new(span, frame.tag, kind);
        node.truncated = end.is_none();
        node.shown = match bracket {
            Some((_, line)) if line == frame.line => Shown::Whole,
            Some(_) => Shown::Bracket,
            None if is_begun => Shown::First,
            None if flow => Shown::Bracket,
            None => Shown::Start,
        };
        self.keep(frame.anchor, node);
    }

    /// Remembers a finished node under its anchor and puts it into its parent.
    fn keep(&mut self, anchor: usize, node: Node) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.put(node);
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let Some(target) = self.anchors.get(&anchor) else {
            let d = Diagnostic::invalid(
                "yaml-limit",
                "this alias stands inside of what it stands for",
            )
            .at(span, "refers to itself")
            .help("write the value out");
            self.sink.report(d);
            return Err(Stop);
        };
        self.expanded = self.expanded.saturating_add(target.weight());
        if self.expanded > MAX_EXPANDED {
            let message =
                format!("the aliases of this file stand for more than {MAX_EXPANDED} values");
            let d = Diagnostic::invalid("yaml-limit", message)
                .at(span, "the rest of this file is not read")
                .and_at(target.head(), "what this alias stands for")
                .help("write the values out, or split the file");
            self.sink.report(d);
            return Err(Stop);
        }
        let node = target.clone();
        self.put(node);
        Ok(())
    }

    fn put(&mut self, node: Node) {
        let Some(frame) = self.stack.last_mut() else {
            self.roots.push(node);
            return;
        };
        match &mut frame.shape {
            Shape::Seq(items) => items.push(node),
            Shape::Map {
                entries,
                seen,
                pending,
                merged,
                merges,
            } => match std::mem::replace(pending, Pending::Key) {
                Pending::Key => *pending = key(node, (entries, seen), self.sink),
                Pending::Refused => {}
                Pending::Value(key) if key.text == "<<" => {
                    if self.dialect == Dialect::Foreign
                        && let Some(first) = merges.replace(key.span)
                    {
                        self.sink.report(twice(&key.text, key.span, first));
                    }
                    merge(node, merged, self.sink);
                }
                Pending::Value(key) => {
                    seen.note(entries, &key);
                    entries.push(Entry { key, value: node });
                }
            },
        }
    }
}

/// A map's key; refused if it is not text or was there before.
fn key(node: Node, (entries, seen): (&[Entry], &Seen), sink: &mut Sink) -> Pending {
    let span = node.span;
    let (plain, head) = (node.plain, node.head());
    let NodeKind::Scalar(text) = node.kind else {
        let d = Diagnostic::invalid("yaml-syntax", "a key must be text, not a list or a map")
            .at(head, "used as a key")
            .help("put quotes around text that begins with '[' or '{'");
        sink.report(d);
        return Pending::Refused;
    };
    if let Some(first) = seen.first(entries, &text) {
        sink.report(twice(&text, span, first));
        return Pending::Refused;
    }
    Pending::Value(Key { text, span, plain })
}

fn twice(text: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the key {} is given twice", quote(text));
    Diagnostic::invalid("duplicate-key", message)
        .at(span, "given again")
        .and_at(first, "first given here")
        .help("keep one of the two; where both have something below them, write all of it below the first")
}

/// The value of `<<`: entries that the map has unless it gives them itself.
fn merge(node: Node, merged: &mut Vec<Entry>, sink: &mut Sink) {
    let head = node.head();
    match node.kind {
        NodeKind::Map(entries) => merged.extend(entries),
        NodeKind::Seq(items) => {
            for item in items {
                merge(item, merged, sink);
            }
        }
        NodeKind::Scalar(_) => sink.report(
            Diagnostic::invalid("yaml-syntax", "'<<' takes a map, or a list of maps")
                .at(head, "is text"),
        ),
    }
}
