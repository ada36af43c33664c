//! Hashes of passwords: no secrets in clear text, and still something to try words on.

use regex::Regex;
use std::ops::Range;

/// Of crypt(3), its relatives and the schemes of LDAP, as they write themselves: scheme, parameters, salt, hash. A file of Compose
/// has every `$` twice.
const SHAPES: [&str; 9] = [
    r"\${1,2}2[abxy]\${1,2}[0-9]{2}\${1,2}[./A-Za-z0-9]{53}",
    r"\${1,2}[56]\${1,2}(?:rounds=[0-9]+\${1,2})?[./A-Za-z0-9]{1,16}\${1,2}[./A-Za-z0-9]{43,86}",
    r"\${1,2}(?:1|apr1)\${1,2}[./A-Za-z0-9]{1,8}\${1,2}[./A-Za-z0-9]{22}",
    r"\${1,2}(?:y|gy|7)\${1,2}[./A-Za-z0-9]+\${1,2}[./A-Za-z0-9]{1,86}\${1,2}[./A-Za-z0-9]{43}",
    r"\${1,2}(?:argon2(?:id?|d)|scrypt|pbkdf2[a-z0-9-]*|bcrypt-sha256)\${1,2}[A-Za-z0-9,=]+(?:\${1,2}[./A-Za-z0-9,=+-]+){1,3}",
    r"\$[89]\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}",
    r"\${1,2}[67]\${1,2}[0-9]+\${1,2}[A-Za-z0-9+/]{12,}={0,2}\${1,2}[A-Za-z0-9+/]{60,}={0,2}",
    r"\bgrub\.pbkdf2\.sha(?:256|512)\.[0-9]+\.[0-9A-F]{64,}\.[0-9A-F]{64,}",
    r"\{(?:S?SHA|S?SHA256|S?SHA512|S?MD5)\}[A-Za-z0-9+/]{22,}={0,2}",
];

/// The shapes, compiled once.
pub(super) struct Hashes(Vec<Regex>);

impl Default for Hashes {
    fn default() -> Self {
        Self(SHAPES.iter().filter_map(|s| Regex::new(s).ok()).collect())
    }
}

impl Hashes {
    /// Where they are, in the order of the text.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        if !text.contains(['$', '{']) && !text.contains("pbkdf2") {
            return Vec::new();
        }
        let found = self.0.iter().flat_map(|r| r.find_iter(text));
        let mut out: Vec<_> = found.map(|f| f.range()).collect();
        out.sort_by_key(|span| span.start);
        out
    }
}
