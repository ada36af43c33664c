//! Storages of Proxmox, and the network of a machine: files in which a weak word is a password, too.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "storage.cfg, netplan",
    files: &["storage.cfg", "netplan/*.yaml", "netplan*.yaml"],
    what: "`password …` of a storage or of a wireless network",
    shapes: &[Shape {
        parts: &["password"],
        shape: concat!(r#"(?m)[ \t{,"]password"?[ \t]*[: \t][ \t]*"#, value!()),
        reach: Reach::Here,
        what: What::Clear("a password of a storage or a network"),
    }],
    read: None,
};
