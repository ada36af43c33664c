//! Amounts of data as people write them: sums and differences in the unit of their parts.

use model::units::size::Size;

/// Bytes in decimal units, at most two places: `36TB`.
pub fn decimal(bytes: u128) -> String {
    const UNITS: [(&str, u128); 5] = [
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
        ("B", 1),
    ];
    in_units(bytes, &UNITS)
}

/// Bytes in binary units: `32.74TiB`.
pub fn binary(bytes: u128) -> String {
    const UNITS: [(&str, u128); 5] = [
        ("TiB", 1 << 40),
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
        ("B", 1),
    ];
    in_units(bytes, &UNITS)
}

/// In the units of an example.
pub fn like(example: Size, bytes: u128) -> String {
    match example.to_string().contains("iB") {
        true => binary(bytes),
        false => decimal(bytes),
    }
}

fn in_units(bytes: u128, units: &[(&str, u128)]) -> String {
    let fits = units.iter().find(|(_, size)| bytes >= *size);
    let (unit, size) = fits.or(units.last()).copied().unwrap_or(("B", 1));
    let hundredths = (bytes * 100 + size / 2) / size;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match (rest, rest % 10) {
        (0, _) => format!("{whole}{unit}"),
        (_, 0) => format!("{whole}.{}{unit}", rest / 10),
        _ => format!("{whole}.{rest:02}{unit}"),
    }
}

/// `12TB + 12TB + 14TB`.
pub fn sum(parts: &[Size]) -> String {
    let parts: Vec<String> = parts.iter().map(Size::to_string).collect();
    parts.join(" + ")
}

/// `1 copy`, `2 copies`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        _ => format!("{n} {many}"),
    }
}
