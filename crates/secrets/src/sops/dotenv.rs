//! Dotenv texts as SOPS reads them: `KEY=value` to the end of the line, no quotes; `\n` stands for a line break. The metadata
//! are keys that begin with `sops_`, flattened: `sops_age__list_0__map_recipient`.

use super::error::SopsError;
use super::tree::{Entry, Kind, Node, Scalar};

/// How the keys of the metadata begin.
pub(super) const PREFIX: &str = "sops_";

/// A map of the values and, under `sops`, of the metadata.
pub(super) fn parse(text: &str) -> Result<Node, SopsError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut meta = Node {
        span: 0..0,
        kind: Kind::Map(Vec::new()),
    };
    let mut first = None;
    let mut at = 0;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: &str| SopsError::Syntax {
            line: number + 1,
            why: why.to_owned(),
        };
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| wrong("KEY=value is expected"))?;
        let begin = start + key.len() + 1;
        let node = Node {
            span: begin..begin + value.len(),
            kind: Kind::Scalar(Scalar {
                text: value.replace("\\n", "\n"),
                plain: false,
            }),
        };
        if let Some(rest) = key.strip_prefix(PREFIX) {
            first.get_or_insert(start);
            plant(&mut meta, &rest.replace("__", "\0"), node)
                .ok_or_else(|| wrong("a key of the metadata is not understood"))?;
            continue;
        }
        if entries.iter().any(|e| e.key == key) {
            return Err(wrong("a key is given twice"));
        }
        entries.push(Entry {
            key: key.to_owned(),
            start,
            value: node,
        });
    }
    if let Some(start) = first {
        meta.span = start..text.len();
        entries.push(Entry {
            key: "sops".to_owned(),
            start,
            value: meta,
        });
    }
    Ok(Node {
        span: 0..text.len(),
        kind: Kind::Map(entries),
    })
}

/// Puts a value where its flattened key says: `age`, then `list_0`, then `map_recipient`.
fn plant(into: &mut Node, key: &str, value: Node) -> Option<()> {
    let (word, rest) = match key.split_once('\0') {
        Some((word, rest)) => (word, Some(rest)),
        None => (key, None),
    };
    let start = value.span.start;
    let empty = |rest: &str| Node {
        span: start..start,
        kind: match rest.starts_with("list_") {
            true => Kind::List(Vec::new()),
            false => Kind::Map(Vec::new()),
        },
    };
    if let Some(number) = word.strip_prefix("list_") {
        let number: usize = number.parse().ok()?;
        let Kind::List(items) = &mut into.kind else {
            return None;
        };
        // Keys are sorted as texts, so item 10 may come before item 2.
        while items.len() <= number && number < 1000 {
            items.push(empty(rest.unwrap_or_default()));
        }
        let item = items.get_mut(number)?;
        return match rest {
            Some(rest) => plant(item, rest, value),
            None => {
                *item = value;
                Some(())
            }
        };
    }
    let Kind::Map(entries) = &mut into.kind else {
        return None;
    };
    let name = word.strip_prefix("map_").unwrap_or(word);
    let Some(rest) = rest else {
        entries.push(Entry {
            key: name.to_owned(),
            start,
            value,
        });
        return Some(());
    };
    if !entries.iter().any(|e| e.key == name) {
        entries.push(Entry {
            key: name.to_owned(),
            start,
            value: empty(rest),
        });
    }
    let entry = entries.iter_mut().find(|e| e.key == name)?;
    plant(&mut entry.value, rest, value)
}
