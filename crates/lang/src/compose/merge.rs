//! Several files as one: what the later file says is added to the earlier, or takes its place.

use super::cx::Cx;
use super::path::{Pattern, matches, show};
use super::value::{Entry, Kind, Map, Value};
use diag::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// Special rules, where lists are not simply joined and maps not simply merged.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// The later one wins whole.
    Replace,
    /// Both as lists of `NAME=VALUE`, joined.
    Lists,
    /// The same, without entries that are there already.
    Hosts,
    /// Text is the context of a build.
    Build,
    /// Names are dependencies.
    DependsOn,
    /// Names are networks.
    Networks,
    /// Options are merged only if the driver stays.
    Logging,
    /// By subnet.
    Pools,
}

const RULES: &[(Pattern, Rule)] = &[
    (&["networks", "*", "ipam", "config"], Rule::Pools),
    (&["networks", "*", "labels"], Rule::Lists),
    (&["volumes", "*", "labels"], Rule::Lists),
    (&["services", "*", "annotations"], Rule::Lists),
    (&["services", "*", "build"], Rule::Build),
    (&["services", "*", "build", "args"], Rule::Lists),
    (
        &["services", "*", "build", "additional_contexts"],
        Rule::Lists,
    ),
    (&["services", "*", "build", "extra_hosts"], Rule::Hosts),
    (&["services", "*", "build", "labels"], Rule::Lists),
    (&["services", "*", "command"], Rule::Replace),
    (&["services", "*", "depends_on"], Rule::DependsOn),
    (&["services", "*", "deploy", "labels"], Rule::Lists),
    (&["services", "*", "dns"], Rule::Lists),
    (&["services", "*", "dns_opt"], Rule::Lists),
    (&["services", "*", "dns_search"], Rule::Lists),
    (&["services", "*", "entrypoint"], Rule::Replace),
    (&["services", "*", "env_file"], Rule::Lists),
    (&["services", "*", "label_file"], Rule::Lists),
    (&["services", "*", "environment"], Rule::Lists),
    (&["services", "*", "extra_hosts"], Rule::Hosts),
    (&["services", "*", "healthcheck", "test"], Rule::Replace),
    (&["services", "*", "labels"], Rule::Lists),
    (&["services", "*", "logging"], Rule::Logging),
    (&["services", "*", "networks"], Rule::Networks),
    (&["services", "*", "sysctls"], Rule::Lists),
    (&["services", "*", "tmpfs"], Rule::Lists),
    (&["services", "*", "ulimits", "*"], Rule::Replace),
];

/// Merges a whole file into what earlier files say.
pub(super) fn project(cx: &mut Cx<'_>, into: &mut Map, from: Map) {
    let mut place = Vec::new();
    maps(cx, into, from, &mut place);
}

/// Merges a service into the one that it extends.
pub(super) fn service(cx: &mut Cx<'_>, into: &mut Map, from: Map) {
    let mut place = vec!["services".to_owned(), "x".to_owned()];
    maps(cx, into, from, &mut place);
}

/// Takes away what a later file resets.
pub(super) fn clear(into: &mut Map, place: &[String]) {
    let Some((first, rest)) = place.split_first() else {
        return;
    };
    if rest.is_empty() {
        into.remove(first);
    } else if let Some(inner) = into.get_mut(first).and_then(|e| e.value.as_map_mut()) {
        clear(inner, rest);
    }
}

fn maps(cx: &mut Cx<'_>, into: &mut Map, from: Map, place: &mut Vec<String>) {
    for (key, entry) in from {
        if key.starts_with("x-") {
            into.insert(key, entry);
            continue;
        }
        let Some(earlier) = into.get_mut(&key) else {
            into.insert(key, entry);
            continue;
        };
        place.push(key);
        values(cx, earlier, entry, place);
        place.pop();
    }
}

fn values(cx: &mut Cx<'_>, into: &mut Entry, from: Entry, place: &mut Vec<String>) {
    if let Some((_, rule)) = RULES.iter().find(|(p, _)| matches(place, p)) {
        return special(cx, into, from, *rule, place);
    }
    if from.value.is_null() {
        return;
    }
    let fits = match (&mut into.value.kind, from.value.kind) {
        (Kind::Map(a), Kind::Map(b)) => return maps(cx, a, b, place),
        (Kind::Seq(a), Kind::Seq(b)) => {
            a.extend(b);
            return;
        }
        (Kind::Map(_) | Kind::Seq(_), _) => false,
        (_, kind) => {
            into.value.kind = kind;
            into.value.span = from.value.span;
            into.key = from.key;
            true
        }
    };
    if !fits {
        let was = into.value.describe();
        let message = format!(
            "{} is {was} in an earlier file and cannot be merged",
            show(place)
        );
        let d = Diagnostic::invalid("compose-type", message)
            .at(from.value.span, "of another kind")
            .and_at(into.value.span, format!("{was} here"));
        cx.report(d);
    }
}

