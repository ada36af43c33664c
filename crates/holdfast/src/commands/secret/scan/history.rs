//! What git keeps of the past: every text that some commit brought, oldest first.

use super::{FILE_LIMIT, decoded};
use crate::exit::{Exit, Stop};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use vault::git;

/// A text of the past.
pub(super) struct Past {
    /// The commit that brought it, shortened, and its day.
    pub(super) commit: String,
    pub(super) path: String,
    pub(super) text: String,
}

/// Shows each text once to `seen`; says how many there were. What no branch, tag or stash leads to is not among them.
pub(super) fn each(root: &Path, mut seen: impl FnMut(&Past)) -> Result<usize> {
    let brought = brought(root)?;
    let mut cat = git::command(root);
    cat.args(["cat-file", "--batch"]);
    let mut cat = cat
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot run git")?;
    let (Some(mut asks), Some(says)) = (cat.stdin.take(), cat.stdout.take()) else {
        return Ok(0);
    };
    let mut says = BufReader::new(says);
    let mut read = 0;
    for (id, commit, path) in brought {
        let lost = || format!("git did not give {path} of {commit}");
        writeln!(asks, "{id}").with_context(lost)?;
        let mut head = String::new();
        says.read_line(&mut head).with_context(lost)?;
        // In a shallow or partial clone a text can be missing.
        let Some(size) = head.split(' ').nth(2).and_then(|s| s.trim().parse().ok()) else {
            continue;
        };
        let mut content = Vec::new();
        if size > FILE_LIMIT {
            std::io::copy(&mut says.by_ref().take(size), &mut std::io::sink())
                .with_context(lost)?;
        } else {
            says.by_ref()
                .take(size)
                .read_to_end(&mut content)
                .with_context(lost)?;
        }
        says.read_line(&mut head).with_context(lost)?;
        if let Ok(text) = decoded(&path, content) {
            read += 1;
            seen(&Past { commit, path, text });
        }
    }
    drop(asks);
    cat.wait().context("git did not end")?;
    Ok(read)
}

/// Texts below the folder, each once: its id, the commit that brought it first, its path.
fn brought(root: &Path) -> Result<Vec<(String, String, String)>> {
    let mut log = git::command(root);
    log.args(["-c", "core.quotePath=false", "-c", "log.showRoot=true"]);
    log.args([
        "log",
        "--all",
        "--reverse",
        "-m",
        "--raw",
        "--no-abbrev",
        "--no-renames",
    ]);
    log.args([
        "--no-show-signature",
        "--relative",
        "--format=commit %H %cs",
    ]);
    let output = log
        .stderr(Stdio::piped())
        .output()
        .context("cannot run git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.lines().next().unwrap_or("git log failed").to_owned();
        let stop = Stop::new(
            Exit::Environment,
            format!("there is no history to search: {why}"),
        );
        return Err(stop
            .help("without --history the files are searched as they are")
            .into());
    }
    let (mut out, mut known, mut commit) = (Vec::new(), BTreeSet::new(), String::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(next) = line.strip_prefix("commit ") {
            let (id, day) = next.split_once(' ').unwrap_or((next, ""));
            commit = format!("{} {day}", id.get(..12).unwrap_or(id));
            continue;
        }
        // `:100644 100644 OLD NEW M<tab>PATH`; links and submodules have another mode.
        let Some((about, path)) = line.split_once('\t') else {
            continue;
        };
        let words: Vec<&str> = about.split(' ').collect();
        if let [_, mode, _, id, _] = words.as_slice()
            && mode.starts_with("100")
            && known.insert((*id).to_owned())
        {
            out.push(((*id).to_owned(), commit.clone(), path.to_owned()));
        }
    }
    Ok(out)
}
