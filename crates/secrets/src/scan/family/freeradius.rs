//! RADIUS servers and users, and keys of name servers.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "FreeRADIUS, BIND",
    files: &[
        "clients.conf",
        "proxy.conf",
        "named.conf*",
        "rndc.key",
        "rndc.conf",
    ],
    what: "`secret =`, `Cleartext-Password :=`, `secret \"…\";`",
    shapes: &[
        Shape {
            parts: &["secret"],
            shape: concat!(r#"(?m)^[ \t]*"#, r#"secret[ \t]*=[ \t]*"#, value!()),
            reach: Reach::Here,
            what: What::Clear("a shared secret of RADIUS"),
        },
        Shape {
            parts: &["-password"],
            shape: concat!(r#"\b(?:Cleartext|User)-Password[ \t]*:?=[ \t]*"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a password of RADIUS"),
        },
        Shape {
            parts: &["secret"],
            shape: r#"\bsecret[ \t]+"([A-Za-z0-9+/]{16,}={0,2})""#,
            reach: Reach::Any,
            what: What::Clear("a key of a name server"),
        },
    ],
    read: None,
};
