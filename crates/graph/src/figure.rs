//! Figures as people write them in claims and targets: `116GiB`, `~33TB`, `40+`, `70-85%`, `-1,071 EUR`, `3.5 years`.
//!
//! A figure is exact to its last written digit: `33TB` stands for anything that rounds to it.

use model::declare::Value as _;
use model::units::duration::Duration;
use std::fmt;

/// What a figure is a number of. Numbers of different kinds are never compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim {
    /// Things, in millionths.
    Count,
    /// A share, in millionths.
    Share,
    /// Bytes.
    Size,
    /// Bits per second.
    Rate,
    /// Milliwatts.
    Power,
    /// Milliwatt-hours.
    Energy,
    /// Milliseconds.
    Time,
    /// Work per week, in seconds.
    Effort,
    /// Thousandths of a degree.
    Temperature,
    /// Millionths of a currency.
    Money([u8; 3]),
}

/// How often, for money and work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Not again and again.
    Once,
    /// Every day.
    Day,
    /// Every week.
    Week,
    /// Every month.
    Month,
    /// Every year.
    Year,
}

impl Per {
    /// Parts of a year as a fraction: a month is 1/12.
    pub fn of_year(self) -> (i128, i128) {
        match self {
            Per::Once | Per::Year => (1, 1),
            Per::Month => (1, 12),
            Per::Week => (7, 365),
            Per::Day => (1, 365),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Per::Once => "",
            Per::Day => "/day",
            Per::Week => "/week",
            Per::Month => "/month",
            Per::Year => "/year",
        }
    }
}

/// Which side of the number the truth may lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Neither.
    Exact,
    /// `40+`, `>= 40`: it may be more.
    AtLeast,
    /// `< 40`: it may be less.
    AtMost,
}

/// A number, or a range of numbers, with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Least value, in the smallest unit of `dim`.
    pub low: i128,
    /// Greatest value.
    pub high: i128,
    /// What it is a number of.
    pub dim: Dim,
    /// How often.
    pub per: Per,
    /// Which side of it the truth may lie on.
    pub bound: Bound,
    /// `~`
    pub about: bool,
    /// One in the last written digit.
    step: i128,
    /// The unit as it was written, and how much of the base it is.
    unit: (String, i128),
    written: String,
}

/// Units by their lower-case text where case does not matter; sizes and rates by their exact text.
const EXACT: &[(&str, Dim, i128)] = &[
    ("B", Dim::Size, 1),
    ("kB", Dim::Size, 1_000),
    ("MB", Dim::Size, 1_000_000),
    ("GB", Dim::Size, 1_000_000_000),
    ("TB", Dim::Size, 1_000_000_000_000),
    ("PB", Dim::Size, 1_000_000_000_000_000),
    ("KiB", Dim::Size, 1 << 10),
    ("MiB", Dim::Size, 1 << 20),
    ("GiB", Dim::Size, 1 << 30),
    ("TiB", Dim::Size, 1 << 40),
    ("PiB", Dim::Size, 1 << 50),
    ("kbit/s", Dim::Rate, 1_000),
    ("Mbit/s", Dim::Rate, 1_000_000),
    ("Gbit/s", Dim::Rate, 1_000_000_000),
    ("Mbps", Dim::Rate, 1_000_000),
    ("Gbps", Dim::Rate, 1_000_000_000),
    ("GbE", Dim::Rate, 1_000_000_000),
    ("MB/s", Dim::Rate, 8_000_000),
    ("GB/s", Dim::Rate, 8_000_000_000),
    ("MiB/s", Dim::Rate, 8 << 20),
    ("W", Dim::Power, 1_000),
    ("kW", Dim::Power, 1_000_000),
    ("Wh", Dim::Energy, 1_000),
    ("kWh", Dim::Energy, 1_000_000),
    ("h/week", Dim::Effort, 3_600),
    ("%", Dim::Share, 10_000),
    ("°C", Dim::Temperature, 1_000),
    ("C", Dim::Temperature, 1_000),
    ("ms", Dim::Time, 1),
    ("s", Dim::Time, 1_000),
    ("m", Dim::Time, 60_000),
    ("min", Dim::Time, 60_000),
    ("h", Dim::Time, 3_600_000),
    ("d", Dim::Time, 86_400_000),
    ("w", Dim::Time, 604_800_000),
    ("y", Dim::Time, YEAR),
    ("second", Dim::Time, 1_000),
    ("minute", Dim::Time, 60_000),
    ("hour", Dim::Time, 3_600_000),
    ("day", Dim::Time, 86_400_000),
    ("week", Dim::Time, 604_800_000),
    ("month", Dim::Time, YEAR / 12),
    ("year", Dim::Time, YEAR),
];

