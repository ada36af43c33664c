//! Paths in an included or extended file are meant from that file's folder; here they become paths from the project's.

use super::path::join;
use super::value::{Entry, Kind, Map, Value};

/// Marks a path that is meant from the project already; no text of YAML begins with it.
const DONE: char = '\0';

/// Rewrites every path of a project in long form that is not rewritten yet.
pub(super) fn project(project: &mut Map, dir: &str) {
    for (_, service) in super::canonical::section(project, "services") {
        if let Some(map) = service.value.as_map_mut() {
            self::service(map, dir);
        }
    }
    for kind in ["secrets", "configs"] {
        for (_, entry) in super::canonical::section(project, kind) {
            if let Some(map) = entry.value.as_map_mut() {
                field(map, "file", dir);
            }
        }
    }
    for (_, entry) in super::canonical::section(project, "volumes") {
        if let Some(options) = inner(entry.value.as_map_mut(), "driver_opts") {
            let bound = options
                .get("o")
                .and_then(|o| o.value.as_text())
                .is_some_and(|o| o == "bind");
            if bound {
                field(options, "device", dir);
            }
        }
    }
}

fn service(service: &mut Map, dir: &str) {
    if let Some(build) = inner(Some(service), "build") {
        let url = |e: &Entry| e.value.as_text().is_some_and(is_url);
        if !build.get("context").is_some_and(url) {
            field(build, "context", dir);
        }
    }
    for item in items(service, "env_file") {
        if let Some(map) = item.as_map_mut() {
            field(map, "path", dir);
        }
    }
    for item in items(service, "label_file") {
        rewrite(item, dir);
    }
    for item in items(service, "volumes") {
        if let Some(map) = item.as_map_mut()
            && map.get("type").and_then(|e| e.value.as_text()) == Some("bind")
        {
            field(map, "source", dir);
        }
    }
    if let Some(extends) = inner(Some(service), "extends") {
        field(extends, "file", dir);
    }
}

/// A build context that is fetched.
fn is_url(text: &str) -> bool {
    text.contains("://")
        || text.starts_with("git@")
        || text.starts_with("github.com/")
        || text.starts_with("service:")
}

fn inner<'m>(map: Option<&'m mut Map>, key: &str) -> Option<&'m mut Map> {
    map?.get_mut(key)?.value.as_map_mut()
}

fn items<'m>(map: &'m mut Map, key: &str) -> impl Iterator<Item = &'m mut Value> {
    let list = match map.get_mut(key).map(|e| &mut e.value.kind) {
        Some(Kind::Seq(items)) => Some(items),
        _ => None,
    };
    list.into_iter().flatten()
}

fn field(map: &mut Map, key: &str, dir: &str) {
    if let Some(entry) = map.get_mut(key) {
        rewrite(&mut entry.value, dir);
    }
}

fn rewrite(value: &mut Value, dir: &str) {
    if let Kind::Text(text) = &mut value.kind {
        if text.starts_with(DONE) {
            return;
        }
        let joined = join(dir, text);
        let here = !joined.starts_with(['/', '~', '.']);
        *text = format!("{DONE}{}{joined}", if here { "./" } else { "" });
    }
}

/// A path without its mark, and whether it had one.
pub(super) fn unmark(path: &str) -> (&str, bool) {
    match path.strip_prefix(DONE) {
        Some(rest) => (rest, true),
        None => (path, false),
    }
}

/// Takes the marks away.
pub(super) fn finish(map: &mut Map) {
    map.values_mut().for_each(|e| clean(&mut e.value));
}

fn clean(value: &mut Value) {
    match &mut value.kind {
        Kind::Text(text) if text.starts_with(DONE) => {
            *text = text.trim_start_matches(DONE).to_owned()
        }
        Kind::Seq(items) => items.iter_mut().for_each(clean),
        Kind::Map(map) => finish(map),
        _ => {}
    }
}
