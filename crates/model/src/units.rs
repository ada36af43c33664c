//! Units: what people write for sizes, durations, money and so on, and what it means exactly.
//!
//! The types of the submodules are values of the language: exact, and shown as they were written. [`Seconds`] and [`Bytes`] are
//! plain numbers for computing.

pub mod amount;
pub mod calendar;
mod calendar_pattern;
mod calendar_text;
mod clock_words;
pub mod currency;
pub mod decimal;
pub mod duration;
pub mod money;
pub mod net;
pub(crate) mod pattern;
pub mod percent;
pub mod physics;
mod quantity;
pub mod size;
mod slip;
#[cfg(test)]
mod tests;
pub mod text;
pub mod timezone;

use serde::{Deserialize, Serialize};
use std::fmt;

/// A span of time in whole seconds; written `90s`, `15m`, `4h`, `7d`, `2w` or a sum such as `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Reads `1h30m`, `15m`, `24h`, …; at least one part, each unit at most once, from large to small.
    ///
    /// # Errors
    /// A message that says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        const UNITS: [(char, i64); 6] = [
            ('y', 31_536_000),
            ('w', 604_800),
            ('d', 86_400),
            ('h', 3_600),
            ('m', 60),
            ('s', 1),
        ];
        let mut total: i64 = 0;
        let mut last = usize::MAX;
        let mut digits = String::new();
        for c in text.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let Some(rank) = UNITS.iter().position(|(u, _)| *u == c) else {
                return Err(format!(
                    "'{c}' is no unit of time; use y, w, d, h, m or s, as in 1h30m"
                ));
            };
            if last != usize::MAX && rank <= last {
                return Err("units go from large to small, each once, as in 1h30m".to_owned());
            }
            let count: i64 = digits
                .parse()
                .map_err(|_| format!("a number is missing before '{c}'"))?;
            let part = UNITS.get(rank).and_then(|(_, s)| s.checked_mul(count));
            total = part
                .and_then(|p| total.checked_add(p))
                .ok_or("the duration is too long")?;
            last = rank;
            digits.clear();
        }
        if !digits.is_empty() || last == usize::MAX {
            return Err("a unit is missing; use y, w, d, h, m or s, as in 15m".to_owned());
        }
        Ok(Self(total))
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.unsigned_abs();
        f.write_str(if self.0 < 0 { "-" } else { "" })?;
        if rest == 0 {
            return f.write_str("0s");
        }
        let mut written = 0;
        for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
            if rest >= size && written < 2 {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
                written += 1;
            }
        }
        Ok(())
    }
}

/// A number of bytes; written with decimal (`512GB`) or binary (`16GiB`) units, printed in binary ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl Bytes {
    /// Reads `512GB`, `16GiB`, `100MB`, `1TiB`, `0B`.
    ///
    /// # Errors
    /// A message that says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        const UNITS: [(&str, u64); 9] = [
            ("TiB", 1 << 40),
            ("GiB", 1 << 30),
            ("MiB", 1 << 20),
            ("KiB", 1 << 10),
            ("TB", 1_000_000_000_000),
            ("GB", 1_000_000_000),
            ("MB", 1_000_000),
            ("kB", 1_000),
            ("B", 1),
        ];
        let split = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let number: u64 = number
            .parse()
            .map_err(|_| format!("'{text}' does not begin with a whole number"))?;
        let size = UNITS
            .iter()
            .find(|(u, _)| *u == unit.trim_start())
            .map(|(_, s)| *s);
        let size =
            size.ok_or_else(|| format!("'{unit}' is no unit of size; use GiB, GB, MiB, MB, …"))?;
        number
            .checked_mul(size)
            .map(Self)
            .ok_or_else(|| format!("'{text}' is too large"))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
            let size = 1_u64 << shift;
            if self.0 >= size {
                let tenths = self.0 / (size / 10).max(1);
                return write!(f, "{}.{} {unit}", tenths / 10, tenths % 10);
            }
        }
        write!(f, "{} B", self.0)
    }
}

#[cfg(test)]
mod plain {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds, shown) in [
            ("15m", 900, "15m"),
            ("1h30m", 5400, "1h30m"),
            ("7d", 604_800, "7d"),
            ("90s", 90, "1m30s"),
            ("1d20m", 87_600, "1d20m"),
            ("1d2h20m", 94_800, "1d2h"),
            ("0s", 0, "0s"),
        ] {
            let d = Seconds::parse(text);
            assert_eq!(d, Ok(Seconds(seconds)));
            assert_eq!(Seconds(seconds).to_string(), shown);
        }
        for bad in ["", "15", "m", "1m1h", "1x", "99999999999999999999s", "1h1h"] {
            assert!(Seconds::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(Bytes::parse("16GiB"), Ok(Bytes(17_179_869_184)));
        assert_eq!(Bytes::parse("512GB"), Ok(Bytes(512_000_000_000)));
        assert_eq!(Bytes(17_179_869_184).to_string(), "16.0 GiB");
        for bad in ["", "GB", "16", "16gb", "16 T", "99999999999TiB"] {
            assert!(Bytes::parse(bad).is_err(), "{bad}");
        }
    }
}
