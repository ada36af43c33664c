//! Names and values as the files of certain programs have them, which no general shape of a setting knows: `ENV` of a Dockerfile,
//! elements and attributes of XML, the lines of `.pgpass`, the logins that Docker and npm keep in base64.

use super::literal::{Bounds, literal};
use super::{Found, Kind};
use data_encoding::{BASE64, BASE64_NOPAD};
use regex::{Captures, Match, Regex};
use std::ops::Range;

/// `ENV NAME VALUE`, as Dockerfiles had it before `=`.
const INSTRUCTION: &str =
    r"(?mi)^[ \t]*(?:ENV|ARG)[ \t]+([A-Z_][A-Z0-9_.-]*)[ \t]+([^\s=][^\r\n]*?)[ \t\r]*$";
/// `<password>x</password>`.
const ELEMENT: &str =
    r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?([^<>\]\s][^<>\]]*?)(?:\]\]>)?\s*</";
/// `<add key="Password" value="x"/>`, and the same the other way round.
const ATTRIBUTES: &str = r#"<[A-Za-z_][^<>]*?\s(?:key|name|id)=["']([^"'<>]+)["'][^<>]*?\s(?:value|content)=(?:"([^"<>]*)"|'([^'<>]*)')"#;
const ATTRIBUTES_TURNED: &str = r#"<[A-Za-z_][^<>]*?\s(?:value|content)=(?:"([^"<>]*)"|'([^'<>]*)')[^<>]*?\s(?:key|name|id)=["']([^"'<>]+)["']"#;
/// `<entry key="password">x</entry>`, with or without an element of its own for the value.
const KEYED: &str = r#"<[A-Za-z_][^<>]*?\s(?:key|name|id)=["']([^"'<>]+)["'][^<>]*>\s*(?:<value[^<>]*>\s*)?([^<>\s][^<>]*?)\s*</"#;
/// `<key>password</key><string>x</string>`.
const PROPERTY_LIST: &str = r"<key>\s*([^<>]+?)\s*</key>\s*<string>\s*([^<>]+?)\s*</string>";
/// `auth` and `_auth`, whose value is a login in base64.
const LOGIN: &str = r#"(?i)(?:^|[\s"'{,:/])_?auth["']?[ \t]*[:=][ \t]*["']?([a-z0-9+/]{8,}={0,2})"#;
/// Files of passwords for the clients of PostgreSQL.
const PGPASS: [&str; 2] = ["pgpass", "pgpass.conf"];

/// The shapes, compiled once.
pub(super) struct Files {
    instruction: Option<Regex>,
    /// Of XML: which groups are the name and the value.
    markup: Vec<(usize, &'static [usize], Regex)>,
    login: Option<Regex>,
}

impl Default for Files {
    fn default() -> Self {
        let of = |text: &str| Regex::new(text).ok();
        let markup: [(usize, &'static [usize], &str); 5] = [
            (1, &[2], ELEMENT),
            (1, &[2, 3], ATTRIBUTES),
            (3, &[1, 2], ATTRIBUTES_TURNED),
            (1, &[2], KEYED),
            (1, &[2], PROPERTY_LIST),
        ];
        let markup = markup.into_iter();
        Self {
            instruction: of(INSTRUCTION),
            markup: markup
                .filter_map(|(name, values, shape)| Some((name, values, of(shape)?)))
                .collect(),
            login: of(LOGIN),
        }
    }
}

impl Files {
    /// Names and values, for whoever knows which names are those of secrets.
    pub(super) fn named(&self, path: &str, text: &str, named: &mut impl FnMut(&str, Found<'_>)) {
        if is_dockerfile(path) {
            for (key, value) in super::pairs(self.instruction.as_ref(), text) {
                named(key.as_str(), Found::rest_of_line(&value));
            }
        }
        if !text.contains("</") && !text.contains("/>") {
            return;
        }
        for (name, values, shape) in &self.markup {
            for found in shape.captures_iter(text) {
                let value = values.iter().find_map(|group| found.get(*group));
                if let (Some(name), Some(value)) = (found.get(*name), value) {
                    named(name.as_str(), written_out(&value));
                }
            }
        }
    }

    /// What is a secret by its place alone, and what it is.
    pub(super) fn placed(&self, path: &str, text: &str) -> Vec<(Range<usize>, &'static str)> {
        let one = |found: Captures<'_>| {
            let value = found.get(1)?;
            is_login(value.as_str()).then(|| (value.range(), "a login in base64"))
        };
        let login = self.login.iter().filter(|_| text.contains("auth"));
        let logins = login.flat_map(|r| r.captures_iter(text)).filter_map(one);
        let mut out: Vec<_> = logins.collect();
        let name = path.rsplit('/').next().unwrap_or(path);
        if PGPASS.contains(&name.trim_start_matches('.')) {
            out.extend(of_pgpass(text));
        }
        out
    }
}

/// A value between tags or in an attribute is all of it.
fn written_out<'a>(value: &Match<'a>) -> Found<'a> {
    Found {
        text: value.as_str(),
        raw: value.as_str(),
        start: value.start(),
        bounds: Bounds::Quoted,
    }
}

/// `Dockerfile`, `Dockerfile.web`, `web.Dockerfile`, `Containerfile`.
pub(super) fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut parts = name.split('.');
    parts.any(|part| part == "dockerfile" || part == "containerfile")
}

/// `host:port:database:user:password`, with `\:` and `\\` in each of them.
fn of_pgpass(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begins = start;
        start += line.len();
        let body = line.trim_end();
        if body.starts_with('#') {
            continue;
        }
        let mut escaped = false;
        let mut colons = body.char_indices().filter(|(_, c)| {
            let is = *c == ':' && !escaped;
            escaped = *c == '\\' && !escaped;
            is
        });
        let Some((last, _)) = colons.nth(3) else {
            continue;
        };
        let password = body.get(last + 1..).unwrap_or_default();
        if literal(password, Bounds::Read, Kind::Settings).is_some() {
            let span = begins + last + 1..begins + body.len();
            out.push((span, "a password of PostgreSQL"));
        }
    }
    out
}

/// Base64 of `name:password`.
fn is_login(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let padded = BASE64.decode(text.as_bytes());
    let bytes = padded.or_else(|_| BASE64_NOPAD.decode(bare.as_bytes()));
    let said = bytes.ok().and_then(|b| String::from_utf8(b).ok());
    let parts = said.as_deref().and_then(|said| said.split_once(':'));
    parts.is_some_and(|(name, password)| {
        let plain = |t: &str| !t.is_empty() && !t.contains(char::is_control);
        plain(name) && plain(password) && !name.contains(char::is_whitespace)
    })
}
