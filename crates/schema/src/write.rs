//! Shapes to JSON Schema, draft 2020-12.

use model::declare::{FieldShape, Pattern, RecordShape, Shape, ValueForm, ref_words};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The definitions that have been written, by name.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) definitions: BTreeMap<String, Value>,
}

impl Writer {
    /// A schema for a shape.
    pub(super) fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Value(form) => self.define(form.name.to_owned(), |_| value(form)),
            Shape::Ref(set) => self.define(ref_name(*set), |_| reference(*set)),
            Shape::Given(of) => self.given(of),
            Shape::List(of) => {
                let scalar = matches!(**of, Shape::Value(_) | Shape::Ref(_));
                json!({"type": ["array", "null"], "items": self.shape(of), "uniqueItems": scalar})
            }
            Shape::Map(key, of) => self.map(key, of),
            Shape::Record(record, short) => {
                let record = record();
                let fields = record.fields.iter().filter(|f| short.contains(&f.key));
                let short: Vec<FieldShape> = fields.cloned().collect();
                let whole = self.define(record.name.to_owned(), |w| w.record(&record));
                match short.as_slice() {
                    [] => whole,
                    [short, ..] => json!({"anyOf": [self.field(short), whole]}),
                }
            }
            Shape::AnyCase(fields) => self.any_case(fields),
            Shape::Any(of) => {
                let all: Vec<Value> = of.iter().map(|s| self.shape(s)).collect();
                json!({"anyOf": all})
            }
        }
    }

    /// A reference to a definition, which is written if it is not there yet.
    fn define(&mut self, name: String, write: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.definitions.contains_key(&name) {
            // Records may contain themselves.
            self.definitions.insert(name.clone(), Value::Null);
            let written = write(self);
            self.definitions.insert(name.clone(), written);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// The four forms of a scalar.
    fn given(&mut self, of: &Shape) -> Value {
        let name = match of {
            Shape::Value(form) => Some(form.name.to_owned()),
            Shape::Ref(set) => Some(ref_name(*set)),
            _ => None,
        };
        match name {
            Some(name) => self.define(format!("given-{name}"), |w| w.forms(of)),
            None => self.forms(of),
        }
    }

    fn forms(&mut self, of: &Shape) -> Value {
        let plain = self.shape(of);
        let form = |name: &'static str, doc: &str, keys: &[(&str, Value)]| {
            let mut properties = Map::new();
            for (key, schema) in keys {
                properties.insert((*key).to_owned(), schema.clone());
            }
            json!({"type": "object", "title": name, "description": doc, "properties": properties, "required": [name], "additionalProperties": false})
        };
        let text = json!({"type": ["string", "number", "boolean"]});
        let duration = value(&<model::units::duration::Duration as model::declare::Value>::FORM);
        let date = value(&<jiff::civil::Date as model::declare::Value>::FORM);
        let assumed = form(
            "assumed",
            "Assumed; every figure that rests on it says so.",
            &[("assumed", plain.clone()), ("why", text.clone())],
        );
        let measured = form(
            "measured",
            "Measured.",
            &[
                ("measured", plain.clone()),
                ("window", duration),
                ("source", text.clone()),
                ("on", date),
            ],
        );
        let unknown = form("unknown", "Not known, and why.", &[("unknown", text)]);
        let word = json!({"const": "unknown", "title": "unknown", "description": "Not known."});
        json!({"anyOf": [plain, word, assumed, measured, unknown]})
    }

    fn map(&mut self, key: &Shape, of: &Shape) -> Value {
        let of = self.shape(of);
        if let Shape::Value(ValueForm {
            pattern: Pattern::Words(words),
            ..
        }) = key
        {
            let mut properties = Map::new();
            for (word, doc) in *words {
                properties.insert((*word).to_owned(), self.described(of.clone(), doc));
            }
            return json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false});
        }
        let names = match key {
            Shape::Value(form) => pattern_of(form).map(|pattern| json!({"pattern": pattern})),
            Shape::Ref(_) => Some(self.shape(key)),
            _ => None,
        };
        let mut out = json!({"type": ["object", "null"], "additionalProperties": of});
        if let Some(names) = names {
            insert(&mut out, "propertyNames", names);
        }
        out
    }

    fn any_case(&mut self, fields: &[FieldShape]) -> Value {
        let letter = |c: char| match c.is_ascii_alphabetic() {
            true => format!("[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase()),
            false => c.to_string(),
        };
        let keys = fields
            .iter()
            .map(|f| f.key.chars().map(letter).collect::<String>());
        let keys = keys.collect::<Vec<_>>().join("|");
        let mut out = self.keys(fields);
        insert(&mut out, "type", json!(["object", "null"]));
        insert(
            &mut out,
            "propertyNames",
            json!({"pattern": format!("^({keys})$")}),
        );
        insert(&mut out, "additionalProperties", json!(true));
        out
    }

    /// A map with known keys.
    pub(super) fn record(&mut self, record: &RecordShape) -> Value {
        let mut out = self.keys(&record.fields);
        insert(&mut out, "title", json!(record.name));
        insert(&mut out, "description", json!(record.doc));
        let required: Vec<&str> = record
            .fields
            .iter()
            .filter(|f| f.need)
            .map(|f| f.key)
            .collect();
        let empty = required.is_empty() && record.either.is_empty();
        insert(
            &mut out,
            "type",
            if empty {
                json!(["object", "null"])
            } else {
                json!("object")
            },
        );
        if !required.is_empty() {
            insert(&mut out, "required", json!(required));
        }
        let groups = record.either.iter().map(|keys| {
            let one = keys.iter().map(|key| json!({"required": [key]}));
            json!({"anyOf": one.collect::<Vec<_>>()})
        });
        let groups: Vec<Value> = groups.collect();
        if !groups.is_empty() {
            insert(&mut out, "allOf", json!(groups));
        }
        out
    }

    /// What a key takes.
    fn field(&mut self, field: &FieldShape) -> Value {
        let schema = self.shape(&field.shape);
        match field.above_zero {
            true => json!({"allOf": [schema, {"not": nothing()}]}),
            false => schema,
        }
    }

    /// A schema with the text of the key that it is of. Older drafts ignore what stands beside a reference, and yaml-language-server shows
    /// the first text that it comes by, from within to without: so the key's own is the first of all that must fit. What it writes behind
    /// a key it takes from the key's own schema alone, and writes no colon where that says nothing: so there stands what always fits.
    fn described(&self, mut schema: Value, doc: &str) -> Value {
        if ["$ref", "anyOf", "allOf"]
            .iter()
            .any(|k| schema.get(k).is_some())
            && schema.get("properties").is_none()
        {
            let (key, fits) = match self.is_record(&schema) {
                true => ("properties", json!({})),
                false => ("anyOf", json!([true])),
            };
            schema = json!({"allOf": [{"description": doc.trim()}, schema], key: fits});
        }
        insert(&mut schema, "description", json!(doc.trim()));
        schema
    }

    /// Whether only a map with keys fits.
    fn is_record(&self, schema: &Value) -> bool {
        let name = schema.get("$ref").and_then(Value::as_str);
        let name = name.and_then(|n| n.strip_prefix("#/$defs/"));
        match name.and_then(|n| self.definitions.get(n)) {
            // It is being written, and so contains itself: only records do.
            Some(Value::Null) => true,
            Some(definition) => definition.get("properties").is_some(),
            None => false,
        }
    }

    /// Known keys and no others.
    pub(super) fn keys(&mut self, fields: &[FieldShape]) -> Value {
        let mut properties = Map::new();
        for field in fields {
            let schema = self.field(field);
            properties.insert(field.key.to_owned(), self.described(schema, &field.doc));
        }
        json!({"type": "object", "properties": properties, "additionalProperties": false})
    }
}

