//! How things are written, as data: for the JSON Schema, for documentation, for completion.

/// How a text is recognised.
#[derive(Debug, Clone, Copy)]
pub enum Pattern {
    /// Any text.
    Text,
    /// A whole number, not negative.
    Whole,
    /// A truth value.
    Flag,
    /// One of some words, each with its meaning.
    Words(&'static [(&'static str, &'static str)]),
    /// Text of this form (ECMA 262).
    Regex(&'static str),
    /// The same, where a bare number is read as text as well.
    Number(&'static str),
    /// A whole number between two, or text of this form.
    Between {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
        /// The text (ECMA 262).
        text: &'static str,
    },
}

/// How one value is written.
#[derive(Debug, Clone, Copy)]
pub struct ValueForm {
    /// Name of the type, `size`; unique.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// `a size such as 16GiB or 512GB`.
    pub what: &'static str,
    /// Some values; the first is shown where one is missing.
    pub examples: &'static [&'static str],
    /// How it is recognised.
    pub pattern: Pattern,
}

impl ValueForm {
    /// What is shown where a value is missing: the first example, or of a key or a digest its name in capitals, so that nobody takes it for
    /// one.
    pub fn shown(&self) -> Option<String> {
        let first = *self.examples.first()?;
        Some(match diag::hide(first) == first {
            true => first.to_owned(),
            false => self.name.to_uppercase(),
        })
    }
}

/// Whether a text may have line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line, not empty.
    One,
    /// Any text.
    Many,
}

/// How anything is written.
#[derive(Debug, Clone)]
pub enum Shape {
    /// One text.
    Value(ValueForm),
    /// A reference to one of some kinds.
    Ref(u64),
    /// A scalar in one of the four forms: declared, assumed, measured, unknown.
    Given(Box<Shape>),
    /// A list.
    List(Box<Shape>),
    /// A map with free keys.
    Map(Box<Shape>, Box<Shape>),
    /// A map with known keys; or the value of one of the named keys alone. By function, because records may contain themselves.
    Record(fn() -> RecordShape, &'static [&'static str]),
    /// A map with known keys whose case does not matter.
    AnyCase(Vec<FieldShape>),
    /// One of several.
    Any(Vec<Shape>),
}

impl Shape {
    /// A value to show.
    pub fn example(&self) -> String {
        match self {
            Shape::Value(form) => match form.pattern {
                Pattern::Words([(word, _), ..]) => (*word).to_owned(),
                _ => form.shown().unwrap_or_else(|| "TEXT".to_owned()),
            },
            Shape::Ref(_) => "NAME".to_owned(),
            Shape::Given(of) => of.example(),
            Shape::List(of) => format!("[{}]", of.example()),
            Shape::Map(key, value) => format!("{{{}: {}}}", key.example(), value.example()),
            Shape::Record(..) | Shape::AnyCase(_) => "{…}".to_owned(),
            Shape::Any(of) => of.first().map_or_else(String::new, Shape::example),
        }
    }
}

/// A map with known keys.
#[derive(Debug, Clone)]
pub struct RecordShape {
    /// Name of the type, `Pool`; unique.
    pub name: &'static str,
    /// What it is.
    pub doc: String,
    /// Its keys.
    pub fields: Vec<FieldShape>,
    /// Groups of keys, of each of which one at least must be there.
    pub either: &'static [&'static [&'static str]],
}

/// One key.
#[derive(Debug, Clone)]
pub struct FieldShape {
    /// The key.
    pub key: &'static str,
    /// What it says.
    pub doc: String,
    /// Must be there.
    pub need: bool,
    /// Zero makes no sense.
    pub above_zero: bool,
    /// How its value is written.
    pub shape: Shape,
}
