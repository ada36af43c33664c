//! HAProxy: logins of its page and of lists of users.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "HAProxy",
    files: &["haproxy*.cfg"],
    what: "`stats auth`, `insecure-password` (hashes behind `password` are told as hashes)",
    shapes: &[
        Shape {
            parts: &["stats"],
            shape: r#"\bstats[ \t]+auth[ \t]+[^\s:]+:([^\s"\x27]+)"#,
            reach: Reach::Any,
            what: What::Clear("a password of HAProxy"),
        },
        Shape {
            parts: &["insecure-password"],
            shape: concat!(r#"\binsecure-password[ \t]+"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a password of HAProxy"),
        },
    ],
    read: None,
};
