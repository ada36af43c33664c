//! Every value type: what is written is given back, nothing panics, and the form that is promised is the form that is read.

use super::amount::Amount;
use super::calendar::Calendar;
use super::currency::Currency;
use super::decimal::Decimal;
use super::duration::{Duration, Effort};
use super::money::{Cost, EnergyPrice, Money};
use super::net::{Address, AddressRange, Mac, Ports};
use super::percent::{Percent, Share};
use super::physics::{Apparent, Energy, Frequency, Power, Temperature};
use super::size::{Churn, Rate, Size};
use super::text::{AbsolutePath, LabPath, Mail, Name, Url};
use super::timezone::TimeZone;
use crate::declare::Value;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::fmt::Debug;

/// What is read is shown so that it is read again as the same; examples are read.
fn round<T: Value + PartialEq + Debug>(text: &str) {
    if let Ok(value) = T::parse(text) {
        let shown = value.to_string();
        assert_eq!(
            T::parse(&shown).as_ref(),
            Ok(&value),
            "{text} is shown as {shown}"
        );
    }
}

fn examples<T: Value>() {
    for example in T::FORM.examples {
        assert!(T::parse(example).is_ok(), "{}: {example}", T::FORM.name);
    }
}

macro_rules! every_type {
    ($($type:ty),* $(,)?) => {
        fn round_all(text: &str) {
            $( round::<$type>(text); )*
        }

        #[test]
        fn examples_are_read() {
            $( examples::<$type>(); )*
        }
    };
}

every_type!(
    Address,
    AddressRange,
    AbsolutePath,
    Amount,
    Apparent,
    Calendar,
    Churn,
    Cost,
    Currency,
    Date,
    Duration,
    Effort,
    Energy,
    EnergyPrice,
    Frequency,
    LabPath,
    Mac,
    Mail,
    Money,
    Name,
    Percent,
    Ports,
    Power,
    Rate,
    Share,
    Size,
    Temperature,
    TimeZone,
    Url,
);

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,40}") {
        round_all(&text);
    }

    #[test]
    fn numbers_with_units(
        number in "-?[0-9]{1,16}(\\.[0-9]{1,6})?",
        blank in " ?",
        unit in "GiB|GB|TB|Mbit/s|MB/s|GB/day|W|kW|VA|Wh|kWh|°C|MHz|GHz|%|EUR|USD|EUR/month|EUR/kWh|h/week|m|h|d|w|y|ms",
    ) {
        round_all(&format!("{number}{blank}{unit}"));
    }

    #[test]
    fn things_like_money(text in "(€|\\$|£|EUR )?[0-9]{1,5}(\\.[0-9]{2})?(\\.\\.[0-9]{1,5})?( USD)?(/month|/year|/kWh)?") {
        round_all(&text);
    }

    #[test]
    fn things_like_calendars(text in "((Mon|Tue|Sat)(\\.\\.|,)?(Fri|Sun)? )?(\\*-\\*-\\*|\\*-[0-9]{1,2}-[0-9]{1,2}|\\*-\\*-1\\.\\.7)? ?([0-9]{1,2}:[0-9]{2}(\\.\\.[0-9]{1,2}:[0-9]{2})?|\\*:0/15)?") {
        round_all(&text);
    }

    #[test]
    fn things_like_cron(text in "([0-9]{1,2}|\\*|\\*/[0-9]{1,2}|[0-9]-[0-9]{1,2})( ([0-9]{1,2}|\\*|\\*/[0-9]|mon-fri|jan)){4}") {
        round_all(&text);
    }

    #[test]
    fn things_like_addresses(text in "[0-9a-f:.]{1,20}(-|/)?[0-9a-f:.]{0,20}") {
        round_all(&text);
    }

    /// A decimal is exact: a hundredfold of two places is the digits without the point.
    #[test]
    fn decimals_are_exact(whole in 0_i64..1_000_000_000, cents in 0_i64..100) {
        let decimal = Decimal::parse(&format!("{whole}.{cents:02}")).unwrap();
        prop_assert_eq!(decimal.times(100), Some(i128::from(whole * 100 + cents)));
    }

    /// An occurrence comes after the given time, fits the pattern, and none is left out between.
    #[test]
    fn occurrences_are_in_order(hour in 0_i8..24, minute in 0_i8..60, day in 1_i8..29, month in 1_i8..13) {
        let calendar = Calendar::parse(&format!("*-*-{day:02} {hour:02}:{minute:02}")).unwrap();
        let start = date(2026, month, day).at(hour, minute, 0, 0);
        let next = calendar.next(start).unwrap();
        prop_assert_eq!((next.day(), next.hour(), next.minute()), (day, hour, minute));
        let month_later = start.checked_add(jiff::ToSpan::month(1)).unwrap();
        prop_assert_eq!(next, month_later);
    }
}

