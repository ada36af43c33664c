//! Private keys in files.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "private keys",
    files: &[],
    what: "PEM, OpenSSH, PGP and PuTTY keys, static keys of OpenVPN, age identities, signing keys in JWK",
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
    ],
    read: None,
};

/// An example has dots where the key would be.
fn has_body(text: &str) -> bool {
    text.lines()
        .any(|line| line.len() >= 32 && !line.starts_with("--"))
}
