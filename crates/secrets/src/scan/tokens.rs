//! What is known by its shape, whatever it stands under: tokens, private keys, passwords in URLs and beside names.

use super::Kind;
use super::leaks::Leaks;
use super::literal::{Bounds, is_of_words, is_placeholder, is_strong, literal};
use regex::Regex;

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

/// A login and where it is for, as connection strings without a scheme have it.
const CONNECTION: &str = r#"(?:^|[\s"'=\[,(])([A-Za-z_][A-Za-z0-9_.-]*):([^\s:@"'<>]{4,})@((?:tcp|unix|udp)\(|[A-Za-z0-9][A-Za-z0-9.-]*)"#;
/// What stands before a colon and is no login, and what behind an `@` and is no machine.
const NO_LOGINS: [&str; 5] = ["mailto", "sip", "xmpp", "acct", "https"];
/// What stands for a password where people explain a URL.
const NO_PASSWORDS: [&str; 6] = ["password", "pass", "passwd", "pw", "secret", "token"];
/// A private key in PEM form, up to its end or as far as it goes.
const PEM: &str = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?";

/// The shapes, compiled once.
pub(super) struct Tokens {
    tokens: Vec<(&'static str, Regex)>,
    connection: Option<Regex>,
    pem: Option<Regex>,
}

impl Default for Tokens {
    fn default() -> Self {
        let tokens = TOKENS
            .iter()
            .filter_map(|(what, shape)| Some((*what, Regex::new(shape).ok()?)));
        Self {
            tokens: tokens.collect(),
            connection: Regex::new(CONNECTION).ok(),
            pem: Regex::new(PEM).ok(),
        }
    }
}

impl Tokens {
    /// What is known by its shape, whatever it stands under.
    pub(super) fn find(&self, text: &str, kind: Kind, out: &mut Leaks) {
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
            let word = |p: &str| kind == Kind::Prose && NO_PASSWORDS.contains(&p);
            let guessed =
                |p: &&str| !word(p) && literal(p, Bounds::Guessed, Kind::Settings).is_some();
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

/// An example of a key has dots where the key would be.
fn has_body(text: &str) -> bool {
    let base64 = |l: &str| {
        l.len() >= 32
            && l.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    };
    text.lines().map(str::trim).any(base64) || text.contains("\\n")
}
