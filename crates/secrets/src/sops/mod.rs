//! SOPS documents (sops 3.x, <https://getsops.io>): parse, open with the data key, read and change single values. Whoever holds
//! an age key decrypts the data key elsewhere; here are no files and no keys of people.
//!
//! The text is changed in place: what is not changed keeps its bytes, comments and order included.

mod cipher;
mod dotenv;
mod edit;
mod error;
mod json;
mod meta;
mod open;
mod scalar;
mod tree;
mod write;
mod yaml;

pub use cipher::{DataKey, Random};
pub use edit::{Stamp, create};
pub use error::SopsError;
pub(crate) use meta::which;
pub use meta::{Metadata, Recipient, Selection, Which};
pub use open::Opened;
pub use tree::{Path, Step};
pub(crate) use yaml::parse as tree_of_yaml;

use tree::{Kind, Node, Scalar};

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON; what sops calls binary is JSON with the one key `data`.
    Json,
    /// `KEY=value` lines.
    Dotenv,
}

impl Format {
    /// By the end of a file's name, as sops does.
    ///
    /// # Errors
    /// A format that is not read.
    pub fn of_name(name: &str) -> Result<Self, SopsError> {
        let has = |end: &str| name.ends_with(end);
        match () {
            () if has(".yaml") || has(".yml") => Ok(Format::Yaml),
            () if has(".env") => Ok(Format::Dotenv),
            () if has(".ini") => Err(SopsError::Unsupported(
                "SOPS files in INI form are not read; use YAML, JSON or dotenv".to_owned(),
            )),
            () => Ok(Format::Json),
        }
    }
}

/// The key under which sops keeps the bytes of a file that has no keys.
pub const BINARY: &str = "data";

/// A document whose values are still encrypted.
pub struct Document {
    format: Format,
    text: String,
    root: Node,
    metadata: Metadata,
}

/// One value in its place, in the order of the text.
struct Leaf<'a> {
    path: Path,
    node: &'a Node,
    scalar: &'a Scalar,
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no SOPS document, or one that is not understood.
    pub fn parse(format: Format, text: &str) -> Result<Self, SopsError> {
        let root = match format {
            Format::Yaml => yaml::parse(text),
            Format::Json => json::parse(text),
            Format::Dotenv => dotenv::parse(text),
        }?;
        let section = root.entry("sops").ok_or(SopsError::NotSops)?;
        let metadata = Metadata::read(&section.value)?;
        Ok(Self {
            format,
            text: text.to_owned(),
            root,
            metadata,
        })
    }

    /// What can be known without a key.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Places of all values; keys are never encrypted.
    pub fn paths(&self) -> Vec<Path> {
        self.leaves().into_iter().map(|leaf| leaf.path).collect()
    }

    /// What stands at a path, without a key; numbers among the keys count the items of lists.
    ///
    /// # Errors
    /// Nothing is there, or a map or list.
    pub fn find(&self, path: &Path) -> Result<Path, SopsError> {
        self.leaf(path).map(|leaf| leaf.path)
    }

    fn leaf(&self, path: &Path) -> Result<Leaf<'_>, SopsError> {
        let missing = || SopsError::NoSuchKey {
            path: path.clone(),
            meant: self.meant(path),
        };
        let (mut node, mut real) = (&self.root, Path::default());
        for step in &path.0 {
            let own = *step == Step::Key("sops".to_owned()) && real.0.is_empty();
            node = node.below(step).filter(|_| !own).ok_or_else(missing)?;
            let item = matches!(step, Step::Key(k) if k.parse::<usize>().is_ok());
            let listed = item && !node.is_keyed(&self.root, &real, step);
            real = real.then(match step {
                Step::Key(k) if listed => Step::Item(k.parse().unwrap_or_default()),
                other => other.clone(),
            });
        }
        let not_one = |what| SopsError::NotOne {
            path: path.clone(),
            what,
        };
        match &node.kind {
            Kind::Scalar(scalar) => Ok(Leaf {
                path: real,
                node,
                scalar,
            }),
            Kind::List(_) => Err(not_one("a list")),
            Kind::Map(_) if path.0.is_empty() => Err(SopsError::Unsupported(
                "no key is named; write which value is meant".to_owned(),
            )),
            Kind::Map(_) => Err(not_one("a map")),
        }
    }

    /// The path that is most like one that is not there.
    fn meant(&self, path: &Path) -> Option<String> {
        let wanted = path.to_string();
        let all = self.paths();
        let near = all.iter().map(|p| {
            let name = p.to_string();
            (strsim::damerau_levenshtein(&name, &wanted), name)
        });
        let (distance, name) = near.min()?;
        (distance <= 1 + wanted.len() / 4).then_some(name)
    }

    fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut out = Vec::new();
        for entry in self.root.entries().iter().filter(|e| e.key != "sops") {
            let path = Path(vec![Step::Key(entry.key.clone())]);
            collect(&entry.value, path, &mut out);
        }
        out
    }
}

impl Node {
    /// Whether the node was reached from its parent by a key, not by a number.
    fn is_keyed(&self, root: &Node, parent: &Path, step: &Step) -> bool {
        let parent = parent.0.iter().try_fold(root, |n, s| n.below(s));
        let Step::Key(key) = step else { return false };
        parent.is_some_and(|p| p.entry(key).is_some())
    }
}

fn collect<'a>(node: &'a Node, path: Path, out: &mut Vec<Leaf<'a>>) {
    match &node.kind {
        Kind::Scalar(scalar) => out.push(Leaf { path, node, scalar }),
        Kind::List(items) => {
            for (number, item) in items.iter().enumerate() {
                collect(item, path.then(Step::Item(number)), out);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                collect(&entry.value, path.then(Step::Key(entry.key.clone())), out);
            }
        }
    }
}
