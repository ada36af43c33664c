//! Ansible: passwords that are hashed where they are used, and stand there in clear text.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "Ansible",
    files: &[],
    what: "`{{ 'X' | password_hash('sha512') }}`",
    shapes: &[Shape {
        parts: &["password_hash"],
        shape: r#"\{\{-?[ \t]*\(?[ \t]*(?:'([^'\n]+)'|\\?"([^"\n\\]+)\\?")[ \t]*\)?[ \t]*\|[ \t]*(?:string[ \t]*\|[ \t]*)?(?:ansible\.builtin\.)?password_hash\b"#,
        reach: Reach::Any,
        what: What::Clear("a password that is hashed where it stands"),
    }],
    read: None,
};
