//! Names and their values, in all forms in which files of settings have them.

use super::found::{Found, VALUES, of_tree};
use super::kind::{Form, Kind, is_expressions, kind};
use super::literal::Bounds;
use super::parts::{Held, Lazy, NOUNS, Parts};
use super::words::Comments;
use super::{markdown, names, several, yaml};
use diag::naming;
use regex::Match;

/// A name that may be a secret's.
macro_rules! name {
    () => {
        r"(?i)([a-z0-9_.-]*(?:pass|pwd|secret|token|key|psk|pw|kennwort|wachtwoord|contrasena|mdp|schl(?:ü|ue)ssel|private|preshared|salt|seed|pepper|cred|_pat|_sas|dbroot|authtok|hmacencoded|mnemonic|plex_claim|pushover_user|rediscli_auth|epik_signature)[a-z0-9_.-]*)"
    };
}
/// A key that may be named as a secret, what may stand between it and its value, and the value: with its quotes if it has any, else
/// up to what ends it inside of brackets.
macro_rules! named {
    ($gap:literal, $bare:literal) => {
        concat!(
            name!(),
            r#"\\{0,7}["']?[ \t]*(?::|=)"#,
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
/// A list of texts in one piece, as JSON has them.
const LIST: &str = concat!(name!(), r#"\\{0,7}["']?[ \t]*[:=]\s*\[([^\[\]{}]*)"#);
/// A map of texts.
const MAP: &str = concat!(name!(), r#"\\{0,7}["']?[ \t]*[:=]\s*\{([^\[\]{}]*)"#);
/// A line of settings: a name, and the rest of the line.
const LINE: &str =
    r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*(\S[^\r\n]*?)[ \t\r]*$";

/// A line without a sign between the name and what stands in quotes: `password "x";`.
const LINE_QUOTED: &str =
    r#"(?m)^[ \t]*([A-Za-z_][A-Za-z0-9_.-]*)[ \t]+("[^"\n]+")[ \t]*;?[ \t\r]*$"#;
/// The first line of a text of several, as TOML has them.
const OF_LINES: &str = r#"(?m)^[ \t]*([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*(?:"""|\x27{3})(?:\r?\n)?[ \t]*([^\s"\x27][^\r\n"\x27]*)"#;

/// The shapes, compiled when they are needed.
pub(super) struct Settings {
    named: Lazy,
    named_in_line: Lazy,
    named_below: Lazy,
    list: Lazy,
    map: Lazy,
    line: Lazy,
    line_quoted: Lazy,
    of_lines: Lazy,
}

impl Settings {
    pub(super) fn new(parts: &mut Parts) -> Self {
        Self {
            named: parts.shape(NOUNS, NAMED),
            named_in_line: parts.shape(NOUNS, NAMED_IN_LINE),
            named_below: parts.shape(NOUNS, NAMED_BELOW),
            list: parts.shape(NOUNS, LIST),
            map: parts.shape(NOUNS, MAP),
            line: parts.shape(NOUNS, LINE),
            line_quoted: parts.shape(NOUNS, LINE_QUOTED),
            of_lines: parts.shape(&["\"\"\"", "\x27\x27\x27"], OF_LINES),
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
            self.lines(text, held, named);
        }
        self.several(text, held, named);
        let in_line = match form {
            Form::Lines => &self.named_in_line,
            Form::Tree | Form::Text => &self.named,
        };
        let plain = markdown::is_marked(path).then(|| markdown::plain(text));
        if let Some(plain) = &plain {
            markdown::cells(plain, |name| naming(name).is_some(), named);
        }
        let text = plain.as_deref().unwrap_or(text);
        let only_quoted = kind == Kind::Code || is_expressions(path);
        let mut comments = Comments::new(text);
        for (key, value) in pairs(in_line, held, text) {
            let mut found = Found::word(&value);
            if matches!(kind, Kind::Settings | Kind::Script)
                && is_variable(text, &key, &found)
                && !comments.has(key.start())
            {
                found.bounds = Bounds::Read;
            }
            if !only_quoted || found.bounds == Bounds::Quoted {
                named(key.as_str(), found);
            }
        }
    }
}

impl Settings {
    /// Where a name has several texts behind it.
    fn several(&self, text: &str, held: &Held, named: &mut impl FnMut(&str, Found<'_>)) {
        if !text.contains(['[', '{']) {
            return;
        }
        for (name, inner) in pairs(&self.list, held, text) {
            let found = several::of_list(inner.as_str(), inner.start());
            found.into_iter().for_each(|f| named(name.as_str(), f));
        }
        for (name, inner) in pairs(&self.map, held, text) {
            let name = name.as_str();
            let found = several::of_map(name, inner.as_str(), inner.start());
            found.into_iter().for_each(|f| named(name, f));
        }
    }

    /// Where each line is a setting.
    fn lines(&self, text: &str, held: &Held, named: &mut impl FnMut(&str, Found<'_>)) {
        let mut sections = Sections {
            text,
            at: 0,
            last: "",
        };
        for (key, value) in pairs(&self.line, held, text) {
            let name = key.as_str();
            // `[password]` and below it `value = x`.
            let name = match VALUES.contains(&name) && naming(name).is_none() {
                true => sections.before(key.start()),
                false => name,
            };
            for found in Found::items(&value) {
                named(name, found);
            }
        }
        for (key, value) in pairs(&self.line_quoted, held, text) {
            named(key.as_str(), Found::word(&value));
        }
        for (key, value) in pairs(&self.of_lines, held, text) {
            named(key.as_str(), Found::written_out(&value));
        }
    }
}

/// The heads of sections. Places are asked for in the order of the text, so that it is read once.
struct Sections<'t> {
    text: &'t str,
    at: usize,
    last: &'t str,
}

impl<'t> Sections<'t> {
    /// The last part of the name of the section that a place is in.
    fn before(&mut self, place: usize) -> &'t str {
        let between = self.text.get(self.at..place).unwrap_or_default();
        let heads = between.lines().rev().map(str::trim);
        let head = heads
            .filter_map(|line| line.strip_prefix('[')?.split(']').next())
            .next();
        if let Some(head) = head {
            let name = head.rsplit('.').next().unwrap_or_default();
            self.last = name.trim_matches(['[', '"', '\'', ' ']);
        }
        self.at = place;
        self.last
    }
}

/// A variable as a shell is given it, whose value ends where the word does: no sentence has one.
fn is_variable(text: &str, key: &Match<'_>, value: &Found<'_>) -> bool {
    let name = key.as_str();
    let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let sign = |c: char| c.is_alphanumeric() || "!#&+?%^~*@".contains(c);
    name.bytes().all(capital)
        && text.get(key.end()..value.start) == Some("=")
        && value.bounds == Bounds::Guessed
        && value.text.chars().all(sign)
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
