//! Logins in one text: in base64, as Docker and npm keep them, and as `name:password` behind the name of what lets people in.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};
use crate::scan::words::is_word;
use data_encoding::{BASE64, BASE64_NOPAD};
use diag::naming;

/// A name, a colon, and the rest of the value.
macro_rules! login {
    () => {
        r#"["']?[ \t]*[:=][ \t]*["']?([^\s"':,;=#/{}\[\]$]+:[^\s"'#{}\[\]][^\s"'#\[\]]*)"#
    };
}

/// Names that let people in, with what follows a name: not `PasswordAuthentication`.
const NAMES: &[&str] = &[
    "auth:",
    "auth=",
    "auth ",
    "auth\t",
    "auth\"",
    "auth'",
    "user:",
    "user=",
    "user ",
    "user\t",
    "user\"",
    "user'",
    "users:",
    "users=",
    "users ",
    "users\t",
    "users\"",
    "users'",
    "credentials",
];

pub(super) const FAMILY: Family = Family {
    name: "Docker, npm, logins",
    files: &[],
    what: "`auth`, `_auth` and `BASIC_AUTH` whose value is a login in base64; `BASIC_AUTH`, `TINYAUTH_USERS` and other names that end in `AUTH` or `USERS` \
        whose value is `name:password`",
    shapes: &[
        Shape {
            // Not in `PasswordAuthentication`.
            parts: &["auth:", "auth=", "auth ", "auth\t", "auth\"", "auth'"],
            shape: r#"(?i)(?:^|[\s"'{,:/])(?:[a-z0-9]+[_.-])*_?auth["']?[ \t]*[:=][ \t]*["']?([a-z0-9+/]{8,}={0,2})"#,
            reach: Reach::Any,
            what: What::If(is_login, "a login in base64"),
        },
        Shape {
            parts: NAMES,
            shape: concat!(
                r#"(?m)(?:^|[\s"'{,])(?:(?:[A-Z0-9]+_)*(?:[A-Z0-9]*AUTH|USERS|CREDENTIALS)|(?i:(?:[a-z0-9]+[_.-])*basic[_.-]?auth(?:[_.-]users?)?))"#,
                login!()
            ),
            reach: Reach::Any,
            what: What::If(is_pair, "a password beside a name"),
        },
        // Elsewhere two words with a colon may be anything.
        Shape {
            parts: NAMES,
            shape: concat!(
                r#"(?mi)(?:^|[\s"'{,])(?:[a-z0-9]+[_.-])*(?:[a-z0-9]*auth|users)"#,
                login!()
            ),
            reach: Reach::Any,
            what: What::If(is_strong_pair, "a password beside a name"),
        },
    ],
    read: None,
};

/// What stands before a colon and is a way to log in, or a protocol, not a name.
const WAYS: [&str; 20] = [
    "basic", "bearer", "digest", "http", "https", "jwt", "ldap", "ldaps", "md5", "oauth", "oauth2",
    "oidc", "plain", "redis", "saml", "scram", "sha256", "smtp", "tcp", "unix",
];

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

/// A name and what only its owner knows: neither a hash, nor a port or the number of a group, nor where it is to be found.
fn is_pair(text: &str) -> bool {
    let Some((name, password)) = text.split_once(':') else {
        return false;
    };
    // Others may follow, each with its own.
    let first = password.split(',').next().unwrap_or_default();
    let number = first.len() <= 5 && first.bytes().all(|b| b.is_ascii_digit());
    let hash = first.starts_with(['$', '{']) || name.contains('@') && first.contains('/');
    let word = name.to_ascii_lowercase();
    first.len() >= 3
        && !number
        && !hash
        && first != name
        && naming(first).is_none()
        && !WAYS.contains(&word.as_str())
        && is_word(first)
        && literal(first, Bounds::Guessed, Kind::Settings).is_some()
}

fn is_strong_pair(text: &str) -> bool {
    let password = text.split_once(':').map(|(_, password)| password);
    is_pair(text) && password.is_some_and(|p| is_strong(p, Kind::Prose))
}
