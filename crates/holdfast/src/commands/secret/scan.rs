//! `secret scan`: secrets in clear text in the whole lab tree. Asked for, it opens what no other verb opens: every file that git
//! keeps or would keep.

use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{Paint, Tone};
use ::secrets::scan::{Scanner, masked};
use anyhow::{Context as _, Result};
use serde_json::json;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Larger files are no text that people keep in a lab tree.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// Findings of all files. Exit 1 if there are any.
pub(super) fn scan(root: &Path, json: bool, paint: Paint) -> Result<Exit> {
    if !root.is_dir() {
        return Err(Stop::usage(format!("{} is no folder", root.display())).into());
    }
    let (files, tracked) = files(root)?;
    let scanner = Scanner::default();
    let mut shown = Vec::new();
    let (mut read, mut large) = (0_usize, Vec::new());
    for file in &files {
        let path = root.join(file);
        let Ok(about) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        if !about.is_file() {
            continue;
        }
        let name = file.display().to_string();
        if about.len() > FILE_LIMIT {
            large.push(name);
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {name}"))?;
        // What is no text holds no secret that reading would find.
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        read += 1;
        let leaks = scanner.scan(&name, &text);
        let hidden = masked(&text, &leaks);
        for leak in &leaks {
            let before = text.get(..leak.span.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
            let excerpt = hidden.lines().nth(line - 1).unwrap_or_default().trim();
            let excerpt: String = diag::hide(excerpt).chars().take(100).collect();
            shown.push((name.clone(), line, column, leak.what.clone(), excerpt));
        }
    }
    let found = Found {
        shown,
        read,
        large,
        tracked,
    };
    found.print(json, paint);
    Ok(if found.shown.is_empty() {
        Exit::Ok
    } else {
        Exit::Findings
    })
}

/// What a scan found: file, line, column, what it seems to be, and the line without it.
struct Found {
    shown: Vec<(String, usize, usize, String, String)>,
    read: usize,
    large: Vec<String>,
    tracked: bool,
}

impl Found {
    fn print(&self, json: bool, paint: Paint) {
        let Found {
            shown,
            read,
            large,
            tracked,
        } = self;
        if json {
            let one = |(file, line, column, what, excerpt): &(
                String,
                usize,
                usize,
                String,
                String,
            )| json!({"file": file, "line": line, "column": column, "what": what, "excerpt": excerpt});
            let findings: Vec<_> = shown.iter().map(one).collect();
            println!(
                "{:#}",
                json!({"files": read, "ignored_by_git_left_out": tracked, "too_large": large, "findings": findings})
            );
        } else {
            for (file, line, column, what, excerpt) in shown {
                let place = format!("{file}:{line}:{column}");
                println!("{} {what}", paint.text(Tone::Bad, &place));
                println!("    {}", paint.text(Tone::Dim, excerpt));
            }
            large
                .iter()
                .for_each(|f| println!("{f}: not read, larger than 4 MiB"));
            let which = match *tracked {
                true => "that git keeps or would keep",
                false => "(no git repository, so none was left out)",
            };
            let (found, files) = (shown.len(), count(*read, "file", "files"));
            println!(
                "{} in {files} {which}",
                count(found, "secret in clear text", "secrets in clear text")
            );
            if found > 0 {
                println!(
                    "change each of them: it stays in the history, then keep it with holdfast secret set"
                );
            }
        }
    }
}

/// Files below a folder, from it, and whether git chose them.
fn files(root: &Path) -> Result<(Vec<PathBuf>, bool)> {
    let mut git = Command::new("git");
    // Whatever passwords stand in the environment of the binary are no concern of git.
    git.env_clear();
    for name in ["PATH", "HOME", "XDG_CONFIG_HOME"] {
        git.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    git.arg("-C").arg(root);
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
