//! Why a secret cannot be had or kept.

use std::fmt;

/// What is wrong, and what to do about it. Never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What and where.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
    /// Why nothing was done, where that was a choice.
    pub refused: Option<Refusal>,
}

/// Something that could be done and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// What is asked for makes no sense for this kind of secret.
    Usage,
    /// It would lose something, or show it.
    Safety,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: None,
            refused: None,
        }
    }

    pub(crate) fn refused(why: Refusal, what: impl Into<String>) -> Self {
        Self {
            refused: Some(why),
            ..Self::new(what)
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
