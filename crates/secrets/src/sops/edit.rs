//! Changing a document: one value, or the recipients. What is not changed keeps its bytes.

use super::cipher::{DataKey, Random, Sealed, looks_sealed, seal};
use super::error::SopsError;
use super::meta::{Recipient, Selection};
use super::open::Opened;
use super::tree::{Kind, Node, Path, Step};
use super::write::{Section, yaml_text};
use super::{Document, Format, json};
use model::secret::Secret;
use std::ops::Range;

/// The version that new files say they are of; sops reads it to know the rules of the MAC.
const VERSION: &str = "3.9.0";

/// The time of a change, as SOPS writes it.
#[derive(Debug, Clone, Copy)]
pub struct Stamp(jiff::Timestamp);

impl Stamp {
    /// Of this moment; whole seconds.
    pub fn of(at: jiff::Timestamp) -> Self {
        let whole = jiff::Timestamp::from_second(at.as_second());
        Self(whole.unwrap_or(at))
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A new document with one value.
///
/// # Errors
/// The value would not be encrypted, or cannot stand there.
pub fn create(
    format: Format,
    path: &Path,
    value: &Secret,
    to: (&DataKey, &[Recipient]),
    selection: &Selection,
    stamp: Stamp,
    random: Random<'_>,
) -> Result<String, SopsError> {
    let (key, recipients) = to;
    let section = Section {
        recipients,
        modified: &stamp.to_string(),
        mac: "none yet",
        selection,
        version: VERSION,
    };
    let section = section.text(format);
    let bare = match format {
        Format::Yaml | Format::Dotenv => section,
        Format::Json => format!("{{\n\t{section}\n}}\n"),
    };
    let document = Document::parse(format, &bare)?;
    document
        .with(path, value, key, random)?
        .stamped(key, &stamp.to_string(), random)
}

impl Opened {
    /// The text with one value changed or added.
    ///
    /// # Errors
    /// A map or list stands there, or the document's rule leaves the key in clear text.
    pub fn set(
        &self,
        path: &Path,
        value: &Secret,
        stamp: Stamp,
        random: Random<'_>,
    ) -> Result<String, SopsError> {
        let changed = self.document.with(path, value, &self.key, random)?;
        changed.stamped(&self.key, &stamp.to_string(), random)
    }

    /// The text for other recipients. `to` has a new data key, with which every value is encrypted anew, so that who is no
    /// recipient any more cannot read what is written from now on. The time stays: no value has changed.
    ///
    /// # Errors
    /// The document has recipients of other kinds.
    pub fn rekey(
        &self,
        to: (&DataKey, &[Recipient]),
        random: Random<'_>,
    ) -> Result<String, SopsError> {
        let (key, recipients) = to;
        let document = &self.document;
        let meta = &document.metadata;
        if !meta.others.is_empty() {
            return Err(SopsError::Unsupported(format!(
                "it has recipients of other kinds ({}), for which only sops can encrypt: use sops updatekeys",
                meta.others.join(", ")
            )));
        }
        let mut edits = Vec::new();
        for leaf in document.leaves() {
            if !looks_sealed(&leaf.scalar.text) || !meta.selection.which.covers(&leaf.path) {
                continue;
            }
            if let Some((bytes, kind)) = document.value(&leaf, &self.key)? {
                let sealed = seal(&bytes, &kind, key, &leaf.path.bound(), random);
                edits.push((leaf.node.span.clone(), document.quoted(&sealed)));
            }
        }
        edits.extend(self.comments(key, random));
        let section = Section {
            recipients,
            modified: &meta.last_modified,
            mac: "none yet",
            selection: &meta.selection,
            version: &meta.version,
        };
        edits.push((document.section(), section.text(document.format)));
        let changed = Document::parse(document.format, &spliced(&document.text, edits))?;
        changed.stamped(key, &meta.last_modified, random)
    }

    /// Encrypted comments under a new key. SOPS binds each to the map that it stands in; which one that is, decryption tells.
    fn comments(&self, key: &DataKey, random: Random<'_>) -> Vec<(Range<usize>, String)> {
        let document = &self.document;
        let mut places = vec![String::new()];
        for leaf in document.leaves() {
            let mut bound = String::new();
            for name in leaf.path.keys() {
                bound.push_str(&format!("{name}:"));
                if !places.contains(&bound) {
                    places.push(bound.clone());
                }
            }
        }
        // A comment of the root is bound to the empty path, which sops writes as one colon.
        places.push(":".to_owned());
        let mut out = Vec::new();
        let mut at = 0;
        for line in document.text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let Some(comment) = line.trim().strip_prefix('#').filter(|c| looks_sealed(c)) else {
                continue;
            };
            let Ok(sealed) = Sealed::parse(comment) else {
                continue;
            };
            let found = places
                .iter()
                .find_map(|place| Some((place, sealed.open(&self.key, place)?)));
            if let (Some((place, bytes)), Some(offset)) = (found, line.find("ENC[")) {
                let fresh = seal(&bytes, &sealed.kind, key, place, random);
                let begin = start + offset;
                out.push((begin..begin + comment.len(), fresh));
            }
        }
        out
    }
}

/// The text with some ranges replaced.
fn spliced(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, with) in edits {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&with);
        at = range.end;
    }
    out + text.get(at..).unwrap_or_default()
}

