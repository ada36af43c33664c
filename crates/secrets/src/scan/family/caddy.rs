//! Caddy: a word behind a name, and tokens of providers that stand behind the provider's name.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};

/// A word, perhaps in quotes. A brace by itself opens or ends a block.
macro_rules! said {
    () => {
        r#"(?:"([^"\n]+)"|`([^`\n]+)`|([^\s"`{}]\S*|[{}][^\s"`]\S*))"#
    };
}
/// Where a directive begins: a line, or a block that is opened in it.
macro_rules! begin {
    () => {
        r"(?m)(?:^|\{)[ \t]*"
    };
}
/// Where one ends.
macro_rules! end {
    () => {
        r"[ \t\r]*(?:\}|$)"
    };
}

const fn here(shape: &'static str, what: What) -> Shape {
    Shape {
        parts: &[],
        shape,
        reach: Reach::Here,
        what,
    }
}

pub(super) const FAMILY: Family = Family {
    name: "Caddy",
    files: &[
        "Caddyfile",
        "Caddyfile.*",
        "*.Caddyfile",
        "*.caddy",
        "*.caddyfile",
    ],
    what: "`dns PROVIDER X`, `acme_dns PROVIDER X`, `provider PROVIDER X`, values of lines and headers that are named as secrets (`api_token X`, `header_up X-Api-Key X`), \
        `basic_auth NAME X` of a proxy, also in a block, `crypto key … X`, `acme_eab`; hashes of `basic_auth` are told as hashes",
    shapes: &[
        here(
            concat!(
                begin!(),
                r"(?:acme_dns|dns|provider)[ \t]+[a-z][a-z0-9_.-]*[ \t]+",
                said!()
            ),
            What::If(is_token, "a token of a provider of name servers"),
        ),
        // Elsewhere, as in a document that shows a part of one.
        Shape {
            parts: &["dns"],
            shape: concat!(
                begin!(),
                r"(?:acme_dns|dns)[ \t]+(?:acmedns|alidns|azure|bunny|cloudflare|desec|digitalocean|dnsimple|duckdns|dynv6|gandi|godaddy|hetzner|infomaniak|inwx|ionos|linode|loopia|namecheap|netcup|netlify|ovh|porkbun|powerdns|scaleway|vultr)[ \t]+",
                said!()
            ),
            reach: Reach::Any,
            what: What::If(is_token, "a token of a provider of name servers"),
        },
        here(
            concat!(begin!(), r"(?P<n>[A-Za-z][A-Za-z0-9_-]*)[ \t]+", said!()),
            What::Named,
        ),
        here(
            concat!(
                begin!(),
                r"(?:header|header_up|header_down|request_header)[ \t]+[+?]?(?P<n>[A-Za-z][A-Za-z0-9-]*)[ \t]+",
                said!()
            ),
            What::Named,
        ),
        here(
            concat!(
                begin!(),
                r"basic_?auth[ \t]+[^\s{/*]+[ \t]+",
                said!(),
                end!()
            ),
            What::If(is_password, "a password of a proxy"),
        ),
        // Below a path, where a hash should be; `import` is no name.
        here(
            concat!(
                begin!(),
                r"basic_?auth(?:[ \t]+[^\s{]+)*[ \t]*\{\s*(?:[^\s{}i]|i[^\s{}m])[^\s{}]*[ \t]+",
                said!(),
                end!()
            ),
            What::If(is_no_hash, "a password of a proxy"),
        ),
        here(
            concat!(
                begin!(),
                r"crypto[ \t]+key[ \t]+(?:sign-verify|sign|verify)[ \t]+",
                said!(),
                end!()
            ),
            What::If(is_token, "a key of Caddy"),
        ),
        here(
            concat!(begin!(), r"(?:acme_)?eab[ \t]+[^\s{]+[ \t]+", said!()),
            What::If(is_token, "a key of an account of ACME"),
        ),
    ],
    read: None,
};

/// Written out, and made up by a machine.
fn is_token(text: &str) -> bool {
    is_strong(text, Kind::Settings) && !text.contains("://") && is_password(text)
}

/// Of a password where its hash should be, which older files have in base64.
fn is_no_hash(text: &str) -> bool {
    !["JDJ", "JGFyZ29u"].iter().any(|h| text.starts_with(h)) && is_password(text)
}

fn is_password(text: &str) -> bool {
    !text.starts_with(['{', '/', '$']) && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}
