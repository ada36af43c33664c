//! Files by path. Contents are hashed on the target and never sent.

use super::ByPath;
use super::frame::{Section, quote};
use model::fact::Seen;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: ByPath = ByPath {
    sh: include_str!("sh/file.sh"),
    call: |key| {
        if key.starts_with('/') {
            Ok(format!("file {}", quote(key)))
        } else {
            Err(Reason::new("this is no absolute path"))
        }
    },
    read,
    source: "stat, sha256sum",
};

/// A link's `sha256` and `size` are those of the text that it holds; directories and other things have neither.
fn read(section: &Section<'_>) -> Result<Seen, Reason> {
    let text = section.text();
    if text == "absent\n" {
        return Ok(Seen::Absent);
    }
    read_present(&text)
        .map(Seen::Present)
        .ok_or_else(|| Reason::new("the answer of stat is not understood"))
}

fn read_present(text: &str) -> Option<Value> {
    let (stat, rest) = text.split_once('\n')?;
    let fields: Vec<&str> = stat.split('|').collect();
    let [what, mode, owner, uid, group, gid, size, _changed] = fields.as_slice() else {
        return None;
    };
    let mode = u32::from_str_radix(mode, 8).ok()?;
    let kind = match *what {
        "regular file" | "regular empty file" => "file",
        "directory" => "dir",
        "symbolic link" => "link",
        _ => "other",
    };
    let mut value = vec![
        ("kind", Value::from(kind)),
        ("mode", Value::from(format!("{mode:04o}"))),
        ("owner", Value::from(name(owner, uid))),
        ("group", Value::from(name(group, gid))),
    ];
    if matches!(kind, "file" | "link") {
        let hash = rest.trim_end();
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash.then_some(())?;
        value.push(("sha256", Value::from(hash)));
        value.push(("size", Value::from(size.parse::<i64>().ok()?)));
    }
    Some(Value::map(value))
}

/// The name of an account or group; its number if it has none.
fn name<'a>(name: &'a str, number: &'a str) -> &'a str {
    if name == "UNKNOWN" { number } else { name }
}
