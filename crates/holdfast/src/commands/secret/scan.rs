//! `secret scan`: secrets in clear text in the whole lab tree, and in its history. Asked for, it opens what no other verb opens: every
//! file that git keeps or would keep.

mod history;

use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{Paint, Tone};
use ::secrets::scan::{Grade, Look, Scanner, is_text};
use ::secrets::shown::{self, Shown, each};
use ::secrets::veil::{Used, Uses, is_environment};
use anyhow::Result;
use history::Past;
use model::digest::Digest;
use model::secret::InGit;
use rayon::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use vault::git::{self, Answer};

/// Larger files are no text that people keep in a lab tree.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// Git lists the largest lab tree in less.
const PATIENCE: Duration = Duration::from_secs(20);

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
    let mut found = Found::default();
    let files = files(root, &mut found);
    found.all(root, &files);
    if reach == Reach::History {
        let past = history::each(root, |past| found.bygone(past))?;
        found.past = Some(past);
    }
    found.print(root, json, paint);
    Ok(if found.of(Grade::Clear) > 0 {
        Exit::Findings
    } else if found.unread.iter().all(|(_, why)| why.is_harmless()) {
        Exit::Ok
    } else {
        Exit::PartlyUnknown
    })
}

/// Why something was not looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unread {
    TooLarge,
    Denied,
    Garbled,
    Binary,
    Link,
    Repository,
}

impl Unread {
    /// People would not keep a secret there in clear text, or it is a tree of its own.
    fn is_harmless(self) -> bool {
        match self {
            Self::TooLarge | Self::Denied | Self::Garbled => false,
            Self::Binary | Self::Link | Self::Repository => true,
        }
    }

    fn why(self) -> &'static str {
        match self {
            Self::TooLarge => "larger than 64 MiB",
            Self::Denied => "cannot be read",
            Self::Garbled => "no text, though its name says so",
            Self::Binary => "no text",
            Self::Link => "a link",
            Self::Repository => "a repository of its own",
        }
    }

    /// As JSON has it.
    fn key(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Denied => "unreadable",
            Self::Garbled => "garbled",
            Self::Binary => "binary",
            Self::Link => "link",
            Self::Repository => "repository",
        }
    }
}

/// A file's text: UTF-8 or another encoding that keeps ASCII, or UTF-16 as some editors write it. A zero byte here and there is taken for a
/// blank, as whatever reads settings passes over it; what has many is no text.
fn decoded(name: &str, mut bytes: Vec<u8>) -> Result<String, Unread> {
    let none = match is_text(name) {
        true => Unread::Garbled,
        false => Unread::Binary,
    };
    let units = |of: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let pairs = bytes.chunks_exact(2);
        let units = pairs.filter_map(|p| Some(of(p.try_into().ok()?)));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .ok()
    };
    let wide = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest),
        [_, 0, _, 0, ..] => units(u16::from_le_bytes, &bytes),
        [0, _, 0, _, ..] => units(u16::from_be_bytes, &bytes),
        // A byte of another encoding hides nothing of the rest.
        _ if is_almost_text(&bytes) => {
            bytes
                .iter_mut()
                .filter(|b| **b == 0)
                .for_each(|b| *b = b' ');
            // A mark of UTF-8 is no part of the first line.
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            return Ok(String::from_utf8_lossy(text).into_owned());
        }
        _ => None,
    };
    wide.ok_or(none)
}

/// Without a zero byte at its begin, as git tells a text; or with few signs that no text has.
fn is_almost_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..8000).unwrap_or(bytes);
    let odd = |b: &&u8| **b < 0x20 && !b"\t\n\r\x0c\x1b".contains(b) || **b >= 0x80;
    !head.contains(&0) || head.iter().filter(odd).count() * 10 <= head.len()
}

/// The text of a file; none if it is gone since it was listed.
fn text_of(path: &Path, name: &str) -> Result<Option<String>, Unread> {
    let about = match std::fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(Unread::Denied),
    };
    if about.is_symlink() {
        return Err(Unread::Link);
    }
    if about.is_dir() {
        return Err(Unread::Repository);
    }
    if !about.is_file() {
        return Err(Unread::Binary);
    }
    if about.len() > FILE_LIMIT {
        return Err(Unread::TooLarge);
    }
    let bytes = std::fs::read(path).map_err(|_| Unread::Denied)?;
    decoded(name, bytes).map(Some)
}

