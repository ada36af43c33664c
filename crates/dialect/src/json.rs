//! Parts of what programs tell in JSON and TOML.

use crate::told::plain;
use serde_json::Value as Json;

/// A list where a list of texts should be has something else in it, or is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoTexts;

pub(crate) fn flag(node: &Json, name: &str) -> Option<bool> {
    node.get(name).and_then(Json::as_bool)
}

pub(crate) fn word(node: &Json, name: &str) -> Option<String> {
    node.get(name).and_then(Json::as_str).map(plain)
}

/// The texts of a list; none where there is no list, which both Go and TOML leave out or call null. Whatever else stands there must not
/// pass for an empty one.
pub(crate) fn texts(node: &Json, name: &str) -> Result<Vec<String>, NoTexts> {
    match node.get(name) {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(all)) => {
            let text = |one: &Json| one.as_str().map(plain).ok_or(NoTexts);
            all.iter().map(text).collect()
        }
        Some(_) => Err(NoTexts),
    }
}