/// Names, and paths of them, as references are.
const NAME_OR_PATH: &str = "^[A-Za-z0-9][A-Za-z0-9._/-]*$";

fn ref_name(set: u64) -> String {
    let words = ref_words(set);
    match words.len() {
        0..=5 => format!("ref-{}", words.join("-")),
        _ => format!("ref-{set:x}"),
    }
}

fn reference(set: u64) -> Value {
    let doc = format!(
        "Name of a {}; bare where it is unique, else KIND/NAME.",
        diag::one_of(ref_words(set))
    );
    json!({"type": ["string", "integer"], "title": "reference", "pattern": NAME_OR_PATH, "description": doc})
}

/// Zero of whatever unit, as a value or as one that is assumed or measured.
fn nothing() -> Value {
    let zero =
        json!({"anyOf": [{"const": 0}, {"type": "string", "pattern": "^0+(\\.0+)?([^0-9.].*)?$"}]});
    let given = |key: &str| json!({"type": "object", "required": [key], "properties": {key: zero}});
    json!({"anyOf": [zero, given("assumed"), given("measured")]})
}

/// One value, without what makes it a definition.
fn value(form: &ValueForm) -> Value {
    let mut out = match form.pattern {
        Pattern::Text => json!({"type": ["string", "number", "boolean"], "pattern": "\\S"}),
        Pattern::Whole => {
            json!({"type": ["integer", "string"], "minimum": 0, "pattern": "^(0|[1-9][0-9]*)$"})
        }
        Pattern::Flag => {
            json!({"type": ["boolean", "string"], "pattern": "^([Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"})
        }
        Pattern::Regex(pattern) => json!({"type": "string", "pattern": pattern}),
        Pattern::Number(pattern) => json!({"type": ["string", "number"], "pattern": pattern}),
        Pattern::Between { least, most, text } => {
            json!({"type": ["integer", "string"], "minimum": least, "maximum": most, "pattern": text})
        }
        Pattern::Words(words) => {
            let all = words
                .iter()
                .map(|(word, doc)| json!({"const": word, "description": doc.trim()}));
            json!({"anyOf": all.collect::<Vec<_>>()})
        }
    };
    insert(&mut out, "title", json!(form.name));
    if pattern_of(form).is_some() {
        // No word of JSON Schema, and passed over by whoever does not know it: what editors show instead of the pattern.
        let message = format!("This is not {}.", form.what);
        insert(&mut out, "patternErrorMessage", json!(message));
    }
    insert(
        &mut out,
        "description",
        json!(model::declare::prose(form.doc)),
    );
    if !form.examples.is_empty() {
        insert(&mut out, "examples", json!(form.examples));
    }
    out
}

fn pattern_of(form: &ValueForm) -> Option<&'static str> {
    match form.pattern {
        Pattern::Regex(pattern)
        | Pattern::Number(pattern)
        | Pattern::Between { text: pattern, .. } => Some(pattern),
        Pattern::Text | Pattern::Whole | Pattern::Flag | Pattern::Words(_) => None,
    }
}

fn insert(schema: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = schema {
        map.insert(key.to_owned(), value);
    }
}
