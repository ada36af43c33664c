//! Currencies.

use super::slip;
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use std::fmt;

/// An ISO 4217 code: `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Codes of money in use, in order, and of money that was in use lately.
///
/// Source: ISO 4217, list one (six-group.com, "Current currency and funds code list"), without metals, funds and test codes; BGN, HRK and
/// others of list three.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CLP CNY COP CRC CUC CUP CVE CZK DEM DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF \
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP \
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK \
    SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD \
    XCG XOF XPF YER ZAR ZMW ZWG ZWL";

/// Those that people of labs pay with, of which one was meant rather than any other.
const USUAL: [&str; 16] = [
    "EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "JPY",
    "INR", "BRL", "NZD",
];

impl Currency {
    pub(super) fn of(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        let known = CODES.split_whitespace().any(|known| known == text);
        known.then_some(Self(code))
    }

    /// The symbols in common use, each for one currency.
    pub(super) fn of_symbol(text: &str) -> Option<(Self, &str)> {
        [("€", *b"EUR"), ("$", *b"USD"), ("£", *b"GBP")]
            .into_iter()
            .find_map(|(symbol, code)| Some((Self(code), text.strip_prefix(symbol)?)))
    }

    /// The same as its bytes.
    pub(super) fn code(self) -> [u8; 3] {
        self.0
    }
}

/// The usual currency that three letters are a slip away from, if it is one alone: `ERU` has its letters in another order, `EUT` another one.
pub(super) fn meant(text: &str) -> Option<&'static str> {
    let upper = text.trim().to_ascii_uppercase();
    let letters = upper.len() == 3 && upper.bytes().all(|b| b.is_ascii_uppercase());
    if !letters || Currency::of(&upper).is_some() {
        return None;
    }
    let sorted = |text: &str| {
        let mut all: Vec<u8> = text.bytes().collect();
        all.sort_unstable();
        all
    };
    let same = |code: &str| {
        code.bytes()
            .zip(upper.bytes())
            .filter(|(a, b)| a == b)
            .count()
    };
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut all = USUAL.into_iter().filter(|code| fits(code));
        all.next().filter(|_| all.next().is_none())
    };
    only(&|code| sorted(code) == sorted(&upper)).or_else(|| only(&|code| same(code) == 2))
}

/// The letters of a text that stand for a currency and are none.
pub(super) fn unknown(text: &str) -> Option<&str> {
    let words = text.split([' ', '/']);
    let mut words = words.filter(|w| w.len() == 3 && w.bytes().all(|b| b.is_ascii_uppercase()));
    words.find(|w| Currency::of(w).is_none())
}

/// A text with the currency in it that was meant; no text of which nothing else is known to be wrong.
pub(super) fn respelt(text: &str) -> Option<String> {
    let wrong = unknown(text)?;
    Some(text.replacen(wrong, meant(wrong)?, 1))
}

impl Value for Currency {
    const FORM: ValueForm = ValueForm {
        name: "currency",
        doc: "Three letters of ISO 4217.",
        what: "a currency such as EUR or USD",
        examples: &["EUR", "USD", "CHF"],
        pattern: Pattern::Regex("^[A-Z]{3}$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        Self::of(text).ok_or_else(|| {
            let other = slip::currency(text).filter(|c| Self::of(c).is_some());
            let other = other.or_else(|| meant(text).map(str::to_owned));
            match other {
                Some(code) => Wrong::of::<Self>().meant(code),
                None => Wrong::of::<Self>(),
            }
        })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or("???"))
    }
}

serde_as_text!(Currency);
