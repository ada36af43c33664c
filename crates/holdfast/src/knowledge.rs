//! The facts about products in use: those that the program brings along, and installed tables.

use crate::world::data_root;
use diag::{Diagnostic, Severity, SourceSet};
use model::knowledge::{Knowledge, Table};
use model::weakness::{self, Weaknesses};
use std::path::{Path, PathBuf};

/// The code of complaints about installed tables, and what it means.
pub(crate) const CODE: (&str, &str) = (
    "facts-table",
    "An installed table of facts about products cannot be read, so it is left out; the facts that the program brings along and other \
     tables are used. Remove it from the folder 'knowledge' of HOLDFAST_DATA, or take a valid one with 'holdfast facts update'.",
);

/// Facts, and what is wrong with installed tables.
pub(crate) struct InUse {
    pub(crate) knowledge: Knowledge,
    /// Texts of the installed tables.
    pub(crate) installed: Vec<(PathBuf, String)>,
    /// The newest lists of weaknesses cannot be read: why.
    pub(crate) unread: Option<String>,
    /// Warnings about tables that cannot be used.
    pub(crate) complaints: Vec<Diagnostic>,
}

/// Reads all of them. A damaged installed table is left out and complained about.
pub(crate) fn in_use() -> InUse {
    let mut out = InUse {
        knowledge: embedded(),
        installed: Vec::new(),
        unread: None,
        complaints: Vec::new(),
    };
    let Ok(folder) = folder() else { return out };
    match weaknesses(&folder) {
        Ok(lists) => out.knowledge.weaknesses = lists,
        Err(why) => {
            let message = format!("the lists of weaknesses are not used: {why}");
            let d = Diagnostic::finding(CODE.0, Severity::Warning, message).help(
                "mend that file or move it away, so that the lists before it are used, and take them again with `holdfast facts update`; until then no weakness is known",
            );
            out.complaints.push(d);
            out.unread = Some(why);
        }
    }
    for path in installed(&folder, "yaml") {
        let shown = path.display().to_string();
        let read = match std::fs::read_to_string(&path) {
            Ok(text) => {
                let read = read(&shown, &text);
                out.installed.push((path, text));
                read.map_err(|(said, sources)| first(&said, &sources))
            }
            Err(e) => Err(e.to_string()),
        };
        match read {
            Ok(table) => out.knowledge.add(table),
            Err(why) => {
                let message = format!("the table of facts {shown} is not used: {why}");
                let d = Diagnostic::finding(CODE.0, Severity::Warning, message)
                    .help("remove it, or mend it; until then the other tables are used");
                out.complaints.push(d);
            }
        }
    }
    out
}

/// The newest of the installed lists of weaknesses.
fn weaknesses(folder: &Path) -> Result<Option<Weaknesses>, String> {
    let Some(path) = installed(folder, "json").pop() else {
        return Ok(None);
    };
    let shown = path.display();
    let text = std::fs::read(&path).map_err(|e| format!("{shown}: {e}"))?;
    let lists: Weaknesses = serde_json::from_slice(&text).map_err(|e| format!("{shown}: {e}"))?;
    match lists.format {
        weakness::FORMAT => Ok(Some(lists)),
        other => Err(format!(
            "{shown} has format {other}, and this version reads {}",
            weakness::FORMAT
        )),
    }
}

/// The highest number of an installed file of a kind; 0 without one.
pub(crate) fn highest(folder: &Path, extension: &str) -> u32 {
    let files = installed(folder, extension).into_iter();
    let numbers = files.filter_map(|path| path.file_stem()?.to_str()?.parse().ok());
    numbers.max().unwrap_or(0)
}

/// Where installed tables lie.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    Ok(data_root()?.join("knowledge"))
}

/// The facts that the program brings along.
pub(crate) fn embedded() -> Knowledge {
    let mut sources = SourceSet::default();
    for (name, text) in rules::EMBEDDED {
        sources.add(*name, *text);
    }
    let mut knowledge = Knowledge::default();
    let (tables, _) = lang::knowledge(&sources);
    tables.into_iter().for_each(|t| knowledge.add(t));
    knowledge
}

/// One table, or everything that is wrong with its text.
pub(crate) fn read(path: &str, text: &str) -> Result<Table, (Vec<Diagnostic>, SourceSet)> {
    let mut sources = SourceSet::default();
    sources.add(path, text);
    let (mut tables, diagnostics) = lang::knowledge(&sources);
    match tables.pop() {
        Some(table) if diagnostics.is_empty() => Ok(table),
        _ => Err((diagnostics, sources)),
    }
}

/// The first complaint, with its place.
fn first(said: &[Diagnostic], sources: &SourceSet) -> String {
    let Some(d) = said.first() else {
        return "it says nothing".to_owned();
    };
    match &d.primary {
        Some(label) => format!("{} ({})", d.message, sources.place(label.span)),
        None => d.message.clone(),
    }
}

/// Installed files of a kind in the order in which they came.
fn installed(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|e| e.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|p| p.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}
