//! The Compose projects that a lab's stacks name.
//!
//! They are read as they lie in the lab tree, which is not where they run: nothing outside of the tree is opened, the
//! environment of whoever checks has no say, and what only the host has (values of variables, environment files) is unknown.

mod runs;

use crate::compose::{self, Loaded, Loader, Machine, Request, path};
use crate::suggest::{did_you_mean, nearest, quote};
use diag::{Class, Diagnostic, Severity, SourceSet, Span, Spanned};
use model::compose::{Project, Projects};
use model::declare::{Given, OptExt as _};
use model::lab::Lab;
use model::lab::guest::{Stack, StackKind};
use model::units::text::LabPath;

/// What was understood of a lab's stacks.
#[derive(Debug, Default)]
pub struct Stacks {
    /// Every Compose project that could be read, by its stack.
    pub projects: Projects,
    /// The texts of the lab, and behind them those of the projects.
    pub sources: SourceSet,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the Compose project of every stack that has one. The loader knows paths from the root of the lab tree.
pub fn stacks(lab: &Lab, sources: SourceSet, loader: &dyn Loader) -> Stacks {
    let mut out = Stacks {
        sources,
        ..Stacks::default()
    };
    for (name, stack) in &lab.stacks {
        let compose = stack.kind.known().is_none_or(|k| *k == StackKind::Compose);
        let Some(file) = stack.file.as_ref().filter(|_| compose) else {
            continue;
        };
        let Some(at) = file.value() else { continue };
        let mut missing = Vec::new();
        missing.extend(lack(name, "file", &at.0, file.span, loader));
        if let Some(env) = &stack.env_file
            && let Some(path) = env.value()
        {
            missing.extend(lack(name, "environment file", &path.0, env.span, loader));
        }
        if missing.is_empty() {
            let before = out.diagnostics.len();
            project(&mut out, name, stack, &at.0, loader);
            let empty = out.projects.get(name).and_then(|p| empty(name, file, p));
            // What could not be read to its end may have services further down.
            let whole = !out
                .diagnostics
                .iter()
                .skip(before)
                .any(|d| d.code == "yaml-syntax");
            out.diagnostics.extend(empty.filter(|_| whole));
        }
        out.diagnostics.extend(missing);
    }
    let strangers = runs::check(lab, &out.projects);
    out.diagnostics.extend(strangers);
    out
}

/// A Compose file without a service, which starts nothing; most often a slip in `services`.
fn empty(stack: &str, file: &Given<LabPath>, project: &Project) -> Option<Diagnostic> {
    if !project.services.is_empty() {
        return None;
    }
    let at = quote(&file.value()?.0);
    let message = format!("stack '{stack}': the Compose file {at} has no services");
    let d = Diagnostic::invalid("compose-services", message).at(file.span, "it starts nothing");
    let slip = project
        .unknown
        .iter()
        .find(|(key, _)| nearest(key, ["services"]).is_some());
    Some(match slip {
        Some((key, given)) => d
            .and_at(given.span, format!("{} is no key of Compose", quote(key)))
            .fix(did_you_mean(given.span, "services")),
        None => d.help("write 'services:' and below it, indented, what is to run"),
    })
}

fn project(out: &mut Stacks, name: &str, stack: &Stack, file: &str, loader: &dyn Loader) {
    let folder = path::parent(file);
    let below = Below {
        folder: &folder,
        loader,
    };
    let given = stack.project.known().map_or(name, |p| p.0.as_str());
    let request = Request {
        files: vec![path::name(file).to_owned()],
        by_itself: true,
        env_files: stack
            .env_file
            .known()
            .map(|p| vec![path::back(&folder, &p.0)]),
        name: Some(given.to_owned()),
        machine: Machine::Another,
        folder: folder.clone(),
        ..Request::default()
    };
    let reading = compose::read_among(std::mem::take(&mut out.sources), &request, &below);
    out.sources = reading.sources;
    let mut project = reading.project;
    if project.name.is_none() {
        let name = compose::as_engines_take(given);
        project.name = Some(Spanned::new(name, stack.span));
    }
    let judged = reading.diagnostics.into_iter();
    let judged = judged.filter(|d| !is_set_elsewhere(d, &project));
    out.diagnostics.extend(judged.map(|d| judge(d, &project)));
    out.diagnostics.extend(unset(name, &project));
    out.projects.insert(name.to_owned(), project);
}

/// `${PASSWORD:?}` without a value in the lab tree: whoever requires a variable has it set where the stack runs, and [`unset`] tells
/// that it is not known here. The place alone does not show it, since a secret's place is not kept.
fn is_set_elsewhere(d: &Diagnostic, project: &Project) -> bool {
    let lacking = project
        .variables
        .iter()
        .filter(|(_, v)| !v.set && v.required);
    d.code == "compose-variable"
        && lacking
            .map(|(name, _)| format!("the required variable {} has no value", quote(name)))
            .any(|said| d.message.contains(&said))
}

/// A complaint about a place whose variables have no value here is no complaint about the file.
fn judge(mut d: Diagnostic, project: &Project) -> Diagnostic {
    let about_value = matches!(
        d.code.as_str(),
        "compose-value" | "compose-type" | "compose-reference" | "compose-variable"
    );
    let place = d.primary.as_ref().map(|l| l.span);
    if about_value && place.is_some_and(|p| !project.is_settled(p)) {
        d.class = Class::Finding;
        d.severity = Severity::Info;
        d = d.note(
            "a variable in it has no value here, so this may be otherwise where the stack runs",
        );
    }
    d
}

/// One line about all variables of a project that have no value in the lab tree.
fn unset(stack: &str, project: &Project) -> Option<Diagnostic> {
    let lacking: Vec<(&str, Option<Span>)> = project
        .variables
        .iter()
        .filter(|(_, v)| !v.set && (v.bare || v.required))
        .map(|(name, v)| (name.as_str(), v.places.first().copied()))
        .collect();
    let (_, first) = lacking.first()?;
    let names: Vec<&str> = lacking.iter().map(|(name, _)| *name).collect();
    let message = match names.as_slice() {
        [one] => format!("stack '{stack}': the variable {one} has no value in the lab tree"),
        more => format!(
            "stack '{stack}': {} variables have no value in the lab tree: {}",
            more.len(),
            more.join(", ")
        ),
    };
    let d = Diagnostic::finding("compose-unset-variable", Severity::Info, message)
        .note("what they decide is unknown; values that are no secret can stand in an env file of the tree");
    Some(match first {
        Some(place) => d.at(*place, "used here"),
        None => d,
    })
}

/// A file that a stack names and that is not in the lab tree.
fn lack(
    stack: &str,
    what: &str,
    path: &str,
    span: Span,
    loader: &dyn Loader,
) -> Option<Diagnostic> {
    let shown = quote(path);
    let message = match loader.load(path) {
        Loaded::Text(_) => return None,
        Loaded::Missing => format!("stack '{stack}': there is no {what} {shown} in the lab tree"),
        Loaded::Unreadable(why) => {
            format!("stack '{stack}': the {what} {shown} cannot be read: {why}")
        }
    };
    let d = Diagnostic::invalid("compose-file", message).at(span, "named here");
    Some(match near_file(path, loader) {
        Some(near) => d.fix(did_you_mean(span, &near)),
        None => d.help("paths begin at the folder of holdfast.yaml"),
    })
}

/// The file of the lab tree whose path is nearest, step by step.
pub fn near_file(path: &str, loader: &dyn Loader) -> Option<String> {
    let mut here = String::from(".");
    for step in path.split('/') {
        let names = loader.list(&here);
        let known = names.iter().map(String::as_str);
        let next = match names.iter().any(|n| n == step) {
            true => step,
            false => nearest(step, known).or_else(|| usual(step, &names))?,
        };
        here = path::join(&here, next);
    }
    if let Loaded::Unreadable(_) = loader.load(&here) {
        let inside = loader.list(&here);
        here = path::join(&here, usual(compose::usual::FILES[0], &inside)?);
    }
    (here != path && matches!(loader.load(&here), Loaded::Text(_))).then_some(here)
}

/// The usual Compose file of a folder, where one was meant.
fn usual<'a>(step: &str, names: &'a [String]) -> Option<&'a str> {
    let wanted = compose::usual::FILES.contains(&step);
    let there = |n: &&String| compose::usual::FILES.contains(&n.as_str());
    names
        .iter()
        .find(there)
        .filter(|_| wanted)
        .map(String::as_str)
}

/// The lab tree as it is seen from one of its folders.
struct Below<'a> {
    folder: &'a str,
    loader: &'a dyn Loader,
}

impl Loader for Below<'_> {
    fn load(&self, path: &str) -> Loaded {
        let whole = path::join(self.folder, path);
        if whole.starts_with(['/', '~']) || whole == ".." || whole.starts_with("../") {
            return Loaded::Unreadable("it lies outside of the lab tree".to_owned());
        }
        self.loader.load(&whole)
    }
}
