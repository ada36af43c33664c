//! Environment files (`.env`, `env_file`), as Compose reads them.

use super::template::{self, Refused, Use, Variables};
use diag::{SourceId, Span};
use std::collections::BTreeMap;

/// All values of one file together; variables made of variables could else fill the memory.
const MAX_TOTAL: usize = 16 << 20;

/// What a file sets.
pub(super) type Environment = BTreeMap<String, String>;

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bad {
    /// Where.
    pub(super) span: Span,
    /// What is wrong.
    pub(super) message: String,
}

/// Reads a file; `look_up` knows the variables that came before it, which win over the file's own.
pub(super) fn parse(
    source: SourceId,
    text: &str,
    look_up: &dyn Fn(&str) -> Option<String>,
) -> Result<Environment, Bad> {
    let start = usize::from(text.starts_with('\u{feff}')) * 3;
    let mut reader = Reader {
        source,
        text,
        at: start,
        look_up,
        set: Environment::new(),
        total: 0,
    };
    while reader.statement()? {}
    Ok(reader.set)
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    at: usize,
    look_up: &'a dyn Fn(&str) -> Option<String>,
    set: Environment,
    total: usize,
}

/// White space within a line.
fn blank(c: char) -> bool {
    matches!(
        c,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self, matches: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(matches).len();
    }

    fn bad(&self, start: usize, end: usize, message: impl Into<String>) -> Bad {
        Bad {
            span: Span::new(self.source, start, end.max(start)),
            message: message.into(),
        }
    }

    /// The rest of the line that `at` is in.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        at + rest.find('\n').unwrap_or(rest.len())
    }

    /// Reads one assignment; false at the end.
    fn statement(&mut self) -> Result<bool, Bad> {
        self.skip(char::is_whitespace);
        if self.rest().is_empty() {
            return Ok(false);
        }
        if self.rest().starts_with('#') {
            self.at = self.line_end(self.at);
            return Ok(true);
        }
        let Some((key, inherited)) = self.key()? else {
            return Ok(false);
        };
        if inherited {
            if let Some(value) = (self.look_up)(&key) {
                self.keep(key, value)?;
            }
            return Ok(true);
        }
        let value = self.value()?;
        self.keep(key, value)?;
        Ok(true)
    }

    fn keep(&mut self, key: String, value: String) -> Result<(), Bad> {
        self.total += key.len() + value.len();
        if self.total > MAX_TOTAL {
            return Err(self.bad(self.at, self.at, "the values of this file grow too large"));
        }
        self.set.insert(key, value);
        Ok(())
    }

    /// The name, and whether it stands alone in its line.
    fn key(&mut self) -> Result<Option<(String, bool)>, Bad> {
        let after_export = self.rest().strip_prefix("export");
        if after_export.is_some_and(|r| r.starts_with(char::is_whitespace)) {
            self.at += "export".len();
            self.skip(blank);
        }
        let start = self.at;
        for (n, c) in self.rest().char_indices() {
            match c {
                '=' | ':' | '\n' => {
                    let key = self.text.get(start..start + n).unwrap_or("").trim_end();
                    let key = key.to_owned();
                    if key.contains(' ') {
                        return Err(self.bad(start, start + n, "the name has a space in it"));
                    }
                    self.at = start + n + 1;
                    self.skip(blank);
                    return Ok(Some((key, c == '\n')));
                }
                _ if blank(c) || matches!(c, '_' | '.' | '-' | '[' | ']') => {}
                _ if c.is_alphanumeric() => {}
                _ => {
                    let message =
                        format!("a name cannot have the character '{}'", c.escape_default());
                    return Err(self.bad(start, start + n, message));
                }
            }
        }
        // A name alone at the very end of the file: Compose reads it as an empty name and moves on.
        self.at = self.text.len();
        Ok(None)
    }

    fn value(&mut self) -> Result<String, Bad> {
        let start = self.at;
        match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            _ => {
                let end = self.line_end(start);
                let line = self.text.get(start..end).unwrap_or("");
                let line = line.split(" #").next().unwrap_or("").trim_end().to_owned();
                self.at = (end + 1).min(self.text.len());
                self.expand(&line, start, end)
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Bad> {
        let start = self.at;
        let mut value = String::new();
        let mut escaped = false;
        let body = self.text.get(start + 1..).unwrap_or("");
        for (n, c) in body.char_indices() {
            if c == quote && !escaped {
                self.at = start + 1 + n + 1;
                if quote == '\'' {
                    return Ok(value);
                }
                let value = unescape(&value);
                return self.expand(&value, start, self.at);
            }
            match (c, escaped) {
                ('\\', false) => escaped = true,
                (c, true) if c != quote => {
                    value.push('\\');
                    value.push(c);
                    escaped = false;
                }
                (c, _) => {
                    value.push(c);
                    escaped = false;
                }
            }
        }
        let end = self.line_end(start);
        Err(self.bad(
            start,
            start + 1.min(end - start),
            "this quote is never closed",
        ))
    }

    fn expand(&self, text: &str, start: usize, end: usize) -> Result<String, Bad> {
        let mut variables = Lookup {
            outer: self.look_up,
            set: &self.set,
        };
        template::substitute(text, &mut variables).map_err(|refused| {
            let message = match refused {
                Refused::Malformed => "'${' is not followed by a name and '}'".to_owned(),
                Refused::Missing { name, .. } => {
                    format!("the required variable {name} has no value")
                }
                Refused::TooLarge => "its variables nest too deep or grow too large".to_owned(),
            };
            self.bad(start, end, message)
        })
    }
}

struct Lookup<'a> {
    outer: &'a dyn Fn(&str) -> Option<String>,
    set: &'a Environment,
}

