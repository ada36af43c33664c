//! JSON texts (RFC 8259), with the bytes of every value.

use super::error::SopsError;
use super::tree::{Entry, Kind, Node, Scalar, line};

/// Deeper than any document of secrets.
const MAX_DEPTH: usize = 64;

pub(super) fn parse(text: &str) -> Result<Node, SopsError> {
    let mut reader = Reader { text, at: 0 };
    let whole = reader.value(0).and_then(|node| {
        reader.space();
        match reader.at == text.len() {
            true => Ok(node),
            false => Err("something follows the document"),
        }
    });
    whole.map_err(|why| SopsError::Syntax {
        line: line(text, reader.at),
        why: format!("it is not JSON: {why}"),
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

type Read<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Takes a byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        self.space();
        let start = self.at;
        let kind = match self.peek().ok_or("the text breaks off")? {
            _ if depth > MAX_DEPTH => return Err("it is nested too deep"),
            b'{' => self.map(depth)?,
            b'[' => self.list(depth)?,
            b'"' => Kind::Scalar(Scalar {
                text: self.string()?,
                plain: false,
            }),
            _ => Kind::Scalar(Scalar {
                text: self.word()?,
                plain: true,
            }),
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn map(&mut self, depth: usize) -> Read<Kind> {
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        if self.take(b'}') {
            return Ok(Kind::Map(entries));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err("a key is expected");
            }
            let key = self.string()?;
            if entries.iter().any(|e| e.key == key) {
                return Err("a key is given twice");
            }
            if !self.take(b':') {
                return Err("':' is expected");
            }
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, start, value });
            match (self.take(b','), self.take(b'}')) {
                (true, false) => {}
                (false, true) => return Ok(Kind::Map(entries)),
                _ => return Err("',' or '}' is expected"),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Read<Kind> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Kind::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match (self.take(b','), self.take(b']')) {
                (true, false) => {}
                (false, true) => return Ok(Kind::List(items)),
                _ => return Err("',' or ']' is expected"),
            }
        }
    }

    fn word(&mut self) -> Read<String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let word: String = rest.chars().take_while(|c| is_part(*c)).collect();
        let known = matches!(word.as_str(), "true" | "false" | "null");
        if !known && (word.is_empty() || word.parse::<f64>().is_err()) {
            return Err("a value is expected");
        }
        self.at += word.len();
        Ok(word)
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let c = rest.chars().next().ok_or("a text is never closed")?;
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                c if c < ' ' => return Err("a control character in a text"),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let c = self.peek().ok_or("a text is never closed")?;
        self.at += 1;
        Ok(match c {
            b'"' | b'\\' | b'/' => char::from(c),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let pair = (0xD800..0xDC00).contains(&unit);
                if !pair {
                    return char::from_u32(unit).ok_or("half of a character");
                }
                if !(self.peek() == Some(b'\\')
                    && self.text.as_bytes().get(self.at + 1) == Some(&b'u'))
                {
                    return Err("half of a character");
                }
                self.at += 2;
                let low = self.unit()?.wrapping_sub(0xDC00);
                let whole = 0x1_0000 + ((unit - 0xD800) << 10) + (low & 0x3FF);
                return char::from_u32(whole)
                    .filter(|_| low < 0x400)
                    .ok_or("half of a character");
            }
            _ => return Err("an unknown escape"),
        })
    }

    fn unit(&mut self) -> Read<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .ok_or("the text breaks off")?;
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| "an unknown escape")
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
