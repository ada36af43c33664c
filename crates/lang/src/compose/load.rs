//! From files to one merged project, in the order that Compose has: substitute, extend, include, merge, check, lengthen.

use super::cx::Cx;
use super::dotenv::Environment;
use super::scalar::Reader;
use super::value::{Kind, Map, Value};
use super::{canonical, extends, include, interpolate, merge, relative, schema, unique};
use diag::{Diagnostic, Span, Spanned};
use model::compose::Extra;
use std::collections::BTreeMap;

/// Where a set of files is read: their folder, their variables, and what includes them.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// Folder that their paths are meant from.
    pub(super) dir: String,
    /// Variables.
    pub(super) environment: Environment,
    /// Files that include each other down to here.
    pub(super) included: Vec<String>,
}

/// Keys without a meaning, by path.
pub(super) type Unknown = BTreeMap<String, Spanned<Extra>>;

/// Reads files and merges them; the version's place is given back apart.
pub(super) fn files(
    cx: &mut Cx<'_>,
    scope: &Scope,
    paths: &[(String, Option<Span>)],
    unknown: &mut Unknown,
) -> Map {
    let mut project = Map::new();
    for (path, at) in paths {
        let Some(file) = cx.file(path, *at) else {
            continue;
        };
        for document in &file.documents {
            if !cx.spend(document.weight(), *at) {
                break;
            }
            self::document(cx, scope, path, document, &mut project, unknown);
        }
    }
    if !scope.included.is_empty() {
        relative::project(&mut project, &scope.dir);
    }
    take_over(&mut project, &scope.environment);
    project
}

/// A name without a value in a list of environment variables takes the value that is set where its file is read.
fn take_over(project: &mut Map, environment: &Environment) {
    for (_, service) in canonical::section(project, "services") {
        let list = service
            .value
            .as_map_mut()
            .and_then(|m| m.get_mut("environment"));
        let Some(Kind::Seq(items)) = list.map(|e| &mut e.value.kind) else {
            continue;
        };
        for item in items {
            if let Kind::Text(text) = &mut item.kind
                && let Some(value) = environment.get(text.as_str())
            {
                *text = format!("{text}={value}");
            }
        }
    }
}

fn document(
    cx: &mut Cx<'_>,
    scope: &Scope,
    path: &str,
    document: &crate::yaml::Node,
    project: &mut Map,
    unknown: &mut Unknown,
) {
    let Some((mut own, cleared)) = raw(cx, scope, document) else {
        return;
    };
    extends::apply(cx, scope, path, &mut own, &cleared);
    for place in &cleared {
        merge::clear(project, place);
    }
    include::apply(cx, scope, path, &mut own, unknown);
    merge::project(cx, project, own);
    unique::enforce(cx, project);
    unknown.extend(schema::check(cx, project));
    if let Some(version) = project.remove("version") {
        cx.report(obsolete(version.key));
    }
    canonical::project(cx, project);
    unique::enforce(cx, project);
}

fn obsolete(at: Span) -> Diagnostic {
    Diagnostic::new(
        "compose-obsolete",
        diag::Severity::Info,
        diag::Class::Finding,
        "'version' is obsolete and ignored",
    )
    .at(at, "has no effect")
    .help("remove it")
    .fix(diag::Fix::safe("remove it", diag::Edit::remove(at)))
}

/// One document as values, with its variables substituted, and what it resets.
pub(super) fn raw(
    cx: &mut Cx<'_>,
    scope: &Scope,
    document: &crate::yaml::Node,
) -> Option<(Map, Vec<Vec<String>>)> {
    let mut reader = Reader::new(&mut cx.sink);
    let value = reader.value(document);
    let cleared = reader.cleared;
    let mut value = value.unwrap_or_else(|| Value::new(document.head(), Kind::Null));
    interpolate::interpolate(cx, &scope.environment, &mut value);
    match value.kind {
        Kind::Map(map) => Some((map, cleared)),
        _ => {
            let is = value.describe();
            let message = format!("a Compose file is a map, but this one is {is}");
            cx.report(
                Diagnostic::invalid("compose-type", message)
                    .at(value.span, format!("this is {is}")),
            );
            None
        }
    }
}

/// A file of which only services are wanted, to be extended: not checked, since the result of extending is.
pub(super) fn for_extends(
    cx: &mut Cx<'_>,
    scope: &Scope,
    path: &str,
    at: Span,
) -> Option<(Map, Vec<Vec<String>>)> {
    let file = cx.file(path, Some(at))?;
    let mut project = Map::new();
    let mut all_cleared = Vec::new();
    for document in &file.documents {
        if !cx.spend(document.weight(), Some(at)) {
            return None;
        }
        let (own, cleared) = raw(cx, scope, document)?;
        for place in &cleared {
            merge::clear(&mut project, place);
        }
        merge::project(cx, &mut project, own);
        all_cleared.extend(cleared);
        unique::enforce(cx, &mut project);
        canonical::project(cx, &mut project);
    }
    relative::project(&mut project, &super::path::parent(path));
    Some((project, all_cleared))
}
