//! Routers whose configuration is a list of words: OpenWrt, VyOS.

use super::{Family, Reach, Shape, What, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "OpenWrt, VyOS, RouterOS",
    files: &[
        "config/wireless",
        "config/network",
        "*.uci",
        "config.boot",
        "*.vyos",
    ],
    what: "`option key '…'`, `option password '…'`, `plaintext-password`, `pre-shared-secret`, `name=` below `/snmp community`",
    shapes: &[
        Shape {
            parts: &["option"],
            shape: concat!(
                r#"(?m)^[ \t]*option[ \t]+["']?(?:key\d?|psk|sae_password|(?:private|preshared)_key|(?:[[:word:]]+_)?(?:password|passwd|secret|psk))["']?[ \t]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_key, "a password of a router"),
        },
        Shape {
            parts: &["uci"],
            shape: concat!(
                r"\buci[ \t]+(?:-q[ \t]+)?(?:set|add_list)[ \t]+[[:word:].@\[\]-]+\.(?:key\d?|psk|sae_password|(?:private|preshared)_key|(?:[[:word:]]+_)?(?:password|passwd|secret|psk))=",
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_key, "a password of a router"),
        },
        Shape {
            parts: &["plaintext-password"],
            shape: concat!(r"\bplaintext-password[ \t]+", value!()),
            reach: Reach::Any,
            what: What::Clear("a password of a router"),
        },
        Shape {
            parts: &["/snmp community"],
            shape: concat!(
                r"/snmp community[ \t]*\r?\n(?:[ \t]*(?:add|set)\b[^\n]*\n){0,20}?[ \t]*(?:add|set)\b[^\n]*?[ \t]name=",
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["pre-shared-secret"],
            shape: concat!(r"\bpre-shared-secret[ \t]+", value!()),
            reach: Reach::Any,
            what: What::Clear("a shared secret of IPsec"),
        },
    ],
    read: None,
};

fn is_community(text: &str) -> bool {
    !["public", "private"].contains(&text) && is_key(text)
}

/// Whether it is written out, and not the number of one of several keys.
fn is_key(text: &str) -> bool {
    text.len() > 1 && literal(text, Bounds::Read, Kind::Settings).is_some()
}
