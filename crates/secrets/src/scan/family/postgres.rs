//! Files of passwords for the clients of PostgreSQL, and of PgBouncer.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "PostgreSQL, PgBouncer",
    files: &[".pgpass", "pgpass", "pgpass.conf", "userlist.txt"],
    what: "the fifth field of `.pgpass`, the second of `userlist.txt`",
    shapes: &[Shape {
        parts: &["\""],
        shape: r#"(?m)^[ \t]*"[^"\n]+"[ \t]+"([^"\n]+)""#,
        reach: Reach::Here,
        what: What::If(is_password, "a password of PostgreSQL"),
    }],
    read: Some(of_pgpass),
};

/// Whether it is no hash, which is told as one elsewhere.
fn is_password(text: &str) -> bool {
    let hash = text.starts_with("SCRAM-SHA-") || text.starts_with("md5") && text.len() == 35;
    !hash && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}

/// `host:port:database:user:password`, with `\:` and `\\` in each of them.
fn of_pgpass(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begins = start;
        start += line.len();
        let body = line.trim_end();
        if body.starts_with('#') {
            continue;
        }
        let mut escaped = false;
        let mut colons = body.char_indices().filter(|(_, c)| {
            let is = *c == ':' && !escaped;
            escaped = *c == '\\' && !escaped;
            is
        });
        let Some((last, _)) = colons.nth(3) else {
            continue;
        };
        let password = body.get(last + 1..).unwrap_or_default();
        if literal(password, Bounds::Read, Kind::Settings).is_some() {
            let span = begins + last + 1..begins + body.len();
            out.push((span, "a password of PostgreSQL"));
        }
    }
    out
}
