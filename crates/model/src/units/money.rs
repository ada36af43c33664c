//! Money, prices and running costs, exact to the last digit that was written.

use super::currency::{Currency, respelt, unknown};
use super::decimal::{Decimal, unsigned};
use super::slip;
use crate::declare::{Pattern, Says, Value, ValueForm, Wrong, serde_as_text};
use std::fmt;

/// An amount, `150 EUR`, or a range of amounts where only that is known, `200..300 USD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    low: Decimal,
    high: Decimal,
    currency: Currency,
}

impl Money {
    /// Lowest amount in hundredths (cents), rounded.
    pub fn low_cents(self) -> i128 {
        self.low.times_rounded(100).unwrap_or(i128::MAX)
    }

    /// Highest amount in hundredths (cents), rounded; the lowest one again if no range was given.
    pub fn high_cents(self) -> i128 {
        self.high.times_rounded(100).unwrap_or(i128::MAX)
    }

    /// Lowest and highest amount in millionths, rounded: parts of cents add up, too.
    pub fn micros(self) -> (i128, i128) {
        let micros = |n: Decimal| n.times_rounded(1_000_000).unwrap_or(i128::MAX);
        (micros(self.low), micros(self.high))
    }

    /// In which currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// A range rather than one amount.
    pub fn is_range(self) -> bool {
        self.low != self.high
    }

    /// What is wrong with an amount of three places or more, such as `1.299 EUR`: with a point between thousands it is another one. What
    /// is less than one is a price of a part, and none of a currency whose coins have three places.
    fn grouped<T: Value>(self, per: &str) -> Option<Wrong> {
        const OF_THREE: [[u8; 3]; 7] = [
            *b"BHD", *b"IQD", *b"JOD", *b"KWD", *b"LYD", *b"OMR", *b"TND",
        ];
        if OF_THREE.contains(&self.currency.code()) {
            return None;
        }
        let split = |n: Decimal| {
            let written = n.to_string();
            let (whole, part) = written.split_once('.')?;
            (part.len() > 2 && whole != "0").then(|| (n, whole.to_owned(), part.to_owned()))
        };
        let (found, whole, part) = [self.low, self.high].into_iter().find_map(split)?;
        let rounded = cents(found.times_rounded(100)?);
        let end = format!(" {}{per}", self.currency);
        let thousand = match part.len() {
            3 => format!("'{whole}{part}{end}' or "),
            _ => String::new(),
        };
        let help = match self.is_range() {
            false => format!("write {thousand}'{rounded}{end}', whichever is meant"),
            true => format!("write {thousand}'{rounded}{end}' for '{found}', whichever is meant"),
        };
        Some(Wrong {
            says: Says::After(format!(
                "has {} places behind the point, and {} has two",
                part.len(),
                self.currency
            )),
            help: Some(help),
            ..Wrong::of::<T>()
        })
    }

    /// `300..200 EUR` with its ends the other way round, if that is an amount.
    fn turned(text: &str) -> Option<String> {
        let (before, after) = text.split_once("..")?;
        let number = |c: char| c.is_ascii_digit() || c == '.';
        let high = before.trim_start_matches(|c| !number(c));
        let end = after.find(|c| !number(c)).unwrap_or(after.len());
        let (low, rest) = after.split_at(end);
        let code = before.strip_suffix(high)?;
        let turned = format!("{code}{low}..{high}{rest}");
        (Self::of(text).is_none() && Self::of(&turned).is_some()).then_some(turned)
    }

    fn of(text: &str) -> Option<Self> {
        let (currency, amount) = match Currency::of_symbol(text) {
            Some(found) => found,
            None => match text.split_once(' ')? {
                (code, amount) if Currency::of(code).is_some() => (Currency::of(code)?, amount),
                (amount, code) => (Currency::of(code)?, amount),
            },
        };
        let number = |text| Decimal::parse(text).filter(|n: &Decimal| !n.is_negative());
        let (low, high) = match amount.split_once("..") {
            Some((low, high)) => (number(low)?, number(high)?),
            None => (number(amount)?, number(amount)?),
        };
        // Both ends to the same number of places, so that they can be compared exactly.
        let exact = |n: Decimal| n.times(1_000_000_000_000_000);
        (exact(low)? <= exact(high)?).then_some(Self {
            low,
            high,
            currency,
        })
    }
}

/// `1,299 EUR` as if its comma were a point.
fn pointed(text: &str) -> Option<Money> {
    Money::of(&text.replacen(',', ".", 1))
}

