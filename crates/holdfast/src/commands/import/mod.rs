//! `import`: what runs already, as a lab tree.
//!
//! The sources are looked at, what they tell is made one, held against the tree that is there, and written as text that the
//! language and the drift between it and what was seen have judged. Only then, and only if asked for, is it put on the disk; what
//! is there is never changed. Then the targets are looked at again through the new tree, and that is kept as its first
//! observation.

mod file;
mod look;
mod put;
mod said;
mod source;

use crate::cli::ImportArgs;
use crate::commands::init::place::Place;
use crate::exit::{Exit, Stop};
use crate::output::Paint;
use crate::texts::Folder;
use crate::tree::{Instead, Tree};
use adopt::{About, Draft, Known, Seen, Verdict, judge, merge};
use anyhow::Result;
use diag::SourceSet;
use jiff::Timestamp;
use look::{Gathered, Looking, Who};
use model::compose::Projects;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lock::{Lock, Native};
use source::Source;
use std::collections::BTreeSet;

/// Looks, shows what would be written, and writes it if asked to.
pub(crate) fn import(args: &ImportArgs, json: bool, paint: Paint) -> Result<Exit> {
    let place = Place::at(&args.into)?;
    let tree = existing(&place)?;
    let lock = match &tree {
        Some(tree) => store::lockfile::read(&tree.lock_path())?,
        None => None,
    };
    let sources: Vec<(&String, Source)> = args
        .sources
        .iter()
        .map(|text| Ok((text, Source::of(text)?)))
        .collect::<Result<_>>()?;
    let looking = Looking {
        args,
        place: &place,
        tree: tree.as_ref(),
    };
    let mut gathered = Gathered::default();
    for (text, source) in &sources {
        looking.at(text, source, &mut gathered)?;
    }
    let drafted = drafted(args, &place, tree.as_ref(), lock.as_ref(), gathered)?;
    let done = match args.write {
        true => Some(put::put(&drafted, &place)?),
        false => None,
    };
    let result = said::Result {
        args,
        place: &place,
        drafted: &drafted,
        done: done.as_ref(),
    };
    match json {
        true => outln!("{:#}", result.json()),
        false => out!("{}", result.text(paint)),
    }
    Ok(result.exit())
}

/// The tree that is there; an invalid one stops here.
fn existing(place: &Place) -> Result<Option<Tree>> {
    match place.exists() && place.folder().join("holdfast.yaml").exists() {
        true => Tree::open_valid(place.folder()).map(Some),
        false => Ok(None),
    }
}

/// What is to be written, and what is thought of it.
pub(super) struct Drafted {
    pub(super) draft: Draft,
    pub(super) verdict: Verdict,
    /// There is a tree already.
    pub(super) joins: bool,
    /// Targets that were seen: hosts by name, clusters by name.
    pub(super) looked: Vec<ObjectRef>,
}

fn drafted(
    args: &ImportArgs,
    place: &Place,
    tree: Option<&Tree>,
    lock: Option<&Lock>,
    gathered: Gathered,
) -> Result<Drafted> {
    let same: BTreeSet<String> = args.same.iter().cloned().collect();
    let none = Lab::default();
    let projects = match tree {
        Some(tree) => Tree::open_valid(&tree.root)?.read_stacks(),
        None => Projects::new(),
    };
    let known = Known {
        lab: tree.map_or(&none, |t| &t.lab),
        lock,
        projects: &projects,
        files: &compose_files(place),
    };
    let mut draft = Draft::of(merge(gathered.found, &same), known, &same);
    let now = jiff::Zoned::now();
    let zone = now.time_zone().iana_name().filter(|z| *z != "Etc/Unknown");
    let empty = SourceSet::default();
    let before = tree.map_or(&empty, |t| &t.sources);
    let about = About {
        lab: tree.map(|t| &t.lab),
        today: now.date(),
        name: lab_name(args, place)?,
        timezone: zone.map(str::to_owned),
        sources: args.sources.clone(),
        taken: taken(place, before),
    };
    let mut seen = Seen::new();
    let mut looked = Vec::new();
    for (who, mut facts) in gathered.seen {
        let Some(object) = named(&draft, &who) else {
            continue;
        };
        looked.push(object.clone());
        facts.target = object.clone();
        let is_new =
            draft.hosts.contains_key(&object.name) || draft.clusters.contains_key(&object.name);
        if is_new {
            let key = match who {
                Who::Machine(_) => object.name.clone(),
                Who::Interface(_) => object.to_string(),
            };
            seen.insert(key, facts);
        }
    }
    looked.sort();
    looked.dedup();
    let files = Folder::below(place.folder(), Instead::new());
    let verdict = judge(&mut draft, &about, before, &seen, &files, Timestamp::now());
    if !verdict.wrong.is_empty() {
        let shown = diag::render::concise(&verdict.wrong, &verdict.sources);
        err!("{shown}");
        return Err(Stop::environment(
            "what was found does not make a valid lab tree; nothing was written",
        )
        .help("this is a fault of holdfast: please report the lines above")
        .into());
    }
    Ok(Drafted {
        draft,
        verdict,
        joins: tree.is_some(),
        looked,
    })
}

/// The name that a target has in the tree; nothing if it was left out.
fn named(draft: &Draft, who: &Who) -> Option<ObjectRef> {
    match who {
        Who::Machine(identity) => draft
            .bound
            .iter()
            .find(|(object, native)| {
                object.kind == Kind::Host && matches!(native, Native::Machine(m) if m == identity)
            })
            .map(|(object, _)| object.clone()),
        Who::Interface(url) => draft.whole(url).cloned(),
    }
}

fn lab_name(args: &ImportArgs, place: &Place) -> Result<String> {
    let name = args.name.clone().unwrap_or_else(|| place.name());
    if name.chars().any(char::is_control) {
        return Err(Stop::usage("--name is one line of text").into());
    }
    Ok(match name.trim() {
        "" => "home".to_owned(),
        name => name.to_owned(),
    })
}

/// Compose files of the tree at places where one may be written.
fn compose_files(place: &Place) -> BTreeSet<String> {
    let folders = std::fs::read_dir(place.folder().join("stacks"));
    let folders = folders.into_iter().flatten().flatten();
    let files = folders.map(|e| format!("stacks/{}/compose.yaml", e.file_name().to_string_lossy()));
    files
        .filter(|f| place.folder().join(f).symlink_metadata().is_ok())
        .collect()
}

/// Paths below `lab` that a file has.
fn taken(place: &Place, before: &SourceSet) -> BTreeSet<String> {
    let read = before.iter().map(|(_, s)| s.path.clone());
    let entries = std::fs::read_dir(place.folder().join("lab"));
    let there = entries.into_iter().flatten().flatten();
    let there = there.map(|e| format!("lab/{}", e.file_name().to_string_lossy()));
    read.chain(there).collect()
}
