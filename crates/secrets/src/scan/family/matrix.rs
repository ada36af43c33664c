//! Matrix: the keys with which a server signs.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "Matrix",
    files: &["*signing.key"],
    what: "`ed25519 a_… X`, with which a server signs",
    shapes: &[Shape {
        parts: &["ed25519 a"],
        shape: r"\bed25519 a[A-Za-z0-9_]{1,20} ([A-Za-z0-9+/]{43})(?:[^A-Za-z0-9+/=]|$)",
        reach: Reach::Any,
        what: What::Clear("a private key"),
    }],
    read: None,
};
