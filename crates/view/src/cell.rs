//! A cell: a text and how it is known.

use diag::Spanned;
use model::declare::{Known, Opt};
use serde::Serialize;
use std::fmt::Display;

/// How the text of a cell is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It is written in the lab tree.
    Declared,
    /// It was computed from what is written.
    Computed,
    /// It was measured, as the lab tree says.
    Measured,
    /// It rests on an assumption.
    Assumed,
    /// Somebody wrote that it is not known, or a part of it is missing.
    Unknown,
    /// Nothing is said.
    Silent,
}

/// A text and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The text, with its unit; empty if nothing is said.
    pub text: String,
    /// How it is known.
    pub how: How,
}

impl Cell {
    /// A name or a text that is written.
    pub fn declared(text: impl Display) -> Self {
        Self {
            text: text.to_string(),
            how: How::Declared,
        }
    }

    /// A figure that was computed.
    pub fn computed(text: impl Display) -> Self {
        Self {
            text: text.to_string(),
            how: How::Computed,
        }
    }

    /// Not known.
    pub fn unknown() -> Self {
        Self {
            text: String::new(),
            how: How::Unknown,
        }
    }

    /// Nothing is said.
    pub fn silent() -> Self {
        Self {
            text: String::new(),
            how: How::Silent,
        }
    }

    /// A value in one of its four forms, or none.
    pub fn of<T: Display>(value: &Opt<T>) -> Self {
        Self::with(value, ToString::to_string)
    }

    /// The same, with a text of its own.
    pub fn with<T>(value: &Opt<T>, text: impl Fn(&T) -> String) -> Self {
        let Some(given) = value else {
            return Self::silent();
        };
        let how = match &given.known {
            Known::Declared(_) => How::Declared,
            Known::Assumed { .. } => How::Assumed,
            Known::Measured { .. } => How::Measured,
            Known::Unknown { .. } => return Self::unknown(),
        };
        Self {
            text: given.value().map(text).unwrap_or_default(),
            how,
        }
    }

    /// A text that is given or not.
    pub fn text<T: Display>(value: Option<&Spanned<T>>) -> Self {
        value.map_or_else(Self::silent, |v| Self::declared(&v.value))
    }

    /// Several texts with commas; nothing said if there is none.
    pub fn list(items: impl IntoIterator<Item = impl Display>) -> Self {
        let items: Vec<String> = items.into_iter().map(|i| i.to_string()).collect();
        if items.is_empty() {
            return Self::silent();
        }
        Self::declared(items.join(", "))
    }

    /// A computed text that is no better known than the least of what it rests on.
    pub fn resting_on(text: impl Display, on: impl IntoIterator<Item = How>) -> Self {
        let worst = on.into_iter().max().unwrap_or(How::Computed);
        Self {
            text: text.to_string(),
            how: worst.max(How::Computed),
        }
    }
}
