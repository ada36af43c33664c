//! Paths that a document mentions outside of links: in inline code and as words of commands.

use super::markdown::resolve;
use diag::{Span, Spanned};
use model::document::{Command, Document, Mention, Sure, Word};

/// What files of a lab tree end in. Without one of these a word with a slash is as likely an image, a branch or a type.
const EXTENSIONS: [&str; 23] = [
    "yaml", "yml", "md", "sh", "py", "tf", "tfvars", "hcl", "json", "toml", "conf", "cfg", "env",
    "ini", "service", "timer", "mmd", "nft", "rules", "j2", "sql", "txt", "pub",
];

/// Adds what the codes and commands of a document mention.
pub(super) fn collect(document: &mut Document) {
    let codes = document.codes.iter().cloned();
    let words = document.commands.iter().flat_map(|c| &c.words);
    let words = words.filter(|w| w.sure == Sure::Yes);
    let words = words.map(|w| Spanned::new(w.text.clone(), w.span));
    let mut seen: Vec<Span> = Vec::new();
    let mut out = Vec::new();
    for text in codes.chain(words) {
        let inside = |s: &Span| s.start <= text.span.start && text.span.end <= s.end;
        if !is_path(&text.value) || seen.iter().any(inside) {
            continue;
        }
        seen.push(text.span);
        let folder = document.file.rsplit_once('/').map_or("", |(f, _)| f);
        let mut candidates: Vec<String> = Vec::new();
        for base in [folder, ""] {
            candidates.extend(resolve(base, &text.value).filter(|c| !candidates.contains(c)));
        }
        let written = text.value;
        out.push(Mention {
            written,
            candidates,
            span: text.span,
        });
    }
    out.extend(makefiles(document));
    document.mentions = out;
}

/// `make TARGET` means a file that is not named.
fn makefiles(document: &Document) -> Vec<Mention> {
    let folder = document.file.rsplit_once('/').map_or("", |(f, _)| f);
    let told = |w: &Word| w.text.starts_with("-C") || w.text.starts_with("-f");
    let makes = document
        .commands
        .iter()
        .filter(|c| c.program() == Some("make") && c.words.len() > 1 && !c.words.iter().any(told));
    let mention = |c: &Command| {
        let mut candidates: Vec<String> = [folder, ""]
            .iter()
            .filter_map(|f| resolve(f, "Makefile"))
            .collect();
        candidates.dedup();
        let written = "Makefile".to_owned();
        Mention {
            written,
            candidates,
            span: c.span,
        }
    };
    makes.map(mention).collect()
}

/// A relative path to a file: at least one folder, a known ending, nothing that a path of a lab tree does not have.
fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let Some((folder, name)) = text.rsplit_once('/') else {
        return false;
    };
    let ends = name
        .rsplit_once('.')
        .is_some_and(|(stem, e)| !stem.is_empty() && EXTENSIONS.contains(&e));
    let host = folder.split('/').next().unwrap_or_default();
    ends && text.chars().all(plain)
        && !text.starts_with(['/', '-'])
        && (host.starts_with('.') || !host.contains('.'))
}
