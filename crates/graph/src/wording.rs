//! Lists and counts as people write them.

/// At most so many names are written out.
pub const SHOWN: usize = 5;

/// `'a', 'b' and 'c'`; of many only the first, with how many more there are.
pub fn names<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, items.len(), "and")
}

/// The same of more than are at hand: `items` are the first [`SHOWN`] of them, or all.
pub fn first_names<T: AsRef<str>>(items: &[T], number: usize) -> String {
    joined(items, number, "and")
}

/// `'a', 'b' or 'c'`.
pub fn either<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, items.len(), "or")
}

fn joined<T: AsRef<str>>(items: &[T], number: usize, word: &str) -> String {
    let quoted = items.iter().map(|i| format!("'{}'", i.as_ref()));
    let mut shown: Vec<String> = quoted.take(SHOWN).collect();
    let more = number.saturating_sub(SHOWN);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    match shown.pop() {
        Some(last) if shown.is_empty() => last,
        Some(last) => format!("{} {word} {last}", shown.join(", ")),
        None => "none".to_owned(),
    }
}

/// `1 vote`, `2 votes`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {}", plural(noun)),
    }
}

fn plural(noun: &str) -> String {
    let vowel = |stem: &str| stem.ends_with(['a', 'e', 'o', 'u']);
    match noun.strip_suffix('y') {
        Some(stem) if !vowel(stem) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'h', 'x']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{count, either, names};

    #[test]
    fn lists_and_counts() {
        assert_eq!(names::<&str>(&[]), "none");
        assert_eq!(count(2, "day"), "2 days");
        assert_eq!(count(2, "policy"), "2 policies");
        assert_eq!(names(&["a"]), "'a'");
        assert_eq!(names(&["a", "b", "c"]), "'a', 'b' and 'c'");
        assert_eq!(
            names(&["a", "b", "c", "d", "e", "f", "g"]),
            "'a', 'b', 'c', 'd', 'e' and 2 more"
        );
        assert_eq!(either(&["a", "b"]), "'a' or 'b'");
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(2, "entry"), "2 entries");
        assert_eq!(count(2, "key"), "2 keys");
        assert_eq!(count(3, "switch"), "3 switches");
    }
}