/// What was found in one file.
enum Searched {
    /// One with variables: which of them are secrets may only be seen in other files.
    Environment(String, Look, BTreeSet<Used>),
    Other(Vec<(Digest, Shown)>, BTreeSet<Used>),
}

fn searched(scanner: &Scanner, name: &str, text: String) -> Searched {
    match is_environment(name, &text) {
        true => {
            let look = scanner.look(name, &text);
            let used = scanner.used(name, &text);
            Searched::Environment(text, look, used)
        }
        false => {
            let found = each(scanner, None, name, &text);
            Searched::Other(found, scanner.used(name, &text))
        }
    }
}

/// What a scan found.
#[derive(Default)]
struct Found {
    scanner: Scanner,
    shown: Vec<Shown>,
    read: usize,
    /// What was not looked through, and why.
    unread: Vec<(String, Unread)>,
    /// Git chose the files.
    tracked: bool,
    /// So many texts of the history were read.
    past: Option<usize>,
    /// What was found already: a secret stands in many versions of a file, and is told once.
    known: BTreeSet<Digest>,
}

impl Found {
    /// Reads and searches on all cores, and tells in the order of the files.
    fn all(&mut self, root: &Path, files: &[PathBuf]) {
        let scanner = &self.scanner;
        let searched: Vec<_> = files
            .par_iter()
            .map(|file| {
                let name = file.display().to_string();
                let found = text_of(&root.join(file), &name);
                let found = found.map(|text| text.map(|text| searched(scanner, &name, text)));
                (name, found)
            })
            .collect();
        let used = searched.iter().filter_map(|(_, found)| match found {
            Ok(Some(Searched::Other(_, used) | Searched::Environment(_, _, used))) => {
                Some(used.iter().cloned())
            }
            _ => None,
        });
        let used: Uses = used.flatten().collect();
        for (name, found) in searched {
            let found = match found {
                Ok(Some(Searched::Environment(text, mut look, _))) => {
                    self.scanner.look_by_use((&name, &text), &used, &mut look);
                    shown::of(look, None, &name, &text)
                }
                Ok(Some(Searched::Other(found, _))) => found,
                Ok(None) => continue,
                Err(why) => {
                    self.unread.push((name, why));
                    continue;
                }
            };
            self.read += 1;
            self.told(found);
        }
    }

    fn bygone(&mut self, past: &Past) {
        let found = each(&self.scanner, Some(&past.commit), &past.path, &past.text);
        self.told(found);
    }

    /// Of the history only what was not found already.
    fn told(&mut self, found: Vec<(Digest, Shown)>) {
        for (digest, shown) in found {
            if self.known.insert(digest) || shown.commit.is_none() {
                self.shown.push(shown);
            }
        }
    }

