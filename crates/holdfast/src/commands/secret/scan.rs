//! `secret scan`: secrets in clear text in the whole lab tree, and in its history. Asked for, it opens what no other verb opens: every
//! file that git keeps or would keep.

mod history;

use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{Paint, Tone};
use ::secrets::scan::{Grade, Scanner, masked};
use anyhow::{Context as _, Result};
use history::Past;
use model::digest::Digest;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Larger files are no text that people keep in a lab tree.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The files as they are.
    Files,
    /// Also what commits brought.
    History,
}

/// Findings of all files. Exit 1 if there is a secret in clear text; hashes of passwords are told beside.
pub(super) fn scan(root: &Path, reach: Reach, json: bool, paint: Paint) -> Result<Exit> {
    if !root.is_dir() {
        return Err(Stop::usage(format!("{} is no folder", root.display())).into());
    }
    let (files, tracked) = files(root)?;
    let mut found = Found {
        tracked,
        ..Found::default()
    };
    for file in &files {
        found.file(root, file)?;
    }
    if reach == Reach::History {
        let past = history::each(root, |past| found.bygone(past))?;
        found.past = Some(past);
    }
    found.print(json, paint);
    Ok(if found.of(Grade::Clear) > 0 {
        Exit::Findings
    } else if found.large.is_empty() {
        Exit::Ok
    } else {
        Exit::PartlyUnknown
    })
}

/// A secret in clear text.
struct Shown {
    /// The commit that brought it, if it is not in the files any more.
    commit: Option<String>,
    file: String,
    line: usize,
    column: usize,
    /// What it seems to be.
    what: String,
    grade: Grade,
    /// The line without it.
    excerpt: String,
}

/// A file's text: UTF-8 or another encoding that keeps ASCII, or UTF-16 as some editors write it. What holds zero bytes is no text.
fn decoded(bytes: Vec<u8>) -> Option<String> {
    let units = |of: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let pairs = bytes.chunks_exact(2);
        let units = pairs.filter_map(|p| Some(of(p.try_into().ok()?)));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .ok()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest),
        [_, 0, _, 0, ..] => units(u16::from_le_bytes, &bytes),
        [0, _, 0, _, ..] => units(u16::from_be_bytes, &bytes),
        // As git tells what is no text. A byte of another encoding hides nothing of the rest.
        _ if bytes.iter().take(8000).any(|b| *b == 0) => None,
        _ => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// What stands right before a secret, and nothing of what else its line holds: that may be one that was not known.
fn around(hidden: &str) -> String {
    let Some((before, rest)) = hidden.split_once("***") else {
        return "…".to_owned();
    };
    let after = rest.trim_start_matches('*');
    let quoted = after
        .trim_matches(['"', '\'', ',', ';', '}', ']', ' '])
        .is_empty();
    let words: Vec<&str> = before.split_inclusive(char::is_whitespace).collect();
    let near: String = words
        .iter()
        .skip(words.len().saturating_sub(2))
        .copied()
        .collect();
    let stars = "*".repeat(3 + rest.len() - after.len());
    let (head, tail) = (
        if words.len() > 2 { "… " } else { "" },
        if quoted { after } else { " …" },
    );
    format!("{head}{near}{stars}{tail}")
        .chars()
        .take(100)
        .collect()
}

/// What a scan found.
#[derive(Default)]
struct Found {
    scanner: Scanner,
    shown: Vec<Shown>,
    read: usize,
    large: Vec<String>,
    /// Git chose the files.
    tracked: bool,
    /// So many texts of the history were read.
    past: Option<usize>,
    /// What was found already: a secret stands in many versions of a file, and is told once.
    known: BTreeSet<Digest>,
}

impl Found {
    fn file(&mut self, root: &Path, file: &Path) -> Result<()> {
        let path = root.join(file);
        let Ok(about) = std::fs::symlink_metadata(&path) else {
            return Ok(());
        };
        if !about.is_file() {
            return Ok(());
        }
        let name = file.display().to_string();
        if about.len() > FILE_LIMIT {
            self.large.push(name);
            return Ok(());
        }
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {name}"))?;
        if let Some(text) = decoded(bytes) {
            self.read += 1;
            self.text(None, &name, &text);
        }
        Ok(())
    }

    fn bygone(&mut self, past: &Past) {
        self.text(Some(&past.commit), &past.path, &past.text);
    }

