//! Passwords among the words of certain programs, whose options say nothing by their name: `chpasswd`, `htpasswd -b`, `ldapsearch -w`,
//! `snmpget -c`, `mysql -p…`, `redis-cli -a …`.

use super::parts::{Held, Lazy, Parts};
use super::words::{bare, gap};
use std::ops::Range;

/// What stands between a program and one of its options: words of the same command, on lines that go on or in items of a list.
macro_rules! words {
    () => {
        r#"(?:[^\n|;&]|\\\r?\n|\n[ \t]*-[ \t])*?[\s"',]"#
    };
}
/// A value that is a word, perhaps in quotes.
macro_rules! word {
    () => {
        r#"\\?["']?([^\s"',\]};&|\\]+)"#
    };
}

/// `mysqladmin -p…`.
const GLUED: &str = concat!(
    r"\b(?:mysql|mariadb)(?:-?(?:admin|dump|check|show|import))?\b",
    r#"(?:[^\n|;&]|\n[ \t]*-)*?[\s"',]-p\\?["']?([^\s"',\]};&|\\]+)"#
);
/// `sshpass -p …`, `redis-cli -a …`.
const SHORT: &str = concat!(
    r#"\b(?:sshpass["']?[\s,]+["']?-p|redis-cli\b[^\n|;&]*?[\s"',]-a)(?:"#,
    gap!(),
    r#")?\\?["']?([^\s"',\]};&|\\]+)"#
);
/// `openssl … -passin pass:…`.
const OPENSSL: &str = concat!(
    r"(?:-pass(?:in|out)?|-k)",
    gap!(),
    r#"\\?["']?pass:([^\s"',\]}\\]+)"#
);
/// `ldapsearch -w …`.
const LDAP: &str = concat!(
    r"\bldap(?:search|add|modify|modrdn|delete|compare|whoami|passwd|exop)\b",
    words!(),
    "-w(?:",
    gap!(),
    ")?",
    word!()
);
/// `ldappasswd -s …`, the new one, and `-a …`, the old.
const LDAPPASSWD: &str = concat!(
    r"\bldappasswd\b",
    words!(),
    "-[as](?:",
    gap!(),
    ")?",
    word!()
);
/// `snmpget -c …`, a community, and the two passphrases of version 3.
const SNMP: &str = concat!(
    r"\bsnmp(?:get|getnext|walk|bulkget|bulkwalk|set|table|status|df|trap|inform|test|delta)\b",
    words!(),
    "-[cAX](?:",
    gap!(),
    ")?",
    word!()
);
/// `curl -uname:…`, in one word with other switches before it.
const CURL: &str = concat!(
    r"\bcurl\b",
    words!(),
    r#"-[A-Za-z#]*u(?:"#,
    gap!(),
    r#")?\\?["']?[^\s:"',\\$-][^\s:"',\\]*:([^\s"',\]}\\]+)"#
);
/// What stands in every call of [`SMB`].
const SMB_PARTS: &[&str] = &[
    "smbclient",
    "smbget",
    "smbcacls",
    "smbcquotas",
    "rpcclient",
    "winexe",
    "wmic",
    "ntlm_auth",
    "samba-tool",
    "net ",
    "net\t",
    "net,",
    "net'",
    "net\"",
];
/// `smbclient -U name%…`, and `net rpc` and others of Samba.
const SMB: &str = concat!(
    r"(?:^|[^[:word:].-])(?:smbclient|smbget|smbcacls|smbcquotas|rpcclient|winexe|wmic|ntlm_auth|samba-tool|net[ \t,'\x22]+(?:ads|rpc|rap|conf|user|time|join))\b",
    words!(),
    "(?:-U|--user)(?:",
    gap!(),
    r#")?\\?["']?[^\s%"',]+%([^\s"',\]};&|\\]+)"#
);
/// `echo name:… | chpasswd`, and the same from a text that stands in place.
const CHPASSWD: &str = r#"\b(?:echo|printf)\b[^\n|;&:]*?[\s"'][^\s"':|;&]+:([^\s"'|;&\\]+)(?:[^\n|;&]*)\|[ \t]*(?:sudo[ \t]+)?(?:[^\s|;&]*/)?chpasswd\b"#;
const CHPASSWD_HERE: &str = r#"\bchpasswd\b[^\n|;&<]*(?:<<<[ \t]*["']?|<<-?[ \t]*["']?[A-Za-z_]+["']?[^\n]*\n[ \t]*)[^\s"':]+:([^\s"'|;&\\]+)"#;
/// What a text in place of `chpasswd` begins with, and the word that ends it.
const CHPASSWD_LINES: &str =
    r#"\bchpasswd\b[^\n|;&<]*<<-?[ \t]*["']?([A-Za-z_][A-Za-z0-9_]*)["']?[^\n]*\n"#;
