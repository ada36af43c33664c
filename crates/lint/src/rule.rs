//! What a rule consists of.

use crate::Findings;
use diag::{Diagnostic, Severity};
use graph::Context;

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
