//! Lab trees and the day on which they are judged.

use diag::{Class, Diagnostic, SourceSet, Span};
use graph::Observation;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use lang::compose::{Loaded, Loader};
use model::document::{Documents, Presence};
use model::fact::Facts;
use model::knowledge::Knowledge;
use model::lab::Lab;
use secrets::scan::Scanner;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Fixtures know what is overdue on this day.
pub(crate) const TODAY: Date = date(2026, 11, 21);

/// The moment at which observations are judged.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_262_400, 0);

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The lab of some files; their text must be valid.
pub(crate) fn lab(files: &[(&str, &str)]) -> (Lab, SourceSet) {
    let mut sources = SourceSet::default();
    for (path, text) in files {
        sources.add(*path, *text);
    }
    let (lab, diagnostics) = lang::analyze(&sources);
    let invalid = invalid(&diagnostics);
    assert!(
        invalid.is_empty(),
        "the fixture is invalid: {invalid:#?}\n{files:?}"
    );
    (lab, sources)
}

/// The findings of one text, judged on [`TODAY`]. A line `# file: PATH` begins another file of the lab tree, which a stack or
/// a document can name.
///
/// A file `observed/TARGET` is no part of the tree: it says what was observed of a target, see [`crate::sighting`].
pub(crate) fn check(text: &str, facts: Option<&Facts>) -> (Vec<Diagnostic>, SourceSet) {
    let all: Vec<&rules::Rule> = rules::RULES.iter().collect();
    check_with(text, facts, &all)
}

/// The same of some rules.
pub(crate) fn check_with(
    text: &str,
    facts: Option<&Facts>,
    rules: &[&rules::Rule],
) -> (Vec<Diagnostic>, SourceSet) {
    let judged = judge(text, facts, rules);
    let invalid = judged.invalid;
    assert!(
        invalid.is_empty(),
        "the fixture is invalid: {invalid:#?}\n{text}"
    );
    (judged.found, judged.sources)
}

/// What is said of a text, valid or not.
pub(crate) struct Judged {
    pub(crate) invalid: Vec<Diagnostic>,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) sources: SourceSet,
}

/// Reads and judges a text that may be invalid.
pub(crate) fn judge(text: &str, facts: Option<&Facts>, rules: &[&rules::Rule]) -> Judged {
    let (invalid, mut found, sources) = within(text, facts, |ctx| rules::check_with(ctx, rules));
    diag::fix::settle(&mut found, &sources);
    Judged {
        invalid,
        found,
        sources,
    }
}

/// Reads a text: what is invalid in it, what comes of all that rules see, and the texts.
pub(crate) fn within<T>(
    text: &str,
    facts: Option<&Facts>,
    of: impl FnOnce(&rules::Context<'_>) -> T,
) -> (Vec<Diagnostic>, T, SourceSet) {
    let (text, mut files) = split(text);
    let written = crate::sighting::take(&mut files);
    let facts = facts.or(written.as_ref());
    let knowledge = files.remove(WEAKNESSES).map(|text| Knowledge {
        // What cannot be read is never taken: then there are no lists.
        weaknesses: serde_json::from_str(&text).ok(),
        ..KNOWLEDGE.clone()
    });
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (lab, mut said) = lang::analyze(&sources);
    let beside = Beside(files);
    let mut stacks = lang::stacks(&lab, sources, &beside);
    said.append(&mut stacks.diagnostics);
    said.retain(|d| d.class == Class::Invalid);
    let documents = documents(&lab, &beside.0, &mut stacks.sources);
    let mut leaks = Vec::new();
    for (id, source) in stacks.sources.iter() {
        let found = SCANNER.scan(&source.path, &source.text).into_iter();
        for leak in found.filter(|l| l.grade == secrets::scan::Grade::Clear) {
            let span = Span::new(id, leak.span.start, leak.span.end);
            let (file, what) = (source.path.clone(), leak.what);
            leaks.push(rules::Leak {
                span,
                file,
                what,
                in_git: model::secret::InGit::Kept,
            });
        }
    }
    let ctx = rules::Context {
        leaks: &leaks,
        facts: facts.map(|facts| Observation {
            facts,
            now: NOW,
            lab: &lab,
        }),
        documents: &documents,
        projects: &stacks.projects,
        knowledge: knowledge.as_ref().unwrap_or(&KNOWLEDGE),
        ..rules::Context::new(&lab, TODAY)
    };
    let out = of(&ctx);
    (said, out, stacks.sources)
}

/// What the tables say, read once: some tests check a thousand labs.
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(knowledge);

/// A file of a fixture that is no part of the tree either: what is installed by `facts update`.
const WEAKNESSES: &str = "knowledge/weaknesses.json";

/// What finds secrets in texts.
static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::default);

/// What the embedded tables of facts say; they must be valid.
pub(crate) fn knowledge() -> Knowledge {
    let mut sources = SourceSet::default();
    for (name, text) in rules::EMBEDDED {
        sources.add(*name, *text);
    }
    let (tables, diagnostics) = lang::knowledge(&sources);
    let said = diag::render::concise(&diagnostics, &sources);
    assert_eq!(said, "");
    let mut knowledge = Knowledge::default();
    tables.into_iter().for_each(|t| knowledge.add(t));
    knowledge
}

fn invalid(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let all = diagnostics.iter();
    all.filter(|d| d.class == Class::Invalid).collect()
}

/// The text before the first line `# file: PATH`, and those behind each.
pub(crate) fn split(text: &str) -> (String, BTreeMap<String, String>) {
    let (mut first, mut files) = (String::new(), BTreeMap::new());
    let mut path = None;
    for line in text.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("# file: ") {
            path = Some(next.trim_end().to_owned());
            continue;
        }
        let to = match &path {
            Some(path) => files.entry(path.clone()).or_default(),
            None => &mut first,
        };
        to.push_str(line);
    }
    (first, files)
}

/// The documents that a lab declares.
fn documents(lab: &Lab, files: &BTreeMap<String, String>, sources: &mut SourceSet) -> Documents {
    let mut out = Documents::default();
    for (name, declared) in &lab.documents {
        let file = declared.file.as_ref().and_then(|f| f.value());
        let Some((path, text)) = file.and_then(|f| files.get_key_value(&f.0)) else {
            continue;
        };
        let source = sources.add(path.as_str(), text.as_str());
        let document = document::read(name, path, source, text);
        out.by_name.insert(name.clone(), document);
    }
    let presence = |path: &str| match files.keys().any(|f| f.starts_with(&format!("{path}/"))) {
        _ if files.contains_key(path) => Presence::File,
        true => Presence::Folder,
        false => Presence::Missing,
    };
    let paths = out.paths().into_iter();
    let files = paths.map(|p| (p.to_owned(), presence(p))).collect();
    out.files = files;
    out
}

/// Files beside the lab's own.
struct Beside(BTreeMap<String, String>);

impl Loader for Beside {
    fn load(&self, path: &str) -> Loaded {
        let text = self.0.get(path);
        text.map_or(Loaded::Missing, |t| Loaded::Text(t.clone()))
    }
}

/// The findings of one code that are more than an unknown or a waived one.
pub(crate) fn hits<'a>(findings: &'a [Diagnostic], code: &str) -> Vec<&'a Diagnostic> {
    let soft = |d: &Diagnostic| {
        ["unknown: ", "waived "]
            .iter()
            .any(|p| d.message.starts_with(p))
    };
    findings
        .iter()
        // What is not known is all that this rule tells.
        .filter(|d| d.code == code && (code == "inv-unknown" || !soft(d)))
        .collect()
}