/// A year of 365 days, in milliseconds.
pub const YEAR: i128 = 31_536_000_000;

impl Figure {
    /// Reads a figure; none if the text is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let written = text.trim().to_owned();
        let (mut rest, mut bound, mut about) = (written.as_str(), Bound::Exact, false);
        loop {
            let before = rest;
            for prefix in ["~", "≈", "about ", "ca. ", "approximately "] {
                if let Some(after) = rest.strip_prefix(prefix) {
                    (rest, about) = (after.trim_start(), true);
                }
            }
            for (prefix, side) in PREFIXES {
                if let Some(after) = rest.strip_prefix(prefix) {
                    (rest, bound) = (after.trim_start(), *side);
                }
            }
            if rest == before {
                break;
            }
        }
        if let Some(n) = rest.to_lowercase().strip_prefix("year ") {
            return Self::nth_year(n, &written);
        }
        let mut scan = Scan::new(rest);
        let first = scan.number()?;
        let second = scan.range();
        if scan.plus {
            bound = Bound::AtLeast;
        }
        if scan.rest.contains(|c: char| c.is_ascii_digit()) {
            return Self::duration(rest, bound, about, &written);
        }
        let (unit, dim, factor, per) = scan.unit()?;
        let scale = |n: &Number| n.digits.checked_mul(factor).map(|v| v / n.scale);
        let low = scale(&first)?;
        let high = second.as_ref().map_or(Some(low), scale)?;
        let finest = second
            .as_ref()
            .map_or(first.scale, |s| s.scale.max(first.scale));
        Some(Self {
            low: low.min(high),
            high: high.max(low),
            dim,
            per,
            bound,
            about,
            step: factor / finest,
            unit: (unit, factor),
            written,
        })
    }

    /// `1h30m`.
    fn duration(text: &str, bound: Bound, about: bool, written: &str) -> Option<Self> {
        let millis = i128::from(Duration::parse(text).ok()?.millis());
        Some(Self {
            low: millis,
            high: millis,
            dim: Dim::Time,
            per: Per::Once,
            bound,
            about,
            step: 0,
            unit: ("h".to_owned(), 3_600_000),
            written: written.to_owned(),
        })
    }

    /// `year 2`: some time in the second year.
    fn nth_year(n: &str, written: &str) -> Option<Self> {
        let n: i128 = n.trim().parse().ok().filter(|n| (1..=1_000).contains(n))?;
        Some(Self {
            low: (n - 1) * YEAR,
            high: n * YEAR,
            dim: Dim::Time,
            per: Per::Once,
            bound: Bound::Exact,
            about: false,
            step: 0,
            unit: ("years".to_owned(), YEAR),
            written: written.to_owned(),
        })
    }

    /// The smallest and largest value that the figure stands for: half of the last digit on both sides, a twentieth if it is about.
    pub fn reach(&self) -> (i128, i128) {
        let slack = |n: i128| match self.about {
            true => (n.abs() / 20).max(self.step / 2),
            false => self.step / 2,
        };
        (
            match self.bound {
                Bound::AtMost => i128::MIN,
                _ => self.low - slack(self.low),
            },
            match self.bound {
                Bound::AtLeast => i128::MAX,
                _ => self.high + slack(self.high),
            },
        )
    }

    /// The reach of the number alone, whatever side the truth may lie on.
    pub fn exact(&self) -> (i128, i128) {
        let bound = Bound::Exact;
        Figure {
            bound,
            ..self.clone()
        }
        .reach()
    }

    /// A computed range lies within what the figure stands for; or the figure is a range and within the computed one.
    pub fn holds(&self, low: i128, high: i128) -> bool {
        let (from, to) = self.reach();
        if self.low == self.high {
            // One number for a range is right if it lies in it.
            return from <= high && to >= low;
        }
        if low == high {
            return from <= low && high <= to;
        }
        let near = |a: i128, b: i128| {
            (a - b).abs() <= self.step / 2 + if self.about { b.abs() / 20 } else { 0 }
        };
        near(self.low, low) && near(self.high, high)
    }

    /// Two figures for the same thing can both be true.
    pub fn agrees(&self, other: &Figure) -> bool {
        let ((a, b), (c, d)) = (self.exact(), other.exact());
        self.dim == other.dim && a <= d && c <= b
    }

    /// The figure as if its decimal unit were the binary one: `33TB` read as `33TiB`.
    pub fn binary(&self) -> Option<Figure> {
        let unit = &self.unit.0;
        let word = unit.strip_suffix('B').filter(|u| !u.ends_with('i'))?;
        let word = format!("{}iB", word.to_uppercase());
        let (_, _, factor) = EXACT.iter().find(|(u, ..)| *u == word)?;
        let scale = |n: i128| n.checked_mul(*factor).map(|v| v / self.unit.1);
        Some(Figure {
            low: scale(self.low)?,
            high: scale(self.high)?,
            step: scale(self.step)?,
            unit: (word, *factor),
            ..self.clone()
        })
    }

    /// The largest of the numbers that the figure stands for, without any slack.
    pub fn value(&self) -> i128 {
        self.high
    }

    /// Its unit.
    pub fn unit(&self) -> &str {
        &self.unit.0
    }

    /// A value in the unit of this figure.
    pub fn say(&self, value: i128) -> String {
        let text = match self.dim {
            Dim::Money(code) => money(value, code),
            _ => {
                let number = decimal(value, self.unit.1, 2);
                let gap = self.unit.0.chars().count() > 3 && !self.unit.0.contains('/');
                format!("{number}{}{}", if gap { " " } else { "" }, self.unit.0)
            }
        };
        format!("{text}{}", self.per.word())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

const PREFIXES: &[(&str, Bound)] = &[
    (">=", Bound::AtLeast),
    ("≥", Bound::AtLeast),
    (">", Bound::AtLeast),
    ("at least ", Bound::AtLeast),
    ("over ", Bound::AtLeast),
    ("<=", Bound::AtMost),
    ("≤", Bound::AtMost),
    ("<", Bound::AtMost),
    ("at most ", Bound::AtMost),
    ("up to ", Bound::AtMost),
];

/// `value / unit` with at most so many decimal places, no zeros at the end.
pub fn decimal(value: i128, unit: i128, places: u32) -> String {
    let scale = 10_i128.pow(places);
    let unit = unit.max(1);
    let product = value.abs().saturating_mul(scale);
    let rounded = (product + unit / 2) / unit;
    let sign = if value < 0 && rounded > 0 { "-" } else { "" };
    let (whole, rest) = (rounded / scale, rounded % scale);
    let width = places as usize;
    let fraction = format!("{rest:0width$}");
    let fraction = fraction.trim_end_matches('0');
    match fraction.is_empty() {
        true => format!("{sign}{whole}"),
        false => format!("{sign}{whole}.{fraction}"),
    }
}

/// `1290 EUR`, `12.25 EUR`.
pub fn money(micros: i128, code: [u8; 3]) -> String {
    let cents = (micros.abs() + 5_000) / 10_000;
    let sign = if micros < 0 && cents > 0 { "-" } else { "" };
    let code = String::from_utf8_lossy(&code).into_owned();
    match cents % 100 {
        0 => format!("{sign}{} {code}", cents / 100),
        rest => format!("{sign}{}.{rest:02} {code}", cents / 100),
    }
}

/// A share of a whole, `79.3%`; none of nothing.
pub fn percent(part: i128, whole: i128) -> Option<String> {
    (whole > 0).then(|| format!("{}%", decimal(part.saturating_mul(100), whole, 1)))
}

struct Number {
    digits: i128,
    scale: i128,
}

/// Reads numbers, signs, currencies and units from left to right.
struct Scan<'a> {
    rest: &'a str,
    currency: Option<[u8; 3]>,
    unit: Option<&'a str>,
    plus: bool,
}

