//! Files of logins in lines: davfs2, Deluge, OpenVPN, monit; and of a directory's server, with a login for another one.

use super::{Family, Reach, Shape, What, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "davfs2, Deluge, OpenVPN, monit, slapd",
    files: &[
        "davfs2/secrets",
        "deluge/auth",
        "auth.txt",
        "*.auth",
        "*auth-user-pass*",
        "monitrc",
        "slapd.conf",
    ],
    what: "the third word of `davfs2/secrets`, the second field of Deluge's `auth`, the second line of a login of OpenVPN, `allow name:X` of monit, `rootpw X`, `credentials=X` of a replica",
    shapes: &[
        Shape {
            parts: &[],
            shape: concat!(
                r"(?m)^[ \t]*(?:https?://|/)[^\s]+[ \t]+[^\s#]+[ \t]+",
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of a login"),
        },
        Shape {
            parts: &[],
            shape: r"(?m)^[[:word:].-]+:([^\s:]+):(?:0|1|5|10)[ \t\r]*$",
            reach: Reach::Here,
            what: What::If(is_password, "a password of Deluge"),
        },
        Shape {
            parts: &[],
            shape: r"\A[^\s:=<#/]+[ \t]*\r?\n([^\s=<#/]+)\s*\z",
            reach: Reach::Here,
            what: What::If(is_password, "a password of OpenVPN"),
        },
        Shape {
            parts: &["allow"],
            shape: r"\ballow[ \t]+[A-Za-z][[:word:]-]*:([^\s/]+)",
            reach: Reach::Here,
            what: What::If(is_password, "a password of monit"),
        },
        Shape {
            parts: &["rootpw"],
            shape: concat!(r"(?m)^[ \t]*rootpw[ \t]+", value!()),
            reach: Reach::Here,
            what: What::If(is_password, "a password of a directory"),
        },
        Shape {
            parts: &["credentials="],
            shape: r#"\bbindmethod=["']?simple\b[^\n]*?\bcredentials=["']?([^\s"']+)"#,
            reach: Reach::Any,
            what: What::If(is_password, "a password of a directory"),
        },
    ],
    read: None,
};

/// Written out, and no hash.
fn is_password(text: &str) -> bool {
    !text.starts_with(['{', '$']) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