impl Document {
    /// The document with one value, whose MAC is not right yet.
    fn with(
        &self,
        path: &Path,
        value: &Secret,
        key: &DataKey,
        random: Random<'_>,
    ) -> Result<Document, SopsError> {
        if path.0.is_empty() {
            let why = "no key is named; write which value is meant";
            return Err(SopsError::Unsupported(why.to_owned()));
        }
        if value.expose().is_empty() {
            return Err(SopsError::Empty(path.clone()));
        }
        let there = match self.leaf(path) {
            Ok(leaf) => Some((leaf.path, leaf.node.span.clone())),
            Err(SopsError::NoSuchKey { .. }) => None,
            Err(other) => return Err(other),
        };
        let real = there.as_ref().map_or(path, |(real, _)| real);
        if !self.metadata.selection.which.covers(real) {
            return Err(SopsError::LeftClear(real.clone()));
        }
        let sealed = seal(value.expose().as_bytes(), "str", key, &real.bound(), random);
        let edit = match there {
            Some((_, span)) => (span, self.quoted(&sealed)),
            None => self.added(path, &sealed)?,
        };
        Document::parse(self.format, &spliced(&self.text, vec![edit]))
    }

    /// The text with the MAC that its values have.
    fn stamped(
        &self,
        key: &DataKey,
        modified: &str,
        random: Random<'_>,
    ) -> Result<String, SopsError> {
        let mac = self.count(key)?;
        let mac = seal(mac.as_bytes(), "str", key, modified, random);
        let meta = &self.metadata;
        let quoted = |text: &str| match self.format {
            Format::Dotenv => text.to_owned(),
            Format::Yaml | Format::Json => json::quoted(text),
        };
        let edits = vec![
            (meta.mac_at.clone(), self.quoted(&mac)),
            (meta.modified_at.clone(), quoted(modified)),
        ];
        Ok(spliced(&self.text, edits))
    }

    /// An encrypted value as it is written; in YAML it needs no quotes.
    fn quoted(&self, sealed: &str) -> String {
        match self.format {
            Format::Json => json::quoted(sealed),
            Format::Yaml | Format::Dotenv => sealed.to_owned(),
        }
    }

    /// From the key of the metadata to their end.
    fn section(&self) -> Range<usize> {
        let entries = self.root.entries();
        let place = entries.iter().position(|e| e.key == "sops");
        let start = place.and_then(|p| entries.get(p)).map_or(0, |e| e.start);
        let next = place.and_then(|p| entries.get(p + 1)).map(|e| e.start);
        let end = match self.format {
            Format::Json => place
                .and_then(|p| entries.get(p))
                .map_or(0, |e| e.value.span.end),
            Format::Yaml => next.unwrap_or(self.text.len()),
            Format::Dotenv => self.text.len(),
        };
        start..end
    }

