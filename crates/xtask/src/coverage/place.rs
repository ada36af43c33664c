//! Places in an example: `file#path.of.keys`, `file#L3`, `file#L3-L9`, `file#heading`.

use super::{statements, yaml};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The files of an example, each read once.
pub(super) struct Places {
    folder: PathBuf,
    read: BTreeMap<String, Result<File, String>>,
}

struct File {
    text: String,
    /// The documents of a YAML file.
    trees: Option<Vec<Value>>,
}

impl Places {
    pub(super) fn new(folder: &Path) -> Self {
        let folder = folder.to_path_buf();
        let read = BTreeMap::new();
        Self { folder, read }
    }

    /// Whether a place is there; if not, why.
    pub(super) fn resolve(&mut self, to: &str) -> Result<(), String> {
        let Some((name, place)) = to.split_once('#') else {
            return Err("there is no `#` with the place in the file".to_owned());
        };
        let folder = &self.folder;
        let file = self
            .read
            .entry(name.to_owned())
            .or_insert_with(|| load(folder, name));
        let file = file.as_ref().map_err(Clone::clone)?;
        if let Some(range) = lines(place) {
            let count = file.text.lines().count();
            let (from, until) = range;
            return match from >= 1 && from <= until && until <= count {
                true => Ok(()),
                false => Err(format!("the file has {count} lines")),
            };
        }
        match &file.trees {
            Some(trees) => in_trees(trees, place),
            None if statements::slugs(&file.text).iter().any(|s| s == place) => Ok(()),
            None => Err("no heading has this anchor".to_owned()),
        }
    }
}

fn load(folder: &Path, name: &str) -> Result<File, String> {
    let path = Path::new(name);
    if !path.components().all(|c| matches!(c, Component::Normal(_))) {
        return Err("the file is outside of the example".to_owned());
    }
    let text = std::fs::read_to_string(folder.join(path)).map_err(|e| e.to_string())?;
    let is_yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
    let trees = match is_yaml {
        true => Some(yaml::read(&text).map_err(|e| format!("{e:#}"))?),
        false => None,
    };
    Ok(File { text, trees })
}

/// `L3` or `L3-L9`.
fn lines(place: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.strip_prefix('L')?.parse::<usize>().ok();
    let (from, until) = place.split_once('-').unwrap_or((place, place));
    Some((number(from)?, number(until)?))
}

/// The path leads somewhere in one of the documents.
fn in_trees(trees: &[Value], place: &str) -> Result<(), String> {
    let keys = keys(place)?;
    let mut said = Err("the file is empty".to_owned());
    for tree in trees {
        said = walk(tree, &keys);
        if said.is_ok() {
            break;
        }
    }
    said
}

fn walk(tree: &Value, keys: &[String]) -> Result<(), String> {
    let mut at = tree;
    for key in keys {
        let next = match at {
            Value::Array(items) => key.parse::<usize>().ok().and_then(|n| items.get(n)),
            _ => at.get(key),
        };
        at = next.ok_or_else(|| format!("there is no `{key}`"))?;
    }
    Ok(())
}

/// Keys with dots between them; one with dots of its own is in quotes.
fn keys(place: &str) -> Result<Vec<String>, String> {
    let mut keys = vec![String::new()];
    let mut quoted = false;
    for c in place.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => keys.push(String::new()),
            _ => keys.last_mut().into_iter().for_each(|k| k.push(c)),
        }
    }
    match quoted || keys.iter().any(String::is_empty) {
        true => Err("a key is empty, or its quotes do not end".to_owned()),
        false => Ok(keys),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_through_maps_lists_and_quoted_keys() {
        let trees = yaml::read("a: {b.c: [x, {d: 1}]}\n---\ne: &e {f: 1}\ng: *e\n").unwrap();
        for place in ["a", "a.\"b.c\".0", "a.\"b.c\".1.d", "e.f", "g.f"] {
            assert_eq!(in_trees(&trees, place), Ok(()), "{place}");
        }
        for place in ["b", "a.b.c", "a.\"b.c\".2", "a.\"b.c", "", "a..b"] {
            assert!(in_trees(&trees, place).is_err(), "{place}");
        }
    }
}
