//! Sums of sizes that say what they rest on.

use crate::cell::How;

/// A sum of figures, each known in its own way.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    total: u128,
    known: usize,
    assumed: usize,
    missing: usize,
}

impl Sum {
    /// Adds a figure; `None` is one that nobody gave.
    pub(crate) fn add(&mut self, figure: Option<(Option<u64>, How)>) {
        match figure {
            Some((Some(value), how)) => {
                self.total += u128::from(value);
                self.known += 1;
                self.assumed += usize::from(how == How::Assumed);
            }
            _ => self.missing += 1,
        }
    }

    /// The sum with what is missing from it; nothing if no figure is known.
    pub(crate) fn text(&self, print: impl Fn(u128) -> String) -> Option<String> {
        if self.known == 0 {
            return None;
        }
        let mut text = print(self.total);
        if self.missing > 0 {
            let verb = if self.missing == 1 { "is" } else { "are" };
            text = format!("at least {text}; {} {verb} not known", self.missing);
        }
        if self.assumed > 0 {
            let verb = if self.assumed == 1 { "is" } else { "are" };
            text.push_str(&format!(
                "; {} of {} {verb} assumed",
                self.assumed, self.known
            ));
        }
        Some(text)
    }

    /// The least known of what is in the sum.
    pub(crate) fn how(&self) -> How {
        match (self.missing, self.assumed) {
            (1.., _) => How::Unknown,
            (0, 1..) => How::Assumed,
            (0, 0) => How::Computed,
        }
    }

    pub(crate) fn total(&self) -> Option<u128> {
        (self.known > 0).then_some(self.total)
    }
}

/// `1 service`, `3 services`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Bytes in binary units, as of memory, with one decimal where it is not whole.
pub(crate) fn binary(bytes: u128) -> String {
    scaled(bytes, 1024, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
}

/// Bytes in decimal units, as on a disk's label.
pub(crate) fn decimal(bytes: u128) -> String {
    scaled(bytes, 1000, &["B", "kB", "MB", "GB", "TB", "PB"])
}

fn scaled(bytes: u128, step: u128, units: &[&str]) -> String {
    let mut scale = 1;
    let mut at = 0;
    while at + 1 < units.len() && bytes >= scale * step {
        scale *= step;
        at += 1;
    }
    let tenths = (bytes * 10 + scale / 2) / scale;
    let unit = units.get(at).copied().unwrap_or_default();
    match tenths % 10 {
        0 => format!("{}{unit}", tenths / 10),
        rest => format!("{}.{rest}{unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_stay_whole() {
        assert_eq!(binary(16 << 30), "16GiB");
        assert_eq!(decimal(1_500_000_000_000), "1.5TB");
        assert_eq!(decimal(999), "999B");
        assert_eq!(binary(0), "0B");
    }

    #[test]
    fn a_sum_says_what_it_lacks() {
        let mut sum = Sum::default();
        assert_eq!(sum.text(binary), None);
        sum.add(Some((Some(1 << 30), How::Declared)));
        sum.add(Some((Some(1 << 30), How::Assumed)));
        assert_eq!(sum.text(binary).unwrap(), "2GiB; 1 of 2 is assumed");
        sum.add(None);
        sum.add(Some((None, How::Unknown)));
        assert_eq!(
            sum.text(binary).unwrap(),
            "at least 2GiB; 2 are not known; 1 of 2 is assumed"
        );
        assert_eq!(sum.how(), How::Unknown);
    }
}
