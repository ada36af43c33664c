//! Markdown (CommonMark with GitHub's tables, task lists and wiki links).

use super::{mermaid, shell, slug::Slugs, split};
use diag::{Span, Spanned};
use model::document::{Block, BlockKind, Document, Fence, Form, Heading, Link, Place, Target};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Fences of these languages hold commands.
const SHELLS: [&str; 8] = [
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "shell-session",
    "shellsession",
    "terminal",
];

/// Fences of these may hold anything.
const UNNAMED: [&str; 6] = ["", "code", "none", "plain", "plaintext", "text"];

/// Fills in the parts of a document.
pub(super) fn read(document: &mut Document) {
    let text = document.text.clone();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_WIKILINKS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader {
        document,
        open: Vec::new(),
        slugs: Slugs::default(),
        fence: None,
        head: false,
        cells: Vec::new(),
        aside: 0,
    };
    for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
        reader.event(event, range);
    }
    document
        .blocks
        .sort_by_key(|b| (b.span.start, std::cmp::Reverse(b.span.end)));
}

/// A block whose text is being read.
struct Open {
    kind: BlockKind,
    text: String,
    span: Span,
}

struct Reader<'a> {
    document: &'a mut Document,
    open: Vec<Open>,
    slugs: Slugs,
    fence: Option<Fence>,
    head: bool,
    cells: Vec<String>,
    /// Inside of front matter.
    aside: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let span = self.document.span(range.start, range.end);
        match event {
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.fence {
                Some(fence) => fence.lines.extend(split(span.source, &text, range.start)),
                None => self.push(&text),
            },
            Event::Code(text) => self.code(&text, range),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            Event::TaskListMarker(done) => {
                if let Some(open) = self.open.last_mut() {
                    open.kind = BlockKind::Task { done };
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, span: Span) {
        match tag {
            Tag::Paragraph => {
                // The paragraph of a loose item is the item's text.
                let inherited = self.open.last_mut().filter(|o| o.text.is_empty());
                let kind = match inherited {
                    Some(open) if open.kind != BlockKind::Paragraph => {
                        std::mem::replace(&mut open.kind, BlockKind::Paragraph)
                    }
                    _ => BlockKind::Paragraph,
                };
                self.begin(kind, span);
            }
            Tag::Heading { .. } => self.begin(BlockKind::Heading, span),
            Tag::Item => self.begin(BlockKind::Item, span),
            Tag::TableHead => {
                self.head = true;
                self.begin(BlockKind::Paragraph, span);
            }
            Tag::TableRow => self.begin(BlockKind::Paragraph, span),
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let lang = info
                    .split([' ', ',', '{'])
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                self.fence = Some(Fence {
                    lang,
                    lines: Vec::new(),
                    span,
                });
            }
            Tag::Link {
                dest_url,
                link_type,
                ..
            } => {
                let wiki = matches!(link_type, pulldown_cmark::LinkType::WikiLink { .. });
                self.link(&dest_url, wiki, span);
            }
            Tag::Image { dest_url, .. } => self.link(&dest_url, false, span),
            Tag::MetadataBlock(_) => self.aside += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Item => self.finish(),
            TagEnd::Heading(level) => {
                let heading = self.open.last().map(|o| (o.text.trim().to_owned(), o.span));
                if let Some((text, span)) = heading {
                    let slug = self.slugs.next(&text);
                    self.document.headings.push(Heading {
                        level: level as u8,
                        text,
                        slug,
                        span,
                    });
                }
                self.finish();
            }
            TagEnd::TableCell => {
                if let Some(open) = self.open.last_mut() {
                    self.cells
                        .push(std::mem::take(&mut open.text).trim().to_owned());
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let cells = std::mem::take(&mut self.cells);
                let head = std::mem::take(&mut self.head);
                if let Some(open) = self.open.last_mut() {
                    open.text = cells.join(" | ");
                    open.kind = BlockKind::Row { cells, head };
                }
                self.finish();
            }
            TagEnd::CodeBlock => self.end_fence(),
            TagEnd::MetadataBlock(_) => self.aside -= 1,
            _ => {}
        }
    }

    fn begin(&mut self, kind: BlockKind, span: Span) {
        self.open.push(Open {
            kind,
            text: String::new(),
            span,
        });
    }

    fn finish(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let text = open.text.trim().to_owned();
        if !text.is_empty() {
            self.document.blocks.push(Block {
                kind: open.kind,
                text,
                span: open.span,
            });
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut().filter(|_| self.aside == 0) {
            open.text.push_str(text);
        }
    }

    fn code(&mut self, text: &str, range: Range<usize>) {
        self.push(text);
        let written = self.document.text.get(range.clone()).unwrap_or_default();
        let inner = written.trim_start_matches('`');
        let start = range.start + written.len() - inner.len();
        let inner = inner.trim_end_matches('`').to_owned();
        let span = self.document.span(start, start + inner.len());
        let code = Spanned::new(text.to_owned(), span);
        let lines = split(span.source, &inner, start);
        self.document
            .commands
            .extend(shell::commands(&lines, Place::Inline));
        self.document.codes.push(code);
    }

    fn end_fence(&mut self) {
        let Some(fence) = self.fence.take() else {
            return;
        };
        let place = Place::Fence(self.document.fences.len());
        if SHELLS.contains(&fence.lang.as_str()) {
            self.document
                .commands
                .extend(shell::commands(&fence.lines, place));
        } else if UNNAMED.contains(&fence.lang.as_str()) {
            self.document
                .commands
                .extend(shell::commands_untold(&fence.lines, place));
        } else if fence.lang == "mermaid" {
            self.document
                .diagrams
                .extend(mermaid::read(&fence.lines, fence.span));
        }
        self.document.fences.push(fence);
    }

    fn html(&mut self, html: &str) {
        for key in ["id=\"", "name=\""] {
            for (at, _) in html.match_indices(key) {
                let rest = html.get(at + key.len()..).unwrap_or_default();
                self.document
                    .anchors
                    .extend(rest.split_once('"').map(|(name, _)| name.to_owned()));
            }
        }
    }

    fn link(&mut self, written: &str, wiki: bool, span: Span) {
        debug_assert_eq!(self.document.form, Form::Markdown);
        let target = target(&self.document.file, written, wiki);
        self.document.links.push(Link {
            written: written.to_owned(),
            target,
            span,
        });
    }
}

fn target(file: &str, written: &str, wiki: bool) -> Target {
    let scheme = written.split_once(':').map(|(s, _)| s);
    // One letter is a drive of Windows, unless what follows is an address.
    let address = written.contains("://");
    let is_scheme = |s: &str| {
        (s.len() > 1 || address)
            && s.chars()
                .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
    };
    if scheme.is_some_and(is_scheme) || written.starts_with("//") {
        return Target::Web;
    }
    let (path, anchor) = match written.split_once('#') {
        Some((path, anchor)) => (path, Some(decoded(anchor))),
        None => (written, None),
    };
    let path = decoded(path.split('?').next().unwrap_or(path));
    if path.is_empty() {
        return Target::Anchor(anchor.unwrap_or_default());
    }
    let folder = match path.strip_prefix('/') {
        Some(_) => "",
        None => file.rsplit_once('/').map_or("", |(f, _)| f),
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = if wiki && !name.contains('.') {
        ".md"
    } else {
        ""
    };
    match resolve(
        folder,
        &format!("{}{extension}", path.trim_start_matches('/')),
    ) {
        Some(path) => Target::Path { path, anchor },
        None => Target::Outside,
    }
}

/// A path from the root of the lab tree, for one that is meant from a folder; none if it leads out.
pub(super) fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// `%20` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
