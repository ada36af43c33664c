//! WireGuard: private and preshared keys, by their form.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "WireGuard",
    files: &["wg*.conf"],
    what: "`PrivateKey`, `PresharedKey`",
    shapes: &[Shape {
        parts: &["key"],
        shape: r#"(?i)\b(?:private|preshared)[_-]?key["\x27]?[ \t]*[=: ][ \t]*["\x27]?([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"#,
        reach: Reach::Any,
        what: What::Clear("a key of WireGuard"),
    }],
    read: None,
};
