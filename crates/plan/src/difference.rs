//! Differences between declared and observed, each with its remedy.

use crate::Context;
use diag::Span;
use model::fact::FactPath;
use model::id::ObjectRef;
use model::kleene::Reason;
use model::plan::Step;
use serde::{Deserialize, Serialize};

/// In what way declared and observed differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Declared and there, with another value.
    Differs,
    /// Declared and not there.
    Missing,
    /// There and not declared.
    Undeclared,
    /// It could not be told.
    Unknown,
}

impl How {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            How::Differs => "differs",
            How::Missing => "missing",
            How::Undeclared => "undeclared",
            How::Unknown => "unknown",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where.
    pub target: ObjectRef,
    /// The fact in question.
    pub path: FactPath,
    /// In what way.
    pub how: How,
    /// What the lab tree says, for people.
    pub declared: String,
    /// What was seen, for people.
    pub observed: String,
    /// Place in the lab tree, if it is declared.
    pub cause: Option<String>,
}

/// The differences of one target, as they are found.
pub(crate) struct Telling<'a> {
    ctx: &'a Context<'a>,
    target: ObjectRef,
    out: &'a mut Vec<Difference>,
}

impl<'a> Telling<'a> {
    pub(crate) fn of(
        ctx: &'a Context<'a>,
        target: &ObjectRef,
        out: &'a mut Vec<Difference>,
    ) -> Self {
        let target = target.clone();
        Self { ctx, target, out }
    }

    /// Adds one. The cause is its place in the lab tree.
    pub(crate) fn tell(
        &mut self,
        path: FactPath,
        how: How,
        declared: &str,
        observed: &str,
        cause: Option<Span>,
    ) {
        self.out.push(Difference {
            target: self.target.clone(),
            path,
            how,
            declared: declared.to_owned(),
            observed: observed.to_owned(),
            cause: cause.map(|span| self.ctx.place(span)),
        });
    }
}

/// What can be done about a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// These steps make it as declared.
    Steps(Vec<Step>),
    /// Something must be known first.
    Blocked(Reason),
    /// It is shown; a person decides (foreign things are never removed).
    Report,
}

/// A difference with its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The difference.
    pub difference: Difference,
    /// What to do about it.
    pub remedy: Remedy,
}
