//! Documents of a lab: Markdown, Mermaid, shell scripts, `fstab(5)`. Text in, parts with their places out; never fails.
//!
//! Whatever is not understood is kept as text and says so. This must not know where files lie on a disk; it only says which paths
//! a text mentions.

mod fstab;
mod markdown;
mod mention;
mod mermaid;
mod shell;
mod slug;
mod untold;

use diag::{Lines, SourceId, Span, Spanned};
use model::document::{Document, Form, Place};
use std::collections::BTreeSet;

/// Reads one document. `file` is its path from the root of the lab tree.
pub fn read(name: &str, file: &str, source: SourceId, text: &str) -> Document {
    let mut out = Document {
        name: name.to_owned(),
        file: file.to_owned(),
        source,
        form: form(file, text),
        text: text.to_owned(),
        lines: Lines::default(),
        headings: Vec::new(),
        anchors: BTreeSet::new(),
        blocks: Vec::new(),
        links: Vec::new(),
        fences: Vec::new(),
        commands: Vec::new(),
        codes: Vec::new(),
        mentions: Vec::new(),
        diagrams: Vec::new(),
        mounts: Vec::new(),
    };
    let lines = lines(source, text);
    match out.form {
        Form::Markdown => markdown::read(&mut out),
        Form::Script => out.commands = shell::commands(&lines, Place::Script),
        Form::Mermaid => {
            let whole = Span::new(source, 0, text.len());
            out.diagrams.extend(mermaid::read(&lines, whole));
        }
        Form::Fstab => out.mounts = lines.iter().filter_map(fstab::line).collect(),
        Form::Text => {}
    }
    fstab::appended(&mut out);
    mention::collect(&mut out);
    out
}

fn form(file: &str, text: &str) -> Form {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map(|(_, e)| e);
    let shebang = text.lines().next().filter(|l| l.starts_with("#!"));
    let shell = |line: &str| {
        let last = line.split(['/', ' ']).rfind(|w| !w.is_empty());
        last.is_some_and(|w| ["sh", "bash", "dash", "ash", "zsh"].contains(&w))
    };
    match extension {
        Some("md" | "markdown") => Form::Markdown,
        Some("mmd" | "mermaid") => Form::Mermaid,
        Some("sh" | "bash") => Form::Script,
        _ if shebang.is_some_and(shell) => Form::Script,
        _ if is_fstab(&name) || fstab::is_table(text) => Form::Fstab,
        _ => Form::Text,
    }
}

/// `fstab`, `nas1.fstab`, `fstab-nas1`, `nas1-fstab.txt`: a lab has one for each of its hosts.
fn is_fstab(name: &str) -> bool {
    name.split(['.', '-', '_']).any(|part| part == "fstab")
}

/// The lines of a text with their places, without their ends.
fn lines(source: SourceId, text: &str) -> Vec<Spanned<String>> {
    split(source, text, 0)
}

/// The lines of a piece of text that begins at a byte of its source.
fn split(source: SourceId, text: &str, from: usize) -> Vec<Spanned<String>> {
    let mut at = from;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let span = Span::new(source, at, at + body.len());
        out.push(Spanned::new(body.to_owned(), span));
        at += line.len();
    }
    out
}
