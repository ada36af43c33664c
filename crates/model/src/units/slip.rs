//! What was probably meant by a text that is no value: the forms of other programs, and letters that are swapped.
//!
//! Whoever calls it reads the proposal and drops it if that is no value either.

/// Words for units of time, and the unit.
const TIMES: [(&str, &str); 24] = [
    ("y", "y"),
    ("yr", "y"),
    ("year", "y"),
    ("years", "y"),
    ("w", "w"),
    ("week", "w"),
    ("weeks", "w"),
    ("d", "d"),
    ("day", "d"),
    ("days", "d"),
    ("h", "h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("m", "m"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("s", "s"),
    ("sec", "s"),
    ("secs", "s"),
    ("seconds", "s"),
];

/// `5min` and `1 hour 30 minutes` as `5m` and `1h30m`.
pub(super) fn duration(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic());
        let (word, after) = after.split_at(letters.unwrap_or(after.len()));
        let word = word.to_ascii_lowercase();
        let (_, unit) = TIMES.iter().find(|(known, _)| *known == word)?;
        out.push_str(number);
        out.push_str(unit);
        rest = after.trim_start();
    }
    Some(out)
}

/// A number alone.
pub(super) fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// `500Mbps` as `500Mbit/s`.
pub(crate) fn rate(text: &str) -> Option<String> {
    let ends = ["bit/sec", "bits/s", "bps", "b/s", "bit"];
    let found = ends.into_iter().find_map(|end| text.strip_suffix(end))?;
    let (number, prefix) = found.split_at(found.find(|c: char| c.is_ascii_alphabetic())?);
    let prefix = match prefix {
        "k" | "K" => "k",
        "m" | "M" => "M",
        "g" | "G" => "G",
        _ => return None,
    };
    Some(format!("{}{prefix}bit/s", number.trim_end()))
}

/// `443tcp`, `443:tcp` and `tcp/443` as `443/tcp`.
pub(super) fn ports(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let protocol = ["tcp", "udp"].into_iter().find(|p| text.contains(p))?;
    let rest = text.replacen(protocol, "", 1);
    let number = rest.trim_matches(|c: char| "/: ".contains(c));
    Some(format!("{number}/{protocol}"))
}

/// The word among some that has the same letters in another order, or one letter more, less or otherwise.
pub(super) fn word<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    let text = text.to_ascii_lowercase();
    known.iter().copied().find(|k| is_near(&text, k))
}

fn is_near(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    if a.len() == b.len() {
        let differ = a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count();
        return differ == 1 || (differ == 2 && sorted(a) == sorted(b));
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let without = |n: usize| {
        let bytes = long.bytes().enumerate().filter(|(m, _)| *m != n);
        bytes.map(|(_, b)| b).eq(short.bytes())
    };
    long.len() == short.len() + 1 && (0..long.len()).any(without)
}
