//! XML: elements and attributes.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_of_words, is_strong, literal};

pub(super) const FAMILY: Family = Family {
    name: "XML",
    files: &[],
    what: "elements, attributes and property lists that are named as secrets; communities of SNMP; passwords in exports of KeePass; keys of OPNsense and pfSense (`<prv>`, `<privkey>`, `<pre-shared-key>`, `<key>` if a machine made it)",
    shapes: &[
        Shape {
            parts: &["community>"],
            shape: r"<(?:ro|rw)?community>\s*([^<>\s]+)\s*</",
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &[
                "<prv>",
                "<privkey>",
                "privatekey>",
                "shared-key>",
                "shared_key>",
                "presharedkey>",
                "<psk>",
                "<tls>",
                "<key>",
            ],
            shape: r"<(?:prv|privkey|private-?key|pre-?shared-?key|shared_key|psk|tls|key)>\s*([A-Za-z0-9+/]{20,}={0,2})\s*</",
            reach: Reach::Any,
            what: What::If(is_of_machine, "a key in XML"),
        },
        Shape {
            parts: &["shared-key>", "presharedkey>", "<psk>"],
            shape: r"<(?:pre-?shared-?key|psk)>\s*([^<>\s]{4,})\s*</",
            reach: Reach::Any,
            what: What::If(is_community, "a key in XML"),
        },
        of(&["</"], ELEMENT),
        of(&["value="], ATTRIBUTES),
        of(&["content="], CONTENT),
        of(&["value="], ATTRIBUTES_TURNED),
        of(&["</"], KEYED),
        of(&["<key>"], PROPERTY_LIST),
        Shape {
            parts: &["<key>"],
            shape: KEEPASS,
            reach: Reach::Any,
            what: What::Clear("a password of an export"),
        },
    ],
    read: None,
};

const fn of(parts: &'static [&'static str], shape: &'static str) -> Shape {
    Shape {
        parts,
        shape,
        reach: Reach::Any,
        what: What::Named,
    }
}

/// Whether a community says anything of the place.
fn is_community(text: &str) -> bool {
    !["public", "private"].contains(&text)
        && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}

/// No name of a file or of a setting.
fn is_of_machine(text: &str) -> bool {
    is_strong(text, Kind::Prose) && !is_of_words(text)
}

/// `<password>x</password>`.
const ELEMENT: &str = r"<(?P<n>[A-Za-z_][[:word:]\x{80}-\x{10FFFF}.:-]*)(?:\s+[[:word:].:-]+=[^<>]*)?\s*>\s*(?:<!\[CDATA\[)?([^<>\]\s][^<>\]]*?)(?:\]\]>)?\s*</";
/// `<add key="Password" value="x"/>`, and the same the other way round.
const ATTRIBUTES: &str = r#"<[A-Za-z_][^<>]*?\s(?:key|name|id)=["'](?P<n>[^"'<>]+)["'][^<>]*?\svalue=(?:"([^"<>]*)"|'([^'<>]*)')"#;
const CONTENT: &str = r#"<[A-Za-z_][^<>]*?\s(?:key|name|id)=["'](?P<n>[^"'<>]+)["'][^<>]*?\scontent=(?:"([^"<>]*)"|'([^'<>]*)')"#;
const ATTRIBUTES_TURNED: &str = r#"<[A-Za-z_][^<>]*?\s(?:value|content)=(?:"([^"<>]*)"|'([^'<>]*)')[^<>]*?\s(?:key|name|id)=["'](?P<n>[^"'<>]+)["']"#;
/// `<entry key="password">x</entry>`, with or without an element of its own for the value.
const KEYED: &str = r#"<[A-Za-z_][^<>]*?\s(?:key|name|id)=["'](?P<n>[^"'<>]+)["'][^<>]*>\s*(?:<value[^<>]*>\s*)?([^<>\s][^<>]*?)\s*</"#;
/// `<key>password</key><string>x</string>`.
const PROPERTY_LIST: &str = r"<key>\s*(?P<n>[^<>]+?)\s*</key>\s*<string>\s*([^<>]+?)\s*</string>";
/// `<Key>Password</Key><Value>x</Value>`, in clear text where nothing says `Protected="True"`.
const KEEPASS: &str = r#"<Key>\s*Password\s*</Key>\s*<Value(?:[ \t]+ProtectInMemory="[A-Za-z]*")?[ \t]*>([^<>]+)</Value>"#;
