//! Hidden words in JSON.

use crate::whole::replace_word;
use serde_json::Value;

/// Takes words out of what was read from where they stand; those of three signs are everywhere.
pub fn without(value: &mut Value, hidden: &[String]) {
    in_texts(value, &mut |text| {
        for word in hidden {
            if text == word || word.len() > 3 && text.contains(word.as_str()) {
                *text = text.replace(word.as_str(), "[hidden]");
            }
        }
    });
}

/// The same of words that say what they are only where they stand by themselves.
pub fn without_words(value: &mut Value, hidden: &[String]) {
    in_texts(value, &mut |text| {
        for word in hidden.iter().filter(|w| !w.is_empty()) {
            if text.contains(word.as_str()) {
                *text = replace_word(text, word, "[hidden]");
            }
        }
    });
}

fn in_texts(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|i| in_texts(i, change)),
        Value::Object(entries) => entries.values_mut().for_each(|v| in_texts(v, change)),
        _ => {}
    }
}

/// The same in keys, which are names of services, networks and volumes in what is read: no key of Compose is as long as a good password.
pub fn without_in_keys(value: &mut Value, hidden: &[String]) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(|i| without_in_keys(i, hidden));
        }
        Value::Object(entries) => {
            entries
                .values_mut()
                .for_each(|v| without_in_keys(v, hidden));
            let long = || hidden.iter().filter(|word| word.len() > 7);
            if entries.keys().any(|key| long().any(|w| key.contains(w))) {
                let old = std::mem::take(entries);
                let shown = |key: String| long().fold(key, |k, w| k.replace(w, "[hidden]"));
                entries.extend(old.into_iter().map(|(key, v)| (shown(key), v)));
            }
        }
        _ => {}
    }
}
