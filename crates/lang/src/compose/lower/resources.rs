//! Networks, volumes, secrets and configs.

use super::fields::Fields;
use crate::compose::cx::Cx;
use crate::compose::value::{Kind, Map, Value};
use crate::suggest::quote;
use diag::{Diagnostic, Span, Spanned};
use model::compose::{Config, ConfigSource, Network, Pool, Text, Volume};
use std::collections::BTreeMap;

/// The entries of one section, each with its name, its place and its keys.
fn each<T>(
    cx: &mut Cx<'_>,
    project: &Map,
    section: &str,
    mut read: impl FnMut(&mut Fields<'_, '_, '_>, &str, Span) -> T,
) -> BTreeMap<String, T> {
    let empty = Map::new();
    let entries = project.get(section).and_then(|e| e.value.as_map());
    entries
        .into_iter()
        .flatten()
        .map(|(name, entry)| {
            let map = entry.value.as_map().unwrap_or(&empty);
            let mut fields = Fields::new(map, cx, &[section, name]);
            (name.clone(), read(&mut fields, name, entry.key))
        })
        .collect()
}

pub(super) fn networks(cx: &mut Cx<'_>, project: &Map) -> BTreeMap<String, Network> {
    each(cx, project, "networks", |f, _, span| Network {
        span,
        name: f.text("name"),
        external: external(f),
        driver: f.text("driver"),
        driver_opts: f.pairs("driver_opts"),
        internal: f.flag("internal"),
        attachable: f.flag("attachable"),
        enable_ipv6: f.flag("enable_ipv6"),
        pools: pools(f),
        labels: f.pairs("labels"),
        extensions: f.extensions(),
    })
}

fn external(f: &mut Fields<'_, '_, '_>) -> bool {
    f.flag("external").is_some_and(|e| e.value)
}

fn pools(f: &mut Fields<'_, '_, '_>) -> Vec<Pool> {
    let Some((_, ipam)) = f.inner("ipam") else {
        return Vec::new();
    };
    let items = ipam
        .get("config")
        .and_then(Value::as_seq)
        .unwrap_or_default();
    let maps = items.iter().filter_map(Value::as_map);
    maps.map(|map| {
        let mut pool = Fields::new(map, ipam.cx, &[]);
        let aux = pool.pairs("aux_addresses").into_iter();
        let aux = aux.map(|(k, v)| (k, Spanned::new(v.value.expose().to_owned(), v.span)));
        Pool {
            subnet: pool.text("subnet"),
            gateway: pool.text("gateway"),
            ip_range: pool.text("ip_range"),
            aux_addresses: aux.collect(),
        }
    })
    .collect()
}

pub(super) fn volumes(cx: &mut Cx<'_>, project: &Map) -> BTreeMap<String, Volume> {
    each(cx, project, "volumes", |f, name, span| {
        let external = external(f);
        if external {
            alone(f, name);
        }
        Volume {
            span,
            name: f.text("name"),
            external,
            driver: f.text("driver"),
            driver_opts: f.pairs("driver_opts"),
            labels: f.pairs("labels"),
            extensions: f.extensions(),
        }
    })
}

/// An external volume is made by somebody else, who decides what it is.
fn alone(f: &mut Fields<'_, '_, '_>, name: &str) {
    let other = |k: &&String| !matches!(k.as_str(), "name" | "external") && !k.starts_with("x-");
    let Some(key) = f.map.keys().find(other) else {
        return;
    };
    let message = format!(
        "volume {} is external, so '{key}' has no effect",
        quote(name)
    );
    let d = Diagnostic::invalid("compose-conflict", message);
    let d = match (f.map.get(key), f.map.get("external")) {
        (Some(k), Some(e)) => d.at(k.key, "contradicts").and_at(e.key, "external"),
        _ => d,
    };
    f.cx.report(d.help("keep one of the two"));
}

/// Secrets may not be written into the file, configs may.
pub(super) fn files(cx: &mut Cx<'_>, project: &Map, section: &str) -> BTreeMap<String, Config> {
    let keys: &[&str] = match section {
        "secrets" => &["file", "environment"],
        _ => &["file", "environment", "content"],
    };
    let what = section.strip_suffix('s').unwrap_or(section);
    each(cx, project, section, |f, name, span| {
        let given: Vec<&str> = keys
            .iter()
            .copied()
            .filter(|k| f.map.contains_key(*k))
            .collect();
        let says_external = f.map.contains_key("external");
        let external = external(f);
        let source = source(f, external);
        let problem = match given.as_slice() {
            [_, _, ..] => Some(format!("has more than one of {}", given.join(", "))),
            [] if f.map.contains_key("driver") || says_external => None,
            [] => Some(format!("has none of {}", keys.join(", "))),
            [_] => None,
        };
        let lost = what == "secret"
            && !external
            && matches!(source, ConfigSource::Driver(_) | ConfigSource::Unknown);
        let problem =
            problem.or_else(|| lost.then(|| "has neither 'file' nor 'environment'".to_owned()));
        if let Some(problem) = problem {
            let message = format!("{what} {} {problem}", quote(name));
            f.cx.report(
                Diagnostic::invalid("compose-conflict", message)
                    .at(span, "its content comes from one place"),
            );
        }
        Config {
            span,
            name: f.text("name"),
            source,
            labels: f.pairs("labels"),
            extensions: f.extensions(),
        }
    })
}

fn source(f: &Fields<'_, '_, '_>, external: bool) -> ConfigSource {
    if external {
        return ConfigSource::External;
    }
    if let Some(file) = f.text("file") {
        return ConfigSource::File(file);
    }
    if let Some(name) = f.text("environment").filter(|t| !t.value.is_empty()) {
        return ConfigSource::Environment(name);
    }
    if let Some(content) = f.get("content") {
        let text = match &content.kind {
            Kind::Text(t) => crate::compose::secret::judge("content", t),
            _ => Text::open(""),
        };
        return ConfigSource::Content(diag::Spanned::new(text, content.span));
    }
    match f.text("driver") {
        Some(driver) => ConfigSource::Driver(driver),
        None => ConfigSource::Unknown,
    }
}
