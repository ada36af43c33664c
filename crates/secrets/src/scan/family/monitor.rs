//! Monitoring and proxies: credentials of headers.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};

pub(super) const FAMILY: Family = Family {
    name: "Prometheus, Caddy",
    files: &["prometheus*.yml", "prometheus*.yaml"],
    what: "`credentials:` of an authorization; hashes of Caddy in base64 are told as hashes",
    shapes: &[
        Shape {
            parts: &["credentials"],
            shape: r#"(?:^|[\s{,"'])credentials["']?:[ \t]*["']?([^\s"'{}\[\],]{7,})"#,
            reach: Reach::Any,
            what: What::If(is_made_up, "credentials"),
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

/// Whether it is written out, and no word of a language.
fn is_made_up(text: &str) -> bool {
    is_strong(text, Kind::Settings) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
