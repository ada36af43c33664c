//! Net-SNMP: communities, which are the passwords of the first two versions, and the passphrases of users of the third.

use super::{Family, Reach, Shape, What, begin, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use crate::scan::words::{gap, is_word};

pub(super) const FAMILY: Family = Family {
    name: "Net-SNMP",
    files: &[
        "snmpd*.conf",
        "snmptrapd*.conf",
        "snmp.conf",
        "snmp.local.conf",
    ],
    what: "communities (`rocommunity`, `com2sec`, `trapsink`) but `public` and `private`, `snmp_community`, `createUser`, `trapsess -A`, `defAuthPassphrase`",
    shapes: &[
        Shape {
            parts: &["community"],
            shape: concat!(
                begin!(),
                r#"(?:(?:ro|rw)community6?|(?:trap|auth)community|defCommunity)[ \t]+(?:log(?:,\w+)*[ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["community"],
            shape: concat!(
                r#"(?i)\bsnmp[a-z0-9_.-]*community(?:[_.-](?:string|ro|rw|read|write))?["']?[ \t]*[:=][ \t]*"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["community"],
            shape: concat!(
                r#"(?i)--snmp[a-z0-9_.-]*community(?:[_-](?:string|ro|rw|read|write))?"#,
                gap!(),
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["com2sec"],
            shape: concat!(
                begin!(),
                r#"com2sec6?[ \t]+(?:-Cn[ \t]+\S+[ \t]+)?[\w.-]+[ \t]+[\w./:-]+[ \t]+"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["sink"],
            shape: concat!(
                r#"(?m)^[ \t]*"#,
                r#"(?:trap2?|inform)sink[ \t]+\S+[ \t]+"#,
                value!()
            ),
            reach: Reach::Here,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["createuser"],
            shape: concat!(
                begin!(),
                r#"(?i:createUser)[ \t]+(?:-e[ \t]+\S+[ \t]+)?\S+[ \t]+(?i:MD5|SHA(?:-?\d+)?)[ \t]+(?:-[lm][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a passphrase of SNMP"),
        },
        Shape {
            parts: &["createuser"],
            shape: concat!(
                begin!(),
                r#"(?i:createUser)[ \t]+(?:-e[ \t]+\S+[ \t]+)?\S+[ \t]+(?i:MD5|SHA(?:-?\d+)?)[ \t]+(?:-[lm][ \t]+)?(?:"[^"\n]+"|\x27[^\x27\n]+\x27|\S+)[ \t]+(?:DES|AES(?:-?\d+)?)[ \t]+(?:-[lm][ \t]+)?"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a passphrase of SNMP"),
        },
        Shape {
            parts: &["sess"],
            shape: concat!(
                r#"(?m)^[ \t]*(?i:trap|inform)sess[ \t](?:[^\n]*?[ \t])?-A[ \t]*"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a passphrase of SNMP"),
        },
        Shape {
            parts: &["sess"],
            shape: concat!(
                r#"(?m)^[ \t]*(?i:trap|inform)sess[ \t](?:[^\n]*?[ \t])?-X[ \t]*"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::Clear("a passphrase of SNMP"),
        },
        Shape {
            parts: &["sess"],
            shape: concat!(
                r#"(?m)^[ \t]*(?i:trap|inform)sess[ \t](?:[^\n]*?[ \t])?-c[ \t]*"#,
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_community, "a community of SNMP"),
        },
        Shape {
            parts: &["passphrase"],
            shape: concat!(begin!(), r#"def(?:Auth|Priv)?Passphrase[ \t]+"#, value!()),
            reach: Reach::Any,
            what: What::Clear("a passphrase of SNMP"),
        },
    ],
    read: None,
};

/// Whether a community says anything of the place. The two that devices are delivered with are no secret, since everybody knows them: to
/// hide them would hide what is wrong.
fn is_community(text: &str) -> bool {
    let known = ["public", "private", "default"].contains(&text);
    !known && is_word(text) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
