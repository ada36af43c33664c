//! Words in texts: where one stands by itself, and where it is a part of another one.

use std::ops::Range;

/// Whether no letter and no digit goes on before a place, or behind it: `admin` is no word of `administrator`, nor `4711` one of `147110`.
pub fn stands_alone(text: &str, place: Range<usize>) -> bool {
    let sign = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let within = text.get(place.clone()).unwrap_or_default();
    let before = text.get(..place.start).unwrap_or_default();
    let after = text.get(place.end..).unwrap_or_default();
    // What begins or ends with another sign has no letter to go on with.
    let joins_before = sign(within.chars().next()) && sign(before.chars().next_back());
    let joins_after = sign(within.chars().next_back()) && sign(after.chars().next());
    !(joins_before || joins_after)
}

/// A copy with something else in place of a word: of letters or of digits alone where it stands by itself, any other wherever it stands.
pub fn replace_word(text: &str, word: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let all = |is: fn(char) -> bool| word.chars().all(is);
    let is_mixed = !all(char::is_alphabetic) && !all(char::is_numeric);
    let mut end = 0;
    for (at, _) in text.match_indices(word) {
        let place = at..at + word.len();
        if !word.is_empty() && (is_mixed || stands_alone(text, place.clone())) {
            out.push_str(text.get(end..at).unwrap_or_default());
            out.push_str(with);
            end = place.end;
        }
    }
    out + text.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::replace_word;

    #[test]
    fn words_are_replaced_where_they_stand_by_themselves() {
        for (text, word, want) in [
            (
                "admin of administrators, admin",
                "admin",
                "* of administrators, *",
            ),
            ("port 4711 of 147110 (4711)", "4711", "port * of 147110 (*)"),
            ("x!a!y !a!", "!a!", "x*y *"),
            ("srv_admin/admin:80", "admin", "srv_*/*:80"),
            ("appabc-1x", "abc-1", "app*x"),
            ("überadmin", "admin", "überadmin"),
            ("", "a", ""),
        ] {
            assert_eq!(replace_word(text, word, "*"), want, "{text}");
        }
    }
}
