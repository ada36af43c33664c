//! Secrets in clear text: private keys, tokens of known shape, passwords in URLs, and values under keys that are named as secrets.
//!
//! A finding is a range of bytes and what it seems to be, never the text itself. The shapes of tokens are those that their
//! issuers publish so that scanners can find them.

mod words;

use self::words::Words;
use regex::Regex;
use std::ops::Range;

/// Something that looks like a secret in clear text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it seems to be: `a private key`, `a token of GitHub`.
    pub what: String,
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
        "an age identity",
        r"\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40,}",
    ),
];

/// A key that is named as a secret, and its value.
const NAMED: &str = r#"(?i)([a-z0-9_.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|secret[_-]?key|preshared[_-]?key|_pass|_pwd|_psk))["']?[ \t]*(?::|=)[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s,}\]#"']+)"#;
/// A password in a URL.
const IN_URL: &str = r#"[a-z][a-z0-9+.-]*://[^\s/:@"'<>]*:([^\s/@"'<>]+)@"#;
/// A private key in PEM form, up to its end or as far as it goes.
const PEM: &str = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?";

/// Words that stand where a secret will be.
const PLACEHOLDERS: [&str; 14] = [
    "changeme",
    "change_me",
    "change-me",
    "example",
    "placeholder",
    "yourpassword",
    "your-",
    "your_",
    "xxxx",
    "****",
    "redacted",
    "insert",
    "replace",
    "todo",
];

/// All that there is to look for, compiled once.
pub struct Scanner {
    tokens: Vec<(&'static str, Regex)>,
    named: Option<Regex>,
    url: Option<Regex>,
    pem: Option<Regex>,
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
            url: of(IN_URL),
            pem: of(PEM),
            words: Words::default(),
        }
    }
}

/// How much is needed to take a value for a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Keys and values.
    Settings,
    /// Words for people, in which a key and a colon may be a sentence.
    Prose,
    /// Programs, in which only what stands in quotes is written out.
    Code,
}

/// Ends of the names of programs' sources.
const CODE: [&str; 14] = [
    "rs", "py", "go", "js", "mjs", "ts", "tsx", "java", "c", "h", "cpp", "rb", "php", "lua",
];

impl Scanner {
    /// Looks through a text; `path` tells what kind of text it is.
    pub fn scan(&self, path: &str, text: &str) -> Vec<Leak> {
        let kind = match path.rsplit('.').next() {
            Some("md" | "txt" | "rst" | "adoc" | "html") => Kind::Prose,
            Some(end) if CODE.contains(&end) => Kind::Code,
            _ => Kind::Settings,
        };
        let mut out: Vec<Leak> = Vec::new();
        let mut add = |span: Range<usize>, what: String| {
            let overlaps = |l: &Leak| l.span.start < span.end && span.start < l.span.end;
            if !span.is_empty() && !out.iter().any(overlaps) {
                out.push(Leak { span, what });
            }
        };
        for found in self.pem.iter().flat_map(|r| r.find_iter(text)) {
            if has_body(found.as_str()) {
                add(found.range(), "a private key".to_owned());
            }
        }
        for (what, shape) in &self.tokens {
            for found in shape.find_iter(text) {
                if !is_placeholder(found.as_str()) {
                    add(found.range(), (*what).to_owned());
                }
            }
        }
        for found in self.url.iter().flat_map(|r| r.captures_iter(text)) {
            if let Some(password) = found.get(1).filter(|p| is_literal(p.as_str())) {
                add(password.range(), "a password in a URL".to_owned());
            }
        }
        for found in self.named.iter().flat_map(|r| r.captures_iter(text)) {
            let (Some(key), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let (inner, range) = unquoted(value.as_str(), value.range());
            if kind == Kind::Code && inner.len() == value.as_str().len() {
                continue;
            }
            if is_literal(inner) && is_strong(inner, kind) {
                add(range, format!("the value of '{}'", key.as_str()));
            }
        }
        for word in self.words.find(text) {
            // A sentence, or a comment, has other words after an option.
            let value = text.get(word.span.clone()).unwrap_or_default();
            let bare = kind == Kind::Settings && word.is_sure;
            if bare || is_strong(value, kind) {
                add(word.span, word.what);
            }
        }
        out.sort_by_key(|leak| leak.span.start);
        out
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

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let first = lower.bytes().next().unwrap_or_default();
    PLACEHOLDERS.iter().any(|p| lower.contains(p)) || lower.bytes().all(|b| b == first)
}

/// Written out, neither a reference nor a placeholder nor encrypted.
fn is_literal(text: &str) -> bool {
    let reference = text.starts_with([
        '$', '<', '{', '[', '*', '&', '!', '%', '/', '~', '(', '|', '>', '@',
    ]) || ["${", "{{", "$(", "ENC[", "://", "::", "()", "env."]
        .iter()
        .any(|p| text.contains(p));
    !reference && !is_placeholder(text) && !is_token_name(text)
}

/// `USER@REALM!TOKEN` names an API token of Proxmox and has nothing of its secret. Only the realms that the product brings along:
/// a password may have both signs, too.
fn is_token_name(text: &str) -> bool {
    let word = |t: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        !t.is_empty() && t.bytes().all(good)
    };
    let parts = text
        .split_once('!')
        .map(|(who, token)| (who.rsplit_once('@'), token));
    matches!(parts, Some((Some((user, "pve" | "pam" | "pbs")), token)) if word(user) && word(token))
}

/// Long and mixed enough to be no word of a language.
fn is_strong(text: &str, kind: Kind) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let (digit, other) = (has(u8::is_ascii_digit), has(u8::is_ascii_punctuation));
    let classes = [lower, upper, digit, other].iter().filter(|c| **c).count();
    let letters = lower || upper;
    let path = text.contains('/') && text.contains('.');
    match kind {
        _ if path || !text.is_ascii() && text.len() < 12 => false,
        Kind::Settings => {
            text.len() >= 7
                && letters
                && entropy(text) >= 2.5
                && (digit || classes >= 3 || text.len() >= 20)
        }
        Kind::Prose | Kind::Code => {
            text.len() >= 12 && letters && digit && classes >= 2 && entropy(text) >= 3.0
        }
    }
}

/// Bits per character (Shannon 1948), by the frequencies in the text itself.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = text.len() as f64;
    let each = counts.iter().filter(|c| **c > 0);
    -each
        .map(|c| {
            let share = f64::from(*c) / total;
            share * share.log2()
        })
        .sum::<f64>()
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

    #[test]
    fn what_is_none() {
        for (path, text) in [
            ("c.yaml", "password: ${DB_PASSWORD}"),
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
        ] {
            assert_eq!(found(path, text), Vec::<String>::new(), "{text}");
        }
    }
}
