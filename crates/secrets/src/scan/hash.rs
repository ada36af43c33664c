//! Hashes of passwords: no secrets in clear text, and still something to try words on.

use super::parts::{Held, Lazy, Parts};
use std::ops::Range;

/// Letters that are in each, and the expression.
type Shape = (&'static [&'static str], &'static str);

/// Of crypt(3), its relatives and the schemes of LDAP, as they write themselves: scheme, parameters, salt, hash. A file of Compose
/// has every `$` twice.
const SHAPES: [Shape; 10] = [
    (
        &["$2a$", "$2b$", "$2x$", "$2y$"],
        r"\${1,2}2[abxy]\${1,2}[0-9]{2}\${1,2}[./A-Za-z0-9]{53}",
    ),
    (
        &["$5$", "$6$"],
        r"\${1,2}[56]\${1,2}(?:rounds=[0-9]+\${1,2})?[./A-Za-z0-9]{1,16}\${1,2}[./A-Za-z0-9]{43,86}",
    ),
    (
        &["$1$", "$apr1$"],
        r"\${1,2}(?:1|apr1)\${1,2}[./A-Za-z0-9]{1,8}\${1,2}[./A-Za-z0-9]{22}",
    ),
    (
        &["$y$", "$gy$", "$7$"],
        r"\${1,2}(?:y|gy|7)\${1,2}[./A-Za-z0-9]+\${1,2}[./A-Za-z0-9]{1,86}\${1,2}[./A-Za-z0-9]{43}",
    ),
    (
        &["$argon2", "$scrypt", "$pbkdf2", "$bcrypt-sha256"],
        r"\${1,2}(?:argon2(?:id?|d)|scrypt|pbkdf2[a-z0-9-]*|bcrypt-sha256)\${1,2}[A-Za-z0-9,=]+(?:\${1,2}[./A-Za-z0-9,=+-]+){1,3}",
    ),
    (
        &["$8$", "$9$"],
        r"\$[89]\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}",
    ),
    (
        &["$6$", "$7$"],
        r"\${1,2}[67]\${1,2}[0-9]+\${1,2}[A-Za-z0-9+/]{12,}={0,2}\${1,2}[A-Za-z0-9+/]{60,}={0,2}",
    ),
    (
        &["@bytearray("],
        r"@ByteArray\([A-Za-z0-9+/]{20,}={0,2}:[A-Za-z0-9+/]{40,}={0,2}\)",
    ),
    (
        &["grub.pbkdf2"],
        r"\bgrub\.pbkdf2\.sha(?:256|512)\.[0-9]+\.[0-9A-F]{64,}\.[0-9A-F]{64,}",
    ),
    (
        &["{sha", "{ssha", "{md5", "{smd5"],
        r"\{(?:S?SHA|S?SHA256|S?SHA512|S?MD5)\}[A-Za-z0-9+/]{22,}={0,2}",
    ),
];

/// The shapes, compiled when they are needed.
pub(super) struct Hashes(Vec<Lazy>);

impl Hashes {
    pub(super) fn new(parts: &mut Parts) -> Self {
        let shapes = SHAPES.iter().map(|(any, shape)| parts.shape(any, shape));
        Self(shapes.collect())
    }

    /// Where they are, in the order of the text.
    pub(super) fn find(&self, text: &str, held: &Held) -> Vec<Range<usize>> {
        let found = self.0.iter().flat_map(|shape| shape.places(held, text));
        let mut out: Vec<_> = found.map(|f| f.range()).collect();
        out.sort_by_key(|span| span.start);
        out
    }
}
