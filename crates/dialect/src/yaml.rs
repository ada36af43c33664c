//! Configurations in YAML, as far as the script let them through.

use diag::{Class, Severity, SourceSet};
use lang::Plain;

/// The one map that a configuration is.
pub(crate) fn document(text: &str) -> Result<Vec<(String, Plain)>, String> {
    let mut sources = SourceSet::default();
    sources.add("config", text);
    let (mut documents, wrong) = lang::plain(&sources);
    if wrong
        .iter()
        .any(|d| d.class == Class::Invalid || d.severity == Severity::Error)
    {
        return Err("its configuration is no YAML that can be read".to_owned());
    }
    match (documents.pop(), documents.is_empty()) {
        (Some(Plain::Map(pairs)), true) => Ok(pairs),
        (None | Some(Plain::Nothing), true) => Ok(Vec::new()),
        _ => Err("its configuration is no map".to_owned()),
    }
}

/// The value of a key.
pub(crate) fn field<'a>(pairs: &'a [(String, Plain)], name: &str) -> Option<&'a Plain> {
    pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v)
}

/// The text of a key.
pub(crate) fn text(pairs: &[(String, Plain)], name: &str) -> Option<String> {
    match field(pairs, name)? {
        Plain::Text(text) => Some(text.clone()),
        _ => None,
    }
}
