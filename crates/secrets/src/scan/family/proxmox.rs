//! Proxmox VE and Backup Server: the secret of a token behind its name.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "Proxmox",
    files: &["priv/token.cfg", "priv/storage/*.pw"],
    what: "`PVEAPIToken=…`, `PBSAPIToken=…`, `token.cfg`, `user@pbs!token:…`",
    shapes: &[
        Shape {
            parts: &["apitoken="],
            shape: r#"\bP(?:VE|BS|MG)APIToken=[^\s=:"\x27]+[=:]([0-9a-f]{8}-[0-9a-f-]{27})"#,
            reach: Reach::Any,
            what: What::Clear("a token of Proxmox"),
        },
        Shape {
            parts: &["!"],
            shape: r#"(?m)^\S+@\S+![[:word:].-]+[ \t]+([0-9a-f]{8}-[0-9a-f-]{27})"#,
            reach: Reach::Any,
            what: What::Clear("a token of Proxmox"),
        },
        Shape {
            parts: &["!"],
            shape: r#"[A-Za-z0-9._-]@[A-Za-z0-9._-]+![[:word:].-]+[:=]([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"#,
            reach: Reach::Any,
            what: What::Clear("a token of Proxmox"),
        },
        Shape {
            parts: &[],
            shape: r#"^\s*(\S[^\r\n]*?)\s*$"#,
            reach: Reach::Here,
            what: What::Clear("a password of a storage"),
        },
    ],
    read: None,
};
