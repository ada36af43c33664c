//! Secrets in clear text: private keys, tokens of known shape, passwords in URLs, and values under keys that are named as secrets.
//!
//! A finding is a range of bytes and what it seems to be, never the text itself. The shapes of tokens are those that their
//! issuers publish so that scanners can find them.

mod calls;
mod files;
mod hash;
mod literal;
mod words;
mod yaml;

use self::files::Files;
use self::hash::Hashes;
use self::literal::{Bounds, is_of_words, is_placeholder, is_secret, is_strong, literal};
use self::words::Words;
use diag::naming;
use regex::{Match, Regex};
use std::collections::BTreeMap;
use std::ops::Range;

/// Something that looks like a secret in clear text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it seems to be: `a private key`, `a token of GitHub`.
    pub what: String,
    /// How bad it is.
    pub grade: Grade,
}

/// What whoever reads the text has of a secret, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The secret itself.
    Clear,
    /// The hash of a password: it lets nobody in, and words can be tried on it.
    Hash,
}

/// Tokens: who issues them, and their shape.
const TOKENS: &[(&str, &str)] = &[
    (
        "a token of GitHub",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    ),
    (
        "a token of GitLab",
        r"\bgl(?:pat|rt|dt|cbt)-[A-Za-z0-9_-]{20,}",
    ),
    ("an access key of AWS", r"\bA(?:KIA|SIA)[A-Z2-7]{16}\b"),
    ("an API key of Anthropic", r"\bsk-ant-[A-Za-z0-9_-]{24,}"),
    ("an API key of OpenAI", r"\bsk-proj-[A-Za-z0-9_-]{24,}"),
    ("a token of Hugging Face", r"\bhf_[A-Za-z0-9]{30,}\b"),
    ("a token of DigitalOcean", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    (
        "a login of netrc",
        r"\bmachine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+\S+",
    ),
    ("a token of Slack", r"\bxox[abeprs]-[A-Za-z0-9-]{20,}"),
    ("a key of Stripe", r"\b[rs]k_live_[A-Za-z0-9]{20,}"),
    (
        "a key of Tailscale",
        r"\btskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}",
    ),
    ("a token of Vault", r"\bhv[bsr]\.[A-Za-z0-9_-]{24,}"),
    ("a token of Docker Hub", r"\bdckr_[a-z]+_[A-Za-z0-9_-]{20,}"),
    ("a token of npm", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a token of PyPI", r"\bpypi-AgEI[A-Za-z0-9_-]{40,}"),
    ("a key of Google", r"\bAIza[A-Za-z0-9_-]{35}\b"),
    (
        "a key of SendGrid",
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{30,}",
    ),
    (
        "a token of a Telegram bot",
        r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}",
    ),
    (
        "a webhook of Discord",
        r"discord(?:app)?\.com/api/webhooks/[0-9]{16,}/[A-Za-z0-9_-]{50,}",
    ),
    (
        "a webhook of Slack",
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    ),
    (
        "a signed token (JWT)",
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
    ),
    (
        "a token of a Cloudflare tunnel",
        r"\beyJhIjoi[A-Za-z0-9_=-]{80,}",
    ),
    (
        "logins of registries in base64",
        r"\beyJhdXRocyI6[A-Za-z0-9+/=]{20,}",
    ),
    (
        "an age identity",
        r"\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40,}",
    ),
];

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
/// A login and where it is for, as connection strings without a scheme have it.
const CONNECTION: &str = r#"(?:^|[\s"'=\[,(])([A-Za-z_][A-Za-z0-9_.-]*):([^\s:@"'<>]{4,})@((?:tcp|unix|udp)\(|[A-Za-z0-9][A-Za-z0-9.-]*)"#;
/// What stands before a colon and is no login, and what behind an `@` and is no machine.
const NO_LOGINS: [&str; 5] = ["mailto", "sip", "xmpp", "acct", "https"];
/// A private key in PEM form, up to its end or as far as it goes.
const PEM: &str = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?";

/// All that there is to look for, compiled once.
pub struct Scanner {
    tokens: Vec<(&'static str, Regex)>,
    named: Option<Regex>,
    named_in_line: Option<Regex>,
    named_below: Option<Regex>,
    line: Option<Regex>,
    connection: Option<Regex>,
    pem: Option<Regex>,
    hashes: Hashes,
    files: Files,
    words: Words,
}

impl Default for Scanner {
    fn default() -> Self {
        let of = |text: &str| Regex::new(text).ok();
        let tokens = TOKENS
            .iter()
            .filter_map(|(what, shape)| Some((*what, of(shape)?)));
        Self {
            tokens: tokens.collect(),
            named: of(NAMED),
            named_in_line: of(NAMED_IN_LINE),
            named_below: of(NAMED_BELOW),
            line: of(LINE),
            connection: of(CONNECTION),
            pem: of(PEM),
            hashes: Hashes::default(),
            files: Files::default(),
            words: Words::default(),
        }
    }
}

/// How much is needed to take a value for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Keys and values.
    Settings,
    /// Commands of a shell, to which every `$name` is a variable.
    Script,
    /// Words for people, in which a key and a colon may be a sentence.
    Prose,
    /// Programs, in which only what stands in quotes is written out.
    Code,
}

/// How the settings of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// YAML or JSON.
    Tree,
    /// One in a line.
    Lines,
    /// Anything.
    Text,
}