#[test]
fn sizes_keep_their_units_apart() {
    let bytes = |text: &str| Size::parse(text).map(Size::bytes).ok();
    for (text, expected) in [
        ("16GiB", Some(16 << 30)),
        ("512GB", Some(512_000_000_000)),
        ("1.8TB", Some(1_800_000_000_000)),
        ("0.5GiB", Some(1 << 29)),
        ("16 GB", Some(16_000_000_000)),
        ("0.3B", None),
        ("16gb", None),
        ("16", None),
        ("99999999PB", None),
    ] {
        assert_eq!(bytes(text), expected, "{text}");
    }
    assert_eq!(
        Size::parse("16gb").unwrap_err().meant.as_deref(),
        Some("16GB")
    );
    assert_eq!(Size::parse("1.50TB").unwrap().to_string(), "1.50TB");
    assert_eq!(
        Rate::parse("100MB/s").unwrap().bits_per_second(),
        800_000_000
    );
    assert_eq!(Percent::parse("99.5%").unwrap().ppm(), 995_000);
    assert_eq!(
        Percent::parse("80").unwrap_err().meant.as_deref(),
        Some("80%")
    );
}

#[test]
fn money_in_all_spellings() {
    for (text, low, high, shown) in [
        ("150 EUR", 15_000, 15_000, "150 EUR"),
        ("EUR 150", 15_000, 15_000, "150 EUR"),
        ("€9.99", 999, 999, "9.99 EUR"),
        ("$200..300", 20_000, 30_000, "200..300 USD"),
        ("200..300 USD", 20_000, 30_000, "200..300 USD"),
    ] {
        let money = Money::parse(text).unwrap();
        assert_eq!(
            (money.low_cents(), money.high_cents()),
            (low, high),
            "{text}"
        );
        assert_eq!(money.to_string(), shown);
    }
    for good in ["1.299 KWD", "0.005 EUR", "1.5 EUR"] {
        assert!(Money::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "1.299 EUR",
        "1..1.299 EUR",
        "150",
        "300..200 USD",
        "150 eur",
        "-1 EUR",
        "EUR",
        "1 2 EUR",
    ] {
        assert!(Money::parse(bad).is_err(), "{bad}");
    }
    let yearly = |text: &str| Cost::parse(text).unwrap().cents_per_year().0;
    assert_eq!(yearly("5 EUR/month"), 6_000);
    assert_eq!(yearly("€60/year"), 6_000);
    assert_eq!(yearly("7 EUR/week"), 36_500);
    // 10 x 365 / 7 = 521.428…, and half a cent a day is 1.825 a year.
    assert_eq!(yearly("10 EUR/week"), 52_143);
    assert_eq!(yearly("0.005 EUR/day"), 183);
    assert_eq!(
        EnergyPrice::parse("0.29 EUR/kWh").unwrap().micros_per_kwh(),
        290_000
    );
}

#[test]
fn calendars_say_when_and_how_seldom() {
    let after = date(2026, 2, 27).at(12, 0, 0, 0);
    for (text, next, longest) in [
        ("hourly", "2026-02-27T13:00:00", 60),
        ("daily", "2026-02-28T00:00:00", 24 * 60),
        ("weekly", "2026-03-02T00:00:00", 7 * 24 * 60),
        ("monthly", "2026-03-01T00:00:00", 31 * 24 * 60),
        ("yearly", "2027-01-01T00:00:00", 366 * 24 * 60),
        ("Sat 02:00", "2026-02-28T02:00:00", 7 * 24 * 60),
        ("Sat 02:00..06:00", "2026-02-28T02:00:00", 7 * 24 * 60),
        ("Mon..Fri *-*-* 06:30", "2026-03-02T06:30:00", 3 * 24 * 60),
        ("*:0/15", "2026-02-27T12:15:00", 15),
        ("02,14:00", "2026-02-27T14:00:00", 12 * 60),
        (
            "*-02-29 00:00",
            "2028-02-29T00:00:00",
            4 * 365 * 24 * 60 + 24 * 60,
        ),
        ("0 3 * * 0", "2026-03-01T03:00:00", 7 * 24 * 60),
        ("0 3 * * 7", "2026-03-01T03:00:00", 7 * 24 * 60),
        (
            "*/20 9-17 * * mon-fri",
            "2026-02-27T12:20:00",
            (6 + 48 + 9) * 60 + 20,
        ),
        ("0 0 13 * 5", "2026-03-06T00:00:00", 7 * 24 * 60),
    ] {
        let calendar = Calendar::parse(text).unwrap();
        assert_eq!(calendar.next(after).unwrap().to_string(), next, "{text}");
        assert_eq!(calendar.longest_interval(), Some(longest), "{text}");
    }
    assert_eq!(
        Calendar::parse("Sat 22:00..02:00")
            .unwrap()
            .window_minutes(),
        Some(240)
    );
    for bad in [
        "*-02-30 00:00",
        "25:00",
        "Sit 02:00",
        "* * * *",
        "fortnightly",
        "02:00,14:00",
        "",
        "0 24 * * *",
        "5..1:00",
    ] {
        assert!(Calendar::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn durations_and_ranges() {
    let millis = |text: &str| Duration::parse(text).map(|d| d.millis()).ok();
    for (text, expected) in [
        ("5ms", Some(5)),
        ("1m5ms", Some(60_005)),
        ("1h30m", Some(5_400_000)),
        ("1y", Some(31_536_000_000)),
        ("30m1h", None),
        ("15", None),
        ("0s", None),
        ("99999999999y", None),
    ] {
        assert_eq!(millis(text), expected, "{text}");
    }
    let range = AddressRange::parse("192.168.10.100-192.168.10.199").unwrap();
    assert_eq!(range.count(), 100);
    assert!(range.contains("192.168.10.150".parse().unwrap()));
    assert!(
        !range.contains("192.168.10.99".parse().unwrap())
            && !range.contains("::1".parse().unwrap())
    );
    assert!(AddressRange::parse("10.0.0.2-10.0.0.1").is_err());
    assert_eq!(
        AddressRange::parse("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
            .unwrap()
            .count(),
        u128::MAX
    );
}

/// What people write and what they are told to write, which is read.
fn told<T: Value>(rows: &[(&str, &str)]) {
    for (text, meant) in rows {
        let Err(wrong) = T::parse(text) else {
            panic!("{}: {text} is read", T::FORM.name);
        };
        assert_eq!(
            wrong.meant.as_deref(),
            Some(*meant),
            "{}: {text}",
            T::FORM.name
        );
        assert!(T::parse(meant).is_ok(), "{}: {meant}", T::FORM.name);
    }
}

/// Where one text may mean several, each of those in quotes in the help is read.
fn advised<T: Value>(rows: &[(&str, &[&str])]) {
    for (text, all) in rows {
        let wrong = T::parse(text).err().expect("refused");
        assert_eq!(wrong.meant, None, "{}: {text}", T::FORM.name);
        let help = wrong.help.unwrap_or_default();
        let quoted: Vec<&str> = help.split('\'').skip(1).step_by(2).collect();
        assert_eq!(quoted, *all, "{}: {text}: {help}", T::FORM.name);
        for one in quoted {
            assert!(T::parse(one).is_ok(), "{}: {one}", T::FORM.name);
        }
    }
}

#[test]
fn forms_of_other_places_are_told_in_ours() {
    told::<Money>(&[
        ("12€", "12 EUR"),
        ("12 €", "12 EUR"),
        ("12EUR", "12 EUR"),
        ("EUR12", "12 EUR"),
        ("12 eur", "12 EUR"),
        ("12,50 EUR", "12.50 EUR"),
        ("12 euros", "12 EUR"),
        ("$ 5", "5 USD"),
    ]);
    told::<Cost>(&[
        ("12€/month", "12 EUR/month"),
        ("12 EUR per year", "12 EUR/year"),
        ("5 EUR/mo", "5 EUR/month"),
        ("5 EUR monthly", "5 EUR/month"),
        ("60 EUR a year", "60 EUR/year"),
        ("4,50 EUR/month", "4.50 EUR/month"),
    ]);
    told::<EnergyPrice>(&[
        ("0.29€/kWh", "0.29 EUR/kWh"),
        ("0,29 EUR/kWh", "0.29 EUR/kWh"),
        ("0.29 EUR/kwh", "0.29 EUR/kWh"),
        ("0.29 EUR", "0.29 EUR/kWh"),
    ]);
    told::<Currency>(&[("eur", "EUR"), ("€", "EUR"), ("euro", "EUR"), ("$", "USD")]);
    told::<Size>(&[("4gb", "4GB"), ("4gib", "4GiB"), ("1,5TB", "1.5TB")]);
    told::<Rate>(&[
        ("500Mbps", "500Mbit/s"),
        ("1Gb", "1Gbit/s"),
        ("1G", "1Gbit/s"),
        ("100MBps", "100MB/s"),
    ]);
    told::<Duration>(&[
        ("15min", "15m"),
        ("1 hour 30 minutes", "1h30m"),
        ("1.5h", "1h30m"),
        ("0.5 days", "12h"),
        ("PT15M", "15m"),
        ("1 second", "1s"),
    ]);
    told::<Effort>(&[
        ("9h", "9h/week"),
        ("9 hours/week", "9h/week"),
        ("9h per week", "9h/week"),
        ("2,5h/week", "2.5h/week"),
    ]);
    told::<Percent>(&[
        ("99.5", "99.5%"),
        ("99,5", "99.5%"),
        ("99.5 percent", "99.5%"),
        ("99,5%", "99.5%"),
    ]);
    told::<Share>(&[
        ("99.5", "99.5%"),
        ("99,5", "99.5%"),
        ("0.995", "99.5%"),
        ("99.5 percent", "99.5%"),
    ]);
    told::<Power>(&[("2,5kW", "2.5kW"), ("120w", "120W")]);
    told::<Date>(&[
        ("31/1/2026", "2026-01-31"),
        ("1.2.2026", "2026-02-01"),
        ("2026/1/5", "2026-01-05"),
        ("2026-1-5", "2026-01-05"),
        ("5 Jan 2026", "2026-01-05"),
        ("January 5, 2026", "2026-01-05"),
        ("20260105", "2026-01-05"),
    ]);
}

/// An M before the T of ISO 8601 is months, and no length in seconds.
#[test]
fn months_are_no_minutes() {
    for text in ["P1M", "P1Y2M", "P1M2D", "P1MT5M"] {
        assert_eq!(Duration::parse(text).unwrap_err().meant, None, "{text}");
    }
}

/// What is proposed is read again, and must not be proposed again without end.
#[test]
fn amounts_per_day_are_read_or_refused() {
    for text in ["500B/day", "500kB/day", "100KiB/day"] {
        assert!(Churn::parse(text).is_ok(), "{text}");
    }
    for text in ["1PB/day", "1PiB/day", "1PB", "500PB per day", "18000PB/day"] {
        assert_eq!(Churn::parse(text).unwrap_err().meant, None, "{text}");
    }
}

#[test]
fn what_may_mean_two_things_is_told_as_both() {
    advised::<Date>(&[("1/2/2026", &["2026-02-01", "2026-01-02"])]);
    advised::<Size>(&[("4G", &["4GiB", "4GB"]), ("512m", &["512MiB", "512MB"])]);
    advised::<Money>(&[
        ("12", &["12 EUR"]),
        ("12 EUR/year", &["12 EUR"]),
        ("12€ per month", &["12 EUR"]),
        ("1.299 EUR", &["1299 EUR", "1.30 EUR"]),
        ("1,299 EUR", &["1299 EUR", "1.30 EUR"]),
        ("€1.2345", &["1.23 EUR"]),
    ]);
    advised::<Cost>(&[
        ("1.299 EUR/month", &["1299 EUR/month", "1.30 EUR/month"]),
        ("1,299 EUR/month", &["1299 EUR/month", "1.30 EUR/month"]),
        ("12", &["12 EUR/month"]),
        ("12 EUR", &["12 EUR/month", "12 EUR/year"]),
        ("12€", &["12 EUR/month", "12 EUR/year"]),
    ]);
    advised::<EnergyPrice>(&[("0.29", &["0.29 EUR/kWh"])]);
    advised::<Duration>(&[("3 months", &["30d"])]);
}

/// With three digits behind it a comma may as well part thousands.
#[test]
fn a_comma_of_thousands_is_not_guessed() {
    assert_eq!(Money::parse("1,200 EUR").unwrap_err().meant, None);
    assert_eq!(Size::parse("1,024GB").unwrap_err().meant, None);
}
