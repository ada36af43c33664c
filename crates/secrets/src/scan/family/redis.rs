//! Redis and what speaks as it: `requirepass`, and users of an access list.

use super::{Family, Reach, Shape, What, begin, value};

pub(super) const FAMILY: Family = Family {
    name: "Redis, Valkey, KeyDB",
    files: &[
        "redis*.conf",
        "valkey*.conf",
        "keydb*.conf",
        "sentinel*.conf",
        "users.acl",
        "*.acl",
    ],
    what: "`requirepass`, `masterauth`, `sentinel auth-pass`, `>password` of a user",
    shapes: &[
        Shape {
            parts: &["requirepass"],
            shape: concat!(begin!(), r#"requirepass["\x27]?[ \t]+"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a password of Redis"),
        },
        Shape {
            parts: &["masterauth"],
            shape: concat!(begin!(), r#"masterauth["\x27]?[ \t]+"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a password of Redis"),
        },
        Shape {
            parts: &["auth-pass"],
            shape: concat!(
                begin!(),
                r#"sentinel[ \t]+auth-pass[ \t]+\S+[ \t]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a password of Redis"),
        },
        Shape {
            parts: &["user"],
            shape: r#"(?m)^[ \t]*user[ \t]+\S+[ \t](?:[^\n]*?[ \t])?>(\S+)"#,
            reach: Reach::Here,
            what: What::Clear("a password of Redis"),
        },
        Shape {
            parts: &["user"],
            shape: r#"(?m)(?:^|[\s"'])(?:user|(?i:SETUSER))[ \t]+\S+[ \t]+(?:on|off)[ \t](?:[^\n]*?[ \t])?>([^\s"']+)"#,
            reach: Reach::Any,
            what: What::Clear("a password of Redis"),
        },
        Shape {
            parts: &["user"],
            shape: r#"(?m)(?:^|[\s"'])(?:user|(?i:SETUSER))[ \t]+\S+[ \t](?:[^\n]*?[ \t])?#([0-9a-f]{64})\b"#,
            reach: Reach::Any,
            what: What::Hash,
        },
    ],
    read: None,
};
