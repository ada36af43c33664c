//! Sizes in words: the unit in which people would write them, and sums of them.

use crate::figure::decimal;
use crate::totals::Part;

/// `3.9TB`, `512GB`: decimal units, as of storage.
pub fn storage(bytes: i128) -> String {
    let units = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
    ];
    let unit = units.iter().find(|(size, _)| bytes.abs() >= *size);
    let (size, word) = unit.copied().unwrap_or((1_000_000, "MB"));
    format!("{}{word}", decimal(bytes, size, 2))
}

/// `16GiB`: binary units, as of memory.
pub fn memory(bytes: i128) -> String {
    let gib = 1 << 30;
    match bytes.abs() >= gib {
        _ if bytes == 0 => "0GiB".to_owned(),
        true => format!("{}GiB", decimal(bytes, gib, 2)),
        false => format!("{}MiB", decimal(bytes, 1 << 20, 1)),
    }
}

/// `8GiB (web) + 4GiB (dns) = 12GiB`.
pub fn sum(parts: &[Part], say: impl Fn(i128) -> String) -> String {
    const SHOWN: usize = 8;
    let total = say(parts.iter().map(|p| p.value).sum());
    let mut terms: Vec<String> = parts
        .iter()
        .take(SHOWN)
        .map(|p| format!("{} ({})", p.shown, p.name))
        .collect();
    match parts.len() {
        0 => return format!("nothing = {total}"),
        1 => return terms.concat(),
        n if n > SHOWN => terms.push(format!("… ({n} in all)")),
        _ => {}
    }
    format!("{} = {total}", terms.join(" + "))
}

/// What some parts add up to.
pub fn value(parts: &[Part]) -> i128 {
    parts.iter().map(|p| p.value).sum()
}
