//! Mounted file systems, and how full they are.
//!
//! What the kernel or an engine makes up is left out. A server that went away answers nobody: its mount is there, and its numbers are unknown.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::Gathered;
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/mount.sh")],
    calls: &["mount mounts"],
    read: gather,
};

const KIND: FactKind = FactKind::Mount;
const SOURCE: &str = "/proc/self/mountinfo, stat -f";

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(KIND, sections, "mount") else {
        return;
    };
    let text = section.text();
    if text.lines().last() != Some("all") {
        to.incomplete(KIND, Reason::new("the list did not come to its end"));
    }
    // Of several on one point the last hides the others.
    for line in text.lines().rev().filter(|l| *l != "all") {
        let fields: Vec<&str> = line.split('\t').collect();
        let [at, kind, source, options, numbers] = fields.as_slice() else {
            to.incomplete(KIND, Reason::new("a line of it is not understood"));
            continue;
        };
        let mut value = vec![
            ("type", Value::from(*kind)),
            ("source", Value::from(unescaped(source))),
            ("options", Value::from(shown(options))),
        ];
        let at = unescaped(at);
        match (numbers.strip_prefix("! "), read(numbers)) {
            (None, Some(numbers)) => value.extend(numbers),
            (why, _) => {
                let why = why.map_or_else(|| "stat tells no numbers".to_owned(), plain);
                // That it is mounted is known all the same.
                value.push(("unread", Value::from(why)));
            }
        }
        to.put(KIND, at, Seen::Present(Value::map(value)), SOURCE);
    }
    to.complete(KIND, "/proc/self/mountinfo was read to its end");
}

/// Options of the mount and of its file system, each once; those of layers name folders of an engine, and what could be a secret is left out.
fn shown(options: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for option in options.split(',') {
        let name = option.split('=').next().unwrap_or_default();
        let layer = matches!(name, "lowerdir" | "upperdir" | "workdir");
        let secret = ["pass", "secret", "key", "token", "cred"]
            .iter()
            .any(|w| name.contains(w));
        if !layer && !secret && !out.contains(&option) {
            out.push(option);
        }
    }
    out.join(",")
}

/// Size of a block, blocks, free ones, those free to all, inodes, free ones, as bytes and counts.
fn read(numbers: &str) -> Option<Vec<(&'static str, Value)>> {
    let numbers: Vec<i64> = numbers
        .split_whitespace()
        .map(|n| n.parse().ok())
        .collect::<Option<_>>()?;
    let [block, all, free, available, inodes, inodes_free] = numbers.as_slice() else {
        return None;
    };
    let bytes = |blocks: i64| blocks.checked_mul(*block).map(Value::Int);
    let mut out = vec![
        ("size", bytes(*all)?),
        ("used", bytes(all.checked_sub(*free)?)?),
        ("available", bytes(*available)?),
    ];
    if *inodes > 0 {
        out.push(("inodes", Value::Int(*inodes)));
        out.push(("inodes_used", Value::Int(inodes.checked_sub(*inodes_free)?)));
    }
    Some(out)
}

/// A name as mountinfo writes it: space, tab, line feed and backslash as three octal digits, see proc(5).
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.get(..3).and_then(|d| u8::from_str_radix(d, 8).ok());
        match code.zip(after.get(3..)) {
            Some((code, tail)) if code.is_ascii() => {
                out.push(char::from(code));
                rest = tail;
            }
            _ => {
                out.push('\\');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_as_they_are_written() {
        assert_eq!(unescaped(r"/mnt/a\040b\134c"), r"/mnt/a b\c");
        assert_eq!(unescaped(r"/x\04"), r"/x\04");
        let read = read("4096 1000 400 350 64 60").unwrap();
        let value = Value::map(read);
        let number = |name: &str| value.field(name).and_then(Value::as_int);
        assert_eq!(number("size"), Some(4_096_000));
        assert_eq!(number("used"), Some(600 * 4096));
        assert_eq!(number("available"), Some(350 * 4096));
        assert_eq!(number("inodes_used"), Some(4));
        assert!(super::read("4096 1000").is_none());
        assert!(super::read("9223372036854775807 9 0 0 0 0").is_none());
    }
}