    fn text(&mut self, commit: Option<&str>, name: &str, text: &str) {
        let leaks = self.scanner.scan(name, text);
        let hidden = masked(text, &leaks);
        let hidden: Vec<&str> = hidden.lines().collect();
        // A line may hold many.
        let mut excerpts: BTreeMap<usize, String> = BTreeMap::new();
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        // The last place in a line, and its column: the next one is counted from there.
        let (mut last, mut column) = (0, 1);
        for leak in leaks {
            let secret = text.get(leak.span.clone()).unwrap_or_default();
            let fresh = self.known.insert(Digest::of(secret));
            if commit.is_some() && !fresh {
                continue;
            }
            let line = ends.partition_point(|at| *at < leak.span.start) + 1;
            let begins = line.checked_sub(2).and_then(|n| ends.get(n));
            let begins = begins.map_or(0, |at| at + 1);
            if last < begins {
                (last, column) = (begins, 1);
            }
            let between = text.get(last..leak.span.start).unwrap_or_default();
            (last, column) = (leak.span.start, column + between.chars().count());
            let excerpt = excerpts.entry(line).or_insert_with(|| {
                let line = hidden.get(line - 1).copied().unwrap_or_default();
                around(&diag::hide(line.trim()))
            });
            self.shown.push(Shown {
                commit: commit.map(str::to_owned),
                file: name.to_owned(),
                line,
                column,
                what: leak.what,
                grade: leak.grade,
                excerpt: excerpt.clone(),
            });
        }
    }

    fn print(&self, json: bool, paint: Paint) {
        if json {
            let grade = |s: &Shown| match s.grade {
                Grade::Clear => "clear",
                Grade::Hash => "hash",
            };
            let one = |s: &Shown| json!({"commit": s.commit, "file": s.file, "line": s.line, "column": s.column, "what": s.what, "grade": grade(s), "excerpt": s.excerpt});
            let findings: Vec<_> = self.shown.iter().map(one).collect();
            dataln!(
                "{:#}",
                json!({"files": self.read, "texts_of_the_past": self.past, "ignored_by_git_left_out": self.tracked, "too_large": self.large, "findings": findings})
            );
            return;
        }
        for s in &self.shown {
            let place = format!("{}:{}:{}", s.file, s.line, s.column);
            let commit = s.commit.iter().map(|c| format!(", in commit {c}"));
            let commit: String = commit.collect();
            let tone = match s.grade {
                Grade::Clear => Tone::Bad,
                Grade::Hash => Tone::Look,
            };
            outln!("{} {}{commit}", paint.text(tone, &place), s.what);
            outln!("    {}", paint.text(Tone::Dim, &s.excerpt));
        }
        for file in &self.large {
            outln!("{file}: not read, larger than 4 MiB");
        }
        outln!("{}", self.sum());
        if self.of(Grade::Hash) > 0 {
            outln!("a hash lets nobody in; whoever has it can try passwords on it");
        }
        if self.of(Grade::Clear) > 0 {
            outln!(
                "change each secret: it stays in the history, then keep it with holdfast secret set"
            );
        }
    }

    fn of(&self, grade: Grade) -> usize {
        self.shown.iter().filter(|s| s.grade == grade).count()
    }

    fn sum(&self) -> String {
        let which = match self.tracked {
            true => "that git keeps or would keep",
            false => "(no git repository, so none was left out)",
        };
        let found = count(
            self.of(Grade::Clear),
            "secret in clear text",
            "secrets in clear text",
        );
        let hashes = match self.of(Grade::Hash) {
            0 => String::new(),
            n => format!(
                " and {}",
                count(n, "hash of a password", "hashes of passwords")
            ),
        };
        let found = found + &hashes;
        let files = count(self.read, "file", "files");
        match self.past {
            None => format!("{found} in {files} {which}"),
            Some(n) => {
                let texts = count(n, "text", "texts");
                format!("{found} in {files} {which}, and in {texts} of its history")
            }
        }
    }
}

/// Git in a folder. Whatever passwords stand in the environment of the binary are no concern of it.
fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.env_clear();
    for name in ["PATH", "HOME", "XDG_CONFIG_HOME"] {
        git.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    git.arg("-C").arg(root);
    git
}

/// Files below a folder, from it, and whether git chose them.
fn files(root: &Path) -> Result<(Vec<PathBuf>, bool)> {
    let mut git = git(root);
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ]);
    if let Ok(output) = git.stderr(std::process::Stdio::null()).output()
        && output.status.success()
    {
        let names = output.stdout.split(|b| *b == 0).filter(|n| !n.is_empty());
        let paths = names.map(|n| PathBuf::from(std::ffi::OsStr::from_bytes(n)));
        return Ok((paths.collect(), true));
    }
    let mut out = Vec::new();
    below(root, Path::new(""), &mut out)?;
    out.sort();
    Ok((out, false))
}

fn below(root: &Path, folder: &Path, out: &mut Vec<PathBuf>) -> Result<()> {
    let path = root.join(folder);
    let entries =
        std::fs::read_dir(&path).with_context(|| format!("cannot list {}", path.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", path.display()))?;
        let name = folder.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() != ".git" => below(root, &name, out)?,
            Ok(kind) if kind.is_file() => out.push(name),
            _ => {}
        }
    }
    Ok(())
}
