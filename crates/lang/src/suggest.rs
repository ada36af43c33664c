//! "Did you mean": the nearest of the known words.

pub(crate) use diag::one_of;
use diag::{Applicability, Edit, Fix, Span};

/// Longer words are not compared: nobody mistypes them by a letter, and the comparison is quadratic.
const LONGEST: usize = 64;

/// Where everybody is, and what people call it.
const INTERNET: &str = "internet";
const OUTSIDE: [&str; 5] = ["wan", "wan6", "www", "world", "public"];

/// The known word nearest to `word`, if one is near enough to be what was meant and no other one is as near: to guess between two
/// would be to choose for somebody.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST || word.is_empty() {
        return None;
    }
    let lower = word.to_lowercase();
    // Of a router's outside 'lan' is a letter away, and the opposite.
    if OUTSIDE.contains(&lower.as_str()) {
        return known.into_iter().find(|k| *k == INTERNET);
    }
    let letters = word.chars().count();
    let allowed = (letters / 3).clamp(1, 3);
    // Of a name of one letter or two, another letter makes another name.
    let most = |k: &str| match letters {
        0..=1 => 1,
        2 if k.chars().count() == 2 => 1,
        _ => 2 * allowed,
    };
    let near = known
        .into_iter()
        .filter(|k| k.len() <= LONGEST && k.len().abs_diff(word.len()) <= 4 * allowed)
        .map(|k| (distance(&lower, &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= most(k));
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for (distance, k) in near {
        match best {
            Some((d, other)) if distance == d => tied |= other != k,
            Some((d, _)) if distance > d => {}
            _ => (best, tied) = (Some((distance, k)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, k)| k)
}

/// Twice the number of slips, less one where the same letters stand in another order: that happens more easily than another letter.
fn distance(word: &str, known: &str) -> usize {
    let slips = strsim::damerau_levenshtein(word, known);
    let letters = |text: &str| {
        let mut all: Vec<char> = text.chars().collect();
        all.sort_unstable();
        all
    };
    let turned = slips > 0 && word.len() == known.len() && letters(word) == letters(known);
    (2 * slips) - usize::from(turned)
}

/// Words for one thing, of which each section has its own, or which people bring from elsewhere.
const ALIKE: [&[&str]; 17] = [
    &["addresses", "address", "ip", "ips", "ipv4", "ip_address"],
    &["amount", "price", "cost"],
    &["url", "http"],
    &["port", "tcp"],
    &["folder", "path", "directory", "dir"],
    &["description", "title", "comment", "notes", "note"],
    &["memory", "ram"],
    &["cores", "cpus", "vcpus"],
    &["kind", "type"],
    &["schedule", "when", "cron", "calendar"],
    &["on", "of", "host", "node", "server"],
    &["members", "nodes"],
    &["level", "raid"],
    &["needs", "depends_on", "requires"],
    &["probability", "likelihood"],
    &["slo", "availability", "uptime"],
    &["keep", "retention"],
];

/// The known word that means the same.
pub(crate) fn alike<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Of shorter words, a slip makes too many others.
    const LEAST: usize = 5;
    let known: Vec<&str> = known.into_iter().collect();
    let of = |word: &str| {
        let group = ALIKE.iter().find(|group| group.contains(&word))?;
        let mut known = known.iter().copied();
        known.find(|k| *k != word && group.contains(k))
    };
    // `adress` is a slip of `address`, which is none of the words here either.
    let slip = || {
        let words = ALIKE.iter().copied().flatten().copied();
        nearest(word, words.filter(|w| w.len() >= LEAST)).and_then(of)
    };
    of(word).or_else(|| slip().filter(|_| word.len() >= LEAST))
}

/// Two words mean the same.
pub(crate) fn is_same(word: &str, known: &str) -> bool {
    let both = |group: &&&[&str]| group.contains(&word) && group.contains(&known);
    ALIKE.iter().any(|group| both(&group))
}

/// A mend that replaces `span` by `text`, as a question; what looks like a secret is hidden, and then there is no edit.
pub(crate) fn did_you_mean(span: Span, text: &str) -> Fix {
    let shown = diag::hide(text);
    let edit = || Edit::replace(span, text.to_owned());
    let (applicability, edits) = match shown == text {
        true => (Applicability::Unsafe, vec![edit()]),
        false => (Applicability::DisplayOnly, Vec::new()),
    };
    Fix {
        message: format!("did you mean '{shown}'?"),
        applicability,
        edits,
    }
}

/// The user's text in quotes, cut to a length that fits a message; what looks like a secret is hidden.
pub(crate) fn quote(text: &str) -> String {
    const SHOWN: usize = 60;
    let hidden = diag::hide(text);
    let line = hidden.lines().next().unwrap_or("");
    let cut: String = line.chars().take(SHOWN).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("'{cut}{dots}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_lines_the_first_is_quoted() {
        assert_eq!(quote("x\ny"), "'x…'");
    }

    #[test]
    fn nearest_finds_slips_and_nothing_else() {
        for (word, expected) in [
            ("wbe", Some("web")),
            ("Web", Some("web")),
            ("databse", Some("database")),
            ("nas", None),
            ("", None),
            ("completely-different", None),
        ] {
            assert_eq!(nearest(word, ["web", "database"]), expected, "{word}");
        }
        // Two that are as near are a question, not an answer; letters that changed places are nearer than another letter.
        assert_eq!(nearest("pve3", ["pve1", "pve2"]), None);
        assert_eq!(nearest("ubs", ["pbs", "usb"]), Some("usb"));
        // Of one letter or two, another one makes another name.
        for (word, known, expected) in [
            ("a", "b", None),
            ("a1", "a2", None),
            ("a", "ab", None),
            ("ab", "a", Some("a")),
            ("ap", "app", Some("app")),
            ("A", "a", Some("a")),
            ("ba", "ab", Some("ab")),
        ] {
            assert_eq!(nearest(word, [known]), expected, "{word}");
        }
        assert_eq!(nearest(&"a".repeat(100_000), ["a"]), None);
    }

    #[test]
    fn a_slip_of_another_word_for_it_is_found() {
        let known = ["addresses", "memory", "description"];
        for (word, expected) in [
            ("address", Some("addresses")),
            ("adress", Some("addresses")),
            ("ip", Some("addresses")),
            ("comment", Some("description")),
            ("coment", Some("description")),
            ("note", Some("description")),
            ("node", None),
            ("rom", None),
        ] {
            assert_eq!(alike(word, known), expected, "{word}");
        }
    }
}
