//! Colour with meaning: green proven, red broken or failed, yellow needs a look, dim background; and how wide the screen is.

use crate::stream;
use std::io::IsTerminal as _;

/// What a colour stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Shown to hold.
    Good,
    /// Shown not to hold.
    Bad,
    /// Needs a look.
    Look,
    /// Background.
    Dim,
    /// A heading.
    Head,
}

/// The width of what is not shown on a terminal.
const PIPED: usize = 100;
/// Narrower screens are not served.
const LEAST: usize = 40;

/// Whether to colour, and where lines end.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
    width: usize,
    terminal: bool,
}

impl Paint {
    /// Decides once for standard output; where nobody chose, a terminal is coloured unless `NO_COLOR` is set.
    pub fn decide(chosen: Option<bool>) -> Self {
        let on = chosen.unwrap_or_else(|| {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        });
        Self {
            on,
            width: screen(terminal_size::terminal_size_of(std::io::stdout())),
            terminal: std::io::stdout().is_terminal(),
        }
    }

    /// No colour, and lines of this width.
    pub fn plain(width: usize) -> Self {
        Self {
            on: false,
            width,
            terminal: true,
        }
    }

    /// How many characters a line has.
    pub fn width(self) -> usize {
        self.width
    }

    /// The same where somebody looks: on a terminal, or where `COLUMNS` says how much room there is.
    pub fn screen(self) -> Option<usize> {
        (self.terminal || std::env::var_os("COLUMNS").is_some()).then_some(self.width)
    }

    /// Whether it colours.
    pub fn is_on(self) -> bool {
        self.on
    }

    /// Whether a word may be broken rather than reach over the edge; what is piped is searched, and keeps its words whole.
    pub fn breaks_words(self) -> bool {
        self.terminal
    }

    /// The same, piped.
    pub fn piped(self) -> Self {
        Self {
            terminal: false,
            ..self
        }
    }

    /// A text in its colour, without what a terminal would obey.
    pub fn text(self, tone: Tone, text: &str) -> String {
        if !self.on {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Look => "33",
            Tone::Dim => "2",
            Tone::Head => "1",
        };
        format!("\u{1b}[{code}m{}\u{1b}[0m", stream::clean(text, false))
    }
}

/// The width of a terminal; without one what `COLUMNS` says, else 100.
pub fn screen(terminal: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = terminal.map(|(w, _)| usize::from(w.0)).filter(|w| *w > 0);
    width.or_else(told).unwrap_or(PIPED).max(LEAST)
}
