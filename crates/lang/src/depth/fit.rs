//! Whether an entry fits in a map: by its key and by the form of its value.

use crate::mixup::Values;
use crate::suggest::{alike, nearest};
use crate::yaml::{Entry, Node, NodeKind};
use model::declare::{FORMS, FieldShape, RecordShape, Shape, UNKNOWN};

/// What the entries of a map are.
pub(super) enum Level {
    /// Keys that are known.
    Record(RecordShape),
    /// The same in any case.
    AnyCase(Vec<FieldShape>),
    /// Names, and what each has.
    Map(Shape, Shape),
    /// None: one value belongs here.
    Single,
}

impl Level {
    pub(super) fn of(shape: &Shape) -> Option<Self> {
        Some(match shape {
            Shape::Record(record, _) => Self::Record(record()),
            Shape::AnyCase(fields) => Self::AnyCase(fields.clone()),
            Shape::Map(key, of) => Self::Map((**key).clone(), (**of).clone()),
            Shape::Any(all) => {
                let mut levels = all.iter().filter_map(Self::of);
                return levels
                    .find(|l| !matches!(l, Self::Single))
                    .or_else(|| all.iter().find_map(Self::of));
            }
            Shape::Given(_) | Shape::Value(_) | Shape::Ref(_) => Self::Single,
            Shape::List(_) => return None,
        })
    }

    fn fields(&self) -> &[FieldShape] {
        match self {
            Self::Record(record) => &record.fields,
            Self::AnyCase(fields) => fields,
            Self::Map(..) | Self::Single => &[],
        }
    }

    /// The key is one of those that are known here.
    pub(super) fn has(&self, key: &str) -> bool {
        match self {
            Self::AnyCase(fields) => fields.iter().any(|f| f.key.eq_ignore_ascii_case(key)),
            _ => self.fields().iter().any(|f| f.key == key),
        }
    }

    /// The known key that is a slip away, or means the same.
    pub(super) fn near(&self, key: &str) -> Option<&'static str> {
        let known = || self.fields().iter().map(|f| f.key);
        nearest(key, known()).or_else(|| alike(key, known()))
    }

    /// What stands under a key.
    pub(super) fn under(&self, key: &str) -> Option<Shape> {
        match self {
            Self::Map(_, of) => Some(of.clone()),
            Self::AnyCase(fields) => {
                let mut fields = fields.iter();
                let field = fields.find(|f| f.key.eq_ignore_ascii_case(key));
                field.map(|f| f.shape.clone())
            }
            Self::Record(_) | Self::Single => {
                let field = self.fields().iter().find(|f| f.key == key);
                field.map(|f| f.shape.clone())
            }
        }
    }

    /// The entry is in its place here, whatever else is wrong with it.
    pub(super) fn is_home(&self, entry: &Entry) -> bool {
        match self {
            Self::Map(_, of) => fits(of, &entry.value),
            Self::Single => false,
            Self::Record(_) | Self::AnyCase(_) => self.has(&entry.key.text),
        }
    }

    /// The entry could stand here, by its key and the form of its value.
    pub(super) fn takes(&self, entry: &Entry, values: &Values<'_>) -> bool {
        let key = entry.key.text.as_str();
        match self {
            Self::Map(name, of) => {
                let value = &entry.value;
                let form = reads(of, entry, values) || is_like(of, value);
                !value.is_null() && values.takes(name, key) && form
            }
            _ => self.under(key).is_some_and(|s| fits(&s, &entry.value)),
        }
    }

    /// The value can be that of a key, whatever its own is called; what a reference leads to is not asked.
    pub(super) fn means(&self, key: &str, entry: &Entry, values: &Values<'_>) -> bool {
        self.under(key).is_some_and(|s| match s {
            Shape::Ref(_) => fits(&s, &entry.value),
            _ => entry.value.is_null() || reads(&s, entry, values),
        })
    }

    /// The same, and the value can be read.
    pub(super) fn reads(&self, entry: &Entry, values: &Values<'_>) -> bool {
        let shape = self.under(&entry.key.text);
        shape.is_some_and(|s| !entry.value.is_null() && reads(&s, entry, values))
    }
}

fn reads(shape: &Shape, entry: &Entry, values: &Values<'_>) -> bool {
    match &entry.value.kind {
        NodeKind::Scalar(text) => {
            let single = fits(shape, &entry.value);
            single && (text == UNKNOWN || values.takes(shape, text))
        }
        _ => fits(shape, &entry.value),
    }
}

/// A map has a key that is known in such a record, whatever else is wrong with it.
fn is_like(shape: &Shape, node: &Node) -> bool {
    let NodeKind::Map(entries) = &node.kind else {
        return false;
    };
    match shape {
        Shape::Record(record, _) => {
            let level = Level::Record(record());
            entries.iter().any(|e| level.has(&e.key.text))
        }
        Shape::Any(all) => all.iter().any(|s| is_like(s, node)),
        _ => false,
    }
}

/// A node has the form of what belongs in a place: single value, list, or map with keys that are known.
pub(super) fn fits(shape: &Shape, node: &Node) -> bool {
    if node.is_null() {
        return true;
    }
    match (shape, &node.kind) {
        (Shape::Any(all), _) => all.iter().any(|s| fits(s, node)),
        (Shape::Value(_) | Shape::Ref(_), kind) => matches!(kind, NodeKind::Scalar(_)),
        (Shape::Given(_), NodeKind::Map(entries))
            if entries.iter().any(|e| FORMS.contains(&e.key.text.as_str())) =>
        {
            true
        }
        (Shape::Given(of), _) => fits(of, node),
        (Shape::List(of), NodeKind::Seq(items)) => items.iter().all(|i| fits(of, i)),
        (Shape::Map(_, of), NodeKind::Map(entries)) => entries.iter().all(|e| fits(of, &e.value)),
        (Shape::Record(_, short), NodeKind::Scalar(_)) => !short.is_empty(),
        (Shape::Record(record, short), NodeKind::Map(entries)) => {
            let level = Level::Record(record());
            let known = |e: &Entry| level.under(&e.key.text).is_some_and(|s| fits(&s, &e.value));
            let form =
                !short.is_empty() && entries.iter().any(|e| FORMS.contains(&e.key.text.as_str()));
            form || entries.iter().all(known)
        }
        (Shape::AnyCase(_), NodeKind::Map(_)) => true,
        _ => false,
    }
}
