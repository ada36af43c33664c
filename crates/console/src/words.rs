//! Words for numbers and names: plurals, sizes, what was probably meant.

use model::units::Bytes;
use model::value::Value;

/// `1 step`, `2 steps`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A named result of a step: sizes as people read them, and of a hash its beginning, which names it as well.
pub fn result(name: &str, value: &Value) -> String {
    const SHORT: usize = 8;
    let size =
        |n: i64| u64::try_from(n).map_or_else(|_| format!("{n} B"), |n| Bytes(n).to_string());
    let hash = |t: &str| t.len() == 64 && t.chars().all(|c| c.is_ascii_hexdigit());
    match (name, value) {
        ("bytes", Value::Int(n)) => size(*n),
        ("added" | "read", Value::Int(n)) => format!("{name} {}", size(*n)),
        (_, Value::Text(text)) if hash(text) => {
            format!("{name} {}", text.get(..SHORT).unwrap_or(text))
        }
        _ => format!("{name} {value}"),
    }
}

/// A text where one line is meant: what ends a line in it is a blank.
pub fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

/// The known name nearest to `name`, as a question; nothing if none is near.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let letters = name.chars().count();
    let allowed = (letters / 3).clamp(1, 3);
    let sorted = |text: &str| {
        let mut all: Vec<char> = text.to_lowercase().chars().collect();
        all.sort_unstable();
        all
    };
    // Of a name of one letter or two, another letter makes another name.
    let is_short = |k: &str| letters < 2 || letters == 2 && k.chars().count() == 2;
    let is_slip = |k: &str| !is_short(k) || sorted(name) == sorted(k);
    let near = known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k));
    let nearest = near
        .filter(|(distance, k)| *distance <= allowed && is_slip(k))
        .min();
    nearest.map(|(_, k)| format!("did you mean {k}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1, "host", "hosts"), "1 host");
        assert_eq!(count(0, "host", "hosts"), "0 hosts");
        assert_eq!(count(2, "repository", "repositories"), "2 repositories");
    }

    #[test]
    fn bytes_are_read_by_people() {
        assert_eq!(result("bytes", &Value::Int(12_897_485)), "12.3 MiB");
        assert_eq!(result("added", &Value::Int(2048)), "added 2.0 KiB");
        assert_eq!(result("files", &Value::Int(3)), "files 3");
        let hash = Value::Text("0123abcd".repeat(8));
        assert_eq!(result("archive", &hash), "archive 0123abcd");
    }

    #[test]
    fn a_slip_is_recognised() {
        let known = ["web", "nas"];
        assert_eq!(
            did_you_mean("weeb", known).as_deref(),
            Some("did you mean web?")
        );
        assert_eq!(did_you_mean("completely", known), None);
        assert_eq!(did_you_mean("a", ["b"]), None);
        assert!(did_you_mean("A", ["a"]).is_some());
    }
}
