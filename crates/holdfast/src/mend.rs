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
    /// Mends that cannot be made by a program, and why.
    refused: BTreeMap<Taken, String>,
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
    let mut pass = Pass {
        now: Instead::new(),
        seen: look(Instead::new())?,
        reach,
        refused: BTreeMap::new(),
    };
    for _ in 0..PASSES {
        let not = against.iter().chain(pass.refused.keys()).cloned().collect();
        let step = diag::fix::mend(&pass.seen.found, &pass.seen.tree.sources, reach, &not);
        if step.texts.is_empty() {
            break;
        }
        let Some((step, then)) = pass.made(look, step, &not)? else {
            continue;
        };
        let back = past.add(&pass.seen.tree.sources, &step);
        if !back.is_empty() {
            against.extend(back);
            break;
        }
        pass.now.extend(step.texts);
        pass.seen = then;
    }
    let changes = pass.now.into_iter().filter_map(|(path, now)| {
        let (_, was) = past.texts.get(&path)?.first()?.clone();
        (was != now).then_some(Change { path, was, now })
    });
    Ok(Mending {
        changes: changes.collect(),
        after: pass.seen,
        taken: past.passes.iter().map(Vec::len).sum(),
        refused: pass.refused,
        against,
    })
}

/// The tree before a pass.
struct Pass {
    now: Instead,
    seen: Seen,
    reach: Reach,
    refused: BTreeMap<Taken, String>,
}

impl Pass {
    /// What can be made of a step, and the tree after it. If all of it at once is no good, the mends are tried one after
    /// the other; those that are no good alone are refused, and with them those that say the same of the same file.
    fn made(
        &mut self,
        look: &impl Fn(Instead) -> Result<Seen>,
        step: Mended,
        not: &BTreeSet<Taken>,
    ) -> Result<Option<(Mended, Seen)>> {
        match self.after(look, &step)? {
            Ok(then) => return Ok(Some((step, then))),
            Err(why) if step.taken.len() == 1 => {
                self.refused
                    .extend(step.taken.into_iter().map(|t| (t, why.clone())));
                return Ok(None);
            }
            Err(_) => {}
        }
        let mut best = None;
        let mut good: Vec<Diagnostic> = Vec::new();
        // Halves that are good are taken whole.
        let mut parts: Vec<Vec<Diagnostic>> = vec![with_mends(&self.seen.found, self.reach)];
        while let Some(mut part) = parts.pop() {
            let both = [good.as_slice(), part.as_slice()].concat();
            let step = diag::fix::mend(&both, &self.seen.tree.sources, self.reach, not);
            let fresh = best
                .as_ref()
                .map_or(0, |(b, _): &(Mended, _)| b.taken.len());
            // It is already refused, or waits for the next pass.
            if step.taken.len() <= fresh {
                continue;
            }
            match self.after(look, &step)? {
                Ok(then) => {
                    good = both;
                    best = Some((step, then));
                }
                Err(_) if part.len() > 1 => {
                    let rest = part.split_off(part.len() / 2);
                    parts.extend([rest, part]);
                }
                Err(why) => {
                    let known: BTreeSet<&Taken> = best.iter().flat_map(|(b, _)| &b.taken).collect();
                    let fresh = step.taken.iter().filter(|t| !known.contains(t));
                    self.refused.extend(fresh.map(|t| (t.clone(), why.clone())));
                }
            }
        }
        Ok(best)
    }

    /// The tree after a step, or why the step must not be made.
    fn after(
        &self,
        look: &impl Fn(Instead) -> Result<Seen>,
        step: &Mended,
    ) -> Result<Result<Seen, String>> {
        for (_, source) in self.seen.tree.sources.iter() {
            let (path, was) = (&source.path, &source.text);
            let (Some(now), Some(places)) = (step.texts.get(path), step.places.get(path)) else {
                continue;
            };
            if is_yaml(path)
                && let Err(lost) = lang::kept(was, now, places)
            {
                return Ok(Err(lost.why().to_owned()));
            }
        }
        let mut next = self.now.clone();
        next.extend(step.texts.clone());
        let then = look(next)?;
        let (now, was) = (invalid(&then), invalid(&self.seen));
        if now
            .iter()
            .any(|(code, n)| was.get(code).is_none_or(|was| n > was))
        {
            return Ok(Err("the declaration would not be valid with it".to_owned()));
        }
        let stuck = step.texts.keys().find(|path| {
            let was = broken(&self.seen, path);
            was.is_some() && broken(&then, path) <= was && broken(&then, path).is_some()
        });
        Ok(match stuck {
            Some(path) => Err(format!("{path} could be read no further with it")),
            None => Ok(then),
        })
    }
}

/// Those that have a mend that the user lets be made, in the order of the output.
fn with_mends(found: &[Diagnostic], reach: Reach) -> Vec<Diagnostic> {
    let wanted = |d: &&Diagnostic| {
        let fix = d.fix.as_ref().filter(|f| !f.edits.is_empty());
        fix.is_some_and(|f| reach.covers(f.applicability))
    };
    found.iter().filter(wanted).cloned().collect()
}

/// By its name, a file that is read as YAML.
pub(crate) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
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

/// How many errors of each kind keep the declaration from being valid: one may not be put in the place of another.
fn invalid(seen: &Seen) -> BTreeMap<&str, usize> {
    let bad = |d: &&Diagnostic| d.class == Class::Invalid && d.severity == Severity::Error;
    let mut counts = BTreeMap::new();
    for found in seen.found.iter().filter(bad) {
        *counts.entry(&*found.code).or_default() += 1;
    }
    counts
}

/// Where the first thing stands that makes a text no YAML.
fn broken(seen: &Seen, path: &str) -> Option<u32> {
    let of_text = |d: &&Diagnostic| d.code == "yaml-syntax";
    let places = seen.found.iter().filter(of_text).filter_map(|d| {
        let span = d.primary.as_ref()?.span;
        let source = seen.tree.sources.get(span.source)?;
        (source.path == path).then_some(span.start)
    });
    places.min()
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
        match self.left() {
            left if left.is_empty() => "nothing to mend".to_owned(),
            left => format!("nothing mended{left}"),
        }
    }

    fn amount(&self) -> String {
        let what = count(self.taken, "finding", "findings");
        let files = count(self.changes.len(), "file", "files");
        format!("{what} in {files}{}", self.left())
    }

    /// Which mends are left: those that contradict each other, and those that a program cannot make, with the reason.
    fn left(&self) -> String {
        let mut whys: BTreeMap<&str, Vec<&Taken>> = BTreeMap::new();
        for taken in &self.against {
            let why = "they undo each other";
            whys.entry(why).or_default().push(taken);
        }
        for (taken, why) in &self.refused {
            whys.entry(why).or_default().push(taken);
        }
        let parts = whys.into_iter().map(|(why, taken)| {
            let codes: BTreeSet<&str> = taken.iter().map(|t| t.code.as_str()).collect();
            let paths: BTreeSet<&str> = taken
                .iter()
                .flat_map(|t| t.paths.iter().map(String::as_str))
                .collect();
            let list = |all: BTreeSet<&str>| all.into_iter().collect::<Vec<_>>().join(", ");
            format!(
                "; left for you to decide, because {why}: {} in {}",
                list(codes),
                list(paths)
            )
        });
        parts.collect()
    }
}