impl<'a> Scan<'a> {
    fn new(rest: &'a str) -> Self {
        Self {
            rest,
            currency: None,
            unit: None,
            plus: false,
        }
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let after = self.rest.strip_prefix(prefix);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// A sign, a currency, a number, and the unit that follows it.
    fn number(&mut self) -> Option<Number> {
        let mut negative = self.eat("-") || self.eat("−");
        self.eat("+");
        for (symbol, code) in [("€", *b"EUR"), ("$", *b"USD"), ("£", *b"GBP")] {
            if self.eat(symbol) {
                self.currency = Some(code);
            }
        }
        if let Some((code, after)) = self.rest.split_once(' ')
            && let Some(code) = currency(code)
        {
            (self.currency, self.rest) = (Some(code), after);
        }
        negative |= self.eat("-");
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.');
        let end = end
            .unwrap_or(self.rest.len())
            .min(self.rest.find("..").unwrap_or(usize::MAX));
        let (text, _) = self.rest.split_at(end);
        let text = text.trim_end_matches(['.', ',']);
        self.rest = self.rest.get(text.len()..)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = whole.replace(',', "");
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let places = u32::try_from(fraction.len()).ok().filter(|p| *p <= 9)?;
        self.word();
        Some(Number {
            digits: if negative { -digits } else { digits },
            scale: 10_i128.pow(places),
        })
    }

    /// `..5`, `-5`, `–5`, `to 5`.
    fn range(&mut self) -> Option<Number> {
        let (rest, plus) = (self.rest, self.plus);
        self.rest = self.rest.trim_start();
        if ["..", "–", "-", "to "].iter().any(|s| self.eat(s)) {
            self.rest = self.rest.trim_start();
            if let Some(number) = self.number() {
                return Some(number);
            }
        }
        (self.rest, self.plus) = (rest, plus);
        None
    }

    /// The unit that stands here, if one does, and a plus before or after it.
    fn word(&mut self) {
        self.plus |= self.eat("+");
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !(c.is_alphabetic() || ['%', '°', '/'].contains(&c)));
        let (word, after) = text.split_at(end.unwrap_or(text.len()));
        if !word.is_empty() && word != "to" && !word.starts_with('/') {
            (self.unit, self.rest) = (Some(word), after);
            self.plus |= self.eat("+");
        } else if word.starts_with('/') {
            (self.unit, self.rest) = (Some(word), after);
        }
    }

