//! The words that the tables of keys are written in: what a place of a Compose file can take.

use crate::suggest::one_of;

/// What a place takes.
pub(in crate::compose) enum Rule {
    /// Anything.
    Any,
    /// One of these kinds of scalars.
    Scalar(Scalars),
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or a text of a form.
    WordOr(&'static [&'static str], &'static Form),
    /// Text, or a whole number from the first to the second.
    Range(i64, i64),
    /// A list.
    List(&'static Rule),
    /// A list in which nothing stands twice.
    Set(&'static Rule),
    /// A map with known keys.
    Keys(&'static Keys),
    /// A map with free keys.
    Names(&'static Names),
    /// Any of these; at most one for lists, and one for maps.
    Either(&'static [Rule]),
}

/// A form that texts have.
pub(in crate::compose) struct Form {
    /// A text has it.
    pub(in crate::compose) fits: fn(&str) -> bool,
    /// How it is written.
    pub(in crate::compose) as_in: &'static str,
}

/// Kinds of scalars, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compose) struct Scalars(u8);

impl Scalars {
    pub(in crate::compose) const NULL: Self = Self(1);
    pub(in crate::compose) const BOOL: Self = Self(2);
    pub(in crate::compose) const INT: Self = Self(4);
    /// Whole or not.
    pub(in crate::compose) const NUMBER: Self = Self(8);
    pub(in crate::compose) const TEXT: Self = Self(16);

    pub(in crate::compose) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(in crate::compose) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A map with known keys. Those that begin with `x-` are the user's, everywhere.
pub(in crate::compose) struct Keys {
    /// Keys and what they take, in the order of the reference.
    pub(in crate::compose) known: &'static [(&'static str, Rule)],
    /// Keys that must be there.
    pub(in crate::compose) required: &'static [&'static str],
    /// Other keys are let be; else they have no meaning.
    pub(in crate::compose) open: bool,
}

impl Keys {
    /// Without keys: what tables are completed from.
    pub(super) const NONE: Self = Self {
        known: &[],
        required: &[],
        open: false,
    };
}

/// A map with free keys.
pub(in crate::compose) struct Names {
    /// Which keys are names.
    pub(in crate::compose) name: Naming,
    /// What names take.
    pub(in crate::compose) of: Rule,
    /// What other keys take; nothing if they are refused.
    pub(in crate::compose) other: Option<Rule>,
}

/// Which keys are names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compose) enum Naming {
    /// Every key.
    Anything,
    /// At least one character.
    NotEmpty,
    /// At least one character, and no line break.
    OneLine,
    /// Small letters.
    Letters,
    /// Letters, digits, `.`, `_` and `-`: names of services and of what they use.
    Identifier,
}

impl Naming {
    /// A key is such a name.
    pub(in crate::compose) fn fits(self, key: &str) -> bool {
        let made_of = |kept: fn(char) -> bool| !key.is_empty() && key.chars().all(kept);
        match self {
            Self::Anything => true,
            Self::NotEmpty => made_of(|_| true),
            Self::OneLine => made_of(|c| c != '\n'),
            Self::Letters => made_of(|c| c.is_ascii_lowercase()),
            Self::Identifier => {
                made_of(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
            }
        }
    }

    /// What such names are made of, for messages.
    pub(in crate::compose) fn describe(self) -> &'static str {
        match self {
            Self::Anything => "names are any text",
            Self::NotEmpty => "names have at least one character",
            Self::OneLine => "names are one line",
            Self::Letters => "names have small letters",
            Self::Identifier => "names have letters, digits, '.', '_' and '-'",
        }
    }
}

impl Rule {
    /// What it takes, for messages.
    pub(in crate::compose) fn describe(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Scalar(kinds) => {
                let all = [
                    (Scalars::TEXT, "text"),
                    (Scalars::NUMBER, "a number"),
                    (Scalars::INT, "a whole number"),
                    (Scalars::BOOL, "true"),
                    (Scalars::BOOL, "false"),
                    (Scalars::NULL, "nothing"),
                ];
                one_of(all.iter().filter(|(k, _)| kinds.has(*k)).map(|(_, w)| *w))
            }
            Self::Word(known) => one_of(known.iter().copied()),
            Self::WordOr(known, form) => one_of(known.iter().copied().chain([form.as_in])),
            Self::Range(min, i64::MAX) => format!("a whole number from {min}"),
            Self::Range(min, max) => format!("a whole number from {min} to {max}"),
            Self::List(_) | Self::Set(_) => "a list".to_owned(),
            Self::Keys(_) | Self::Names(_) => "a map".to_owned(),
            Self::Either(rules) => {
                let all: Vec<String> = rules.iter().map(Self::describe).collect();
                one_of(all.iter().map(String::as_str))
            }
        }
    }
}