/// Nobody sets more passwords in one text.
const MOST_LINES: usize = 200;
/// `htpasswd …` up to where its command ends.
const HTPASSWD: &str = r"\bhtpasswd\b([^\n|;&)]*)";
/// Communities that everybody knows, and that say nothing of the place.
const WELL_KNOWN: [&str; 2] = ["public", "private"];

/// The shapes, compiled when they are needed.
pub(super) struct Calls {
    /// Those whose only group is a secret.
    shapes: Vec<Lazy>,
    chpasswd_lines: Lazy,
    htpasswd: Lazy,
}

impl Calls {
    pub(super) fn new(parts: &mut Parts) -> Self {
        const SHAPES: &[(&[&str], &str)] = &[
            (&["mysql", "mariadb"], GLUED),
            (&["sshpass", "redis-cli"], SHORT),
            (&["pass:"], OPENSSL),
            (&["ldap"], LDAP),
            (&["ldappasswd"], LDAPPASSWD),
            (&["snmp"], SNMP),
            (&["curl"], CURL),
            (SMB_PARTS, SMB),
            (&["chpasswd"], CHPASSWD),
            (&["chpasswd"], CHPASSWD_HERE),
        ];
        let shapes = SHAPES.iter().map(|(any, shape)| parts.shape(any, shape));
        Self {
            shapes: shapes.collect(),
            chpasswd_lines: parts.shape(&["chpasswd"], CHPASSWD_LINES),
            htpasswd: parts.shape(&["htpasswd"], HTPASSWD),
        }
    }

    /// Where their passwords stand.
    pub(super) fn find(&self, text: &str, held: &Held) -> Vec<Range<usize>> {
        let shapes = self.shapes.iter();
        let shapes = shapes.flat_map(|shape| shape.captures(held, text));
        let mut out: Vec<_> = shapes
            .filter_map(|found| found.get(1))
            .filter(|value| !WELL_KNOWN.contains(&value.as_str()))
            .map(|value| value.range())
            .collect();
        for call in self.chpasswd_lines.captures(held, text) {
            if let (Some(whole), Some(word)) = (call.get(0), call.get(1)) {
                out.extend(of_lines(text, whole.end(), word.as_str()));
            }
        }
        for call in self.htpasswd.captures(held, text) {
            out.extend(
                call.get(1)
                    .and_then(|words| of_htpasswd(text, words.range())),
            );
        }
        out
    }
}

/// `name:password` in each line, up to the one that is the word; nothing if there is none.
fn of_lines(text: &str, from: usize, word: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for line in text
        .get(from..)
        .unwrap_or_default()
        .lines()
        .take(MOST_LINES)
    {
        if line.trim() == word {
            return out;
        }
        let at = line.as_ptr() as usize - text.as_ptr() as usize;
        if let Some((name, password)) = line.trim_end().split_once(':')
            && !name.trim().contains(char::is_whitespace)
        {
            let start = at + name.len() + 1;
            out.push(start..start + password.len());
        }
    }
    Vec::new()
}

/// `htpasswd -b FILE NAME PASSWORD`; with `-n` there is no file.
fn of_htpasswd(text: &str, words: Range<usize>) -> Option<Range<usize>> {
    let (mut flags, mut plain) = (String::new(), Vec::new());
    let mut is_number = false;
    for span in split(text, words) {
        let word = text.get(span.clone())?;
        let (inner, inside) = bare(word, span);
        if std::mem::take(&mut is_number) {
            continue;
        }
        match inner.strip_prefix('-').filter(|f| !f.is_empty()) {
            Some(switches) => {
                flags.push_str(switches);
                is_number = switches.ends_with(['C', 'r']);
            }
            None => plain.push(inside),
        }
    }
    let at = match flags.contains('n') {
        true => 1,
        false => 2,
    };
    flags.contains('b').then(|| plain.get(at).cloned())?
}

/// Words between blanks, or commas of a list; quotes keep one together.
fn split(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut begun, mut quote) = (None, None);
    for (at, c) in text.get(range.clone()).unwrap_or_default().char_indices() {
        let at = range.start + at;
        let ends = quote.is_none() && (c.is_whitespace() || ",[]".contains(c));
        if ends {
            out.extend(begun.take().map(|from| from..at));
            continue;
        }
        begun = begun.or(Some(at));
        if "\"'".contains(c) {
            quote = match quote {
                None => Some(c),
                Some(open) if open == c => None,
                open => open,
            };
        }
    }
    out.extend(begun.map(|from| from..range.end));
    out
}
