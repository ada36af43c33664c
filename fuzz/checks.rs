//! What must hold of whatever the readers are given. The fuzz targets call it with what the fuzzer makes up, and
//! `crates/lang/tests/it/fuzzed.rs` with the fixtures, with damaged fixtures and with what crashed before.
//!
//! Nothing panics; every place lies inside its text and on boundaries of characters; what is printed is bounded; and the same text
//! read again is understood in the same way.

use diag::render::{Color, RuleText, Whole, concise, digest, full, json, sarif};
use diag::{Diagnostic, SourceId, SourceSet, Span};
use lang::compose::{Loaded, Loader, Machine, Request};
use std::collections::BTreeMap;

/// More is not printed for any text of the size that is tried here.
const MOST: usize = 16_000_000;
/// A line that begins like this begins another file; its path is the rest of the line.
const FILE: &str = "#== ";

/// A check, by the name of its target.
pub(crate) type Check = fn(&[u8]);

/// All of them.
pub(crate) const TARGETS: [(&str, Check); 4] = [
    ("yaml", yaml),
    ("lab", lab),
    ("compose", compose),
    ("document", document),
];

/// YAML, read by the smallest of the readers: tables of facts.
pub(crate) fn yaml(bytes: &[u8]) {
    let sources = one("facts.yaml", bytes);
    let (tables, diagnostics) = lang::knowledge(&sources);
    look(&format!("{tables:?}"), &diagnostics, &sources);
    assert_eq!(lang::knowledge(&sources), (tables, diagnostics));
}

/// A lab tree.
pub(crate) fn lab(bytes: &[u8]) {
    let mut sources = SourceSet::default();
    for (path, text) in files(bytes, "holdfast.yaml") {
        sources.add(path, text);
    }
    let (lab, diagnostics) = lang::analyze(&sources);
    look(&format!("{lab:?}"), &diagnostics, &sources);
    assert_eq!(lang::analyze(&sources), (lab, diagnostics));
}

/// A Compose project with its environment files and whatever it includes.
pub(crate) fn compose(bytes: &[u8]) {
    let all = files(bytes, "compose.yaml");
    let files = all.iter().map(|(path, _)| path.clone());
    let request = Request {
        files: files.filter(|f| f.starts_with("compose")).collect(),
        profiles: vec!["*".to_owned()],
        name: Some("fuzzed".to_owned()),
        machine: Machine::Own,
        ..Request::default()
    };
    let texts = Texts(all.into_iter().collect());
    let reading = lang::compose::read(&request, &texts);
    let project = format!("{:?}", reading.project);
    look(&project, &reading.diagnostics, &reading.sources);
    let again = lang::compose::read(&request, &texts);
    assert_eq!(project, format!("{:?}", again.project));
    assert_eq!(reading.sources, again.sources);
    assert_eq!(reading.diagnostics, again.diagnostics);
}

/// A document in each of its forms.
pub(crate) fn document(bytes: &[u8]) {
    for file in ["a.md", "a.mmd", "a.sh", "fstab", "ruleset.nft"] {
        let sources = one(file, bytes);
        let Some((id, source)) = sources.iter().next() else {
            return;
        };
        let document = ::document::read("a", file, id, &source.text);
        look(&format!("{document:?}"), &[], &sources);
        assert_eq!(::document::read("a", file, id, &source.text), document);
    }
}

struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn load(&self, path: &str) -> Loaded {
        let path = path.strip_prefix("./").unwrap_or(path);
        let text = self.0.get(path).cloned();
        text.map_or(Loaded::Missing, Loaded::Text)
    }

    fn list(&self, _: &str) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn one(path: &str, bytes: &[u8]) -> SourceSet {
    let mut sources = SourceSet::default();
    sources.add(path, String::from_utf8_lossy(bytes));
    sources
}

/// The files that a text stands for; the first has this name.
fn files(bytes: &[u8], first: &str) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let mut out = vec![(first.to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(FILE) {
            Some(path) => out.push((path.trim().to_owned(), String::new())),
            None => out
                .iter_mut()
                .last()
                .into_iter()
                .for_each(|f| f.1.push_str(line)),
        }
    }
    out
}

/// Everything that was understood lies in its text, and everything that was said can be shown.
fn look(understood: &str, diagnostics: &[Diagnostic], sources: &SourceSet) {
    places(understood, sources);
    for diagnostic in diagnostics {
        let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
        labels.for_each(|l| place(l.span, sources));
        let edits = diagnostic.fix.iter().flat_map(|f| &f.edits);
        edits.for_each(|e| place(e.span, sources));
        let code = diagnostic.code.as_str();
        assert!(lang::explain(code).is_some(), "{code} is not explained");
        assert!(!diagnostic.message.is_empty());
    }
    let whole = Whole {
        repeats: true,
        unknowns: true,
        width: Some(80),
    };
    let rules: &[RuleText] = &[];
    for shown in [
        full(diagnostics, sources, Color::Never),
        full(diagnostics, sources, Color::Always),
        digest(diagnostics, sources, Color::Never, whole),
        concise(diagnostics, sources),
        json(diagnostics, sources).to_string(),
        sarif(diagnostics, sources, rules).to_string(),
    ] {
        assert!(shown.len() < MOST, "{} bytes are printed", shown.len());
    }
}

/// Every place in what was understood, as its `Debug` prints it.
fn places(understood: &str, sources: &SourceSet) {
    for span in understood.split("Span { source: SourceId(").skip(1) {
        let numbers = span
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty());
        let numbers: Vec<usize> = numbers.take(3).flat_map(str::parse).collect();
        if let [source, start, end] = numbers[..]
            && let Ok(source) = u32::try_from(source)
        {
            place(Span::new(SourceId(source), start, end), sources);
        }
    }
}

fn place(span: Span, sources: &SourceSet) {
    let text = sources.get(span.source).map_or("", |s| &s.text);
    let inside = text.get(span.start as usize..span.end as usize);
    assert!(inside.is_some(), "{span:?} of {} bytes", text.len());
    assert!(sources.position(span).is_some(), "{span:?}");
}
