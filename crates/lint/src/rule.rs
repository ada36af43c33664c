//! What a rule consists of.

use crate::Findings;
use diag::{Diagnostic, Severity};
use graph::Context;

/// Whether `check --fix` can mend what a rule finds, and what it does then; else why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// Keeps the meaning, or restores what was obviously meant; written by `--fix`.
    Safe(&'static str),
    /// Changes the meaning; written by `--fix --unsafe-fixes`.
    Unsafe(&'static str),
    /// The help shows what to write; who writes it has to know more than the tree says.
    DisplayOnly(&'static str),
    /// No text in the tree mends it.
    None(&'static str),
}

impl Mend {
    /// The kind in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe(_) => "safe",
            Self::Unsafe(_) => "unsafe",
            Self::DisplayOnly(_) => "display only",
            Self::None(_) => "none",
        }
    }

    /// What is done, or why nothing is.
    pub fn why(self) -> &'static str {
        match self {
            Self::Safe(why) | Self::Unsafe(why) | Self::DisplayOnly(why) | Self::None(why) => why,
        }
    }
}

/// A rule: its page in the rule book and the function that applies it.
#[derive(Debug)]
pub struct Rule {
    /// Stable kebab-case id; never reused.
    pub id: &'static str,
    /// Version of holdfast that had it first.
    pub since: &'static str,
    /// Severity of its findings, unless a finding says otherwise.
    pub severity: Severity,
    /// One sentence: what it finds.
    pub summary: &'static str,
    /// Why it matters.
    pub rationale: &'static str,
    /// A declaration that it finds fault with.
    pub example: &'static str,
    /// Professional controls it serves, where it honestly does.
    pub controls: &'static [&'static str],
    /// What `check --fix` can do about it.
    pub mend: Mend,
    /// Adds its findings about a lab.
    pub run: fn(&Context<'_>, &mut Findings),
}

impl Rule {
    /// A finding of this rule.
    pub fn finding(&self, message: impl Into<String>) -> Diagnostic {
        self.with(self.severity, message)
    }

    /// A finding of this rule with a severity of its own.
    pub fn with(&self, severity: Severity, message: impl Into<String>) -> Diagnostic {
        let mut diagnostic = Diagnostic::finding(self.id, severity, message);
        diagnostic.controls = self.controls.iter().map(|c| (*c).to_owned()).collect();
        diagnostic
    }

    /// The rule cannot tell, because something is neither declared nor observed.
    pub fn unknown(&self, message: impl std::fmt::Display) -> Diagnostic {
        let mut d = self.with(Severity::Info, format!("unknown: {message}"));
        d.unknown = true;
        d
    }
}
