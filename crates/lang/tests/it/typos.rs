//! A slip in every kind of reference: what is said, where, and what was meant. Which fields are references is told by the schema,
//! which is made of the same definitions as the readers, so that a new one cannot be forgotten.

use crate::whole::WHOLE;
use diag::SourceSet;
use diag::render::{Color, concise, full, json};
use saphyr_parser::{Event, Parser};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// YAML with the place of every text.
#[derive(Debug)]
enum Node {
    Text(Text),
    List(Vec<Node>),
    Map(Vec<(Text, Node)>),
}

#[derive(Debug, Clone)]
struct Text {
    text: String,
    /// First character, counted from the beginning of the text.
    at: usize,
    /// One past the last one.
    end: usize,
    line: usize,
    column: usize,
}

fn parse(text: &str) -> Node {
    enum Open {
        List(Vec<Node>),
        Map(Vec<(Text, Node)>, Option<Text>),
    }
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.unwrap();
        let done = match event {
            Event::Scalar(text, ..) => Node::Text(Text {
                text: text.into_owned(),
                at: span.start.index(),
                end: span.end.index(),
                line: span.start.line(),
                column: span.start.col() + 1,
            }),
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                stack.push(Open::Map(Vec::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop().unwrap() {
                Open::List(items) => Node::List(items),
                Open::Map(entries, _) => Node::Map(entries),
            },
            _ => continue,
        };
        match (stack.last_mut(), done) {
            (None, done) => root = Some(done),
            (Some(Open::List(items)), done) => items.push(done),
            (Some(Open::Map(entries, key)), done) => match (key.take(), done) {
                (Some(key), done) => entries.push((key, done)),
                (None, Node::Text(text)) => *key = Some(text),
                (None, _) => unreachable!(),
            },
        }
    }
    root.unwrap()
}

struct Schema(Value);

/// No key is named in it; an empty list of keys only tells editors that it is a map.
fn knows_none(schema: &Value) -> bool {
    let keys = schema.get("properties").and_then(Value::as_object);
    keys.is_none_or(|keys| keys.is_empty())
}

/// A schema without references and alternatives, and the name of its definition.
struct One<'s> {
    name: Option<&'s str>,
    schema: &'s Value,
}

impl Schema {
    /// Everything that a schema stands for.
    fn ones<'s>(&'s self, schema: &'s Value) -> Vec<One<'s>> {
        let mut out = Vec::new();
        let mut open = vec![One { name: None, schema }];
        while let Some(one) = open.pop() {
            if let Some(name) = one.schema["$ref"].as_str() {
                let name = name.rsplit('/').next();
                let schema = &self.0["$defs"][name.unwrap()];
                open.push(One { name, schema });
            } else if let Some(all) = one.schema["allOf"]
                .as_array()
                .filter(|_| knows_none(one.schema))
            {
                // The key's own text, what it takes, and what of that it does not.
                let takes = |s: &&Value| {
                    ["$ref", "anyOf", "allOf", "type"]
                        .iter()
                        .any(|k| s.get(k).is_some())
                };
                let name = one.name;
                open.extend(all.iter().filter(takes).map(|schema| One { name, schema }));
            } else if let Some(all) = one.schema["anyOf"]
                .as_array()
                .filter(|_| one.schema.get("properties").is_none())
            {
                let name = one.name.filter(|n| n.starts_with("given-"));
                open.extend(all.iter().map(|schema| One { name, schema }));
            } else {
                out.push(one);
            }
        }
        out
    }

    /// A reference may stand at this place, or within it without another record in between.
    fn refers(&self, schema: &Value) -> bool {
        self.ones(schema).iter().any(|one| {
            is_reference(one)
                || one.schema.get("properties").is_none()
                    && ["items", "additionalProperties", "propertyNames"]
                        .iter()
                        .filter_map(|key| one.schema.get(key))
                        .any(|below| below.is_object() && self.refers(below))
        })
    }

    /// Every field that is a reference or has some, as `Record.key`.
    fn fields(&self) -> BTreeSet<String> {
        let definitions = self.0["$defs"].as_object().unwrap().iter();
        let all = definitions
            .map(|(n, s)| (n.as_str(), s))
            .chain([("root", &self.0)]);
        let mut out = BTreeSet::new();
        for (name, schema) in all.filter(|(n, _)| !n.starts_with("given-")) {
            for (key, value) in schema["properties"].as_object().into_iter().flatten() {
                if self.refers(value) {
                    out.insert(format!("{name}.{key}"));
                }
            }
        }
        out
    }

