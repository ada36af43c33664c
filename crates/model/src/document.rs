//! Documents of a lab as rules see them: runbooks, decisions, scripts and tables, each part with its place in the native file.
//!
//! Nothing is resolved or judged here. What a reader did not understand says so; it is never guessed.

mod command;
mod diagram;

pub use command::{Command, Place, Redirect, Sure, Word};
pub use diagram::{Diagram, Edge, Node};

use diag::{Lines, SourceId, Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// All declared documents that could be read, and what lies at the paths that they mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    /// By the name under `documents`.
    pub by_name: BTreeMap<String, Document>,
    /// By path from the root of the lab tree; a path that is not here was not looked at.
    pub files: BTreeMap<String, Presence>,
}

impl Documents {
    /// None at all.
    pub const fn new() -> Self {
        Self {
            by_name: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Every path in the lab tree that some document mentions, to be looked at.
    pub fn paths(&self) -> BTreeSet<&str> {
        let mut paths = BTreeSet::new();
        for document in self.by_name.values() {
            paths.extend(document.links.iter().filter_map(|l| match &l.target {
                Target::Path { path, .. } => Some(path.as_str()),
                _ => None,
            }));
            let mentions = document.mentions.iter();
            paths.extend(mentions.flat_map(|m| m.candidates.iter().map(String::as_str)));
        }
        paths
    }

    /// What lies at a path.
    pub fn presence(&self, path: &str) -> Presence {
        self.files.get(path).copied().unwrap_or(Presence::Unknown)
    }

    /// The document that is this file.
    pub fn at(&self, path: &str) -> Option<&Document> {
        self.by_name.values().find(|d| d.file == path)
    }
}

/// What lies at a path of the lab tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Nothing.
    Missing,
    /// A symbolic link that leads out of the lab tree.
    Outside,
    /// It could not be looked at.
    Unknown,
}

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Markdown.
    Markdown,
    /// Shell script.
    Script,
    /// Mermaid.
    Mermaid,
    /// `fstab(5)`.
    Fstab,
    /// Anything else: only its text is known.
    Text,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name under `documents`.
    pub name: String,
    /// Its path from the root of the lab tree.
    pub file: String,
    /// Its text among the sources.
    pub source: SourceId,
    /// What it is written in.
    pub form: Form,
    /// The whole text.
    pub text: String,
    /// Where its lines begin.
    pub lines: Lines,
    /// Headings.
    pub headings: Vec<Heading>,
    /// Other places that links can lead to.
    pub anchors: BTreeSet<String>,
    /// Paragraphs, items of lists, rows of tables.
    pub blocks: Vec<Block>,
    /// Links and images.
    pub links: Vec<Link>,
    /// Fenced and indented code.
    pub fences: Vec<Fence>,
    /// Commands of fences, inline code and scripts.
    pub commands: Vec<Command>,
    /// Inline code, as written.
    pub codes: Vec<Spanned<String>>,
    /// Paths that may be meant from the lab tree.
    pub mentions: Vec<Mention>,
    /// Mermaid graphs.
    pub diagrams: Vec<Diagram>,
    /// Lines of `fstab(5)`, also those that a script appends to it.
    pub mounts: Vec<MountLine>,
}

impl Document {
    /// The paragraph, item or row around a place.
    pub fn block(&self, span: Span) -> Option<&Block> {
        let around = |b: &&Block| b.span.start <= span.start && span.end <= b.span.end;
        let inside = self.blocks.iter().filter(around);
        inside.min_by_key(|b| b.span.end - b.span.start)
    }

    /// The headings above a place, the nearest last.
    pub fn section(&self, span: Span) -> Vec<&Heading> {
        let mut open: Vec<&Heading> = Vec::new();
        for heading in &self.headings {
            if heading.span.start > span.start {
                break;
            }
            open.retain(|h| h.level < heading.level);
            open.push(heading);
        }
        open
    }

    /// The line of a place, from 1.
    pub fn line(&self, span: Span) -> usize {
        self.lines.number(&self.text, span.start as usize)
    }

    /// A place over bytes of the text.
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without marks.
    pub text: String,
    /// What a link to it is written as, as on GitHub.
    pub slug: String,
    /// Where it is.
    pub span: Span,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// A heading.
    Heading,
    /// An item of a list.
    Item,
    /// An item of a list with a box to tick.
    Task {
        /// It is ticked.
        done: bool,
    },
    /// A row of a table; the first of each is the head.
    Row {
        /// Its cells.
        cells: Vec<String>,
        /// It is the head.
        head: bool,
    },
}

/// A piece of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text without marks.
    pub text: String,
    /// Where it is.
    pub span: Span,
}

impl Block {
    /// Whether it is said to be done: a ticked box, or a check mark in front.
    pub fn is_ticked(&self) -> bool {
        let marked = ["✅", "✓", "✔", "☑"]
            .iter()
            .any(|m| self.text.starts_with(m));
        marked || self.kind == BlockKind::Task { done: true }
    }
}

/// A link or image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads to, as written.
    pub written: String,
    /// Where it leads to.
    pub target: Target,
    /// Where it is.
    pub span: Span,
}

/// Where a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Somewhere with a scheme, such as `https:` or `mailto:`.
    Web,
    /// A place in the same document.
    Anchor(String),
    /// A path from the root of the lab tree, and a place in it.
    Path {
        /// The path.
        path: String,
        /// The place.
        anchor: Option<String>,
    },
    /// Out of the lab tree by `..`.
    Outside,
}

/// Code between fences, or indented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// First word behind the fence, in lower case; empty if there is none.
    pub lang: String,
    /// Its lines without their ends.
    pub lines: Vec<Spanned<String>>,
    /// Where it is, the fences included.
    pub span: Span,
}

/// A path that may be meant from the lab tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// As written.
    pub written: String,
    /// What it can mean: from the document's folder, or from the root of the lab tree.
    pub candidates: Vec<String>,
    /// Where it is.
    pub span: Span,
}

/// A line of `fstab(5)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountLine {
    /// What is mounted.
    pub spec: Spanned<String>,
    /// Where.
    pub point: Spanned<String>,
    /// File system.
    pub kind: Spanned<String>,
    /// Options.
    pub options: Vec<Spanned<String>>,
    /// The fifth field, if it is there.
    pub dump: Option<Spanned<String>>,
    /// The sixth field, if it is there.
    pub pass: Option<Spanned<String>>,
    /// The whole line.
    pub span: Span,
}
