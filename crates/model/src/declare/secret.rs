//! References to secrets. How a reference is read without a word of what stands there reaching a message, the language knows.

use super::{Declare, FieldShape, Place, RecordShape, Scalar as _, Shape, ValueForm};
use crate::declare::Pattern;
use crate::secret::SecretRef;
use diag::Spanned;

impl Declare for Spanned<SecretRef> {
    fn read(at: &mut dyn Place) -> Option<Self> {
        let span = at.span();
        at.secret().map(|value| Spanned::new(value, span))
    }

    fn shape() -> Shape {
        let forms: [fn() -> RecordShape; 5] = [file, env, command, sops, age];
        Shape::Any(forms.map(|form| Shape::Record(form, &[])).into())
    }
}

fn record(name: &'static str, doc: &str, fields: Vec<FieldShape>) -> RecordShape {
    RecordShape {
        name,
        doc: doc.to_owned(),
        fields,
        either: &[],
    }
}

fn must(key: &'static str, doc: &str, shape: Shape) -> FieldShape {
    FieldShape {
        key,
        doc: doc.to_owned(),
        need: true,
        above_zero: false,
        shape,
    }
}

fn form(name: &'static str, pattern: &'static str) -> Shape {
    Shape::Value(ValueForm {
        name,
        doc: "",
        what: name,
        examples: &[],
        pattern: Pattern::Regex(pattern),
    })
}

fn file() -> RecordShape {
    let doc = "First line of this file on the controller.";
    record(
        "SecretFile",
        "A secret in a file.",
        vec![must("file", doc, String::shape())],
    )
}

fn env() -> RecordShape {
    let doc = "This environment variable of the controller.";
    let variable = form("variable", "^[A-Za-z_][A-Za-z0-9_]*$");
    record(
        "SecretEnv",
        "A secret in the environment.",
        vec![must("env", doc, variable)],
    )
}

fn command() -> RecordShape {
    let doc = "What this program prints; the program and its arguments.";
    let words = Shape::List(Box::new(String::shape()));
    record(
        "SecretCommand",
        "A secret from a program.",
        vec![must("command", doc, words)],
    )
}

fn sops() -> RecordShape {
    let keys = Shape::Any(vec![
        String::shape(),
        Shape::List(Box::new(String::shape())),
    ]);
    let mut key = must(
        "key",
        "The value in the file: `postgres.password`, or a list of keys where one has a dot. None for a file that sops calls binary.",
        keys,
    );
    key.need = false;
    let doc = "A file that sops encrypted to age keys, from the root of the lab tree.";
    record(
        "SecretSops",
        "A value of a SOPS file.",
        vec![must("sops", doc, form("secret-path", "[/.]")), key],
    )
}

fn age() -> RecordShape {
    let doc =
        "First line of this file, which is encrypted with age; from the root of the lab tree.";
    record(
        "SecretAge",
        "A secret in an age file.",
        vec![must("age", doc, form("secret-path", "[/.]"))],
    )
}