    /// What the unit means.
    fn unit(&self) -> Option<(String, Dim, i128, Per)> {
        let word = self.unit.unwrap_or("");
        let (word, per) = match word.rsplit_once('/') {
            Some((word, period)) => match period {
                "day" | "d" => (word, Per::Day),
                "week" => (word, Per::Week),
                "month" | "mo" => (word, Per::Month),
                "year" | "yr" | "y" => (word, Per::Year),
                _ => (self.unit.unwrap_or(""), Per::Once),
            },
            None => (word, Per::Once),
        };
        if let Some(code) = self.currency.or_else(|| currency(word)) {
            return Some(("".to_owned(), Dim::Money(code), 1_000_000, per));
        }
        if matches!(word, "h" | "hour" | "hours") && !matches!(per, Per::Once) {
            let seconds = match per {
                Per::Week => 3_600,
                Per::Month => 3_600 * 12 * 7 / 365,
                _ => return None,
            };
            return Some((format!("h{}", per.word()), Dim::Effort, seconds, Per::Once));
        }
        let one = word.strip_suffix('s').filter(|w| w.len() > 2);
        let found = EXACT.iter().find(|(u, ..)| *u == word || Some(*u) == one);
        match found {
            Some((unit, dim, factor)) => {
                let shown = if one == Some(unit) { word } else { unit };
                Some((shown.to_owned(), *dim, *factor, per))
            }
            None if word.contains('/') => None,
            None => Some((word.to_owned(), Dim::Count, 1_000_000, per)),
        }
    }
}