/// Ends of the names of programs' sources.
const CODE: [&str; 14] = [
    "rs", "py", "go", "js", "mjs", "ts", "tsx", "java", "c", "h", "cpp", "rb", "php", "lua",
];

/// By the name of a file.
fn kind(path: &str) -> (Kind, Form) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let end = name.rsplit('.').next().unwrap_or(name);
    match end {
        "md" | "txt" | "rst" | "adoc" | "html" => (Kind::Prose, Form::Text),
        _ if files::is_dockerfile(path) => (Kind::Script, Form::Text),
        "sh" | "bash" | "zsh" | "fish" | "ps1" | "Makefile" | "justfile" => {
            (Kind::Script, Form::Text)
        }
        "yaml" | "yml" | "json" => (Kind::Settings, Form::Tree),
        _ if CODE.contains(&end) => (Kind::Code, Form::Text),
        "env" | "ini" | "conf" | "cfg" | "cnf" | "toml" | "properties" | "service" => {
            (Kind::Settings, Form::Lines)
        }
        _ if name.contains(".env") => (Kind::Settings, Form::Lines),
        _ => (Kind::Settings, Form::Text),
    }
}

/// Settings whose values are expressions: what has no quotes there is a reference.
fn is_expressions(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    ["tf", "tfvars", "hcl", "nix"].contains(&end)
}

/// What was found so far, by where it begins; no two overlap.
#[derive(Default)]
struct Leaks(BTreeMap<usize, Leak>);

impl Leaks {
    /// One that overlaps others becomes one with them, under the name of the first that was found.
    fn add(&mut self, span: Range<usize>, what: String) {
        self.put(Leak {
            span,
            what,
            grade: Grade::Clear,
        });
    }

    fn put(&mut self, mut leak: Leak) {
        if leak.span.is_empty() {
            return;
        }
        while let Some((at, old)) = self.0.range(..leak.span.end).next_back()
            && old.span.end > leak.span.start
        {
            let at = *at;
            let Some(old) = self.0.remove(&at) else { break };
            let span = leak.span.start.min(old.span.start)..leak.span.end.max(old.span.end);
            // Of a hash and more than it, it is the more that is told.
            leak = match leak.grade < old.grade {
                true => Leak { span, ..leak },
                false => Leak { span, ..old },
            };
        }
        self.0.insert(leak.span.start, leak);
    }
}

impl Scanner {
    /// Looks through a text; `path` tells what kind of text it is.
    pub fn scan(&self, path: &str, text: &str) -> Vec<Leak> {
        let (kind, form) = kind(path);
        let mut out = Leaks::default();
        self.shapes(text, &mut out);
        let mut quiet = Quiet(self.hashes.find(text));
        for span in &quiet.0 {
            out.put(Leak {
                span: span.clone(),
                what: "a hash of a password".to_owned(),
                grade: Grade::Hash,
            });
        }
        if form == Form::Tree {
            quiet.add(yaml::sealed(text));
        }
        let mut named = |name: &str, value: Found<'_>| {
            if let Some(span) = value.secret(name, kind).filter(|span| !quiet.has(span)) {
                out.add(span, format!("the value of '{name}'"));
            }
        };
        self.settings(path, text, &mut named);
        for (span, what) in self.files.placed(path, text) {
            out.add(span, what.to_owned());
        }
        for word in self.words.find(text, kind) {
            // A sentence, or a comment, has other words after an option.
            let value = text.get(word.span.clone()).unwrap_or_default();
            let bare = matches!(kind, Kind::Settings | Kind::Script) && word.is_sure;
            if (bare || is_strong(value, kind)) && !quiet.has(&word.span) {
                out.add(word.span, word.what);
            }
        }
        out.0.into_values().collect()
    }

    /// Names and their values, in all forms in which the files of this kind have them.
    fn settings(&self, path: &str, text: &str, named: &mut impl FnMut(&str, Found<'_>)) {
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
        self.files.named(path, text, named);
    }

    /// What is known by its shape, whatever it stands under.
    fn shapes(&self, text: &str, out: &mut Leaks) {
        for found in self.pem.iter().flat_map(|r| r.find_iter(text)) {
            if has_body(found.as_str()) {
                out.add(found.range(), "a private key".to_owned());
            }
        }
        for (what, shape) in &self.tokens {
            for found in shape.find_iter(text) {
                if !is_placeholder(found.as_str()) {
                    out.add(found.range(), (*what).to_owned());
                }
            }
        }
        for span in diag::userinfos(text) {
            let login = text.get(span.clone()).unwrap_or_default();
            let password = login.split_once(':').map(|(_, password)| password);
            let guessed = |p: &&str| literal(p, Bounds::Guessed, Kind::Settings).is_some();
            if let Some(password) = password.filter(guessed) {
                let span = span.end - password.len()..span.end;
                out.add(span, "a password in a URL".to_owned());
            }
        }
        for found in self.connection.iter().flat_map(|r| r.captures_iter(text)) {
            let (Some(login), Some(password), Some(to)) =
                (found.get(1), found.get(2), found.get(3))
            else {
                continue;
            };
            let said = password.as_str();
            let sure = to.as_str().ends_with('(');
            let machine = sure
                || !to.as_str().starts_with("sha256")
                    && is_strong(said, Kind::Prose)
                    && !is_of_words(said);
            let login = !NO_LOGINS.contains(&login.as_str());
            if login && machine && literal(said, Bounds::Guessed, Kind::Settings).is_some() {
                out.add(password.range(), "a password beside a name".to_owned());
            }
        }
    }
}

