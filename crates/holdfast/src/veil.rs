//! What of the texts of a lab may be shown: everything that prints a line of somebody's text takes it from here.

use ::secrets::scan::{Look, Scanner};
use ::secrets::veil::{Names, Used, Uses, Veil, brought_along, is_environment, variables};
use diag::{Diagnostic, Source, SourceSet, Span};
use model::lab::Lab;
use model::secret::InGit;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use vault::git;

/// What is looked for is compiled when a text may have it, and once.
static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::default);

/// The names of a lab, beside the words of the rules.
pub(crate) fn names(lab: &Lab) -> Names<'_> {
    let rules = rules::RULES.iter().flat_map(|r| [r.summary, r.rationale]);
    Names::beside(rules.collect()).of(lab)
}

/// Looks through all texts, and hides what diagnostics say of unknown keys.
pub(crate) fn over(sources: &SourceSet, told: &[Diagnostic], names: &Names<'_>) -> Veil {
    beyond(Vec::new(), sources, told, names)
}

/// The same where the first of the texts were looked through already.
pub(crate) fn beyond(
    mut looks: Vec<Look>,
    sources: &SourceSet,
    told: &[Diagnostic],
    names: &Names<'_>,
) -> Veil {
    looks.extend(looks_of(sources, looks.len()));
    by_use(sources, sources.iter().map(|(_, s)| s).zip(&mut looks));
    Veil::of(sources, looks, told, names)
}

/// What was found in each text but the first ones.
pub(crate) fn looks_of(sources: &SourceSet, first: usize) -> Vec<Look> {
    let texts: Vec<_> = sources.iter().skip(first).map(|(_, text)| text).collect();
    let one = |source: &&Source| SCANNER.look(&source.path, &source.text);
    texts.par_iter().with_max_len(1).map(one).collect()
}

/// Adds what is a secret by its use alone to what was found in environment files.
fn by_use<'s>(sources: &SourceSet, files: impl Iterator<Item = (&'s Source, &'s mut Look)>) {
    let files = files.filter(|(source, _)| is_environment(&source.path, &source.text));
    let files: Vec<(&Source, &mut Look)> = files.collect();
    if files.is_empty() {
        return;
    }
    let texts: Vec<&Source> = sources.iter().map(|(_, source)| source).collect();
    let texts = texts.par_iter().with_max_len(1);
    let used = texts.map(|source| SCANNER.used(&source.path, &source.text));
    let used: Vec<BTreeSet<Used>> = used.collect();
    let used: Uses = used.into_iter().flatten().collect();
    for (source, look) in files {
        SCANNER.look_by_use((&source.path, &source.text), &used, look);
    }
}

/// What was found in clear text, for the rules; `root` is the folder that the names of the files are meant from.
pub(crate) fn leaks(
    veil: &Veil,
    root: &Path,
    sources: &SourceSet,
    told: &[Diagnostic],
) -> Vec<rules::Leak> {
    let found = veil.leaks(sources, told).into_iter();
    let found = found.filter_map(|(span, what)| {
        let file = sources.get(span.source)?.path.as_str();
        Some((span, file, what))
    });
    let found: Vec<(Span, &str, String)> = found.collect();
    if found.is_empty() {
        return Vec::new();
    }
    let files: BTreeSet<&str> = found.iter().map(|(_, file, _)| *file).collect();
    let kept = git::keeping(root, &files);
    let leak = |(span, file, what): (Span, &str, String)| rules::Leak {
        span,
        file: file.to_owned(),
        what,
        in_git: kept.get(file).copied().unwrap_or(InGit::Unknown),
    };
    found.into_iter().map(leak).collect()
}

/// The secrets that variables bring into what is read of Compose files, as far as they are no names of something.
pub(crate) fn of_variables(sources: &SourceSet, names: &Names<'_>) -> Vec<String> {
    let files = sources.iter().map(|(_, source)| source);
    let files = files.filter(|source| is_environment(&source.path, &source.text));
    let files = files.map(|source| (source, SCANNER.look(&source.path, &source.text)));
    let mut files: Vec<(&Source, Look)> = files.collect();
    by_use(
        sources,
        files.iter_mut().map(|(source, look)| (*source, look)),
    );
    let all = files.iter();
    let all = all.flat_map(|(source, look)| variables(source, &look.leaks));
    let all: Vec<_> = all.collect();
    let found = brought_along(sources, &all, names).into_iter();
    found.map(str::to_owned).collect()
}

/// A text without the secrets that stand in it, and without what may be one.
pub(crate) fn hidden(path: &str, text: &str) -> String {
    SCANNER.look(path, text).veiled(text)
}
