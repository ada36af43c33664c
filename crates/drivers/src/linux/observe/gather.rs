//! Where the readers of the parts put what they found.

use super::frame::{Section, Sections};
use model::fact::{Completeness, Fact, FactKind, FactPath, Seen};
use model::kleene::Reason;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of which others than root see only a part.
const ROOT_ONLY: &[FactKind] = &[
    FactKind::User,
    FactKind::Key,
    FactKind::Sudoer,
    FactKind::Sshd,
    FactKind::Nft,
    FactKind::Cron,
    FactKind::Chain,
];

/// Facts in the making.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) facts: BTreeMap<FactPath, Fact>,
    pub(super) collections: BTreeMap<FactKind, Completeness>,
    /// Those that were read before, and have been hidden since then as far as they have to be.
    pub(super) carried: BTreeSet<FactPath>,
}

impl Gathered {
    /// One fact; what came first stays.
    pub(super) fn put(&mut self, kind: FactKind, key: impl Into<String>, seen: Seen, source: &str) {
        let fact = Fact {
            seen,
            source: source.to_owned(),
        };
        self.facts.entry(FactPath::new(kind, key)).or_insert(fact);
    }

    /// One fact that is there.
    pub(super) fn present(
        &mut self,
        kind: FactKind,
        key: impl Into<String>,
        value: impl Into<Value>,
        source: &str,
    ) {
        self.put(kind, key, Seen::Present(value.into()), source);
    }

    /// All of a kind were seen.
    pub(super) fn complete(&mut self, kind: FactKind, proof: &str) {
        self.collections
            .entry(kind)
            .or_insert_with(|| Completeness::Yes(proof.to_owned()));
    }

    /// Some of a kind may be missing; wins over [`Self::complete`], and the first reason over others.
    pub(super) fn incomplete(&mut self, kind: FactKind, reason: Reason) {
        match self.collections.get(&kind) {
            Some(Completeness::No(_)) => {}
            Some(Completeness::Yes(_)) | None => {
                self.collections.insert(kind, Completeness::No(reason));
            }
        }
    }

    /// A section that a whole kind is read from; without it nothing of the kind is known.
    pub(super) fn section<'s, 'a>(
        &mut self,
        kind: FactKind,
        sections: &'s Sections<'a>,
        name: &str,
    ) -> Option<&'s Section<'a>> {
        match sections.get(name) {
            Ok(section) => Some(section),
            Err(reason) => {
                self.incomplete(kind, reason);
                None
            }
        }
    }

    /// Takes back every claim that only root can make.
    pub(super) fn without_root(&mut self) {
        for kind in ROOT_ONLY {
            if let Some(Completeness::Yes(_)) = self.collections.get(kind) {
                self.incomplete(*kind, Reason::new("only root can read all of it"));
            }
        }
    }
}

/// A collection's proof that `command` listed it.
pub(super) fn listed_by(command: &str) -> String {
    format!("{command} ended with status 0")
}
