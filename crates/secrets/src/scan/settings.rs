//! Names and their values, in all forms in which files of settings have them.

use super::found::{Found, of_tree};
use super::kind::{Form, Kind, is_expressions, kind};
use super::literal::Bounds;
use super::yaml;
use regex::{Match, Regex};

/// A key that may be named as a secret, what may stand between it and its value, and the value: with its quotes if it has any, else
/// up to what ends it inside of brackets.
macro_rules! named {
    ($gap:literal, $bare:literal) => {
        concat!(
            r#"(?i)([a-z0-9_.-]*(?:pass|pwd|secret|token|key|psk|pw)[a-z0-9_.-]*)["']?[ \t]*(?::|=)"#,
            $gap,
            r#"(?:(?:!!|&)[^\s,\]}"']*[ \t]+)*("(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|"#,
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

/// The shapes, compiled once.
pub(super) struct Settings {
    named: Option<Regex>,
    named_in_line: Option<Regex>,
    named_below: Option<Regex>,
    line: Option<Regex>,
}

impl Default for Settings {
    fn default() -> Self {
        let of = |text: &str| Regex::new(text).ok();
        Self {
            named: of(NAMED),
            named_in_line: of(NAMED_IN_LINE),
            named_below: of(NAMED_BELOW),
            line: of(LINE),
        }
    }
}

impl Settings {
    /// Names and their values, in all forms in which the files of this kind have them.
    pub(super) fn find(&self, path: &str, text: &str, named: &mut impl FnMut(&str, Found<'_>)) {
        let (kind, form) = kind(path);
        if form == Form::Tree {
            let whole = yaml::values(text, |value| of_tree(text, value, named));
            if !whole {
                below(self.named_below.as_ref(), text, named);
            }
        }
        if form == Form::Lines {
            for (key, value) in pairs(self.line.as_ref(), text) {
                for found in Found::items(&value) {
                    named(key.as_str(), found);
                }
            }
        }
        let in_line = match form {
            Form::Lines => &self.named_in_line,
            Form::Tree | Form::Text => &self.named,
        };
        let only_quoted = kind == Kind::Code || is_expressions(path);
        for (key, value) in pairs(in_line.as_ref(), text) {
            let found = Found::word(&value);
            if !only_quoted || found.bounds == Bounds::Quoted {
                named(key.as_str(), found);
            }
        }
    }
}

/// Names and values that a shape finds.
pub(super) fn pairs<'t>(
    shape: Option<&'t Regex>,
    text: &'t str,
) -> impl Iterator<Item = (Match<'t>, Match<'t>)> {
    let found = shape.into_iter().flat_map(|r| r.captures_iter(text));
    found.filter_map(|f| Some((f.get(1)?, f.get(2)?)))
}

/// Values on the line below their names. What ends in a colon is a key.
fn below(shape: Option<&Regex>, text: &str, named: &mut impl FnMut(&str, Found<'_>)) {
    for (key, value) in pairs(shape, text) {
        if !value.as_str().ends_with(':') {
            named(key.as_str(), Found::word(&value));
        }
    }
}
