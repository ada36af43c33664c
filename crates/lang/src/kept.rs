//! Whether an edited text still says what it said, apart from what the edits are about. Who writes a user's file asks this first.

use crate::sink::Sink;
use crate::yaml::{self, Node, NodeKind};
use diag::{SourceSet, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// Why an edited text must not take the place of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// It could be read before, and could not be read any more.
    Syntax,
    /// A value that no edit is about is gone, new, or another one.
    Others,
    /// What is edited stands in several places, through an anchor or a merge key.
    Shared,
}

impl Lost {
    /// In words, for "left, because …".
    pub const fn why(self) -> &'static str {
        match self {
            Self::Syntax => "the text would not be readable YAML any more",
            Self::Others => "it would change more than what is meant",
            Self::Shared => "what it changes is used in several places through an anchor",
        }
    }
}

/// Whether a text is YAML that can be read to its end.
pub fn readable(text: &str) -> bool {
    tree(text).1
}

/// Holds a YAML text against what edits made of it. Each edit is its place before and its place after, in bytes, in order and apart.
///
/// # Errors
/// Why it must not be written.
pub fn kept(before: &str, after: &str, edits: &[(Range<usize>, Range<usize>)]) -> Result<(), Lost> {
    let ((old, was_whole), (new, is_whole)) = (tree(before), tree(after));
    let (from, to): (Vec<_>, Vec<_>) = edits.iter().cloned().unzip();
    let moved = |at: usize| {
        let passed = edits.iter().take_while(|(old, _)| old.end <= at);
        let moved = passed.last().map(|(old, new)| at - old.end + new.end);
        moved.unwrap_or(at)
    };
    let (old, new) = (Leaves::of(&old, &from), Leaves::of(&new, &to));
    if old.shared || new.shared {
        return Err(Lost::Shared);
    }
    if was_whole && !is_whole {
        return Err(Lost::Syntax);
    }
    let mut old: Vec<Leaf> = old.rest.into_iter().map(|l| l.at(moved)).collect();
    let mut new = new;
    if from.iter().all(|e| is_indent(before, e)) && to.iter().all(|e| is_indent(after, e)) {
        // What lines belong to is what an indent is about; what they say is not.
        let lines: Vec<Range<usize>> = to.iter().map(|e| line(after, e.start)).collect();
        let leaves = old.iter_mut().chain(&mut new.rest);
        leaves.for_each(|leaf| leaf.leave(&lines));
    }
    // Of a text that broke off, what was read is a beginning.
    let same = match was_whole {
        true => old == new.rest,
        false => new
            .rest
            .starts_with(old.get(..old.len().saturating_sub(1)).unwrap_or(&[])),
    };
    same.then_some(()).ok_or(Lost::Others)
}

/// The documents of a text, by the reader that takes it, and whether that reads all of it.
fn tree(text: &str) -> (Vec<Node>, bool) {
    let id = SourceSet::default().add("", "");
    if let (root, true) = yaml::whole(id, text) {
        return (root.into_iter().collect(), true);
    }
    yaml::documents(id, text, &mut Sink::default())
}

/// Only spaces stand there, and before it on its line.
fn is_indent(text: &str, edit: &Range<usize>) -> bool {
    let start = line(text, edit.start).start;
    text.get(start..edit.end)
        .is_some_and(|lead| lead.bytes().all(|b| b == b' '))
}

/// The line that a place stands on.
fn line(text: &str, at: usize) -> Range<usize> {
    let start = text
        .get(..at)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |n| n + 1);
    let end = text.get(at..).and_then(|t| t.find('\n'));
    start..end.map_or(text.len(), |n| at + n)
}

/// A value without parts.
#[derive(Debug, PartialEq, Eq)]
struct Leaf {
    /// The keys that lead to it; an item of a list has none of its own.
    path: String,
    text: String,
    plain: bool,
    start: usize,
}

impl Leaf {
    fn at(self, moved: impl Fn(usize) -> usize) -> Self {
        let start = moved(self.start);
        Self { start, ..self }
    }

    /// Forgets what it belongs to, but not what it is called, if it stands on one of some lines.
    fn leave(&mut self, lines: &[Range<usize>]) {
        if lines.iter().any(|l| l.contains(&self.start)) {
            let own = self.path.rsplit('/').next().unwrap_or_default();
            self.path = own.to_owned();
        }
    }
}

/// The values of a text.
#[derive(Default)]
struct Leaves {
    /// Those that no edit is about, in order.
    rest: Vec<Leaf>,
    /// How often a place that is edited stands in the tree.
    touched: BTreeMap<(u32, u32), usize>,
    shared: bool,
}

impl Leaves {
    fn of(roots: &[Node], edited: &[Range<usize>]) -> Self {
        let mut out = Self::default();
        for root in roots {
            out.add(root, "", false, edited);
        }
        out.shared = out.touched.values().any(|n| *n > 1);
        out
    }

    /// Trees are no deeper than the parser lets them be.
    fn add(&mut self, node: &Node, path: &str, inside: bool, edited: &[Range<usize>]) {
        let touched = edited.iter().any(|e| touches(e, node.span));
        let inside = inside || edited.iter().any(|e| within(e, node.span));
        match &node.kind {
            NodeKind::Scalar(text) => {
                if inside || touched {
                    if touched {
                        let place = (node.span.start, node.span.end);
                        *self.touched.entry(place).or_default() += 1;
                    }
                } else if !node.is_null() || !text.is_empty() {
                    self.rest.push(Leaf {
                        path: path.to_owned(),
                        text: text.to_string(),
                        plain: node.plain,
                        start: node.span.start as usize,
                    });
                }
            }
            NodeKind::Seq(items) => {
                let path = format!("{path}/-");
                for item in items {
                    self.add(item, &path, inside, edited);
                }
            }
            NodeKind::Map(entries) => {
                for entry in entries {
                    let key = entry.key.span;
                    let inside = inside || edited.iter().any(|e| touches(e, key));
                    // What a key is called may be what is edited.
                    let path = match inside {
                        true => format!("{path}/?"),
                        false => format!("{path}/{}", entry.key.text),
                    };
                    self.add(&entry.value, &path, inside, edited);
                }
            }
        }
    }
}

/// The edit is about some of it, or the other way round; an edit that only inserts is about nothing that was there.
fn touches(edit: &Range<usize>, span: Span) -> bool {
    let (start, end) = (span.start as usize, span.end as usize);
    edit.start < end && start < edit.end
}

fn within(edit: &Range<usize>, span: Span) -> bool {
    edit.start <= span.start as usize && span.end as usize <= edit.end && !edit.is_empty()
}
