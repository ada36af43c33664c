//! Sizes in words: the unit in which people would write them, and sums of them.

use crate::figure::decimal;
use crate::totals::Part;
use model::units::size::Size;

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

/// Bytes of a size of memory. Memory is made in powers of two, so that a module of `16GB` has 16 GiB, whatever its label says.
pub fn memory_bytes(size: &Size) -> u64 {
    const UNITS: [(&str, u32); 6] = [
        ("kB", 1),
        ("KB", 1),
        ("MB", 2),
        ("GB", 3),
        ("TB", 4),
        ("PB", 5),
    ];
    let Some((_, power)) = UNITS.iter().find(|(unit, _)| *unit == size.unit()) else {
        return size.bytes();
    };
    let (binary, label) = (1024_u128.pow(*power), 1000_u128.pow(*power));
    let bytes = (u128::from(size.bytes()) * binary + label / 2) / label;
    u64::try_from(bytes).unwrap_or(u64::MAX)
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

/// The same without rounding, so that what is printed can be added up: `16GiB`, `17084MiB`, `1000B`.
pub fn exact_memory(bytes: i128) -> String {
    let units = [(1_i128 << 30, "GiB"), (1 << 20, "MiB")];
    let fits = |(size, _): &&(i128, &str)| bytes.abs() >= *size && (bytes * 100) % size == 0;
    match units.iter().find(fits) {
        _ if bytes == 0 => "0GiB".to_owned(),
        Some((size, word)) => format!("{}{word}", decimal(bytes, *size, 2)),
        None => format!("{bytes}B"),
    }
}

/// Two amounts in words: where rounding would make them the same and they are not, without it.
pub fn memory_apart(a: i128, b: i128) -> (String, String) {
    let rounded = (memory(a), memory(b));
    match a != b && rounded.0 == rounded.1 {
        true => (exact_memory(a), exact_memory(b)),
        false => rounded,
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
