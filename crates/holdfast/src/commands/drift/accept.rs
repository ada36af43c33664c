//! `drift accept`: differences taken over into the lab tree, or into what was accepted of a host.
//!
//! Each difference is taken by itself and tried: an edit after which the lab tree is not valid, or after which the same facts still
//! differ, is not made, and its difference is told with the reason.

use crate::cli::AcceptArgs;
use crate::commands::drift::{look, of};
use crate::exit::{Exit, Stop};
use crate::interfaces::Chosen;
use crate::mend::Change;
use crate::output::words::count;
use crate::output::{Paint, Tone, wrap};
use crate::rewrite;
use crate::tree::{Instead, Tree};
use crate::world::World;
use anyhow::{Context as _, Result};
use diag::{Class, Severity, render};
use model::fact::{FactKind, FactPath, Facts};
use model::realm::RealmTag;
use plan::accept::{Reasons, Taking, declare, waive};
use plan::{Difference, How};
use serde_json::json;
use std::collections::BTreeMap;

/// What came of all that was chosen.
#[derive(Default)]
struct Outcome {
    /// Taken into the lab tree.
    declared: Vec<Difference>,
    /// Taken into what was accepted of its host.
    kept: Vec<Difference>,
    /// Not taken, and why.
    left: Vec<(Difference, String)>,
    /// New texts by path.
    texts: Instead,
}

/// Shows, and with `--write` makes, the patch that takes differences over.
pub(super) fn accept<R: RealmTag>(
    tag: R,
    args: &AcceptArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let mut world = World::open(tag, &args.lab)?;
    let facts = look(&world, Chosen::of(args.host.as_deref(), None))?;
    let chosen = chosen(&world, &facts, args)?;
    let was: BTreeMap<String, String> = world
        .tree
        .sources
        .iter()
        .map(|(_, s)| (s.path.clone(), s.text.clone()))
        .collect();
    let outcome = take(&mut world, &facts, chosen, args)?;
    let changes: Vec<Change> = outcome
        .texts
        .iter()
        .filter_map(|(path, now)| {
            let (path, now) = (path.clone(), now.clone());
            Some(Change {
                was: was.get(&path)?.clone(),
                path,
                now,
            })
        })
        .collect();
    if args.write {
        rewrite::write(&world.tree.root, &changes)?;
        // It is done again by the same command, which finds nothing to declare any more.
        keep(&world, &facts, &outcome.kept).with_context(|| match changes.is_empty() {
            true => "nothing is taken over",
            false => "the lab tree is written, what is accepted of hosts is not",
        })?;
    }
    if json {
        outln!("{:#}", as_json(&outcome, &changes, args.write));
    } else {
        out!("{}", as_text(&outcome, &changes, args.write, paint));
    }
    Ok(match outcome.left.is_empty() {
        true => Exit::Ok,
        false => Exit::Findings,
    })
}

/// The differences that are meant; those that could not be told only if they are named.
fn chosen<R: RealmTag>(
    world: &World<R>,
    facts: &Facts,
    args: &AcceptArgs,
) -> Result<Vec<Difference>> {
    // What a Compose file says is for its own file.
    let all = of(world, facts, None)?.differences;
    if args.paths.is_empty() {
        return Ok(all.into_iter().filter(|d| d.how != How::Unknown).collect());
    }
    let fits = |wanted: &str, path: &FactPath| match wanted.strip_suffix('*') {
        Some(start) => path.to_string().starts_with(start),
        None => path.to_string() == wanted,
    };
    let nothing = args
        .paths
        .iter()
        .find(|p| !all.iter().any(|d| fits(p, &d.path)));
    if let Some(path) = nothing {
        return Err(Stop::usage(format!("nothing differs at '{path}'"))
            .help(format!(
                "what does is shown by: {}",
                world.hints.command("drift")
            ))
            .into());
    }
    let meant = |d: &Difference| args.paths.iter().any(|p| fits(p, &d.path));
    Ok(all.into_iter().filter(meant).collect())
}

fn take<R: RealmTag>(
    world: &mut World<R>,
    facts: &Facts,
    chosen: Vec<Difference>,
    args: &AcceptArgs,
) -> Result<Outcome> {
    let with = Reasons {
        reason: args.reason.as_deref(),
        owner: args.owner.as_deref(),
        until: args.until,
    };
    let mut outcome = Outcome::default();
    for difference in chosen {
        match one(
            world,
            facts,
            &outcome.texts,
            &difference,
            (args.waive, with),
        )? {
            Took::Texts(texts) => {
                outcome.texts = texts;
                outcome.declared.push(difference);
            }
            Took::Kept => outcome.kept.push(difference),
            Took::Nothing(why) => outcome.left.push((difference, why)),
        }
    }
    Ok(outcome)
}

/// What came of one difference.
enum Took {
    Texts(Instead),
    Kept,
    Nothing(String),
}

