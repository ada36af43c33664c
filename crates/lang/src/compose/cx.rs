//! What every step of reading needs: texts, diagnostics, limits.

use super::{Loaded, Loader, Machine, Request};
use crate::sink::Sink;
use crate::suggest;
use crate::yaml::{self, Node};
use diag::{Class, Diagnostic, Severity, SourceId, SourceSet, Span};
use model::compose::Variable;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Nodes that one project may amount to, all its files, includes and extensions together.
const MAX_NODES: usize = 500_000;
/// Bytes of text that one project may amount to.
const MAX_BYTES: usize = 64 << 20;
/// Documents in one file.
const MAX_DOCUMENTS: usize = 64;
/// Places that are kept for one variable.
const MAX_PLACES: usize = 16;

/// Words that are compared with what was written, for all of one project: what is meant is guessed for the first slips, not for thousands.
const MAX_COMPARED: usize = 1_000_000;

/// A parsed file.
pub(super) struct File {
    pub(super) documents: Vec<Node>,
}

/// The state of reading one project.
pub(super) struct Cx<'a> {
    pub(super) loader: &'a dyn Loader,
    pub(super) sources: SourceSet,
    pub(super) sink: Sink,
    pub(super) variables: BTreeMap<String, Variable>,
    machine: Machine,
    folder: &'a str,
    texts: BTreeMap<String, Result<SourceId, Option<String>>>,
    files: BTreeMap<String, Rc<File>>,
    said: BTreeSet<(String, Option<Span>, String)>,
    nodes: usize,
    bytes: usize,
    compared: usize,
}

impl<'a> Cx<'a> {
    pub(super) fn new(loader: &'a dyn Loader, sources: SourceSet, request: &'a Request) -> Self {
        Self {
            loader,
            sources,
            machine: request.machine,
            folder: &request.folder,
            sink: Sink::default(),
            variables: BTreeMap::new(),
            texts: BTreeMap::new(),
            files: BTreeMap::new(),
            said: BTreeSet::new(),
            nodes: 0,
            bytes: 0,
            compared: 0,
        }
    }

    /// The known word nearest to `word`, as long as not too many were compared already.
    pub(super) fn nearest<'k>(
        &mut self,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Option<&'k str> {
        let left = MAX_COMPARED.saturating_sub(self.compared);
        let compared = &mut self.compared;
        let counted = known.into_iter().inspect(|_| *compared += 1);
        suggest::nearest(word, counted.take(left))
    }

    /// Reports once, however often a file is gone through.
    pub(super) fn report(&mut self, d: Diagnostic) {
        let place = d.primary.as_ref().map(|l| l.span);
        // A value that cannot be read is said to be so by the first step that needs it, and by no other.
        let message = match d.code.as_str() {
            "compose-value" if place.is_some() => String::new(),
            _ => d.message.clone(),
        };
        if self.said.len() < 10_000 && self.said.insert((d.code.clone(), place, message)) {
            self.sink.report(d);
        }
    }

    /// Reports the lack of something that may be there where the project runs.
    pub(super) fn report_lack(&mut self, mut d: Diagnostic) {
        if self.machine == Machine::Another {
            d.class = Class::Finding;
            d.severity = Severity::Info;
            d = d.note(
                "it may be only on the machine that runs the stack; what it says is unknown here",
            );
        }
        self.report(d);
    }

    /// Counts nodes against the limit; false if it is passed, which is reported.
    pub(super) fn spend(&mut self, nodes: usize, at: Option<Span>) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MAX_NODES {
            return true;
        }
        let message = format!("the project amounts to more than {MAX_NODES} values");
        let d = Diagnostic::invalid("yaml-limit", message)
            .help("look for files that are included or extended many times over");
        self.report(match at {
            Some(span) => d.at(span, "the rest is not read"),
            None => d,
        });
        false
    }

    /// A limit is passed, so that what is missing may only be unread.
    pub(super) fn is_exhausted(&self) -> bool {
        self.nodes > MAX_NODES
    }

    /// The text at a path. The error is the reason, or none if nothing is there.
    pub(super) fn text(&mut self, path: &str) -> Result<SourceId, Option<String>> {
        if let Some(known) = self.texts.get(path) {
            return known.clone();
        }
        let loaded = match self.loader.load(path) {
            Loaded::Text(text) => {
                self.bytes += text.len();
                if self.bytes > MAX_BYTES {
                    Err(Some(format!(
                        "the files of the project have more than {MAX_BYTES} bytes"
                    )))
                } else {
                    Ok(self.sources.add(super::path::join(self.folder, path), text))
                }
            }
            Loaded::Missing => Err(None),
            Loaded::Unreadable(why) => Err(Some(why)),
        };
        self.texts.insert(path.to_owned(), loaded.clone());
        loaded
    }

    /// The text of a source.
    pub(super) fn source(&self, id: SourceId) -> String {
        self.sources
            .get(id)
            .map(|s| s.text.clone())
            .unwrap_or_default()
    }

    /// A Compose file, parsed; `at` is what asks for it.
    pub(super) fn file(&mut self, path: &str, at: Option<Span>) -> Option<Rc<File>> {
        if let Some(file) = self.files.get(path) {
            return Some(Rc::clone(file));
        }
        let id = match self.text(path) {
            Ok(id) => id,
            Err(why) => {
                self.report(unreadable("file", path, why.as_deref(), at));
                return None;
            }
        };
        let text = self.source(id);
        let (mut documents, _) = yaml::documents(id, &text, &mut self.sink);
        if let Some(extra) = documents.get(MAX_DOCUMENTS) {
            let message = format!("the file has more than {MAX_DOCUMENTS} documents");
            let d =
                Diagnostic::invalid("yaml-limit", message).at(extra.head(), "the rest is not read");
            self.report(d);
            documents.truncate(MAX_DOCUMENTS);
        }
        let file = Rc::new(File { documents });
        self.files.insert(path.to_owned(), Rc::clone(&file));
        Some(file)
    }

    /// Notes that a variable is used.
    pub(super) fn used(&mut self, name: &str, how: super::template::Use, set: bool, at: Span) {
        use super::template::Use;
        let variable = self.variables.entry(name.to_owned()).or_default();
        variable.set |= set;
        variable.bare |= matches!(how, Use::Loose | Use::Bare);
        variable.required |= how == Use::Required;
        if variable.places.len() < MAX_PLACES && !variable.places.contains(&at) {
            variable.places.push(at);
        }
    }
}

/// A file that cannot be read.
pub(super) fn unreadable(
    what: &str,
    path: &str,
    why: Option<&str>,
    at: Option<Span>,
) -> Diagnostic {
    let path = crate::suggest::quote(path);
    let message = match why {
        None => format!("there is no {what} {path}"),
        Some(why) => format!("the {what} {path} cannot be read: {why}"),
    };
    let d = Diagnostic::invalid("compose-file", message);
    match at {
        Some(span) => d.at(span, "named here"),
        None => d,
    }
}
