//! Compose projects as they are in the wild: text to a typed project with places and diagnostics.
//!
//! The order is Compose's own: every document is parsed, its variables are substituted, `extends` and `include` are
//! followed, files are merged, the result is held against what each key takes, short forms become long ones, and what is
//! left is read into [`model::compose`] and held against itself. An error is said only where `docker compose config`
//! fails too; a key without a meaning is kept and said for information. Everything is bounded: nodes, bytes, depth, ports.
//!
//! This module opens no file: a [`Loader`] is asked for texts by path, relative to the project's folder.

mod canonical;
mod consistent;
mod cx;
mod dotenv;
mod env_files;
mod extends;
mod include;
mod interpolate;
mod keys;
mod load;
mod lower;
mod merge;
pub(crate) mod path;
mod ports;
mod relative;
mod scalar;
mod schema;
mod secret;
mod template;
mod unique;
pub(crate) mod usual;
mod value;
mod volumes;

use cx::Cx;
use diag::{Class, Diagnostic, Severity, SourceSet};
use model::compose::Project;
use std::collections::BTreeMap;

/// Where texts come from.
pub trait Loader {
    /// The text at a path, which is absolute or relative to the project's folder.
    fn load(&self, path: &str) -> Loaded;

    /// Names of what is in a folder, for "did you mean".
    fn list(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Where the project is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Machine {
    /// On the machine that runs it: what is not there is not there.
    #[default]
    Own,
    /// On another one: environment files, label files and values of variables may be only where it runs, so that
    /// their lack is said for information.
    Another,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// A text.
    Text(String),
    /// Nothing.
    Missing,
    /// Something that cannot be read, and why.
    Unreadable(String),
}

/// What to read, and with what.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The project's Compose files; later ones override earlier ones.
    pub files: Vec<String>,
    /// Environment files for variables; `.env`, if it is there, when none are named.
    pub env_files: Option<Vec<String>>,
    /// The environment, which wins over those files.
    pub environment: BTreeMap<String, String>,
    /// Started in its folder without naming its one file, so that what Compose finds there by itself joins.
    pub by_itself: bool,
    /// Profiles to run with, `*` for all; those of `COMPOSE_PROFILES` when none are named.
    pub profiles: Vec<String>,
    /// The project's name where no file gives one: usually its folder's.
    pub name: Option<String>,
    /// Where the project is read.
    pub machine: Machine,
    /// The project's folder as it is shown in front of paths; empty for none.
    pub folder: String,
}

/// What was understood, and everything that is wrong.
#[derive(Debug)]
pub struct Reading {
    /// The project, partial where something is wrong.
    pub project: Project,
    /// Every text that was read.
    pub sources: SourceSet,
    /// All diagnostics.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Compose would take it too.
    pub fn is_valid(&self) -> bool {
        !self
            .diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error)
    }
}

/// Reads a project. Never fails: the project is partial where its text cannot be understood.
pub fn read(request: &Request, loader: &dyn Loader) -> Reading {
    read_among(SourceSet::default(), request, loader)
}

/// Reads a project whose texts come to lie behind others.
pub(crate) fn read_among(sources: SourceSet, request: &Request, loader: &dyn Loader) -> Reading {
    let mut cx = Cx::new(loader, sources, request);
    let mut environment =
        env_files::of_project(&mut cx, &request.environment, request.env_files.as_deref());
    let files = usual::files(request, &environment, loader);
    let profiles = usual::profiles(request, &environment);
    let name = name(&mut cx, (request, &files), &environment);
    environment.insert("COMPOSE_PROJECT_NAME".to_owned(), name.clone());
    let scope = load::Scope {
        dir: ".".to_owned(),
        environment,
        included: Vec::new(),
    };
    let files: Vec<_> = files.into_iter().map(|f| (f, None)).collect();
    let mut unknown = load::Unknown::new();
    let mut map = load::files(&mut cx, &scope, &files, &mut unknown);
    relative::finish(&mut map);
    if map.is_empty() && cx.sink.is_empty() {
        let message = "there is nothing in the Compose file";
        cx.report(Diagnostic::invalid("compose-type", message));
    } else if name.is_empty() {
        let message = "the project's name has no letter and no digit";
        let d =
            Diagnostic::invalid("compose-value", message).help("give it one: 'name: …' at the top");
        cx.report(match map.get("name") {
            Some(entry) => d.at(entry.value.span, "no letter and no digit"),
            None => d,
        });
    }
    let mut project = lower::project(&mut cx, &scope.environment, &profiles, &map);
    project.unknown = unknown;
    // Of a text that breaks off nobody knows what would have come: what is missing in it may stand below.
    if !cx.is_exhausted() && !cx.sink.breaks_off() {
        consistent::check(&mut cx, &project, &map);
    }
    if request.machine == Machine::Own {
        unset(&mut cx);
    }
    project.variables = std::mem::take(&mut cx.variables);
    let diagnostics = cx.sink.finish(&cx.sources);
    Reading {
        project,
        sources: cx.sources,
        diagnostics,
    }
}

/// The project's name in the form that engines take, or nothing.
fn name(
    cx: &mut Cx<'_>,
    (request, files): (&Request, &[String]),
    environment: &dotenv::Environment,
) -> String {
    let given = environment.get("COMPOSE_PROJECT_NAME").cloned();
    let mut written = None;
    for path in files {
        let Some(file) = cx.file(path, None) else {
            continue;
        };
        for document in &file.documents {
            if let crate::yaml::NodeKind::Map(entries) = &document.kind
                && let Some(entry) = entries.iter().find(|e| e.key.text == "name")
                && let crate::yaml::NodeKind::Scalar(text) = &entry.value.kind
            {
                let mut value = value::Value::text(entry.value.head(), text.clone());
                interpolate::interpolate(cx, environment, &mut value);
                written = value
                    .as_text()
                    .map(str::to_owned)
                    .filter(|_| !text.is_empty())
                    .or(written);
            }
        }
    }
    let name = given.or(written).or_else(|| request.name.clone());
    as_engines_take(name.as_deref().unwrap_or("project"))
}

/// A project's name in the form that engines take.
pub(crate) fn as_engines_take(name: &str) -> String {
    let kept = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let name: String = name.to_lowercase().chars().filter(kept).collect();
    name.trim_start_matches(['_', '-']).to_owned()
}

/// A variable without a value is empty, which is seldom what was meant.
fn unset(cx: &mut Cx<'_>) {
    let missing: Vec<_> = cx
        .variables
        .iter()
        .filter(|(_, v)| !v.set && v.bare && !v.required)
        .filter_map(|(name, v)| Some((name.clone(), *v.places.first()?)))
        .collect();
    for (name, place) in missing {
        let message = format!("the variable {name} has no value and becomes empty text");
        let d = Diagnostic::new(
            "compose-unset-variable",
            Severity::Info,
            Class::Finding,
            message,
        )
        .at(place, "used here")
        .help(format!("set it in .env, or give a default: ${{{name}:-…}}"));
        cx.report(d);
    }
}