fn currency(text: &str) -> Option<[u8; 3]> {
    let code: [u8; 3] = text.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        for (text, low, high, dim, bound) in [
            ("116GiB", 116 << 30, 116 << 30, Dim::Size, Bound::Exact),
            (
                "3.9TB+",
                3_900_000_000_000,
                3_900_000_000_000,
                Dim::Size,
                Bound::AtLeast,
            ),
            ("50+", 50_000_000, 50_000_000, Dim::Count, Bound::AtLeast),
            (
                "40+ services",
                40_000_000,
                40_000_000,
                Dim::Count,
                Bound::AtLeast,
            ),
            ("70-85%", 700_000, 850_000, Dim::Share, Bound::Exact),
            ("70% - 85%", 700_000, 850_000, Dim::Share, Bound::Exact),
            (">99.5%", 995_000, 995_000, Dim::Share, Bound::AtLeast),
            (
                "<30 minutes",
                1_800_000,
                1_800_000,
                Dim::Time,
                Bound::AtMost,
            ),
            ("10ms", 10, 10, Dim::Time, Bound::Exact),
            ("year 2", YEAR, 2 * YEAR, Dim::Time, Bound::Exact),
            ("9..16h/week", 32_400, 57_600, Dim::Effort, Bound::Exact),
            (
                "-1,071 EUR",
                -1_071_000_000,
                -1_071_000_000,
                Dim::Money(*b"EUR"),
                Bound::Exact,
            ),
            (
                "-€1,071",
                -1_071_000_000,
                -1_071_000_000,
                Dim::Money(*b"EUR"),
                Bound::Exact,
            ),
            (
                "970..1670 EUR",
                970_000_000,
                1_670_000_000,
                Dim::Money(*b"EUR"),
                Bound::Exact,
            ),
            (
                "€5-10/month",
                5_000_000,
                10_000_000,
                Dim::Money(*b"EUR"),
                Bound::Exact,
            ),
            (
                "300+ EUR/year",
                300_000_000,
                300_000_000,
                Dim::Money(*b"EUR"),
                Bound::AtLeast,
            ),
            (
                "2.5GbE",
                2_500_000_000,
                2_500_000_000,
                Dim::Rate,
                Bound::Exact,
            ),
        ] {
            let f = Figure::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (f.low, f.high, f.dim, f.bound),
                (low, high, dim, bound),
                "{text}"
            );
        }
        for text in ["", "plenty", "yes it is", "on track", "-"] {
            assert_eq!(Figure::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_figure_is_as_exact_as_it_is_written() {
        let holds = |text: &str, value: i128| Figure::parse(text).unwrap().holds(value, value);
        assert!(holds("3.5 years", YEAR * 346 / 100));
        assert!(!holds("3.5 years", YEAR * 344 / 100));
        assert!(holds("~3.5 years", YEAR * 344 / 100));
        assert!(holds("33TB", 32_500_000_000_000) && !holds("33TB", 36_000_000_000_000));
        assert!(holds("40+", 41_000_000) && !holds("40+", 38_000_000));
        let terabytes = Figure::parse("33TB").unwrap();
        assert!(
            terabytes
                .binary()
                .unwrap()
                .holds(36_000_000_000_000, 36_000_000_000_000)
        );
        assert_eq!(terabytes.say(36_000_000_000_000), "36TB");
        assert_eq!(
            Figure::parse("3 years").unwrap().say(YEAR * 5 / 2),
            "2.5 years"
        );
    }
}
