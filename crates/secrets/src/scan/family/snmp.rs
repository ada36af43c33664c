//! Net-SNMP: communities, which are the passwords of the first two versions, and the passphrases of users of the third.

use super::{Family, Reach, Shape, What, begin, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use crate::scan::words::{gap, is_word};

const fn of(parts: &'static [&'static str], shape: &'static str, reach: Reach) -> Shape {
    Shape {
        parts,
        shape,
        reach,
        what: What::If(is_community, "a community of SNMP"),
    }
}
const fn phrase(parts: &'static [&'static str], shape: &'static str) -> Shape {
    Shape {
        parts,
        shape,
        reach: Reach::Any,
        what: What::Clear("a passphrase of SNMP"),
    }
}

pub(super) const FAMILY: Family = Family {
    name: "Net-SNMP",
    files: &[
        "snmpd*.conf",
        "snmptrapd*.conf",
        "snmp.conf",
        "snmp.local.conf",
        "telegraf*.conf",
    ],
    what: "communities (`rocommunity`, `com2sec`, `trapsink`) but `public` and `private`, `snmp_community`, `createUser`, `trapsess -A`, `defAuthPassphrase`",
    shapes: &[
        of(
            &["community"],
            concat!(
                begin!(),
                r#"(?:(?:ro|rw)community6?|(?:trap|auth)community|defCommunity)[ \t]+(?:log(?:,[[:word:]]+)*[ \t]+)?"#,
                value!()
            ),
            Reach::Any,
        ),
        of(
            &["community"],
            concat!(
                r#"(?i)\bsnmp[a-z0-9_.-]*community(?:[_.-](?:string|ro|rw|read|write))?["']?[ \t]*[:=][ \t]*"#,
                value!()
            ),
            Reach::Any,
        ),
        of(
            &["community"],
            concat!(
                r#"(?i)--snmp[a-z0-9_.-]*community(?:[_-](?:string|ro|rw|read|write))?"#,
                gap!(),
                value!()
            ),
            Reach::Any,
        ),
        of(
            &["community"],
            concat!(r#"(?m)^[ \t]*community[ \t]*=[ \t]*"#, value!()),
            Reach::Here,
        ),
        of(
            &["com2sec"],
            concat!(
                begin!(),
                r#"com2sec6?[ \t]+(?:-Cn[ \t]+\S+[ \t]+)?[[:word:].-]+[ \t]+[[:word:]./:-]+[ \t]+"#,
                value!()
            ),
            Reach::Any,
        ),
        of(
            &["sink"],
            concat!(
                r#"(?m)^[ \t]*"#,
                r#"(?:trap2?|inform)sink[ \t]+\S+[ \t]+"#,
                value!()
            ),
            Reach::Here,
        ),
        phrase(
            &["createuser"],
            concat!(
                begin!(),
                r#"(?i:createUser)[ \t]+(?:-e[ \t]+\S+[ \t]+)?\S+[ \t]+(?i:MD5|SHA(?:-?\d+)?)[ \t]+(?:-[lm][ \t]+)?"#,
                value!()
            ),
        ),
        phrase(
            &["createuser"],
            concat!(
                begin!(),
                r#"(?i:createUser)[ \t]+(?:-e[ \t]+\S+[ \t]+)?\S+[ \t]+(?i:MD5|SHA(?:-?\d+)?)[ \t]+(?:-[lm][ \t]+)?(?:"[^"\n]+"|\x27[^\x27\n]+\x27|\S+)[ \t]+(?:DES|AES(?:-?\d+)?)[ \t]+(?:-[lm][ \t]+)?"#,
                value!()
            ),
        ),
        phrase(
            &["sess"],
            concat!(
                r#"(?m)^[ \t]*(?i:trap|inform)sess[ \t](?:[^\n]*?[ \t])?-A[ \t]*"#,
                value!()
            ),
        ),
        phrase(
            &["sess"],
            concat!(
                r#"(?m)^[ \t]*(?i:trap|inform)sess[ \t](?:[^\n]*?[ \t])?-X[ \t]*"#,
                value!()
            ),
        ),
        of(
            &["sess"],
            concat!(
                r#"(?m)^[ \t]*(?i:trap|inform)sess[ \t](?:[^\n]*?[ \t])?-c[ \t]*"#,
                value!()
            ),
            Reach::Any,
        ),
        phrase(
            &["passphrase"],
            concat!(begin!(), r#"def(?:Auth|Priv)?Passphrase[ \t]+"#, value!()),
        ),
    ],
    read: None,
};

/// Whether a community says anything of the place. The two that devices are delivered with are no secret, since everybody knows them: to
/// hide them would hide what is wrong.
fn is_community(text: &str) -> bool {
    let known = ["public", "private", "default"].contains(&text);
    !known && is_word(text) && literal(text, Bounds::Read, Kind::Settings).is_some()
}
