//! Machines that install themselves: cloud-init, preseed, kickstart.

use super::{Family, Reach, Shape, What, value};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "cloud-init, preseed, kickstart",
    files: &[
        "user-data*",
        "*.yaml",
        "*.yml",
        "*.cloud-config",
        "*.preseed",
        "preseed*.cfg",
        "*.ks",
    ],
    what: "`name:password` below `chpasswd`, `passwd/root-password password …`, `rootpw --plaintext …`",
    shapes: &[
        Shape {
            parts: &["passwd ", "passwd\t", "password ", "password\t", "-again"],
            shape: concat!(
                r"(?m)[ \t][[:word:].-]+/[[:word:]./-]*(?:password|passwd)(?:-again)?[ \t]+(?:password|string)[ \t]+",
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of an installer"),
        },
        Shape {
            parts: &["passphrase"],
            shape: concat!(
                r"(?m)[ \t][[:word:].-]+/[[:word:]./-]*passphrase(?:-again)?[ \t]+(?:password|string)[ \t]+",
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a passphrase of an installer"),
        },
        Shape {
            parts: &["netcfg/wireless_w"],
            shape: concat!(r"\bnetcfg/wireless_w(?:pa|ep)[ \t]+string[ \t]+", value!()),
            reach: Reach::Any,
            what: What::Clear("a password of a wireless network"),
        },
        Shape {
            parts: &["chpasswd:"],
            shape: r#"\bchpasswd:[ \t]*\{[^}\n]*?\blist:[ \t]*\[?[ \t]*["']?[[:word:].-]+:([^\s"'},\]\\]+)"#,
            reach: Reach::Any,
            what: What::If(is_password, "a password of an installer"),
        },
        Shape {
            parts: &["rootpw"],
            shape: concat!(
                r"(?m)^[ \t]*rootpw[ \t]+(?:--(?:plaintext|allow-ssh)[ \t]+)*",
                value!()
            ),
            reach: Reach::Any,
            what: What::If(is_password, "a password of an installer"),
        },
    ],
    read: Some(of_chpasswd),
};

/// Whether it is written out, and neither an option nor a hash.
fn is_password(text: &str) -> bool {
    let hash = text.starts_with('$') && text.matches('$').count() > 1;
    !hash && !text.starts_with("--") && literal(text, Bounds::Read, Kind::Settings).is_some()
}

/// `name:password` in the lines below `chpasswd:` of a user-data. A key has a blank behind its colon, or nothing.
fn of_chpasswd(text: &str) -> Vec<(Range<usize>, &'static str)> {
    if !text.contains("chpasswd:") {
        return Vec::new();
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut out = Vec::new();
    let (mut start, mut below) = (0, None);
    for line in text.split_inclusive('\n') {
        let begins = start;
        start += line.len();
        let said = line.trim();
        if said.is_empty() {
            continue;
        }
        if below.is_some_and(|above| indent(line) <= above) {
            below = None;
        }
        if said.starts_with("chpasswd:") {
            below = Some(indent(line));
            continue;
        }
        let item = said.trim_start_matches(['-', ' ', '"', '\'']);
        let Some((name, password)) = item.split_once(':').filter(|_| below.is_some()) else {
            continue;
        };
        let password = password.trim_end_matches(['"', '\'']);
        let word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let given = !password.starts_with(char::is_whitespace)
            && !["R", "RANDOM"].contains(&password)
            && is_password(password);
        if given && name.chars().all(word) {
            let from = begins + indent(line) + (said.len() - item.len()) + name.len() + 1;
            out.push((from..from + password.len(), "a password of an installer"));
        }
    }
    out
}
