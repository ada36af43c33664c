//! Sections of a configuration as `uci get` tells them: options are texts, lists of texts, or texts with blanks in them that mean a list.

use super::is_clean;
use serde_json::{Map, Value};

/// A section whose name and options can all be kept.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    pub(super) sort: &'a str,
    options: &'a Map<String, Value>,
}

/// The sections of an answer, and how many are none.
pub(super) fn sections(answer: &Value) -> Option<(Vec<Section<'_>>, usize)> {
    let values = answer.get("values")?.as_object()?;
    let all: Vec<Section<'_>> = values
        .iter()
        .filter_map(|(name, value)| section(name, value))
        .collect();
    let lost = values.len() - all.len();
    Some((all, lost))
}

fn section<'a>(name: &'a str, value: &'a Value) -> Option<Section<'a>> {
    let options = value.as_object()?;
    let sort = options.get(".type")?.as_str()?;
    // An option that is left out means something else than one that cannot be kept.
    let good = |value: &Value| value.as_str().is_some_and(is_clean);
    let mut own = options.iter().filter(|(key, _)| !key.starts_with('.'));
    let whole = own.all(|(_, value)| match value {
        Value::Array(list) => list.iter().all(good),
        other => good(other),
    });
    (whole && is_clean(name) && is_clean(sort)).then_some(Section {
        name,
        sort,
        options,
    })
}

impl Section<'_> {
    pub(super) fn text(&self, option: &str) -> Option<&str> {
        self.options.get(option)?.as_str().map(str::trim)
    }

    /// Its words, if it is there.
    pub(super) fn words(&self, option: &str) -> Option<Vec<String>> {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        match self.options.get(option)? {
            Value::Array(list) => {
                let all = list.iter().filter_map(Value::as_str);
                Some(
                    all.flat_map(str::split_whitespace)
                        .map(str::to_owned)
                        .collect(),
                )
            }
            Value::String(text) => Some(words(text)),
            _ => None,
        }
    }

    pub(super) fn number(&self, option: &str) -> Option<i64> {
        self.text(option)?.parse().ok()
    }

    /// As uci reads it; `usual` is what holds where it is left out.
    pub(super) fn is(&self, option: &str, usual: bool) -> Option<bool> {
        match self.text(option) {
            None => Some(usual),
            Some("1" | "yes" | "on" | "true" | "enabled") => Some(true),
            Some("0" | "no" | "off" | "false" | "disabled") => Some(false),
            Some(_) => None,
        }
    }
}
