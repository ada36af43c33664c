//! What the mends of a lab tree come to: they are made in memory, one pass after the other, until nothing more is to be mended.

use crate::output::words::count;
use crate::tree::{Instead, Tree};
use anyhow::Result;
use diag::fix::Reach;
use diag::{Class, Diagnostic, Severity, SourceSet, render};
use std::collections::BTreeMap;

/// Mends that touch each other wait for the next pass; more passes than these mean that two of them undo each other.
const PASSES: usize = 10;

/// A lab tree and all that is to be said of it.
pub(crate) struct Seen {
    pub(crate) tree: Tree,
    pub(crate) found: Vec<Diagnostic>,
    /// Its texts as they can be shown.
    pub(crate) shown: SourceSet,
    /// What of the lab was looked at; `None` if nobody looked.
    pub(crate) judged: Option<Looked>,
}

/// How much was looked at, where, and the moment at which that is judged.
pub(crate) type Looked = (rules::Judged, model::realm::Realm, jiff::Timestamp);

/// A file as it was read and as it is to be.
pub(crate) struct Change {
    /// From the root of the lab tree.
    pub(crate) path: String,
    pub(crate) was: String,
    pub(crate) now: String,
}

/// What mending makes of a lab tree; nothing of it is written yet.
pub(crate) struct Mending {
    pub(crate) changes: Vec<Change>,
    /// The tree with all changes in it.
    pub(crate) after: Seen,
    taken: usize,
    /// A pass was left out, because it would have made the declaration invalid where it was not.
    stopped: bool,
}

/// Mends until nothing is left that the user lets be mended.
pub(crate) fn plan(look: impl Fn(Instead) -> Result<Seen>, reach: Reach) -> Result<Mending> {
    let mut was: BTreeMap<String, String> = BTreeMap::new();
    let mut now = Instead::new();
    let mut seen = look(now.clone())?;
    let (mut taken, mut stopped) = (0, false);
    for _ in 0..PASSES {
        let step = diag::fix::mend(&seen.found, &seen.tree.sources, reach);
        if step.texts.is_empty() {
            break;
        }
        let mut next = now.clone();
        next.extend(step.texts);
        let then = look(next.clone())?;
        if invalid(&then) > invalid(&seen) {
            stopped = true;
            break;
        }
        for path in next.keys() {
            let text = seen.tree.sources.iter().find(|(_, s)| s.path == *path);
            if let Some((_, source)) = text {
                was.entry(path.clone())
                    .or_insert_with(|| source.text.clone());
            }
        }
        taken += step.taken.len();
        (now, seen) = (next, then);
    }
    let changes = now.into_iter().filter_map(|(path, now)| {
        let was = was.get(&path)?.clone();
        (was != now).then_some(Change { path, was, now })
    });
    Ok(Mending {
        changes: changes.collect(),
        after: seen,
        taken,
        stopped,
    })
}

fn invalid(seen: &Seen) -> usize {
    let bad = |d: &&Diagnostic| d.class == Class::Invalid && d.severity == Severity::Error;
    seen.found.iter().filter(bad).count()
}

impl Mending {
    /// All changes as one unified patch, of texts as `hidden` leaves them.
    pub(crate) fn patch(&self, hidden: impl Fn(&str, &str) -> String) -> String {
        let one = |c: &Change| {
            let (was, now) = (hidden(&c.path, &c.was), hidden(&c.path, &c.now));
            render::patch(&c.path, &was, &now)
        };
        self.changes.iter().map(one).collect()
    }

    /// What `--fix` would do, in one line.
    pub(crate) fn would(&self) -> String {
        match self.taken {
            0 => self.none(),
            _ => format!("would mend {}; nothing is written", self.amount()),
        }
    }

    /// What was written, in one line.
    pub(crate) fn did(&self) -> String {
        match self.taken {
            0 => self.none(),
            _ => format!("mended {}", self.amount()),
        }
    }

    fn none(&self) -> String {
        match self.stopped {
            true => "nothing mended: the result would not be a valid declaration".to_owned(),
            false => "nothing to mend".to_owned(),
        }
    }

    fn amount(&self) -> String {
        let what = count(self.taken, "finding", "findings");
        let files = count(self.changes.len(), "file", "files");
        let rest = match self.stopped {
            true => "; the rest would not leave a valid declaration",
            false => "",
        };
        format!("{what} in {files}{rest}")
    }
}
