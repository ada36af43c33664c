//! Lists that act as sets: the later of two entries with one key takes the place of the earlier.

use super::cx::Cx;
use super::path::{Pattern, matches, show};
use super::value::{Kind, Map, Value};
use diag::{Diagnostic, Span};
use std::collections::BTreeMap;

/// What makes two entries one.
#[derive(Debug, Clone, Copy)]
enum By {
    /// What stands before '='.
    Name,
    /// The path in the container.
    Target,
    /// The path of a device in the container.
    Device,
    /// The port.
    Expose,
    /// All that a port says.
    Port,
    /// The file.
    EnvFile,
    /// Where a config or secret is put, below this folder if it does not say.
    Grant(&'static str),
}

const UNIQUE: &[(Pattern, By)] = &[
    (&["networks", "*", "labels"], By::Name),
    (&["services", "*", "annotations"], By::Name),
    (&["services", "*", "build", "args"], By::Name),
    (&["services", "*", "build", "additional_contexts"], By::Name),
    (&["services", "*", "build", "tags"], By::Name),
    (&["services", "*", "build", "labels"], By::Name),
    (&["services", "*", "cap_add"], By::Name),
    (&["services", "*", "cap_drop"], By::Name),
    (&["services", "*", "configs"], By::Grant("")),
    (&["services", "*", "deploy", "labels"], By::Name),
    (&["services", "*", "devices"], By::Device),
    (&["services", "*", "dns"], By::Name),
    (&["services", "*", "dns_opt"], By::Name),
    (&["services", "*", "dns_search"], By::Name),
    (&["services", "*", "environment"], By::Name),
    (&["services", "*", "env_file"], By::EnvFile),
    (&["services", "*", "expose"], By::Expose),
    (&["services", "*", "labels"], By::Name),
    (&["services", "*", "links"], By::Name),
    (&["services", "*", "networks", "*", "aliases"], By::Name),
    (
        &["services", "*", "networks", "*", "link_local_ips"],
        By::Name,
    ),
    (&["services", "*", "ports"], By::Port),
    (&["services", "*", "profiles"], By::Name),
    (&["services", "*", "secrets"], By::Grant("/run/secrets")),
    (&["services", "*", "sysctls"], By::Name),
    (&["services", "*", "tmpfs"], By::Name),
    (&["services", "*", "volumes"], By::Target),
];

/// Removes what is said twice, everywhere in a project.
pub(super) fn enforce(cx: &mut Cx<'_>, project: &mut Map) {
    let mut place = Vec::new();
    below(cx, project, &mut place);
}

/// The same in one service: without it, whoever extends it has all that it says twice, and so on down the chain.
pub(super) fn service(cx: &mut Cx<'_>, name: &str, service: &mut Map) {
    let mut place = vec!["services".to_owned(), name.to_owned()];
    below(cx, service, &mut place);
}

fn below(cx: &mut Cx<'_>, map: &mut Map, place: &mut Vec<String>) {
    // Nothing in the table lies deeper.
    if place.len() >= 5 {
        return;
    }
    for (key, entry) in map {
        place.push(key.clone());
        match &mut entry.value.kind {
            Kind::Map(inner) => below(cx, inner, place),
            Kind::Seq(items) => {
                if let Some((_, by)) = UNIQUE.iter().find(|(p, _)| matches(place, p)) {
                    *items = unique(cx, std::mem::take(items), *by, place);
                }
            }
            _ => {}
        }
        place.pop();
    }
}

fn unique(cx: &mut Cx<'_>, items: Vec<Value>, by: By, place: &[String]) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let key = match key(&item, by) {
            Ok(key) => key,
            Err(why) => {
                cx.report(bad(item.span, place, why));
                kept.push(item);
                continue;
            }
        };
        let earlier = seen.get(&key).and_then(|n| kept.get_mut(*n));
        match earlier {
            Some(earlier) => *earlier = item,
            None => {
                seen.insert(key, kept.len());
                kept.push(item);
            }
        }
    }
    kept
}

fn bad(span: Span, place: &[String], why: &str) -> Diagnostic {
    Diagnostic::invalid("compose-type", format!("{}: {why}", show(place))).at(span, "this entry")
}

fn key(item: &Value, by: By) -> Result<String, &'static str> {
    match by {
        By::Name => match &item.kind {
            Kind::Text(t) => Ok(t.split('=').next().unwrap_or("").to_owned()),
            _ => Err("an entry of this list must be text"),
        },
        By::Target => match &item.kind {
            // What cannot be read is said where it is made longer.
            Kind::Text(t) => Ok(super::volumes::parse(t).map_or_else(|_| t.clone(), |v| v.target)),
            Kind::Map(_) => {
                let target = item.get("target").and_then(Value::as_text);
                target
                    .map(str::to_owned)
                    .ok_or("a mount needs a 'target', its path in the container")
            }
            _ => Ok(String::new()),
        },
        By::Device => match &item.kind {
            Kind::Text(t) => Ok(t.split(':').nth(1).unwrap_or(t).to_owned()),
            Kind::Map(_) => {
                let target = item.get("target").and_then(Value::as_text);
                target
                    .map(str::to_owned)
                    .ok_or("a device needs a 'target', its path in the container")
            }
            _ => Ok(String::new()),
        },
        By::Expose => match &item.kind {
            Kind::Text(_) | Kind::Int(_) => Ok(item.print().unwrap_or_default()),
            _ => Err("an exposed port must be a whole number or text"),
        },
        By::Port => port(item),
        By::EnvFile => match &item.kind {
            Kind::Text(t) => Ok(t.clone()),
            Kind::Map(_) => {
                let path = item.get("path").and_then(Value::as_text);
                path.map(str::to_owned)
                    .ok_or("an environment file needs a 'path'")
            }
            _ => Ok(String::new()),
        },
        By::Grant(folder) => match &item.kind {
            Kind::Text(t) => Ok(format!("{folder}/{t}")),
            Kind::Map(_) => match item.get("target").and_then(Value::as_text) {
                Some(target) => Ok(target.to_owned()),
                None => {
                    let source = item.get("source").and_then(Value::print);
                    Ok(format!("{folder}/{}", source.unwrap_or_default()))
                }
            },
            _ => Err("an entry of this list must be text or a map"),
        },
    }
}

fn port(item: &Value) -> Result<String, &'static str> {
    let said = |key: &str| item.get(key).and_then(Value::print);
    match &item.kind {
        Kind::Map(_) => {
            let target = said("target").ok_or("a port needs a 'target', the container's port")?;
            let published = said("published").unwrap_or_default();
            let host = said("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned());
            let protocol = said("protocol").unwrap_or_else(|| "tcp".to_owned());
            Ok(format!("{host}:{published}:{target}/{protocol}"))
        }
        _ => Ok(item.print().unwrap_or_default()),
    }
}