impl Variables for Lookup<'_> {
    fn value(&mut self, name: &str) -> Option<String> {
        (self.outer)(name).or_else(|| self.set.get(name).cloned())
    }

    fn used(&mut self, _: &str, _: Use) {}
}

/// The escapes of double quotes; `\$` stays a dollar.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.clone().next() {
            Some('$') => out.push_str("$$"),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some('"') => out.push('"'),
            Some('\\') => out.push('\\'),
            Some(_) | None => {
                out.push('\\');
                continue;
            }
        }
        chars.next();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let outer = |name: &str| (name == "OUT").then(|| "outer".to_owned());
        parse(SourceId(0), text, &outer)
            .map(|set| set.into_iter().collect())
            .map_err(|bad| bad.message)
    }

    #[test]
    fn values() {
        for (text, expected) in [
            ("A=1", "1"),
            ("A = 1 ", "1"),
            ("A: yes", "yes"),
            ("export A=1", "1"),
            ("# c\n\nA=a b # c", "a b"),
            ("A=a#b", "a#b"),
            ("A='a $OUT \\n'", "a $OUT \\n"),
            ("A=\"a\\n$OUT\"", "a\nouter"),
            ("A=\"a\nb\"", "a\nb"),
            ("A=\"q\\\"q\"", "q\"q"),
            ("A=\"\\$OUT\"", "$OUT"),
            ("A=${OUT}x${NO:-d}", "outerxd"),
            ("A=", ""),
            ("\u{feff}A=1\r\n", "1"),
        ] {
            let expected = vec![("A".to_owned(), expected.to_owned())];
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        let both = read("A=1\nB=$A$A").unwrap();
        assert_eq!(both.get(1), Some(&("B".to_owned(), "11".to_owned())));
        assert_eq!(
            read("OUT\nNO\n").unwrap(),
            [("OUT".to_owned(), "outer".to_owned())]
        );
    }

    #[test]
    fn bad_lines() {
        for text in ["A=\"x", "A B=1", "A!=1", "A=${", "<html>"] {
            assert!(read(text).is_err(), "{text}");
        }
        let mut bomb = "A0=xxxxxxxxxxxxxxxx\n".to_owned();
        for n in 1..64 {
            bomb.push_str(&format!("A{n}=$A{0}$A{0}\n", n - 1));
        }
        assert!(read(&bomb).is_err());
    }
}
