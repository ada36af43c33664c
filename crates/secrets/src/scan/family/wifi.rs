//! Wireless networks: wpa_supplicant, hostapd, iwd, NetworkManager.

use super::{Family, Reach, Shape, What, begin, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "wpa_supplicant, hostapd, iwd, NetworkManager",
    files: &[
        "wpa_supplicant*.conf",
        "hostapd*.conf",
        "*.nmconnection",
        "*.psk",
        "interfaces",
    ],
    what: "`psk`, `wpa_passphrase`, `wep_key0`, `wpa-psk`, `Passphrase=`",
    shapes: &[
        Shape {
            parts: &["psk"],
            shape: concat!(
                r#"(?m)^[ \t]*(?:psk|wpa_psk|wpa-psk|sae_password|PreSharedKey)[ \t]*[ \t=][ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of a wireless network"),
        },
        Shape {
            parts: &["pass"],
            shape: concat!(
                r#"(?m)^[ \t]*(?:wpa_passphrase|Passphrase|password|private_key_passwd)[ \t]*=[ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of a wireless network"),
        },
        Shape {
            parts: &["wep"],
            shape: concat!(r#"(?m)^[ \t]*wep_?key\d[ \t]*=[ \t]*"#, value!()),
            reach: Reach::Here,
            what: What::Clear("a password of a wireless network"),
        },
        Shape {
            parts: &["wpa-psk"],
            shape: concat!(begin!(), r#"wpa-psk[ \t]+"#, value!()),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a wireless network"),
        },
        Shape {
            parts: &["wpa_p"],
            shape: concat!(
                r#"(?m)^[ \t]*(?:wpa_passphrase|wpa_psk)[ \t]*=[ \t]*"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a password of a wireless network"),
        },
        Shape {
            parts: &["sae_password"],
            shape: concat!(r#"(?m)^[ \t]*sae_password[ \t]*=[ \t]*"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a password of a wireless network"),
        },
    ],
    read: None,
};

/// Whether it is written out, and no word of a switch's command.
fn is_password(text: &str) -> bool {
    !["ascii", "hex"].contains(&text) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
