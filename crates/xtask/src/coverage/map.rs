//! `coverage.yaml` as data.

use super::yaml;
use anyhow::{Context as _, Result};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Where the statements of a document went.
pub(super) struct Map {
    /// Lines of the document.
    pub(super) lines: usize,
    /// Its digest, in hexadecimal digits.
    pub(super) sha256: String,
    pub(super) entries: Vec<Entry>,
}

/// A line or range of lines of the document, and where it went.
pub(super) struct Entry {
    pub(super) from: usize,
    pub(super) until: usize,
    /// Places in the lab trees; none if the statement is not modelled.
    pub(super) to: Vec<String>,
}

impl Entry {
    pub(super) fn shown(&self) -> String {
        match self.from == self.until {
            true => format!("line {}", self.from),
            false => format!("lines {}-{}", self.from, self.until),
        }
    }
}

impl Map {
    /// Reads a map; entries that are not understood are complained of and left out.
    pub(super) fn read(text: &str, complaints: &mut Vec<String>) -> Result<Self> {
        let documents = yaml::read(text)?;
        let root = documents.first().context("coverage.yaml is empty")?;
        let head = &root["document"];
        let lines = head["lines"].as_str().and_then(|n| n.parse().ok());
        let lines = lines.context("`document.lines` is not a number")?;
        let sha256 = head["sha256"].as_str().context("no `document.sha256`")?;
        let items = root["statements"].as_array().context("no `statements`")?;
        let mut entries = Vec::new();
        for (n, item) in items.iter().enumerate() {
            match entry(item, lines) {
                Ok(entry) => entries.push(entry),
                Err(why) => complaints.push(format!("statements.{n}: {why}")),
            }
        }
        let sha256 = sha256.to_owned();
        Ok(Self {
            lines,
            sha256,
            entries,
        })
    }
}

fn entry(item: &Value, lines: usize) -> Result<Entry, String> {
    let at = item["at"].as_str().unwrap_or_default();
    let (from, until) = at.split_once('-').unwrap_or((at, at));
    let (Ok(from), Ok(until)) = (from.parse::<usize>(), until.parse::<usize>()) else {
        return Err(format!("`at: {at}` is no line and no range of lines"));
    };
    if from == 0 || from > until || until > lines {
        return Err(format!("`at: {at}`: the document has {lines} lines"));
    }
    if item["what"].as_str().is_none_or(str::is_empty) {
        return Err("`what` is missing".to_owned());
    }
    let to: Vec<String> = match &item["to"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let why = item["not_modelled"].as_str().is_some_and(|w| !w.is_empty());
    if to.is_empty() != why {
        return Err("either `to` or `not_modelled` with a reason is needed".to_owned());
    }
    Ok(Entry { from, until, to })
}

/// The digest of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|b| format!("{b:02x}")).collect()
}