    fn print(&self, root: &Path, json: bool, paint: Paint) {
        if json {
            let grade = |s: &Shown| match s.grade {
                Grade::Clear => "clear",
                Grade::Hash => "hash",
            };
            let one = |s: &Shown| json!({"commit": s.commit, "file": s.file, "line": s.line, "column": s.column, "what": s.what, "grade": grade(s), "excerpt": s.excerpt});
            let findings: Vec<_> = self.shown.iter().map(one).collect();
            let unread = self.unread.iter();
            let unread: Vec<_> = unread
                .map(|(file, why)| json!({"file": file, "why": why.key()}))
                .collect();
            dataln!(
                "{:#}",
                json!({"files": self.read, "texts_of_the_past": self.past, "ignored_by_git_left_out": self.tracked, "too_large": self.large(), "not_read": unread, "findings": findings})
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
        self.print_unread();
        outln!("{}", self.sum());
        if self.of(Grade::Hash) > 0 {
            outln!("a hash lets nobody in; whoever has it can try passwords on it");
        }
        if self.of(Grade::Clear) > 0 {
            outln!("{}", self.advice(root));
        }
    }

    /// What to do depends on who has them by now: a history cannot be taken back, a folder can be cleared.
    fn advice(&self, root: &Path) -> &'static str {
        let clear = || self.shown.iter().filter(|s| s.grade == Grade::Clear);
        let now = clear().filter(|s| s.commit.is_none());
        let files: BTreeSet<&str> = now.map(|s| s.file.as_str()).collect();
        let mut keeping: BTreeSet<InGit> = git::keeping(root, &files).into_values().collect();
        if clear().any(|s| s.commit.is_some()) {
            keeping.insert(InGit::Kept);
        }
        let has = |is: InGit| keeping.contains(&is);
        match keeping.len() {
            1 if has(InGit::Kept) => {
                "change each secret: it stays in the history, then keep it with holdfast secret set"
            }
            _ if has(InGit::Kept) => {
                "change each secret that git keeps: it stays in the history; take the others out before the next commit; then keep each with holdfast secret set"
            }
            _ if has(InGit::Unknown) => {
                "git did not say whether it keeps these files: if it does, change each secret, since it stays in the history; then keep it with holdfast secret set"
            }
            _ if has(InGit::New) || has(InGit::Ignored) => {
                "git keeps none of these files yet: take each secret out before the next commit, and change it if others could read it; then keep it with holdfast secret set"
            }
            _ => {
                "change each secret if others could read this folder, a copy or a backup of it; then keep it with holdfast secret set"
            }
        }
    }

    /// Each file that may well hold a secret; of the others how many there are, and the first.
    fn print_unread(&self) {
        let mut others: BTreeMap<Unread, Vec<&str>> = BTreeMap::new();
        for (file, why) in &self.unread {
            match why.is_harmless() {
                true => others.entry(*why).or_default().push(file),
                false => outln!("{file}: not read, {}", why.why()),
            }
        }
        for (why, files) in others {
            let names = files.get(..3.min(files.len())).unwrap_or_default();
            let more = match files.len() - names.len() {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            outln!("not read, {}: {}{more}", why.why(), names.join(", "));
        }
    }

    fn large(&self) -> Vec<&str> {
        let large = self.unread.iter().filter(|(_, w)| *w == Unread::TooLarge);
        large.map(|(file, _)| file.as_str()).collect()
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
        let files = match self.holding() {
            0 => files,
            n => format!("{n} of {files}"),
        };
        match self.past {
            None => format!("{found} in {files} {which}"),
            Some(n) => {
                let texts = count(n, "text", "texts");
                let bygone = self.shown.iter().filter(|s| s.commit.is_some()).count();
                let only = match bygone {
                    0 => String::new(),
                    n => format!(" ({n} only there)"),
                };
                format!("{found} in {files} {which}, and in {texts} of its history{only}")
            }
        }
    }

    /// Files, as they are now, in which something was found.
    fn holding(&self) -> usize {
        let now = self.shown.iter().filter(|s| s.commit.is_none());
        let files: BTreeSet<&str> = now.map(|s| s.file.as_str()).collect();
        files.len()
    }
}

/// Files below a folder, from it: those that git would choose, or all.
fn files(root: &Path, found: &mut Found) -> Vec<PathBuf> {
    let mut git = git::command(root);
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ]);
    let listed = git::answer(git, PATIENCE);
    if listed == Answer::Late {
        errln!(
            "git did not list the files within {} s and was stopped, so all files are looked through",
            PATIENCE.as_secs()
        );
    }
    if let Answer::Said(listed) = listed {
        found.tracked = true;
        let names = listed.split(|b| *b == 0).filter(|n| !n.is_empty());
        let paths = names.map(|n| PathBuf::from(std::ffi::OsStr::from_bytes(n)));
        return paths.collect();
    }
    let mut out = Vec::new();
    below(root, Path::new(""), &mut out, found);
    out.sort();
    out
}

/// A folder that cannot be listed hides what is in it, and nothing of the others.
fn below(root: &Path, folder: &Path, out: &mut Vec<PathBuf>, found: &mut Found) {
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        let name = format!("{}/", folder.display());
        found.unread.push((name, Unread::Denied));
        return;
    };
    for entry in entries {
        let Ok(entry) = entry else {
            let name = format!("{}/", folder.display());
            found.unread.push((name, Unread::Denied));
            continue;
        };
        let name = folder.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() != ".git" => {
                below(root, &name, out, found);
            }
            Ok(kind) if kind.is_file() || kind.is_symlink() => out.push(name),
            _ => {}
        }
    }
}
