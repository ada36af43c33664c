//! What the mends of a lab tree come to: they are made in memory, one pass after the other, until nothing more is to be mended.

use crate::output::words::count;
use crate::tree::{Instead, Tree};
use anyhow::Result;
use diag::fix::{Mended, Reach, Taken};
use diag::{Class, Diagnostic, Severity, SourceSet, render};
use std::collections::{BTreeMap, BTreeSet};

/// Mends that touch each other wait for the next pass; more passes than these are not made.
const PASSES: usize = 20;

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
    /// Mends that undo each other; none of them is made.
    against: BTreeSet<Taken>,
}

/// Mends until nothing is left that the user lets be mended. Where mends undo each other it begins again without them.
pub(crate) fn plan(look: impl Fn(Instead) -> Result<Seen>, reach: Reach) -> Result<Mending> {
    let mut against = BTreeSet::new();
    loop {
        let known = against.len();
        let mending = attempt(&look, reach, against)?;
        if mending.against.len() == known {
            return Ok(mending);
        }
        against = mending.against;
    }
}

/// All passes without `against`, to which those are added that bring a text back to what it was.
fn attempt(
    look: &impl Fn(Instead) -> Result<Seen>,
    reach: Reach,
    mut against: BTreeSet<Taken>,
) -> Result<Mending> {
    let mut past = Past::default();
    let mut now = Instead::new();
    let mut seen = look(now.clone())?;
    let mut stopped = false;
    for _ in 0..PASSES {
        let step = diag::fix::mend(&seen.found, &seen.tree.sources, reach, &against);
        if step.texts.is_empty() {
            break;
        }
        let back = past.add(&seen.tree.sources, &step);
        if !back.is_empty() {
            against.extend(back);
            break;
        }
        let mut next = now.clone();
        next.extend(step.texts);
        let then = look(next.clone())?;
        if invalid(&then) > invalid(&seen) {
            past.passes.pop();
            stopped = true;
            break;
        }
        (now, seen) = (next, then);
    }
    let changes = now.into_iter().filter_map(|(path, now)| {
        let (_, was) = past.texts.get(&path)?.first()?.clone();
        (was != now).then_some(Change { path, was, now })
    });
    Ok(Mending {
        changes: changes.collect(),
        after: seen,
        taken: past.passes.iter().map(Vec::len).sum(),
        stopped,
        against,
    })
}

/// What the passes have done so far.
#[derive(Default)]
struct Past {
    /// Of each file all texts that it had, each with the number of passes before it.
    texts: BTreeMap<String, Vec<(usize, String)>>,
    passes: Vec<Vec<Taken>>,
}

impl Past {
    /// Notes a pass. Gives the mends by which a file comes back to a text that it had: they undo each other.
    fn add(&mut self, sources: &SourceSet, step: &Mended) -> BTreeSet<Taken> {
        self.passes.push(step.taken.clone());
        let mut back = BTreeSet::new();
        for (path, new) in &step.texts {
            let texts = self.texts.entry(path.clone()).or_insert_with(|| {
                let source = sources.iter().find(|(_, s)| s.path == *path);
                source
                    .map(|(_, s)| (0, s.text.clone()))
                    .into_iter()
                    .collect()
            });
            if let Some((since, _)) = texts.iter().find(|(_, text)| text == new) {
                let all = self.passes.iter().skip(*since).flatten();
                back.extend(all.filter(|t| t.paths.contains(path)).cloned());
            }
            texts.push((self.passes.len(), new.clone()));
        }
        back
    }
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
        match self.changes.len() {
            0 => self.none(),
            _ => format!("would mend {}; nothing is written", self.amount()),
        }
    }

    /// What was written, in one line.
    pub(crate) fn did(&self) -> String {
        match self.changes.len() {
            0 => self.none(),
            _ => format!("mended {}", self.amount()),
        }
    }

    fn none(&self) -> String {
        match (self.stopped, self.against.is_empty()) {
            (true, _) => "nothing mended: the result would not be a valid declaration".to_owned(),
            (false, true) => "nothing to mend".to_owned(),
            (false, false) => format!("nothing mended{}", self.left()),
        }
    }

    fn amount(&self) -> String {
        let what = count(self.taken, "finding", "findings");
        let files = count(self.changes.len(), "file", "files");
        let rest = match self.stopped {
            true => "; the rest would not leave a valid declaration",
            false => "",
        };
        format!("{what} in {files}{rest}{}", self.left())
    }

    /// Which mends contradict each other, and where.
    fn left(&self) -> String {
        if self.against.is_empty() {
            return String::new();
        }
        let codes: BTreeSet<&str> = self.against.iter().map(|t| t.code.as_str()).collect();
        let paths: BTreeSet<&String> = self.against.iter().flat_map(|t| &t.paths).collect();
        let list = |all: Vec<&str>| all.join(", ");
        format!(
            "; left for you to decide, because they undo each other: {} in {}",
            list(codes.into_iter().collect()),
            list(paths.into_iter().map(String::as_str).collect())
        )
    }
}
