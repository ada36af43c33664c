//! Secrets of PPP.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "PPP",
    files: &["chap-secrets", "pap-secrets"],
    what: "the third word of a line",
    shapes: &[Shape {
        parts: &[],
        shape: r#"(?m)^[ \t]*(?:"[^"\n]*"|[^\s#"]+)[ \t]+(?:"[^"\n]*"|[^\s"]+)[ \t]+(?:"([^"\n]+)"|([^\s"]+))"#,
        reach: Reach::Here,
        what: What::Clear("a password of PPP"),
    }],
    read: None,
};
