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
    sh: &[SOURCE_SH, include_str!("sh/mount.sh")],
    calls: &["mount mounts"],
    read: gather,
};

/// Shared with the pools, which look at what is mounted, too.
pub(super) const SOURCE_SH: &str = include_str!("sh/source.sh");
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

/// A source without a login, a query or settings, as the script leaves them out already: what comes from an older script is hidden here.
pub(super) fn public(kind: &str, source: &str) -> String {
    let fuse = kind.starts_with("fuse");
    if let Some((scheme, rest)) = source.split_once("://") {
        let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        return format!("{scheme}://{rest}");
    }
    let word = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if let Some(rest) = source.strip_prefix(':').filter(|r| r.starts_with(word)) {
        return format!(":{}", rest.split(|c| !word(c)).next().unwrap_or_default());
    }
    let first = source
        .split(['/', ':', ',', '='])
        .next()
        .unwrap_or_default();
    let rest = source.get(first.len()..).unwrap_or_default();
    if fuse && !first.is_empty() && rest.starts_with(',') && rest.contains('=') {
        return first.to_owned();
    }
    // `//NAME:PASSWORD@SERVER/…` and `NAME:PASSWORD@SERVER`.
    let (slashes, bare) = match source.strip_prefix("//") {
        Some(bare) => ("//", bare),
        None => ("", source),
    };
    let host = bare.split('/').next().unwrap_or_default();
    match host.rsplit_once('@') {
        Some((login, _)) if !slashes.is_empty() || fuse && login.contains(':') => {
            format!(
                "{slashes}{}",
                bare.get(login.len() + 1..).unwrap_or_default()
            )
        }
        _ => source.to_owned(),
    }
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

    /// What the functions of the script print for lines of mountinfo; `hunter2` stands where a secret would.
    #[test]
    fn a_password_in_a_source_stays_on_its_host() {
        let rows = [
            (
                "fuse",
                r"curlftpfs\043ftp://me:hunter2@nas.lan/a",
                r"curlftpfs#ftp://nas.lan/a",
            ),
            (
                "fuse",
                "https://me:hun/hunter2?@nas.lan/?key=hunter2",
                "https://nas.lan/",
            ),
            (
                "fuse.rclone",
                ":sftp,host=nas.lan,pass=hunter2:/data",
                ":sftp",
            ),
            ("fuse.rclone", "remote,pass=hunter2:/data", "remote"),
            ("fuse.rclone", "remote:data", "remote:data"),
            ("fuse", "me:hunter2@nas.lan/a@b", "nas.lan/a@b"),
            ("fuse.sshfs", "me@nas.lan:/a,b=c", "me@nas.lan:/a,b=c"),
            ("cifs", "//me:hunter2@nas.lan/share", "//nas.lan/share"),
            ("cifs", "//nas.lan/a@b", "//nas.lan/a@b"),
            ("nfs4", "[fd00::5]:/srv/a@b", "[fd00::5]:/srv/a@b"),
            (
                "ceph",
                "10.0.0.1:6789,10.0.0.2:6789:/",
                "10.0.0.1:6789,10.0.0.2:6789:/",
            ),
            ("zfs", "tank/a:b@now", "tank/a:b@now"),
            ("ext4", "/dev/disk/by-id/a:b", "/dev/disk/by-id/a:b"),
        ];
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("mountinfo");
        let lines = rows.iter().enumerate();
        let lines: Vec<String> = lines
            .map(|(n, (kind, source, _))| {
                format!("{n} 1 0:{n} / /none/{n} rw - {kind} {source} rw\n")
            })
            .collect();
        std::fs::write(&at, lines.concat()).unwrap();
        let ask = |sh: &[&str], call: &str| {
            let text = format!("need() {{ :; }}\n{}\n{call}", sh.concat());
            let text = text.replace("/proc/self/mountinfo", &at.display().to_string());
            let said = std::process::Command::new("sh")
                .args(["-c", &text])
                .output()
                .unwrap();
            String::from_utf8(said.stdout).unwrap()
        };
        let (mounts, pools) = (
            ask(PART.sh, "mounts"),
            ask(super::super::pool::PART.sh, "pool_mounts"),
        );
        assert!(
            !mounts.contains("hunter2") && !pools.contains("hunter2"),
            "{mounts}{pools}"
        );
        let output = format!("\n@begin 7 mount\n{mounts}\n@end 7 mount 0 \n");
        let mut to = Gathered::default();
        gather(&Sections::read(output.as_bytes(), "7"), &mut to);
        for (n, (kind, source, want)) in rows.iter().enumerate() {
            let path = model::fact::FactPath::new(KIND, format!("/none/{n}"));
            let Seen::Present(value) = &to.facts[&path].seen else {
                panic!("{n}")
            };
            assert_eq!(value.field("source"), Some(&Value::from(*want)), "{kind}");
            assert!(
                pools
                    .lines()
                    .nth(n)
                    .unwrap()
                    .contains(&format!("/none/{n} {kind} "))
            );
            // As it is hidden where an older script did not.
            assert_eq!(public(kind, &unescaped(source)), *want);
        }
    }

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
