//! A name as words.

use super::lists::SAME;

/// In small letters, without the numbers at their ends: `DB_PASSWORD2` and `dbPassword` are two words.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut last = ' ';
    for c in name.chars() {
        // As it is written where there is no such letter.
        if let ('ü' | 'Ü', Some(word)) = (c, out.last_mut()) {
            word.push_str("ue");
            last = c;
            continue;
        }
        let begins = last.is_ascii_lowercase() && c.is_ascii_uppercase();
        if begins || !c.is_ascii_alphanumeric() {
            out.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    let number = |c: char| c.is_ascii_digit();
    // `base64` is a word, `password64` is one with a number.
    let bare = |w: String| match SAME.contains(&w.as_str()) {
        true => w,
        false => w.trim_end_matches(number).to_owned(),
    };
    out.into_iter()
        .map(bare)
        .filter(|w| !w.is_empty())
        .collect()
}