    /// Collects the references of a tree by field.
    fn walk(
        &self,
        schema: &Value,
        node: &Node,
        field: &str,
        out: &mut BTreeMap<String, Vec<Found>>,
    ) {
        let ones = self.ones(schema);
        match node {
            Node::Text(text) => {
                let word = ones.iter().any(|o| o.schema["const"] == text.text.as_str());
                if !word && ones.iter().any(is_reference) {
                    let bare = !ones.iter().any(|o| o.schema["title"] == "text");
                    let text = text.clone();
                    out.entry(field.to_owned())
                        .or_default()
                        .push(Found { text, bare });
                }
            }
            Node::List(items) => {
                for schema in ones.iter().filter_map(|o| o.schema.get("items")) {
                    items
                        .iter()
                        .for_each(|item| self.walk(schema, item, field, out));
                }
            }
            Node::Map(entries) => {
                for one in &ones {
                    let properties = one.schema["properties"].as_object();
                    let knows = |key: &str| properties.is_some_and(|p| p.contains_key(key));
                    let free = one
                        .schema
                        .get("additionalProperties")
                        .filter(|a| a.is_object());
                    if free.is_none() && !entries.iter().all(|(key, _)| knows(&key.text)) {
                        continue;
                    }
                    for (key, value) in entries {
                        if let Some(free) = free {
                            if let Some(names) = one.schema.get("propertyNames") {
                                self.walk(names, &Node::Text(key.clone()), field, out);
                            }
                            self.walk(free, value, field, out);
                        } else {
                            // The forms of a value are no records of their own.
                            let form = one.name.is_none_or(|n| n.starts_with("given-"))
                                && !field.is_empty();
                            let below = match (form, one.name) {
                                (true, _) => field.to_owned(),
                                (false, name) => format!("{}.{}", name.unwrap_or("root"), key.text),
                            };
                            self.walk(&one.schema["properties"][&key.text], value, &below, out);
                        }
                    }
                }
            }
        }
    }
}

fn is_reference(one: &One<'_>) -> bool {
    one.schema["title"] == "reference"
}

/// A reference in the tree.
struct Found {
    text: Text,
    /// A bare name that is wrong is an error; else only `kind/name` is.
    bare: bool,
}

/// The text with one character more in that place.
fn mistyped(found: &Text) -> String {
    let split = |chars: usize| {
        WHOLE
            .char_indices()
            .nth(chars)
            .map_or(WHOLE.len(), |(at, _)| at)
    };
    let end = split(found.at) + found.text.len();
    format!("{}x{}", &WHOLE[..end], &WHOLE[end..])
}

/// What is said of the mistyped text, in each form, is right; else what is said.
fn check(field: &str, found: &Text) -> Result<(), String> {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", mistyped(found));
    let (_, diagnostics) = lang::analyze(&sources);
    let (slip, line, column) = (format!("{}x", found.text), found.line, found.column);
    let meant = format!("did you mean '{}'?", found.text);

    let shown = concise(&diagnostics, &sources);
    let start = format!("holdfast.yaml:{line}:{column}: error[unknown-reference]: ");
    let concise_is_right = diagnostics.len() == 1
        && shown.starts_with(&start)
        && shown.contains(&format!("'{slip}'"))
        && shown.ends_with(&format!("({meant})\n"));

    let long = full(&diagnostics, &sources, Color::Never);
    // The carets stand below the slip: in the same columns of an excerpt that may be cut, and as many as it has characters.
    let lines: Vec<&str> = long.lines().collect();
    let at = lines.iter().position(|l| l.contains('^')).unwrap_or(0);
    let carets = lines.get(at).map_or("", |l| *l).chars().enumerate();
    let carets: Vec<usize> = carets.filter(|(_, c)| *c == '^').map(|(n, _)| n).collect();
    let above = lines.get(at.wrapping_sub(1)).map_or("", |l| *l).chars();
    let above = above
        .skip(carets.first().copied().unwrap_or(0))
        .take(carets.len());
    let above: String = above.collect();
    // Lines with secrets near them are not shown.
    let hidden = above.chars().count() == slip.chars().count() && above.contains("**");
    let full_is_right = (above == slip || hidden)
        && long.contains(&format!("--> holdfast.yaml:{line}:{column}\n"))
        && long.contains(&meant);

    let value: Value = serde_json::from_str(&json(&diagnostics, &sources).to_string()).unwrap();
    let flat = value.to_string();
    let json_is_right = flat.contains(&format!("\"line\":{line}"))
        && flat.contains(&format!("\"column\":{column}"))
        && flat.contains(&meant);
    match concise_is_right && full_is_right && json_is_right {
        true => Ok(()),
        false => Err(format!("{field} at {line}:{column}\n{shown}{long}{flat}")),
    }
}

#[test]
fn a_slip_in_every_reference_is_found_and_mended() {
    let schema = Schema(schema::schema());
    let mut found = BTreeMap::new();
    schema.walk(&schema.0, &parse(WHOLE), "", &mut found);
    let (mut tried, mut wrong) = (BTreeSet::new(), Vec::new());
    for (field, places) in &found {
        let plain = |f: &&Found| {
            let text = f.text.text.as_str();
            let other = text.parse::<std::net::IpAddr>().is_ok() || text.contains(' ');
            !other && (f.bare || text.contains('/'))
        };
        let quoted = |f: &&Found| f.text.end - f.text.at == f.text.text.chars().count();
        if let Some(place) = places.iter().filter(plain).find(quoted) {
            wrong.extend(check(field, &place.text).err());
            tried.insert(field.clone());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let fields = schema.fields();
    assert!(fields.len() > 100, "{}", fields.len());
    let forgotten: Vec<&String> = fields.difference(&tried).collect();
    assert_eq!(
        forgotten,
        Vec::<&String>::new(),
        "whole.yaml has none of these"
    );
}
