//! The one diagnostic type.

use crate::source::Span;
use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Background the user may like to know; never changes an exit code.
    Info,
    /// Worth mending; changes the exit code only with `--deny warnings`.
    Warning,
    /// Wrong or impossible.
    Error,
}

/// Whether the declaration can be trusted at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The text is not a valid declaration here: syntax, reference, unit. Stops whatever reaches it.
    Invalid,
    /// A rule's result about a valid declaration.
    Finding,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is said about it; may be empty.
    pub text: String,
}

/// How safely a fix can be applied without a person reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Keeps the meaning or restores the obvious intent.
    Safe,
    /// Changes meaning; a person must agree.
    Unsafe,
    /// Shown as an example only.
    DisplayOnly,
}

/// Replace the text of `span` by `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The range to replace; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A mend for a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What the mend does, as an imperative sentence.
    pub message: String,
    /// How safely it can be applied.
    pub applicability: Applicability,
    /// The edits; none for a fix that is only described.
    pub edits: Vec<Edit>,
}

/// Something to tell the user about a place in the lab tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable kebab-case code, e.g. `unknown-reference`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// Invalid text, or a finding about valid text.
    pub class: Class,
    /// Stands alone on a narrow screen.
    pub message: String,
    /// The place it is about.
    pub primary: Option<Label>,
    /// Other places that matter, e.g. the first definition.
    pub secondary: Vec<Label>,
    /// Arithmetic, sources, background.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// A mend, if one is known.
    pub fix: Option<Fix>,
    /// Professional controls the finding maps to, e.g. `CIS v8 5.2`.
    pub controls: Vec<String>,
    /// It could not be told, because something is neither declared nor observed.
    #[serde(default)]
    pub unknown: bool,
}

impl Diagnostic {
    /// A diagnostic without places or help yet.
    pub fn new(code: &str, severity: Severity, class: Class, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            class,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
            controls: Vec::new(),
            unknown: false,
        }
    }

    /// An error about text that is not a valid declaration.
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, Class::Invalid, message)
    }

    /// A rule's finding.
    pub fn finding(code: &str, severity: Severity, message: impl Into<String>) -> Self {
        Self::new(code, severity, Class::Finding, message)
    }

    /// Sets the primary place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn and_at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds arithmetic or background.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Attaches a mend.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Maps it to a professional control.
    #[must_use]
    pub fn control(mut self, control: impl Into<String>) -> Self {
        self.controls.push(control.into());
        self
    }
}