    /// Where a new key goes, and what is written there.
    fn added(&self, path: &Path, sealed: &str) -> Result<(Range<usize>, String), SopsError> {
        let mut keys: Vec<&str> = path.keys().collect();
        let unsupported = |why: &str| SopsError::Unsupported(format!("'{path}' {why}"));
        if self.format == Format::Dotenv {
            let [key] = keys.as_slice() else {
                return Err(unsupported(
                    "has several parts; a dotenv file has one level",
                ));
            };
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if !key.chars().all(name) || key.starts_with(super::dotenv::PREFIX) {
                return Err(unsupported("is no name of a variable"));
            }
            let at = self.section().start;
            return Ok((at..at, format!("{key}={sealed}\n")));
        }
        if keys.first() == Some(&"sops") {
            return Err(unsupported("is where sops keeps its metadata"));
        }
        let mut node = &self.root;
        while let Some(below) = keys.first().and_then(|key| node.entry(key)) {
            node = &below.value;
            keys.remove(0);
        }
        if !matches!(node.kind, Kind::Map(_)) {
            return Err(unsupported("cannot be added: what is above it is no map"));
        }
        let root = std::ptr::eq(node, &raw const self.root);
        Ok(match self.format {
            Format::Json => self.added_json(node, root, &keys, sealed),
            Format::Yaml | Format::Dotenv => self
                .added_yaml(node, root, &keys, sealed)
                .ok_or_else(|| unsupported("cannot be added here; add it with sops"))?,
        })
    }

    fn added_json(
        &self,
        node: &Node,
        root: bool,
        keys: &[&str],
        sealed: &str,
    ) -> (Range<usize>, String) {
        let value = keys
            .iter()
            .skip(1)
            .rev()
            .fold(json::quoted(sealed), |inner, key| {
                format!("{{{}: {inner}}}", json::quoted(key))
            });
        let key = json::quoted(keys.first().copied().unwrap_or_default());
        let at = |n: usize| n..n;
        if root {
            return (at(self.section().start), format!("{key}: {value},\n\t"));
        }
        match node.entries().last() {
            Some(last) => (at(last.value.span.end), format!(", {key}: {value}")),
            None => (at(node.span.start + 1), format!("{key}: {value}")),
        }
    }

    /// Behind everything that the map has: before the line of the next key after it, and before its comments.
    fn added_yaml(
        &self,
        node: &Node,
        root: bool,
        keys: &[&str],
        sealed: &str,
    ) -> Option<(Range<usize>, String)> {
        let column = |at: usize| {
            let before = self.text.get(..at).unwrap_or_default();
            at - before.rfind('\n').map_or(0, |n| n + 1)
        };
        let first = node.entries().first()?;
        // A map in braces, or one that begins behind a dash, has no line of its own to add to.
        let indent = column(first.start);
        let lead = self.text.get(first.start - indent..first.start)?;
        if !lead.chars().all(|c| c == ' ') || self.text.get(node.span.start..)?.starts_with('{') {
            return None;
        }
        let mut out = String::new();
        for (depth, key) in keys.iter().enumerate() {
            let spaces = " ".repeat(indent + 4 * depth);
            let last = depth + 1 == keys.len();
            let value = if last {
                format!(" {sealed}")
            } else {
                String::new()
            };
            out.push_str(&format!("{spaces}{}:{value}\n", yaml_text(key)));
        }
        let end = match root {
            true => self.section().start,
            false => {
                let next = self.following(node.span.start.max(first.start))?;
                next - column(next)
            }
        };
        let mut at = end;
        while let Some(line) = self.text.get(..at)?.strip_suffix('\n') {
            let start = line.rfind('\n').map_or(0, |n| n + 1);
            let text = line.get(start..)?.trim();
            if !(text.is_empty() || text.starts_with('#')) || start == at {
                break;
            }
            at = start;
        }
        Some((at..at, out))
    }

    /// The first key after a map that does not belong to it.
    fn following(&self, map: usize) -> Option<usize> {
        let mut next = None;
        let mut node = &self.root;
        loop {
            let starts: Vec<(usize, &Node)> = match &node.kind {
                Kind::Map(entries) => entries.iter().map(|e| (e.start, &e.value)).collect(),
                Kind::List(items) => items.iter().map(|n| (n.span.start, n)).collect(),
                Kind::Scalar(_) => return next,
            };
            let inside = starts.iter().rposition(|(start, _)| *start <= map)?;
            let (_, below) = starts.get(inside)?;
            if let Some((start, _)) = starts.get(inside + 1) {
                next = Some(*start);
            }
            if below.entries().first().is_some_and(|e| e.start == map) {
                return next;
            }
            node = below;
        }
    }
}

impl Path {
    /// A path from the words of a reference; numbers may be keys or items.
    pub fn parse(text: &str) -> Self {
        let steps = text.split('.').map(|s| Step::Key(s.to_owned()));
        Self(steps.collect())
    }
}
