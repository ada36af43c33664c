//! Mermaid flow charts: nodes, frames and lines (<https://mermaid.js.org/syntax/flowchart.html>). Of other kinds of diagrams nothing
//! is read.

use diag::{Span, Spanned};
use model::document::{Diagram, Edge, Node};

/// Directives that have nothing to do with what is connected.
const STYLE: [&str; 7] = [
    "classDef",
    "class",
    "style",
    "linkStyle",
    "click",
    "direction",
    "accTitle",
];
/// How the text of a node is enclosed; longer ones first.
const SHAPES: [(&str, &str); 14] = [
    ("(((", ")))"),
    ("([", "])"),
    ("((", "))"),
    ("[[", "]]"),
    ("[(", ")]"),
    ("{{", "}}"),
    ("[/", "/]"),
    ("[\\", "\\]"),
    ("[/", "\\]"),
    ("[\\", "/]"),
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
    (">", "]"),
];

/// Reads a diagram; none if it is of another kind.
pub(super) fn read(lines: &[Spanned<String>], whole: Span) -> Option<Diagram> {
    let mut out = Diagram {
        span: whole,
        ..Diagram::default()
    };
    let mut frames: Vec<String> = Vec::new();
    let mut begun = false;
    let mut objects: Vec<(String, String)> = Vec::new();
    for line in lines {
        let text = line.value.trim();
        let word = text.split([' ', ';']).next().unwrap_or_default();
        if let Some(note) = text.strip_prefix("%%") {
            objects.extend(object(note));
        } else if text.is_empty() || STYLE.contains(&word) || text.starts_with("---") {
        } else if !begun {
            if !["graph", "flowchart"].contains(&word) {
                return None;
            }
            begun = true;
        } else if let Some(title) = text.strip_prefix("subgraph") {
            let (id, title) = frame(title.trim());
            out.frames.insert(id.clone(), title);
            frames.push(id);
        } else if word == "end" {
            frames.pop();
        } else {
            for statement in statements(line) {
                let mut reader = Reader {
                    line,
                    text: statement.0,
                    at: statement.1,
                    frames: &frames,
                    out: &mut out,
                };
                if reader.chain().is_none() {
                    out.unknown.push(line.span);
                }
            }
        }
    }
    for (id, object) in objects {
        if let Some(node) = out.nodes.get_mut(&id) {
            node.object = Some(object);
        }
    }
    begun.then_some(out)
}

/// `%% holdfast: NODE = kind/name`
fn object(note: &str) -> Option<(String, String)> {
    let (id, object) = note.trim().strip_prefix("holdfast:")?.split_once('=')?;
    Some((id.trim().to_owned(), object.trim().to_owned()))
}

/// `id [title]`, or a title alone.
fn frame(text: &str) -> (String, String) {
    match text.split_once('[') {
        Some((id, title)) => (
            id.trim().to_owned(),
            unquoted(title.trim_end().trim_end_matches(']')),
        ),
        None => (unquoted(text), unquoted(text)),
    }
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

/// Parts between semicolons, with their first byte in the line.
fn statements(line: &Spanned<String>) -> Vec<(&str, usize)> {
    let mut at = 0;
    let mut out = Vec::new();
    for part in line.value.split_inclusive(';') {
        let body = part.trim_end_matches(';');
        if !body.trim().is_empty() {
            out.push((body, at));
        }
        at += part.len();
    }
    out
}

struct Reader<'a> {
    line: &'a Spanned<String>,
    /// What is left to read.
    text: &'a str,
    /// Its first byte in the line.
    at: usize,
    frames: &'a [String],
    out: &'a mut Diagram,
}

impl<'a> Reader<'a> {
    /// `A --> B & C -- text --> D`
    fn chain(&mut self) -> Option<()> {
        let mut from = self.group()?;
        loop {
            self.blanks();
            if self.text.is_empty() {
                return Some(());
            }
            self.arrow()?;
            let to = self.group()?;
            for (a, start) in &from {
                for (b, end) in &to {
                    let base = self.line.span.start as usize;
                    let span = Span::new(self.line.span.source, base + start.0, base + end.1);
                    self.out.edges.push(Edge {
                        from: a.clone(),
                        to: b.clone(),
                        span,
                    });
                }
            }
            from = to;
        }
    }

