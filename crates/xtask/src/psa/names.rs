//! Which definition a name means: those of the container that it stands in, then of those around it, then the only one of that name.

use anyhow::{Result, bail};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Gate,
    Basic,
    House,
    Parameter,
}

impl Sort {
    fn of(tag: &str) -> Option<Self> {
        Some(match tag {
            "define-gate" => Self::Gate,
            "define-basic-event" => Self::Basic,
            "define-house-event" => Self::House,
            "define-parameter" => Self::Parameter,
            _ => return None,
        })
    }

    fn is_event(self) -> bool {
        self != Self::Parameter
    }
}

/// A definition in its place.
pub(super) struct Definition<'a> {
    pub(super) sort: Sort,
    pub(super) name: &'a str,
    /// Names of the containers around it, outermost first.
    pub(super) within: Vec<&'a str>,
    pub(super) node: Node<'a, 'a>,
}

/// All definitions of a model.
pub(super) struct Definitions<'a> {
    pub(super) all: Vec<Definition<'a>>,
    /// By whole path; events and parameters have names of their own.
    paths: BTreeMap<(bool, String), usize>,
    bare: BTreeMap<(bool, &'a str), Vec<usize>>,
    pub(super) files: Files<'a>,
}

impl<'a> Definitions<'a> {
    pub(super) fn of(files: &'a [(String, Document<'a>)]) -> Result<Self> {
        let mut out = Self {
            all: Vec::new(),
            paths: BTreeMap::new(),
            bare: BTreeMap::new(),
            files: Files(files),
        };
        for (_, document) in files {
            out.collect(document.root_element(), &mut Vec::new())?;
        }
        Ok(out)
    }

    fn collect(&mut self, within: Node<'a, 'a>, path: &mut Vec<&'a str>) -> Result<()> {
        for node in within.children().filter(Node::is_element) {
            let tag = node.tag_name().name();
            match (Sort::of(tag), tag) {
                (Some(sort), _) => self.add(sort, node, path)?,
                (None, "define-fault-tree" | "define-component") => {
                    path.push(self.files.named(node)?);
                    self.collect(node, path)?;
                    path.pop();
                }
                (None, "model-data") => self.collect(node, path)?,
                (None, "label" | "attributes" | "include") => {}
                (None, _) => bail!("{}: <{tag}> is not understood here", self.files.place(node)),
            }
        }
        Ok(())
    }

    fn add(&mut self, sort: Sort, node: Node<'a, 'a>, path: &[&'a str]) -> Result<()> {
        let name = self.files.named(node)?;
        let index = self.all.len();
        let whole = join(path, name);
        if self.paths.insert((sort.is_event(), whole), index).is_some() {
            bail!("{}: '{name}' is defined twice", self.files.place(node));
        }
        self.bare
            .entry((sort.is_event(), name))
            .or_default()
            .push(index);
        let within = path.to_vec();
        self.all.push(Definition {
            sort,
            name,
            within,
            node,
        });
        Ok(())
    }

    /// What a name that stands within some containers means; nothing if it is not defined.
    pub(super) fn find(&self, event: bool, name: &str, within: &[&str]) -> Result<Option<usize>> {
        for depth in (0..=within.len()).rev() {
            let around = within.get(..depth).unwrap_or_default();
            if let Some(found) = self.paths.get(&(event, join(around, name))) {
                return Ok(Some(*found));
            }
        }
        match self.bare.get(&(event, name)).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([one]) => Ok(Some(*one)),
            Some(many) => bail!(
                "'{name}' is defined in {} containers; write it with its container, as in 'tree.{name}'",
                many.len()
            ),
        }
    }
}

fn join(path: &[&str], name: &str) -> String {
    let mut whole = path.join(".");
    if !whole.is_empty() {
        whole.push('.');
    }
    whole + name
}

/// The documents of a model with the names of their files.
#[derive(Clone, Copy)]
pub(super) struct Files<'a>(&'a [(String, Document<'a>)]);

impl Files<'_> {
    /// The name that an element has.
    pub(super) fn named<'n>(self, node: Node<'n, '_>) -> Result<&'n str> {
        match node.attribute("name") {
            Some(name) if !name.is_empty() => Ok(name),
            _ => {
                let tag = node.tag_name().name();
                bail!("{}: <{tag}> needs a name", self.place(node))
            }
        }
    }

    /// File and line of an element.
    pub(super) fn place(self, node: Node<'_, '_>) -> String {
        let line = node.document().text_pos_at(node.range().start).row;
        let mut all = self.0.iter();
        match all.find(|(_, document)| std::ptr::eq(document, node.document())) {
            Some((file, _)) => format!("{file}:{line}"),
            None => format!("line {line}"),
        }
    }
}
