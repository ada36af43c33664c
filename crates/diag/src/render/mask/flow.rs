//! A map in one line, of which one value is a secret: the others are judged each for itself.
//!
//! Only where it is plain where the secret ends: it is one word, or stands in quotes. What follows is shown as far as it is keys that mean no
//! secret and words; from the first thing that is none of it on, all of it is stars.

use super::{is_name, naming, stars};

/// The line with stars for the value that begins here, if it is one of such a map and has an end.
pub(super) fn masked(line: &str, from: usize) -> Option<String> {
    let (before, value) = (line.get(..from)?, line.get(from..)?);
    if before.matches('{').count() <= before.matches('}').count() {
        return None;
    }
    let length = length(value)?;
    let mut out = stars(line.get(..from + length)?, from);
    out.push_str(&rest(value.get(length..)?));
    Some(out)
}

/// Of a word, or of what stands in quotes, up to a sign that ends it.
fn length(value: &str) -> Option<usize> {
    let first = value.chars().next()?;
    let end = match first {
        '"' | '\'' => {
            let inner = value.get(1..)?;
            let close = inner.find(first)?;
            // Quotes that are escaped are part of it: nobody needs to know where it ends.
            let is_whole = !inner.get(..close)?.contains('\\');
            is_whole.then_some(close + 2)?
        }
        c if c.is_ascii_alphanumeric() || c == '*' => {
            let end = value.find([',', '}'])?;
            let said = value.get(..end)?;
            let signs = ['"', '\'', '{', '[', '#', ':', '\\'];
            (!said.contains(signs)).then_some(end)?
        }
        _ => return None,
    };
    let behind = value.get(end..)?.trim_start_matches(' ');
    behind.starts_with([',', '}']).then_some(end)
}

/// Keys and words, up to where something else begins.
fn rest(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut left = text;
    loop {
        let signs = left.len()
            - left
                .trim_start_matches([',', '}', ' ', '\t', '\n', '\r'])
                .len();
        let (passed, entry) = left.split_at(signs);
        out.push_str(passed);
        if entry.is_empty() {
            return out;
        }
        let end = entry
            .find([',', '}', '{', '\n', '\r'])
            .unwrap_or(entry.len());
        let (said, behind) = entry.split_at(end);
        let is_shown = said.split_once(':').is_some_and(|(key, value)| {
            let value = value.strip_prefix(' ').map(str::trim);
            !key.is_empty() && is_name(key) && naming(key).is_none() && value.is_some_and(is_word)
        });
        if !is_shown {
            out.push_str(&stars(entry, 0));
            return out;
        }
        out.push_str(said);
        left = behind;
    }
}

fn is_word(value: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || "._-/:%+*".contains(c);
    !value.is_empty() && value.chars().all(sign)
}
