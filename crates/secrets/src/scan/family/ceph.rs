//! Ceph: keys of its clients and daemons, by their form.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "Ceph",
    files: &["*.keyring"],
    what: "keys of `cephx`",
    shapes: &[Shape {
        parts: &["=="],
        // Two bytes of a kind, eight of a time, two of a length, and sixteen of a key.
        shape: r"(?:^|[^A-Za-z0-9+/])(AQ[A-D][A-Za-z0-9+/]{35}==)",
        reach: Reach::Any,
        what: What::Clear("a key of Ceph"),
    }],
    read: None,
};
