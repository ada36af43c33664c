//! Putting the texts on the disk, binding identities, and the first observation.

use super::Drafted;
use crate::commands::drift;
use crate::commands::init::place::{Place, Text};
use crate::commands::look::whole;
use crate::interfaces::Chosen;
use crate::world::World;
use anyhow::{Context as _, Result};
use model::fact::Facts;
use model::id::{Kind, ObjectRef};
use model::realm::Real;
use plan::Difference;
use std::collections::BTreeMap;

/// What was done.
pub(super) struct Done {
    /// Files that were written.
    pub(super) files: Vec<String>,
    /// There already, and left as they are.
    pub(super) kept: Vec<String>,
    /// What the second look gave, by the new tree.
    pub(super) facts: Facts,
    /// How that differs from the tree.
    pub(super) drift: Vec<Difference>,
}

/// Lines that keep secrets out of git.
const GITIGNORE: &str = "\
# Secrets stay out of the tree; it says where they are kept.
.env
*.env
*.pass
*.key
*.age
";

/// Writes, binds, looks again.
pub(super) fn put(drafted: &Drafted, place: &Place) -> Result<Done> {
    let (files, kept) = write(drafted, place)?;
    let mut world =
        World::open(Real, place.folder()).context("the tree is written, its identities are not")?;
    world.bind(&drafted.draft.bound)?;
    let mut facts = Facts {
        format: model::fact::FORMAT,
        realm: world.realm(),
        targets: BTreeMap::new(),
    };
    for object in &drafted.looked {
        facts.targets.extend(look(&world, object)?.targets);
    }
    // Nothing was looked at, nothing is kept: an inventory says nothing of today.
    if !drafted.looked.is_empty() {
        world.keep(&facts)?;
        crate::evidence::record_observation(&world, &facts)?;
    }
    let projects = world.tree.read_stacks();
    let found = drift::of(&world, &facts, Some(&projects))?;
    let drift = found.differences;
    Ok(Done {
        files,
        kept,
        facts,
        drift,
    })
}

fn look(world: &World<Real>, object: &ObjectRef) -> Result<Facts> {
    let chosen = match object.kind {
        Kind::Cluster => Chosen::Cluster(&object.name),
        _ => Chosen::Host(&object.name),
    };
    let (facts, _) = whole(world, chosen, &BTreeMap::new())?;
    Ok(facts)
}

fn write(drafted: &Drafted, place: &Place) -> Result<(Vec<String>, Vec<String>)> {
    let texts = drafted.verdict.texts.iter().map(|t| Text {
        path: t.path.clone().into(),
        bytes: t.text.clone(),
        spare: false,
    });
    if drafted.joins {
        let mut files = Vec::new();
        for text in texts {
            place.add(&text)?;
            files.push(text.path.into_owned());
        }
        return Ok((files, Vec::new()));
    }
    let schema = Text {
        path: "holdfast.schema.json".into(),
        bytes: format!("{:#}\n", schema::schema()),
        spare: false,
    };
    let ignore = Text {
        path: ".gitignore".into(),
        bytes: GITIGNORE.to_owned(),
        spare: true,
    };
    let editor = Text {
        path: starter::EDITOR.0.into(),
        bytes: starter::EDITOR.1.to_owned(),
        spare: true,
    };
    let all: Vec<Text> = [schema, ignore, editor].into_iter().chain(texts).collect();
    let written = place.write(&all)?;
    let owned =
        |paths: Vec<std::borrow::Cow<'static, str>>| paths.into_iter().map(Into::into).collect();
    Ok((owned(written.files), owned(written.kept)))
}
