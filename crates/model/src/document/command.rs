//! Commands of a shell, as far as they can be told without running one.

use diag::{Span, Spanned};

/// Where a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the fence with this index.
    Fence(usize),
    /// In inline code: perhaps a command, perhaps only a name.
    Inline,
    /// In a script.
    Script,
}

/// How far a word is what it will be when the command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// The text is the word.
    Yes,
    /// It holds a pattern such as `*`.
    Pattern,
    /// It holds a variable or the output of a command.
    Expands,
    /// It holds a gap for the reader to fill, such as `<HOST>`.
    Gap,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Without quotes; patterns, variables and gaps as they are written.
    pub text: String,
    /// Whether that is all.
    pub sure: Sure,
    /// Where it is, quotes included.
    pub span: Span,
}

impl Word {
    /// The text, if it is the word.
    pub fn known(&self) -> Option<&str> {
        (self.sure == Sure::Yes).then_some(self.text.as_str())
    }
}

/// Input or output that goes elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// `>`, `>>`, `<`, `2>`, `<<` and so on.
    pub operator: String,
    /// To or from where.
    pub target: Word,
}

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Where it stands.
    pub place: Place,
    /// Its words; assignments in front of it are left out.
    pub words: Vec<Word>,
    /// Input or output that goes elsewhere.
    pub redirects: Vec<Redirect>,
    /// It reads what the command before it writes.
    pub piped: bool,
    /// The last comment above it that has a line of its own.
    pub under: Option<Spanned<String>>,
    /// The comment behind it.
    pub comment: Option<Spanned<String>>,
    /// The machine that a prompt in front of it names.
    pub prompt: Option<String>,
    /// Why it is not understood, if it is not. Its words are then only a part of it.
    pub unknown: Option<&'static str>,
    /// Where it is.
    pub span: Span,
}

impl Command {
    /// Its first word, if that is sure and the command is understood.
    pub fn program(&self) -> Option<&str> {
        let first = self.words.first()?.known()?;
        self.unknown.is_none().then_some(first)
    }
}
