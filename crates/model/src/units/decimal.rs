//! Exact decimal numbers: what people write, never a binary fraction.

use std::fmt;

/// A decimal number as it was written: `1.50` keeps its two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: i64,
    places: u8,
}

impl Decimal {
    /// Most digits, so that sums and products stay exact in 128 bits.
    const MOST: usize = 15;

    /// Reads `12`, `-3` or `99.95`; no sign '+', no exponent, digits on both sides of the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match rest.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (rest, ""),
        };
        let written = whole.bytes().chain(fraction.bytes());
        let shape = !whole.is_empty()
            && whole.len() + fraction.len() <= Self::MOST
            && written.clone().all(|byte| byte.is_ascii_digit())
            && (whole == "0" || !whole.starts_with('0'));
        if !shape {
            return None;
        }
        // No more digits than fit.
        let number = written.fold(0_i64, |n, byte| n * 10 + i64::from(byte - b'0'));
        if negative && number == 0 {
            return None;
        }
        Some(Self {
            digits: if negative { -number } else { number },
            places: u8::try_from(fraction.len()).ok()?,
        })
    }

    /// `self × factor`, if that is a whole number.
    pub fn times(self, factor: i128) -> Option<i128> {
        let scale = 10_i128.pow(u32::from(self.places));
        let product = i128::from(self.digits).checked_mul(factor)?;
        (product % scale == 0).then_some(product / scale)
    }

    /// `self × factor`, rounded to the nearest whole number, halves away from zero.
    pub fn times_rounded(self, factor: i128) -> Option<i128> {
        let scale = 10_i128.pow(u32::from(self.places));
        let product = i128::from(self.digits).checked_mul(factor)?;
        let half = if product < 0 { -(scale / 2) } else { scale / 2 };
        Some(product.checked_add(half)? / scale)
    }

    /// A hundred times as much; none if that is too long to be exact.
    pub fn hundredfold(self) -> Option<Self> {
        let places = self.places.saturating_sub(2);
        let zeros = u32::from(2_u8.saturating_sub(self.places));
        let digits = self.digits.checked_mul(10_i64.pow(zeros))?;
        Some(Self { digits, places })
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits < 0 {
            f.write_str("-")?;
        }
        let scale = 10_u64.pow(u32::from(self.places));
        let digits = self.digits.unsigned_abs();
        write!(f, "{}", digits / scale)?;
        if self.places > 0 {
            let width = usize::from(self.places);
            write!(f, ".{:0width$}", digits % scale)?;
        }
        Ok(())
    }
}

/// The number at the beginning of a text and what follows it, one blank left out.
pub(crate) fn split(text: &str) -> Option<(Decimal, &str)> {
    let number = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let end = text.find(|c| !number(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((
        Decimal::parse(number)?,
        rest.strip_prefix(' ').unwrap_or(rest),
    ))
}

/// The regular expression of a [`Decimal`] that is not negative.
macro_rules! unsigned {
    () => {
        "(0|[1-9][0-9]{0,14})(\\.[0-9]{1,14})?"
    };
}
pub(crate) use unsigned;
