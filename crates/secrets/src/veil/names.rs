//! What messages call things by, whatever else has the same word: a password may be the name of the stack that it is for.

use super::Known;
use diag::{SourceSet, Span};
use model::compose::Project;
use model::declare::OptExt as _;
use model::id::Kind;
use model::knowledge::Knowledge;
use model::lab::Lab;
use std::cell::OnceCell;
use std::collections::HashMap;

/// Names, and words of the program's own texts.
#[derive(Debug, Default)]
pub struct Names<'a> {
    texts: Vec<&'a str>,
    lab: Option<&'a Lab>,
    projects: Vec<&'a Project>,
    /// Where the projects are written.
    sources: Option<&'a SourceSet>,
    knowledge: Option<&'a Knowledge>,
    /// Gathered when the first word is asked for: most labs hide nothing that a message has.
    words: OnceCell<HashMap<&'a str, Known>>,
}

impl<'a> Names<'a> {
    /// None yet, and the words of these texts.
    pub fn beside(texts: Vec<&'a str>) -> Self {
        Self {
            texts,
            ..Self::default()
        }
    }

    /// Those of the objects of a lab.
    pub fn of(self, lab: &'a Lab) -> Self {
        Self {
            lab: Some(lab),
            ..self
        }
    }

    /// And of what its Compose files have, which are among these.
    pub fn with(self, projects: impl Iterator<Item = &'a Project>, sources: &'a SourceSet) -> Self {
        Self {
            projects: projects.collect(),
            sources: Some(sources),
            ..self
        }
    }

    /// And of products.
    pub fn about(self, knowledge: &'a Knowledge) -> Self {
        Self {
            knowledge: Some(knowledge),
            ..self
        }
    }

    /// A word that says something of its own, so that it is not taken out wherever it stands.
    pub fn has(&self, word: &str) -> bool {
        self.known(word).is_some()
    }

    /// What else a word is. What is a name and a word of a text is a name.
    pub(super) fn known(&self, word: &str) -> Option<Known> {
        let gathered = || {
            let ends = |c: char| !(c.is_alphanumeric() || c == '-');
            let words = self.texts.iter().flat_map(|text| text.split(ends));
            let lab = self.lab.into_iter().flat_map(objects);
            let projects = self.projects.iter().flat_map(|project| self.parts(project));
            let products = self.knowledge.into_iter().flat_map(products);
            let names = lab.chain(projects).chain(products);
            let names = names.map(|word| (word, Known::Name));
            words.map(|word| (word, Known::Word)).chain(names).collect()
        };
        self.words.get_or_init(gathered).get(word).copied()
    }

    /// What messages name of a project.
    fn parts(&self, project: &'a Project) -> impl Iterator<Item = &'a str> {
        let name = project.name.iter();
        let name = name.filter(|n| self.is_literal(n.span, &n.value));
        let services = project.services.keys();
        let others = project.networks.keys().chain(project.volumes.keys());
        let images = project.services.values().filter_map(|s| s.image.as_ref());
        let images = images.flat_map(|image| {
            let parts = image.value.name.split('/');
            parts.filter(|part| self.is_literal(image.span, part))
        });
        name.map(|name| name.value.as_str())
            .chain(services.chain(others).map(String::as_str))
            .chain(images)
    }

    /// It is written so: what a variable puts in its place may be a secret and is no name, and neither is what `"\x24{A}"` stands for.
    fn is_literal(&self, span: Span, word: &str) -> bool {
        let source = self.sources.and_then(|all| all.get(span.source));
        let text = source.and_then(|s| s.text.get(span.start as usize..span.end as usize));
        text.is_some_and(|text| !text.contains('$') && text.contains(word))
    }
}

fn objects(lab: &Lab) -> impl Iterator<Item = &str> {
    Kind::ALL.iter().flat_map(|kind| lab.names(*kind))
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
