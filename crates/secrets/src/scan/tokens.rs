//! What is known by its shape, whatever it stands under: tokens, private keys, passwords in URLs and beside names.

use super::Kind;
use super::leaks::Leaks;
use super::literal::{Bounds, is_of_words, is_placeholder, is_strong, literal};
use super::parts::{Held, Lazy, Parts};

/// Tokens: who issues them, letters that are in each, and their shape.
const TOKENS: &[(&str, &[&str], &str)] = &[
    (
        "a token of GitHub",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    ),
    (
        "a token of GitLab",
        &["glpat-", "glrt-", "gldt-", "glcbt-"],
        r"\bgl(?:pat|rt|dt|cbt)-[A-Za-z0-9_-]{20,}",
    ),
    (
        "an access key of AWS",
        &["akia", "asia"],
        r"\bA(?:KIA|SIA)[A-Z2-7]{16}\b",
    ),
    (
        "an API key of Anthropic",
        &["sk-ant-"],
        r"\bsk-ant-[A-Za-z0-9_-]{24,}",
    ),
    (
        "an API key of OpenAI",
        &["sk-proj-"],
        r"\bsk-proj-[A-Za-z0-9_-]{24,}",
    ),
    (
        "a token of Hugging Face",
        &["hf_"],
        r"\bhf_[A-Za-z0-9]{30,}\b",
    ),
    (
        "a token of DigitalOcean",
        &["_v1_"],
        r"\bdo[opr]_v1_[a-f0-9]{64}\b",
    ),
    (
        "a login of netrc",
        &["machine"],
        r"\bmachine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+\S+",
    ),
    (
        "a token of Slack",
        &["xox"],
        r"\bxox[abeprs]-[A-Za-z0-9-]{20,}",
    ),
    (
        "a key of Stripe",
        &["k_live_"],
        r"\b[rs]k_live_[A-Za-z0-9]{20,}",
    ),
    (
        "a key of Tailscale",
        &["tskey-"],
        r"\btskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}",
    ),
    (
        "a token of Vault",
        &["hvb.", "hvs.", "hvr."],
        r"\bhv[bsr]\.[A-Za-z0-9_-]{24,}",
    ),
    (
        "a token of Docker Hub",
        &["dckr_"],
        r"\bdckr_[a-z]+_[A-Za-z0-9_-]{20,}",
    ),
    ("a token of npm", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b"),
    (
        "a token of PyPI",
        &["pypi-"],
        r"\bpypi-AgEI[A-Za-z0-9_-]{40,}",
    ),
    ("a key of Google", &["aiza"], r"\bAIza[A-Za-z0-9_-]{35}\b"),
    (
        "a key of SendGrid",
        &["sg."],
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{30,}",
    ),
    (
        "a token of a Telegram bot",
        &[":aa"],
        r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}",
    ),
    (
        "a webhook of Discord",
        &["/api/webhooks/"],
        r"discord(?:app)?\.com/api/webhooks/[0-9]{16,}/[A-Za-z0-9_-]{50,}",
    ),
    (
        "a webhook of Slack",
        &["hooks.slack.com"],
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    ),
    (
        "a signed token (JWT)",
        &[".eyj"],
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
    ),
    (
        "a token of a Cloudflare tunnel",
        &["eyjhijoi"],
        r"\beyJhIjoi[A-Za-z0-9_=-]{80,}",
    ),
    (
        "logins of registries in base64",
        &["eyjhdxrocyi6"],
        r"\beyJhdXRocyI6[A-Za-z0-9+/=]{20,}",
    ),
    (
        "a join token of K3s",
        &["k10"],
        r#"\bK10[0-9A-Fa-f]{64}::(?:[^\s:"'`<>\\]+:[^\s"'`<>\\,;|&()\[\]{}$*][^\s"'`<>\\,;|&()\[\]{}]*|[a-z0-9]{6}\.[a-z0-9]{16})"#,
    ),
    (
        "an age identity",
        &["age-secret-key-"],
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

/// A recovery key of BitLocker: eight groups of six digits.
const RECOVERY: &str = r"\b[0-9]{6}(?:-[0-9]{6}){7}\b";

/// The shapes, compiled when they are needed.
pub(super) struct Tokens {
    tokens: Vec<(&'static str, Lazy)>,
    connection: Lazy,
    pem: Lazy,
    recovery: Lazy,
}

impl Tokens {
    pub(super) fn new(parts: &mut Parts) -> Self {
        let tokens = TOKENS.iter();
        let tokens = tokens.map(|(what, any, shape)| (*what, parts.shape(any, shape)));
        Self {
            tokens: tokens.collect(),
            connection: parts.shape(&["@"], CONNECTION),
            pem: parts.shape(&["private key"], PEM),
            recovery: parts.shape(&["-"], RECOVERY),
        }
    }

    /// What is known by its shape, whatever it stands under.
    pub(super) fn find(&self, (text, held): (&str, &Held), kind: Kind, out: &mut Leaks) {
        for found in self.pem.places(held, text) {
            if has_body(found.as_str()) {
                out.add(found.range(), "a private key".to_owned());
            }
        }
        for (what, shape) in &self.tokens {
            for found in shape.places(held, text) {
                if !is_placeholder(found.as_str()) {
                    out.add(found.range(), (*what).to_owned());
                }
            }
        }
        let recovery = has_groups(text).then(|| self.recovery.places(held, text));
        for found in recovery.into_iter().flatten() {
            if is_recovery(found.as_str()) {
                out.add(found.range(), "a recovery key of BitLocker".to_owned());
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
        for found in self.connection.captures(held, text) {
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

/// Each group is eleven times a number of sixteen bits; no other numbers in such groups are all so.
/// Six digits on both sides of a `-`: what has none has no recovery key, and texts are full of `-`.
fn has_groups(text: &str) -> bool {
    let bytes = text.as_bytes();
    let group = |b: Option<&[u8]>| b.is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    memchr::memchr_iter(b'-', bytes).any(|at| {
        let before = at.checked_sub(6).and_then(|from| bytes.get(from..at));
        group(before) && group(bytes.get(at + 1..at + 7))
    })
}

fn is_recovery(text: &str) -> bool {
    let group = |g: &str| {
        let number = g.parse::<u32>().ok();
        number.is_some_and(|n| n % 11 == 0 && n / 11 <= u32::from(u16::MAX))
    };
    let first = text.split('-').next();
    text.split('-').any(|g| Some(g) != first) && text.split('-').all(group)
}
