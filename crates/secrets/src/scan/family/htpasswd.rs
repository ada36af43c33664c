//! Files of names and hashes: of web servers, and of the machine itself.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "htpasswd, shadow",
    files: &[
        ".htpasswd*",
        "htpasswd*",
        "*.htpasswd",
        "shadow",
        "shadow-",
        "gshadow",
        "passwd",
    ],
    what: "hashes, also those of 13 characters; clear text behind `{PLAIN}`",
    shapes: &[
        Shape {
            parts: &[":"],
            shape: r#"(?m)^[^\s:#]+:([./0-9A-Za-z]{13})(?::|\s|$)"#,
            reach: Reach::Here,
            what: What::Hash,
        },
        Shape {
            parts: &["{plain}"],
            shape: r#"\{(?:PLAIN|CLEARTEXT)\}(\S+)"#,
            reach: Reach::Any,
            what: What::Clear("a password beside a name"),
        },
    ],
    read: None,
};
