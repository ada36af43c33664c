//! SQL: users that are made with their passwords.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "SQL",
    files: &["*.sql"],
    what: "`CREATE USER … IDENTIFIED BY '…'`, `PASSWORD '…'`, `SET PASSWORD`; hashes are told as hashes",
    shapes: &[
        Shape {
            parts: &["identified"],
            shape: r#"(?i)\bIDENTIFIED[ \t\r\n]+(?:WITH[ \t]+\S+[ \t]+)?(?:BY|AS)[ \t\r\n]+(?:PASSWORD[ \t]+)?(?:'((?:[^'\n]|'')+)'|"([^"\n]+)")"#,
            reach: Reach::Any,
            what: What::If(is_password, "a password in SQL"),
        },
        Shape {
            parts: &["password"],
            shape: r#"(?i)\b(?:USER|ROLE|LOGIN|GROUP)\b[^;'\n]*?(?:\n[^;'\n]*?){0,4}\b(?:ENCRYPTED[ \t]+)?PASSWORD[ \t\r\n]*(?:=[ \t]*)?[NE]?(?:'((?:[^'\n]|'')+)')"#,
            reach: Reach::Any,
            what: What::If(is_password, "a password in SQL"),
        },
        Shape {
            parts: &["set password"],
            shape: r#"(?i)\bSET[ \t]+PASSWORD\b[^;'\n]*(?:(?:'[^'\n]*'@'[^'\n]*'|[^;'\n]*?)[ \t]*=[ \t]*)(?:PASSWORD[ \t]*\([ \t]*)?'((?:[^'\n]|'')+)'"#,
            reach: Reach::Any,
            what: What::If(is_password, "a password in SQL"),
        },
        Shape {
            parts: &["md5"],
            shape: r#"'(md5[0-9a-f]{32})'"#,
            reach: Reach::Any,
            what: What::Hash,
        },
        Shape {
            parts: &["scram-sha-"],
            shape: r#"(SCRAM-SHA-(?:1|256|512)\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+)"#,
            reach: Reach::Any,
            what: What::Hash,
        },
        Shape {
            parts: &["'*"],
            shape: r#"'(\*[0-9A-F]{40})'"#,
            reach: Reach::Any,
            what: What::Hash,
        },
    ],
    read: None,
};

/// Whether it is written out, and no hash.
fn is_password(text: &str) -> bool {
    let hash = ["SCRAM-SHA-", "$", "*"].iter().any(|h| text.starts_with(h)) && text.len() >= 34
        || text.starts_with("md5") && text.len() == 35;
    // A variable of a client (`:name`) or a place that is filled in.
    let filled = text.starts_with([':', '%', '?', '@']) && text.len() < 24;
    !hash && !filled && literal(text, Bounds::Read, Kind::Settings).is_some()
}
