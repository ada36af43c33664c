//! strongSwan and Libreswan: shared secrets of connections and users.

use super::{Family, Reach, Shape, What, begin, value};

pub(super) const FAMILY: Family = Family {
    name: "strongSwan, Libreswan",
    files: &["ipsec.secrets", "*.secrets", "swanctl.conf"],
    what: "`: PSK \"…\"`, `: EAP`, `: XAUTH`, passphrases of keys, `secret =`",
    shapes: &[
        Shape {
            parts: &["psk"],
            shape: concat!(
                begin!(),
                r#"[^\n#]*?:[ \t]*PSK[ \t]+"#,
                r#"(?:"([^"\n]+)"|'([^'\n]+)'|(0[sxt]\S+))"#
            ),
            reach: Reach::Any,
            what: What::Clear("a shared secret of IPsec"),
        },
        Shape {
            parts: &["psk"],
            shape: concat!(
                r#"(?m)^[^\n#:]*:(?:[ \t]|\\?\r?\n[ \t])*PSK(?:[ \t]|\\?\r?\n[ \t])+"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a shared secret of IPsec"),
        },
        Shape {
            parts: &["eap"],
            shape: concat!(
                r#"(?m)^[ \t]*"#,
                r#"[^\n#:]*:[ \t]*(?:EAP|XAUTH|NTLM|PIN)[ \t]+(?:%\S+[ \t]+)?"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a password of IPsec"),
        },
        Shape {
            parts: &["xauth"],
            shape: concat!(r#"(?m)^[ \t]*"#, r#"[^\n#:]*:[ \t]*XAUTH[ \t]+"#, value!()),
            reach: Reach::Here,
            what: What::Clear("a password of IPsec"),
        },
        Shape {
            parts: &[":"],
            shape: concat!(
                r#"(?m)^[ \t]*"#,
                r#"[^\n#:]*:[ \t]*(?:RSA|ECDSA|P8|P12|PKCS8|PKCS12)[ \t]+\S+[ \t]+"#,
                r#""([^"\n]+)""#
            ),
            reach: Reach::Here,
            what: What::Clear("a passphrase of a private key"),
        },
        Shape {
            parts: &["secret"],
            shape: concat!(
                r#"(?m)^[ \t]*"#,
                r#"secret[[:word:]]*[ \t]*=[ \t]*"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::Clear("a shared secret of IPsec"),
        },
    ],
    read: None,
};
