//! NUT: users of the server, and the login with which a machine watches its UPS.

use super::{Family, Reach, Shape, What, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};

pub(super) const FAMILY: Family = Family {
    name: "NUT",
    files: &["upsd.users", "upsmon.conf", "upssched.conf"],
    what: "`password =` of `upsd.users`, `MONITOR … user password …`, `ups@user:password@host`",
    shapes: &[
        Shape {
            parts: &["password"],
            shape: concat!(r#"(?m)^[ \t]*"#, r#"password[ \t]*=[ \t]*"#, value!()),
            reach: Reach::Here,
            what: What::Clear("a password of NUT"),
        },
        Shape {
            parts: &["monitor"],
            shape: r#"\bMONITOR[ \t]+\S+[ \t]+\d+[ \t]+\S+[ \t]+(?:"([^"\n]+)"|(\S+))[ \t]+(?:master|slave|primary|secondary)\b"#,
            reach: Reach::Any,
            what: What::Clear("a password of NUT"),
        },
        Shape {
            parts: &["@"],
            shape: r#"(?i)\b(?:nut|ups|upsmon|monitor|upsc)["']?[ \t]*[:=]?[ \t]*["']?[[:word:].-]+@[[:word:].-]+:([^\s:@"'/]+)@[[:word:].\[]"#,
            reach: Reach::Any,
            what: What::Clear("a password of NUT"),
        },
        Shape {
            parts: &["@"],
            shape: r#"(?:^|[\s"'=\[,(])[[:word:].-]+@[[:word:].-]+:([^\s:@"'/]{4,})@[[:word:].\[]"#,
            reach: Reach::Any,
            what: What::If(is_made_up, "a password beside a name"),
        },
    ],
    read: None,
};

/// Whether it is no name of a thing.
fn is_made_up(text: &str) -> bool {
    is_strong(text, Kind::Settings) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