    /// Nodes joined by `&`, each with its first byte and the one past its last.
    fn group(&mut self) -> Option<Vec<(String, (usize, usize))>> {
        let mut out = vec![self.node()?];
        loop {
            self.blanks();
            let Some(rest) = self.text.strip_prefix('&') else {
                return Some(out);
            };
            self.skip_to(rest);
            out.push(self.node()?);
        }
    }

    fn node(&mut self) -> Option<(String, (usize, usize))> {
        self.blanks();
        let start = self.at;
        let text = self.text;
        let id_end = text.char_indices().find(|(n, c)| {
            !(c.is_alphanumeric() || "_.".contains(*c) || (*c == '-' && !is_arrow(text, *n)))
        });
        let (id, rest) = text.split_at(id_end.map_or(text.len(), |(n, _)| n));
        if id.is_empty() {
            return None;
        }
        self.skip_to(rest);
        let label = self.label()?;
        if let Some(rest) = self.text.strip_prefix(":::") {
            self.skip_to(
                rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_-".contains(c)),
            );
        }
        let base = self.line.span.start as usize;
        if !self.out.frames.contains_key(id) {
            let node = self.out.nodes.entry(id.to_owned()).or_insert_with(|| Node {
                label: None,
                frames: Vec::new(),
                object: None,
                span: Span::new(self.line.span.source, base + start, base + start + id.len()),
            });
            node.label = node.label.take().or(label);
            if node.frames.is_empty() {
                node.frames = self.frames.to_vec();
            }
        }
        Some((id.to_owned(), (start, self.at)))
    }

    /// The text of a node in its shape, if it has one; none if the shape is not closed.
    fn label(&mut self) -> Option<Option<String>> {
        let text = self.text;
        if !SHAPES.iter().any(|(open, _)| text.starts_with(open)) {
            return Some(None);
        }
        for (open, close) in SHAPES {
            let Some(inner) = text.strip_prefix(open) else {
                continue;
            };
            let end = match inner.strip_prefix('"') {
                Some(quoted) => quoted.find('"').map(|n| n + 2),
                None => inner.find(close),
            };
            let Some((label, rest)) = end.and_then(|n| inner.split_at_checked(n)) else {
                continue;
            };
            if let Some(rest) = rest.strip_prefix(close) {
                self.skip_to(rest);
                return Some(Some(unquoted(
                    &label.replace("<br>", " ").replace("<br/>", " "),
                )));
            }
        }
        None
    }

    /// `-->`, `---`, `-.->`, `==>`, `<-->`, `--o`, `--x`, `~~~`, with text between bars or in the middle.
    fn arrow(&mut self) -> Option<()> {
        let is_line = |c: char| "-=.~<>ox".contains(c);
        let text = self.text;
        let first = text.trim_start_matches('<');
        if !first.starts_with(['-', '=', '~']) {
            return None;
        }
        let end = text.find(|c: char| !is_line(c)).unwrap_or(text.len());
        let (drawn, rest) = text.split_at(end);
        // `A --o B` ends in a letter only if a blank follows it; else the letter begins the next name.
        let drawn_len = match drawn.ends_with(['o', 'x']) && !rest.starts_with([' ', '|']) {
            true => drawn.trim_end_matches(['o', 'x']).len(),
            false => drawn.len(),
        };
        let (drawn, rest) = text.split_at(drawn_len);
        if drawn.len() < 2 {
            return None;
        }
        self.skip_to(rest);
        self.blanks();
        if let Some(rest) = self.text.strip_prefix('|') {
            let (_, rest) = rest.split_once('|')?;
            self.skip_to(rest);
        } else if drawn.len() == 2 {
            // `-- text -->`
            let close = ["-->", "---", "==>", "===", ".->", ".-"];
            let found = close
                .iter()
                .filter_map(|c| self.text.find(c).map(|n| (n, c.len())))
                .min();
            let (at, length) = found?;
            let rest = self.text.get(at + length..)?;
            self.skip_to(rest.trim_start_matches(['-', '=', '>']));
        }
        Some(())
    }

    fn blanks(&mut self) {
        self.skip_to(self.text.trim_start());
    }

    fn skip_to(&mut self, rest: &'a str) {
        self.at += self.text.len() - rest.len();
        self.text = rest;
    }
}

/// A hyphen here begins a line, and is no part of a name.
fn is_arrow(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    ["--", "-."].iter().any(|a| rest.starts_with(a))
}
