//! Short forms to long ones, so that everything after knows one form only.

use super::cx::Cx;
use super::path::show;
use super::secret::shown;
use super::value::{Entry, Kind, Map, Value};
use super::{ports, volumes};
use crate::suggest::quote;
use diag::{Diagnostic, Span};

/// Turns every short form of a project into its long form.
pub(super) fn project(cx: &mut Cx<'_>, project: &mut Map) {
    for (name, service) in section(project, "services") {
        if let Some(map) = service.value.as_map_mut() {
            self::service(cx, name, map);
        }
    }
    for kind in ["networks", "volumes", "secrets", "configs"] {
        for (name, resource) in section(project, kind) {
            if let Some(map) = resource.value.as_map_mut() {
                external(cx, &[kind.to_owned(), name.clone()], map);
            }
        }
    }
}

/// The entries of a top-level map.
pub(super) fn section<'m>(
    project: &'m mut Map,
    name: &str,
) -> impl Iterator<Item = (&'m String, &'m mut Entry)> {
    project
        .get_mut(name)
        .and_then(|e| e.value.as_map_mut())
        .into_iter()
        .flatten()
}

fn service(cx: &mut Cx<'_>, name: &str, service: &mut Map) {
    let place = |key: &str| vec!["services".to_owned(), name.to_owned(), key.to_owned()];
    if let Some(build) = service.get_mut("build") {
        if matches!(build.value.kind, Kind::Text(_)) {
            let mut map = Map::new();
            map.insert("context".into(), Entry::of(build.value.clone()));
            build.value.kind = Kind::Map(map);
        }
        if let Some(list) = build.value.as_map_mut().and_then(|m| m.get_mut("secrets")) {
            grants(&mut list.value);
        }
        if let Some(more) = build
            .value
            .as_map_mut()
            .and_then(|m| m.get_mut("additional_contexts"))
        {
            contexts(cx, &mut more.value, &place("build"));
        }
    }
    if let Some(entry) = service.get_mut("depends_on")
        && let Some(map) = depends_on(&entry.value)
    {
        entry.value.kind = Kind::Map(map);
    }
    if let Some(entry) = service.get_mut("networks")
        && let Some(map) = names(&entry.value)
    {
        entry.value.kind = Kind::Map(map);
    }
    for key in ["dns", "label_file"] {
        if let Some(entry) = service.get_mut(key)
            && matches!(entry.value.kind, Kind::Text(_))
        {
            entry.value.kind = Kind::Seq(vec![entry.value.clone()]);
        }
    }
    if let Some(Kind::Seq(items)) = service.get_mut("dns").map(|e| &mut e.value.kind) {
        items.retain(|v| !v.is_null() && v.as_text() != Some(""));
    }
    if let Some(entry) = service.get_mut("env_file") {
        env_files(&mut entry.value);
    }
    if let Some(entry) = service.get_mut("extends")
        && matches!(entry.value.kind, Kind::Text(_))
    {
        let mut map = Map::new();
        map.insert("service".into(), Entry::of(entry.value.clone()));
        entry.value.kind = Kind::Map(map);
    }
    for key in ["secrets", "configs"] {
        if let Some(entry) = service.get_mut(key) {
            grants(&mut entry.value);
        }
    }
    if let Some(entry) = service.get_mut("volumes") {
        mounts(cx, &mut entry.value, &place("volumes"));
    }
    if let Some(entry) = service.get_mut("devices") {
        devices(cx, &mut entry.value, &place("devices"));
    }
    if let Some(entry) = service.get_mut("ports") {
        self::ports(cx, &mut entry.value, &place("ports"));
    }
}

fn bad(cx: &mut Cx<'_>, span: Span, place: &[String], text: &str, why: &str) {
    let message = format!(
        "{}: {} cannot be read: {why}",
        show(place),
        quote(&shown(text))
    );
    cx.report(Diagnostic::invalid("compose-value", message).at(span, why.to_owned()));
}

/// Names of dependencies, each with what is waited for.
pub(super) fn depends_on(value: &Value) -> Option<Map> {
    let text = |span: Span, t: &str| Entry::of(Value::text(span, t));
    let required = |span: Span| Entry::of(Value::new(span, Kind::Bool(true)));
    match &value.kind {
        Kind::Seq(items) => Some(
            items
                .iter()
                .filter_map(|v| {
                    let mut map = Map::new();
                    map.insert("condition".into(), text(v.span, "service_started"));
                    map.insert("required".into(), required(v.span));
                    let entry = Entry::of(Value::new(v.span, Kind::Map(map)));
                    Some((v.as_text()?.to_owned(), entry))
                })
                .collect(),
        ),
        Kind::Map(map) => {
            let mut map = map.clone();
            for entry in map.values_mut() {
                let span = entry.key;
                if let Some(inner) = entry.value.as_map_mut() {
                    inner
                        .entry("required".into())
                        .or_insert_with(|| required(span));
                }
            }
            Some(map)
        }
        _ => None,
    }
}

