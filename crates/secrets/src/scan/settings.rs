//! Names and their values, in all forms in which files of settings have them.

use super::found::{Found, of_tree};
use super::kind::{Form, Kind, is_expressions, kind};
use super::literal::Bounds;
use super::parts::{Held, Lazy, NOUNS, Parts};
use super::{markdown, names, yaml};
use regex::Match;

/// A key that may be named as a secret, what may stand between it and its value, and the value: with its quotes if it has any, else
/// up to what ends it inside of brackets.
macro_rules! named {
    ($gap:literal, $bare:literal) => {
        concat!(
            r#"(?i)([a-z0-9_.-]*(?:pass|pwd|secret|token|key|psk|pw|kennwort|wachtwoord|contrasena|mdp|schl(?:ü|ue)ssel|private|preshared)[a-z0-9_.-]*)\\{0,7}["']?[ \t]*(?::|=)"#,
            $gap,
            r#"(?:(?:!!|&)[^\s,\]}"']*[ \t]+)*("#,
            // Quotes of a text in a text, and of one more around it.
            r#"\\"(?:[^"\\\n]|\\\\(?:\\.|[^"\\\n])|\\[^"\\\n])*\\"|"#,
            r#"\\{3}"(?:[^"\\\n]|\\+[^"\\\n]|\\{7}")*\\{3}"|"#,
            r#""(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|"#,
            $bare,
            ")"
        )
    };
}
/// In lists and maps, commands and sentences.
const NAMED: &str = named!(r"[ \t]*", r#"[^\s,}\]#"'][^\s,}\]]*"#);
/// In files that know no brackets.
const NAMED_IN_LINE: &str = named!(r"[ \t]*", r#"[^\s"']\S*"#);
/// In YAML that no reader reads, on the line below.
const NAMED_BELOW: &str = named!(
    r"[ \t]*(?:[|>][0-9+-]*[ \t]*)?\r?\n[ \t]+",
    r#"[^\s,}\]#"'-][^\s,}\]]*"#
);
/// A line of settings: a name, and the rest of the line.
const LINE: &str =
    r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*(\S[^\r\n]*?)[ \t\r]*$";

/// The shapes, compiled when they are needed.
pub(super) struct Settings {
    named: Lazy,
    named_in_line: Lazy,
    named_below: Lazy,
    line: Lazy,
}

impl Settings {
    pub(super) fn new(parts: &mut Parts) -> Self {
        Self {
            named: parts.shape(NOUNS, NAMED),
            named_in_line: parts.shape(NOUNS, NAMED_IN_LINE),
            named_below: parts.shape(NOUNS, NAMED_BELOW),
            line: parts.shape(NOUNS, LINE),
        }
    }

    /// Names and their values, in all forms in which the files of this kind have them.
    pub(super) fn find(
        &self,
        (path, text): (&str, &str),
        held: &Held,
        named: &mut impl FnMut(&str, Found<'_>),
    ) {
        if !names::may_have(text, &held.nouns) {
            return;
        }
        let (kind, form) = kind(path);
        if form == Form::Tree {
            let whole = yaml::values(text, |value| of_tree(text, value, named));
            if !whole {
                below(pairs(&self.named_below, held, text), named);
            }
        }
        if form == Form::Lines {
            for (key, value) in pairs(&self.line, held, text) {
                for found in Found::items(&value) {
                    named(key.as_str(), found);
                }
            }
        }
        let in_line = match form {
            Form::Lines => &self.named_in_line,
            Form::Tree | Form::Text => &self.named,
        };
        let plain = markdown::is_marked(path).then(|| markdown::plain(text));
        if let Some(plain) = &plain {
            markdown::cells(plain, named);
        }
        let text = plain.as_deref().unwrap_or(text);
        let only_quoted = kind == Kind::Code || is_expressions(path);
        for (key, value) in pairs(in_line, held, text) {
            let found = Found::word(&value);
            if !only_quoted || found.bounds == Bounds::Quoted {
                named(key.as_str(), found);
            }
        }
    }
}

/// Names and values that a shape finds.
fn pairs<'t>(
    shape: &Lazy,
    held: &Held,
    text: &'t str,
) -> impl Iterator<Item = (Match<'t>, Match<'t>)> {
    let found = shape.captures(held, text);
    found.filter_map(|f| Some((f.get(1)?, f.get(2)?)))
}

/// Values on the line below their names. What ends in a colon is a key.
fn below<'t>(
    pairs: impl Iterator<Item = (Match<'t>, Match<'t>)>,
    named: &mut impl FnMut(&str, Found<'_>),
) {
    for (key, value) in pairs {
        if !value.as_str().ends_with(':') {
            named(key.as_str(), Found::word(&value));
        }
    }
}