/// Where something stands that is none under whatever name: hashes, and what only a cluster can open. In order.
struct Quiet(Vec<Range<usize>>);

impl Quiet {
    fn add(&mut self, more: Vec<Range<usize>>) {
        self.0.extend(more);
        self.0.sort_by_key(|span| span.start);
    }

    /// Whether a place is in one of them, or one of them in it.
    fn has(&self, span: &Range<usize>) -> bool {
        let next = self.0.partition_point(|quiet| quiet.start < span.end);
        let before = next.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|quiet| quiet.end > span.start)
    }
}

/// Names and values that a shape finds.
fn pairs<'t>(
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

/// A value under a name, or a name and a value in one text, as Compose takes the environment in a list.
fn of_tree(text: &str, value: &yaml::Value<'_>, named: &mut impl FnMut(&str, Found<'_>)) {
    let bounds = match value.quoted {
        true => Bounds::Quoted,
        false => Bounds::Read,
    };
    let raw = text.get(value.span.clone()).unwrap_or_default();
    let found = Found {
        text: value.text.trim(),
        raw,
        start: value.span.start,
        bounds,
    };
    named(value.name, found);
    let name = |n: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        !n.is_empty() && !n.starts_with('-') && n.bytes().all(good)
    };
    if let Some((name, said)) = value.text.split_once('=').filter(|(n, _)| name(n))
        && let Some(at) = raw.find('=')
        && !is_assignment(said)
    {
        let found = Found {
            text: said.trim(),
            raw: raw.get(at + 1..).unwrap_or_default(),
            start: value.span.start + at + 1,
            bounds,
        };
        named(name, found);
    }
}

/// A command behind the value, which a shell takes as its own: `DB_PASSWORD=x app --port 80`.
fn is_assignment(said: &str) -> bool {
    let mut words = said.split_whitespace();
    let first = words.next().unwrap_or_default();
    words.next().is_some() && is_strong(first, Kind::Settings)
}

/// A value as it was found.
struct Found<'a> {
    /// What it says.
    text: &'a str,
    /// What stands in the text for it.
    raw: &'a str,
    /// Where that begins.
    start: usize,
    bounds: Bounds,
}

impl<'a> Found<'a> {
    /// What a shape has taken for a value, perhaps with quotes around it.
    fn word(value: &Match<'a>) -> Self {
        let (inner, range) = words::bare(value.as_str(), value.range());
        if inner.len() < value.as_str().len() {
            return Self {
                text: inner,
                raw: inner,
                start: range.start,
                bounds: Bounds::Quoted,
            };
        }
        // The quotes may be around the name as well.
        let inner = inner.trim_end_matches(['"', '\'', ';', '\\']);
        Self {
            text: inner,
            raw: inner,
            start: range.start,
            bounds: Bounds::Guessed,
        }
    }