/// Hundredths as they are written: `1.30`.
fn cents(hundredths: i128) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What was probably meant by an amount, if it is one.
fn meant(text: &str) -> Option<String> {
    let is_money = |t: &String| Money::of(t).is_some();
    let own = slip::money(text).filter(is_money);
    own.or_else(|| respelt(text).filter(is_money))
}

/// What to do about letters that are no currency.
fn foreign(text: &str) -> Option<String> {
    let code = unknown(text)?;
    Some(format!(
        "'{code}' is no currency of ISO 4217; write its three letters, as in 'EUR'"
    ))
}

/// What a number without a currency lacks.
fn bare(text: &str, per: &str) -> Option<String> {
    let ungrouped = slip::ungrouped(text);
    let text = ungrouped.as_deref().unwrap_or(text);
    let dotted = slip::dotted(text);
    let text = dotted.as_deref().unwrap_or(text);
    Decimal::parse(text)?;
    let name = "name the currency";
    let and = match per {
        "/month" => " and for how long",
        _ => "",
    };
    Some(format!("{name}{and}: '{text} EUR{per}'"))
}

/// What is paid again and again, as the amount and the period: `12 EUR/year`, `12€ per month`.
pub fn recurring(text: &str) -> Option<(String, &'static str)> {
    let (money, period) = slip::per(text)?;
    let money = Money::of(money)
        .map(|m| m.to_string())
        .or_else(|| Money::turned(money))
        .or_else(|| meant(money))?;
    Some((money, period))
}

/// What is paid again and again, where one amount is asked for.
fn once(text: &str) -> Option<String> {
    let (money, period) = recurring(text)?;
    Some(format!(
        "write '{money}'; here nothing is paid every {period}"
    ))
}

impl Value for Money {
    const FORM: ValueForm = ValueForm {
        name: "money",
        doc: "An amount of money, or a range: `150 EUR`, `EUR 150`, `€150`, `200..300 USD`.",
        what: "an amount such as 150 EUR, €150 or 200..300 USD",
        examples: &["150 EUR", "EUR 150", "€150", "200..300 USD"],
        pattern: Pattern::Regex(concat!(
            "^((€|\\$|£|[A-Z]{3} )",
            unsigned!(),
            "(\\.\\.",
            unsigned!(),
            ")?|",
            unsigned!(),
            "(\\.\\.",
            unsigned!(),
            ")? [A-Z]{3})$"
        )),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        if let Some(wrong) = Self::of(text).and_then(|m| m.grouped::<Self>("")) {
            return Err(wrong);
        }
        if let Some(turned) = Self::turned(text) {
            return Err(Wrong::new("ends below where it begins").meant(turned));
        }
        Self::of(text).ok_or_else(|| Wrong {
            help: once(text)
                .or_else(|| bare(text, ""))
                .or_else(|| pointed(text)?.grouped::<Self>("")?.help)
                .or_else(|| slip::thousands(text))
                .or_else(|| foreign(text)),
            meant: meant(text),
            ..Wrong::of::<Self>()
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            low,
            high,
            currency,
        } = self;
        match self.is_range() {
            true => write!(f, "{low}..{high} {currency}"),
            false => write!(f, "{low} {currency}"),
        }
    }
}

/// What is paid again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Each time.
    pub money: Money,
    /// How often.
    pub per: Period,
}

/// How often something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Every day.
    Day,
    /// Every week.
    Week,
    /// Every month.
    Month,
    /// Every year.
    Year,
}

impl Period {
    const ALL: [(&'static str, Period); 4] = [
        ("day", Period::Day),
        ("week", Period::Week),
        ("month", Period::Month),
        ("year", Period::Year),
    ];

    /// Times per year of 365 days, as numerator and denominator: a week is 365/7.
    pub fn per_year(self) -> (i128, i128) {
        match self {
            Period::Day => (365, 1),
            Period::Week => (365, 7),
            Period::Month => (12, 1),
            Period::Year => (1, 1),
        }
    }
}

impl Cost {
    /// Lowest and highest amount in millionths per year, rounded.
    pub fn micros_per_year(self) -> (i128, i128) {
        let (times, parts) = self.per.per_year();
        let (low, high) = self.money.micros();
        let yearly = |micros: i128| rounded(micros.saturating_mul(times), parts);
        (yearly(low), yearly(high))
    }

