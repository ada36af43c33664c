//! Numbers with a unit: one macro, one file of types per dimension.

use super::decimal::Decimal;
use super::slip;
use crate::declare::Wrong;

/// Declares a quantity: a decimal number with one of some units, each a whole multiple of a base unit. It must be a whole
/// number of them; one that is `rounded` is taken to the nearest, since people copy rounded figures: `3.1TiB`.
macro_rules! quantity {
    (
        $(#[doc = $doc:literal])* $name:ident($word:literal, $what:literal, [$($example:literal),+])
        $sign:ident, $(#[doc = $base_doc:literal])* fn $base:ident -> $int:ty,
        { $first:literal = $first_factor:expr $(, $unit:literal = $factor:expr)* $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name {
            number: $crate::units::decimal::Decimal,
            unit: &'static str,
            base: $int,
        }

        impl $name {
            $(#[doc = $base_doc])*
            pub fn $base(self) -> $int {
                self.base
            }

            /// The unit that it is written with.
            pub fn unit(self) -> &'static str {
                self.unit
            }
        }

        impl $crate::declare::Amount for $name {
            fn is_nothing(&self) -> bool {
                self.base == 0
            }
        }

        impl $crate::declare::Value for $name {
            const FORM: $crate::declare::ValueForm = $crate::declare::ValueForm {
                name: $word,
                doc: concat!($($doc),*),
                what: $what,
                examples: &[$($example),+],
                pattern: $crate::declare::Pattern::Regex(concat!(
                    "^", quantity!(@sign $sign), $crate::units::decimal::unsigned!(), " ?(",
                    $first $(, "|", $unit)*, ")$"
                )),
            };

            fn parse(text: &str) -> Result<Self, $crate::declare::Wrong> {
                const UNITS: &[(&str, i128)] = &[($first, $first_factor) $(, ($unit, $factor))*];
                let wrong = || {
                    let read = |t: &String| <Self as $crate::declare::Value>::parse(t).is_ok();
                    $crate::units::quantity::told($word, text, &[$($example),+], &read, $crate::declare::Wrong::of::<Self>())
                };
                let Some((number, written)) = $crate::units::decimal::split(text) else {
                    return Err(wrong());
                };
                let Some((unit, factor)) = UNITS.iter().find(|(u, _)| *u == written) else {
                    let mut units = UNITS.iter().map(|(u, _)| *u);
                    let slip = units.find(|u| u.eq_ignore_ascii_case(written));
                    let usual = || {
                        let text = $crate::units::slip::rate(text)?;
                        <Self as $crate::declare::Value>::parse(&text).ok().map(|_| text)
                    };
                    let slip = slip.map(|unit| format!("{number}{unit}"));
                    return Err($crate::declare::Wrong {
                        // A small b is bits: `40Mb/s` is no slip of `40MB/s`.
                        meant: usual().or(slip).or(wrong().meant),
                        ..wrong()
                    });
                };
                if number.is_negative() && !quantity!(@signed $sign) {
                    return Err(wrong());
                }
                let base = match quantity!(@round $sign) && *factor > 1 {
                    true => number.times_rounded(*factor),
                    false => number.times(*factor),
                };
                let base = base.and_then(|n| n.try_into().ok());
                let base = base.ok_or_else(|| {
                    $crate::declare::Wrong::new("is too large, or too finely divided, to be exact")
                })?;
                Ok(Self { number, unit, base })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}{}", self.number, self.unit)
            }
        }

        $crate::declare::serde_as_text!($name);
    };
    (@sign unsigned) => { "" };
    (@sign rounded) => { "" };
    (@sign signed) => { "-?" };
    (@signed unsigned) => { false };
    (@signed rounded) => { false };
    (@signed signed) => { true };
    (@round unsigned) => { false };
    (@round signed) => { false };
    (@round rounded) => { true };
}
pub(crate) use quantity;

/// Adds what was probably meant, or what to write, to the complaint about a text that is no such quantity.
pub(crate) fn told(
    word: &str,
    text: &str,
    examples: &[&str],
    reads: &dyn Fn(&String) -> bool,
    wrong: Wrong,
) -> Wrong {
    let per_day = match word {
        "churn" => slip::daily(text).filter(|(meant, _)| reads(meant)),
        _ => None,
    };
    let day = per_day
        .as_ref()
        .map(|(meant, _)| format!("say that it is per day: '{meant}'"));
    let sure = per_day.filter(|(_, sure)| *sure).map(|(meant, _)| meant);
    // There is but one unit.
    let bare = word == "temperature" && Decimal::parse(text).is_some();
    let degrees = bare.then(|| format!("{text}°C"));
    let help = day
        .or_else(|| exponent(text, examples))
        .or_else(|| slip::size(text).filter(|_| word == "size"))
        .or_else(|| slip::several(text, reads).filter(|_| word == "size"))
        .or_else(|| slip::megabytes(text).filter(|_| word == "size"))
        .or_else(|| slip::unitless(text, examples))
        .or_else(|| slip::other_unit(text, word))
        .or_else(|| slip::thousands(text));
    Wrong {
        meant: slip::dotted(text)
            .or_else(|| slip::ungrouped(text))
            .or(sure)
            .or(degrees)
            .filter(|t| reads(t)),
        help,
        ..wrong
    }
}

/// `1e30` and `1.5E9 B`: digits are meant, and of so many nobody sees how many there are.
fn exponent(text: &str, examples: &[&str]) -> Option<String> {
    let (number, power) = text.split_once(['e', 'E'])?;
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let example = examples.first()?;
    (digits(number) && power.starts_with(|c: char| c.is_ascii_digit())).then(|| {
        format!("write the number without an exponent, and a unit behind it, as in '{example}'")
    })
}
