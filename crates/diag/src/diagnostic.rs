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

/// What an edit does at its place. All but [`Aim::Exact`] need the text around the place and are made exact by
/// [`crate::fix::settle`], so that who asks for them need not see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// The text of the span is replaced; an empty span inserts.
    #[default]
    Exact,
    /// The item of a YAML list, or the entry of a block map whose key this is, is taken away with what separates it.
    Remove,
    /// `key: value` is added to the YAML map that the span is.
    Enter,
    /// An item is added to a YAML list behind the one that the span is.
    Append,
    /// `key: value` is added to the YAML map that the key is of which the span is.
    Under,
    /// An entry or item is added beside the one that begins with the span: behind the whole of it, in YAML's flow form before it.
    Beside,
}

/// A change of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The range that is changed.
    pub span: Span,
    /// The new text.
    pub text: String,
    /// What is done with it.
    #[serde(default)]
    pub aim: Aim,
}

impl Edit {
    /// Replaces the text of a place.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self::new(span, text, Aim::Exact)
    }

    /// Takes away an item of a list or an entry of a block map, of which the key is given.
    pub fn remove(span: Span) -> Self {
        Self::new(span, "", Aim::Remove)
    }

    /// Adds `key: value` to a map.
    pub fn enter(map: Span, entry: impl Into<String>) -> Self {
        Self::new(map, entry, Aim::Enter)
    }

    /// Adds an item to a list, behind another one.
    pub fn append(item: Span, text: impl Into<String>) -> Self {
        Self::new(item, text, Aim::Append)
    }

    /// Adds `key: value` to the map that a key has.
    pub fn under(key: Span, entry: impl Into<String>) -> Self {
        Self::new(key, entry, Aim::Under)
    }

    /// Adds an entry to a map, or an item to a list, beside the one that begins here.
    pub fn beside(first: Span, text: impl Into<String>) -> Self {
        Self::new(first, text, Aim::Beside)
    }

    fn new(span: Span, text: impl Into<String>, aim: Aim) -> Self {
        let text = text.into();
        Self { span, text, aim }
    }
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

impl Fix {
    /// A mend that keeps the meaning or restores what was obviously meant.
    pub fn safe(message: impl Into<String>, edit: Edit) -> Self {
        Self::new(message, Applicability::Safe, vec![edit])
    }

    /// A mend that a person must agree to.
    pub fn doubtful(message: impl Into<String>, edit: Edit) -> Self {
        Self::new(message, Applicability::Unsafe, vec![edit])
    }

    fn new(message: impl Into<String>, applicability: Applicability, edits: Vec<Edit>) -> Self {
        let message = message.into();
        Self {
            message,
            applicability,
            edits,
        }
    }
}

/// That somebody lives with a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub owner: String,
    /// The last day, as YYYY-MM-DD.
    pub until: String,
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
    /// A secret stands where it points: its place is told, and no line is shown.
    #[serde(default)]
    pub veiled: bool,
    /// The object it is about, as a waiver names it; `lab` for all of it. Set once all rules have run.
    #[serde(default)]
    pub object: Option<String>,
    /// The parts of the object that it is about, as a waiver names them; none if it is about the object as such.
    #[serde(default)]
    pub parts: Vec<String>,
    /// It is accepted for now.
    #[serde(default)]
    pub waived: Option<Waived>,
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
            veiled: false,
            object: None,
            parts: Vec::new(),
            waived: None,
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

    /// Names a part of the object that it is about: a port, an account. Who accepts the finding accepts this part alone.
    #[must_use]
    pub fn of(mut self, part: impl Into<String>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// Names several parts.
    #[must_use]
    pub fn of_each(mut self, parts: impl IntoIterator<Item = String>) -> Self {
        self.parts.extend(parts);
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
