//! `include`: other projects that become part of this one, each with its own folder and variables.

use super::cx::{Cx, unreadable};
use super::dotenv;
use super::load::{self, Scope, Unknown};
use super::path::{join, parent};
use super::value::{Entry, Kind, Map, Value};
use crate::suggest::quote;
use diag::{Diagnostic, Span};

/// Deeper than anybody includes; keeps the walk shallow.
const MAX_DEPTH: usize = 16;
/// What an included project brings.
const SECTIONS: [&str; 5] = ["services", "volumes", "networks", "secrets", "configs"];

/// One entry of `include`.
struct Include {
    span: Span,
    paths: Vec<(String, Span)>,
    env_files: Vec<(String, Span)>,
    dir: Option<String>,
}

/// Adds what a file includes to it.
pub(super) fn apply(
    cx: &mut Cx<'_>,
    scope: &Scope,
    path: &str,
    project: &mut Map,
    unknown: &mut Unknown,
) {
    let Some(entry) = project.remove("include") else {
        return;
    };
    let items = match &entry.value.kind {
        Kind::Seq(items) => items.clone(),
        Kind::Null => return,
        _ => {
            let is = entry.value.describe();
            let message = format!("include must be a list, but is {is}");
            cx.report(
                Diagnostic::invalid("compose-type", message)
                    .at(entry.value.span, format!("this is {is}")),
            );
            return;
        }
    };
    for item in &items {
        if !matches!(item.kind, Kind::Text(_) | Kind::Map(_)) {
            let is = item.describe();
            let message = format!("an entry of include must be a path or a map, but is {is}");
            cx.report(
                Diagnostic::invalid("compose-type", message).at(item.span, format!("this is {is}")),
            );
            continue;
        }
        let include = parse(item);
        if let Some(included) = one(cx, scope, path, &include, unknown) {
            import(cx, project, included, include.span);
        }
    }
}

fn parse(item: &Value) -> Include {
    let texts = |value: Option<&Value>| -> Vec<(String, Span)> {
        let list = value.and_then(Value::as_seq);
        let one = value.filter(|v| v.as_text().is_some());
        let all = list.into_iter().flatten().chain(one);
        all.filter_map(|v| Some((v.as_text()?.to_owned(), v.span)))
            .collect()
    };
    match &item.kind {
        Kind::Text(text) => Include {
            span: item.span,
            paths: vec![(text.clone(), item.span)],
            env_files: Vec::new(),
            dir: None,
        },
        _ => Include {
            span: item.get("path").map_or(item.span, |p| p.span),
            paths: texts(item.get("path")),
            env_files: texts(item.get("env_file")),
            dir: item
                .get("project_directory")
                .and_then(Value::as_text)
                .map(str::to_owned),
        },
    }
}

fn one(
    cx: &mut Cx<'_>,
    scope: &Scope,
    path: &str,
    include: &Include,
    unknown: &mut Unknown,
) -> Option<Map> {
    let mut included = scope.included.clone();
    included.push(path.to_owned());
    let paths: Vec<(String, Option<Span>)> = include
        .paths
        .iter()
        .map(|(p, span)| (join(&scope.dir, p), Some(*span)))
        .collect();
    let (main, _) = paths.first()?;
    if let Some(first) = included.iter().position(|p| p == main) {
        let circle = included.get(first..).unwrap_or_default();
        let names: Vec<&str> = circle
            .iter()
            .map(String::as_str)
            .chain([main.as_str()])
            .collect();
        let message = format!(
            "files include each other in a circle: {}",
            names.join(" → ")
        );
        cx.report(
            Diagnostic::invalid("compose-cycle", message)
                .at(include.span, "includes itself in the end"),
        );
        return None;
    }
    if included.len() > MAX_DEPTH {
        let message = format!("files include each other more than {MAX_DEPTH} levels deep");
        cx.report(Diagnostic::invalid("yaml-limit", message).at(include.span, "not followed"));
        return None;
    }
    let dir = match &include.dir {
        Some(dir) => join(&scope.dir, dir),
        None => parent(main),
    };
    let environment = environment(cx, scope, include, &dir);
    let inner = Scope {
        dir,
        environment,
        included,
    };
    Some(load::files(cx, &inner, &paths, unknown))
}

/// The variables of an included project: those of its own files, unless they are set already.
fn environment(
    cx: &mut Cx<'_>,
    scope: &Scope,
    include: &Include,
    dir: &str,
) -> dotenv::Environment {
    let mut environment = scope.environment.clone();
    let mut own = dotenv::Environment::new();
    let files: Vec<(String, Option<Span>)> = if include.env_files.is_empty() {
        vec![(join(dir, ".env"), None)]
    } else {
        let named = include.env_files.iter();
        named
            .map(|(p, span)| (join(&scope.dir, p), Some(*span)))
            .collect()
    };
    for (path, at) in files {
        match cx.text(&path) {
            Ok(id) => {
                let text = cx.source(id);
                let look_up = |name: &str| environment.get(name).or_else(|| own.get(name)).cloned();
                match dotenv::parse(id, &text, &look_up) {
                    Ok(set) => own.extend(set),
                    Err(bad) => super::env_files::report(cx, &bad),
                }
            }
            Err(why) if at.is_some() => {
                cx.report(unreadable("environment file", &path, why.as_deref(), at));
            }
            Err(_) => {}
        }
    }
    for (name, value) in own {
        environment.entry(name).or_insert(value);
    }
    environment
}

/// Adds an included project's parts; a part with the same name must say the same.
fn import(cx: &mut Cx<'_>, project: &mut Map, mut included: Map, at: Span) {
    for section in SECTIONS {
        let Some(from) = included.remove(section) else {
            continue;
        };
        let span = from.value.span;
        let Kind::Map(from) = from.value.kind else {
            continue;
        };
        let into = project
            .entry(section.to_owned())
            .or_insert_with(|| Entry::of(Value::new(span, Kind::Map(Map::new()))));
        let Some(into) = into.value.as_map_mut() else {
            continue;
        };
        for (name, entry) in from {
            match into.get(&name) {
                Some(known) if known.value.same(&entry.value) => {}
                Some(known) => {
                    let kind = section.strip_suffix('s').unwrap_or(section);
                    let message = format!(
                        "{kind} {} is defined here and by an included file",
                        quote(&name)
                    );
                    let d = Diagnostic::invalid("compose-conflict", message)
                        .at(known.key, "defined here")
                        .and_at(entry.key, "defined there")
                        .and_at(at, "included here")
                        .help("to change an included part, include a list of files: the project's and your override");
                    cx.report(d);
                }
                None => {
                    into.insert(name, entry);
                }
            }
        }
    }
}
