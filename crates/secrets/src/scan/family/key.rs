//! Private keys in files.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "private keys",
    files: &[],
    what: "PEM, OpenSSH, PGP and PuTTY keys, static keys of OpenVPN, age identities, signing keys in JWK, recovery keys of BitLocker, seeds of one-time passwords (`otpauth://…secret=`, `totp: …`)",
    shapes: &[
        Shape {
            parts: &["openvpn static key"],
            shape: r#"(-----BEGIN OpenVPN (?:Static|tls-crypt-v2 client|tls-crypt-v2 server) key[^-\n]*-----[^-]*(?:-----END [^-\n]+-----)?)"#,
            reach: Reach::Any,
            what: What::If(has_body, "a private key"),
        },
        Shape {
            parts: &["private-lines"],
            shape: r#"(?m)^(Private-Lines: [0-9]+\r?\n(?:[A-Za-z0-9+/=]+\r?\n?)+)"#,
            reach: Reach::Any,
            what: What::If(has_body, "a private key"),
        },
        Shape {
            parts: &["<auth-user-pass>"],
            shape: r#"<auth-user-pass>[ \t]*\r?\n[^\n]+\n[ \t]*([^\s<][^\r\n]*)"#,
            reach: Reach::Any,
            what: What::Clear("a password of OpenVPN"),
        },
        Shape {
            parts: &["kty"],
            shape: r#""d"[ \t]*:[ \t]*"([A-Za-z0-9_-]{40,})""#,
            reach: Reach::Any,
            what: What::Clear("a private key"),
        },
        Shape {
            parts: &["otpauth"],
            shape: r#"(?i)\botpauth(?:-migration)?://[^\s"'`<>]*?[?&](?:secret|data)=([a-z0-9%+/_=-]{8,})"#,
            reach: Reach::Any,
            what: What::If(is_written_out, "the seed of a one-time password"),
        },
        Shape {
            parts: &["otp", "2fa", "mfa"],
            shape: r#"(?i)(?:^|[^a-z0-9])(?:t?otp|2fa|mfa)(?:[_-]?(?:seed|secret|key|uri))?["']?[ \t]*[:=][ \t]*["']?([a-z2-7]{16,}={0,6}|[a-z2-7]{4}(?:[ -][a-z2-7]{4}){3,})(?:["'\s,;}#]|$)"#,
            reach: Reach::Any,
            what: What::If(is_seed, "the seed of a one-time password"),
        },
    ],
    read: None,
};

/// No variable stands in its place.
fn is_written_out(text: &str) -> bool {
    literal(text, Bounds::Guessed, Kind::Settings).is_some()
}

/// Base32 with letters and digits, in one case: no word has them.
fn is_seed(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
    let one_case = !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
    one_case && has(u8::is_ascii_digit) && is_written_out(text)
}

/// An example has dots where the key would be.
fn has_body(text: &str) -> bool {
    text.lines()
        .any(|line| line.len() >= 32 && !line.starts_with("--"))
}
