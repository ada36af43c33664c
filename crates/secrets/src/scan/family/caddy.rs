//! Caddy: a word behind a name, and tokens of providers that stand behind the provider's name.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};

/// A word, perhaps in quotes.
macro_rules! said {
    () => {
        r#"(?:"([^"\n]+)"|`([^`\n]+)`|([^\s"`]\S*))"#
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
        `basic_auth NAME X` of a proxy, `crypto key … X`, `acme_eab`; hashes of `basic_auth` are told as hashes",
    shapes: &[
        here(
            concat!(
                r"(?m)^[ \t]*(?:acme_dns|dns|provider)[ \t]+[a-z][a-z0-9_.-]*[ \t]+",
                said!()
            ),
            What::If(is_token, "a token of a provider of name servers"),
        ),
        // Elsewhere, as in a document that shows a part of one.
        Shape {
            parts: &["dns"],
            shape: concat!(
                r"(?m)^[ \t]*(?:acme_dns|dns)[ \t]+(?:acmedns|alidns|azure|bunny|cloudflare|desec|digitalocean|dnsimple|duckdns|dynv6|gandi|godaddy|hetzner|infomaniak|inwx|ionos|linode|loopia|namecheap|netcup|netlify|ovh|porkbun|powerdns|scaleway|vultr)[ \t]+",
                said!()
            ),
            reach: Reach::Any,
            what: What::If(is_token, "a token of a provider of name servers"),
        },
        here(
            concat!(r"(?m)^[ \t]*(?P<n>[A-Za-z][A-Za-z0-9_-]*)[ \t]+", said!()),
            What::Named,
        ),
        here(
            concat!(
                r"(?m)^[ \t]*(?:header|header_up|header_down|request_header)[ \t]+[+?]?(?P<n>[A-Za-z][A-Za-z0-9-]*)[ \t]+",
                said!()
            ),
            What::Named,
        ),
        here(
            concat!(
                r"(?m)^[ \t]*basic_?auth[ \t]+[^\s{/*]+[ \t]+",
                said!(),
                r"[ \t\r]*$"
            ),
            What::If(is_password, "a password of a proxy"),
        ),
        here(
            concat!(
                r"(?m)^[ \t]*crypto[ \t]+key[ \t]+(?:sign-verify|sign|verify)[ \t]+",
                said!(),
                r"[ \t\r]*$"
            ),
            What::If(is_token, "a key of Caddy"),
        ),
        here(
            concat!(r"(?m)^[ \t]*(?:acme_)?eab[ \t]+[^\s{]+[ \t]+", said!()),
            What::If(is_token, "a key of an account of ACME"),
        ),
    ],
    read: None,
};

/// Written out, and made up by a machine.
fn is_token(text: &str) -> bool {
    is_strong(text, Kind::Settings) && !text.contains("://") && is_password(text)
}

fn is_password(text: &str) -> bool {
    !text.starts_with(['{', '/', '$']) && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}
