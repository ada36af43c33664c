//! rclone: its passwords are only obscured, which everybody can undo.

use super::{Family, Reach, Shape, What, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "rclone",
    files: &["rclone*.conf"],
    what: "`pass`, `token`, `client_secret`, keys of stores; `rclone obscure` and `rclone config create`",
    shapes: &[
        Shape {
            parts: &["="],
            shape: concat!(
                r#"(?m)^[ \t]*"#,
                r#"(?:pass2?|password2?|(?:[[:word:]]+_)?(?:pass|password|secret|passphrase|key_pem|credentials|bearer_token)|key|secret_access_key|sas_url|api_key|auth_token|2fa|mailbox_password)[ \t]*=[ \t]*"#,
                r#"(\S[^\r\n]*?)[ \t\r]*$"#
            ),
            reach: Reach::Here,
            what: What::Clear("a password of rclone"),
        },
        Shape {
            parts: &["token"],
            shape: r#"(?m)^[ \t]*token[ \t]*=[ \t]*(\{[^\r\n]*\})"#,
            reach: Reach::Here,
            what: What::If(has_token, "a token of rclone"),
        },
        Shape {
            parts: &["rclone"],
            shape: concat!(
                r#"\brclone[ \t][^\n;|&]*?\bobscure["\x27]?[\s,]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a password of rclone"),
        },
        Shape {
            parts: &["rclone"],
            shape: concat!(
                r#"\brclone[ \t][^\n;|&]*?\bconfig[ \t]+(?:create|update|password)[ \t][^\n;|&]*?[ \t](?:pass(?:word2?)?|key|secret_access_key|client_secret|bearer_token|token)[ \t=]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a password of rclone"),
        },
    ],
    read: None,
};

/// The token of a login, as JSON.
fn has_token(text: &str) -> bool {
    let said = text.split_once("_token\":").map(|(_, rest)| rest.trim());
    let said = said.and_then(|rest| rest.strip_prefix('"')?.split_once('"'));
    said.is_some_and(|(token, _)| literal(token, Bounds::Quoted, Kind::Settings).is_some())
}
