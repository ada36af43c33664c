//! JSON as the value of a setting: `RCLONE_CONFIG_X_TOKEN={"access_token":"…"}`. The setting's own name says nothing of what stands in it.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "JSON in a value",
    files: &[],
    what: "values in quotes behind names in quotes that are named as secrets, also where the quotes are escaped",
    shapes: &[Shape {
        parts: &[
            "token\"",
            "token\\\"",
            "secret\"",
            "secret\\\"",
            "password\"",
            "password\\\"",
            "passwd\"",
            "passwd\\\"",
            "pass\"",
            "pass\\\"",
            "key\"",
            "key\\\"",
        ],
        shape: r#"\\?"(?P<n>[A-Za-z_][[:word:]\x{80}-\x{10FFFF}.-]*)\\?"[ \t]*:[ \t]*\\?"([^"\\\n]+)"#,
        reach: Reach::Any,
        what: What::Named,
    }],
    read: None,
};
