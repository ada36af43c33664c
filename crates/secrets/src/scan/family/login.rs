//! Logins in base64, as Docker and npm keep them.

use super::{Family, Reach, Shape, What};
use data_encoding::{BASE64, BASE64_NOPAD};

pub(super) const FAMILY: Family = Family {
    name: "Docker, npm",
    files: &[],
    what: "`auth` and `_auth` whose value is a login in base64",
    shapes: &[Shape {
        // Not in `PasswordAuthentication`.
        parts: &["auth:", "auth=", "auth ", "auth\t", "auth\"", "auth'"],
        shape: r#"(?i)(?:^|[\s"'{,:/])_?auth["']?[ \t]*[:=][ \t]*["']?([a-z0-9+/]{8,}={0,2})"#,
        reach: Reach::Any,
        what: What::If(is_login, "a login in base64"),
    }],
    read: None,
};

/// Base64 of `name:password`.
fn is_login(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let padded = BASE64.decode(text.as_bytes());
    let bytes = padded.or_else(|_| BASE64_NOPAD.decode(bare.as_bytes()));
    let said = bytes.ok().and_then(|b| String::from_utf8(b).ok());
    let parts = said.as_deref().and_then(|said| said.split_once(':'));
    parts.is_some_and(|(name, password)| {
        let plain = |t: &str| !t.is_empty() && !t.contains(char::is_control);
        plain(name) && plain(password) && !name.contains(char::is_whitespace)
    })
}
