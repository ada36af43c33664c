//! How declarations are described and read: one definition per entity gives the Rust type, its reading, its JSON Schema and its
//! documentation.
//!
//! - A [`Value`] is what one text stands for: pure, no names needed. A [`Scalar`] may need the names of the lab, as references do.
//! - [`Declare`] is whatever can stand in a tree: scalars in four forms ([`Given`]), lists, maps, records.
//! - [`entity!`](crate::declare::entity) defines records.
//!
//! What a tree is, and how complaints are worded and shown, is not known here: the language implements [`Place`] and [`Record`].

mod entity;
mod field;
mod given;
mod reference;
mod secret;
mod serde_text;
mod shape;
mod words;

pub(crate) use entity::entity;
pub(crate) use field::above_zero;
pub use field::{Amount, Field, Many, Need, Opt};
pub(crate) use given::is_scalar;
pub use given::{ASSUMED, FORMS, Given, Known, MEASURED, Measurement, OptExt, UNKNOWN};
pub use reference::{About, Or, Part, Ref, Target, ref_words, set};
pub(crate) use serde_text::serde_as_text;
pub use shape::{FieldShape, Lines, Pattern, RecordShape, Shape, ValueForm};
pub(crate) use words::words;

use diag::{Span, Spanned};
use litemap::LiteMap;
use smol_str::SmolStr;
use std::fmt::Display;

/// Code of complaints about secrets that are written out; the line with them is never shown.
pub const SECRET_IN_CLEAR: &str = "secret-in-clear";

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Code of the diagnostic.
    pub code: &'static str,
    /// What is said.
    pub says: Says,
    /// A few words for the place itself.
    pub label: String,
    /// What was probably meant.
    pub meant: Option<String>,
    /// Words, one of which may have been meant.
    pub known: Vec<&'static str>,
    /// What to do, if nothing is near.
    pub help: Option<String>,
}

/// How a complaint is worded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// It follows the text: `'16gb' is not a size such as 16GiB`.
    After(String),
    /// It names the text itself: `there is no host 'wbe'`.
    Whole(String),
    /// Nothing: something else has been reported that may be the cause.
    Nothing,
}

impl Wrong {
    /// A complaint about a value, in words that follow its text.
    pub fn new(why: impl Into<String>) -> Self {
        Self::saying("invalid-value", Says::After(why.into()))
    }

    /// Any complaint.
    pub fn saying(code: &'static str, says: Says) -> Self {
        Self {
            code,
            says,
            label: String::new(),
            meant: None,
            known: Vec::new(),
            help: None,
        }
    }

    /// `is not …`, with what the type expects.
    pub fn of<T: Value>() -> Self {
        let mut wrong = Self::new(format!("is not {}", T::FORM.what));
        if let Pattern::Words(words) = T::FORM.pattern {
            wrong.known = words.iter().map(|(word, _)| *word).collect();
        }
        wrong
    }

    /// Adds what was probably meant.
    #[must_use]
    pub fn meant(mut self, text: impl Into<String>) -> Self {
        self.meant = Some(text.into());
        self
    }

    /// The same, if anything is known of it.
    #[must_use]
    pub fn maybe(mut self, meant: Option<String>) -> Self {
        self.meant = meant;
        self
    }
}

/// What one text stands for. `parse(display(x)) == x`.
pub trait Value: Sized + Display {
    /// How it is written.
    const FORM: ValueForm;
    /// Whether the text may have line breaks.
    const LINES: Lines = Lines::One;

    /// Reads it.
    ///
    /// # Errors
    /// What is expected instead.
    fn parse(text: &str) -> Result<Self, Wrong>;
}

/// The names of a lab.
pub trait Names {
    /// The one object or part that a text refers to, among the kinds of `set` ([`mod@set`]).
    ///
    /// # Errors
    /// Nothing has that name, or several have.
    fn resolve(&self, set: u64, text: &str) -> Result<Target, Wrong>;
}

/// What one text stands for, where the lab's names may matter.
pub trait Scalar: Sized {
    /// Whether the text may have line breaks.
    const LINES: Lines = Lines::One;
    /// It names an object of the lab.
    const NAMES: bool = false;

    /// Reads it.
    ///
    /// # Errors
    /// What is expected instead.
    fn scalar(text: &str, names: &dyn Names) -> Result<Self, Wrong>;

    /// How it is written.
    fn shape() -> Shape;
}

impl<T: Value> Scalar for T {
    const LINES: Lines = T::LINES;

    fn scalar(text: &str, _: &dyn Names) -> Result<Self, Wrong> {
        T::parse(text)
    }

    fn shape() -> Shape {
        Shape::Value(T::FORM)
    }
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing: `key:`.
    Nothing,
    /// One text.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
}

/// Whether the items of a list may be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// They are names and the like: the same text twice is reported once and read once.
    Refused,
    /// They are values: two memory modules of 16GiB are two.
    Allowed,
}

