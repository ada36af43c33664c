//! Values with how they are known.

use super::{Declare, Form, Opt, Place, Record, Scalar, Shape, Wrong, scalar};
use crate::units::duration::Duration;
use crate::units::text::Prose;
use diag::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A value, or that it is not known, with the place where that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given<T> {
    /// Where it is written.
    pub span: Span,
    /// What is known and how.
    pub known: Known<T>,
}

/// How a value is known. Almost all are declared, so what is said of the others stands apart: a lab has millions of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known<T> {
    /// `memory: 16GiB`: it is so, or shall be.
    Declared(T),
    /// `memory: {assumed: 16GiB, why: usual for this model}`.
    Assumed {
        /// The value.
        value: T,
        /// What the assumption rests on.
        why: Option<Box<Prose>>,
    },
    /// `uptime: {measured: 99.7%, window: 30d, source: uptime-kuma, on: 2026-01-31}`.
    Measured {
        /// The value.
        value: T,
        /// What is said of the measurement.
        #[serde(flatten)]
        by: Box<Measurement>,
    },
    /// `memory: unknown`, or `{unknown: the label is worn off}`.
    Unknown {
        /// Why nobody knows.
        why: Option<Box<Prose>>,
    },
}

/// What is said of a measurement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// Over how long.
    pub window: Option<Duration>,
    /// By what.
    pub source: Option<Prose>,
    /// When.
    pub on: Option<Date>,
}

/// The key of what is assumed.
pub const ASSUMED: &str = "assumed";
/// The key of what was measured.
pub const MEASURED: &str = "measured";
/// The word, and the key, of what is not known.
pub const UNKNOWN: &str = "unknown";
/// The keys, one of which a map has that stands for a value.
pub const FORMS: [&str; 3] = [MEASURED, UNKNOWN, ASSUMED];

impl<T> Given<T> {
    /// A declared value.
    pub fn declared(value: T, span: Span) -> Self {
        let known = Known::Declared(value);
        Self { span, known }
    }

    /// The value, unless it is unknown.
    pub fn value(&self) -> Option<&T> {
        match &self.known {
            Known::Declared(value)
            | Known::Assumed { value, .. }
            | Known::Measured { value, .. } => Some(value),
            Known::Unknown { .. } => None,
        }
    }

    /// The same of another type, known in the same way.
    pub fn map<U>(self, of: impl FnOnce(T) -> U) -> Given<U> {
        let known = match self.known {
            Known::Declared(value) => Known::Declared(of(value)),
            Known::Assumed { value, why } => Known::Assumed {
                value: of(value),
                why,
            },
            Known::Measured { value, by } => Known::Measured {
                value: of(value),
                by,
            },
            Known::Unknown { why } => Known::Unknown { why },
        };
        Given {
            span: self.span,
            known,
        }
    }

    /// It rests on an assumption.
    pub fn is_assumed(&self) -> bool {
        matches!(self.known, Known::Assumed { .. })
    }

    /// Somebody wrote that it is not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self.known, Known::Unknown { .. })
    }
}

impl<T> Known<T> {
    /// What stands there is no such value.
    pub fn unreadable() -> Self {
        let why = Some(Prose("what is declared cannot be read".to_owned()));
        let why = why.map(Box::new);
        Self::Unknown { why }
    }
}

impl<T: Scalar> Declare for Given<T> {
    const NAMES: bool = T::NAMES;

    /// What stands here and cannot be read is reported, and stays as unknown: something is declared, and nobody knows what.
    fn read(at: &mut dyn Place) -> Option<Self> {
        let span = at.span();
        let known = match at.form() {
            Form::Map => forms(at),
            _ => at
                .text(T::LINES)
                .and_then(|text| match T::scalar(&text, at.names()) {
                    _ if text == UNKNOWN => Some(Known::Unknown { why: None }),
                    Ok(value) => Some(Known::Declared(value)),
                    Err(wrong) => {
                        let wrong = match roughly(&text).filter(|t| T::scalar(t, at.names()).is_ok()) {
                            Some(value) => Wrong {
                                help: Some(format!(
                                    "what is not known for sure is written as '{{assumed: {value}, why: …}}' or, if somebody looked, '{{measured: {value}, …}}'"
                                )),
                                ..wrong
                            },
                            None => wrong,
                        };
                        at.wrong(&text, wrong);
                        None
                    }
                }),
        };
        if let Some(Known::Unknown { why }) = &known {
            at.left_open(why.as_deref());
        }
        let known = known.unwrap_or_else(Known::unreadable);
        Some(Self { span, known })
    }

    fn shape() -> Shape {
        Shape::Given(Box::new(T::shape()))
    }
}

/// One text, or a map with one of three keys: what a [`Given`] reads.
pub(crate) fn is_scalar(at: &dyn Place) -> bool {
    at.form() == Form::Text || FORMS.iter().any(|form| at.has(form))
}

/// The value behind `~`, `ca.` and other words for that it is not exact.
fn roughly(text: &str) -> Option<&str> {
    const MARKS: [&str; 8] = [
        "~", "≈", "about ", "approx. ", "around ", "ca. ", "ca ", "circa ",
    ];
    let found = MARKS.iter().find_map(|mark| text.strip_prefix(mark));
    let rest = found.or_else(|| text.strip_suffix('?'))?.trim();
    rest.starts_with(|c: char| c.is_ascii_digit() || "€$£".contains(c))
        .then_some(rest)
}

/// A map with one of three keys.
fn forms<T: Scalar>(at: &mut dyn Place) -> Option<Known<T>> {
    let keys = at.keys();
    let form = FORMS.into_iter().find(|form| keys.contains(form));
    let mut known = None;
    at.record(&mut |r| {
        known = match form {
            Some(MEASURED) => {
                let value = field(r, MEASURED);
                let by = Box::new(Measurement {
                    window: field(r, "window"),
                    source: field(r, "source"),
                    on: field(r, "on"),
                });
                value.map(|value| Known::Measured { value, by })
            }
            Some(UNKNOWN) => {
                let why = field(r, UNKNOWN).map(Box::new);
                Some(Known::Unknown { why })
            }
            Some(_) => {
                let (value, why) = (field(r, ASSUMED), field(r, "why").map(Box::new));
                value.map(|value| Known::Assumed { value, why })
            }
            None => {
                let example = T::shape().example();
                let help = format!(
                    "write '{example}', '{{assumed: {example}, why: …}}', '{{measured: {example}, …}}' or 'unknown'"
                );
                r.none_of(&FORMS, &help);
                None
            }
        };
    });
    known
}

fn field<T: Scalar>(r: &mut dyn Record, key: &'static str) -> Option<T> {
    let mut out = None;
    r.field(key, &mut |at| out = scalar(at));
    out
}

/// Shorthands for optional values.
pub trait OptExt<T> {
    /// The value, if there is one and it is known.
    fn known(&self) -> Option<&T>;
}

impl<T> OptExt<T> for Opt<T> {
    fn known(&self) -> Option<&T> {
        self.as_deref().and_then(Given::value)
    }
}
