//! Files that are one secret, and are named as such.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "files of one secret",
    files: &[
        "*.pass",
        "*.passwd",
        "*.pw",
        ".vault_pass*",
        ".vault-pass*",
        "*.secret",
        "*password.txt",
        "*passwd.txt",
        "*token.txt",
        "*passphrase.txt",
        "luks*.key",
        "*luks.key",
        "*luks*.keyfile",
        "crypt*.key",
        "*.keyfile",
        "keyfile",
    ],
    what: "their first line, if it is the only one",
    shapes: &[Shape {
        parts: &[],
        shape: r#"^[\s\x{feff}]*([^\s#][^\r\n]{0,400}?)\s*$"#,
        reach: Reach::Here,
        what: What::Clear("the content of a file that is named as a secret"),
    }],
    read: None,
};
