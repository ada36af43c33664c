//! Percentages.

use super::decimal::{Decimal, unsigned};
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use std::fmt;
use std::ops::Deref;

/// A percentage, `99.5%`; may be more than a hundred, as growth is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Percent(Decimal);

impl Percent {
    /// Parts per million, rounded: 99.5 % is 995,000.
    pub fn ppm(self) -> u64 {
        self.0
            .times_rounded(10_000)
            .and_then(|n| n.try_into().ok())
            .unwrap_or(u64::MAX)
    }
}

impl Value for Percent {
    const FORM: ValueForm = ValueForm {
        name: "percent",
        doc: "A percentage, `99.5%`.",
        what: "a percentage such as 99.5%",
        examples: &["99.5%", "80%"],
        pattern: Pattern::Regex(concat!("^", unsigned!(), " ?%$")),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong::of::<Self>();
        if let Some((share, period)) = super::slip::per(text)
            && share.ends_with('%')
            && Self::parse(share).is_ok()
        {
            return Err(match period {
                "year" => wrong().meant(share),
                _ => Wrong {
                    help: Some("growth is that of a year, without a period behind it".to_owned()),
                    ..wrong()
                },
            });
        }
        let Some(number) = text.strip_suffix('%') else {
            let number = text.strip_suffix("percent").map_or(text, str::trim_end);
            if number != text || number.contains(',') {
                let dotted = number.replacen(',', ".", 1);
                let found = Decimal::parse(&dotted).filter(|n| !n.is_negative());
                let found =
                    found.filter(|_| number == dotted || super::slip::dotted(number).is_some());
                return Err(match found {
                    Some(number) => wrong().meant(format!("{number}%")),
                    None => wrong(),
                });
            }
            let bare = Decimal::parse(text).filter(|n| !n.is_negative());
            return Err(match bare {
                // A share such as 0.995 is most often 99.5 %; which of the two is meant cannot be told.
                Some(number)
                    if number
                        .times_rounded(1_000_000)
                        .is_some_and(|n| n > 0 && n < 1_000_000) =>
                {
                    wrong()
                }
                Some(number) => wrong().meant(format!("{number}%")),
                None => wrong(),
            });
        };
        let number = number.strip_suffix(' ').unwrap_or(number);
        let parsed = Decimal::parse(number).filter(|n| !n.is_negative());
        parsed.map(Self).ok_or_else(|| comma(wrong(), number))
    }
}

/// `99,9` as it is written where the comma is decimal.
fn comma(wrong: Wrong, number: &str) -> Wrong {
    let dotted = number.replacen(',', ".", 1);
    match Decimal::parse(&dotted).filter(|n| dotted != number && !n.is_negative()) {
        Some(meant) => wrong.meant(format!("{meant}%")),
        None => wrong,
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A share of a whole, `99.5%`: at most a hundred percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share(Percent);

impl Deref for Share {
    type Target = Percent;

    fn deref(&self) -> &Percent {
        &self.0
    }
}

impl Value for Share {
    const FORM: ValueForm = ValueForm {
        name: "share",
        doc: "A share of a whole, `99.5%`; at most `100%`.",
        what: "a share such as 99.5%",
        examples: &["99.5%", "80%"],
        pattern: Pattern::Regex(concat!("^", unsigned!(), " ?%$")),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        const WHOLE: u64 = 1_000_000;
        match Percent::parse(text) {
            Ok(percent) if percent.ppm() <= WHOLE => Ok(Self(percent)),
            Ok(_) => Err(Wrong::new("is more than the whole, which is 100%")),
            Err(found) => {
                let wrong = Wrong::of::<Self>();
                // What it is taken over is said beside it, by 'window'.
                if let Some((share, after)) = text.split_once('%')
                    && after.chars().all(|c| c.is_alphabetic() || c == ' ')
                    && !after.trim().is_empty()
                {
                    let meant = format!("{}%", share.trim_end());
                    let whole = Percent::parse(&meant).is_ok_and(|p| p.ppm() <= WHOLE);
                    return Err(if whole { wrong.meant(meant) } else { wrong });
                }
                let spelled = text.ends_with("percent") || text.contains(',');
                if let Some(meant) = found.meant.filter(|_| spelled) {
                    let whole = Percent::parse(&meant).is_ok_and(|p| p.ppm() <= WHOLE);
                    return Err(if whole { wrong.meant(meant) } else { wrong });
                }
                if let Some(number) = text.strip_suffix('%') {
                    let mut wrong = comma(wrong, number.trim_end_matches(' '));
                    let whole = |m: &String| Percent::parse(m).is_ok_and(|p| p.ppm() <= WHOLE);
                    wrong.meant = wrong.meant.filter(whole);
                    return Err(wrong);
                }
                let number = Decimal::parse(text).filter(|n| !n.is_negative());
                // A bare number below one is a share of one: 0.995 is 99.5 %.
                let below = |n: &Decimal| {
                    let millionths = n.times_rounded(1_000_000);
                    millionths.is_some_and(|n| (1..1_000_000).contains(&n))
                };
                let meant = match number.filter(below) {
                    Some(share) => share.hundredfold(),
                    None => number,
                };
                let meant = meant.map(|n| format!("{n}%"));
                let meant = meant.filter(|m| Percent::parse(m).is_ok_and(|p| p.ppm() <= WHOLE));
                Err(match meant {
                    Some(meant) => wrong.meant(meant),
                    None => wrong,
                })
            }
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Percent, Share);