    /// What stands behind a name in its line, and if that is a list, each item of it.
    fn items(value: &Match<'a>) -> Vec<Self> {
        let whole = Self::rest_of_line(value);
        let inner = whole.text.strip_prefix('[');
        let Some(inner) = inner.and_then(|t| t.strip_suffix(']')) else {
            return vec![whole];
        };
        let mut start = whole.start + 1;
        let item = |part: &'a str| {
            let lead = part.len() - part.trim_start().len();
            let said = part.trim();
            let (text, span) = words::bare(said, start + lead..start + lead + said.len());
            start += part.len() + 1;
            Self {
                text,
                raw: text,
                start: span.start,
                bounds: Bounds::Quoted,
            }
        };
        inner.split(',').map(item).collect()
    }

    /// What stands behind a name in its line, up to a comment.
    fn rest_of_line(value: &Match<'a>) -> Self {
        let said = value.as_str();
        let quote = said.chars().next().filter(|c| "\"'".contains(*c));
        let closed = quote.and_then(|q| {
            let ends = said.match_indices(q).skip(1).map(|(at, _)| at);
            let mut ends = ends.filter(|at| {
                let rest = said.get(at + 1..).unwrap_or_default().trim_start();
                rest.is_empty() || rest.starts_with('#')
            });
            ends.next()
        });
        let (inner, lead, bounds) = match closed {
            Some(end) => (said.get(1..end), 1, Bounds::Quoted),
            None => {
                let comment = said.find(" #").unwrap_or(said.len());
                (said.get(..comment), 0, Bounds::Read)
            }
        };
        let inner = inner.unwrap_or_default().trim_end();
        Self {
            text: inner,
            raw: inner,
            start: value.start() + lead,
            bounds,
        }
    }

    /// Where it is, if it is a secret under this name.
    fn secret(&self, name: &str, kind: Kind) -> Option<Range<usize>> {
        let naming = naming(name)?;
        let said = literal(self.text, self.bounds, kind)?;
        let lines = said.lines().map(str::trim);
        let any = |text: &str| is_secret((name, naming), (text, self.bounds), kind);
        if !any(said) && !lines.into_iter().any(any) {
            return None;
        }
        let at = match said.len() < self.text.len() {
            true => self.raw.rfind(said),
            false => None,
        };
        Some(match at {
            Some(at) => self.start + at..self.start + at + said.len(),
            None => self.start..self.start + self.raw.len(),
        })
    }
}

fn unquoted(text: &str, range: Range<usize>) -> (&str, Range<usize>) {
    let inner = text
        .strip_prefix(['"', '\''])
        .and_then(|t| t.strip_suffix(['"', '\'']));
    match inner {
        Some(inner) => (inner, range.start + 1..range.end - 1),
        None => (text, range),
    }
}

/// An example of a key has dots where the key would be.
fn has_body(text: &str) -> bool {
    let base64 = |l: &str| {
        l.len() >= 32
            && l.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    };
    text.lines().map(str::trim).any(base64) || text.contains("\\n")
}

