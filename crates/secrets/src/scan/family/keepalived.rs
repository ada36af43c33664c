//! keepalived and mosquitto: a word behind a name.

use super::{Family, Reach, Shape, What, begin, value};

pub(super) const FAMILY: Family = Family {
    name: "keepalived, Mosquitto",
    files: &["keepalived*.conf", "mosquitto*.conf"],
    what: "`auth_pass`, `remote_password`",
    shapes: &[
        Shape {
            parts: &["auth_pass"],
            shape: concat!(begin!(), r#"auth_pass[ \t]+"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a password of VRRP"),
        },
        Shape {
            parts: &["_password"],
            shape: concat!(
                begin!(),
                r#"(?:remote_password|bridge_psk)[ \t]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a password of MQTT"),
        },
    ],
    read: None,
};
