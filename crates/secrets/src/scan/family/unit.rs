//! Units of systemd: credentials that stand in the unit itself.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "systemd",
    files: &["*.service", "*.socket", "*.timer", "*.container", "*.conf"],
    what: "`SetCredential=name:X`; `SetCredentialEncrypted=` and `LoadCredential=` are none",
    shapes: &[Shape {
        parts: &["setcredential="],
        shape: r"(?m)^[ \t]*SetCredential=[ \t]*[[:word:].@-]+:(\S[^\r\n]*?)[ \t\r]*$",
        reach: Reach::Any,
        what: What::If(is_written_out, "a credential of systemd"),
    }],
    read: None,
};

fn is_written_out(text: &str) -> bool {
    literal(text, Bounds::Quoted, Kind::Settings).is_some()
}