    /// Lowest and highest amount in hundredths (cents) per year, rounded once.
    pub fn cents_per_year(self) -> (i128, i128) {
        let (times, parts) = self.per.per_year();
        let (low, high) = self.money.micros();
        let yearly = |micros: i128| rounded(micros.saturating_mul(times), parts * 10_000);
        (yearly(low), yearly(high))
    }
}

/// Of what is not negative.
fn rounded(value: i128, parts: i128) -> i128 {
    value.saturating_add(parts / 2) / parts
}

impl Value for Cost {
    const FORM: ValueForm = ValueForm {
        name: "cost",
        doc: "Money per day, week, month or year: `5 EUR/month`.",
        what: "a running cost such as 5 EUR/month or €60/year",
        examples: &["5 EUR/month", "€60/year", "10..15 USD/month"],
        pattern: Pattern::Regex(concat!(
            "^((€|\\$|£|[A-Z]{3} )",
            unsigned!(),
            "(\\.\\.",
            unsigned!(),
            ")?|",
            unsigned!(),
            "(\\.\\.",
            unsigned!(),
            ")? [A-Z]{3})/(day|week|month|year)$"
        )),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = || {
            let split = slip::per(text);
            let known = split.and_then(|(money, period)| {
                let money = Money::of(money)
                    .map(|m| m.to_string())
                    .or_else(|| meant(money))?;
                Some(format!("{money}/{period}"))
            });
            let alone = || {
                Money::of(text)
                    .map(|m| m.to_string())
                    .or_else(|| meant(text))
            };
            let period = alone().map(|m| format!("say how often: '{m}/month' or '{m}/year'"));
            Wrong {
                help: bare(text, "/month")
                    .or(period)
                    .or_else(|| {
                        let (money, period) = text.rsplit_once('/')?;
                        let per = format!("/{period}");
                        pointed(money)?.grouped::<Self>(&per)?.help
                    })
                    .or_else(|| slip::thousands(text))
                    .or_else(|| foreign(text)),
                meant: known,
                ..Wrong::of::<Self>()
            }
        };
        let (money, period) = text.rsplit_once('/').ok_or_else(wrong)?;
        let per = Period::ALL.iter().find(|(w, _)| *w == period);
        let (_, per) = per.ok_or_else(wrong)?;
        if let Some(turned) = Money::turned(money) {
            let meant = format!("{turned}/{period}");
            return Err(Wrong::new("ends below where it begins").meant(meant));
        }
        let money = Money::of(money).ok_or_else(wrong)?;
        match money.grouped::<Self>(&format!("/{period}")) {
            Some(wrong) => Err(wrong),
            None => Ok(Self { money, per: *per }),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = Period::ALL.iter().find(|(_, p)| *p == self.per);
        write!(f, "{}/{}", self.money, period.map_or("?", |(w, _)| w))
    }
}

/// What electricity costs, `0.29 EUR/kWh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnergyPrice(Money);

impl EnergyPrice {
    /// Price of a kilowatt-hour in millionths of the currency.
    pub fn micros_per_kwh(self) -> i128 {
        self.0.low.times_rounded(1_000_000).unwrap_or(i128::MAX)
    }

    /// In which currency.
    pub fn currency(self) -> Currency {
        self.0.currency
    }
}

impl Value for EnergyPrice {
    const FORM: ValueForm = ValueForm {
        name: "energy-price",
        doc: "Price of electricity: `0.29 EUR/kWh`.",
        what: "a price such as 0.29 EUR/kWh",
        examples: &["0.29 EUR/kWh", "€0.29/kWh"],
        pattern: Pattern::Regex(concat!(
            "^((€|\\$|£|[A-Z]{3} )",
            unsigned!(),
            "|",
            unsigned!(),
            " [A-Z]{3})/kWh$"
        )),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let money = text.strip_suffix("/kWh").and_then(Money::of);
        let money = money.filter(|m| !m.is_range()).map(Self);
        money.ok_or_else(|| {
            let lower = text.to_ascii_lowercase();
            let ends = ["/kwh", " per kwh"]
                .into_iter()
                .find(|e| lower.ends_with(e));
            let money = text
                .get(..text.len() - ends.map_or(0, str::len))
                .unwrap_or(text);
            let read = |m: &Money| !m.is_range();
            let found = Money::of(money)
                .or_else(|| Money::of(&meant(money)?))
                .filter(read);
            Wrong {
                meant: found.map(|m| format!("{m}/kWh")),
                // A cent is of any currency.
                help: slip::cents(money)
                    .and_then(|n| bare(&n, "/kWh"))
                    .or_else(|| bare(money, "/kWh"))
                    .or_else(|| foreign(text)),
                ..Wrong::of::<Self>()
            }
        })
    }
}

impl fmt::Display for EnergyPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/kWh", self.0)
    }
}

serde_as_text!(Money, Cost, EnergyPrice);