/// The text with stars in place of what was found; every byte keeps its place.
pub fn masked(text: &str, leaks: &[Leak]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for leak in leaks {
        out.push_str(text.get(at..leak.span.start).unwrap_or_default());
        let hidden = text.get(leak.span.clone()).unwrap_or_default();
        for c in hidden.chars() {
            match c {
                '\n' => out.push('\n'),
                c => out.push_str(&"*".repeat(c.len_utf8())),
            }
        }
        at = leak.span.end;
    }
    out + text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let leaks = Scanner::default().scan(path, text);
        assert_eq!(masked(text, &leaks).len(), text.len());
        leaks
            .iter()
            .map(|l| format!("{}: {}", l.what, &text[l.span.clone()]))
            .collect()
    }

    #[test]
    fn what_is_a_secret() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----";
        assert_eq!(found("id", key), [format!("a private key: {key}")]);
        // Put together here, so that the repository itself holds none.
        let github = format!("ghp_{}", "16C7e42F292c6912E7710c838347Ae178B4a");
        let identity = format!(
            "AGE-SECRET-KEY-{}",
            "1QJUNTJR4Z6K0NPQV3SDYYVX6HKAR4ZN5FTNWZ5V3E3SNYR0RGQHQZZZZZZ"
        );
        let long = "Kq7vR2mXw9Lz4TbNKq7vR2mXw9Lz4TbN";
        for (what, text) in [
            ("an API key of Anthropic", format!("sk-ant-api03-{long}")),
            ("an API key of OpenAI", format!("sk-proj-{long}")),
            ("a token of Hugging Face", format!("hf_{long}")),
            (
                "a token of DigitalOcean",
                format!("dop_v1_{}", "0a".repeat(32)),
            ),
            (
                "a login of netrc",
                format!("machine git.lan\n  login bob\n  password {long}"),
            ),
        ] {
            assert_eq!(found("notes.txt", &text), [format!("{what}: {text}")]);
        }
        for (path, text, want) in [
            (
                "x.sh",
                format!("curl -H {github}"),
                format!("a token of GitHub: {github}"),
            ),
            (
                "keys.txt",
                identity.clone(),
                format!("an age identity: {identity}"),
            ),
            (
                ".env",
                "DB_PASSWORD=Tr0ub4dor".to_owned(),
                "the value of 'DB_PASSWORD': Tr0ub4dor".to_owned(),
            ),
            (
                "c.yaml",
                "  - POSTGRES_PASSWORD=hunter2x".to_owned(),
                "the value of 'POSTGRES_PASSWORD': hunter2x".to_owned(),
            ),
            (
                "c.yaml",
                "api_key: \"9f8e7d6c5b4a\"".to_owned(),
                "the value of 'api_key': 9f8e7d6c5b4a".to_owned(),
            ),
            (
                "c.json",
                "{\"adminPassword\": \"Winter2026!\"}".to_owned(),
                "the value of 'adminPassword': Winter2026!".to_owned(),
            ),
            (
                "x.md",
                "postgres://app:s3cretly@db/x".to_owned(),
                "a password in a URL: s3cretly".to_owned(),
            ),
            (
                "x.sh",
                "restic --password=Tr0ub4dor".to_owned(),
                "the value of '--password': Tr0ub4dor".to_owned(),
            ),
            (
                "c.yaml",
                "command: [\"--password\",\"CANARY\"]".to_owned(),
                "the value of '--password': CANARY".to_owned(),
            ),
            (
                "c.yaml",
                "  - --requirepass\n  - 'x1y2'\nnext: a".to_owned(),
                "the value of '--requirepass': x1y2".to_owned(),
            ),
            (
                "x.sh",
                "x --db-pass=weak --port 80".to_owned(),
                "the value of '--db-pass': weak".to_owned(),
            ),
            (
                "c.yaml",
                "test: [\"curl\", \"-u\",\"root:CANARY2\"]".to_owned(),
                "a password beside a name: CANARY2".to_owned(),
            ),
            (
                "x.sh",
                "curl -H 'Authorization: Bearer abcdefgh'".to_owned(),
                "the value of 'Authorization': abcdefgh".to_owned(),
            ),
            (
                "c.yaml",
                "test: mysqladmin ping -h localhost -pCANARY".to_owned(),
                "a password on a command line: CANARY".to_owned(),
            ),
            (
                "x.md",
                "password: qX7rT9kLm2Vz".to_owned(),
                "the value of 'password': qX7rT9kLm2Vz".to_owned(),
            ),
        ] {
            assert_eq!(found(path, &text), [want], "{text}");
        }
    }

    /// Wherever a value begins, whatever it begins with, and whatever is put behind a name.
    #[test]
    fn secrets_in_all_forms_of_a_setting() {
        let mut wrong = Vec::new();
        for (path, text, want) in [
            ("c.yaml", "PASS: hunter2x", "hunter2x"),
            ("a.tf", "password = \"hunter2x\"", "hunter2x"),
            ("c.yaml", "PASSWD: hunter2x", "hunter2x"),
            ("c.yaml", "DB_PWD_OLD: hunter2x", "hunter2x"),
            (".env", "DB_PASSWORD_OLD=hunter2x", "hunter2x"),
            (".env", "DB_PASSWORD2=hunter2x", "hunter2x"),
            (".env", "SECRET_KEY_BASE=hunter2x", "hunter2x"),
            (".env", "TOKEN_GITHUB=qX7rT9kLm2Vz", "qX7rT9kLm2Vz"),
            ("c.yaml", "password:\n  hunter2x\nx: y", "hunter2x"),
            ("c.yaml", "password:\n\n  'hunter2x'\nx: y", "hunter2x"),
            ("c.yaml", "password: |\n  hunter2x\nx: y", "hunter2x"),
            (
                "c.yaml",
                "a:\n  password: >-\n    hunter2x\n  x: y",
                "hunter2x",
            ),
            ("c.yaml", "password: !!str hunter2x", "hunter2x"),
            ("c.yaml", "password: &p hunter2x\nx: *p", "hunter2x"),
            ("c.yaml", "password: &p !!str 'hunter2x'", "hunter2x"),
            ("c.yaml", "{{ x }}: [\npassword: !!str hunter2x", "hunter2x"),
            ("c.yaml", "{{ x }}: [\npassword:\n  hunter2x", "hunter2x"),
            ("c.yaml", "passwords:\n  password: [hunter2x]", "hunter2x"),
            (
                "c.yaml",
                "env:\n  - name: DB_PASSWORD\n    value: hunter2x",
                "hunter2x",
            ),
            ("c.yaml", "- 'DB_PASSWORD=a,b}x]y1'", "a,b}x]y1"),
            ("c.yaml", "ü: ä\npassword: hunter2x", "hunter2x"),
            ("c.yaml", "password: $ecret1", "$ecret1"),
            ("c.yaml", "password: $$ecret1", "$$ecret1"),
            ("c.yaml", "password: Pa$$w0rd", "Pa$$w0rd"),
            ("c.yaml", "password: $P@ssw0rd", "$P@ssw0rd"),
            (".env", "DB_PASSWORD=$5abcdefg1", "$5abcdefg1"),
            ("c.yaml", "password: ${P:-hunter2x}", "hunter2x"),
            ("c.yaml", "token: /9j3kfQ8+z=", "/9j3kfQ8+z="),
            ("c.yaml", "token: /9j3kfQ8z", "/9j3kfQ8z"),
            ("c.yaml", "password: aB3/x.9Q!k", "aB3/x.9Q!k"),
            ("c.yaml", "password: '!hunter2x'", "!hunter2x"),
            (".env", "PASS=!hunter2x", "!hunter2x"),
            (".env", "PASS=<9xK,b}x]y#", "<9xK,b}x]y#"),
            (".env", "PASS=ab\"c1d'ef", "ab\"c1d'ef"),
            (".env", "PASS=\"ab'c1d#ef\" # it's", "ab'c1d#ef"),
            ("c.yaml", "password: 'it''s1x!'", "it''s1x!"),
            ("c.yaml", "password: \"ab\\\"c1def\"", "ab\\\"c1def"),
            ("c.yaml", "password: ab\"c1def", "ab\"c1def"),
            ("c.yaml", "PASSWORD: 48151623", "48151623"),
            (
                "c.yaml",
                "PASSWORD: correct horse battery staple",
                "correct horse battery staple",
            ),
            ("c.json", "{\n\t\"pass\": \"hunter2x\"}", "hunter2x"),
            ("c.yaml", "dsn: app:hunter2x@tcp(db:3306)/x", "hunter2x"),
            (
                "c.yaml",
                "dsn: app:qX7rT9#kLm2?Vz@db:3306",
                "qX7rT9#kLm2?Vz",
            ),
            ("c.yaml", "url: a://app:s3/cr#e?t@db/x", "s3/cr#e?t"),
            (
                "c.yaml",
                "url: jdbc:x://db;user=a;password=hunter2x",
                "hunter2x",
            ),
        ] {
            let leaks = Scanner::default().scan(path, text);
            let got: Vec<&str> = leaks.iter().map(|l| &text[l.span.clone()]).collect();
            if got != [want] {
                wrong.push((text, got, want));
            }
        }
        assert_eq!(wrong, []);
    }

    /// Work is in proportion to the text, though all of its secrets stand in one line: counted in findings, and every finding is in
    /// the order of the text and apart from the next.
    #[test]
    fn many_in_one_line() {
        for part in [
            "DB_PASSWORD=hunter2x ",
            "a://b:c1@d ",
            "curl -u a:b1c2 ; ",
            "mysql -pweak | ",
            "'--password','x1y2',",
        ] {
            let text = part.repeat(300);
            let leaks = Scanner::default().scan("x.sh", &text);
            assert_eq!(leaks.len(), 300, "{part}");
            let apart = |l: &[Leak]| l[0].span.end <= l[1].span.start;
            assert!(leaks.windows(2).all(apart), "{part}");
        }
    }

    /// What only certain programs and their files have; text, and what is found in it.
    #[test]
    fn secrets_of_certain_programs() {
        use data_encoding::BASE64;
        let login = BASE64.encode(b"jo:hunter2x");
        let registries = BASE64.encode(b"{\"auths\":{\"r.lan\":{\"auth\":\"am86eA==\"}}}");
        let mut wrong = Vec::new();
        for (path, text, want) in [
            ("Dockerfile", "ENV DB_PASSWORD hunter2x", "hunter2x"),
            ("Dockerfile.web", "  env DB_PASSWORD hunter2x", "hunter2x"),
            ("web.Dockerfile", "ARG NPM_TOKEN=hunter2x", "hunter2x"),
            ("Containerfile", "ENV A=b DB_PASSWORD=hunter2x", "hunter2x"),
            (".pgpass", "db.lan:5432:*:app:weak", "weak"),
            ("home/.pgpass", "a:1:b:c:we", "we"),
            (".pgpass", "# x\n\\:\\:1:5432:*:app:we\\:ak", "we\\:ak"),
            (
                ".docker/config.json",
                &format!("{{\"auths\": {{\"r.lan\": {{\"auth\": \"{login}\"}}}}}}"),
                &login,
            ),
            ("x.yaml", &format!("auth: {login}"), &login),
            (".npmrc", &format!("//r.lan/:_auth={login}"), &login),
            (
                "x.yaml",
                &format!(".dockerconfigjson: {registries}"),
                &registries,
            ),
            ("a.xml", "<c><password>hunter2x</password></c>", "hunter2x"),
            (
                "a.xml",
                "<Password a='b'>\n  hunter2x\n</Password>",
                "hunter2x",
            ),
            (
                "a.xml",
                "<password><![CDATA[hunter2x]]></password>",
                "hunter2x",
            ),
            (
                "w.config",
                "<add key=\"DbPassword\" value=\"hunter2x\"/>",
                "hunter2x",
            ),
            (
                "w.config",
                "<add value='hunter2x' key='DbPassword' />",
                "hunter2x",
            ),
            (
                "a.xml",
                "<property name=\"password\"><value>hunter2x</value></property>",
                "hunter2x",
            ),
            (
                "a.xml",
                "<entry key=\"password\">hunter2x</entry>",
                "hunter2x",
            ),
            (
                "a.plist",
                "<key>Password</key>\n<string>hunter2x</string>",
                "hunter2x",
            ),
            ("x.sh", "echo root:weak | chpasswd", "weak"),
            (
                "x.sh",
                "echo \"root:weak\" | sudo /usr/sbin/chpasswd",
                "weak",
            ),
            ("x.sh", "chpasswd <<< 'root:weak'", "weak"),
            ("x.sh", "chpasswd <<EOF\nroot:weak\nEOF", "weak"),
            ("Dockerfile", "RUN echo 'root:weak' | chpasswd", "weak"),
            ("x.sh", "ldapsearch -x -D cn=a -w weak -b dc=x", "weak"),
            ("x.sh", "ldapadd -x \\\n  -D cn=a \\\n  -w 'weak'", "weak"),
            ("x.sh", "ldappasswd -s weak uid=jo", "weak"),
            ("c.yaml", "test: [CMD, ldapwhoami, -w, weak]", "weak"),
            ("x.sh", "htpasswd -b users jo weak", "weak"),
            ("x.sh", "htpasswd -nbB -C 10 jo 'we ak'", "we ak"),
            ("c.yaml", "command: [htpasswd, -nb, jo, \"weak\"]", "weak"),
            ("x.sh", "snmpget -v2c -c weak nas sysName.0", "weak"),
            ("x.sh", "snmpwalk -v3 -u jo -A weak nas", "weak"),
            ("x.sh", "mysql -uroot -pweak db", "weak"),
            ("x.sh", "curl -u jo:weak http://x", "weak"),
            ("x.sh", "curl -sSujo:weak http://x", "weak"),
            ("x.sh", "curl -fsu 'jo:weak' http://x", "weak"),
            ("x.sh", "smbclient //nas/x -U jo%weak", "weak"),
            ("c.yaml", "passwords: [hunter2x]", "hunter2x"),
            ("c.yaml", "passwords:\n  - hunter2x", "hunter2x"),
            ("c.toml", "passwords = [\"hunter2x\"]", "hunter2x"),
        ] {
            let leaks = Scanner::default().scan(path, text);
            let got: Vec<_> = leaks
                .iter()
                .map(|l| (&text[l.span.clone()], l.grade))
                .collect();
            if got != [(want, Grade::Clear)] {
                wrong.push((path, text.to_owned(), format!("{got:?}")));
            }
        }
        assert_eq!(wrong, []);
    }

    /// Hashes of passwords are told as such, also under the name of a password, and whatever else stands beside them.
    #[test]
    fn hashes_are_no_clear_text() {
        let body = |n: usize| "aB3./xYz9".repeat(10)[..n].to_owned();
        let (bcrypt, sha) = (
            format!("$2b$12${}", body(53)),
            format!("$6$rounds=5000$salt1${}", body(86)),
        );
        for (path, text, want) in [
            ("c.yaml", format!("password: {bcrypt}"), bcrypt.clone()),
            ("users", format!("jo:{bcrypt}"), bcrypt.clone()),
            ("c.yaml", format!("password: 'jo:{bcrypt}'"), bcrypt.clone()),
            (
                "c.yaml",
                format!("- x.users=jo:{}", bcrypt.replace('$', "$$")),
                bcrypt.replace('$', "$$"),
            ),
            ("shadow", format!("jo:{sha}:19000:0"), sha.clone()),
            (
                "x.sh",
                format!("echo 'root:{sha}' | chpasswd -e"),
                sha.clone(),
            ),
            (
                "c.yaml",
                format!(
                    "password: $argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ${}",
                    body(43)
                ),
                format!("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ${}", body(43)),
            ),
            (
                "a.ldif",
                format!("userPassword: {{SSHA}}{}=", body(31).replace('.', "c")),
                format!("{{SSHA}}{}=", body(31).replace('.', "c")),
            ),
        ] {
            let leaks = Scanner::default().scan(path, &text);
            let got: Vec<_> = leaks
                .iter()
                .map(|l| (&text[l.span.clone()], l.grade))
                .collect();
            assert_eq!(got, [(want.as_str(), Grade::Hash)], "{text}");
            assert_eq!(leaks[0].what, "a hash of a password");
        }
        let beside = format!("password: {bcrypt}\ntoken: hunter2x9\n");
        let leaks = Scanner::default().scan("c.yaml", &beside);
        let grades: Vec<Grade> = leaks.iter().map(|l| l.grade).collect();
        assert_eq!(grades, [Grade::Hash, Grade::Clear]);
    }

    #[test]
    fn what_is_none() {
        for (path, text) in [
            ("c.yaml", "password: sensor.wifi_password_2"),
            (
                "c.yaml",
                "- entity_id: sensor.password_age2\n  token: input_text.door_token_2",
            ),
            (
                "c.yaml",
                "auth:\n  existingSecret: grafana-admin-2024\n  existingSecretPasswordKey: admin-pass1x",
            ),
            (
                "c.yaml",
                "env:\n- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db-2024-creds, key: password}}",
            ),
            (
                "c.yaml",
                "volumes:\n- secret:\n    secretName: tls-2026-wild1",
            ),
            (
                "c.yaml",
                "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK1PiTySYZZA9rO43cGDEq\n    token: \"AgBy3i4OJSWK1PiTySYZZA9rO43cGDEr\"\n  template: {}",
            ),
            (
                "c.json",
                "{\"encryptedData\": {\"password\": \"AgBy3i4OJSWK1PiTySYZZA9rO43cGDEq\"}}",
            ),
            (
                "c.yaml",
                "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6638643965396266\n  3831616263646566",
            ),
            (
                "group_vars/all",
                "$ANSIBLE_VAULT;1.1;AES256\n66386439653962663831616263646566\n",
            ),
            (
                ".env",
                "DB_PASSWORD=ENC[AES256_GCM,data:aB3x9,iv:Yz=,tag:q1==,type:str]",
            ),
            (
                "c.ini",
                "password = ENC[AES256_GCM,data:aB3x9,iv:Yz=,tag:q1==,type:str]",
            ),
            (
                "c.yaml",
                "password_file: /etc/x/db2.pass\nAUTH_PASSWORD_FILE: ./a1b2c3d4.txt",
            ),
            ("c.yaml", "auth: oidcprovider1\nauth: QUJDREVGR0g="),
            (
                "Dockerfile",
                "ENV DB_PASSWORD_FILE /run/secrets/db\nARG NPM_TOKEN\nENV TOKEN $NPM_TOKEN",
            ),
            (".pgpass", "# host:port:db:user:password\n*:*:*:*:${PW}"),
            (
                "a.xml",
                "<password>${db.password}</password><passwordFile>/etc/a1b2c3</passwordFile>",
            ),
            ("a.xml", "<add key=\"PasswordLength\" value=\"hunter2x\"/>"),
            (
                "x.sh",
                "echo \"root:$PW\" | chpasswd; ldapsearch -W -y /etc/pw -w \"$PW\"",
            ),
            (
                "x.sh",
                "htpasswd -B users jo; htpasswd -nb jo \"$PW\"; snmpget -c public nas x; snmpwalk -c \"$C\" nas",
            ),
            (
                "x.sh",
                "curl -X PUT -H a:b http://x; curl -u \"$U:$P\" http://x; smbclient -U jo //nas/x",
            ),
            ("c.yaml", "password: ${DB_PASSWORD}"),
            ("a.tf", "password = var.db_password1"),
            (
                "a.tf",
                "token = data.vault_generic_secret.x1.data[\"token\"]",
            ),
            ("c.yaml", "POSTGRES_PASSWORD_FILE: /run/secrets/db"),
            ("c.yaml", "password: {sops: secrets/db.yaml, key: a.b}"),
            (
                "c.yaml",
                "password: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]",
            ),
            ("c.yaml", "PasswordAuthentication: no"),
            ("c.yaml", "secrets: [databases]"),
            ("c.yaml", "password: changeme"),
            ("c.yaml", "token: <your token here>"),
            ("x.md", "token: see the runbook of the tunnel"),
            (
                "x.md",
                "-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----",
            ),
            ("x.md", "https://nas.home.arpa:8000/x@y"),
            ("x.sh", "password=$(pass show db)"),
            ("x.rs", "use model::secret::{Secret, SecretRef2};"),
            ("x.py", "password = vault.read(path, 2)"),
            ("x.yaml", "secretName: tls-wildcard-2026"),
            ("x.yaml", "passphrase: unknown"),
            ("c.yaml", "command: [--token, --port, '80']\nimage: x"),
            ("c.yaml", "  - --token\n    image: x"),
            (
                "x.sh",
                "x --password \"$P\" --token-ttl 5m --ask-pass site.yml",
            ),
            (
                "x.sh",
                "docker run -u 1000:1000 -p8080:80 --user postgres:postgres mysql",
            ),
            ("x.sh", "x --password-file /run/x --password env:DB"),
            (
                "x.md",
                "give --password only when asked, and a --token for machines",
            ),
            ("x.sh", "curl -H \"Authorization: Bearer $TOKEN\""),
            ("x.sh", "PASSWORD=$pw1 DB_PASS=\"$p4ssw0rd\" x"),
            ("c.yaml", "password: $DB_PASSWORD2"),
            ("c.yaml", "password: $$db_password2"),
            ("c.yaml", "password: ${DB_PASSWORD:-changeme}"),
            ("c.yaml", "password: ${DB_PASSWORD:?is missing in 2026}"),
            ("c.yaml", "password: '{{ vault.db2.password }}'"),
            ("c.yaml", "password: $2y$10$abcdefghijklmnopqrstuv1234"),
            (
                "c.yaml",
                "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3831",
            ),
            ("c.yaml", "password: !secret wifi_password2"),
            ("c.yaml", "password: /run/secrets/db2.txt"),
            ("c.yaml", "token: /srv/x/tokens/a1"),
            ("c.yaml", "password:\n  sops: secrets/db2.yaml\n  key: a.b2"),
            ("c.yaml", "token:\n  - see the runbook of 2026"),
            ("c.yaml", "token: kept since 2026 by the owner"),
            ("c.yaml", "PWD: /srv/x.d"),
            ("c.yaml", "PASSWORD_HASH: abcdef123456"),
            ("c.yaml", "id: linux:sysctl:net.ipv4.ip_forward@nas"),
            ("c.yaml", "image: app:v1.2.3-4567abc@sha256:abc"),
        ] {
            assert_eq!(found(path, text), Vec::<String>::new(), "{text}");
        }
    }
}
