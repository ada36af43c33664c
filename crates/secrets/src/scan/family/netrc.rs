//! `.netrc`: a login per machine.

use super::{Family, Reach, Shape, What, value};

pub(super) const FAMILY: Family = Family {
    name: "netrc",
    files: &[".netrc", "_netrc", "*.netrc"],
    what: "`password …`",
    shapes: &[Shape {
        parts: &["password"],
        shape: concat!(r#"(?:^|\s)(?:password|account)[ \t\r\n]+"#, value!()),
        reach: Reach::Here,
        what: What::Clear("a login of netrc"),
    }],
    read: None,
};
