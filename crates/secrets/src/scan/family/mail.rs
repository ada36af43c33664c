//! Programs that send and fetch mail.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "msmtp, mbsync, fetchmail, ssmtp, Postfix",
    files: &[
        "msmtprc",
        ".msmtprc",
        "*msmtp*.conf",
        ".mbsyncrc",
        "isyncrc",
        ".fetchmailrc",
        "fetchmailrc",
        "ssmtp.conf",
        "sasl_passwd",
        ".muttrc",
        "muttrc",
    ],
    what: "`password …`, `Pass …`, `AuthPass=`, the logins of `sasl_passwd`",
    shapes: &[
        Shape {
            parts: &["pass"],
            shape: concat!(
                r#"(?mi)^[ \t]*(?:password|pass|authpass)[ \t]*[ \t=][ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of a mailbox"),
        },
        Shape {
            parts: &["pass"],
            shape: concat!(r#"(?i)[ \t](?:password|pass)[ \t]+(?:is[ \t]+)?"#, value!()),
            reach: Reach::Here,
            what: What::Clear("a password of a mailbox"),
        },
        Shape {
            parts: &["_pass"],
            shape: concat!(
                r#"(?m)^[ \t]*set[ \t]+[[:word:]]+_pass[ \t]*=[ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of a mailbox"),
        },
        Shape {
            parts: &[":"],
            shape: r#"(?m)^[ \t]*\[?[[:word:].-]+\]?(?::\d+)?[ \t]+[^\s:=]+:(\S+)[ \t\r]*$"#,
            reach: Reach::Here,
            what: What::Clear("a password of a mailbox"),
        },
    ],
    read: None,
};
