//! `include:` of `holdfast.yaml`: which files of a lab tree are read besides those below `lab/`.
//!
//! Only the root file includes, so that there is no circle and one look shows what is read. This says which of some paths fit; it
//! must not know where they are on a disk.

use crate::lower::patterns;
use crate::sink::Sink;
use crate::suggest::{did_you_mean, nearest, quote};
use crate::yaml;
use diag::{Class, Diagnostic, Severity, SourceId, Span};
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeSet;

/// More patterns are not looked at.
const MOST: usize = 100;

/// The patterns of a root file.
pub struct Includes {
    patterns: Vec<Pattern>,
    /// What is wrong with those that are none.
    wrong: Vec<Diagnostic>,
}

struct Pattern {
    text: String,
    span: Span,
    matcher: GlobMatcher,
}

/// Which paths are read.
pub struct Included {
    /// Them, in order.
    pub paths: BTreeSet<String>,
    /// Patterns that are none, or that fit nothing.
    pub diagnostics: Vec<Diagnostic>,
}

/// The patterns of a root file. What has not the shape of one is left out: [`crate::analyze`] reports it.
pub fn includes(source: SourceId, text: &str) -> Includes {
    // The same text is parsed again with the others, and what is wrong with it reported then.
    let mut sink = Sink::default();
    let root = yaml::parse(source, text, &mut sink);
    let mut out = Includes {
        patterns: Vec::new(),
        wrong: Vec::new(),
    };
    for pattern in patterns(root.as_ref(), &mut sink) {
        let (text, span) = (pattern.value.0, pattern.span);
        if out.patterns.len() == MOST {
            let message = format!("'include' has more than {MOST} patterns");
            let d = Diagnostic::invalid("invalid-value", message)
                .at(span, "this one and those behind it are not looked at")
                .help("'**' stands for any folders, '{a,b}' for either");
            out.wrong.push(d);
            break;
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).build();
        match glob {
            Ok(glob) => out.patterns.push(Pattern {
                matcher: glob.compile_matcher(),
                text,
                span,
            }),
            Err(e) => {
                let message = format!("'include': {} is no pattern: {}", quote(&text), e.kind());
                out.wrong
                    .push(Diagnostic::invalid("invalid-value", message).at(span, ""));
            }
        }
    }
    out
}

impl Includes {
    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty() && self.wrong.is_empty()
    }

    /// The folders below which everything is that can fit: `teams/` of `teams/*/lab.yaml`, an empty text for the root.
    pub fn folders(&self) -> BTreeSet<&str> {
        self.patterns.iter().map(|p| literal(&p.text)).collect()
    }

    /// The paths that a pattern fits. `near` gives paths of the whole tree, for "did you mean"; it is asked at most once.
    pub fn select(
        self,
        paths: &BTreeSet<String>,
        near: impl FnOnce() -> BTreeSet<String>,
    ) -> Included {
        let fits = |p: &Pattern, paths: &BTreeSet<String>| -> Vec<String> {
            let all = paths.iter().filter(|path| p.matcher.is_match(path));
            all.cloned().collect()
        };
        let mut out = Included {
            paths: BTreeSet::new(),
            diagnostics: self.wrong,
        };
        let mut idle = Vec::new();
        for pattern in &self.patterns {
            let found = fits(pattern, paths);
            if found.is_empty() {
                idle.push(pattern);
            }
            out.paths.extend(found);
        }
        if !idle.is_empty() {
            let near = near();
            let told = idle.into_iter().map(|p| nothing(p, &near));
            out.diagnostics.extend(told);
        }
        out
    }
}

/// The folder of a pattern, up to its first name that stands for several; with its last `/`.
fn literal(text: &str) -> &str {
    let special = text.find(['*', '?', '[', '{', '\\']).unwrap_or(text.len());
    let known = text.get(..special).unwrap_or("");
    let end = known.rfind('/').map_or(0, |at| at + 1);
    known.get(..end).unwrap_or("")
}

fn nothing(pattern: &Pattern, paths: &BTreeSet<String>) -> Diagnostic {
    let message = format!(
        "'include': {} fits no file of the lab tree",
        quote(&pattern.text)
    );
    let d = Diagnostic::new(
        "include-nothing",
        Severity::Warning,
        Class::Finding,
        message,
    )
    .at(pattern.span, "nothing is read by this");
    match meant(&pattern.text, paths) {
        Some(meant) => d.fix(did_you_mean(pattern.span, &meant)),
        None => d
            .help("paths are meant from the folder of holdfast.yaml; symbolic links to folders are not followed"),
    }
}

/// A pattern near to this one that fits something.
fn meant(text: &str, paths: &BTreeSet<String>) -> Option<String> {
    let fits = |candidate: &String| {
        let glob = GlobBuilder::new(candidate).literal_separator(true).build();
        glob.is_ok_and(|g| {
            let matcher = g.compile_matcher();
            paths.iter().any(|p| matcher.is_match(p))
        })
    };
    let ending = text
        .strip_suffix(".yaml")
        .map(|stem| format!("{stem}.yml"))
        .or_else(|| text.strip_suffix(".yml").map(|stem| format!("{stem}.yaml")));
    if let Some(candidate) = ending.filter(&fits) {
        return Some(candidate);
    }
    if !text.contains(['*', '?', '[', '{', '\\']) {
        return nearest(text, paths.iter().map(String::as_str)).map(str::to_owned);
    }
    let folder = literal(text);
    let rest = text.get(folder.len()..)?;
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for path in paths {
        let ends = path.match_indices('/').map(|(at, _)| at + 1);
        folders.extend(ends.filter_map(|end| path.get(..end)));
    }
    let near = nearest(folder, folders)?;
    Some(format!("{near}{rest}")).filter(fits)
}
