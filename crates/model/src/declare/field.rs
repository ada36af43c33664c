//! What a key of a record can hold. The type says whether it must be there.

use super::{Declare, Given, Place, Record, Scalar, Shape};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// A value that may be missing. It stands apart: most keys of most records are not given, and a lab has hundreds of thousands of records.
pub type Opt<T> = Option<Box<Given<T>>>;

/// A value that must be given; `None` only where it is missing, which has been reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Need<T>(pub Opt<T>);

impl<T> Default for Need<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for Need<T> {
    type Target = Opt<T>;

    fn deref(&self) -> &Opt<T> {
        &self.0
    }
}

/// A list that may be written as one item: `ports: 443/tcp`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Many<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Declare> Declare for Many<T> {
    fn read(at: &mut dyn Place) -> Option<Self> {
        match at.form() {
            super::Form::List | super::Form::Nothing => Vec::read(at).map(Self),
            _ => T::read(at).map(|one| Self(vec![one])),
        }
    }

    fn shape() -> Shape {
        Shape::Any(vec![T::shape(), <Vec<T> as Declare>::shape()])
    }
}

/// The type of a record's field.
pub trait Field: Sized {
    /// Must be there.
    const NEED: bool;
    /// It is one name of an object of the lab.
    const NAMES: bool = false;
    /// Reads it.
    fn field(record: &mut dyn Record, key: &'static str) -> Self;
    /// How it is written.
    fn shape() -> Shape;
}

fn optional<T: Declare>(record: &mut dyn Record, key: &'static str) -> Option<T> {
    let mut out = None;
    record.field(key, &mut |at| out = T::read(at));
    out
}

/// An amount, of which there can be none.
pub trait Amount: Scalar + std::fmt::Display {
    /// There is nothing of it.
    fn is_nothing(&self) -> bool;
}

impl Amount for u32 {
    fn is_nothing(&self) -> bool {
        *self == 0
    }
}

/// Reads a value that is more than nothing: what makes no sense as zero is a slip, and stays unknown as all that cannot be read.
pub(crate) fn above_zero<T: Amount>(record: &mut dyn Record, key: &'static str) -> Opt<T> {
    let mut out: Opt<T> = None;
    record.field(key, &mut |at| {
        out = Box::read(at);
        let Some(given) = &mut out else { return };
        let Some(value) = given.value().filter(|v| v.is_nothing()) else {
            return;
        };
        let mut wrong = super::Wrong::new("must be more than zero");
        wrong.help = Some("write how much it is, or 'unknown'".to_owned());
        let text = value.to_string();
        given.known = super::Known::unreadable();
        at.wrong(&text, wrong);
    });
    out
}

impl<T: Declare> Field for Option<T> {
    const NEED: bool = false;
    const NAMES: bool = T::NAMES;

    fn field(record: &mut dyn Record, key: &'static str) -> Self {
        optional(record, key)
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Scalar> Field for Need<T> {
    const NEED: bool = true;
    const NAMES: bool = T::NAMES;

    fn field(record: &mut dyn Record, key: &'static str) -> Self {
        let mut out = None;
        let example = T::shape().example();
        record.need(key, &example, &mut |at| out = Box::read(at));
        Self(out)
    }

    fn shape() -> Shape {
        Given::<T>::shape()
    }
}

impl<T: Declare> Field for Vec<T> {
    const NEED: bool = false;

    fn field(record: &mut dyn Record, key: &'static str) -> Self {
        optional(record, key).unwrap_or_default()
    }

    fn shape() -> Shape {
        <Self as Declare>::shape()
    }
}

impl<T: Declare> Field for Many<T> {
    const NEED: bool = false;

    fn field(record: &mut dyn Record, key: &'static str) -> Self {
        optional(record, key).unwrap_or_default()
    }

    fn shape() -> Shape {
        <Self as Declare>::shape()
    }
}

impl<K: Scalar + Ord, V: Declare> Field for LiteMap<K, V> {
    const NEED: bool = false;

    fn field(record: &mut dyn Record, key: &'static str) -> Self {
        optional(record, key).unwrap_or_default()
    }

    fn shape() -> Shape {
        <Self as Declare>::shape()
    }
}
