//! What is known by its shape, whatever it stands under: tokens, private keys, passwords in URLs and beside names.

mod issuers;

use self::issuers::TOKENS;
use super::Kind;
use super::leaks::Leaks;
use super::literal::{Bounds, is_of_words, is_placeholder, is_strong, literal};
use super::parts::{Held, Lazy, Parts};

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