/// Takes one difference; more than one value of it may have to be changed.
fn one<R: RealmTag>(
    world: &mut World<R>,
    facts: &Facts,
    texts: &Instead,
    difference: &Difference,
    (waived, with): (bool, Reasons<'_>),
) -> Result<Took> {
    /// A unit has two values, and nothing has more.
    const EDITS: usize = 2;
    let began = Tree::open_with(&world.tree.root, texts.clone())?;
    let mut texts = texts.clone();
    for _ in 0..EDITS {
        let taking = world.with_context(facts, |ctx| match waived {
            true => waive(ctx, difference, with),
            false => declare(ctx, difference, with),
        })?;
        match taking {
            Taking::Not(why) => {
                world.change_tree(began);
                return Ok(Took::Nothing(why));
            }
            Taking::Keep => return Ok(Took::Kept),
            Taking::Edit(_) | Taking::AtEnd(_) => {}
        }
        match edited(world, &texts, &taking)? {
            Ok(next) => texts = next,
            Err(why) => {
                world.change_tree(began);
                return Ok(Took::Nothing(why));
            }
        }
        let same = |d: &Difference| d.target == difference.target && d.path == difference.path;
        if !of(world, facts, None)?.differences.iter().any(same) {
            return Ok(Took::Texts(texts));
        }
    }
    world.change_tree(began);
    let why = "the declaration with it would still differ; write it by hand, or --waive";
    Ok(Took::Nothing(why.to_owned()))
}

/// The texts with one more edit; the world goes on with them, unless they would not be valid.
fn edited<R: RealmTag>(
    world: &mut World<R>,
    texts: &Instead,
    taking: &Taking,
) -> Result<Result<Instead, String>> {
    let new = match taking {
        Taking::Edit(edit) => match diag::fix::edited(edit, &world.tree.sources) {
            Some(new) => match lang::kept(&new.was, &new.now, &new.places) {
                Ok(()) => Some((new.path, new.now)),
                Err(lost) => return Ok(Err(format!("{}; write it by hand", lost.why()))),
            },
            None => None,
        },
        Taking::AtEnd(lines) => at_end(&world.tree, lines),
        Taking::Keep | Taking::Not(_) => None,
    };
    let Some((path, text)) = new else {
        let why = "the text around its place is not understood; write it by hand";
        return Ok(Err(why.to_owned()));
    };
    let mut next = texts.clone();
    next.insert(path, text);
    let tree = Tree::open_with(&world.tree.root, next.clone())?;
    if !is_valid(&tree) {
        let why = "the lab tree would not be valid with it; write it by hand";
        return Ok(Err(why.to_owned()));
    }
    world.change_tree(tree);
    Ok(Ok(next))
}

fn is_valid(tree: &Tree) -> bool {
    let bad = |d: &diag::Diagnostic| d.class == Class::Invalid && d.severity == Severity::Error;
    !tree.diagnostics.iter().any(bad)
}

/// The root file with more lines.
fn at_end(tree: &Tree, lines: &str) -> Option<(String, String)> {
    let root = tree.sources.iter().find(|(_, s)| s.path == "holdfast.yaml");
    root.map(|(_, s)| (s.path.clone(), format!("{}{lines}", ended(&s.text))))
}

fn ended(text: &str) -> String {
    match text.is_empty() || text.ends_with('\n') {
        true => text.to_owned(),
        false => format!("{text}\n"),
    }
}

/// Takes facts as they are into what was accepted.
fn keep<R: RealmTag>(world: &World<R>, facts: &Facts, kept: &[Difference]) -> Result<()> {
    world.store.change_accepted(|accepted| {
        for difference in kept {
            let Some(target) = facts.targets.get(&difference.target.name) else {
                continue;
            };
            let of_host = accepted.entry(difference.target.name.clone()).or_default();
            let seen = target.seen(&difference.path);
            model::accepted::accept(of_host, &difference.path, &seen, target.at);
        }
    })?;
    Ok(())
}

/// It is a way in.
fn opens(difference: &Difference) -> bool {
    difference.path.kind == FactKind::Listener && difference.how == How::Undeclared
}

fn hidden(change: &Change) -> String {
    let hide = |text: &str| crate::veil::hidden(&change.path, text);
    render::patch(&change.path, &hide(&change.was), &hide(&change.now))
}

fn as_json(outcome: &Outcome, changes: &[Change], written: bool) -> serde_json::Value {
    let left = outcome.left.iter();
    let left = left.map(|(d, why)| json!({"difference": d, "why": why}));
    json!({
        "declared": outcome.declared,
        "kept": outcome.kept,
        "left": left.collect::<Vec<_>>(),
        "patch": changes.iter().map(hidden).collect::<String>(),
        "written": written,
    })
}

fn as_text(outcome: &Outcome, changes: &[Change], written: bool, paint: Paint) -> String {
    let mut text = String::new();
    for change in changes {
        for line in hidden(change).lines() {
            let tone = match line.as_bytes().first() {
                Some(b'+') => Some(Tone::Good),
                Some(b'-') => Some(Tone::Bad),
                Some(b'@') => Some(Tone::Dim),
                _ => None,
            };
            text.push_str(&tone.map_or_else(|| line.to_owned(), |t| paint.text(t, line)));
            text.push('\n');
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let mut about = |word: &str, tone: Tone, d: &Difference, said: &str| {
        let head = format!("{} {} {}\n", paint.text(tone, word), d.target.name, d.path);
        text.push_str(&head);
        text.push_str(&wrap::hanging("    ", said, paint.width()));
    };
    for d in &outcome.kept {
        let said = format!("{} → {}", d.declared, d.observed);
        about("accept", Tone::Good, d, &said);
    }
    for (d, why) in &outcome.left {
        about("leave", Tone::Look, d, why);
    }
    for d in outcome.declared.iter().filter(|d| opens(d)) {
        let said = "once declared, apply lets it in by a firewall that is declared for the host";
        about("note", Tone::Dim, d, said);
    }
    let taken = outcome.declared.len() + outcome.kept.len();
    let differences = count(taken, "difference", "differences");
    let left = match outcome.left.len() {
        0 => String::new(),
        n => format!(", {n} not"),
    };
    let end = match (taken, written) {
        (0, _) if outcome.left.is_empty() => "Nothing to accept: there is no drift.".to_owned(),
        (0, _) => "Nothing is taken over.".to_owned(),
        (_, true) => format!("{differences} taken over{left}."),
        (_, false) => format!("{differences} would be taken over{left}; --write does it."),
    };
    format!("{text}{end}\n")
}
