//! Switches and routers whose configuration is a list of commands: Cisco IOS and what is written alike (FRR, Arista EOS, Dell, HPE).

use super::{Family, Reach, Shape, What, begin, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

pub(super) const FAMILY: Family = Family {
    name: "Cisco IOS, Arista EOS, FRR",
    files: &[
        "*running-config*",
        "*startup-config*",
        "*.ios",
        "frr*.conf",
        "zebra.conf",
        "bgpd.conf",
    ],
    what: "`enable secret`, `enable password`, `username … password`, `snmp-server community`, `key-string`, `password` of a line, keys of RADIUS, TACACS, NTP, PPP, VTP and peers; type 7 is told as clear text, types 5, 8 and 9 as hashes",
    shapes: &[
        Shape {
            parts: &["enable"],
            shape: concat!(
                begin!(),
                r#"enable[ \t]+(?:secret|password)[ \t]+(?:level[ \t]+\d+[ \t]+)?(?:[067][ \t]+)?(?:(?:[589]|sha512)[ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a network device"),
        },
        Shape {
            parts: &["username"],
            shape: concat!(
                begin!(),
                r#"username[ \t]+\S+[ \t]+(?:(?:privilege|role)[ \t]+\S+[ \t]+)?(?:password|secret)[ \t]+(?:[067][ \t]+)?(?:(?:[589]|sha512)[ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a network device"),
        },
        Shape {
            parts: &["snmp-server"],
            shape: concat!(
                begin!(),
                r#"snmp-server[ \t]+community[ \t]+(?:[07][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["snmp-server"],
            shape: concat!(
                begin!(),
                r#"snmp-server[ \t]+host[ \t]+\S+[ \t]+(?:(?:traps|informs)[ \t]+)?version[ \t]+(?:1|2c)[ \t]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["snmp-server"],
            shape: concat!(
                begin!(),
                r#"snmp-server[ \t]+user[ \t][^\n]*?[ \t](?:auth|priv)[ \t]+(?:md5|sha|des|3des|aes)(?:[ \t]+(?:128|192|256))?[ \t]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a passphrase of SNMP"),
        },
        Shape {
            parts: &["key-string"],
            shape: concat!(begin!(), r#"key-string[ \t]+(?:[07][ \t]+)?"#, value!()),
            reach: Reach::Any,
            what: What::If(is_password, "a key of a network device"),
        },
        Shape {
            parts: &["-server"],
            shape: concat!(
                begin!(),
                r#"(?:tacacs|radius)-server[ \t](?:[^\n]*?[ \t])?key[ \t]+(?:[067][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a key of a network device"),
        },
        Shape {
            parts: &["isakmp"],
            shape: concat!(
                begin!(),
                r#"crypto[ \t]+isakmp[ \t]+key[ \t]+(?:[06][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a shared secret of IPsec"),
        },
        Shape {
            parts: &["pre-shared-key"],
            shape: concat!(
                begin!(),
                r#"pre-shared-key[ \t]+(?:(?:local|remote|ascii-text|hex)[ \t]+)*(?:[06][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a shared secret of IPsec"),
        },
        Shape {
            parts: &["neighbor"],
            shape: concat!(
                begin!(),
                r#"neighbor[ \t]+\S+[ \t]+password[ \t]+(?:[07][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a peer"),
        },
        Shape {
            parts: &["-key"],
            shape: concat!(
                begin!(),
                r#"ip[ \t]+ospf[ \t]+(?:authentication-key|message-digest-key[ \t]+\d+[ \t]+md5)[ \t]+(?:[07][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a key of a peer"),
        },
        Shape {
            parts: &["line "],
            shape: concat!(
                r"(?m)^line[ \t]+(?:vty|con|console|aux|tty)\b[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+password[ \t]+(?:[07][ \t]+)?",
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a network device"),
        },
        Shape {
            parts: &["ppp"],
            shape: concat!(
                begin!(),
                r#"ppp[ \t]+(?:(?:chap|pap|ms-chap)[ \t]+(?:sent-username[ \t]+\S+[ \t]+)?)password[ \t]+(?:[07][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of PPP"),
        },
        Shape {
            parts: &["vtp"],
            shape: concat!(
                begin!(),
                r#"vtp[ \t]+password[ \t]+(?:hidden[ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a network device"),
        },
        Shape {
            parts: &["ftp"],
            shape: concat!(
                begin!(),
                r#"ip[ \t]+(?:ftp|http[ \t]+client)[ \t]+password[ \t]+(?:[067][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a network device"),
        },
        Shape {
            parts: &["ntp"],
            shape: concat!(
                begin!(),
                r#"ntp[ \t]+authentication-key[ \t]+\d+[ \t]+(?:md5|sha1?|hmac-\S+|cmac-\S+)[ \t]+(?:[07][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a key of a network device"),
        },
        Shape {
            parts: &["wpa-psk"],
            shape: concat!(
                begin!(),
                r#"wpa-psk[ \t]+(?:ascii|hex)[ \t]+(?:[0-8][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of a wireless network"),
        },
        Shape {
            parts: &["password 7"],
            shape: r#"(?m)^[ \t]*password[ \t]+7[ \t]+([0-9A-Fa-f]{4,})"#,
            reach: Reach::Any,
            what: What::Clear("a password of a network device"),
        },
        Shape {
            parts: &["password"],
            shape: concat!(r#"(?m)^[ \t]*"#, r#"password[ \t]+(?:0[ \t]+)?"#, value!()),
            reach: Reach::Here,
            what: What::If(is_password, "a password of a network device"),
        },
    ],
    read: None,
};

/// Whether it is written out, and no word of the command.
fn is_password(text: &str) -> bool {
    let words = [
        "encrypted",
        "level",
        "nopassword",
        "sha512",
        "encryption-key",
    ];
    // What only looks like a hash is told as one elsewhere.
    let hash = text.starts_with('$') && text.matches('$').count() > 1;
    !hash && !words.contains(&text) && literal(text, Bounds::Read, Kind::Settings).is_some()
}

/// Whether a community says anything of the place.
fn is_community(text: &str) -> bool {
    !["public", "private"].contains(&text) && is_password(text)
}
