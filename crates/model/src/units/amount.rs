//! Any amount: where a field takes a size as well as a percentage or a price.

use super::decimal::Decimal;
use super::duration::Duration;
use super::money::{Cost, Money};
use super::percent::Percent;
use super::physics::{Energy, Power, Temperature};
use super::size::{Rate, Size};
use crate::declare::{Pattern, Value, ValueForm, Wrong, serde_as_text};
use std::fmt;

/// A number with or without a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// `12` or `1.5`.
    Number(Decimal),
    /// `99.5%`.
    Percent(Percent),
    /// `30d`.
    Duration(Duration),
    /// `64GiB`.
    Size(Size),
    /// `1Gbit/s`.
    Rate(Rate),
    /// `150W`.
    Power(Power),
    /// `600Wh`.
    Energy(Energy),
    /// `75°C`.
    Temperature(Temperature),
    /// `150 EUR`.
    Money(Money),
    /// `5 EUR/month`.
    Cost(Cost),
}

impl Value for Amount {
    const FORM: ValueForm = ValueForm {
        name: "amount",
        doc: "A number, or a number with one of the units of the language.",
        what: "an amount such as 12, 99.5%, 64GiB, 30d or 5 EUR/month",
        examples: &["99.5%", "64GiB", "30d", "5 EUR/month"],
        pattern: Pattern::Number("^[^ ]*[0-9].*$|^[A-Z]{3} [0-9].*$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        fn read<T: Value>(text: &str, make: fn(T) -> Amount) -> Option<Amount> {
            T::parse(text).ok().map(make)
        }
        Decimal::parse(text)
            .map(Amount::Number)
            .or_else(|| read(text, Amount::Percent))
            .or_else(|| read(text, Amount::Duration))
            .or_else(|| read(text, Amount::Size))
            .or_else(|| read(text, Amount::Rate))
            .or_else(|| read(text, Amount::Power))
            .or_else(|| read(text, Amount::Energy))
            .or_else(|| read(text, Amount::Temperature))
            .or_else(|| read(text, Amount::Money))
            .or_else(|| read(text, Amount::Cost))
            .ok_or_else(Wrong::of::<Self>)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Number(n) => n.fmt(f),
            Amount::Percent(n) => n.fmt(f),
            Amount::Duration(n) => n.fmt(f),
            Amount::Size(n) => n.fmt(f),
            Amount::Rate(n) => n.fmt(f),
            Amount::Power(n) => n.fmt(f),
            Amount::Energy(n) => n.fmt(f),
            Amount::Temperature(n) => n.fmt(f),
            Amount::Money(n) => n.fmt(f),
            Amount::Cost(n) => n.fmt(f),
        }
    }
}

serde_as_text!(Amount);
