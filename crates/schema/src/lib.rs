//! The JSON Schema of the language: what editors complete and check by.
//!
//! It is made from the same definitions by which the model's entities are read; what is read by hand is described in `hand`. It
//! knows what a file looks like, not what a lab means: names are checked by `holdfast check` alone.

mod hand;
mod host;
mod write;

use model::declare::{Declare as _, FieldShape, RecordShape, Shape};
use model::id::Kind;
use model::lab::head::Head;
use model::lab::{LISTS, SECTIONS};
use model::units::text::Name;
use serde_json::{Value, json};
use write::Writer;

/// What a file of a lab tree is, as a record of its sections.
pub fn root() -> Shape {
    Shape::Record(
        || RecordShape {
            name: "Lab",
            doc: String::new(),
            fields: fields(),
            either: &[],
        },
        &[],
    )
}

/// Every key that a file of a lab tree can begin with.
fn fields() -> Vec<FieldShape> {
    let mut fields = hand::head();
    fields.extend(Head::record().fields);
    let named =
        |shape: Shape| Shape::Map(Box::new(diag::Spanned::<Name>::shape()), Box::new(shape));
    let section = |key: &'static str, doc: String, shape: Shape| FieldShape {
        key,
        doc,
        need: false,
        above_zero: false,
        shape,
    };
    for (key, record) in hand::SECTIONS {
        fields.push(section(
            key,
            record().doc,
            named(Shape::Record(*record, &[])),
        ));
    }
    for s in SECTIONS {
        let shape = match s.kind {
            Kind::Guest => Shape::Record(host::guest, &[]),
            _ => (s.shape)(),
        };
        fields.push(section(s.key, (s.record)().doc, named(shape)));
    }
    for l in LISTS {
        let list = Shape::List(Box::new((l.item)()));
        fields.push(section(l.key, (l.record)().doc, list));
    }
    fields.extend(hand::singles());
    fields
}

/// The JSON Schema (draft 2020-12) of every file of a lab tree.
pub fn schema() -> Value {
    let mut writer = Writer::default();
    let fields = fields();
    let mut root = writer.keys(&fields);
    if let Value::Object(map) = &mut root {
        map.insert(
            "$schema".into(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        map.insert("title".into(), json!("Holdfast lab"));
        map.insert("type".into(), json!(["object", "null"]));
        map.insert("$defs".into(), json!(writer.definitions));
    }
    root
}