fn special(cx: &mut Cx<'_>, into: &mut Entry, from: Entry, rule: Rule, place: &mut Vec<String>) {
    match rule {
        Rule::Replace => *into = from,
        Rule::Lists => {
            let mut list = to_list(&into.value);
            list.extend(to_list(&from.value));
            into.value.kind = Kind::Seq(list);
        }
        Rule::Hosts => {
            let mut list = to_list(&into.value);
            let more = to_list(&from.value);
            let known: BTreeSet<Option<String>> = list.iter().map(Value::print).collect();
            list.extend(more.into_iter().filter(|v| !known.contains(&v.print())));
            into.value.kind = Kind::Seq(list);
        }
        Rule::Build => merged(cx, into, from, place, |v| match &v.kind {
            Kind::Text(_) => {
                let mut map = Map::new();
                map.insert("context".to_owned(), Entry::of(v.clone()));
                map
            }
            _ => v.as_map().cloned().unwrap_or_default(),
        }),
        Rule::DependsOn => merged(cx, into, from, place, |v| {
            super::canonical::depends_on(v).unwrap_or_default()
        }),
        Rule::Networks => merged(cx, into, from, place, |v| {
            super::canonical::names(v).unwrap_or_default()
        }),
        Rule::Logging => {
            let driver = |v: &Value| v.get("driver").and_then(Value::print);
            match (driver(&into.value), driver(&from.value)) {
                (Some(a), Some(b)) if a != b => *into = from,
                _ => merged(cx, into, from, place, |v| {
                    v.as_map().cloned().unwrap_or_default()
                }),
            }
        }
        Rule::Pools => pools(cx, into, from, place),
    }
}

/// Merges both sides after turning each into a map.
fn merged(
    cx: &mut Cx<'_>,
    into: &mut Entry,
    from: Entry,
    place: &mut Vec<String>,
    to_map: impl Fn(&Value) -> Map,
) {
    let mut map = to_map(&into.value);
    maps(cx, &mut map, to_map(&from.value), place);
    into.value.kind = Kind::Map(map);
}

/// `NAME=VALUE` for a map, one entry for text, the list itself.
fn to_list(value: &Value) -> Vec<Value> {
    match &value.kind {
        Kind::Seq(items) => items.clone(),
        Kind::Text(_) => vec![value.clone()],
        Kind::Map(map) => map
            .iter()
            .flat_map(|(key, entry)| {
                let span = entry.value.span;
                match &entry.value.kind {
                    Kind::Null => vec![Value::text(entry.key, key.clone())],
                    Kind::Seq(many) => many
                        .iter()
                        .map(|v| {
                            Value::text(v.span, format!("{key}={}", v.print().unwrap_or_default()))
                        })
                        .collect(),
                    _ => {
                        let text = entry.value.print().unwrap_or_default();
                        vec![Value::text(span, format!("{key}={text}"))]
                    }
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Pools with the same subnet are merged, others are kept side by side.
fn pools(cx: &mut Cx<'_>, into: &mut Entry, from: Entry, place: &mut Vec<String>) {
    let (Kind::Seq(earlier), Kind::Seq(later)) = (&mut into.value.kind, from.value.kind) else {
        return;
    };
    let subnet = |v: &Value| v.get("subnet").and_then(Value::print);
    let numbered = earlier.iter().enumerate().rev();
    let at: BTreeMap<Option<String>, usize> = numbered.map(|(n, p)| (subnet(p), n)).collect();
    for pool in later {
        let known = at.get(&subnet(&pool)).and_then(|n| earlier.get_mut(*n));
        match (known.map(|p| &mut p.kind), pool.kind) {
            (Some(Kind::Map(into)), Kind::Map(from)) => maps(cx, into, from, place),
            (_, kind) => earlier.push(Value::new(pool.span, kind)),
        }
    }
}