/// A list of names as a map without values.
pub(super) fn names(value: &Value) -> Option<Map> {
    match &value.kind {
        Kind::Seq(items) => Some(
            items
                .iter()
                .filter_map(|v| {
                    let nothing = Value::new(v.span, Kind::Null);
                    Some((v.as_text()?.to_owned(), Entry::of(nothing)))
                })
                .collect(),
        ),
        Kind::Map(map) => Some(map.clone()),
        _ => None,
    }
}

fn contexts(cx: &mut Cx<'_>, value: &mut Value, place: &[String]) {
    let Kind::Seq(items) = &value.kind else {
        return;
    };
    let mut map = Map::new();
    for item in items {
        match item.as_text().and_then(|t| t.split_once('=')) {
            Some((name, context)) => {
                map.insert(name.to_owned(), Entry::of(Value::text(item.span, context)));
            }
            None => bad(
                cx,
                item.span,
                place,
                &item.print().unwrap_or_default(),
                "it is not NAME=VALUE",
            ),
        }
    }
    value.kind = Kind::Map(map);
}

fn grants(value: &mut Value) {
    let Kind::Seq(items) = &mut value.kind else {
        return;
    };
    for item in items {
        if matches!(item.kind, Kind::Text(_)) {
            let mut map = Map::new();
            map.insert("source".into(), Entry::of(item.clone()));
            item.kind = Kind::Map(map);
        }
    }
}

fn env_files(value: &mut Value) {
    if matches!(value.kind, Kind::Text(_)) {
        value.kind = Kind::Seq(vec![value.clone()]);
    }
    let Kind::Seq(items) = &mut value.kind else {
        return;
    };
    for item in items {
        if matches!(item.kind, Kind::Text(_)) {
            let mut map = Map::new();
            map.insert("path".into(), Entry::of(item.clone()));
            item.kind = Kind::Map(map);
        }
        let span = item.span;
        if let Some(map) = item.as_map_mut() {
            let required = || Entry::of(Value::new(span, Kind::Bool(true)));
            map.entry("required".into()).or_insert_with(required);
        }
    }
}

fn mounts(cx: &mut Cx<'_>, value: &mut Value, place: &[String]) {
    let Kind::Seq(items) = &mut value.kind else {
        return;
    };
    for item in items {
        let Kind::Text(text) = &item.kind else {
            continue;
        };
        match volumes::parse(text) {
            Ok(short) => *item = volumes::lengthen(&short, item.span),
            Err(why) => bad(cx, item.span, place, text, why),
        }
    }
}

fn devices(cx: &mut Cx<'_>, value: &mut Value, place: &[String]) {
    let Kind::Seq(items) = &mut value.kind else {
        return;
    };
    for item in items {
        let Kind::Text(text) = &item.kind else {
            continue;
        };
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, permissions) = match parts.as_slice() {
            [source] => (*source, *source, "rwm"),
            [source, target] => (*source, *target, "rwm"),
            [source, target, permissions] => (*source, *target, *permissions),
            _ => {
                bad(
                    cx,
                    item.span,
                    place,
                    text,
                    "it has too many colons, use the long form",
                );
                continue;
            }
        };
        let target = if target.is_empty() { source } else { target };
        let map = [
            ("source", source),
            ("target", target),
            ("permissions", permissions),
        ]
        .map(|(k, v)| (k.to_owned(), Entry::of(Value::text(item.span, v))));
        item.kind = Kind::Map(Map::from(map));
    }
}

fn ports(cx: &mut Cx<'_>, value: &mut Value, place: &[String]) {
    let Kind::Seq(items) = &mut value.kind else {
        return;
    };
    let mut out = Vec::with_capacity(items.len());
    for item in std::mem::take(items) {
        let text = match &item.kind {
            Kind::Map(_) => {
                out.push(item);
                continue;
            }
            Kind::Int(n) => n.to_string(),
            Kind::Text(text) => text.clone(),
            _ => {
                bad(
                    cx,
                    item.span,
                    place,
                    &item.print().unwrap_or_default(),
                    "it is not a port",
                );
                continue;
            }
        };
        match ports::parse(&text) {
            // A range stays one: whoever wants its ports takes it apart in the end, and once.
            Ok(short) if short.count() > 1 => out.push(Value::text(item.span, text)),
            Ok(short) => out.extend(short.lengthen(item.span)),
            Err(why) => bad(cx, item.span, place, &text, &why),
        }
    }
    *items = out;
}

/// `external: {name: …}`, an old form.
fn external(cx: &mut Cx<'_>, place: &[String], resource: &mut Map) {
    let Some(entry) = resource.get_mut("external") else {
        return;
    };
    let Kind::Map(old) = &entry.value.kind else {
        return;
    };
    let name = old.get("name").cloned();
    entry.value.kind = Kind::Bool(true);
    let Some(name) = name else { return };
    match resource.get("name") {
        Some(known) if !known.value.same(&name.value) => {
            let message = format!("{} gives two different names", show(place));
            let d = Diagnostic::invalid("compose-conflict", message)
                .at(name.value.span, "the old form")
                .and_at(known.value.span, "the new form")
                .help("keep 'name' and write 'external: true'");
            cx.report(d);
        }
        Some(_) => {}
        None => {
            resource.insert("name".into(), name);
        }
    }
}