/// A place in a tree.
pub trait Place {
    /// What stands here.
    fn form(&self) -> Form;
    /// The keys of the map that stands here.
    fn keys(&self) -> Vec<&str>;
    /// Whether it is a map with this key.
    fn has(&self, key: &str) -> bool;
    /// How many items the list has that stands here; none if it is no list.
    fn count(&self) -> usize;
    /// Where it is.
    fn span(&self) -> Span;
    /// The lab's names.
    fn names(&self) -> &dyn Names;
    /// The text that stands here; anything else is reported.
    fn text(&mut self, lines: Lines) -> Option<SmolStr>;
    /// The reference to a secret that stands here. What may be the secret itself is reported and hidden.
    fn secret(&mut self) -> Option<crate::secret::SecretRef>;
    /// Reports what is wrong with the text that stands here.
    fn wrong(&mut self, text: &str, wrong: Wrong);
    /// Notes that what stands here is declared not to be known, and why.
    fn left_open(&mut self, why: Option<&crate::units::text::Prose>);
    /// Reads the items of a list.
    fn items(&mut self, repeats: Repeats, read: &mut dyn FnMut(&mut dyn Place));
    /// Reads the entries of a map with free keys. `key` says whether a key will do; the value is read in any case, so that all that is
    /// wrong is reported at once.
    fn entries(
        &mut self,
        key: &mut dyn FnMut(&str, &dyn Names) -> Result<(), Wrong>,
        value: &mut dyn FnMut(&mut dyn Place),
    );
    /// Reads a map with known keys; those that nobody asks for are reported.
    fn record(&mut self, read: &mut dyn FnMut(&mut dyn Record));
}

/// A map with known keys.
pub trait Record {
    /// Where the thing is named that the map describes.
    fn span(&self) -> Span;
    /// Reads the value of a key, if it is there.
    fn field(&mut self, key: &'static str, read: &mut dyn FnMut(&mut dyn Place)) -> bool;
    /// The same for a key that must be there; `example` is a value to show.
    fn need(&mut self, key: &'static str, example: &str, read: &mut dyn FnMut(&mut dyn Place));
    /// Reports that none of some keys is there, of which one must be, if so.
    fn none_of(&mut self, keys: &[&'static str], help: &str);
}

/// What can stand in a tree.
pub trait Declare: Sized {
    /// It is one name of an object of the lab.
    const NAMES: bool = false;

    /// Whether a list of it may have one text twice.
    fn repeats() -> Repeats {
        Repeats::Refused
    }

    /// Reads it; what cannot be read is reported.
    fn read(at: &mut dyn Place) -> Option<Self>;
    /// How it is written.
    fn shape() -> Shape;
}

impl<T: Declare> Declare for Box<T> {
    const NAMES: bool = T::NAMES;

    fn repeats() -> Repeats {
        T::repeats()
    }

    fn read(at: &mut dyn Place) -> Option<Self> {
        T::read(at).map(Self::new)
    }

    fn shape() -> Shape {
        T::shape()
    }
}

/// Reads one text.
pub fn scalar<T: Scalar>(at: &mut dyn Place) -> Option<T> {
    let text = at.text(T::LINES)?;
    match T::scalar(&text, at.names()) {
        Ok(value) => Some(value),
        Err(wrong) => {
            at.wrong(&text, wrong);
            None
        }
    }
}

impl<T: Scalar> Declare for Spanned<T> {
    fn read(at: &mut dyn Place) -> Option<Self> {
        let span = at.span();
        scalar(at).map(|value| Spanned::new(value, span))
    }

    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Declare> Declare for Vec<T> {
    fn read(at: &mut dyn Place) -> Option<Self> {
        // Exactly as long as it is: most lists have one or two items, and a lab has a million of lists.
        let mut out = Vec::with_capacity(at.count());
        at.items(T::repeats(), &mut |item| out.extend(T::read(item)));
        Some(out)
    }

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<K: Scalar + Ord, V: Declare> Declare for LiteMap<K, V> {
    fn read(at: &mut dyn Place) -> Option<Self> {
        // Sorted once at the end: the order of the text can be any.
        let mut out = Vec::with_capacity(at.count());
        let last = std::cell::Cell::new(None);
        let mut key = |text: &str, names: &dyn Names| {
            last.set(Some(K::scalar(text, names)?));
            Ok(())
        };
        at.entries(&mut key, &mut |value| {
            if let (Some(key), Some(value)) = (last.take(), V::read(value)) {
                out.push((key, value));
            }
        });
        Some(out.into_iter().collect())
    }

    fn shape() -> Shape {
        Shape::Map(Box::new(K::shape()), Box::new(V::shape()))
    }
}

/// A text in place of a record: the value of its most usual key.
pub(crate) struct Short<'a> {
    pub(crate) at: &'a mut dyn Place,
    pub(crate) key: &'static str,
}

impl Record for Short<'_> {
    fn span(&self) -> Span {
        self.at.span()
    }

    fn field(&mut self, key: &'static str, read: &mut dyn FnMut(&mut dyn Place)) -> bool {
        let is_it = key == self.key;
        if is_it {
            read(self.at);
        }
        is_it
    }

    // What else the record needs is asked for where it is written in full.
    fn need(&mut self, key: &'static str, _: &str, read: &mut dyn FnMut(&mut dyn Place)) {
        self.field(key, read);
    }

    fn none_of(&mut self, _: &[&'static str], _: &str) {}
}

/// Whether a list of records may have one text twice, which stands for this field of theirs.
pub(crate) fn of_short<R, F: Field>(_: fn(&R) -> &F) -> Repeats {
    match F::NAMES {
        true => Repeats::Refused,
        false => Repeats::Allowed,
    }
}

/// A field's name as a key: `r#for` is `for`.
pub(crate) fn key(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Documentation as one paragraph per blank line.
pub fn prose(doc: &str) -> String {
    let paragraphs = doc.trim().split("\n \n").map(|p| {
        let lines: Vec<&str> = p.split_whitespace().collect();
        lines.join(" ")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
