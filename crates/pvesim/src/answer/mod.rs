//! What each endpoint answers.

pub(crate) mod access;
pub(crate) mod backup;
pub(crate) mod cluster;
pub(crate) mod guest;
pub(crate) mod node;
pub(crate) mod storage;
pub(crate) mod task;

use serde_json::{Map, Value};

/// A truth value as the product writes it.
pub(super) fn flag(value: bool) -> Value {
    Value::from(u8::from(value))
}

/// A map without the fields that have no value.
pub(super) fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields = fields.into_iter().filter(|(_, v)| !v.is_null());
    Value::Object(
        fields
            .map(|(k, v)| (k.to_owned(), v))
            .collect::<Map<_, _>>(),
    )
}
