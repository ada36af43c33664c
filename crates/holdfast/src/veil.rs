//! What of the texts of a lab may be shown: everything that prints a line of somebody's text takes it from here.

use ::secrets::scan::{Look, Scanner};
use ::secrets::veil::{Known, Veil};
use diag::{Diagnostic, Source, SourceSet};
use model::compose::Project;
use model::declare::OptExt as _;
use model::id::Kind;
use model::knowledge::Knowledge;
use model::lab::Lab;
use rayon::prelude::*;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What is looked for is compiled when a text may have it, and once.
static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::default);

/// What messages call things by, whatever else has the same word: a password may be the name of the stack that it is for.
#[derive(Default)]
pub(crate) struct Names<'a> {
    lab: Option<&'a Lab>,
    projects: Vec<&'a Project>,
    knowledge: Option<&'a Knowledge>,
    /// Gathered when the first word is asked for: most labs hide nothing that a message has.
    words: OnceCell<HashMap<&'a str, Known>>,
}

impl<'a> Names<'a> {
    /// Of the objects of a lab.
    pub(crate) fn of(lab: &'a Lab) -> Self {
        Self {
            lab: Some(lab),
            ..Self::default()
        }
    }

    /// And of what its Compose files have.
    pub(crate) fn with(self, projects: impl Iterator<Item = &'a Project>) -> Self {
        Self {
            projects: projects.collect(),
            ..self
        }
    }

    /// And of products.
    pub(crate) fn about(self, knowledge: &'a Knowledge) -> Self {
        Self {
            knowledge: Some(knowledge),
            ..self
        }
    }

    /// What else a word is. What is a name and a word of the rules is a name.
    pub(crate) fn known(&self, word: &str) -> Option<Known> {
        let gathered = || {
            let words = rules().map(|word| (word, Known::Word));
            let lab = self.lab.into_iter().flat_map(objects);
            let projects = self.projects.iter().flat_map(|project| parts(project));
            let products = self.knowledge.into_iter().flat_map(products);
            let names = lab.chain(projects).chain(products);
            words.chain(names.map(|word| (word, Known::Name))).collect()
        };
        self.words.get_or_init(gathered).get(word).copied()
    }
}

/// The words of the rules: they are no secrets of anybody's.
fn rules() -> impl Iterator<Item = &'static str> {
    let ends = |c: char| !(c.is_alphanumeric() || c == '-');
    let texts = rules::RULES.iter().flat_map(|r| [r.summary, r.rationale]);
    texts.flat_map(move |text| text.split(ends))
}

fn objects(lab: &Lab) -> impl Iterator<Item = &str> {
    Kind::ALL.iter().flat_map(|kind| lab.names(*kind))
}

/// What messages name of a project.
fn parts(project: &Project) -> impl Iterator<Item = &str> {
    let name = project.name.iter().map(|name| name.value.as_str());
    let services = project.services.keys();
    let others = project.networks.keys().chain(project.volumes.keys());
    let images = project.services.values().filter_map(|s| s.image.as_ref());
    let images = images.flat_map(|image| image.value.name.split('/'));
    name.chain(services.chain(others).map(String::as_str))
        .chain(images)
}

/// Products, and where it is said what is known of them.
fn products(knowledge: &Knowledge) -> impl Iterator<Item = &str> {
    knowledge.products.iter().flat_map(|(key, product)| {
        let source = product.source.known().map(|url| url.0.as_str());
        let source = source.into_iter().flat_map(|url| url.split('/'));
        let names = product.names.iter().map(|name| name.value.0.as_str());
        std::iter::once(key.as_str()).chain(names).chain(source)
    })
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
    Veil::of(sources, looks, told, &|word| names.known(word))
}

/// What was found in each text but the first ones.
pub(crate) fn looks_of(sources: &SourceSet, first: usize) -> Vec<Look> {
    let texts: Vec<_> = sources.iter().skip(first).map(|(_, text)| text).collect();
    let one = |source: &&Source| SCANNER.look(&source.path, &source.text);
    texts.par_iter().with_max_len(1).map(one).collect()
}

/// What was found in clear text, for the rules.
pub(crate) fn leaks(veil: &Veil, sources: &SourceSet, told: &[Diagnostic]) -> Vec<rules::Leak> {
    let found = veil.leaks(sources, told).into_iter();
    let found = found.filter_map(|(span, what)| {
        let file = sources.get(span.source)?.path.clone();
        Some(rules::Leak { span, file, what })
    });
    found.collect()
}

/// A text without the secrets that stand in it, and without what may be one.
pub(crate) fn hidden(path: &str, text: &str) -> String {
    SCANNER.look(path, text).veiled(text)
}
