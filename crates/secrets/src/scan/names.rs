//! Whether a text may have a name that is a secret's. Most texts have none, and to know that, no format needs to be read: the letters of
//! the nouns say where to look, and the words around them whether they are a name.

use diag::naming;
use std::collections::BTreeMap;

/// Nobody gives longer names; what is longer is read with care.
const LONGEST: usize = 200;
/// As much of the line before a name is looked at: a word in front of `key` says what it is for.
const BEFORE: usize = 40;

/// By the places where the letters of a noun begin. It may say yes for nothing; it says no of a text in which no reader finds a name.
pub(super) fn may_have(text: &str, nouns: &[usize]) -> bool {
    if nouns.is_empty() {
        return false;
    }
    // A name may hide its letters behind the escapes of JSON.
    if ["\\u", "\\x", "\\U"].iter().any(|e| text.contains(e)) {
        return true;
    }
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let mut end = 0;
    nouns.iter().any(|at| {
        // The same word may have several.
        if *at < end {
            return false;
        }
        let Some((before, name, ends)) = around(text, *at) else {
            return true;
        };
        end = ends;
        let mut is = |name| *known.entry(name).or_insert_with(|| naming(name).is_some());
        is(name) || is(before)
    })
}

/// The word at this place with what stands before it in its line, the word alone, and where it ends; nothing if it is too long for a name.
fn around(text: &str, at: usize) -> Option<(&str, &str, usize)> {
    let bytes = text.as_bytes();
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
    let behind = bytes.get(at..)?.iter().take(LONGEST);
    let behind = behind.take_while(|b| part(b)).count();
    let before = bytes.get(..at)?.iter().rev().take(LONGEST);
    let before = before.take_while(|b| part(b)).count();
    if behind.max(before) == LONGEST {
        return None;
    }
    // A name of letters that this does not know goes on: `WLAN-Schlüssel`.
    if bytes.get(at + behind).is_some_and(|b| !b.is_ascii()) {
        return None;
    }
    let (start, end) = (at - before, at + behind);
    let line = bytes.get(..start)?.iter().rev().take(BEFORE);
    let line = line.take_while(|b| b.is_ascii() && **b != b'\n').count();
    let (before, word) = (text.get(start - line..end)?, text.get(start..end)?);
    Some((before, word, end))
}

#[cfg(test)]
mod tests {
    use super::may_have;

    /// By every place at which the letters of a noun begin.
    fn may(text: &str) -> bool {
        let small = text.to_ascii_lowercase();
        let nouns = crate::scan::parts::NOUNS.iter();
        let places = nouns.flat_map(|noun| small.match_indices(noun).map(|(at, _)| at));
        let mut places: Vec<usize> = places.collect();
        places.sort_unstable();
        may_have(text, &places)
    }

    #[test]
    fn texts_with_a_name() {
        for text in [
            "password: x",
            "a: {keyboard: de, password: x}",
            "- DB_PASS=x",
            "api key: x",
            "\"my api/key\": x",
            "existing secret: x",
            "WLAN-Schlüssel: x",
            r#"{"pa\u0073sword": 1, "keyboard": 2}"#,
            &format!("{}key: x", "a".repeat(300)),
        ] {
            assert!(may(text), "{text}");
        }
    }

    #[test]
    fn texts_without() {
        for text in [
            "",
            "image: x",
            "sshd: {PasswordAuthentication: no, AuthorizedKeysFile: x}",
            "keyboard: de\npassenger: 1\nkey: x",
            "token_ttl: 5m",
        ] {
            assert!(!may(text), "{text}");
        }
    }
}
