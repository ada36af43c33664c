//! Monitoring and proxies: credentials of headers.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};
use crate::scan::words::is_word;

pub(super) const FAMILY: Family = Family {
    name: "Prometheus, Grafana, nginx",
    files: &["prometheus*.yml", "prometheus*.yaml"],
    what: "`credentials:` of an authorization, `\"Bearer X\"` in quotes, values of headers and variables of a proxy that are named as secrets (`proxy_set_header X-Api-Key X`, `set $token X`), `X-Auth: X`, `X-Api-Key: X` and their kind anywhere, the word of `secure_link_md5` and `secure_link_secret`; hashes of Caddy in base64 are told as hashes",
    shapes: &[
        Shape {
            parts: &["credentials"],
            shape: r#"(?:^|[\s{,"'])credentials["']?:[ \t]*["']?([^\s"'{}\[\],]{7,})"#,
            reach: Reach::Any,
            what: What::If(is_made_up, "credentials"),
        },
        Shape {
            parts: &["bearer "],
            shape: r#"["']Bearer[ \t]+([A-Za-z0-9._~+/-]{12,}=*)["'\\]"#,
            reach: Reach::Any,
            what: What::If(is_machine_made, "a token of a header"),
        },
        Shape {
            parts: &["_header", "-header", "_param", "requestheader"],
            shape: r#"\b(?:proxy_set_header|add_header|more_set_headers|(?:fastcgi|uwsgi|scgi)_param|set-header|add-header|RequestHeader[ \t]+set)[ \t]+["']?(?P<n>[A-Za-z][[:word:]\x{80}-\x{10FFFF}-]*)["']?[: \t][ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s;"'{][^\s;"']*))"#,
            reach: Reach::Any,
            what: What::Named,
        },
        Shape {
            parts: &["$"],
            shape: r#"(?:\bset[ \t]+\$|\$(?:arg|http|cookie)_)(?P<n>[A-Za-z_][[:word:]\x{80}-\x{10FFFF}]*)[ \t]*(?:!?=~?|[ \t])[ \t]*(?:"([^"\n$]+)"|'([^'\n$]+)')"#,
            reach: Reach::Any,
            what: What::Named,
        },
        Shape {
            parts: &[
                "-auth",
                "-key",
                "-access",
                "-signature",
                "-credential",
                "-secret",
            ],
            shape: r#"(?i)(?:^|[\s"'\[{,`])x-(?:[a-z0-9]+-)*(?:auth|authentication|authorization|(?:api|auth|access)-?key|access|signature|credentials?|secret)\\?["']?[ \t]*[:=][ \t]*\\?["']?([^\s"'`,;\\{}\[\]$<][^\s"'`,;\\{}\[\]]{5,})"#,
            reach: Reach::Any,
            what: What::If(is_of_header, "the value of a header that lets in"),
        },
        Shape {
            parts: &["secure_link_"],
            shape: r#"\bsecure_link_(?:md5|secret)[ \t]+["']?(?:[^"';\n]*[\s}])?([^\s"';$}{<>]+)["']?[ \t]*;"#,
            reach: Reach::Any,
            what: What::If(is_of_link, "the word of links that expire"),
        },
        Shape {
            parts: &["secure_link_md5"],
            shape: r#"\bsecure_link_md5[ \t]+["']?([^\s"';$}{<>]+)(?:\$|[ \t]+\$)"#,
            reach: Reach::Any,
            what: What::If(is_of_link, "the word of links that expire"),
        },
        Shape {
            parts: &["jdj"],
            shape: r"(?:^|[^A-Za-z0-9+/])(JDJ[A-Za-z]JD[A-Za-z0-9+/]{74}={0,2})",
            reach: Reach::Any,
            what: What::Hash,
        },
    ],
    read: None,
};

fn is_machine_made(text: &str) -> bool {
    is_strong(text, Kind::Prose) && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}

/// Written out, and no name of another header or of a way to log in.
fn is_of_header(text: &str) -> bool {
    let mixed = text.contains(|c: char| c.is_ascii_digit());
    mixed && is_word(text) && literal(text, Bounds::Guessed, Kind::Settings).is_some()
}

fn is_of_link(text: &str) -> bool {
    text.len() > 2 && literal(text, Bounds::Guessed, Kind::Settings).is_some()
}

/// Whether it is written out, and no word of a language.
fn is_made_up(text: &str) -> bool {
    is_strong(text, Kind::Settings) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
